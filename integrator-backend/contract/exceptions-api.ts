// What waits for a person, and what a person may do about it: part of the API between terminal (later console) and integrator.
// Every act is checked against the state, carried out by a supervisor who gives a PIN, and kept in the trail.
import { oc } from '@orpc/contract'
import * as z from 'zod'
import { businessServiceSchema, consumerCodeSchema, epochMsSchema } from './bill.ts'
import { SIGNED_CALL_ERRORS } from './devices-api.ts'
import { paiseSchema, sumPaiseSchema } from './money.ts'
import { postingStateSchema, suspenseReasonSchema } from './payment.ts'
import { mayAnswer } from './problem.ts'

/** Exceptions in one answer. */
export const EXCEPTIONS_PAGE_MAX = 100

/**
 * look-again: probe DIGIT anew. post-to-bill: aim at the consumer's current bill, also as part or advance. refund: the
 * citizen got the money back (two different persons, and DIGIT does not hold the payment). mark: explained by evidence outside
 * (one person, words needed). reverse: cancel or dishonour in DIGIT what was posted (two different persons).
 */
export const EXCEPTION_ACTS = ['look-again', 'post-to-bill', 'refund', 'mark', 'reverse'] as const
export const exceptionActSchema = z.enum(EXCEPTION_ACTS)
export type ExceptionAct = z.infer<typeof exceptionActSchema>

export const exceptionSchema = z.strictObject({
  /** Payment id; of a record that cannot be read, the id it was kept under. */
  id: z.string().min(1).max(64),
  /** payment: the whole of it waits. remainder: a part was posted and the rest waits. record: it could not be read. */
  kind: z.enum(['payment', 'remainder', 'record']),
  state: postingStateSchema,
  reason: suspenseReasonSchema.nullable(),
  /** What waits: the whole amount, or the remainder. null: not known of an unreadable record. */
  amountPaise: paiseSchema.nullable(),
  /** In this state since; epoch ms by the integrator. */
  sinceMs: epochMsSchema,
  /** A supervisor should have decided by then; null: no date. */
  dueAtMs: epochMsSchema.nullable(),
  note: z.string().max(500),
  receiptNumber: z.string().max(64).nullable(),
  consumerCode: consumerCodeSchema.nullable(),
  businessService: businessServiceSchema.nullable(),
  payerName: z.string().max(256).nullable(),
  deviceCode: z.string().max(16).nullable(),
  operatorCode: z.string().max(32).nullable(),
  evidence: z.strictObject({
    collectedAtMs: epochMsSchema.nullable(),
    /** The bill as shown when the money was taken. */
    billPaise: paiseSchema.nullable(),
    billFetchedAtMs: epochMsSchema.nullable(),
    packId: z.string().max(64).nullable(),
    isAdvanceAgreed: z.boolean(),
    isPartAgreed: z.boolean(),
    attemptCount: z.int().min(0),
    digitReceiptNumber: z.string().max(256).nullable(),
  }),
  /** What may be done now. */
  acts: z.array(exceptionActSchema).max(EXCEPTION_ACTS.length),
  /** A first person asked for this; another must agree. */
  asked: z
    .strictObject({ act: exceptionActSchema, byOperatorId: z.string().max(64), atMs: epochMsSchema })
    .nullable(),
})
export type Exception = z.infer<typeof exceptionSchema>

export const exceptionActInputSchema = z.strictObject({
  id: z.string().min(1).max(64),
  kind: z.enum(['payment', 'remainder', 'record']),
  act: exceptionActSchema,
  /** Reason and reference of the evidence, for the trail. */
  why: z.string().trim().min(4).max(300),
  /** The supervisor, proven anew for every act. */
  by: z.strictObject({ operatorCode: z.string().min(1).max(32), pin: z.string().regex(/^\d{6,12}$/) }),
})
export type ExceptionActInput = z.infer<typeof exceptionActInputSchema>

export const exceptionActAnswerSchema = z.strictObject({
  /** done: carried out. asked: kept, until another person agrees. */
  result: z.enum(['done', 'asked']),
  /** As it stands now; null: it waits for nobody any more. */
  exception: exceptionSchema.nullable(),
})

/** What an act may be refused with, from the office to the screen. */
export const ACT_PROBLEMS = mayAnswer(
  'payment_not_found',
  'act_not_allowed',
  'second_person_needed',
  'refund_held_by_digit',
  'refund_too_early',
  'digit_unreachable',
  'digit_bad_answer',
  'digit_refused',
  'digit_login_failed',
  'wrong_pin',
  'operator_locked',
  'operator_unknown',
)

export const exceptionsApi = {
  list: oc
    .route({
      method: 'GET',
      path: '/v1/exceptions',
      summary: 'What waits for a person: payments, remainders, records, each oldest first',
    })
    .input(
      z.strictObject({
        /** Exceptions after this position; 0 = from the start. */
        after: z.coerce.number().int().min(0).default(0),
        limit: z.coerce.number().int().min(1).max(EXCEPTIONS_PAGE_MAX).default(EXCEPTIONS_PAGE_MAX),
      }),
    )
    .output(
      z.strictObject({
        exceptions: z.array(exceptionSchema).max(EXCEPTIONS_PAGE_MAX),
        next: z.int().min(0).nullable(),
        totalCount: z.int().min(0),
        totalPaise: sumPaiseSchema,
      }),
    )
    .errors(SIGNED_CALL_ERRORS),
  act: oc
    .route({ method: 'POST', path: '/v1/exceptions/act', summary: 'One allowed act of a supervisor' })
    .input(exceptionActInputSchema)
    .output(exceptionActAnswerSchema)
    .errors({
      ...SIGNED_CALL_ERRORS,
      ...ACT_PROBLEMS,
      ...mayAnswer('role_not_allowed'),
    }),
}
