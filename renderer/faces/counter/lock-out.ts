// How long an operator must wait after too many wrong PINs, from whichever figure the core gave. Pure.
import type { Problem } from '#contract/problem.ts'

/** Whole seconds until the next try; null when the problem names no time. `atMs`: when the refusal came. */
export function lockSecondsLeft(data: Problem['data'], atMs: number, nowMs: number): number | null {
  const untilMs = endOf(data, atMs)
  return untilMs === null ? null : Math.max(0, Math.ceil((untilMs - nowMs) / 1000))
}

function endOf(data: Problem['data'], atMs: number): number | null {
  for (const name of ['untilMs', 'lockedUntilMs', 'retryAtMs']) {
    const value = data[name]
    if (typeof value === 'number') return value
  }
  for (const name of ['waitMs', 'retryAfterMs']) {
    const value = data[name]
    if (typeof value === 'number') return atMs + value
  }
  return null
}
