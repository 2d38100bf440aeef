// What waits for a person and what a supervisor may do about it: procedures of the supervisor screens. The office decides and
// keeps the trail; the terminal carries the question there. Part of procedures.ts, served by host/supervisor-handlers.ts.
import { epochMsSchema, businessServiceSchema, consumerCodeSchema } from '#contract/bill.ts'
import {
  ACT_PROBLEMS,
  exceptionActAnswerSchema,
  exceptionActInputSchema,
  exceptionSchema,
  EXCEPTIONS_PAGE_MAX,
} from '#contract/exceptions-api.ts'
import { paiseSchema, sumPaiseSchema } from '#contract/money.ts'
import { mayAnswer } from '#contract/problem.ts'
import * as z from 'zod'
import { supervisorOnly } from './callers.ts'

/** Pages that one look at the list fetches. More waits only after a very bad day. */
export const EXCEPTION_PAGES_MAX = 5
export const EXCEPTIONS_SHOWN_MAX = EXCEPTIONS_PAGE_MAX * EXCEPTION_PAGES_MAX

const officeProblems = mayAnswer(
  'integrator_unreachable',
  'device_not_enrolled',
  'device_not_approved',
  'device_revoked',
  'signature_invalid',
  'integrator_not_trusted',
  'too_many_requests',
  'not_ready',
)

export const exceptionListSchema = z.strictObject({
  exceptions: z.array(exceptionSchema).max(EXCEPTIONS_SHOWN_MAX),
  /** Of everything that waits, also of what is not in this answer. */
  totalCount: z.int().min(0),
  totalPaise: sumPaiseSchema,
})
export type ExceptionList = z.infer<typeof exceptionListSchema>

export const supervisorProcedures = {
  /** `integrator_unreachable`: the list is at the office; only it can tell. */
  list: supervisorOnly.output(exceptionListSchema).errors(officeProblems),
  /**
   * One act, with the code and PIN of the person who decides (not always the one who is signed in).
   * `integrator_unreachable`: it is not known whether it was done; the list tells.
   */
  act: supervisorOnly
    .input(exceptionActInputSchema)
    .output(exceptionActAnswerSchema)
    .errors({ ...officeProblems, ...ACT_PROBLEMS }),
  /** What is due now under the consumer number of an exception; null: nothing. */
  billNow: supervisorOnly
    .input(z.strictObject({ consumerCode: consumerCodeSchema, businessService: businessServiceSchema }))
    .output(z.strictObject({ duePaise: paiseSchema.nullable(), atMs: epochMsSchema }))
    .errors({
      ...officeProblems,
      ...mayAnswer('digit_unreachable', 'digit_bad_answer', 'digit_refused', 'digit_login_failed'),
    }),
}
