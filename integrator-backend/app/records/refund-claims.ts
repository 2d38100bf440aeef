// What journals tell of refunds that supervisors carried out through a till. A database that came back from an older backup does not
// know the decision: the record is then a claim, and its money waits for a person. Called by read-records.ts and append.ts.
import type { PoolClient } from 'pg'
import * as z from 'zod'
import { REFUND_CLAIMED_NOTE } from '#collection/decide-posting.ts'

export type RefundClaim = {
  seq: number
  paymentId: string
  kind: 'payment' | 'remainder'
  /** null: the till did not know who it was. */
  operatorId: string | null
}

const refundSchema = z.object({
  paymentId: z.uuid(),
  kind: z.enum(['payment', 'remainder']),
  act: z.literal('refund'),
  result: z.literal('done'),
  operatorId: z
    .string()
    .regex(/^[\w.:-]{1,64}$/)
    .nullable()
    .catch(null),
})

/** `dataJson` of a SUPERVISOR_ACT. null: not a refund that was carried out. */
export function readRefundClaim(seq: number, dataJson: string): RefundClaim | null {
  let data: unknown
  try {
    data = JSON.parse(dataJson)
  } catch {
    return null
  }
  const refund = refundSchema.safeParse(data)
  if (!refund.success) return null
  const { paymentId, kind, operatorId } = refund.data
  return { seq, paymentId, kind, operatorId }
}

/** In the transaction of the append and before its payments; doing it twice changes nothing. */
export async function keepRefundClaims(
  client: PoolClient,
  deviceId: string,
  claims: readonly RefundClaim[],
): Promise<void> {
  if (claims.length === 0) return
  await client.query({
    name: 'claim-refunds',
    text: 'select tahsil.claim_refunds($1, $2::bigint[], $3::uuid[], $4::text[], $5::text[], $6)',
    values: [
      deviceId,
      claims.map(({ seq }) => seq),
      claims.map(({ paymentId }) => paymentId),
      claims.map(({ kind }) => kind),
      claims.map(({ operatorId }) => operatorId),
      REFUND_CLAIMED_NOTE,
    ],
  })
}
