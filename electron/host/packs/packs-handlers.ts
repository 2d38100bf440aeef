// Bill packs of this till: which routes there are, which it carries, fetch now. Called by router.ts.
import type { CarriedRoute } from '#rpc/packs.ts'
import { carriedRoutes } from './carried-routes.ts'
import type { Till } from '#host/till.ts'

type Listed = { routes: CarriedRoute[]; isKnown: boolean }

/** What is known here, without asking anybody. */
export function listRoutes(till: Till): Listed {
  return { routes: carriedRoutes(till), isKnown: till.packs.view().routes !== null }
}

/** Throws what the integrator said. */
export async function offerRoutes(till: Till): Promise<Listed> {
  await till.packs.askRoutes()
  return listRoutes(till)
}

export function chooseRoutes({ store, packs }: Till, routeIds: readonly string[]): Record<string, never> {
  store.chooseRoutes(routeIds)
  packs.fetchNow()
  return {}
}

export function fetchPacksNow({ packs }: Till): Record<string, never> {
  packs.fetchNow()
  return {}
}
