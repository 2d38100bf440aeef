// Procedures that carry money out of a till by hand when it cannot hand over itself: a sealed file and the same as QR codes.
// Part of procedures.ts. Nobody needs to sign in: only the integrator can read what comes out.
import { paiseSchema } from '#contract/money.ts'
import { FRAMES_MAX, RESCUE_CHARS_MAX } from '#contract/rescue.ts'
import { mayAnswer } from '#contract/problem.ts'
import * as z from 'zod'
import { open } from './callers.ts'

export const rescueProcedures = {
  /** What the integrator has not acknowledged, sealed to it; also from a damaged record. Changes nothing. */
  make: open
    .output(
      z.strictObject({
        fileName: z.string().max(128),
        /** The whole text of the file. */
        text: z.string().max(RESCUE_CHARS_MAX),
        /** The same as QR codes, to be scanned in any order; null: too large for that. */
        codes: z.array(z.string().max(1_000)).max(FRAMES_MAX).nullable(),
        recordCount: z.int().min(0),
        paymentCount: z.int().min(0),
        amountPaise: paiseSchema,
        /** Records that could not be proved and are not in it. */
        leftOutCount: z.int().min(0),
      }),
    )
    .errors(mayAnswer('rescue_invalid', 'device_not_enrolled')),
}
