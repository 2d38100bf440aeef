// Goal: a card sale stands on the disk with its journal record and nothing changes it without one; it is used up once, in one commit with its
// payments; the table is made anew from the journal word for word; and whoever tampers with it is found.
import Database from 'better-sqlite3'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { CardSale } from '#core/cards/card-sale.ts'
import { beginSale, takeWord } from '#core/cards/card-steps.ts'
import type { CollectionInput } from '#core/records.ts'
import { MIGRATIONS } from '#store/migrate.ts'
import { rebuildDerived } from '#store/journal/rebuild.ts'
import { checkCards, readRecordFile } from '#store/journal/verify-journal.ts'
import {
  cashFor,
  CASHIER,
  codeOf,
  keepBill,
  makeTill,
  situation,
  take,
  takeOne,
  type TillKit,
} from './till-kit.ts'

const TERMINAL = { kind: 'virtual', name: 'Virtual card terminal' }
let till: TillKit
beforeEach(() => {
  till = makeTill()
})
afterEach(() => till.close())

const begin = (input: CollectionInput): CardSale => {
  const { instrument: _, ...wish } = input
  const more = { operatorName: CASHIER.name, terminal: TERMINAL, hasCardTerminal: true }
  return beginSale({ store: till.store }, wish, { ...situation(till), ...more })
}
const approve = ({ reference, amountPaise }: CardSale): CardSale => {
  const approval = {
    amountPaise,
    transactionNumber: '612345678901',
    approvalCode: 'A12345',
    scheme: 'RUPAY',
    cardLastFour: '4321',
    terminalId: null,
    reversalKey: null,
    approvedAtMs: null,
    slipLines: [],
  }
  const word = { kind: 'approved', approval } as const
  return takeWord({ store: till.store }, reference, { word, at: till.clock.read() })
}
const finish = (input: CollectionInput, { reference }: CardSale) =>
  take(till, { ...input, instrument: { mode: 'CARD_SALE', reference } })
const rows = (): unknown[] => {
  const raw = new Database(till.file, { readonly: true })
  const found = raw.prepare('SELECT * FROM card_sales ORDER BY reference').all()
  raw.close()
  return found
}
const findings = () => {
  const read = readRecordFile({ file: till.file, publicKey: null })
  if (read === null) throw new Error('the record can be read')
  return [...checkCards(read.facts), ...read.derived]
}
/** Past the program, and past its triggers. */
const tamper = (sql: string): void => {
  till.store.close()
  const raw = new Database(till.file)
  const triggers = raw.prepare("SELECT name FROM sqlite_master WHERE type = 'trigger'").pluck().all()
  for (const name of triggers) raw.exec(`DROP TRIGGER ${String(name)}`)
  raw.exec(sql)
  raw.close()
}

test('begun, handed over, approved, used up: each with its record, and found again after a start', () => {
  const input = cashFor([keepBill(till.store), keepBill(till.store)])
  const sale = begin(input)
  expect(till.store.openSales()).toEqual([sale])
  const word = { kind: 'handed_over', terminalReference: 'V-1' } as const
  takeWord({ store: till.store }, sale.reference, { word, at: till.clock.read() })
  till.reopen({ check: 'full' })
  expect(till.store.openSales()).toMatchObject([{ state: 'handed_over', terminalReference: 'V-1' }])
  approve(sale)
  const view = finish(input, sale)
  expect(view.payments).toHaveLength(2)
  till.reopen({ check: 'full' })
  expect(till.store.openSales()).toEqual([])
  expect(till.store.cardSale(sale.reference)).toMatchObject({ state: 'posted' })
  expect(findings()).toEqual([])
})

