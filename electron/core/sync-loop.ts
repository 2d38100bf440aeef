// Sends recorded payments to the integrator at its own pace and brings back what became of them. One round = one batch out and the
// status feed in; the host runs rounds one after another and waits as long as the round says. Nothing is ever deleted, a lost
// answer means "send the same bytes again", and a record that cannot be read never holds up the others.
import type { PaymentOutcome } from '#contract/api.ts'
import { ProblemError, problemOf, type Problem } from '#contract/problem.ts'
import {
  BACKOFF_BASE_MS,
  BACKOFF_CAP_MS,
  BATCH_BYTES_MAX,
  BATCH_RECORDS_MAX,
  FEED_PAGES_MAX,
  IDLE_POLL_MS,
  PENDING_POLL_CAP_MS,
  PENDING_POLL_MS,
  POISON_RETRY_MS,
  SERVER_WAIT_MAX_MS,
} from './limits.ts'
import type { Clock, Integrator, OutboxStore, WaitingRecord } from './ports.ts'

export type SyncPorts = {
  readonly store: OutboxStore
  readonly integrator: Pick<Integrator, 'submitBatch' | 'changes'>
  readonly clock: Clock
  /** 0 ≤ x < 1. */
  readonly random: () => number
}

export type SyncState = {
  readonly failures: number
  /** Records in one batch; smaller after the integrator could not read a whole one. */
  readonly batchMax: number
  /** Rounds in a row that brought nothing new. */
  readonly quietRounds: number
}

export type SyncRound = {
  readonly state: SyncState
  readonly sentCount: number
  readonly waitMs: number
  /** null: the integrator answered. */
  readonly problem: ProblemError | null
}

export const FIRST_SYNC_STATE: SyncState = { failures: 0, batchMax: BATCH_RECORDS_MAX, quietRounds: 0 }

/** Throws only for faults of the till itself (store, programming mistakes). */
export async function syncRound(ports: SyncPorts, state: SyncState): Promise<SyncRound> {
  const batch = nextBatch(ports, state)
  try {
    const sent = batch.length === 0 ? { count: 0, waitMs: 0 } : await sendBatch(ports, batch)
    const news = await readFeed(ports)
    const next: SyncState = {
      failures: 0,
      batchMax: Math.min(BATCH_RECORDS_MAX, state.batchMax * 2),
      quietRounds: sent.count + news > 0 ? 0 : state.quietRounds + 1,
    }
    const hasProgress = batch.length === 0 || sent.count > 0
    const waitMs = hasProgress ? waitAfterSuccess(ports, next, sent.waitMs) : backOff(ports, 1)
    return { state: next, sentCount: sent.count, waitMs, problem: null }
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error
    return afterProblem({ ports, state, batch }, error)
  }
}

/** Oldest first, within both limits; always at least one when any is due. */
function nextBatch({ store, clock }: SyncPorts, { batchMax }: SyncState): WaitingRecord[] {
  const waiting = store.waiting({ recordsMax: batchMax, nowMs: clock.read().wallMs })
  const batch: WaitingRecord[] = []
  let bytes = 0
  for (const record of waiting) {
    bytes += new TextEncoder().encode(record.body).length + 1
    if (batch.length > 0 && bytes > BATCH_BYTES_MAX) break
    batch.push(record)
  }
  return batch
}

async function sendBatch(
  { store, integrator, clock }: SyncPorts,
  batch: readonly WaitingRecord[],
): Promise<{ count: number; waitMs: number }> {
  const { outcomes, nextAfterMs } = await integrator.submitBatch(batch.map(({ body }) => body))
  const ids = new Set(batch.map(({ paymentId }) => paymentId))
  const ours = new Map<string, PaymentOutcome>()
  for (const outcome of outcomes) if (ids.has(outcome.id)) ours.set(outcome.id, outcome)
  store.markOutcomes([...ours.values()], clock.read().wallMs)
  const silent = [...ids].filter((id) => !ours.has(id))
  // No outcome is no answer: the same bytes go again with the next batch.
  if (silent.length > 0) store.markTried(silent, { problem: noAnswer(), nextTryAtMs: null })
  return { count: ours.size, waitMs: Math.min(nextAfterMs, SERVER_WAIT_MAX_MS) }
}

