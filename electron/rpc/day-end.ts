// The end of the day of a card terminal: it hands its card sales in to the bank and tells its totals. Part of procedures.ts, served by
// host/devices/end-day.ts.
import { mayAnswer, problemSchema } from '#contract/problem.ts'
import * as z from 'zod'
import { signedIn } from './callers.ts'

export const DAY_LINES_MAX = 200
const LINE_CHARS_MAX = 200
const DEVICE_ID_CHARS_MAX = 512

export const dayEndSchema = z.strictObject({
  /** unknown: it may have closed its day. */
  state: z.enum(['done', 'refused', 'unknown']),
  /** The terminal's own code and words where it is not done. */
  said: z
    .strictObject({ code: z.string().max(LINE_CHARS_MAX), words: z.string().max(LINE_CHARS_MAX) })
    .nullable(),
  /** What it wants printed; its totals. */
  lines: z.array(z.string().max(LINE_CHARS_MAX)).max(DAY_LINES_MAX),
  /** Of the slip with these lines; none: there was nothing to print, or there is no printer. */
  slip: z.strictObject({
    state: z.enum(['none', 'printed', 'failed', 'unknown']),
    problem: problemSchema.nullable(),
  }),
})
export type DayEnd = z.infer<typeof dayEndSchema>

export const dayEndProcedures = {
  /** Moves no money of the till. Not while a card sale is open: after its day the terminal may not know it any more. */
  endDay: signedIn
    .input(z.strictObject({ id: z.string().min(1).max(DEVICE_ID_CHARS_MAX) }))
    .output(dayEndSchema)
    .errors(mayAnswer('device_not_found', 'device_not_usable', 'device_busy', 'card_sale_open')),
}
