// The routes that a till carries bill packs of: which there are, which are chosen, how far they are fetched. Part of
// procedures.ts, served by host/packs/packs-handlers.ts.
import { epochMsSchema } from '#contract/bill.ts'
import { routeIdSchema, ROUTES_MAX } from '#contract/packs-api.ts'
import { mayAnswer, problemSchema } from '#contract/problem.ts'
import * as z from 'zod'
import { signedIn } from './callers.ts'

/** Routes that one till carries: a collector's day, not the whole town. */
export const CHOSEN_ROUTES_MAX = 10

export const carriedRouteSchema = z.strictObject({
  routeId: routeIdSchema,
  name: z.string(),
  isChosen: z.boolean(),
  /** Connections of the route; null: the integrator does not offer it any more. */
  consumerCount: z.int().min(0).nullable(),
  /** The integrator has a pack of it that could be fetched. */
  isOffered: z.boolean(),
  /** The pack in use on this till. */
  inUse: z
    .strictObject({
      preparedAtMs: epochMsSchema,
      billCount: z.int().min(0),
      standing: z.enum(['fresh', 'aging', 'too_old']),
    })
    .nullable(),
  /** A newer one is being fetched. */
  loading: z.strictObject({ loadedBills: z.int().min(0), billCount: z.int().min(0) }).nullable(),
  /** Why the last try to fetch one did not work; the pack in use goes on. */
  problem: problemSchema.nullable(),
})
export type CarriedRoute = z.infer<typeof carriedRouteSchema>

const carriedRoutesSchema = z.array(carriedRouteSchema).max(ROUTES_MAX + CHOSEN_ROUTES_MAX)

export const packProcedures = {
  /** What is known on this till, without asking anybody. `isKnown` false: the integrator was not asked yet. */
  list: signedIn.output(z.strictObject({ routes: carriedRoutesSchema, isKnown: z.boolean() })),
  /** Asks the integrator which routes there are. */
  offers: signedIn
    .output(z.strictObject({ routes: carriedRoutesSchema, isKnown: z.boolean() }))
    .errors(
      mayAnswer(
        'integrator_unreachable',
        'device_not_enrolled',
        'device_not_approved',
        'device_revoked',
        'signature_invalid',
        'integrator_not_trusted',
        'too_many_requests',
        'not_ready',
      ),
    ),
  /** The packs of other routes are removed. */
  choose: signedIn
    .input(z.strictObject({ routeIds: z.array(routeIdSchema).max(CHOSEN_ROUTES_MAX) }))
    .output(z.strictObject({})),
  /** Looks for newer packs now; `list` tells how far it is. */
  fetchNow: signedIn.output(z.strictObject({})),
}
