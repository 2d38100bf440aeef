// What a payment's state is called on every screen: a tone, a word and a sentence. Pure.
import { formatInr } from '#contract/money.ts'
import { outcomeLines, type OutcomeFacts } from '#contract/words/outcome-words.ts'
import type { PostingState } from '#contract/payment.ts'
import type { ReceiptStanding } from '#contract/receipt.ts'
import type { PaymentRow } from '#rpc/procedures.ts'
import type { Text, TextKey } from '#renderer/text/catalog.ts'
import type { Tone } from './tone.ts'

export type StateWords = { readonly tone: Tone; readonly word: TextKey }

const STANDINGS: Readonly<Record<ReceiptStanding, StateWords>> = {
  provisional: { tone: 'wait', word: 'standing.provisional' },
  final: { tone: 'ok', word: 'standing.final' },
  held: { tone: 'warn', word: 'standing.held' },
  cancelled: { tone: 'off', word: 'standing.cancelled' },
}

export function standingWords(standing: ReceiptStanding): StateWords {
  return STANDINGS[standing]
}

const STATES: Readonly<Record<PostingState, StateWords>> = {
  RECEIVED: { tone: 'wait', word: 'state.RECEIVED' },
  VERIFIED: { tone: 'wait', word: 'state.VERIFIED' },
  HOLD: { tone: 'wait', word: 'state.HOLD' },
  READY: { tone: 'wait', word: 'state.READY' },
  POSTING: { tone: 'wait', word: 'state.POSTING' },
  UNKNOWN: { tone: 'unknown', word: 'state.UNKNOWN' },
  RESOLVE: { tone: 'unknown', word: 'state.RESOLVE' },
  POSTED: { tone: 'ok', word: 'state.POSTED' },
  CONFIRMED: { tone: 'ok', word: 'state.CONFIRMED' },
  SUSPENSE: { tone: 'warn', word: 'state.SUSPENSE' },
  POISON: { tone: 'warn', word: 'state.POISON' },
  QUARANTINE: { tone: 'warn', word: 'state.QUARANTINE' },
  REVERSING: { tone: 'wait', word: 'state.REVERSING' },
  REVERSED: { tone: 'off', word: 'state.REVERSED' },
}

/** null: the integrator has not answered for it yet. */
export function postingWords(state: PostingState | null): StateWords {
  return state === null ? { tone: 'wait', word: 'state.waiting' } : STATES[state]
}

const PRINTS: Readonly<Record<PaymentRow['printState'], StateWords>> = {
  queued: { tone: 'wait', word: 'print.queued' },
  sending: { tone: 'wait', word: 'print.printing' },
  sent: { tone: 'wait', word: 'print.sent' },
  printed: { tone: 'ok', word: 'print.printed' },
  interrupted: { tone: 'warn', word: 'print.interrupted' },
  failed: { tone: 'warn', word: 'print.failed' },
  unknown: { tone: 'unknown', word: 'print.unknown' },
  absent: { tone: 'off', word: 'print.absent' },
}

export function printWords(state: PaymentRow['printState']): StateWords {
  return PRINTS[state]
}

const MODES: Readonly<Record<string, TextKey>> = {
  CASH: 'mode.CASH',
  CHEQUE: 'mode.CHEQUE',
  DD: 'mode.DD',
  CARD: 'mode.CARD',
  OFFLINE_NEFT: 'mode.OFFLINE_NEFT',
  OFFLINE_RTGS: 'mode.OFFLINE_RTGS',
  POSTAL_ORDER: 'mode.POSTAL_ORDER',
}

export function modeWord(mode: string): TextKey {
  return MODES[mode] ?? 'mode.other'
}

/** What became of a payment, line by line: where it stands, what of it is held, why (contract/words/outcome-words.ts). */
export function outcomeWordsOf(text: Text, facts: OutcomeFacts): string[] {
  return outcomeLines(facts).map((line) =>
    line.key === 'held.part' ? text(line.key, { amount: formatInr(line.amountPaise) }) : text(line.key),
  )
}
