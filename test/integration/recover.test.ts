// Goal: a till whose record was damaged is put in order from its own file and the second copy of its journal: whole, it goes on with the
// next receipt number and everything is still there; not whole, it never goes on in the old life, and nothing it held is lost.
import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readDevice } from '#host/identity/device-file.ts'
import { recoverTill } from '#launch/recover.ts'
import { verifyJournal } from '#launch/journal-verify.ts'
import { PIN, startFakeIntegrator, type FakeIntegrator } from '#test/unit/host/fake-integrator.ts'
import { findAndTake, signInAndOpen, startKit, todaysBill, type HostKit } from '#test/unit/host/host-kit.ts'

const bills = Array.from({ length: 30 }, () => todaysBill())
let fake: FakeIntegrator
let kit: HostKit

beforeEach(async () => {
  fake = await startFakeIntegrator({ bills })
  kit = await startKit(fake)
  await signInAndOpen(kit.client)
  for (const bill of bills.slice(0, 20)) await findAndTake(kit.client, bill)
  await kit.client.queue.sendNow()
  await kit.until(({ queue }) => queue.waitingCount === 0)
  const later = bills.slice(20, 28)
  for (const bill of later) await kit.client.bill.find({ text: bill.consumerCode })
  fake.setFault('down')
  for (const bill of later) await findAndTake(kit.client, bill)
})
afterEach(async () => {
  await kit.close()
  await fake.close()
})

const recover = async () => await recoverTill({ dataDir: kit.dataDir, copies: null, nowMs: Date.now() })
const numbers = async () => (await kit.client.receipt.search({ text: '' })).map((row) => row.receiptNumber)

test('a destroyed page in the middle: the copy closes the hole and the till goes on as it was', async () => {
  const before = await numbers()
  await expect.poll(() => linesIn(join(kit.dataDir, 'journal-copy')), { timeout: 5_000 }).toBeGreaterThan(28)
  await stopDamaged(0.5)
  expect((await kit.client.terminal.status()).stopped?.code).toBe('store_corrupt')
  await kit.host.close()
  const { exitCode, lines } = await recover()
  expect({ exitCode, said: lines.join(' ') }).toMatchObject({ exitCode: 0 })
  const verified = verifyJournal({
    file: kit.file,
    publicKey: null,
    headsFile: null,
    serverKey: null,
    exportFile: null,
  })
  expect(verified.exitCode, verified.lines.join(' ')).toBe(0)
  fake.setFault('none')
  await kit.restart()
  await kit.client.session.signIn({ operatorCode: '101', pin: PIN })
  expect(await numbers()).toEqual(before)
  const { payments } = await findAndTake(kit.client, bills[29]!)
  expect(sequenceOf(payments[0]!.receiptNumber)).toBe(sequenceOf(before[0]!) + 1)
  await kit.client.queue.sendNow()
  expect(fake.state.held.size).toBe(29)
  await expect(recoverTill({ dataDir: kit.dataDir, copies: null, nowMs: 0 })).rejects.toThrow('The till runs')
})

test('the end cannot be read and money was not sent: no life goes on, and the rescue holds it', async () => {
  rmSync(join(kit.dataDir, 'journal-copy'), { recursive: true, force: true })
  const oldKey = readDevice(kit.dataDir)?.publicKey
  await stopDamaged('end')
  await kit.host.close()
  const { exitCode, lines } = await recover()
  expect(exitCode).toBe(1)
  expect(lines.join(' ')).toMatch(/cannot go on.*Enrol this till anew/)
  expect(lines.join(' ')).toMatch(
    /\d+ payments that the integrator does not have lie in .*tahsil-rescue|No rescue file/,
  )
  expect(existsSync(kit.file)).toBe(false)
  const aside = readdirSync(kit.dataDir).find((name) => name.startsWith('damaged-'))
  expect(readdirSync(join(kit.dataDir, aside ?? ''))).toContain('tahsil.db')
  fake.setFault('none')
  await kit.restart()
  const status = await kit.until(({ deviceCode }) => deviceCode !== null)
  expect(status.stopped).toBeNull()
  expect(readDevice(kit.dataDir)?.publicKey).not.toBe(oldKey)
})

test('a record that is well is left alone', async () => {
  await kit.host.close()
  const bytes = readFileSync(kit.file)
  await expect(recover()).rejects.toThrow('not damaged')
  expect(readFileSync(kit.file).equals(bytes)).toBe(true)
  await kit.restart()
})

/** Stops the till and destroys a page that holds records. */
async function stopDamaged(where: number | 'end'): Promise<void> {
  await kit.host.close()
  const raw = new Database(kit.file)
  raw.pragma('wal_checkpoint(TRUNCATE)')
  raw.close()
  copyFileSync(kit.file, `${kit.file}.before`)
  const bytes = readFileSync(kit.file)
  const marks = placesOf(bytes, '{"type":"PAY"')
  const mark = where === 'end' ? marks.at(-1) : marks[Math.floor(marks.length * where)]
  const page = Math.floor((mark ?? 0) / 4096) * 4096
  bytes.fill(0xa5, page, page + 4096)
  writeFileSync(kit.file, bytes)
  await kit.restart()
}

function placesOf(bytes: Buffer, text: string): number[] {
  const places: number[] = []
  for (let at = bytes.indexOf(text); at >= 0; at = bytes.indexOf(text, at + 1)) places.push(at)
  return places
}

function linesIn(folder: string): number {
  return readdirSync(folder).reduce(
    (sum, name) => sum + readFileSync(join(folder, name), 'utf8').split('\n').filter(Boolean).length,
    0,
  )
}

function sequenceOf(receiptNumber: string): number {
  return Number(/\/(\d{6})-/.exec(receiptNumber)?.[1])
}
