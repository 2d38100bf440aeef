// Goal: money of a till that can no longer send is carried to the office by hand, as file or codes, arrives exactly once whatever is
// sent later, and comes even out of a record that was destroyed. Till, integrator, its database, DIGIT and the commands are real.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openRootSecret } from '#app/people/root-secret.ts'
import { DEMO_ENROLMENT_CODE, DEMO_PIN } from '#app/people/seed-demo.ts'
import { openRescue, sealedTextOf } from '#app/rescue/open-rescue.ts'
import type { Bill } from '#contract/bill.ts'
import { rupees } from '#contract/money.ts'
import { ProblemError } from '#contract/problem.ts'
import { UNSENT_FILE } from '#host/rescue/unsent-marker.ts'
import { cashInput, problemOfCall, startKit, type HostKit } from '#test/unit/host/host-kit.ts'
import { heldByDigit, keyFolder, startTestDatabases, startWorld } from './integrator-kit.ts'
import type { TestDatabases, World } from './integrator-kit.ts'
import { runToEnd } from './integrator-process.ts'

let databases: TestDatabases
let world: World
let kit: HostKit
let port: number
const folder = mkdtempSync(join(tmpdir(), 'tahsil-rescue-'))
const ids: string[] = []

beforeAll(async () => {
  databases = await startTestDatabases()
  world = await startWorld({ databaseUrl: await databases.create() })
  port = Number(new URL(world.integrator.url).port)
  kit = await startKit(
    { url: world.integrator.url },
    { options: { enrolmentCode: DEMO_ENROLMENT_CODE }, tuning: { mastersEveryMs: 60_000 } },
  )
  await kit.client.session.signIn({ operatorCode: '101', pin: DEMO_PIN })
  await kit.client.shift.open({ denominations: [{ denominationPaise: rupees(100), count: 5 }] })
  const bills: Bill[] = []
  for (const text of ['PT-DVG-000001', '9876500004']) {
    const found = await kit.client.bill.find({ text })
    bills.push(...found.bills.map(({ bill }) => bill))
  }
  await world.integrator.close()
  for (const bill of bills) {
    const { payments } = await kit.client.payment.take(cashInput([bill]))
    ids.push(...payments.map(({ paymentId }) => paymentId))
  }
  await kit.until(({ queue }) => queue.waitingCount === ids.length)
})
afterAll(async () => {
  await kit?.close()
  await world?.close()
  await databases?.close()
  rmSync(folder, { recursive: true, force: true })
})

const command = async (...words: string[]) =>
  await runToEnd([...words, '--data', keyFolder()], { ...process.env, ...world.environment })
const written = (name: string, text: string): string => {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}
const heldTimes = (id: string) => heldByDigit(world.sandbox, { id } as never).length

test('while money is unsent, the folder says so', async () => {
  await expect.poll(() => readFileSync(join(kit.dataDir, UNSENT_FILE), 'utf8')).toContain('not have yet')
})

test('what was changed, is not whole or is for another office is refused in words, and nothing is taken', async () => {
  const { text, codes } = await kit.client.rescue.make()
  const root = openRootSecret({ file: null, dataFolder: keyFolder() })
  const open = async (carried: string) => await openRescue(sealedTextOf(carried).sealed, root)
  const whyOf = async (carried: string): Promise<unknown> => {
    const problem: unknown = await open(carried).catch((error: unknown) => error)
    return problem instanceof ProblemError ? `${problem.code}: ${String(problem.data['why'])}` : problem
  }
  const [, ...others] = codes ?? []
  expect(await whyOf(`${text.slice(0, -9)}AAAAAAAAA`)).toMatch(/rescue_invalid: it was changed, or/)
  expect(await whyOf('not a rescue at all!')).toMatch(/rescue_invalid: it is not a rescue/)
  expect(await whyOf(others.join('\n'))).toMatch(/rescue_invalid: 1 of \d+ codes are missing: 1/)
  expect(await whyOf(`${others.join('\n')}\nPT-DVG-000001`)).toMatch(/is not a code of a rescue/)
  const elsewhere = openRootSecret({ file: null, dataFolder: folder })
  await expect(openRescue(text, elsewhere)).rejects.toThrow('rescue file cannot be read')
  const { code, stderr } = await command('rescue-import', '--file', join(folder, 'none.txt'))
  expect({ code, isSaid: stderr.includes('cannot be read') }).toEqual({ code: 2, isSaid: true })
  expect(ids.map(heldTimes)).toEqual(ids.map(() => 0))
})