test('used up once: the same call again is the same, another call is refused, and nothing is half written', () => {
  const input = cashFor([keepBill(till.store)])
  const sale = begin(input)
  expect(codeOf(() => finish(input, sale))).toBe('card_sale_not_allowed')
  approve(sale)
  expect(codeOf(() => finish({ ...input, collectionId: crypto.randomUUID() }, sale))).toBe(
    'card_sale_not_allowed',
  )
  const [line] = input.lines
  const cheaper = { ...input, lines: [{ ...line!, paymentId: crypto.randomUUID() }] }
  expect(codeOf(() => finish(cheaper, sale))).toBe('card_sale_not_allowed')
  const first = finish(input, sale)
  expect(finish(input, sale)).toEqual(first)
  expect(codeOf(() => finish({ ...input, collectionId: crypto.randomUUID() }, sale))).toBe('payment_conflict')
  expect(findings()).toEqual([])
})

test('references are never given twice, also after the record was made anew', () => {
  const first = begin(cashFor([keepBill(till.store)]))
  const word = { kind: 'declined', code: '51', words: 'no' } as const
  takeWord({ store: till.store }, first.reference, { word, at: till.clock.read() })
  till.store.close()
  const raw = new Database(till.file)
  rebuildDerived(raw)
  raw.close()
  till.store = till.open()
  const second = begin(cashFor([keepBill(till.store)]))
  expect([first.reference, second.reference]).toEqual(['0417A00001', '0417A00002'])
})

test('the table is made anew from the journal, row by row', () => {
  const input = cashFor([keepBill(till.store)])
  const sale = approve(begin(input))
  finish(input, sale)
  begin(cashFor([keepBill(till.store)]))
  takeOne(till)
  const before = rows()
  till.store.close()
  const raw = new Database(till.file)
  rebuildDerived(raw)
  raw.close()
  expect(rows()).toEqual(before)
  till.store = till.open({ check: 'full' })
  expect(till.store.openSales()).toHaveLength(1)
})

test('no row changes without its record, and none is deleted', () => {
  const { reference } = begin(cashFor([keepBill(till.store)]))
  till.store.close()
  const raw = new Database(till.file)
  const change = (sql: string) => () => raw.exec(sql)
  expect(change("UPDATE card_sales SET state = 'reversed'")).toThrow(/own record/)
  expect(change('UPDATE card_sales SET amount_paise = 1')).toThrow(/never changed|own record/)
  expect(change('DELETE FROM card_sales')).toThrow(/never deleted/)
  expect(
    change(
      `INSERT INTO card_sales SELECT 'OTHER', collection_id, state, amount_paise, body, 1 FROM card_sales`,
    ),
  ).toThrow(/own record/)
  raw.close()
  till.store = till.open({ check: 'full' })
  expect(till.store.cardSale(reference)).not.toBeNull()
})

test('a sale that was taken out or turned is found at the next start and by the verifier', () => {
  begin(cashFor([keepBill(till.store)]))
  tamper("UPDATE card_sales SET state = 'declined'")
  expect(findings()).toMatchObject([{ kind: 'derived' }])
  expect(codeOf(() => till.open())).toBe('store_corrupt')
  tamper('DELETE FROM card_sales')
  expect(codeOf(() => till.open())).toBe('store_corrupt')
})

test('the step is the seventh, and a till of before goes on with it', () => {
  expect(MIGRATIONS[6]).toMatchObject({ number: 7, name: 'card sales' })
  const raw = new Database(':memory:')
  for (const { sql } of MIGRATIONS) raw.exec(sql)
  expect(raw.pragma('foreign_key_check')).toEqual([])
  expect(raw.prepare('SELECT count(*) FROM card_sales').pluck().get()).toBe(0)
  const plan = raw
    .prepare(
      "EXPLAIN QUERY PLAN SELECT body FROM card_sales WHERE state IN ('started', 'handed_over', 'unknown', 'approved', 'reversing', 'reversal_refused') ORDER BY reference LIMIT 20",
    )
    .all() as { detail: string }[]
  expect(plan.map(({ detail }) => detail).join(' ')).toContain('card_sales_open')
  raw.close()
})
