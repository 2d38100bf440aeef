// What time it is for money. A till's wall clock is often wrong, so the integrator's time carried on by the monotonic clock is
// preferred; without it the time is only known to lie after the last trusted moment. A wall clock behind the last record, or
// more than half a day off, stops money until it is set right or a supervisor has signed in.
// Used by take-payment, shift, find-bill, sign-in, status and the store. Order of records never depends on any of this (it is by
// number alone), and nothing here ever keeps a record from being handed over.
import { ProblemError } from '#contract/problem.ts'
import { CLOCK_FAR_OFF_MS, CLOCK_TOLERANCE_MS } from '#core/limits.ts'
import type { ClockReading, ClockState } from '#core/records.ts'

export type ClockVerdict = {
  /** Best known time: the integrator's where this boot has heard it, else the wall clock, but never before `earliestMs`. */
  readonly nowMs: number
  /** It is at least so late, whatever the wall clock says; 0 when nothing is known. Never goes back from record to record. */
  readonly earliestMs: number
  readonly isTrusted: boolean
  /** Wall clock minus integrator's time; null when that is not known. */
  readonly driftMs: number | null
  /** Behind the last record, and not known to be right. */
  readonly isSetBack: boolean
  /** Further from the integrator's time than a wrong zone or a dead battery explains, and nobody has accepted it. */
  readonly isFarOff: boolean
}

export function judgeClock(reading: ClockReading, state: ClockState): ClockVerdict {
  const serverMs = serverTimeOf(reading, state)
  const earliestMs = serverMs ?? certainTimeOf(reading, state)
  const driftMs = serverMs === null ? null : reading.wallMs - serverMs
  const isRight = driftMs !== null && Math.abs(driftMs) <= CLOCK_TOLERANCE_MS
  const { floorWallMs, acceptedDriftMs } = state
  const isAccepted =
    driftMs !== null && acceptedDriftMs !== null && Math.abs(driftMs - acceptedDriftMs) <= CLOCK_TOLERANCE_MS
  return {
    nowMs: serverMs ?? Math.max(reading.wallMs, earliestMs),
    earliestMs,
    isTrusted: serverMs !== null,
    driftMs,
    isSetBack: !isRight && floorWallMs !== null && reading.wallMs < floorWallMs - CLOCK_TOLERANCE_MS,
    isFarOff: driftMs !== null && Math.abs(driftMs) > CLOCK_FAR_OFF_MS && !isAccepted,
  }
}

/** The integrator's time carried on within one boot; null after a restart of the machine until it is heard again. */
function serverTimeOf({ monotonicMs, bootId }: ClockReading, { anchor }: ClockState): number | null {
  if (anchor === null || anchor.bootId !== bootId || monotonicMs < anchor.monotonicMs) return null
  return Math.round(anchor.serverMs + monotonicMs - anchor.monotonicMs)
}

/** At least so late: as it was at the latest record or contact, and all that passed since as far as the monotonic clock knows. */
function certainTimeOf(reading: ClockReading, { anchor, certainMs, lastReading }: ClockState): number {
  const byRecordMs = certainMs === null ? 0 : certainMs + passedMs(reading, lastReading)
  const byContactMs = anchor === null ? 0 : anchor.serverMs + passedMs(reading, anchor)
  return Math.floor(Math.max(byRecordMs, byContactMs))
}

/** After a restart of the machine at least the time since this boot has passed. */
function passedMs(
  { monotonicMs, bootId }: ClockReading,
  since: Pick<ClockReading, 'monotonicMs' | 'bootId'> | null,
): number {
  const fromMs = since?.bootId === bootId ? since.monotonicMs : 0
  return Math.max(0, monotonicMs - fromMs)
}

/** Throws clock_set_back or clock_far_off (with both times) when money must wait for a right clock. */
export function requireClock(reading: ClockReading, state: ClockState): ClockVerdict {
  const verdict = judgeClock(reading, state)
  if (verdict.isFarOff) {
    throw new ProblemError('clock_far_off', { clockMs: reading.wallMs, rightMs: verdict.nowMs })
  }
  if (verdict.isSetBack) {
    throw new ProblemError('clock_set_back', { clockMs: reading.wallMs, lastRecordMs: state.floorWallMs })
  }
  return verdict
}

/** The state after a record made at this reading: what later records are measured against. */
export function clockAfter(reading: ClockReading, state: ClockState): ClockState {
  const { earliestMs, driftMs } = judgeClock(reading, state)
  const { floorWallMs } = state
  // A clock that is known to be right also says that a later record was made by a wrong one.
  const isRight = driftMs !== null && Math.abs(driftMs) <= CLOCK_TOLERANCE_MS
  return {
    ...state,
    floorWallMs: isRight ? reading.wallMs : Math.max(floorWallMs ?? reading.wallMs, reading.wallMs),
    certainMs: earliestMs === 0 ? null : earliestMs,
    lastReading: reading,
  }
}

/** A supervisor takes the clock as it is: later records count from here. */
export function clockAccepted(reading: ClockReading, state: ClockState): ClockState {
  return { ...state, floorWallMs: reading.wallMs, acceptedDriftMs: judgeClock(reading, state).driftMs }
}

/** How far the wall clock was set since the last record of this boot; 0 when no further than clocks drift. */
export function clockJump(reading: ClockReading, { lastReading }: ClockState): number {
  if (lastReading?.bootId !== reading.bootId) return 0
  const jumpMs = Math.round(
    reading.wallMs - lastReading.wallMs - (reading.monotonicMs - lastReading.monotonicMs),
  )
  return Math.abs(jumpMs) > CLOCK_TOLERANCE_MS ? jumpMs : 0
}
