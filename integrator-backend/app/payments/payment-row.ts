// Rows of the payments table and what they become: the status for a terminal, the record for posting.
// Called by the payment store files; SQL is written there, shapes here.
import { paise, ZERO_PAISE } from '#contract/money.ts'
import type { Payment, PaymentStatus, PostingStep } from '#contract/payment.ts'
import { paymentSchema, paymentStatusSchema } from '#contract/payment.ts'
import type { PostingRecord } from '#collection/posting-facts.ts'

export type StatusRow = {
  id: string
  state: string
  reason: string | null
  digit_receipt_number: string | null
  digit_payment_id: string | null
  posted_at_ms: number | null
  balance_paise: number | null
  held_paise: number
  cursor: number
  /** After the first: the payment's own row is the step RECEIVED. */
  steps: { state: string; atMs: number; note: string }[]
  received_ms: number
}

/** Newest steps win when a payment has more than a status may carry. */
export const STEPS_SHOWN_MAX = 500

/** Columns of StatusRow, from a table alias `p`. */
export const statusColumns = `p.id, p.state, p.reason, p.digit_receipt_number, p.digit_payment_id, p.posted_at_ms,
  p.balance_paise, p.cursor,
  coalesce((select r.amount_paise from tahsil.remainders r where r.payment_id = p.id and r.state = 'HELD'), 0)
    as held_paise, (
    select coalesce(json_agg(json_build_object('state', s.state, 'note', s.note,
      'atMs', (extract(epoch from s.at) * 1000)::bigint) order by s.step_id), '[]'::json)
    from (select * from tahsil.payment_steps t where t.payment_id = p.id
          order by t.step_id desc limit ${STEPS_SHOWN_MAX - 1}) s
  ) as steps, (extract(epoch from p.received_at) * 1000)::bigint as received_ms`

export function statusOf(row: StatusRow): PaymentStatus {
  return paymentStatusSchema.parse({
    id: row.id,
    state: row.state,
    reason: row.reason,
    digitReceiptNumber: row.digit_receipt_number,
    digitPaymentId: row.digit_payment_id,
    postedAtMs: row.posted_at_ms,
    balancePaise: row.balance_paise,
    heldPaise: row.held_paise,
    steps: [receivedStep(row.received_ms), ...row.steps],
    cursor: row.cursor,
  })
}

/** The status of a payment that was taken this instant. */
export function freshStatus(fresh: { id: string; cursor: number; receivedMs: number }): PaymentStatus {
  return {
    id: fresh.id,
    state: 'RECEIVED',
    reason: null,
    digitReceiptNumber: null,
    digitPaymentId: null,
    postedAtMs: null,
    balancePaise: null,
    heldPaise: ZERO_PAISE,
    steps: [receivedStep(fresh.receivedMs)],
    cursor: fresh.cursor,
  }
}

function receivedStep(atMs: number): PostingStep {
  return { state: 'RECEIVED', atMs, note: 'received from the terminal' }
}

export type PostingRow = {
  id: string
  content: string
  state: string
  reason: string | null
  bill_id: string
  attempt_count: number
  last_attempt_ms: number | null
  last_refusal: PostingRecord['lastRefusal']
  lag_since_ms: number | null
  wait_count: number
  posted_since_ms: number | null
  digit_payment_id: string | null
  post_paise: number | null
  settled_as: PostingRecord['settledAs']
  is_decided: boolean
  reversal: PostingRecord['reversal']
  probe_reason: string | null
  is_refund_claimed: boolean
  now_ms: number
  is_behind: boolean
  hold_until_ms: number | null
}

export function recordOf(row: PostingRow): PostingRecord {
  const payment: Payment = paymentSchema.parse(JSON.parse(row.content))
  if (payment.id !== row.id) throw new TypeError('a payment row holds the content of another payment')
  return {
    payment,
    state: row.state as PostingRecord['state'],
    reason: row.reason as PostingRecord['reason'],
    billId: row.bill_id,
    attemptCount: row.attempt_count,
    lastAttemptAtMs: row.last_attempt_ms,
    lastRefusal: row.last_refusal,
    lagSinceMs: row.lag_since_ms,
    waitCount: row.wait_count,
    postedSinceMs: row.posted_since_ms,
    digitPaymentId: row.digit_payment_id,
    postPaise: row.post_paise === null ? null : paise(row.post_paise),
    settledAs: row.settled_as,
    isDecided: row.is_decided,
    reversal: row.reversal,
    probeReason: row.probe_reason as PostingRecord['probeReason'],
    isRefundClaimed: row.is_refund_claimed,
    nowMs: row.now_ms,
    isBehindAnother: row.is_behind,
    holdUntilMs: row.hold_until_ms,
  }
}
