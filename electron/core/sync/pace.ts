// How long the rounds of the sync wait after trouble. Used by send-round and feed-round.
import type { ProblemError } from '#contract/problem.ts'
import { BACKOFF_BASE_MS, BACKOFF_CAP_MS, SERVER_WAIT_MAX_MS } from '#core/limits.ts'

const WAIT_MIN_MS = 100
const DOUBLINGS_MAX = 16

/**
 * Full jitter: anywhere below the exponential, so that a thousand tills do not come back in step. At the cap anywhere in its upper
 * half: they are spread by then, and knock a third less often for hardly a later return. `random`: 0 ≤ x < 1.
 */
export function backOff(random: () => number, failures: number): number {
  const ceiling = Math.min(BACKOFF_CAP_MS, BACKOFF_BASE_MS * 2 ** Math.min(failures, DOUBLINGS_MAX))
  const floor = ceiling < BACKOFF_CAP_MS ? 0 : BACKOFF_CAP_MS / 2
  return Math.max(WAIT_MIN_MS, Math.floor(floor + random() * (ceiling - floor)))
}

/** What the integrator asked for with 429 or 503: it spreads its callers itself, so its word is taken as it is. */
export function askedWaitMs({ data }: ProblemError): number {
  const asked = data['retryAfterMs']
  return typeof asked === 'number' && asked > 0 ? Math.min(asked, SERVER_WAIT_MAX_MS) : 0
}

export function afterTrouble(random: () => number, failures: number, problem: ProblemError): number {
  const askedMs = askedWaitMs(problem)
  return askedMs > 0 && problem.code === 'too_many_requests'
    ? askedMs
    : Math.max(askedMs, backOff(random, failures))
}
