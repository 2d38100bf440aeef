// Figures of the whole database for the metrics page: one statement over small indexes, at most once in a few seconds
// however many ask. Finished payments are left out: counting them would read them all.
import type { Pool } from 'pg'
import { HOLD_SETTING, LIVE_STATES } from '#app/payments/posting-store.ts'

export type LedgerFacts = {
  payments: { state: string; count: number }[]
  oldestSeconds: number
  jobsWaiting: number
  jobsRunning: number
  holdSeconds: number
  devicesLive: number
  devicesRevoked: number
  poisonRecords: number
}

const keepMs = 5_000
/** As in index payments_waiting of migration 0005. */
const stoppedStates = ['SUSPENSE', 'POISON', 'QUARANTINE']
const listOf = (states: readonly string[]) => states.map((state) => `'${state}'`).join(', ')

const statement = `
  with live as materialized (
    select state, count(*)::int as count, min(received_at) as oldest
    from tahsil.payments where state in (${listOf(LIVE_STATES)}) group by state
  ), stopped as materialized (
    select state, count(*)::int as count from tahsil.payments where state in (${listOf(stoppedStates)}) group by state
  ), jobs as materialized (
    select count(*) filter (where locked_at is null)::int as waiting,
      count(*) filter (where locked_at is not null)::int as running from graphile_worker.jobs
  ), devices as materialized (
    select count(*) filter (where revoked_at is null)::int as live,
      count(*) filter (where revoked_at is not null)::int as revoked from tahsil.devices
  )
  select
    (select coalesce(json_agg(json_build_object('state', state, 'count', count)), '[]'::json)
      from (select state, count from live union all select state, count from stopped) every_state) as payments,
    (select coalesce(extract(epoch from clock_timestamp() - min(oldest)), 0)::float8 from live) as "oldestSeconds",
    (select waiting from jobs) as "jobsWaiting", (select running from jobs) as "jobsRunning",
    coalesce((select greatest(0, (value #>> '{}')::float8 / 1000 - extract(epoch from clock_timestamp()))
      from tahsil.settings where key = '${HOLD_SETTING}'), 0)::float8 as "holdSeconds",
    (select live from devices) as "devicesLive", (select revoked from devices) as "devicesRevoked",
    (select count(*)::int from tahsil.poison_records) as "poisonRecords"`

/** null when the database does not answer; several callers at once share one look. */
export function createLedgerFacts(pool: Pool, nowMs: () => number): () => Promise<LedgerFacts | null> {
  let kept: { facts: LedgerFacts; atMs: number } | null = null
  let running: Promise<LedgerFacts | null> | null = null
  const look = async (): Promise<LedgerFacts | null> => {
    try {
      const read = await pool.query<LedgerFacts>({ name: 'ledger-facts', text: statement })
      const facts = read.rows[0] ?? null
      kept = facts === null ? null : { facts, atMs: nowMs() }
      return facts
    } catch {
      kept = null
      return null
    }
  }
  return async () => {
    if (kept !== null && nowMs() - kept.atMs < keepMs) return kept.facts
    running ??= look().finally(() => {
      running = null
    })
    return await running
  }
}
