// What terminals ask about payments: one status, the feed of changes, payments on their way, a receipt's bill.
// Called by the API and bill search. Every query carries the slot or tenant of the token.
import type { Pool } from 'pg'
import type { PaymentStatus } from '#contract/payment.ts'
import type { KnownReceipt, PendingPayment } from '#app/bills/search-bills.ts'
import type { ChangeWaiters } from './change-waiters.ts'
import { statusColumns, statusOf } from './payment-row.ts'
import type { StatusRow } from './payment-row.ts'

export async function readStatus(pool: Pool, slotId: string, id: string): Promise<PaymentStatus | null> {
  const rows = await pool.query<StatusRow>({
    name: 'read-status',
    text: `select ${statusColumns} from tahsil.payments p where p.id = $1 and p.slot_id = $2`,
    values: [id, slotId],
  })
  const [row] = rows.rows
  return row === undefined ? null : statusOf(row)
}

export async function readChanges(
  pool: Pool,
  slotId: string,
  { since, limit }: { since: number; limit: number },
): Promise<{ payments: PaymentStatus[]; nextCursor: number; hasMore: boolean }> {
  const rows = await pool.query<StatusRow>({
    name: 'read-changes',
    text: `select ${statusColumns} from tahsil.payments p
      where p.slot_id = $1 and p.cursor > $2 order by p.cursor limit $3`,
    values: [slotId, since, limit + 1],
  })
  const payments = rows.rows.slice(0, limit).map(statusOf)
  return { payments, nextCursor: payments.at(-1)?.cursor ?? since, hasMore: rows.rows.length > limit }
}

/** As `readChanges`; when nothing is new it is looked at again as soon as something has changed. */
export async function awaitChanges(
  { pool, waiters }: { pool: Pool; waiters: Pick<ChangeWaiters, 'wait'> },
  slotId: string,
  asked: { since: number; limit: number; waitMs: number },
): ReturnType<typeof readChanges> {
  if (asked.waitMs === 0) return await readChanges(pool, slotId, asked)
  // Waiting begins before looking, so that a change in between is not missed.
  const gone = new AbortController()
  const change = waiters.wait(slotId, asked.waitMs, gone.signal)
  try {
    const now = await readChanges(pool, slotId, asked)
    if (now.payments.length > 0) return now
    await change
  } finally {
    gone.abort()
  }
  return await readChanges(pool, slotId, asked)
}

/** Money taken for these consumers that DIGIT's bills may not show yet. */
export async function readPending(
  pool: Pool,
  tenantId: string,
  consumerCodes: readonly string[],
): Promise<(PendingPayment & KnownReceipt)[]> {
  const rows = await pool.query<PendingPayment & KnownReceipt>({
    name: 'read-pending',
    text: `select coalesce(digit_receipt_number, receipt_number) as "receiptNumber", collected_at_ms as "paidAtMs",
        amount_paise as "amountPaise", bill_id as "billId", business_service as "businessService",
        consumer_code as "consumerCode", tenant_id as "tenantId"
      from tahsil.payments
      where tenant_id = $1 and consumer_code = any($2::text[])
        and state in ('RECEIVED', 'VERIFIED', 'HOLD', 'READY', 'POSTING', 'UNKNOWN', 'RESOLVE', 'POSTED')
      order by seq desc limit 200`,
    values: [tenantId, consumerCodes],
  })
  return rows.rows
}

/** By our payment id, our receipt number or DIGIT's. */
export async function readReceipt(
  pool: Pool,
  { receiptNumber, paymentId }: { receiptNumber: string | null; paymentId: string | null },
): Promise<KnownReceipt | null> {
  const rows = await pool.query<KnownReceipt>({
    name: 'read-receipt',
    text: `select business_service as "businessService", consumer_code as "consumerCode", tenant_id as "tenantId"
      from tahsil.payments
      where id = $1 or ($1::uuid is null and (receipt_number = $2 or digit_receipt_number = $2))
      order by seq desc limit 1`,
    values: [paymentId, receiptNumber],
  })
  return rows.rows[0] ?? null
}
