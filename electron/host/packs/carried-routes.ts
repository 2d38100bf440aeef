// The routes of this till as screens show them: offered by the integrator, chosen here, fetched so far. Called by the handlers of
// packs and readiness.
import { judgeClock } from '#core/time/clock-guard.ts'
import { packStanding } from '#core/bills/packs.ts'
import type { CarriedRoute } from '#rpc/packs.ts'
import type { Till } from '#host/till.ts'

/** By name; a chosen route that the integrator does not offer any more is still there. */
export function carriedRoutes({
  store,
  packs,
  clock,
}: Pick<Till, 'store' | 'packs' | 'clock'>): CarriedRoute[] {
  const { routes, troubles } = packs.view()
  const { nowMs } = judgeClock(clock.read(), store.clockState())
  const chosen = store.chosenRoutes()
  const inUse = store.packsInUse().map(({ manifest }) => manifest)
  const offered = new Map((routes ?? []).map((route) => [route.routeId, route]))
  const ids = [...new Set([...offered.keys(), ...chosen])]
  return ids
    .map((routeId): CarriedRoute => {
      const used = inUse.find((manifest) => manifest.routeId === routeId)
      const loading = store.loadingPack(routeId)
      const offer = offered.get(routeId)
      return {
        routeId,
        name: offer?.name ?? used?.routeName ?? loading?.manifest.routeName ?? routeId,
        isChosen: chosen.includes(routeId),
        consumerCount: offer?.consumerCount ?? null,
        isOffered: (offer?.pack ?? null) !== null,
        inUse:
          used === undefined
            ? null
            : {
                preparedAtMs: used.preparedAtMs,
                billCount: used.billCount,
                standing: packStanding(used, nowMs),
              },
        loading:
          loading === null
            ? null
            : {
                loadedBills: loading.manifest.chunks
                  .slice(0, loading.loadedChunks)
                  .reduce((sum, { billCount }) => sum + billCount, 0),
                billCount: loading.manifest.billCount,
              },
        problem: troubles.get(routeId) ?? null,
      }
    })
    .toSorted((one, other) => one.name.localeCompare(other.name))
}
