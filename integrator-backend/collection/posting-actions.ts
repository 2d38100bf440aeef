// Steps that decide-posting and decide-reversal share: find our own payment among DIGIT's, settle on it, wait, hold. Pure.
import { subtractPaise, ZERO_PAISE } from '#contract/money.ts'
import type { SuspenseReason } from '#contract/payment.ts'
import { failureWords } from './digit-outcome.ts'
import type { DigitFailure } from './digit-outcome.ts'
import type { Action, FoundPayment, PostingPolicy, PostingRecord } from './posting-facts.ts'

type Become = Extract<Action, { do: 'become' }>

/** The id inside additionalDetails decides; the receipt number only for payments that carry no id of ours. */
export function findOwn(record: PostingRecord, found: readonly FoundPayment[]): FoundPayment | null {
  const { id, receiptNumber, amountPaise } = record.payment
  const byId = found.filter((each) => each.ownPaymentId === id)
  const byNumber = found.filter(
    (each) =>
      each.ownPaymentId === null &&
      each.manualReceiptNumber === receiptNumber &&
      each.amountPaise === amountPaise,
  )
  const own = byId.length > 0 ? byId : byNumber
  return own.find((each) => each.isLive) ?? own[0] ?? null
}

/** What stands about a payment that DIGIT holds; the part it did not take becomes a remainder. */
export function settleOwn(record: PostingRecord, own: FoundPayment): Become {
  const { payment } = record
  const heldPaise = subtractPaise(payment.amountPaise, own.amountPaise)
  // after a restore only DIGIT's own copy tells that it was split on purpose
  const isSplit = heldPaise > 0 && (own.heldPaise === heldPaise || record.postPaise === own.amountPaise)
  const settledAs = isSplit ? ('split' as const) : record.settledAs
  const patch = {
    billId: own.billId,
    digitReceiptNumber: own.receiptNumber,
    digitPaymentId: own.digitPaymentId,
    postedAtMs: own.receiptAtMs ?? record.nowMs,
    lagSinceMs: null,
    lastRefusal: null,
    probeReason: null,
    settledAs,
    ...(isSplit ? { postPaise: own.amountPaise, heldPaise } : {}),
  }
  if ((heldPaise !== ZERO_PAISE && !isSplit) || own.tenantId !== payment.tenantId) {
    return {
      do: 'become',
      state: 'QUARANTINE',
      note: 'DIGIT holds our reference with another amount or municipality',
    }
  }
  if (!own.isLive) {
    return { do: 'become', state: 'REVERSED', note: 'posted, and reversed in DIGIT since', patch }
  }
  const note = isSplit
    ? 'DIGIT holds what was due; the rest is held for the citizen'
    : 'DIGIT holds the payment'
  if (settledAs === null) return { do: 'become', state: 'POSTED', note, patch }
  const reason = settledAs === 'part' ? ('BILL_HIGHER' as const) : ('BILL_LOWER' as const)
  return { do: 'become', state: 'POSTED', reason, note, patch }
}

export function suspend(reason: SuspenseReason, note: string): Become {
  return { do: 'become', state: 'SUSPENSE', reason, note }
}

export function waitFor(failure: DigitFailure, record: PostingRecord, policy: PostingPolicy): Action {
  return { do: 'wait', ms: pause(record, policy), note: `DIGIT: ${failureWords(failure)}` }
}

/** Doubles from the base to the maximum. */
export function pause(record: PostingRecord, policy: PostingPolicy): number {
  return Math.min(policy.retryBaseMs * 2 ** Math.min(record.waitCount, 20), policy.retryMaxMs)
}