test('codes scanned in any order bring all of it to DIGIT, once', async () => {
  const { codes, paymentCount, amountPaise } = await kit.client.rescue.make()
  expect(paymentCount).toBe(ids.length)
  expect(amountPaise).toBe((await kit.client.terminal.status()).queue.waitingPaise)
  const scanned = written(
    'codes.txt',
    [...(codes ?? []).toReversed(), ...(codes ?? []).slice(0, 2)].join('\r\n'),
  )
  const first = await command('rescue-import', '--file', scanned)
  expect(first.stdout).toMatch(/records read, \d+ of them new/)
  const again = await command('rescue-import', '--file', scanned)
  expect(again.stdout).toMatch(/imported before. Nothing was done/)
  await world.restartAt(port)
  await expect.poll(() => ids.map(heldTimes), { timeout: 20_000 }).toEqual(ids.map(() => 1))
})

test('the till that was thought dead sends later by itself: nothing is doubled and its queue empties', async () => {
  await kit.client.queue.sendNow()
  await kit.until(({ queue }) => queue.waitingCount === 0 && queue.pendingCount === 0)
  expect(ids.map(heldTimes)).toEqual(ids.map(() => 1))
  expect((await problemOfCall(kit.client.rescue.make())).code).toBe('rescue_invalid')
  await expect.poll(() => existsSync(join(kit.dataDir, UNSENT_FILE)), { timeout: 5_000 }).toBe(false)
})

test('out of a destroyed record comes what was not sent, and goes to DIGIT', async () => {
  const { bills } = await kit.client.bill.find({ text: 'PT-DVG-000013' })
  const bill = bills[0]!.bill
  await world.integrator.close()
  const { payments } = await kit.client.payment.take(cashInput([bill]))
  const id = payments[0]?.paymentId ?? ''
  await kit.until(({ queue }) => queue.waitingCount === 1)
  await expect.poll(() => copies(kit.dataDir)).toContain(id)
  await kit.host.close()
  destroyPayments(kit.file)
  await kit.restart()
  expect((await kit.client.terminal.status()).stopped?.code).toBe('store_corrupt')
  const { text, paymentCount, leftOutCount } = await kit.client.rescue.make()
  expect({ paymentCount, leftOutCount }).toEqual({ paymentCount: 1, leftOutCount: 0 })
  const told = await command('rescue-import', '--file', written('destroyed.txt', text))
  expect(told.stdout).toMatch(/of them new/)
  await world.restartAt(port)
  await expect.poll(() => heldTimes(id), { timeout: 20_000 }).toBe(1)
})

function copies(dataDir: string): string {
  const at = join(dataDir, 'journal-copy')
  return readdirSync(at)
    .map((name) => readFileSync(join(at, name), 'utf8'))
    .join('')
}

/** The page of the last journal record is filled with noise. */
function destroyPayments(file: string): void {
  const raw = new Database(file)
  raw.pragma('wal_checkpoint(TRUNCATE)')
  raw.close()
  const bytes = readFileSync(file)
  const at = bytes.lastIndexOf(Buffer.from('"type":"PAY"'))
  expect(at).toBeGreaterThan(0)
  const page = Math.floor(at / 4096) * 4096
  bytes.fill(0xa5, page, page + 4096)
  writeFileSync(file, bytes)
}
