// What happens to a drawer between the opening of its shift and its end: figures so far (X), cash handed in, the blind count, the close
// (Z) and their slips. Part of procedures.ts, served by host/counter/shift-handlers.ts.
import { businessServiceSchema, epochMsSchema, paymentModeSchema } from '#contract/bill.ts'
import { paiseSchema } from '#contract/money.ts'
import { mayAnswer, problemSchema } from '#contract/problem.ts'
import * as z from 'zod'
import { codeAndPinSchema, inShift, PERSON_NOT_BELIEVED, signedIn } from './callers.ts'

export const HAND_INS_MAX = 200
/** Letters of the reason for a difference. */
export const REASON_CHARS_MAX = 200

export const noteCountSchema = z.strictObject({
  denominationPaise: paiseSchema,
  count: z.int().min(0).max(100_000),
})
export const notesSchema = z.array(noteCountSchema).max(20)

export const cashAmountSchema = z.discriminatedUnion('by', [
  z.strictObject({ by: z.literal('notes'), denominations: notesSchema }),
  z.strictObject({ by: z.literal('amount'), amountPaise: paiseSchema }),
])
export type CashAmount = z.infer<typeof cashAmountSchema>

export const handInSchema = z.strictObject({
  kind: z.literal('HAND_IN'),
  id: z.uuid(),
  shiftId: z.uuid(),
  shiftNumber: z.int().min(1),
  /** Counts up within the shift; slip and screen say `3-2`: second hand-in of the third shift. */
  number: z.int().min(1),
  operatorId: z.string(),
  operatorName: z.string(),
  receivedById: z.string(),
  receivedByName: z.string(),
  atMs: epochMsSchema,
  amountPaise: paiseSchema,
  /** null: said as a sum. */
  denominations: notesSchema.nullable(),
  cashLeftPaise: paiseSchema,
})
export type HandIn = z.infer<typeof handInSchema>

export const cashCountSchema = z.strictObject({
  kind: z.literal('COUNT'),
  id: z.uuid(),
  shiftId: z.uuid(),
  number: z.int().min(1),
  operatorId: z.string(),
  atMs: epochMsSchema,
  denominations: notesSchema,
  countedPaise: paiseSchema,
  expectedPaise: paiseSchema,
  /** Negative: cash is missing. */
  differencePaise: paiseSchema,
  receiptCount: z.int().min(0),
})
export type CashCount = z.infer<typeof cashCountSchema>

const takingsSchema = z
  .array(z.strictObject({ mode: paymentModeSchema, count: z.int().min(1), sumPaise: paiseSchema }))
  .max(20)
const servicesSchema = z
  .array(
    z.strictObject({ businessService: businessServiceSchema, count: z.int().min(1), sumPaise: paiseSchema }),
  )
  .max(200)
const unsentSchema = z.strictObject({ count: z.int().min(0), sumPaise: paiseSchema })

/** The Z report: a shift has one, and its number is the number of the shift. */
export const shiftCloseSchema = z.strictObject({
  kind: z.literal('CLOSE'),
  id: z.uuid(),
  shiftId: z.uuid(),
  number: z.int().min(1),
  operatorId: z.string(),
  operatorName: z.string(),
  closedById: z.string(),
  closedByName: z.string(),
  openedAtMs: epochMsSchema,
  closedAtMs: epochMsSchema,
  businessDate: z.iso.date(),
  floatPaise: paiseSchema,
  takings: takingsSchema,
  services: servicesSchema,
  collectedPaise: paiseSchema,
  receiptCount: z.int().min(0),
  firstReceiptNumber: z.string().nullable(),
  lastReceiptNumber: z.string().nullable(),
  handIns: z
    .array(handInSchema.pick({ number: true, amountPaise: true, receivedByName: true, atMs: true }))
    .max(HAND_INS_MAX),
  countId: z.uuid(),
  countNumber: z.int().min(1),
  denominations: notesSchema,
  expectedPaise: paiseSchema,
  countedPaise: paiseSchema,
  differencePaise: paiseSchema,
  reason: z.string().max(REASON_CHARS_MAX).nullable(),
  unsent: unsentSchema,
  turnoverPaise: z.int().min(0),
  headSeq: z.int().min(1),
  headHash: z.string(),
})
export type ShiftClose = z.infer<typeof shiftCloseSchema>

/** The X report: figures so far; nothing is closed and nothing is reset. */
export const shiftReportSchema = z.strictObject({
  shiftId: z.uuid(),
  number: z.int().min(1),
  operatorId: z.string(),
  operatorName: z.string(),
  openedAtMs: epochMsSchema,
  floatPaise: paiseSchema,
  takings: takingsSchema,
  services: servicesSchema,
  /** Names of the services above, where the office gave them one. */
  serviceNames: z.record(z.string(), z.string()),
  collectedPaise: paiseSchema,
  receiptCount: z.int().min(0),
  firstReceiptNumber: z.string().nullable(),
  lastReceiptNumber: z.string().nullable(),
  handIns: z.array(handInSchema).max(HAND_INS_MAX),
  cashInHandPaise: paiseSchema,
  /** Not acknowledged by the integrator, of this till. */
  unsent: unsentSchema,
})
export type ShiftReport = z.infer<typeof shiftReportSchema>

export const shiftProcedures = {
  report: signedIn.output(shiftReportSchema).errors(mayAnswer('shift_not_open')),
  /** Cash to a supervisor, who gives code and PIN here; who is signed in stays signed in. Repeating the call does it once. */
  handIn: inShift
    .input(
      z.strictObject({
        handInId: z.uuid(),
        cash: cashAmountSchema,
        receiver: codeAndPinSchema,
      }),
    )
    .output(handInSchema)
    .errors(mayAnswer('cash_not_enough', 'second_person_needed', ...PERSON_NOT_BELIEVED)),
  /** The drawer, counted before anybody is told what should be in it. Every count is kept. */
  count: signedIn
    .input(z.strictObject({ countId: z.uuid(), denominations: notesSchema }))
    .output(cashCountSchema)
    .errors(mayAnswer('shift_not_open')),
  /** Ends the shift with its last count. Repeating the call gives the same answer. */
  close: signedIn
    .input(
      z.strictObject({
        closeId: z.uuid(),
        countId: z.uuid(),
        reason: z.string().trim().max(REASON_CHARS_MAX).nullable(),
      }),
    )
    .output(shiftCloseSchema)
    .errors(mayAnswer('shift_not_open', 'count_outdated', 'difference_unexplained', 'card_sale_open')),
  /** The last shift that was closed on this till; null: none was. */
  lastClose: signedIn.output(shiftCloseSchema.nullable()),
  /** Prints the slip of a hand-in (one for each side) or the Z report, as often as asked. Answers when the printer has. */
  print: signedIn
    .input(z.strictObject({ recordId: z.uuid() }))
    .output(
      z.strictObject({ state: z.enum(['printed', 'failed', 'unknown']), problem: problemSchema.nullable() }),
    )
    .errors(mayAnswer('printer_absent')),
}
