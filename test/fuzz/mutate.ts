// Random changes of inputs for fuzzing: bits, bytes that matter to protocols, blocks doubled, cut, moved and joined with another
// input's. Called by guided.ts.
import type { Random } from '#test/reliability/random.ts'

export const INPUT_BYTES_MAX = 4_096
const CHANGES_MAX = 6
/** Ends, escapes and lengths of the protocols of this house, and the edges of numbers. */
const TELLING = [
  0x00, 0x01, 0x02, 0x03, 0x06, 0x0a, 0x0d, 0x10, 0x11, 0x13, 0x1d, 0x22, 0x25, 0x37, 0x3b, 0x3d, 0x3f, 0x5d,
  0x5f, 0x7b, 0x7f, 0x80, 0xf0, 0xff,
]

export const mutate = (random: Random, corpus: readonly Uint8Array[]): Uint8Array => {
  let bytes = random.chance(0.02) ? noise(random) : Buffer.from(random.pick(corpus))
  for (let left = 1 + random.below(CHANGES_MAX); left > 0; left -= 1) bytes = change(random, bytes, corpus)
  return bytes.subarray(0, INPUT_BYTES_MAX)
}

const noise = (random: Random): Buffer =>
  Buffer.from(Array.from({ length: random.below(64) }, () => random.below(256)))

const change = (random: Random, bytes: Buffer, corpus: readonly Uint8Array[]): Buffer => {
  const at = random.below(bytes.length + 1)
  const length = random.below(Math.min(16, bytes.length - at) + 1)
  const before = bytes.subarray(0, at)
  const after = bytes.subarray(at + length)
  switch (random.below(8)) {
    case 0:
      return setByte(bytes, at, (bytes[at] ?? 0) ^ (1 << random.below(8)))
    case 1:
      return setByte(bytes, at, random.pick(TELLING))
    case 2:
      return setByte(bytes, at, random.below(256))
    case 3:
      return Buffer.concat([before, after])
    case 4:
      return Buffer.concat([before, bytes.subarray(at, at + length), bytes.subarray(at)])
    case 5:
      return Buffer.concat([before, Uint8Array.of(random.pick(TELLING)), bytes.subarray(at)])
    case 6:
      return Buffer.concat([before, part(random, random.pick(corpus)), after])
    default:
      return before
  }
}

const setByte = (bytes: Buffer, at: number, value: number): Buffer => {
  const copy = Buffer.from(bytes)
  if (at < copy.length) copy[at] = value
  return copy
}

const part = (random: Random, bytes: Uint8Array): Uint8Array => {
  const from = random.below(bytes.length + 1)
  return bytes.subarray(from, from + random.below(bytes.length - from + 1))
}
