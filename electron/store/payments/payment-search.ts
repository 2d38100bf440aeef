// Search terms of receipts: exact prefixes as ranges, because a bound LIKE never uses an index. The terms of a payment are written
// after its commit, by whoever searches next, so that money never waits for them. Used by outbox.ts, payment-rows.ts and
// open-store.ts.
import { and, asc, desc, gt, gte, lt, sql } from 'drizzle-orm'
import type { Payment } from '#contract/payment.ts'
import { ProblemError } from '#contract/problem.ts'
import { normalTerm, searchTermsOf } from '#core/bills/search-terms.ts'
import type { Gate } from '#store/gate.ts'
import { getMeta, setMeta } from '#store/meta.ts'
import { payments, searchTerms } from '#store/schema.ts'
import { perSession, type Session } from '#store/session.ts'

/** Terms looked at for one search; the newest numbers come first. */
const TERMS_READ_MAX = 500
/** Payments whose terms are written in one transaction, and transactions before one search. */
const INDEXED_AT_ONCE_MAX = 500
const INDEX_ROUNDS_MAX = 40
/** Payments without terms that one search reads through, newest first; there are any only while terms cannot be written. */
const UNINDEXED_READ_MAX = 10_000
/** Sorts behind every character that a term can hold. */
const LAST = '\u{10FFFF}'

const statements = perSession((db) => {
  const after = gt(payments.deviceSeq, sql.placeholder('seq'))
  const recorded = () =>
    db.select({ id: payments.id, deviceSeq: payments.deviceSeq, body: payments.body }).from(payments)
  return {
    add: db
      .insert(searchTerms)
      .values({ term: sql.placeholder('term'), paymentId: sql.placeholder('paymentId') })
      .onConflictDoNothing()
      .prepare(),
    prefix: db
      .select({ paymentId: searchTerms.paymentId })
      .from(searchTerms)
      .where(and(gte(searchTerms.term, sql.placeholder('from')), lt(searchTerms.term, sql.placeholder('to'))))
      .orderBy(desc(searchTerms.term))
      .limit(TERMS_READ_MAX)
      .prepare(),
    oldestAfter: recorded()
      .where(after)
      .orderBy(asc(payments.deviceSeq))
      .limit(INDEXED_AT_ONCE_MAX)
      .prepare(),
    newestAfter: recorded()
      .where(after)
      .orderBy(desc(payments.deviceSeq))
      .limit(UNINDEXED_READ_MAX)
      .prepare(),
  }
})

export function addTerms(session: Session, paymentId: string, terms: readonly string[]): void {
  for (const term of terms) statements(session).add.run({ term, paymentId })
}

/**
 * Writes the terms of payments that have none yet, in transactions of its own. A disk that is full or busy is no reason to find
 * nothing: what is left out here is read through by `idsByPrefix`.
 */
export function indexPayments(gate: Gate): void {
  try {
    for (let round = 0; round < INDEX_ROUNDS_MAX; round++) {
      if (gate.read((session) => unindexed(session).length) === 0) return
      gate.write(indexOldest)
    }
  } catch (error) {
    if (!(error instanceof ProblemError) || !['store_full', 'store_busy'].includes(error.code)) throw error
  }
}

/** The mark moves in the transaction of the terms: after a crash both are there or neither. */
function indexOldest(session: Session): void {
  const fresh = unindexed(session)
  for (const { id, body } of fresh) addTerms(session, id, termsOf(body))
  const last = fresh.at(-1)
  if (last !== undefined) setMeta(session, 'searchableSeq', last.deviceSeq)
}

function unindexed(session: Session): { id: string; deviceSeq: number; body: string }[] {
  return statements(session).oldestAfter.all({ seq: searchableSeq(session) })
}

/** Number of the last payment whose terms are written; 0 before the first. */
function searchableSeq(session: Session): number {
  return getMeta<number>(session, 'searchableSeq') ?? 0
}

function termsOf(body: string): string[] {
  return searchTermsOf(JSON.parse(body) as Payment)
}

/** Ids of payments with a term that begins so; of those with terms at most TERMS_READ_MAX. */
export function idsByPrefix(session: Session, text: string): string[] {
  const from = normalTerm(text)
  if (from === '') return []
  const { prefix, newestAfter } = statements(session)
  const rows = prefix.all({ from, to: `${from}${LAST}` })
  const rest = newestAfter
    .all({ seq: searchableSeq(session) })
    .filter(({ body }) => termsOf(body).some((term) => term.startsWith(from)))
  return [...new Set([...rest.map(({ id }) => id), ...rows.map(({ paymentId }) => paymentId)])]
}
