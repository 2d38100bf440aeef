// How many appends this node takes at once, and when everybody else may come again. The queue is short and bounded; beyond it each
// caller is given a time of its own, spread by the rate at which this node really drains, so that nobody knocks in vain and the node
// is never idle while somebody waits (payment-states D10). Called by limits.ts; time is passed in, so a model can run it.
import { ProblemError } from '#contract/problem.ts'
import { RECORDS_MAX } from '#contract/records-api.ts'

export type Pace = { nextAfterMs: number; maxBatch: number }

export type Admission = {
  /** Throws too_many_requests {retryAfterMs} without running anything. */
  enter: <Result>(run: () => Promise<Result>) => Promise<Result>
  /** What a draining till should wait, and hand over, next. `isDraining`: it has more. */
  pace: (isDraining: boolean) => Pace
  view: () => { running: number; waiting: number; perSecond: number }
}

export type AdmissionOptions = {
  nowMs: () => number
  /** Appends that run at once; each holds a database connection. */
  runningMax?: number
  /** Appends that wait for their turn. */
  waitingMax?: number
}

const RUNNING_MAX = 12
const WAITING_MAX = 64
/** From this many waiting on, draining tills are spread out instead of coming back at once. */
const WAITING_CALM = 8
/** Before anything was measured. */
const PER_SECOND_FIRST = 40
const PER_SECOND_MIN = 0.5
/** Weight of the newest measurement. */
const SMOOTHING = 0.2
/** A measurement covers at least this long. */
const MEASURED_MS = 500
/** Nobody is sent away for longer: by then the world has changed. */
const AWAY_MAX_MS = 300_000
/** A batch that takes longer than this is too large for this node. */
const SLOW_BATCH_MS = 2_000
const BATCH_MIN = 10

export function createAdmission({
  nowMs,
  runningMax = RUNNING_MAX,
  waitingMax = WAITING_MAX,
}: AdmissionOptions): Admission {
  const waiting: (() => void)[] = []
  let running = 0
  let perSecond = PER_SECOND_FIRST
  let measured = { fromMs: nowMs(), done: 0 }
  let slotMs = 0
  let batchMs = 0

  const noteDone = (startedMs: number): void => {
    const now = nowMs()
    batchMs += SMOOTHING * (now - startedMs - batchMs)
    measured.done += 1
    const isBusy = waiting.length > 0
    const spanMs = now - measured.fromMs
    if (spanMs < MEASURED_MS) return
    const rate = (measured.done * 1000) / spanMs
    // An idle node says nothing of how fast it could be; a faster one than thought does.
    if (isBusy || rate > perSecond) perSecond += SMOOTHING * (rate - perSecond)
    perSecond = Math.max(PER_SECOND_MIN, perSecond)
    measured = { fromMs: now, done: 0 }
  }
  /** The next free time at the measured rate, after those who wait here. */
  const reserve = (): number => {
    const now = nowMs()
    const stepMs = 1000 / perSecond
    const hereMs = (waiting.length / 2) * stepMs
    slotMs = Math.max(slotMs, now + hereMs) + stepMs
    slotMs = Math.min(slotMs, now + AWAY_MAX_MS)
    return Math.ceil(slotMs - now)
  }
  const leave = (startedMs: number): void => {
    running -= 1
    noteDone(startedMs)
    waiting.shift()?.()
  }
  return {
    enter: async (run) => {
      if (running >= runningMax) {
        if (waiting.length >= waitingMax) {
          throw new ProblemError('too_many_requests', { retryAfterMs: reserve() })
        }
        await new Promise<void>((turn) => {
          waiting.push(turn)
        })
      }
      running += 1
      const startedMs = nowMs()
      try {
        return await run()
      } finally {
        leave(startedMs)
      }
    },
    pace: (isDraining) => {
      const isCalm = waiting.length < WAITING_CALM && slotMs <= nowMs()
      const share = batchMs > SLOW_BATCH_MS ? SLOW_BATCH_MS / batchMs : 1
      return {
        nextAfterMs: isCalm || !isDraining ? 0 : reserve(),
        maxBatch: Math.max(BATCH_MIN, Math.floor(RECORDS_MAX * share)),
      }
    },
    view: () => ({ running, waiting: waiting.length, perSecond }),
  }
}
