// Rate limits shipped with the gateway: localization, filestore links and OTP, per origin and minute.
// Called by the pipeline; the answer carries the counters in headers. Read from: zuul limiter.properties.
import type { Settings } from '#sandbox/settings.ts'

const windowMs = 60_000
const originsMax = 10_000

export type RateLimiter = {
  /** null when the path is not limited; `isOver` when this call is one too many. */
  count: (path: string, origin: string) => { isOver: boolean; headers: Record<string, string> } | null
  reset: () => void
}

export function createRateLimiter(settings: () => Settings): RateLimiter {
  const windows = new Map<string, { startedAtMs: number; count: number }>()
  return {
    count: (path, origin) => {
      const limit = limitOf(path, settings())
      if (limit === null) return null
      const key = `${limit.name}_${origin.replaceAll(/[^\w.]/g, '-')}`
      const nowMs = Date.now()
      const known = windows.get(key)
      const window = known && nowMs - known.startedAtMs < windowMs ? known : { startedAtMs: nowMs, count: 0 }
      window.count += 1
      if (windows.size >= originsMax) windows.clear()
      windows.set(key, window)
      return {
        isOver: window.count > limit.max,
        headers: {
          [`x-ratelimit-limit-${key}`]: String(limit.max),
          [`x-ratelimit-remaining-${key}`]: String(Math.max(0, limit.max - window.count)),
          [`x-ratelimit-reset-${key}`]: String(window.startedAtMs + windowMs - nowMs),
        },
      }
    },
    reset: () => windows.clear(),
  }
}

function limitOf(path: string, settings: Settings): { name: string; max: number } | null {
  if (path.startsWith('/localization/'))
    return { name: 'localization', max: settings.localizationPerMinuteMax }
  if (path === '/filestore/v1/files/url') return { name: 'filestore', max: 15 }
  if (path.startsWith('/user-otp/')) return { name: 'user-otp', max: 4 }
  return null
}
