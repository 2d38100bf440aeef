// How much is taken at once: beyond it a caller hears "wait" instead of making everybody slow (payment-states D10).
// Called by the router. Counted in this process; each node has its own.
import { ProblemError } from '#contract/problem.ts'

export type Limits = {
  enrolment: Guarded
  signIn: Guarded
  billSearch: Guarded
  submission: <Result>(run: () => Promise<Result>) => Promise<Result>
  /** What a draining terminal should wait before its next batch. */
  nextAfterMs: () => number
}

type Guarded = <Result>(key: string, run: () => Promise<Result>) => Promise<Result>

const submissionsAtOnceMax = 512
const submissionsCalm = 64
const bucketsMax = 10_000

export function createLimits(nowMs: () => number): Limits {
  let running = 0
  return {
    enrolment: createBuckets(nowMs, { burst: 60, perSecond: 1 }),
    signIn: createBuckets(nowMs, { burst: 30, perSecond: 1 }),
    billSearch: createBuckets(nowMs, { burst: 60, perSecond: 20 }),
    submission: async (run) => {
      if (running >= submissionsAtOnceMax) throw new ProblemError('too_many_requests', { retryAfterMs: 1000 })
      running += 1
      try {
        return await run()
      } finally {
        running -= 1
      }
    },
    nextAfterMs: () => (running <= submissionsCalm ? 0 : Math.min(running * 10, 5000)),
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
