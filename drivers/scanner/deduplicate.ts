// Scanners read a code twice when it stays in sight. An equal scan of the same family within a second is the same reading.
// Called by the host for all its scanners together.
import type { Scan, ScanSource } from './scan.ts'

export const REPEAT_WITHIN_MS = 1_000
const REMEMBERED_MAX = 16

/** true: seen a moment ago, drop it. Each repeat begins the second anew, so a code left lying in sight counts once. */
export function createRepeatCheck(windowMs = REPEAT_WITHIN_MS): (scan: Scan) => boolean {
  const seenAt = new Map<string, number>()
  return ({ value, source, at }) => {
    const key = `${familyOf(source)} ${value}`
    const lastAt = seenAt.get(key)
    seenAt.delete(key)
    seenAt.set(key, at)
    const [oldest] = seenAt.keys()
    if (seenAt.size > REMEMBERED_MAX && oldest !== undefined) seenAt.delete(oldest)
    // A clock that was set back says nothing about how long ago it was.
    return lastAt !== undefined && at >= lastAt && at - lastAt < windowMs
  }
}

function familyOf(source: ScanSource): 'keyboard' | 'device' {
  return source === 'wedge' ? 'keyboard' : 'device'
}
