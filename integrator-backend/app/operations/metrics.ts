// What an integrator counts and measures about itself, in the text format of Prometheus, without a word about people.
// Made by start-integrator; http-watch and digit-watch feed it, metrics-door shows it.
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { Pool } from 'pg'
import type { LedgerFacts } from './ledger-facts.ts'

export type Metrics = {
  requests: Counter<'operation' | 'status'>
  requestSeconds: Histogram<'operation'>
  batchRecords: Histogram<'operation'>
  digitCalls: Counter<'path' | 'outcome'>
  digitSeconds: Histogram<'path'>
  digitUnreachable: Gauge
  /** The page, with everything that is read only when somebody asks. */
  page: () => Promise<string>
  contentType: string
  close: () => void
}

export type MetricsParts = {
  pool: Pick<Pool, 'totalCount' | 'idleCount' | 'waitingCount' | 'options'>
  /** null when the database does not answer. */
  facts: () => Promise<LedgerFacts | null>
  isDraining: () => boolean
  fenceMs: number
}

const secondsBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
const digitBuckets = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 70]
const recordBuckets = [1, 2, 5, 10, 25, 50, 100]
const lagResolutionMs = 20
const nanoPerSecond = 1e9

export function createMetrics(parts: MetricsParts): Metrics {
  const registry = new Registry()
  const registers = [registry]
  const gauge = gaugesOf(registry)
  const lag = monitorEventLoopDelay({ resolution: lagResolutionMs })
  lag.enable()
  const readOwn = ownGauges(gauge, parts, lag)
  const readLedger = ledgerGauges(gauge, parts)
  return {
    requests: new Counter({
      name: 'tahsil_requests_total',
      help: 'Answered calls by operation of the contract and HTTP status.',
      labelNames: ['operation', 'status'],
      registers,
    }),
    requestSeconds: new Histogram({
      name: 'tahsil_request_seconds',
      help: 'From the first byte of a call to the last of its answer; for records and payments this is the time to the commit.',
      labelNames: ['operation'],
      buckets: secondsBuckets,
      registers,
    }),
    batchRecords: new Histogram({
      name: 'tahsil_batch_records',
      help: 'Records or payments handed over in one call.',
      labelNames: ['operation'],
      buckets: recordBuckets,
      registers,
    }),
    digitCalls: new Counter({
      name: 'tahsil_digit_calls_total',
      help: 'Calls to DIGIT by path and how they ended.',
      labelNames: ['path', 'outcome'],
      registers,
    }),
    digitSeconds: new Histogram({
      name: 'tahsil_digit_seconds',
      help: 'Time of a call to DIGIT, login and repeat included.',
      labelNames: ['path'],
      buckets: digitBuckets,
      registers,
    }),
    digitUnreachable: gauge(
      'tahsil_digit_breaker_open',
      'The last call was refused unsent: DIGIT is spared.',
    ),
    page: async () => {
      readOwn()
      await readLedger()
      return await registry.metrics()
    },
    contentType: registry.contentType,
    close: () => lag.disable(),
  }
}

type MakeGauge = <Label extends string = never>(name: string, help: string, labels?: Label[]) => Gauge<Label>

const gaugesOf =
  (registry: Registry): MakeGauge =>
  (name, help, labels = []) =>
    new Gauge({ name, help, labelNames: labels, registers: [registry] })

/** What this process knows by itself. */
function ownGauges(
  gauge: MakeGauge,
  { pool, isDraining, fenceMs }: MetricsParts,
  lag: ReturnType<typeof monitorEventLoopDelay>,
): () => void {
  const loop = gauge('tahsil_event_loop_lag_seconds', 'Delay of the event loop since the last look.', [
    'quantile',
  ])
  const connections = gauge('tahsil_database_connections', 'Connections of this node to PostgreSQL.', [
    'state',
  ])
  const memory = gauge('tahsil_memory_bytes', 'Resident memory of this node.')
  const draining = gauge('tahsil_draining', '1 while this node ends: it takes no new calls.')
  const fence = gauge('tahsil_fence_seconds', 'How long an attempt is left alone before it is looked up.')
  return () => {
    for (const quantile of [50, 99]) {
      loop.set({ quantile: String(quantile / 100) }, lag.percentile(quantile) / nanoPerSecond)
    }
    lag.reset()
    connections.set({ state: 'open' }, pool.totalCount)
    connections.set({ state: 'idle' }, pool.idleCount)
    connections.set({ state: 'wanted' }, pool.waitingCount)
    connections.set({ state: 'max' }, pool.options.max)
    memory.set(process.memoryUsage.rss())
    draining.set(isDraining() ? 1 : 0)
    fence.set(fenceMs / 1000)
  }
}

/** What the database knows; gone from the page when it does not answer, so that nobody trusts an old figure. */
function ledgerGauges(gauge: MakeGauge, { facts }: MetricsParts): () => Promise<void> {
  const up = gauge('tahsil_database_up', '1 when PostgreSQL answered this look.')
  const payments = gauge('tahsil_payments', 'Payments that are not at their end, by state.', ['state'])
  const oldest = gauge(
    'tahsil_oldest_waiting_seconds',
    'Age of the oldest payment on its way, since it was taken in.',
  )
  const jobs = gauge('tahsil_queue_jobs', 'Jobs that wait or run.', ['state'])
  const hold = gauge('tahsil_hold_seconds', 'How long posting is still held by a person or after a restore.')
  const devices = gauge('tahsil_devices', 'Enrolled devices.', ['state'])
  const poison = gauge('tahsil_poison_records', 'Records that could not be read and wait for a person.')
  const all = [payments, oldest, jobs, hold, devices, poison]
  return async () => {
    const read = await facts()
    for (const each of all) each.reset()
    up.set(read === null ? 0 : 1)
    if (read === null) {
      for (const each of [oldest, hold, poison]) each.set(Number.NaN)
      return
    }
    for (const { state, count } of read.payments) payments.set({ state }, count)
    oldest.set(read.oldestSeconds)
    jobs.set({ state: 'waiting' }, read.jobsWaiting)
    jobs.set({ state: 'running' }, read.jobsRunning)
    hold.set(read.holdSeconds)
    devices.set({ state: 'live' }, read.devicesLive)
    devices.set({ state: 'revoked' }, read.devicesRevoked)
    poison.set(read.poisonRecords)
  }
}
