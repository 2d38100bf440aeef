// The next step of undoing a posted payment in DIGIT. Pure; called by decide-posting for REVERSING. Every step starts with a look
// whether DIGIT has undone it already (R5): repeating the call is harmless, believing an answer is not.
import { findOwn, pause, settleOwn, suspend, waitFor } from './posting-actions.ts'
import type {
  Action,
  FoundPayment,
  PostingFacts,
  PostingPolicy,
  PostingRecord,
  ReversalAction,
} from './posting-facts.ts'

/** So many refusals of access control are a missing role and no outage (quirk 5). */
export const REVERSAL_DENIALS_MAX = 3

export function decideReversal(record: PostingRecord, facts: PostingFacts, policy: PostingPolicy): Action {
  const { reversal } = record
  if (reversal === null) throw new TypeError('a reversal must say what is to be done')
  if (record.holdUntilMs !== null && record.holdUntilMs > record.nowMs) {
    const ms = Math.min(record.holdUntilMs - record.nowMs, policy.retryMaxMs)
    return { do: 'wait', ms, note: 'posting is stopped for now' }
  }
  if (facts.payments === undefined) return { do: 'look', at: 'payments' }
  if (facts.payments.kind !== 'ok') return waitFor(facts.payments, record, policy)
  const own = findOwn(record, facts.payments.value)
  if (own === null) {
    return { do: 'wait', ms: pause(record, policy), note: 'DIGIT does not show the payment now' }
  }
  if (!own.isLive) return { ...settleOwn(record, own), note: 'undone in DIGIT' }
  const refusal = whyNotReversible(own, facts.payments.value, reversal.action) ?? reversal.refusal
  if (refusal !== null) {
    return suspend('REVERSAL_REFUSED', `it stays in DIGIT: ${refusal}`.slice(0, 300))
  }
  const words = reversal.action === 'CANCEL' ? 'cancel' : 'dishonour'
  return {
    do: 'reverse',
    action: reversal.action,
    digitPaymentId: own.digitPaymentId,
    note: `asking DIGIT to ${words} the payment, call ${record.attemptCount + 1}`,
  }
}

/** DIGIT's own rules (PaymentWorkflowValidator): the right state, and only the consumer's latest payment. */
export function whyNotReversible(
  own: FoundPayment,
  found: readonly FoundPayment[],
  action: ReversalAction,
): string | null {
  const states = action === 'CANCEL' ? ['APPROVED'] : ['APPROVED', 'REMITTED']
  if (!states.includes(own.instrumentStatus)) {
    return `a payment in the state ${own.instrumentStatus.slice(0, 40)} cannot be undone`
  }
  const isLater = found.some(
    (each) =>
      each.isLive &&
      each.digitPaymentId !== own.digitPaymentId &&
      states.includes(each.instrumentStatus) &&
      (each.receiptAtMs ?? 0) > (own.receiptAtMs ?? 0),
  )
  return isLater ? 'a later payment of this consumer would have to be undone first' : null
}
