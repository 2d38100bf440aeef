// What the payer sees: published by the counter's screen, read by the customer display and shown on a pole display. Amount, purpose and
// mode; never a name, a mobile number or an address. Part of procedures.ts, served by host/counter/customer-desk.ts.
import { paiseSchema } from '#contract/money.ts'
import * as z from 'zod'
import { open, signedIn } from './callers.ts'
import { cardStepSchema } from './card.ts'
import { CUSTOMER_CODES_MAX, CUSTOMER_LINES_MAX } from './customer-bounds.ts'

/** A receipt's QR has at most 133. */
const CODE_CHARS_MAX = 160

const lineSchema = z.strictObject({
  service: z.string().max(200),
  /** Last characters of the consumer code, so that two bills of one service can be told apart. */
  codeEnd: z.string().max(8),
  /** null: the amount is being typed. */
  amountPaise: paiseSchema.nullable(),
})
export type CustomerLine = z.infer<typeof lineSchema>

const linesSchema = z.array(lineSchema).max(CUSTOMER_LINES_MAX)
const meansSchema = z.enum(['cash', 'card', 'paper'])
export type CustomerMeans = z.infer<typeof meansSchema>

export const customerViewSchema = z.discriminatedUnion('at', [
  z.strictObject({ at: z.literal('idle') }),
  z.strictObject({ at: z.literal('bills'), lines: linesSchema, totalPaise: paiseSchema.nullable() }),
  z.strictObject({
    at: z.literal('paying'),
    by: meansSchema,
    /** terminal: the card terminal leads. notKnown: nobody may pay again until it is known. */
    step: z.enum(['asked', 'recording', 'terminal', 'notKnown', 'notPaid']),
    lines: linesSchema,
    totalPaise: paiseSchema.nullable(),
  }),
  z.strictObject({
    at: z.literal('done'),
    by: meansSchema,
    totalPaise: paiseSchema,
    /** null: not cash. */
    tenderedPaise: paiseSchema.nullable(),
    changePaise: paiseSchema,
    receiptNumbers: z.array(z.string().max(64)).max(CUSTOMER_LINES_MAX),
    /** Of the first receipts: the till looks up their codes. */
    paymentIds: z.array(z.uuid()).max(CUSTOMER_CODES_MAX),
  }),
])
export type CustomerView = z.infer<typeof customerViewSchema>

/** The QR code of the paper, to be photographed: number, amount and proof, nothing about who paid. */
const receiptCodeSchema = z.strictObject({
  number: z.string().max(64),
  code: z.string().max(CODE_CHARS_MAX),
})
export type ReceiptCode = z.infer<typeof receiptCodeSchema>

/** The language beside English. */
export const customerLanguageSchema = z.enum(['hi', 'pa'])
export type CustomerLanguage = z.infer<typeof customerLanguageSchema>

export const customerShownSchema = z.strictObject({
  /** Counts up; give it back with the next call. */
  number: z.int().min(0),
  view: customerViewSchema,
  /** The receipts of a payment that is done. */
  receiptCodes: z.array(receiptCodeSchema).max(CUSTOMER_CODES_MAX),
  /** What the card terminal waits for just now, while it leads; null: it has not said. */
  cardStep: cardStepSchema.nullable(),
  /** Somebody at the counter looks whether this screen works: a test picture for a few seconds. */
  isTest: z.boolean(),
  municipalityName: z.string(),
  language: customerLanguageSchema,
})
export type CustomerShown = z.infer<typeof customerShownSchema>

export const customerProcedures = {
  /** The counter's screen says what the payer should see; it decides nothing. */
  show: signedIn.input(customerViewSchema).output(z.strictObject({})),
  /** Answers at once when it is not the one of that number, else when it changes or after a few seconds. Idle while nobody is signed in. */
  view: open.input(z.strictObject({ after: z.int().min(0).nullable() })).output(customerShownSchema),
}
