// Whether the money of a payment may be given back, by what DIGIT says about it now. Pure; called by app's exceptions before the first
// and again before the second person's word counts. After a restore DIGIT may hold what this database believes was never posted.
import { failureWords } from './digit-outcome.ts'
import type { DigitFailure, DigitOutcome } from './digit-outcome.ts'
import { findOwn, settleOwn } from './posting-actions.ts'
import type { FoundPayment, PostingRecord } from './posting-facts.ts'

export type RefundDecision =
  /** DIGIT holds nothing of it; `said` is what DIGIT answered, in words. */
  | { do: 'give'; said: string }
  /** DIGIT holds it: where it stands is put right, and nothing is given back. */
  | { do: 'settle'; step: ReturnType<typeof settleOwn>; receiptNumber: string | null; said: string }
  /** An attempt may still be running inside DIGIT. */
  | { do: 'wait'; againAtMs: number }
  | { do: 'refuse'; failure: DigitFailure }

export type RefundFence = {
  fenceMs: number
  /** The lost hours of a restore may have sent what no attempt here tells of; null: never restored. */
  restoredAtMs: number | null
}

/** `record` was read before DIGIT was asked: an attempt whose time was over then shows in the answer. */
export function decideRefund(
  record: PostingRecord,
  found: DigitOutcome<readonly FoundPayment[]>,
  fence: RefundFence,
): RefundDecision {
  if (found.kind !== 'ok') {
    if (!isNeverSendable(record, found)) return { do: 'refuse', failure: found }
    return { do: 'give', said: `it cannot hold such a payment (${failureWords(found)})` }
  }
  const own = findOwn(record, found.value)
  if (own?.isLive === true) {
    const said = `it holds this payment as receipt ${numberOf(own)}`
    return { do: 'settle', step: settleOwn(record, own), receiptNumber: own.receiptNumber, said }
  }
  const againAtMs = fenceOverAtMs(record, fence)
  if (record.nowMs <= againAtMs) return { do: 'wait', againAtMs: againAtMs + 1 }
  if (own === null) return { do: 'give', said: 'it does not hold this payment' }
  return {
    do: 'give',
    said: `it held this payment as receipt ${numberOf(own)}, ${own.instrumentStatus} since`,
  }
}

function numberOf({ receiptNumber }: FoundPayment): string {
  return receiptNumber?.slice(0, 128) ?? 'without a number'
}

/** Nothing was sent and nothing restored: it was always over. */
function fenceOverAtMs({ lastAttemptAtMs }: PostingRecord, { fenceMs, restoredAtMs }: RefundFence): number {
  return Math.ceil(Math.max(lastAttemptAtMs ?? -Infinity, restoredAtMs ?? -Infinity) + fenceMs)
}

/** DIGIT refuses the query itself for the data of a record that was never sent: it is no outage, and asking again says the same. */
function isNeverSendable({ state, attemptCount }: PostingRecord, failure: DigitFailure): boolean {
  if (state !== 'POISON' || attemptCount > 0 || failure.kind !== 'refused') return false
  return /^(?:NotNull|Size\.|Pattern\.|SafeHtml\.|typeMismatch\.|EGCL_|INVALID_(?!USER))/.test(failure.code)
}
