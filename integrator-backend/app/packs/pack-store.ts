// Packs in the database: begun, filled chunk by chunk, signed, read by tills. Called by the preparation and the API. A pack that is
// being prepared remembers how far it came, so that a crash costs one slice at most.
import type { Pool } from 'pg'
import { packManifestSchema } from '#contract/packs-api.ts'
import type { PackManifest } from '#contract/packs-api.ts'
import { signedTextSchema } from '#contract/signed.ts'
import type { SignedText } from '#contract/signed.ts'
import type { ServerKey } from '#app/server-key.ts'
import type { RouteConsumer } from './route-file.ts'
import type { Route } from './routes.ts'

export type PreparingPack = Route & {
  packId: string
  version: number
  nextPlace: number
  failureCount: number
  consumerCount: number
}

export type Chunk = { billCount: number; readAtMs: number; sha256: string; content: Buffer }

/** Ready packs of a route that are kept: a till half-way through the one before the newest may finish it. */
const PACKS_KEPT = 2

/** The pack under way, or a new one. null: there is no such route. */
export async function beginPack(pool: Pool, tenantId: string, routeId: string): Promise<string | null> {
  await pool.query(
    `with next as (
       update tahsil.routes r set last_version = last_version + 1
       where r.tenant_id = $1 and r.route_id = $2 and not exists (
         select 1 from tahsil.packs p
         where p.tenant_id = r.tenant_id and p.route_id = r.route_id and p.state = 'preparing')
       returning r.tenant_id, r.route_id, r.last_version)
     insert into tahsil.packs (tenant_id, route_id, version, state)
     select tenant_id, route_id, last_version, 'preparing' from next
     on conflict do nothing`,
    [tenantId, routeId],
  )
  const rows = await pool.query<{ pack_id: string }>(
    `select pack_id from tahsil.packs where tenant_id = $1 and route_id = $2 and state = 'preparing'`,
    [tenantId, routeId],
  )
  return rows.rows[0]?.pack_id ?? null
}

/** null: it is ready, or was dropped because its route changed. */
export async function readPreparing(pool: Pool, packId: string): Promise<PreparingPack | null> {
  const rows = await pool.query<PreparingPack>(
    `select p.pack_id as "packId", p.tenant_id as "tenantId", p.route_id as "routeId", r.name, p.version,
       p.next_place as "nextPlace", p.failure_count as "failureCount",
       (select count(*) from tahsil.route_consumers c
         where c.tenant_id = p.tenant_id and c.route_id = p.route_id) as "consumerCount"
     from tahsil.packs p join tahsil.routes r using (tenant_id, route_id)
     where p.pack_id = $1 and p.state = 'preparing'`,
    [packId],
  )
  return rows.rows[0] ?? null
}

export async function readSlice(pool: Pool, pack: PreparingPack, countMax: number): Promise<RouteConsumer[]> {
  const rows = await pool.query<RouteConsumer>(
    `select business_service as "businessService", consumer_code as "consumerCode"
     from tahsil.route_consumers
     where tenant_id = $1 and route_id = $2 and place >= $3 and place < $3 + $4 order by place`,
    [pack.tenantId, pack.routeId, pack.nextPlace, countMax],
  )
  return rows.rows
}

/** The slice is done. `chunk` null: none of its connections has a bill. A slice that another run has done changes nothing. */
export async function keepSlice(
  pool: Pool,
  pack: PreparingPack,
  slice: { nextPlace: number; skippedCount: number; chunk: Chunk | null },
): Promise<void> {
  const { chunk } = slice
  await pool.query(
    `with moved as (
       update tahsil.packs set next_place = $3, skipped_count = skipped_count + $4, failure_count = 0,
         last_problem = null, touched_at = clock_timestamp()
       where pack_id = $1 and state = 'preparing' and next_place = $2 returning pack_id)
     insert into tahsil.pack_chunks (pack_id, place, bill_count, read_at_ms, sha256, content)
     select pack_id, $2, $5, $6, $7, $8 from moved where $5::integer > 0`,
    [
      pack.packId,
      pack.nextPlace,
      slice.nextPlace,
      slice.skippedCount,
      chunk?.billCount ?? 0,
      chunk?.readAtMs ?? 0,
      chunk?.sha256 ?? '',
      chunk?.content ?? Buffer.alloc(0),
    ],
  )
}

