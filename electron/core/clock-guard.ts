// What time it is for money. A till's wall clock is often wrong, so the integrator's time carried on by the monotonic clock is
// preferred, and a wall clock behind the last record stops money until it is set right or a supervisor has signed in.
// Used by take-payment, shift, find-bill and sign-in. Order of records never depends on any of this: it is by number alone.
import { ProblemError } from '#contract/problem.ts'
import { CLOCK_TOLERANCE_MS } from './limits.ts'
import type { ClockReading, ClockState } from './records.ts'

export type ClockVerdict = {
  /** Best known time: the integrator's where this boot has heard it, else the wall clock. */
  readonly nowMs: number
  readonly isTrusted: boolean
  /** Wall clock minus integrator's time; null when that is not known. */
  readonly driftMs: number | null
  readonly isSetBack: boolean
}

export function judgeClock(reading: ClockReading, state: ClockState): ClockVerdict {
  const { anchor, floorWallMs } = state
  const isAnchored =
    anchor !== null && anchor.bootId === reading.bootId && reading.monotonicMs >= anchor.monotonicMs
  const serverMs = isAnchored ? Math.round(anchor.serverMs + reading.monotonicMs - anchor.monotonicMs) : null
  return {
    nowMs: serverMs ?? reading.wallMs,
    isTrusted: serverMs !== null,
    driftMs: serverMs === null ? null : reading.wallMs - serverMs,
    isSetBack: floorWallMs !== null && reading.wallMs < floorWallMs - CLOCK_TOLERANCE_MS,
  }
}

/** Throws clock_set_back (with both times) when money must wait for a right clock. */
export function requireClock(reading: ClockReading, state: ClockState): ClockVerdict {
  const verdict = judgeClock(reading, state)
  if (verdict.isSetBack) {
    throw new ProblemError('clock_set_back', { clockMs: reading.wallMs, lastRecordMs: state.floorWallMs })
  }
  return verdict
}
