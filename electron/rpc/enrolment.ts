// How far this till is on its way to be let in, as every screen sees it in the status. Part of procedures.ts.
import * as z from 'zod'

export const enrolmentViewSchema = z.strictObject({
  /** none: not enrolled; waiting: the office compares `digits`; revoked: only hands over what it has recorded. */
  state: z.enum(['none', 'waiting', 'approved', 'revoked']),
  /** Six digits; null unless waiting. */
  digits: z
    .string()
    .regex(/^\d{6}$/)
    .nullable(),
})
export type EnrolmentView = z.infer<typeof enrolmentViewSchema>

/** Why no money may be taken by this till. */
export const NOT_LET_IN = ['device_not_enrolled', 'device_not_approved', 'device_revoked'] as const
/** What a signed call may be answered before it is looked at. */
export const NOT_BELIEVED = [
  ...NOT_LET_IN,
  'signature_invalid',
  'request_out_of_time',
  'request_replayed',
] as const
