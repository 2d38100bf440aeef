// Runs core's sync for as long as the till lives: one loop hands the journal over, another waits for what became of the payments.
// Sending wakes at once for a fresh payment and answers "send now". Called by start-host.
import type { Logger } from 'pino'
import { ProblemError } from '#contract/problem.ts'
import { FIRST_FEED_STATE, feedRound, type FeedPorts, type FeedState } from '#core/sync/feed-round.ts'
import {
  FIRST_SEND_STATE,
  sendRound,
  type SendPorts,
  type SendRound,
  type SendState,
} from '#core/sync/send-round.ts'
import type { LinkState } from './link-state.ts'
import { repeat } from '#host/repeating.ts'

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

type RunnerPorts = SendPorts &
  FeedPorts & {
    readonly link: LinkState
    readonly isEnrolled: () => boolean
    readonly logger: Logger
  }

export function startSyncRunner(ports: RunnerPorts): SyncRunner {
  const { logger } = ports
  const sending = startSending(ports)
  const feed = startFeed(ports, sending.isFailing)
  const sendNow = async (): Promise<{ sentCount: number }> => {
    if (!ports.isEnrolled()) throw new ProblemError('device_not_enrolled')
    let sentCount = 0
    for (let count = 0; count < ROUNDS_MAX; count++) {
      const done = await sending.round()
      if (done === null) throw new ProblemError('integrator_unreachable', { reason: 'stopped' })
      sentCount += done.sentCount
      if (done.problem !== null) throw sendProblem(done.problem)
      if (ports.store.waitingCount() === 0) break
    }
    await lookNow(ports)
    return { sentCount }
  }
  return {
    nudge: () => {
      // While nothing gets through, the back-off decides; a fresh payment is no reason to knock harder.
      if (!sending.isFailing())
        void sending.round().catch((error: unknown) => logger.error({ error }, 'nudge'))
    },
    sendNow,
    stop: async () => {
      await Promise.all([sending.stop(), feed.stop()])
    },
  }
}

/** Beside the one that waits for news, so that "send now" shows what is known now. */
async function lookNow(ports: RunnerPorts): Promise<void> {
  const { problem } = await feedRound({ ...ports, feedWaitMs: 0 }, FIRST_FEED_STATE)
  if (problem !== null) ports.logger.debug({ code: problem.code }, 'the feed did not answer')
}

type Sending = {
  /** Runs a round now; null when no round runs any more. */
  readonly round: () => Promise<SendRound | null>
  readonly isFailing: () => boolean
  readonly stop: () => Promise<void>
}

function startSending(ports: RunnerPorts): Sending {
  const { link, logger } = ports
  let state: SendState = FIRST_SEND_STATE
  let last: SendRound | null = null
  let askedUntilMs = 0

  const run = async (): Promise<number> => {
    if (!ports.isEnrolled()) return NOT_ENROLLED_WAIT_MS
    last = await sendRound(ports, state)
    state = last.state
    const { problem, sentCount, waitMs } = last
    if (problem === null) link.noteSync()
    else
      logger.warn({ code: problem.code, reason: problem.data['reason'], waitMs }, 'sync did not get through')
    if (sentCount > 0) logger.info({ sentCount }, 'payments handed over')
    const isAsked = problem?.code === 'too_many_requests'
    askedUntilMs = isAsked ? ports.clock.read().monotonicMs + waitMs : 0
    return waitMs
  }
  const loop = repeat({
    run,
    faultWaitMs: FAULT_WAIT_MS,
    onFault: (error) => logger.error({ error }, 'a sync round failed'),
  })
  return {
    round: async () => {
      last = null
      await loop.wake()
      return lastRound(last)
    },
    isFailing: () => state.failures > 0 || askedUntilMs > ports.clock.read().monotonicMs,
    stop: loop.stop,
  }
}

function startFeed(ports: RunnerPorts, isSendingFailing: () => boolean): ReturnType<typeof repeat> {
  const { logger, link } = ports
  let state: FeedState = FIRST_FEED_STATE
  return repeat({
    run: async () => {
      if (!ports.isEnrolled()) return NOT_ENROLLED_WAIT_MS
      const { problem, waitMs, ...round } = await feedRound(ports, state)
      state = round.state
      if (problem === null && !isSendingFailing()) link.noteSync()
      if (problem !== null) logger.debug({ code: problem.code, waitMs }, 'the feed did not answer')
      return waitMs
    },
    faultWaitMs: FAULT_WAIT_MS,
    onFault: (error) => logger.error({ error }, 'a look at the feed failed'),
  })
}

/** Set by the run that was awaited; the compiler cannot see that. */
function lastRound(round: SendRound | null): SendRound | null {
  return round
}

/** `queue.sendNow` tells two things apart: this till is not known there, or nothing got through. */
function sendProblem(problem: ProblemError): ProblemError {
  if (problem.code === 'device_not_enrolled') return problem
  return new ProblemError('integrator_unreachable', { reason: problem.code })
}
