// Brings back what became of the payments: reads the integrator's feed from where it stopped, and waits there for news. One round is
// one look, of several pages at most; the host runs rounds one after another, beside the sending.
import { ProblemError } from '#contract/problem.ts'
import {
  FEED_PAGES_MAX,
  FEED_WAIT_MS,
  IDLE_POLL_MS,
  PENDING_POLL_CAP_MS,
  PENDING_POLL_MS,
} from '#core/limits.ts'
import type { Clock, Integrator, OutboxStore } from '#core/ports.ts'
import { afterTrouble } from './pace.ts'

export type FeedPorts = {
  readonly store: Pick<OutboxStore, 'feedCursor' | 'applyStatuses' | 'pendingCount'>
  readonly integrator: Pick<Integrator, 'changes'>
  readonly clock: Clock
  /** 0 ≤ x < 1. */
  readonly random: () => number
  /** 0: looks without waiting for news. */
  readonly feedWaitMs?: number
}

export type FeedState = {
  readonly failures: number
  /** Looks in a row that brought nothing new although nobody made us wait. */
  readonly quietRounds: number
}

export type FeedRound = {
  readonly state: FeedState
  readonly newsCount: number
  readonly waitMs: number
  readonly problem: ProblemError | null
}

export const FIRST_FEED_STATE: FeedState = { failures: 0, quietRounds: 0 }

const DOUBLINGS_MAX = 10

/** Throws only for faults of the till itself. */
export async function feedRound(ports: FeedPorts, state: FeedState): Promise<FeedRound> {
  const { store, clock, random, feedWaitMs = FEED_WAIT_MS } = ports
  const startedMs = clock.read().monotonicMs
  try {
    // After trouble the first look does not wait: it says whether the integrator is there again.
    const { newsCount, isMore } = await readPages(ports, state.failures === 0 ? feedWaitMs : 0)
    const tookMs = clock.read().monotonicMs - startedMs
    const wasHeld = feedWaitMs > 0 && (tookMs >= feedWaitMs / 2 || state.failures > 0)
    if (newsCount > 0 || isMore || wasHeld) {
      const next: FeedState = { failures: 0, quietRounds: 0 }
      const waitMs = wasHeld || isMore ? 0 : PENDING_POLL_MS
      return { state: next, newsCount, waitMs, problem: null }
    }
    const quietRounds = state.quietRounds + 1
    const stepMs = PENDING_POLL_MS * 2 ** Math.min(state.quietRounds, DOUBLINGS_MAX)
    const waitMs = store.pendingCount() === 0 ? IDLE_POLL_MS : Math.min(PENDING_POLL_CAP_MS, stepMs)
    return { state: { failures: 0, quietRounds }, newsCount: 0, waitMs, problem: null }
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error
    const failures = state.failures + 1
    const waitMs = afterTrouble(random, failures, error)
    return { state: { ...state, failures }, newsCount: 0, waitMs, problem: error }
  }
}

async function readPages(
  { store, integrator }: FeedPorts,
  waitMs: number,
): Promise<{ newsCount: number; isMore: boolean }> {
  let newsCount = 0
  for (let page = 0; page < FEED_PAGES_MAX; page++) {
    const since = store.feedCursor()
    const { payments, nextCursor, hasMore } = await integrator.changes(since, page === 0 ? waitMs : 0)
    if (payments.length > 0 || nextCursor > since) store.applyStatuses(payments, Math.max(since, nextCursor))
    newsCount += payments.length
    if (!hasMore || nextCursor <= since) return { newsCount, isMore: false }
  }
  return { newsCount, isMore: true }
}
