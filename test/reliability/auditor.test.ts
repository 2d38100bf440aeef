// Goal: the auditor of the reliability tests can see every wrong it is there for. A real till's file is doctored with plain SQL,
// and DIGIT's list of payments is made up; each doctoring must be named, and the untouched ones must not.
import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  auditDigit,
  auditTerminal,
  type Acknowledged,
  type AuditedPayment,
} from '#test/reliability/auditor.ts'

let folder: string
let acknowledged: Acknowledged[]

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tahsil-auditor-'))
  const writer = join(import.meta.dirname, 'power-cut', 'till-writer.ts')
  const done = spawnSync(process.execPath, [writer, folder, '5'], { encoding: 'utf8' })
  if (done.status !== 0) throw new Error(done.stderr)
  acknowledged = readFileSync(join(folder, 'marks'), 'utf8')
    .split('\n')
    .filter((mark) => mark.startsWith('ack '))
    .map((mark) => JSON.parse(mark.slice(4)) as Acknowledged)
})

afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

/** What the auditor finds in a copy after somebody with SQL was at it. */
const auditAfter = (sql: string): string[] => {
  const copy = join(folder, 'copy.sqlite')
  for (const end of ['-wal', '-shm']) rmSync(`${copy}${end}`, { force: true })
  copyFileSync(join(folder, 'till.sqlite'), copy)
  const db = new Database(copy)
  db.pragma('foreign_keys = off')
  const triggers = db.prepare("select name from sqlite_master where type = 'trigger'").all() as {
    name: string
  }[]
  for (const { name } of triggers) db.exec(`drop trigger ${name}`)
  db.pragma('ignore_check_constraints = on')
  db.exec(sql)
  db.close()
  return auditTerminal(copy, acknowledged).findings
}

test('a sound till has no findings', () => {
  expect(acknowledged).toHaveLength(5)
  expect(auditAfter('')).toEqual([])
})

test.each([
  ["update journal set body = replace(body, 'Sunita', 'Sumita') where seq = 5", 'record 5 was changed'],
  ['delete from journal where seq = 4', 'record 4 is missing'],
  ['update journal set signature = null where seq = 4', 'record 4 is not signed'],
  [
    'update journal set signature = (select signature from journal where seq = 3) where seq = 4',
    'signature of record 4 is wrong',
  ],
  ["delete from meta where key = 'devicePublicKey'", 'signature of record 1 is wrong'],
  ['delete from payments where device_seq = 3', 'was acknowledged and is not recorded'],
  ['delete from payments where device_seq = 3', 'device sequence 3 is missing'],
  ['delete from payments where device_seq = 3', 'payments in the journal'],
  ['update payments set receipt_seq = 9 where device_seq = 5', 'should be number 5'],
  ['update payments set amount_paise = amount_paise + 100 where device_seq = 2', 'another number or amount'],
  [
    "update payments set body = replace(body, 'CASH', 'CARD') where device_seq = 2",
    "differ from the journal's",
  ],
  ["delete from cash_movements where kind = 'COLLECTION'", 'cash say 0 paise'],
  ['delete from outbox where device_seq = 1', 'will never be sent'],
  ['delete from print_jobs', '0 original print jobs'],
])('%s: %s', (sql, words) => {
  expect(auditAfter(sql).join('\n')).toContain(words)
})

const paid: AuditedPayment = {
  paymentId: 'p1',
  receiptNumber: 'DVG/0001A/26-27/000001-J',
  amountPaise: 50_000,
  consumerCode: 'PT-1',
  lane: 'settled',
}

const inDigit = (
  changes: { paymentId?: string; rupees?: number; number?: string; status?: string } = {},
) => ({
  totalAmountPaid: changes.rupees ?? 500,
  paymentStatus: changes.status ?? 'NEW',
  additionalDetails: {
    tahsil: { paymentId: changes.paymentId ?? paid.paymentId, receiptNumber: paid.receiptNumber },
  },
  paymentDetails: [
    {
      totalAmountPaid: changes.rupees ?? 500,
      receiptNumber: '01/2026-27/1',
      manualReceiptNumber: changes.number ?? paid.receiptNumber,
      bill: { consumerCode: paid.consumerCode },
    },
  ],
})

const auditAgainst = async (payments: unknown[]): Promise<string[]> => {
  const server: Server = createServer((_request, answer) => {
    answer.setHeader('content-type', 'application/json').end(JSON.stringify({ payments }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    return await auditDigit(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, [paid])
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

test('DIGIT as it must be has no findings; payments of other collectors are none of ours', async () => {
  const stranger = { ...inDigit(), additionalDetails: null }
  expect(await auditAgainst([stranger, inDigit()])).toEqual([])
})

test.each([
  { name: 'missing', payments: [], words: 'MISSING' },
  { name: 'twice', payments: [inDigit(), inDigit()], words: 'DOUBLE' },
  { name: 'unknown to the till', payments: [inDigit(), inDigit({ paymentId: 'p2' })], words: 'STRANGER' },
  { name: 'of another amount', payments: [inDigit({ rupees: 499 })], words: '499 rupees of 50000 paise' },
  { name: 'under another number', payments: [inDigit({ number: 'X-1' })], words: 'DIGIT has X-1' },
  { name: 'cancelled', payments: [inDigit({ status: 'CANCELLED' })], words: 'is cancelled' },
])('a payment that is $name in DIGIT is found', async ({ payments, words }) => {
  expect((await auditAgainst(payments)).join('\n')).toContain(words)
})
