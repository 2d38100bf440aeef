// How much is taken at once: beyond it a caller hears "wait" instead of making everybody slow (payment-states D10).
// Called by the router. Counted in this process; each node has its own.
import { ProblemError } from '#contract/problem.ts'
import { createAdmission } from './admission.ts'
import type { Pace } from './admission.ts'

export type Limits = {
  enrolment: Guarded
  signIn: Guarded
  billSearch: Guarded
  /** Per device first, then the turn on this node. */
  append: Guarded
  /** What a draining terminal should wait before its next append, and how much it should bring. */
  pace: (isDraining: boolean) => Pace
}

type Guarded = <Result>(key: string, run: () => Promise<Result>) => Promise<Result>

const bucketsMax = 10_000

export function createLimits(nowMs: () => number): Limits {
  const admission = createAdmission({ nowMs })
  const appends = createBuckets(nowMs, { burst: 200, perSecond: 100 })
  return {
    enrolment: createBuckets(nowMs, { burst: 60, perSecond: 1 }),
    signIn: createBuckets(nowMs, { burst: 30, perSecond: 1 }),
    billSearch: createBuckets(nowMs, { burst: 60, perSecond: 20 }),
    append: async (key, run) => await appends(key, () => admission.enter(run)),
    pace: admission.pace,
  }
}

function createBuckets(
  nowMs: () => number,
  { burst, perSecond }: { burst: number; perSecond: number },
): Guarded {
  const buckets = new Map<string, { left: number; atMs: number }>()
  return async (key, run) => {
    const now = nowMs()
    const bucket = buckets.get(key) ?? { left: burst, atMs: now }
    const left = Math.min(burst, bucket.left + (Math.max(0, now - bucket.atMs) / 1000) * perSecond)
    if (left < 1) {
      buckets.set(key, { left, atMs: now })
      throw new ProblemError('too_many_requests', {
        retryAfterMs: Math.ceil(((1 - left) / perSecond) * 1000),
      })
    }
    if (buckets.size >= bucketsMax) buckets.clear()
    buckets.set(key, { left: left - 1, atMs: now })
    return await run()
  }
}
