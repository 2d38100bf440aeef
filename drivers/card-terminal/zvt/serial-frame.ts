// ZVT on a serial line: DLE STX, message with every DLE doubled, DLE ETX, CRC low, CRC high; ACK and NAK as single bytes
// (PA00P015; vectors in the tests). Pure. Called by serial-link.ts.
import { APDU_MAX_BYTES } from './apdu.ts'

const STX = 0x02
const ETX = 0x03
const ACK = 0x06
const DLE = 0x10
const NAK = 0x15

export type SerialEvent =
  | { readonly kind: 'ack' }
  | { readonly kind: 'nak' }
  | { readonly kind: 'frame'; readonly message: Uint8Array }
  /** A frame that began and is spoiled: the sender is to repeat it. */
  | { readonly kind: 'bad_frame'; readonly reason: 'crc' | 'stray_dle' | 'too_long' }

export type FrameReader = {
  readonly push: (bytes: Uint8Array) => readonly SerialEvent[]
  /** True between DLE STX and the end of the CRC: T1 runs. */
  readonly isInFrame: () => boolean
  /** Gives up a frame whose next byte never came. */
  readonly reset: () => void
  readonly skippedBytes: () => number
}

export function encodeFrame(message: Uint8Array): Uint8Array {
  const crc = crcOf(message)
  const doubled: number[] = []
  for (const byte of message) doubled.push(...(byte === DLE ? [DLE, DLE] : [byte]))
  return Uint8Array.of(DLE, STX, ...doubled, DLE, ETX, crc & 0xff, crc >> 8)
}

/** CRC-16, reflected 0x8408, start 0, over the message as it was before doubling, and one ETX. */
export function crcOf(message: Uint8Array): number {
  let crc = 0
  for (const byte of message) crc = crcStep(crc, byte)
  return crcStep(crc, ETX)
}

function crcStep(before: number, byte: number): number {
  let crc = before ^ byte
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0x8408 : crc >>> 1
  return crc
}

type Place = 'outside' | 'outside_dle' | 'inside' | 'inside_dle' | 'crc_low' | 'crc_high'

/** Reads a line byte by byte. Never throws; whatever is not a frame, ACK or NAK is skipped and counted. */
export function createFrameReader(): FrameReader {
  const message = new Uint8Array(APDU_MAX_BYTES)
  let sizeBytes = 0
  let place: Place = 'outside'
  let crcLow = 0
  let skipped = 0

  const leave = (): void => {
    // It may have held card data.
    message.fill(0, 0, sizeBytes)
    sizeBytes = 0
    place = 'outside'
  }
  const fail = (reason: 'crc' | 'stray_dle' | 'too_long'): SerialEvent => {
    leave()
    return { kind: 'bad_frame', reason }
  }
  const keep = (byte: number): SerialEvent | null => {
    if (sizeBytes === message.length) return fail('too_long')
    message[sizeBytes] = byte
    sizeBytes += 1
    place = 'inside'
    return null
  }
  const outside = (byte: number): SerialEvent | null => {
    if (byte === DLE) place = 'outside_dle'
    else if (byte === ACK) return { kind: 'ack' }
    else if (byte === NAK) return { kind: 'nak' }
    else skipped += 1
    return null
  }
  const afterDle = (byte: number): SerialEvent | null => {
    if (byte === DLE) return keep(DLE)
    if (byte === ETX) place = 'crc_low'
    // A frame begins inside a frame: the first one was cut off, this one may be whole.
    else if (byte === STX) {
      leave()
      place = 'inside'
    } else return fail('stray_dle')
    return null
  }
  const end = (crcHigh: number): SerialEvent => {
    const whole = message.slice(0, sizeBytes)
    if (crcOf(whole) !== (crcLow | (crcHigh << 8))) return fail('crc')
    leave()
    return { kind: 'frame', message: whole }
  }
  const step = (byte: number): SerialEvent | null => {
    switch (place) {
      case 'outside':
        return outside(byte)
      case 'outside_dle':
        if (byte === STX) place = 'inside'
        else if (byte !== DLE) {
          place = 'outside'
          skipped += 2
        }
        return null
      case 'inside':
        if (byte !== DLE) return keep(byte)
        place = 'inside_dle'
        return null
      case 'inside_dle':
        return afterDle(byte)
      case 'crc_low':
        crcLow = byte
        place = 'crc_high'
        return null
      case 'crc_high':
        return end(byte)
    }
  }

  return {
    push: (bytes) => {
      const events: SerialEvent[] = []
      for (const byte of bytes) {
        const event = step(byte)
        if (event !== null) events.push(event)
      }
      return events
    },
    isInFrame: () => place !== 'outside' && place !== 'outside_dle',
    reset: leave,
    skippedBytes: () => skipped,
  }
}
