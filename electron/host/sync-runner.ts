// Runs core's sync rounds for as long as the till lives, wakes at once for a fresh payment, and answers "send now". Called by
// start-host.
import type { Logger } from 'pino'
import { ProblemError } from '#contract/problem.ts'
import {
  FIRST_SYNC_STATE,
  syncRound,
  type SyncPorts,
  type SyncRound,
  type SyncState,
} from '#core/sync-loop.ts'
import type { LinkState } from './link-state.ts'
import { repeat } from './repeating.ts'

export type SyncRunner = {
  /** A payment was recorded: do not wait for the next round. */
  readonly nudge: () => void
  /** One round now. Throws integrator_unreachable or device_not_enrolled. */
  readonly sendNow: () => Promise<{ sentCount: number }>
  readonly stop: () => Promise<void>
}

/** Rounds of one "send now": 10 batches of 100. */
const ROUNDS_MAX = 10
const FAULT_WAIT_MS = 5_000
const NOT_ENROLLED_WAIT_MS = 1_000

type RunnerPorts = SyncPorts & {
  readonly link: LinkState
  readonly isEnrolled: () => boolean
  readonly logger: Logger
}

export function startSyncRunner(ports: RunnerPorts): SyncRunner {
  const { link, logger } = ports
  let state: SyncState = FIRST_SYNC_STATE
  let last: SyncRound | null = null

  const round = async (): Promise<number> => {
    if (!ports.isEnrolled()) return NOT_ENROLLED_WAIT_MS
    last = await syncRound(ports, state)
    state = last.state
    const { problem, sentCount, waitMs } = last
    if (problem === null) link.noteSync()
    else
      logger.warn({ code: problem.code, reason: problem.data['reason'], waitMs }, 'sync did not get through')
    if (sentCount > 0) logger.info({ sentCount }, 'payments handed over')
    return waitMs
  }
  const loop = repeat({
    run: round,
    faultWaitMs: FAULT_WAIT_MS,
    onFault: (error) => logger.error({ error }, 'a sync round failed'),
  })
  const sendNow = async (): Promise<{ sentCount: number }> => {
    if (!ports.isEnrolled()) throw new ProblemError('device_not_enrolled')
    let sentCount = 0
    for (let count = 0; count < ROUNDS_MAX; count++) {
      last = null
      await loop.wake()
      const done = lastRound(last)
      if (done === null) throw new ProblemError('integrator_unreachable', { reason: 'stopped' })
      sentCount += done.sentCount
      if (done.problem !== null) throw sendProblem(done.problem)
      if (done.sentCount === 0 || ports.store.waitingCount() === 0) break
    }
    return { sentCount }
  }
  return {
    nudge: () => {
      // While nothing gets through, the back-off decides; a fresh payment is no reason to knock harder.
      if (state.failures === 0) void loop.wake()
    },
    sendNow,
    stop: loop.stop,
  }
}

/** Set by the run that was awaited; the compiler cannot see that. */
function lastRound(round: SyncRound | null): SyncRound | null {
  return round
}

/** `queue.sendNow` tells two things apart: this till is not known there, or nothing got through. */
function sendProblem(problem: ProblemError): ProblemError {
  if (problem.code === 'device_not_enrolled') return problem
  return new ProblemError('integrator_unreachable', { reason: problem.code })
}
