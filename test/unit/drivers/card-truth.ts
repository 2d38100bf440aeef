// The one question of every test of a card terminal: does the outcome contradict what was really charged? Called by the
// nexo-sales tests and cloud-terminal-rules.ts.
import type { CardIntent, CardOutcome, CardStatus } from '#drivers/card-terminal/card-terminal.ts'

type Entry = { readonly reference: string; readonly state: string }

/** null: the outcome agrees with the ledger of the terminal; otherwise what is wrong. */
export function contradiction(
  outcome: CardOutcome | CardStatus,
  ledger: readonly Entry[],
  intent: CardIntent,
): string | null {
  const own = ledger.filter(({ reference }) => reference === intent.reference)
  const charged = own.filter(({ state }) => state === 'charged').length
  if (own.length > 1) return `the sale went to the terminal ${own.length} times`
  if (outcome.kind === 'unknown' || outcome.kind === 'in_progress') return null
  if (outcome.kind !== 'approved') return charged === 0 ? null : `${outcome.kind}, but the card was charged`
  if (charged !== 1) return 'approved, but the card was not charged'
  return outcome.approval.amountPaise === intent.amountPaise ? null : 'approved with another amount'
}
