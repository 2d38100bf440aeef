// Who may call a procedure, and what every procedure may answer: the starts from which the lists of procedures are built.
// Used by procedures.ts and the lists beside it; the host enforces `meta` (host/call-rules.ts).
import type { Role } from '#contract/api.ts'
import { mayAnswer } from '#contract/problem.ts'
import { oc } from '@orpc/contract'
import * as z from 'zod'

/** Who may call: anyone at the screen, a signed-in operator, or an operator with an open shift. */
export type ProcedureMeta = {
  readonly needs: 'nobody' | 'operator' | 'shift'
  /** Empty: every role. */
  readonly roles: readonly Role[]
}

const base = oc.$meta<ProcedureMeta>({ needs: 'nobody', roles: [] })
const always = mayAnswer(
  'input_invalid',
  'card_number_refused',
  'store_busy',
  'store_full',
  'store_unknown',
  'store_corrupt',
  'internal',
)
export const open = base.errors(always)
export const signedIn = base
  .meta({ needs: 'operator', roles: [] })
  .errors({ ...always, ...mayAnswer('not_signed_in', 'role_not_allowed') })
export const supervisorOnly = base
  .meta({ needs: 'operator', roles: ['supervisor'] })
  .errors({ ...always, ...mayAnswer('not_signed_in', 'role_not_allowed') })
export const inShift = base
  .meta({ needs: 'shift', roles: [] })
  .errors({ ...always, ...mayAnswer('not_signed_in', 'role_not_allowed', 'shift_not_open') })

/** A person by code and PIN: who signs in, or who agrees where another one is signed in. */
export const codeAndPinSchema = z.strictObject({
  operatorCode: z.string().min(1).max(32),
  pin: z.string().regex(/^\d{6,12}$/),
})
/** What a code and a PIN may be answered. */
export const PERSON_NOT_BELIEVED = [
  'wrong_pin',
  'operator_locked',
  'operator_unknown',
  'integrator_unreachable',
  'sign_in_too_old',
] as const
