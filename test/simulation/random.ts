// Every choice of a simulated world comes from here, so that a seed is the whole run. Called by every part of the simulator.

export type Random = {
  /** 0 ≤ x < 1. */
  share: () => number
  /** Whole, both ends included. */
  whole: (from: number, to: number) => number
  isHit: (chance: number) => boolean
  pick: <Item>(items: readonly Item[]) => Item
  uuid: () => string
}

/** sfc32 over a hash of the words; the same words give the same choices on every machine. */
export function createRandom(...words: readonly (string | number)[]): Random {
  let [a, b, c, d] = [0x9e3779b9, 0x243f6a88, 0xb7e15162, hashOf(words.join('\u0000'))]
  const next = () => {
    const sum = (a + b + d) | 0
    d = (d + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (c << 21) | (c >>> 11)
    c = (c + sum) | 0
    return sum >>> 0
  }
  for (let round = 0; round < 15; round += 1) next()
  const share = () => next() / 4_294_967_296
  const whole = (from: number, to: number) => {
    if (to < from) throw new RangeError('a range begins before its end')
    return from + Math.floor(share() * (to - from + 1))
  }
  return {
    share,
    whole,
    isHit: (chance) => share() < chance,
    pick: (items) => {
      const item = items[whole(0, items.length - 1)]
      if (item === undefined) throw new RangeError('nothing to pick from')
      return item
    },
    uuid: () => {
      const hex = () => next().toString(16).padStart(8, '0')
      const text = hex() + hex() + hex() + hex()
      const variant = '89ab'.charAt(next() & 3)
      return `${text.slice(0, 8)}-${text.slice(8, 12)}-4${text.slice(13, 16)}-${variant}${text.slice(17, 20)}-${text.slice(20, 32)}`
    },
  }
}

function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return hash | 0
}
