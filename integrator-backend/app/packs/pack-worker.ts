// Prepares packs in the background: one slice at a time, apart from the posting of money, which it never keeps waiting. Every night
// all routes are prepared anew. Started and stopped by start-integrator; any number of nodes may run it on one database.
import { Logger, parseCronItems, run } from 'graphile-worker'
import type { Pool } from 'pg'
import * as z from 'zod'
import type { Config } from '#app/config.ts'
import { describeError } from '#contract/safe-log.ts'
import type { Log } from '#app/log.ts'
import { putDemoRoutes } from './demo-routes.ts'
import { beginPack } from './pack-store.ts'
import { prepareSlice } from './prepare-pack.ts'
import type { PackParts } from './prepare-pack.ts'

export type PackWorker = { stop: () => Promise<void> }

export type PackWorkerOptions = {
  parts: PackParts
  log: Log
  /** `HH:MM` in India's time: when every route is prepared anew. */
  refreshAt: string
  /** Routes that are prepared at once when none of their packs is of the last hours. */
  firstRoutes: readonly { tenantId: string; routeId: string }[]
}

/** A pack that nobody has touched for so long lost its node. */
const STALE_MS = 120_000
const SWEEP_MS = 30_000
const FRESH_MS = 20 * 3_600_000
/** Nights are made up for after so long without any node. */
const MISSED_MS = 12 * 3_600_000
const IST_MINUTES = 330
const DAY_MINUTES = 1_440
const payloadSchema = z.object({ packId: z.uuid() })

export async function startPackWorker(options: PackWorkerOptions): Promise<PackWorker> {
  const { log } = options
  const { pool } = options.parts
  let isStopping = false
  const slices = { ...options, parts: { ...options.parts, isStopping: () => isStopping } }
  const runner = await run({
    pgPool: pool,
    noHandleSignals: true,
    preset: { worker: { concurrentJobs: 1, pollInterval: 1_000, gracefulShutdownAbortTimeout: 60_000 } },
    logger: new Logger(() => (level, message) => {
      if (level === 'error' || level === 'warning')
        log.warn({ worker: (message.split(' with error')[0] ?? '').slice(0, 200) }, 'pack queue')
    }),
    parsedCronItems: parseCronItems([
      { task: 'refresh-packs', match: cronOf(options.refreshAt), options: { backfillPeriod: MISSED_MS } },
    ]),
    taskList: {
      'prepare-pack': async (payload) => {
        const { packId } = payloadSchema.parse(payload)
        await runSlice(slices, packId)
      },
      'refresh-packs': async () => await askForAll(pool),
    },
  })
  for (const { tenantId, routeId } of options.firstRoutes) await askUnlessFresh(pool, tenantId, routeId)
  const sweep = () => {
    sweepStale(pool).catch((error: unknown) =>
      log.error({ error: describeError(error) }, 'pack sweep failed'),
    )
  }
  sweep()
  const timer = setInterval(sweep, SWEEP_MS)
  return {
    stop: async () => {
      isStopping = true
      clearInterval(timer)
      await runner.stop()
    },
  }
}

type Packing = Pick<PackParts, 'pool' | 'client' | 'masters' | 'key' | 'nowMs'> & { config: Config; log: Log }

/** As the settings say; null: this node prepares no packs. A demo has two routes from the start. */
export async function startPacking({ config, log, ...parts }: Packing): Promise<PackWorker | null> {
  const { ages, concurrency, pauseMs, sliceMax, refreshAt } = config.packs
  if (concurrency === 0) return null
  return await startPackWorker({
    parts: { ...parts, ages, concurrency, pauseMs, sliceMax },
    log,
    refreshAt,
    firstRoutes: config.isDemo ? await putDemoRoutes(parts.pool, config.digit.tenantId) : [],
  })
}

/** Begins a pack of this route, or goes on with the one under way. false: there is no such route. */
export async function askForPack(pool: Pool, tenantId: string, routeId: string): Promise<boolean> {
  const packId = await beginPack(pool, tenantId, routeId)
  if (packId === null) return false
  await enqueue(pool, packId, 0)
  return true
}

async function runSlice({ parts, log }: PackWorkerOptions, packId: string): Promise<void> {
  const result = await prepareSlice(parts, packId)
  switch (result.kind) {
    case 'gone':
      return
    case 'ready': {
      const { version, billCount, chunkCount } = result
      log.info({ packId, version, billCount, chunkCount }, 'bill pack ready')
      return
    }
    case 'go-on':
      await enqueue(parts.pool, packId, parts.pauseMs)
      return
    case 'wait':
      log.warn({ why: result.why, waitMs: result.waitMs }, 'bill pack waits for DIGIT')
      await enqueue(parts.pool, packId, result.waitMs)
  }
}

async function enqueue(pool: Pool, packId: string, waitMs: number): Promise<void> {
  // behind everything that is about money
  await pool.query(
    `select graphile_worker.add_job('prepare-pack', json_build_object('packId', $1::text),
       run_at => clock_timestamp() + make_interval(secs => $2 / 1000.0), max_attempts => 25,
       job_key => 'pack:' || $1, priority => 100)`,
    [packId, waitMs],
  )
}

async function askForAll(pool: Pool): Promise<void> {
  const routes = await pool.query<{ tenantId: string; routeId: string }>(
    'select tenant_id as "tenantId", route_id as "routeId" from tahsil.routes order by tenant_id, route_id',
  )
  for (const { tenantId, routeId } of routes.rows) await askForPack(pool, tenantId, routeId)
}

async function askUnlessFresh(pool: Pool, tenantId: string, routeId: string): Promise<void> {
  const fresh = await pool.query(
    `select 1 from tahsil.packs where tenant_id = $1 and route_id = $2 and state = 'ready'
       and touched_at > clock_timestamp() - make_interval(secs => $3 / 1000.0)`,
    [tenantId, routeId, FRESH_MS],
  )
  if (fresh.rows.length === 0) await askForPack(pool, tenantId, routeId)
}

/** A node that died leaves its job locked for hours: the pack gets a new one. */
async function sweepStale(pool: Pool): Promise<void> {
  const stale = await pool.query<{ pack_id: string }>(
    `update tahsil.packs p set touched_at = clock_timestamp()
     where p.state = 'preparing' and p.touched_at < clock_timestamp() - make_interval(secs => $1 / 1000.0)
       and not exists (
         select 1 from graphile_worker.jobs j where j.key = 'pack:' || p.pack_id and j.locked_at is null)
     returning p.pack_id`,
    [STALE_MS],
  )
  for (const { pack_id: packId } of stale.rows) await enqueue(pool, packId, 0)
}

/** Cron counts in UTC. */
export function cronOf(refreshAt: string): string {
  const [hours = 0, minutes = 0] = refreshAt.split(':').map(Number)
  const utc = (hours * 60 + minutes - IST_MINUTES + DAY_MINUTES) % DAY_MINUTES
  return `${utc % 60} ${Math.floor(utc / 60)} * * *`
}