export async function noteFailure(pool: Pool, packId: string, problem: string): Promise<void> {
  await pool.query(
    `update tahsil.packs set failure_count = failure_count + 1, last_problem = $2, touched_at = clock_timestamp()
     where pack_id = $1`,
    [packId, problem.slice(0, 200)],
  )
}

export type Ages = { warnAfterMs: number; refuseAfterMs: number }

/** Signs what is there and makes it the newest of its route; older ones go. */
export async function finishPack(
  pool: Pool,
  pack: PreparingPack,
  { key, ages, nowMs }: { key: ServerKey; ages: Ages; nowMs: number },
): Promise<PackManifest> {
  const chunks = await pool.query<{ sha256: string; bytes: number; billCount: number; readAtMs: number }>(
    `select sha256, length(content) as bytes, bill_count as "billCount", read_at_ms as "readAtMs"
     from tahsil.pack_chunks where pack_id = $1 order by place`,
    [pack.packId],
  )
  const manifest = packManifestSchema.parse({
    packId: pack.packId,
    routeId: pack.routeId,
    routeName: pack.name,
    tenantId: pack.tenantId,
    version: pack.version,
    preparedAtMs: Math.min(nowMs, ...chunks.rows.map(({ readAtMs }) => readAtMs)),
    ...ages,
    billCount: chunks.rows.reduce((sum, { billCount }) => sum + billCount, 0),
    chunks: chunks.rows.map(({ sha256, bytes, billCount }) => ({ sha256, bytes, billCount })),
  })
  const signed = key.sign('pack', JSON.stringify(manifest))
  await pool.query(
    `update tahsil.packs set state = 'ready', manifest = $2, prepared_at_ms = $3, bill_count = $4, chunk_count = $5,
       touched_at = clock_timestamp()
     where pack_id = $1 and state = 'preparing'`,
    [pack.packId, JSON.stringify(signed), manifest.preparedAtMs, manifest.billCount, manifest.chunks.length],
  )
  // after a crash in between, the next pack of the route does it
  await pool.query(
    `delete from tahsil.packs where tenant_id = $1 and route_id = $2 and state = 'ready' and pack_id not in (
       select pack_id from tahsil.packs where tenant_id = $1 and route_id = $2 and state = 'ready'
       order by version desc limit $3)`,
    [pack.tenantId, pack.routeId, PACKS_KEPT],
  )
  return manifest
}

/** The newest of the route; null: none is ready. */
export async function readManifest(
  pool: Pool,
  tenantId: string,
  routeId: string,
): Promise<SignedText | null> {
  const rows = await pool.query<{ manifest: unknown }>({
    name: 'read-manifest',
    text: `select manifest from tahsil.packs where tenant_id = $1 and route_id = $2 and state = 'ready'
      order by version desc limit 1`,
    values: [tenantId, routeId],
  })
  return rows.rows[0] === undefined ? null : signedTextSchema.parse(rows.rows[0].manifest)
}

/** gzip bytes of the n-th chunk of a ready pack; null: no such chunk in this municipality. */
export async function readChunk(
  pool: Pool,
  wanted: { tenantId: string; packId: string; index: number },
): Promise<Buffer | null> {
  const rows = await pool.query<{ content: Buffer }>({
    name: 'read-chunk',
    text: `select c.content from tahsil.pack_chunks c join tahsil.packs p using (pack_id)
      where p.tenant_id = $1 and p.pack_id = $2 and p.state = 'ready' order by c.place offset $3 limit 1`,
    values: [wanted.tenantId, wanted.packId, wanted.index],
  })
  return rows.rows[0]?.content ?? null
}
