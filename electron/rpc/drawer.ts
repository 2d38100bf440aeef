// Opening the cash drawer without a payment, and what the drawer's switch says. Part of procedures.ts, served by host/counter/drawer-desk.ts.
import { epochMsSchema } from '#contract/bill.ts'
import { mayAnswer, problemSchema } from '#contract/problem.ts'
import * as z from 'zod'
import { signedIn } from './callers.ts'

export const NO_SALE_NOTE_MAX = 120

export const noSaleReasonSchema = z.enum(['change', 'count', 'correction', 'check', 'other'])

export const drawerStandingSchema = z.strictObject({
  /** unknown: this drawer has no switch, or the till does not know how it is wired. */
  state: z.enum(['open', 'closed', 'unknown']),
  /** Not null: it stands open for too long. */
  leftOpenSinceMs: epochMsSchema.nullable(),
})
export type DrawerStanding = z.infer<typeof drawerStandingSchema>

export const drawerProcedures = {
  /**
   * Opens the drawer for a reason that goes into the journal before it opens; for `other` with a few words. Only for who has the shift, or
   * a supervisor. `problem`: the pulse could not be sent; the record of the wish stays.
   */
  open: signedIn
    .input(z.strictObject({ reason: noSaleReasonSchema, note: z.string().trim().max(NO_SALE_NOTE_MAX) }))
    .output(z.strictObject({ problem: problemSchema.nullable() }))
    .errors(mayAnswer('printer_absent')),
}
