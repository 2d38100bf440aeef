// Seeded random numbers (mulberry32 over an FNV hash), so that the same seed gives the same towns. Called by the seed.
import { must } from '#sandbox/must.ts'

export type Random = {
  /** 0 <= value < 1 */
  next: () => number
  /** Whole number, both ends included. */
  between: (min: number, max: number) => number
  pick: <T>(list: readonly T[]) => T
  isHit: (share: number) => boolean
  uuid: () => string
}

export function createRandom(seed: string): Random {
  let state = 0x811c9dc5
  for (const char of seed) state = Math.imul(state ^ (char.codePointAt(0) ?? 0), 0x01000193) >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
  const between = (min: number, max: number) => min + Math.floor(next() * (max - min + 1))
  const hex = (length: number) => Array.from({ length }, () => between(0, 15).toString(16)).join('')
  return {
    next,
    between,
    pick: (list) => must(list[between(0, list.length - 1)], 'an item to pick'),
    isHit: (share) => next() < share,
    uuid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-${'89ab'[between(0, 3)]}${hex(3)}-${hex(12)}`,
  }
}
