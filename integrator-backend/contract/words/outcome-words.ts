// What became of a payment, in words: one catalog for the till's screens, for receipts and for the supervisor's list, so that all
// three say the same about the same payment. English; outcome-words-hi.ts has the same keys. `{amount}` is money, already formatted.
import type { Exception } from '#contract/exceptions-api.ts'
import { ZERO_PAISE, type Paise } from '#contract/money.ts'
import type { PostingState, SuspenseReason } from '#contract/payment.ts'

type StateKey = `state.${PostingState | 'waiting'}`
type ReasonKey = `reason.${SuspenseReason}`
export type OutcomeKey = StateKey | ReasonKey | 'held.part'

/** Read aloud at the counter and printed on paper: neutral, no blame, and where the money is. */
export const outcomeWords: Readonly<Record<OutcomeKey, string>> = {
  'state.CONFIRMED': 'Paid and confirmed by DIGIT',
  'state.HOLD': 'Held back for a moment',
  'state.POISON': 'Could not be read: the office looks at it',
  'state.POSTED': 'Paid: DIGIT gave its number',
  'state.POSTING': 'Being posted to DIGIT',
  'state.QUARANTINE': 'Set apart: the office looks at it',
  'state.READY': 'Waiting for DIGIT',
  'state.RECEIVED': 'Received by the office',
  'state.RESOLVE': 'Not known yet: the office compares',
  'state.REVERSED': 'Cancelled',
  'state.REVERSING': 'Being cancelled',
  'state.SUSPENSE': 'Held for the office: the money is safe',
  'state.UNKNOWN': 'Not known yet: do not pay again',
  'state.VERIFIED': 'Checked by the office',
  'state.waiting': 'Waiting to be sent',

  'reason.ALREADY_PAID': 'DIGIT says this bill was already paid.',
  'reason.BILL_CANCELLED': 'The bill was cancelled.',
  'reason.BILL_HIGHER': 'More is due now than was paid.',
  'reason.BILL_LOWER': 'Less is due now than was paid.',
  'reason.LAGGING': 'DIGIT has not yet worked in an earlier payment.',
  'reason.MODE_NOT_ALLOWED': 'The service does not take this way of paying.',
  'reason.NOTHING_DUE': 'Nothing is due any more.',
  'reason.NOT_OUR_BILL': 'The bill belongs to somebody else.',
  'reason.REFUSED_BY_DIGIT': 'DIGIT refused it.',
  'reason.REFUND_CLAIMED': 'A till says that this money was given back. The office decides.',
  'reason.REVERSAL_REFUSED': 'DIGIT did not allow the reversal.',
  'reason.REVOKED_DEVICE': 'The till was withdrawn by the office before this payment.',
  'reason.SEQUENCE_FORK': 'Two different records carry the same number.',
  'reason.SERVICE_CLOSED': 'The service takes no counter payments.',

  'held.part': '{amount} of this is held for the payer: the office gives it back or uses it as agreed.',
}

export type OutcomeFacts = {
  /** null: the integrator has not answered for it yet. */
  readonly state: PostingState | null
  readonly reason: SuspenseReason | null
  /** The part that DIGIT did not take. */
  readonly heldPaise: Paise
}

export type OutcomeLine =
  | { readonly key: StateKey | ReasonKey }
  | { readonly key: 'held.part'; readonly amountPaise: Paise }

/** What is to be said, in this order: where it stands, what of it is held, and why. */
export function outcomeLines({ state, reason, heldPaise }: OutcomeFacts): OutcomeLine[] {
  if (heldPaise < 0) throw new RangeError('what is held is never negative')
  return [
    { key: `state.${state ?? 'waiting'}` },
    ...(heldPaise > 0 ? [{ key: 'held.part', amountPaise: heldPaise } as const] : []),
    ...(reason === null ? [] : [{ key: `reason.${reason}` } as const]),
  ]
}

/** The same lines as plain text; `money` writes an amount as the medium does. */
export function outcomeTexts(
  facts: OutcomeFacts,
  { words, money }: { words: Readonly<Record<OutcomeKey, string>>; money: (amountPaise: Paise) => string },
): string[] {
  return outcomeLines(facts).map((line) =>
    line.key === 'held.part' ? words[line.key].replace('{amount}', money(line.amountPaise)) : words[line.key],
  )
}

/** An exception is told in the words of its payment; a remainder is the part of it that is held. */
export function outcomeOfException({
  kind,
  state,
  reason,
  amountPaise,
}: Pick<Exception, 'kind' | 'state' | 'reason' | 'amountPaise'>): OutcomeFacts {
  return { state, reason, heldPaise: kind === 'remainder' ? (amountPaise ?? ZERO_PAISE) : ZERO_PAISE }
}
