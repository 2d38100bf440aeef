// What the screens say about consent, limits and the clock of the till: parts of the procedures' shapes (procedures.ts).
import { collectionEvidenceSchema } from '#contract/payment.ts'
import { limitStandingSchema } from '#contract/limits.ts'
import * as z from 'zod'

/** What the payer agreed to, as ticked on the tender screen. What was not said is not agreed. */
export const consentSchema = collectionEvidenceSchema.pick({ isAdvanceAgreed: true, isPartAgreed: true })
export type Consent = z.infer<typeof consentSchema>
export const NOTHING_AGREED: Consent = { isAdvanceAgreed: false, isPartAgreed: false }

/** The limits that are near or reached; those in order are left out. */
export const limitWarningsSchema = z.array(limitStandingSchema).max(8)

export const clockStandingSchema = z.strictObject({
  /** warn: off by five minutes or more. stop: a supervisor must sign in before money is taken. */
  level: z.enum(['ok', 'warn', 'stop']),
  /** Wall clock minus right time, ms; null: the right time is not known. */
  driftMs: z.int().nullable(),
})
export type ClockStanding = z.infer<typeof clockStandingSchema>
