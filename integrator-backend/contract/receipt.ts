// What a receipt says, as facts. The host lays it out for paper, screen and PDF; nothing here knows a printer.
import * as z from 'zod'
import { billPeriodSchema, epochMsSchema, tenantIdSchema } from './bill.ts'
import { paiseSchema } from './money.ts'
import {
  collectionEvidenceSchema,
  instrumentSchema,
  paymentIdSchema,
  postingStateSchema,
  receiptNumberSchema,
  suspenseReasonSchema,
} from './payment.ts'

/** Lines and letters of a card terminal's slip that are kept, and printed on the receipt. */
export const CARD_SLIP_LINES_MAX = 60
export const CARD_SLIP_CHARS_MAX = 200

/**
 * provisional: DIGIT has not answered yet. final: DIGIT's receipt number is known.
 * held: the money is safe but DIGIT did not take it; a person decides. cancelled: reversed.
 */
export const receiptStandingSchema = z.enum(['provisional', 'final', 'held', 'cancelled'])
export type ReceiptStanding = z.infer<typeof receiptStandingSchema>

export const receiptSchema = z.strictObject({
  paymentId: paymentIdSchema,
  collectionId: z.uuid(),
  standing: receiptStandingSchema,
  state: postingStateSchema.nullable(),
  reason: suspenseReasonSchema.nullable(),
  /** The part that DIGIT did not take: held for the payer. */
  heldPaise: paiseSchema,
  tenantId: tenantIdSchema,
  municipalityName: z.string().max(256),
  /** The terminal's own number: always there. */
  receiptNumber: receiptNumberSchema,
  /** DIGIT's number: there when final. */
  digitReceiptNumber: z.string().max(256).nullable(),
  collectedAtMs: epochMsSchema,
  serviceCode: z.string().max(256),
  serviceName: z.string().max(256),
  consumerCode: z.string().max(128),
  billNumber: z.string().max(64),
  payerName: z.string().max(256).nullable(),
  paidBy: z.string().max(128),
  periods: z.array(billPeriodSchema).max(200),
  taxHeadNames: z.record(z.string(), z.string().max(256)),
  duePaise: paiseSchema,
  amountPaise: paiseSchema,
  /** Left on this bill after this payment as far as the terminal knows (negative: advance). */
  balancePaise: paiseSchema,
  /** What the payer agreed to in case another amount is due by the time DIGIT gets it. */
  agreed: collectionEvidenceSchema.pick({ isAdvanceAgreed: true, isPartAgreed: true }),
  /** Not null: the bill was not fresh, so what is due may be another after this day. Epoch ms. */
  revisionAfterMs: epochMsSchema.nullable(),
  instrument: instrumentSchema,
  /** The payer's card slip, of a terminal that prints none itself; on one receipt of each card sale. Never a whole card number. */
  cardSlip: z.array(z.string().max(CARD_SLIP_CHARS_MAX)).max(CARD_SLIP_LINES_MAX).default([]),
  operatorName: z.string().max(128),
  deviceCode: z.string().max(32),
  shiftNumber: z.int().min(1),
  /** Short proof on paper: the journal's hash of this payment, first 10 hex digits. */
  journalHash: z.string().max(64),
  helpLine: z.string().max(64).nullable(),
  isDemo: z.boolean(),
})
export type Receipt = z.infer<typeof receiptSchema>
