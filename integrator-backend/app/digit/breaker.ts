// Spares a DIGIT that cannot be reached: after some failures in a row only one call at a time tries again.
// Called by digit-client. A waiting terminal hears "not reachable" at once instead of after a time-out.
import type { DigitFailure } from '#collection/digit-outcome.ts'

const failuresBeforeOpen = 8
const openMsMin = 500
const openMsMax = 15_000

export type Breaker = {
  /** null = go on; the caller must then call `leave`. */
  enter: () => DigitFailure | null
  leave: (isUnreachable: boolean) => void
}

export function createBreaker(nowMs: () => number): Breaker {
  let failures = 0
  let openUntilMs = 0
  return {
    enter: () => {
      if (failures < failuresBeforeOpen) return null
      if (nowMs() < openUntilMs) return { kind: 'not-sent', why: 'DIGIT is not reachable' }
      // this call is the canary; the others wait until it is back or its time is over
      openUntilMs = nowMs() + openMsMin
      return null
    },
    leave: (isUnreachable) => {
      failures = isUnreachable ? failures + 1 : 0
      if (failures < failuresBeforeOpen) return
      const openMs = Math.min(openMsMin * 2 ** (failures - failuresBeforeOpen), openMsMax)
      openUntilMs = nowMs() + openMs
    },
  }
}
