// Goal: out of a record that was damaged anywhere comes every record that can be proved to follow what the integrator has, none
// that was changed, and the second copy of the journal closes the holes.
import { copyFileSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { JournalRecord } from '#contract/journal-record.ts'
import { takePayment } from '#core/take-payment.ts'
import { deviceSigner, makeDeviceKey } from '#host/identity/device-key.ts'
import { openJournalCopy, readJournalCopy } from '#host/rescue/journal-copy.ts'
import { moneyIn } from '#host/rescue/rescue-folder.ts'
import { sha256 } from '#store/journal/check-file.ts'
import { proveRecords, salvageFile, unsentIn } from '#store/journal/salvage.ts'
import { cashFor, keepBill, liftLimits, makeTill, situation, type TillKit } from './till-kit.ts'

const PAYMENTS = 40
let till: TillKit
let copyPath: string
let whole: readonly JournalRecord[]

beforeEach(() => {
  till = makeTill({ signer: deviceSigner(makeDeviceKey()) })
  liftLimits(till.store)
  for (let count = 0; count < PAYMENTS; count++) {
    takePayment({ store: till.store, sha256 }, cashFor([keepBill(till.store)]), situation(till))
  }
  copyPath = join(till.folder, 'copies', 'journal.jsonl')
  openJournalCopy(copyPath, till.store.recordsAfter).follow()
  whole = till.store.recordsAfter(0, 1_000)
  till.store.close()
  foldIn(till.file)
})

afterEach(() => till.close())

test('an undamaged record gives all of it, and its money', () => {
  const proved = proveRecords(salvageFile(till.file), { copy: [], isWhole: false })
  expect(proved).toMatchObject({ after: 0, stop: null, beyondCount: 0 })
  expect(proved.records).toEqual(whole)
  expect(moneyIn(proved.records).paymentCount).toBe(PAYMENTS)
  expect(unsentIn(till.file)?.count).toBe(PAYMENTS)
})

test('pages destroyed anywhere: what is proved is a part of the truth, and the copy makes it whole', () => {
  const pages = Math.floor(statSync(till.file).size / 4096)
  let closedCount = 0
  for (let page = 2; page < pages; page += 3) {
    const file = join(till.folder, `damaged-${page}.db`)
    copyFileSync(till.file, file)
    destroyPage(file, page)
    const salvaged = { ...salvageFile(file), ...ownersOf(till.file) }
    const alone = proveRecords(salvaged, { copy: [], isWhole: false })
    expect(alone.records).toEqual(whole.slice(0, alone.records.length))
    const both = proveRecords(salvaged, { copy: readJournalCopy(copyPath), isWhole: false })
    expect(both.records, `page ${page}`).toEqual(whole)
    if (alone.records.length < whole.length) closedCount += 1
  }
  expect(closedCount, 'some page held records').toBeGreaterThan(0)
})

test('a changed record is not believed, and neither is what can no longer be proved behind it', () => {
  const raw = new Database(till.file)
  raw.exec('DROP TRIGGER journal_never_changes')
  raw.prepare("UPDATE journal SET body = replace(body, 'Asha Rao', 'Asha Rau') WHERE seq = 20").run()
  raw.close()
  const proved = proveRecords(salvageFile(till.file), { copy: [], isWhole: false })
  expect(proved.records).toEqual(whole.slice(0, 19))
  expect(proved.stop).toEqual({ seq: 20, reason: 'changed' })
  expect(proved.beyondCount).toBe(whole.length - 19)
})

test('a record that lost its signature is not believed either', () => {
  const proved = proveRecords(
    {
      ...salvageFile(till.file),
      records: new Map(whole.map((each) => [each.seq, each.seq > 10 ? { ...each, signature: null } : each])),
    },
    { copy: [], isWhole: false },
  )
  expect(proved.records.length).toBe(10)
})

test('a file that is no database at all tells nothing and throws nothing', () => {
  writeFileSync(till.file, 'this is not a database, and it is long enough to be read as one'.repeat(40))
  const salvaged = salvageFile(till.file)
  expect(salvaged).toMatchObject({ device: null, publicKey: null, damage: 'SQLITE_NOTADB' })
  expect(unsentIn(till.file)).toBeNull()
  expect(() => proveRecords(salvaged, { copy: [], isWhole: false })).toThrow(/whose journal/)
})

test('the copy goes on after a torn line, and says nothing twice', () => {
  const torn = readFileSync(copyPath, 'utf8')
  writeFileSync(copyPath, torn.slice(0, torn.length - 60))
  expect(readJournalCopy(copyPath)).toEqual(whole.slice(0, -1))
  const copy = openJournalCopy(copyPath, (seq, max) => whole.filter((each) => each.seq > seq).slice(0, max))
  expect(copy.follow()).toBe(1)
  expect(copy.follow()).toBe(0)
  expect(readJournalCopy(copyPath)).toEqual(whole)
})

/** Everything of the log goes into the file, so that a destroyed page is really gone. */
function foldIn(file: string): void {
  const raw = new Database(file)
  raw.pragma('wal_checkpoint(TRUNCATE)')
  raw.close()
}

function destroyPage(file: string, page: number): void {
  const bytes = readFileSync(file)
  bytes.fill(0xa5, page * 4096, (page + 1) * 4096)
  writeFileSync(file, bytes)
}

/** The device's own files say who it is when the record cannot. */
function ownersOf(file: string) {
  const { device, publicKey, ack } = salvageFile(file)
  return { device, publicKey, ack }
}
