// Routes: named lists of connections that one collector walks. Called by the command put-route, the demo seed, the API and the
// preparation of packs.
import type { Pool } from 'pg'
import { routeIdSchema, ROUTES_MAX } from '#contract/packs-api.ts'
import type { PackRoute } from '#contract/packs-api.ts'
import { StartupError } from '#app/startup-error.ts'
import type { RouteConsumer } from './route-file.ts'

export type Route = { tenantId: string; routeId: string; name: string }

const NAME_MAX = 128

/** The route is then exactly this list; a pack under way is begun anew. Throws StartupError for a name that cannot be used. */
export async function putRoute(
  pool: Pool,
  { tenantId, routeId, name }: Route,
  consumers: readonly RouteConsumer[],
): Promise<void> {
  if (!routeIdSchema.safeParse(routeId).success) {
    throw new StartupError('A route is named by letters, digits, dot, dash and underscore, at most 64.')
  }
  const words = name.trim()
  if (words === '' || words.length > NAME_MAX)
    throw new StartupError('A route needs a name of at most 128 characters.')
  const client = await pool.connect()
  try {
    await client.query('begin')
    await client.query(
      `insert into tahsil.routes (tenant_id, route_id, name) values ($1, $2, $3)
       on conflict (tenant_id, route_id) do update set name = excluded.name, changed_at = clock_timestamp()`,
      [tenantId, routeId, words],
    )
    await client.query('delete from tahsil.route_consumers where tenant_id = $1 and route_id = $2', [
      tenantId,
      routeId,
    ])
    await client.query(
      `insert into tahsil.route_consumers (tenant_id, route_id, place, business_service, consumer_code)
       select $1, $2, t.place - 1, t.service, t.code
       from unnest($3::text[], $4::text[]) with ordinality as t(service, code, place)`,
      [
        tenantId,
        routeId,
        consumers.map(({ businessService }) => businessService),
        consumers.map(({ consumerCode }) => consumerCode),
      ],
    )
    await client.query(
      `delete from tahsil.packs where tenant_id = $1 and route_id = $2 and state = 'preparing'`,
      [tenantId, routeId],
    )
    await client.query('commit')
  } catch (error) {
    await client.query('rollback').catch(() => undefined)
    throw error
  } finally {
    client.release()
  }
}

export async function hasRoute(pool: Pool, tenantId: string, routeId: string): Promise<boolean> {
  const rows = await pool.query('select 1 from tahsil.routes where tenant_id = $1 and route_id = $2', [
    tenantId,
    routeId,
  ])
  return rows.rows.length > 0
}

/** As the tills of this municipality see them, by name. */
export async function listRoutes(pool: Pool, tenantId: string): Promise<PackRoute[]> {
  const rows = await pool.query<{
    route_id: string
    name: string
    consumer_count: number
    preparing_count: number | null
    pack_id: string | null
    version: number
    prepared_at_ms: number
    bill_count: number
    chunk_count: number
  }>({
    name: 'list-routes',
    text: `select r.route_id, r.name,
        (select count(*) from tahsil.route_consumers c where c.tenant_id = r.tenant_id and c.route_id = r.route_id)
          as consumer_count,
        (select w.next_place from tahsil.packs w
          where w.tenant_id = r.tenant_id and w.route_id = r.route_id and w.state = 'preparing') as preparing_count,
        p.pack_id, p.version, p.prepared_at_ms, p.bill_count, p.chunk_count
      from tahsil.routes r left join lateral (
        select * from tahsil.packs p
        where p.tenant_id = r.tenant_id and p.route_id = r.route_id and p.state = 'ready'
        order by p.version desc limit 1) p on true
      where r.tenant_id = $1 order by r.name, r.route_id limit $2`,
    values: [tenantId, ROUTES_MAX],
  })
  return rows.rows.map((row) => ({
    routeId: row.route_id,
    name: row.name,
    consumerCount: row.consumer_count,
    pack:
      row.pack_id === null
        ? null
        : {
            packId: row.pack_id,
            version: row.version,
            preparedAtMs: row.prepared_at_ms,
            billCount: row.bill_count,
            chunkCount: row.chunk_count,
          },
    preparingCount: row.preparing_count,
  }))
}
