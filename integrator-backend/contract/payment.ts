// A payment as the terminal records it and the integrator posts it, its instrument, and the states of its posting.
import * as z from 'zod'
import {
  billSchema,
  businessServiceSchema,
  consumerCodeSchema,
  epochMsSchema,
  paymentModeSchema,
  tenantIdSchema,
} from './bill.ts'
import { paiseSchema } from './money.ts'

/** Made on the terminal when the tender screen opens; never changes (UUID). */
export const paymentIdSchema = z.uuid()
/** DIGIT keeps at most 64 characters of `manualReceiptNumber`. */
export const receiptNumberSchema = z.string().min(1).max(64)

const printable = (max: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(max)
    .regex(/^\P{Cc}*$/u)

/** Every way of paying but cash. Dates are epoch ms of the instrument's own date. Of a card only the last four digits. */
export const paperInstrumentSchemas = [
  z.strictObject({
    mode: z.literal('CHEQUE'),
    number: printable(32),
    dateMs: epochMsSchema,
    bank: printable(128),
    ifsc: printable(11).nullable(),
  }),
  z.strictObject({
    mode: z.literal('DD'),
    number: printable(32),
    dateMs: epochMsSchema,
    bank: printable(128),
    ifsc: printable(11).nullable(),
  }),
  z.strictObject({
    mode: z.literal('POSTAL_ORDER'),
    number: printable(32),
    dateMs: epochMsSchema,
    postOffice: printable(128),
  }),
  z.strictObject({ mode: z.literal('OFFLINE_NEFT'), utr: printable(64), dateMs: epochMsSchema }),
  z.strictObject({ mode: z.literal('OFFLINE_RTGS'), utr: printable(64), dateMs: epochMsSchema }),
  z.strictObject({
    mode: z.literal('CARD'),
    /** null: the terminal did not tell (a wallet, a code on a phone). */
    lastFour: z
      .string()
      .regex(/^\d{4}$/)
      .nullable(),
    /** Retrieval reference number of the card slip. */
    rrn: z.string().regex(/^[A-Za-z0-9]{6,32}$/),
    approvalCode: z
      .string()
      .regex(/^[A-Za-z0-9]{4,12}$/)
      .nullable(),
    /** As a card terminal names it: VISA, RUPAY. Absent: typed from a slip. */
    scheme: printable(32).optional(),
    /** The card sale that this payment used up. Absent: typed from a slip. */
    saleReference: z
      .string()
      .regex(/^[0-9A-Z]{1,10}$/)
      .optional(),
  }),
] as const

/** How the money came, as it is recorded. */
export const instrumentSchema = z.discriminatedUnion('mode', [
  z.strictObject({
    mode: z.literal('CASH'),
    /** Of the whole collection, kept on each of its payments. */
    tenderedPaise: paiseSchema,
    changePaise: paiseSchema,
  }),
  ...paperInstrumentSchemas,
])
export type Instrument = z.infer<typeof instrumentSchema>

export const payerSchema = z.strictObject({
  /** Who hands over the money. DIGIT's `paidBy`: letters and a few marks (see core's payer rules). */
  paidBy: z.string().min(1).max(128),
  /** `^[6-9]\d{9}$` or null. */
  mobileNumber: z.string().max(64).nullable(),
  isOwner: z.boolean(),
})
export type Payer = z.infer<typeof payerSchema>

/** What the till knew and the citizen agreed to when the money changed hands; decides what happens if the bill is another by then. */
export const collectionEvidenceSchema = z.strictObject({
  /** Where the bill on the screen came from. */
  source: z.enum(['integrator', 'cache', 'pack']),
  /** The signed bill pack, when it came from one. */
  packId: z.string().max(64).nullable(),
  /** The citizen agrees that what is more than due is kept as an advance. */
  isAdvanceAgreed: z.boolean(),
  /** The citizen agrees that the money counts as a part payment when more is due by then. */
  isPartAgreed: z.boolean(),
  /** Trusted time of collection: a moment (both alike) or a range. Epoch ms; `latestMs` null: until the integrator got it. */
  earliestMs: epochMsSchema,
  latestMs: epochMsSchema.nullable(),
})
export type CollectionEvidence = z.infer<typeof collectionEvidenceSchema>

/** One payment = one bill. Immutable once committed; this exact JSON is journaled, sent and hashed. */
export const paymentSchema = z.strictObject({
  id: paymentIdSchema,
  /** Several bills paid in one go share it. */
  collectionId: z.uuid(),
  tenantId: tenantIdSchema,
  deviceId: z.string().min(1).max(64),
  /** Position in the device's own sequence of payments, from 1, gap-free. */
  deviceSeq: z.int().min(1),
  shiftId: z.uuid(),
  operatorId: z.string().min(1).max(64),
  /** The bill as the operator and the citizen saw it. */
  bill: billSchema,
  amountPaise: paiseSchema,
  mode: paymentModeSchema,
  instrument: instrumentSchema,
  payer: payerSchema,
  /** When the money changed hands, by the terminal's clock. Epoch ms. Goes to DIGIT as `manualReceiptDate`. */
  collectedAtMs: epochMsSchema,
  /** The terminal's own number. Goes to DIGIT as `manualReceiptNumber`. */
  receiptNumber: receiptNumberSchema,
  /** true when the terminal could not reach the integrator when it took the money. */
  isOffline: z.boolean(),
  /** Absent on payments of older tills: nothing was agreed. */
  evidence: collectionEvidenceSchema.optional(),
})
export type Payment = z.infer<typeof paymentSchema>

/**
 * States of a payment on the integrator (payment-states §3.3). POSTED, CONFIRMED and REVERSED are known ends;
 * SUSPENSE, POISON and QUARANTINE wait for a person.
 */
export const POSTING_STATES = [
  'RECEIVED',
  'VERIFIED',
  'HOLD',
  'READY',
  'POSTING',
  'UNKNOWN',
  'RESOLVE',
  'POSTED',
  'CONFIRMED',
  'SUSPENSE',
  'POISON',
  'QUARANTINE',
  'REVERSING',
  'REVERSED',
] as const
export const postingStateSchema = z.enum(POSTING_STATES)
export type PostingState = z.infer<typeof postingStateSchema>

/** Why a payment is in SUSPENSE or held. */
export const SUSPENSE_REASONS = [
  'ALREADY_PAID',
  'NOTHING_DUE',
  'BILL_HIGHER',
  'BILL_LOWER',
  'BILL_CANCELLED',
  'SERVICE_CLOSED',
  'MODE_NOT_ALLOWED',
  'REFUSED_BY_DIGIT',
  'NOT_OUR_BILL',
  'LAGGING',
  'REVOKED_DEVICE',
  'SEQUENCE_FORK',
  'REVERSAL_REFUSED',
  'REFUND_CLAIMED',
] as const
export const suspenseReasonSchema = z.enum(SUSPENSE_REASONS)
export type SuspenseReason = z.infer<typeof suspenseReasonSchema>

export const postingStepSchema = z.strictObject({
  state: postingStateSchema,
  atMs: epochMsSchema,
  /** Short plain words for a person: no personal data, no secrets. */
  note: z.string().max(500),
})
export type PostingStep = z.infer<typeof postingStepSchema>

/** What the integrator knows of a payment. */
export const paymentStatusSchema = z.strictObject({
  id: paymentIdSchema,
  state: postingStateSchema,
  reason: suspenseReasonSchema.nullable(),
  /** DIGIT's receipt number, when posted. */
  digitReceiptNumber: z.string().max(256).nullable(),
  digitPaymentId: z.string().max(64).nullable(),
  postedAtMs: epochMsSchema.nullable(),
  /** What DIGIT still asks for after this payment, when known. */
  balancePaise: paiseSchema.nullable(),
  /** Of a payment that DIGIT took only in part: what is held for the citizen. 0 otherwise, and once it was given back. */
  heldPaise: paiseSchema.refine((amount) => amount >= 0, 'is never negative'),
  steps: z.array(postingStepSchema).max(500),
  /** Position in the device's status feed. */
  cursor: z.int().min(0),
})
export type PaymentStatus = z.infer<typeof paymentStatusSchema>

/** Names one debt: bill ids change overnight, this does not. */
export const billKeySchema = z.strictObject({
  tenantId: tenantIdSchema,
  businessService: businessServiceSchema,
  consumerCode: consumerCodeSchema,
})
export type BillKey = z.infer<typeof billKeySchema>
