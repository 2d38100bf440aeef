// What tills and bill search read of the payments. Called by the simulated integrator.
import { paymentStatusSchema } from '#contract/payment.ts'
import type { PaymentStatus } from '#contract/payment.ts'
import type { At, PaymentRow, Tables } from './table-store.ts'

const live = ['RECEIVED', 'VERIFIED', 'HOLD', 'READY', 'POSTING', 'UNKNOWN', 'RESOLVE', 'POSTED']
const stepsShownMax = 500

/** The feed of one till: what changed after the cursor, in order. */
export function changesOf(at: At, slotId: string, { since, limit }: { since: number; limit: number }) {
  const rows = [...at.tables.payments.values()]
    .filter((row) => row.slotId === slotId && row.cursor > since)
    .toSorted((one, other) => one.cursor - other.cursor)
  const payments = rows.slice(0, limit).map((row) => statusOf(at, row))
  return { payments, nextCursor: payments.at(-1)?.cursor ?? since, hasMore: rows.length > limit }
}

/** Money taken for these consumers that DIGIT's bills may not show yet. */
export function pendingOf({ tables }: At, tenantId: string, consumerCodes: readonly string[]) {
  return [...tables.payments.values()]
    .filter((row) => row.tenantId === tenantId && consumerCodes.includes(row.consumerCode))
    .filter((row) => live.includes(row.state))
    .toSorted((one, other) => other.seq - one.seq)
    .slice(0, 200)
    .map((row) => ({
      receiptNumber: row.digitReceiptNumber ?? row.receiptNumber,
      paidAtMs: row.collectedAtMs,
      amountPaise: row.amountPaise,
      billId: row.billId,
      businessService: row.businessService,
      consumerCode: row.consumerCode,
      tenantId: row.tenantId,
    }))
}

function statusOf({ tables }: At, row: PaymentRow): PaymentStatus {
  return paymentStatusSchema.parse({
    id: row.id,
    state: row.state,
    reason: row.reason,
    digitReceiptNumber: row.digitReceiptNumber,
    digitPaymentId: row.digitPaymentId,
    postedAtMs: row.postedAtMs,
    balancePaise: row.balancePaise,
    heldPaise: heldOf(tables, row.id),
    steps: (tables.steps.get(row.id) ?? []).slice(-stepsShownMax),
    cursor: row.cursor,
  })
}

/** What is held for the citizen of a payment that DIGIT took only in part. */
function heldOf({ remainders }: Tables, id: string): number {
  const rest = remainders.get(id)
  return rest === undefined || rest.isSettled ? 0 : rest.amountPaise
}
