// Search terms of receipts: exact prefixes as ranges, because a bound LIKE never uses an index. Used by payments.ts, outbox.ts
// and payment-rows.ts.
import { and, desc, gte, lt, sql } from 'drizzle-orm'
import { normalTerm } from '#core/search-terms.ts'
import { searchTerms } from './schema.ts'
import { perSession, type Session } from './session.ts'

/** Terms looked at for one search; the newest numbers come first. */
const TERMS_READ_MAX = 500
/** Sorts behind every character that a term can hold. */
const LAST = '\u{10FFFF}'

const statements = perSession((db) => ({
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
}))

export function addTerms(session: Session, paymentId: string, terms: readonly string[]): void {
  for (const term of terms) statements(session).add.run({ term, paymentId })
}

/** Ids of payments with a term that begins so; at most TERMS_READ_MAX. */
export function idsByPrefix(session: Session, text: string): string[] {
  const from = normalTerm(text)
  if (from === '') return []
  const rows = statements(session).prefix.all({ from, to: `${from}${LAST}` })
  return [...new Set(rows.map(({ paymentId }) => paymentId))]
}
