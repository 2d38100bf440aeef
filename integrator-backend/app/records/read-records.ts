// Reads what a till handed over: which records are payments, which cannot be read, and whether the running totals add up. Called by
// append.ts; decides nothing about the chain.
import * as z from 'zod'
import { readBody } from '#contract/journal-record.ts'
import type { JournalRecord } from '#contract/journal-record.ts'
import { paymentSchema } from '#contract/payment.ts'
import { whyRefused } from '#collection/accept-payment.ts'
import type { Refusal, Submitter } from '#collection/accept-payment.ts'
import { seal } from '#app/payments/insert-payments.ts'
import type { Sealed } from '#app/payments/insert-payments.ts'
import { readRefundClaim } from './refund-claims.ts'
import type { RefundClaim } from './refund-claims.ts'

export type SubmittingDevice = Submitter & { slotId: string; deviceId: string }

/** A payment, or money in a record that cannot be read as one. */
export type ReadRecord = { seq: number } & (
  | { kind: 'payment'; sealed: Sealed }
  | { kind: 'poison'; refusal: Refusal; record: unknown }
)

export type ReadBatch = {
  /** Only records about money. */
  records: ReadRecord[]
  /** Refunds that the journal says were carried out. */
  claims: RefundClaim[]
  totals: { seq: number; turnoverPaise: number; paymentCount: number; amountPaise: number }[]
}

export function readRecords(records: readonly JournalRecord[], device: SubmittingDevice): ReadBatch {
  const batch: ReadBatch = { records: [], claims: [], totals: [] }
  for (const { seq, body } of records) {
    const facts = readBody(body)
    if (facts === null) {
      // Nobody can say whether it was about money, so a person looks.
      const refusal: Refusal = { code: 'input_invalid', why: 'the journal record cannot be read' }
      batch.records.push({ seq, kind: 'poison', refusal, record: body })
      continue
    }
    const { type, turnoverPaise, paymentCount } = facts
    const read = type === 'PAY' ? readPayment(seq, facts.dataJson, device) : null
    const amountPaise = read?.kind === 'payment' ? read.sealed.payment.amountPaise : 0
    if (read?.kind !== 'poison') batch.totals.push({ seq, turnoverPaise, paymentCount, amountPaise })
    if (read !== null) batch.records.push(read)
    const claim = type === 'SUPERVISOR_ACT' ? readRefundClaim(seq, facts.dataJson) : null
    if (claim !== null) batch.claims.push(claim)
  }
  return batch
}

function readPayment(seq: number, dataJson: string, device: SubmittingDevice): ReadRecord {
  let record: unknown = dataJson
  try {
    record = JSON.parse(dataJson)
  } catch {
    return { seq, kind: 'poison', record, refusal: { code: 'input_invalid', why: 'the payment is not JSON' } }
  }
  const parsed = paymentSchema.safeParse(record)
  if (!parsed.success) {
    const where = z.prettifyError(parsed.error).replaceAll(/\s+/g, ' ')
    const refusal: Refusal = { code: 'input_invalid', why: `cannot be read: ${where}`.slice(0, 500) }
    return { seq, kind: 'poison', record, refusal }
  }
  const refusal = whyRefused(parsed.data, device)
  if (refusal !== null) return { seq, kind: 'poison', record, refusal }
  return { seq, kind: 'payment', sealed: seal(parsed.data, device) }
}

/** First record whose running total does not follow the one before it; null when all add up. */
export function brokenTotal(
  head: { turnoverPaise: number; paymentCount: number; upto: number },
  totals: ReadBatch['totals'],
): number | null {
  let last = { seq: head.upto, turnoverPaise: head.turnoverPaise, paymentCount: head.paymentCount }
  for (const next of totals) {
    // After a record that could not be read, its neighbours cannot be compared.
    const isNeighbour = next.seq === last.seq + 1
    const count = last.paymentCount + (next.amountPaise > 0 ? 1 : 0)
    const isRight =
      next.turnoverPaise === last.turnoverPaise + next.amountPaise && next.paymentCount === count
    if (isNeighbour && !isRight) return next.seq
    last = next
  }
  return null
}
