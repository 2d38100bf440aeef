// The posting worker: graphile-worker jobs that move payments, and a sweeper that puts back what a crash left behind.
// Started and stopped by start-integrator. Any number of nodes may run it on one database.
import { Logger, run } from 'graphile-worker'
import type { Runner } from 'graphile-worker'
import type { Pool } from 'pg'
import * as z from 'zod'
import { postPayment } from '#collection/post-payment.ts'
import { describeError } from '#contract/safe-log.ts'
import type { Log } from '#app/log.ts'
import {
  findOddities,
  loadRecord,
  LIVE_STATES,
  spreadPayments,
  sweep,
  wakeFollower,
} from '#app/payments/posting-store.ts'
import { createPostingPorts } from './posting-ports.ts'
import type { PostingParts } from './posting-ports.ts'

export type Worker = { stop: () => Promise<void>; sweepNow: () => Promise<number> }

export type WorkerOptions = {
  parts: PostingParts
  log: Log
  concurrency: number
  sweepMs: number
  /** true when no other node can be at work on this database: what was begun is nobody's any more. */
  isAlone: boolean
  /** The queue stopped by itself, as it does when it cannot give a job back: nothing is posted here any more. */
  onLost: () => void
}

const sweepMax = 2_000
const busyRetryMs = 500
const pollMsMin = 50
const pollMsMax = 500
const payloadSchema = z.object({ id: z.uuid() })
const spreadSchema = z.object({ ids: z.array(z.uuid()) })
const live: ReadonlySet<string> = new Set(LIVE_STATES)

export async function startWorker({
  parts,
  log,
  concurrency,
  sweepMs,
  isAlone,
  onLost,
}: WorkerOptions): Promise<Worker> {
  const { pool } = parts
  const runner: Runner = await run({
    pgPool: pool,
    noHandleSignals: true,
    preset: {
      worker: {
        concurrentJobs: concurrency,
        // waits are jobs of the future, which are found by polling: as often as the shortest wait
        pollInterval: Math.min(pollMsMax, Math.max(pollMsMin, parts.policy.probeDelayMs)),
        localQueue: { size: concurrency * 4, ttl: 60_000 },
        completeJobBatchDelay: 0,
        failJobBatchDelay: 0,
        gracefulShutdownAbortTimeout: 120_000,
      },
    },
    logger: new Logger(() => (level, message) => {
      // what follows is the message of an error, which may quote values
      const [words = ''] = message.split(' with error')
      if (level === 'error' || level === 'warning') log.warn({ worker: words.slice(0, 200) }, 'job queue')
    }),
    taskList: {
      'post-payment': async (payload) => {
        const { id } = payloadSchema.parse(payload)
        await runPosting({ parts, log, id })
      },
      'spread-payments': async (payload) => {
        const { ids } = spreadSchema.parse(payload)
        await spreadPayments(pool, ids)
      },
    },
  })
  let isStopping = false
  const lose = () => {
    if (isStopping) return
    log.fatal('the job queue ended')
    onLost()
  }
  void runner.promise.then(lose, lose)
  if (isAlone) await sweep(pool, { lateMs: 0, limit: sweepMax })
  const sweeper = startSweeper({ pool, log, sweepMs })
  return {
    sweepNow: () => sweep(pool, { lateMs: 0, limit: sweepMax }),
    stop: async () => {
      isStopping = true
      await sweeper.stop()
      await runner.stop()
    },
  }
}

/** One payment, as far as it can go now, alone for its consumer (R7). A failure leaves it to the sweeper. */
async function runPosting({ parts, log, id }: { parts: PostingParts; log: Log; id: string }): Promise<void> {
  const { pool } = parts
  const before = await loadRecord(pool, id)
  if (before === null || !live.has(before.state)) return
  const { tenantId, bill } = before.payment
  const consumer = JSON.stringify([tenantId, bill.businessService, bill.consumerCode])
  const holder = await pool.connect()
  let isBroken = false
  try {
    const taken = await holder.query<{ is_ours: boolean }>({
      name: 'take-consumer',
      text: 'select pg_try_advisory_lock(hashtextextended($1, 7264403)) as is_ours',
      values: [consumer],
    })
    if (taken.rows[0]?.is_ours !== true) {
      await retryLater(pool, id)
      return
    }
    try {
      if (before.state === 'RECEIVED') await findOddities(pool, id)
      const state = await postPayment(createPostingPorts(parts, id))
      log.debug({ paymentId: id, state }, 'posting run')
    } finally {
      await holder.query({
        name: 'leave-consumer',
        text: 'select pg_advisory_unlock(hashtextextended($1, 7264403))',
        values: [consumer],
      })
    }
    const after = await loadRecord(pool, id)
    if (isQueued(before.state) && after !== null && !isQueued(after.state)) await wakeFollower(pool, before)
  } catch (error) {
    isBroken = true
    log.error(
      { paymentId: id, error: describeError(error) },
      'posting run failed; the sweeper brings it back',
    )
  } finally {
    // a connection whose lock may still be held is closed, which frees it
    holder.release(isBroken)
  }
}

/** Its money is not in DIGIT yet, so the next of the same consumer waits behind it. */
function isQueued(state: string): boolean {
  return live.has(state) && state !== 'POSTED' && state !== 'REVERSING'
}

async function retryLater(pool: Pool, id: string): Promise<void> {
  await pool.query({
    name: 'retry-later',
    text: `select graphile_worker.add_job('post-payment', json_build_object('id', $1::text),
      run_at => clock_timestamp() + make_interval(secs => $2 / 1000.0), max_attempts => 3, job_key => 'post:' || $1)`,
    values: [id, busyRetryMs],
  })
}

function startSweeper({ pool, log, sweepMs }: { pool: Pool; log: Log; sweepMs: number }) {
  let running: Promise<void> | null = null
  const once = async () => {
    try {
      const count = await sweep(pool, { lateMs: sweepMs, limit: sweepMax })
      if (count > 0) log.warn({ count }, 'payments were put back into the queue')
    } catch (error) {
      log.error({ error: describeError(error) }, 'sweep failed')
    }
  }
  const timer = setInterval(() => {
    // a slow sweep is never followed by a queue of sweeps
    running ??= once().finally(() => {
      running = null
    })
  }, sweepMs)
  return {
    stop: async () => {
      clearInterval(timer)
      await running
    },
  }
}
