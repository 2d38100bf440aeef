// Card sales: begun before the terminal hears of them, taken on step by step, each step with its journal record. Part of the store; each
// method is one transaction.
import { asc, count as countOf, eq, sql } from 'drizzle-orm'
import { ProblemError } from '#contract/problem.ts'
import type { CardSale } from '#core/cards/card-sale.ts'
import { isOpenSale } from '#core/cards/card-sale.ts'
import type { JournalEntry } from '#core/journal.ts'
import { OPEN_CARD_SALES_MAX } from '#core/limits.ts'
import type { CardSaleStore, CollectionKey } from '#core/ports.ts'
import type { Gate } from '#store/gate.ts'
import { noteClock, readClock } from '#store/identity.ts'
import { prepareInsert } from '#store/insert.ts'
import { appendEntries } from '#store/journal/journal-table.ts'
import { cardSales } from '#store/schema.ts'
import { perSession, type Session } from '#store/session.ts'
import type { CollectionFacts, SalePlan } from '#core/plans.ts'

const statements = perSession((db) => ({
  // Word for word the condition of the index card_sales_open.
  open: db
    .select({ body: cardSales.body })
    .from(cardSales)
    .where(sql`state IN ('started', 'handed_over', 'unknown', 'approved', 'reversing', 'reversal_refused')`)
    .orderBy(asc(cardSales.reference))
    .limit(OPEN_CARD_SALES_MAX)
    .prepare(),
  one: db
    .select({ body: cardSales.body })
    .from(cardSales)
    .where(eq(cardSales.reference, sql.placeholder('reference')))
    .prepare(),
  count: db.select({ value: countOf() }).from(cardSales).prepare(),
  insert: prepareInsert(db, cardSales),
  step: db
    .update(cardSales)
    .set({
      state: sql`${sql.placeholder('state')}`,
      body: sql`${sql.placeholder('body')}`,
      journalSeq: sql`${sql.placeholder('journalSeq')}`,
    })
    .where(eq(cardSales.reference, sql.placeholder('reference')))
    .prepare(),
}))

export function cardSaleTable(
  gate: Gate,
  factsOf: (session: Session, key: CollectionKey) => CollectionFacts,
): CardSaleStore {
  return {
    openSales: () => gate.read(readOpenSales),
    cardSale: (reference) => gate.read((session) => readSale(session, reference)),
    commitSale: (key, plan) => {
      let begun: CardSale | null = null
      return gate.write(
        (session) => {
          const facts = { ...factsOf(session, key), saleCount: countSales(session) }
          const planned = plan(facts)
          if (planned === null) throw new Error('a sale begins or is refused')
          begun = planned.sale
          beginSale(session, planned)
          return planned.sale
        },
        (session) => (begun === null ? null : sameSale(readSale(session, begun.reference), begun)),
      )
    },
    commitSaleStep: (reference, plan) => {
      let next: CardSale | null = null
      return gate.write(
        (session) => {
          const sale = readSale(session, reference)
          if (sale === null) throw new ProblemError('card_sale_not_found', { reference })
          const planned = plan(sale, readClock(session))
          if (planned === null) return sale
          next = planned.sale
          const [entry] = appendEntries(session, [planned.journal])
          if (entry === undefined) throw new Error('every step has its journal record')
          writeStep(session, planned.sale, entry)
          noteClock(session, planned.journal.at)
          return planned.sale
        },
        (session) =>
          next === null ? readSale(session, reference) : sameSale(readSale(session, reference), next),
      )
    },
  }
}

function beginSale(session: Session, { sale, journal: draft }: SalePlan): void {
  if (sale.state !== 'started') throw new Error('a sale begins as started')
  const [entry] = appendEntries(session, [draft])
  if (entry === undefined) throw new Error('every sale has its journal record')
  const { reference, collectionId, state, amountPaise } = sale
  const body = JSON.stringify(sale)
  statements(session).insert({ reference, collectionId, state, amountPaise, body, journalSeq: entry.seq })
  noteClock(session, draft.at)
}

/** Inside the caller's transaction, whose journal has the record of this step. */
export function writeStep(session: Session, sale: CardSale, entry: Pick<JournalEntry, 'seq' | 'type'>): void {
  if (entry.type !== 'CARD_SALE') throw new Error('a step has a record of its own kind')
  const { reference, state } = sale
  const { changes } = statements(session).step.run({
    reference,
    state,
    body: JSON.stringify(sale),
    journalSeq: entry.seq,
  })
  if (changes !== 1) throw new Error('a step is one of a known sale')
}

export function readOpenSales(session: Session): CardSale[] {
  const sales = statements(session).open.all().map(saleOf)
  if (!sales.every(isOpenSale)) throw new Error('a sale is in the state that its row says')
  return sales
}

function readSale(session: Session, reference: string): CardSale | null {
  const row = statements(session).one.get({ reference })
  return row === undefined ? null : saleOf(row)
}

function countSales(session: Session): number {
  return statements(session).count.get()?.value ?? 0
}

function saleOf({ body }: { body: string }): CardSale {
  return JSON.parse(body) as CardSale
}

function sameSale(found: CardSale | null, wanted: CardSale): CardSale | null {
  return found !== null && JSON.stringify(found) === JSON.stringify(wanted) ? found : null
}
