// Two invented wards, so that a newcomer sees bill packs at work. Their connections are in the sandbox's demo seed
// (sandbox/seed/ward-consumers.ts); a test holds the two against each other. Called by start-integrator in demo mode.
import type { Pool } from 'pg'
import { hasRoute, putRoute } from './routes.ts'

export const DEMO_ROUTES_TENANT = 'sr.devgaon'
export const demoRoutes = [
  { routeId: 'ward-4', name: 'Ward 4, Mandi Road', ward: 'W04', doors: 24 },
  { routeId: 'ward-7', name: 'Ward 7, Neem Gali', ward: 'W07', doors: 18 },
] as const

/** Routes that an office has put under these names stay as they are. Answers the routes of this tenant. */
export async function putDemoRoutes(
  pool: Pool,
  tenantId: string,
): Promise<{ tenantId: string; routeId: string }[]> {
  if (tenantId !== DEMO_ROUTES_TENANT) return []
  for (const { routeId, name, ward, doors } of demoRoutes) {
    if (await hasRoute(pool, tenantId, routeId)) continue
    await putRoute(pool, { tenantId, routeId, name }, demoConsumers(ward, doors))
  }
  return demoRoutes.map(({ routeId }) => ({ tenantId, routeId }))
}

/** Every door has property tax, every second one water. */
export function demoConsumers(ward: string, doors: number) {
  return Array.from({ length: doors }, (_, at) => {
    const door = String(at + 1).padStart(3, '0')
    const property = { businessService: 'PT', consumerCode: `PT-DVG-${ward}-${door}` }
    const water = { businessService: 'WS', consumerCode: `WS/DVG/${ward}/${door}` }
    return at % 2 === 0 ? [property, water] : [property]
  }).flat()
}