/** How many statuses came. */
async function readFeed({ store, integrator }: SyncPorts): Promise<number> {
  let count = 0
  for (let page = 0; page < FEED_PAGES_MAX; page++) {
    const since = store.feedCursor()
    const { payments, nextCursor, hasMore } = await integrator.changes(since)
    if (payments.length > 0 || nextCursor > since) store.applyStatuses(payments, Math.max(since, nextCursor))
    count += payments.length
    if (!hasMore || nextCursor <= since) break
  }
  return count
}

function waitAfterSuccess(
  { store, clock }: SyncPorts,
  { quietRounds }: SyncState,
  serverWaitMs: number,
): number {
  // Records that were set aside wait for their own time; they are no reason to hurry.
  const isMoreDue = store.waiting({ recordsMax: 1, nowMs: clock.read().wallMs }).length > 0
  if (isMoreDue) return serverWaitMs
  if (store.pendingCount() === 0) return Math.max(serverWaitMs, IDLE_POLL_MS)
  return Math.max(
    serverWaitMs,
    Math.min(PENDING_POLL_CAP_MS, PENDING_POLL_MS * 2 ** Math.min(quietRounds, 10)),
  )
}

type Failed = {
  readonly ports: SyncPorts
  readonly state: SyncState
  readonly batch: readonly WaitingRecord[]
}

function afterProblem({ ports, state, batch }: Failed, error: ProblemError): SyncRound {
  const problem = problemOf(error)
  const ids = batch.map(({ paymentId }) => paymentId)
  const failures = state.failures + 1
  const isUnreadable = error.code === 'input_invalid' && batch.length > 0
  if (isUnreadable) return afterUnreadable({ ports, state, batch }, problem)
  if (ids.length > 0) ports.store.markTried(ids, { problem, nextTryAtMs: null })
  return {
    state: { ...state, failures },
    sentCount: 0,
    waitMs: Math.max(askedWaitMs(error), backOff(ports, failures)),
    problem: error,
  }
}

/** Halves until the one record is alone, then sets only that one aside for a while. */
function afterUnreadable({ ports, state, batch }: Failed, problem: Problem): SyncRound {
  const [first] = batch
  if (batch.length === 1 && first !== undefined) {
    const nextTryAtMs = ports.clock.read().wallMs + POISON_RETRY_MS
    ports.store.markTried([first.paymentId], { problem, nextTryAtMs })
    return { state: { ...state, failures: 0 }, sentCount: 0, waitMs: 0, problem: null }
  }
  const batchMax = Math.max(1, Math.floor(batch.length / 2))
  return { state: { ...state, failures: 0, batchMax }, sentCount: 0, waitMs: 0, problem: null }
}

/** What the integrator asked for with 429 or 503; kept by the client as `retryAfterMs`. */
function askedWaitMs({ data }: ProblemError): number {
  const asked = data['retryAfterMs']
  return typeof asked === 'number' && asked > 0 ? Math.min(asked, SERVER_WAIT_MAX_MS) : 0
}

/** Full jitter: anywhere below the exponential, so that a thousand tills do not come back in step. */
function backOff({ random }: SyncPorts, failures: number): number {
  const ceiling = Math.min(BACKOFF_CAP_MS, BACKOFF_BASE_MS * 2 ** Math.min(failures, 16))
  return Math.max(100, Math.floor(random() * ceiling))
}

function noAnswer(): Problem {
  return problemOf(new ProblemError('integrator_unreachable', { reason: 'no_outcome' }))
}
