// Goal: a receipt is found from the moment it is taken, though its search terms are written later: after any end of the program,
// while the record cannot be written, and however many payments came since.
import { readFileSync, writeFileSync } from 'node:fs'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openStore } from '#store/open-store.ts'
import { liftLimits, makeTill, takeOne, type TillKit } from './till-kit.ts'

let till: TillKit
beforeEach(() => {
  till = makeTill({ busyTimeoutMs: 50 })
})
afterEach(() => till.close())

const idsOf = (text: string): string[] => till.store.search(text).map(({ paymentId }) => paymentId)

function takeNext(): { paymentId: string; code: string } {
  const { bill, view } = takeOne(till)
  return { paymentId: view.payments[0]!.paymentId, code: bill.consumerCode }
}

function countTerms(): number {
  const raw = new Database(till.file, { readonly: true })
  const { count } = raw.prepare<[], { count: number }>('SELECT count(*) AS count FROM search_terms').get()!
  raw.close()
  return count
}

test('money does not wait for terms, and a receipt is found at once', () => {
  const first = takeNext()
  expect(countTerms()).toBe(0)
  expect(idsOf(first.code)).toEqual([first.paymentId])
  expect(countTerms()).toBeGreaterThan(0)
  const second = takeNext()
  expect(idsOf(second.code)).toEqual([second.paymentId])
  expect(idsOf('asha')).toEqual([second.paymentId, first.paymentId])
})

test('terms are written once: searching again writes nothing', () => {
  const { code, paymentId } = takeNext()
  idsOf(code)
  const before = countTerms()
  expect(idsOf(code)).toEqual([paymentId])
  expect(countTerms()).toBe(before)
})

test('a program that ends before anybody searched: the next one finds its receipts', () => {
  const taken = [takeNext(), takeNext()]
  till.reopen({ check: 'full' })
  for (const { code, paymentId } of taken) expect(idsOf(code)).toEqual([paymentId])
})

test('an end in the middle of writing terms leaves none of them, and they are written again', () => {
  const { code, paymentId } = takeNext()
  const copy = `${till.file}.copy`
  // What a power cut leaves: the log up to the last whole commit and a piece of the next.
  const before = readFileSync(`${till.file}-wal`)
  idsOf(code)
  const after = readFileSync(`${till.file}-wal`)
  expect(after.length).toBeGreaterThan(before.length)
  writeFileSync(copy, readFileSync(till.file))
  writeFileSync(`${copy}-wal`, after.subarray(0, before.length + 5_000))
  const store = openStore({ file: copy, nowMs: 0, check: 'full' })
  const raw = new Database(copy, { readonly: true })
  expect(raw.prepare('SELECT count(*) AS count FROM search_terms').get()).toEqual({ count: 0 })
  expect(raw.prepare("SELECT 1 FROM meta WHERE key = 'searchableSeq'").get()).toBeUndefined()
  raw.close()
  expect(store.search(code).map((row) => row.paymentId)).toEqual([paymentId])
  store.close()
})

test('while somebody else holds the record nothing is written, and receipts are found all the same', () => {
  const first = takeNext()
  idsOf(first.code)
  const second = takeNext()
  const before = countTerms()
  const other = new Database(till.file)
  other.exec('BEGIN IMMEDIATE')
  expect(idsOf(first.code)).toEqual([first.paymentId])
  expect(idsOf(second.code.toLowerCase())).toEqual([second.paymentId])
  expect(idsOf('asha')).toEqual([second.paymentId, first.paymentId])
  other.exec('ROLLBACK')
  other.close()
  expect(countTerms()).toBe(before)
})

test('more payments than one transaction takes are all found', () => {
  liftLimits(till.store)
  const first = takeNext()
  for (let count = 0; count < 520; count++) takeNext()
  const last = takeNext()
  expect(idsOf(first.code)).toEqual([first.paymentId])
  expect(idsOf(last.code)).toEqual([last.paymentId])
})
