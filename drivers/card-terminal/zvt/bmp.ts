// ZVT's data fields ("bitmaps"): one byte says which, and only the table says how long. An unknown one has an unknown length, so
// parsing stops there and says so. Card numbers are cut to their last four digits here and their bytes zeroed, before
// anybody else sees them. Pure but for that zeroing. Called by status-information.ts and dialogue.ts.
import { readBerLength } from './tlv.ts'

/** A number: so many bytes. `ll`, `lll`: two or three bytes Fx of decimal digits say it. `tlv`: a BER length says it. */
type LengthKind = number | 'll' | 'lll' | 'tlv'

/** PA00P015, "Summary of utilised bitmaps". */
export const BMP_LENGTHS: ReadonlyMap<number, LengthKind> = new Map<number, LengthKind>([
  [0x01, 1], // timeout
  [0x02, 1], // most status informations
  [0x03, 1], // service byte
  [0x04, 6], // amount
  [0x05, 1], // pump
  [0x06, 'tlv'], // container
  [0x0b, 3], // trace number
  [0x0c, 3], // time HHMMSS
  [0x0d, 2], // date MMDD
  [0x0e, 2], // card expiry YYMM
  [0x17, 2], // card sequence number
  [0x19, 1], // payment type, status byte or card type
  [0x22, 'll'], // card number
  [0x23, 'll'], // track 2
  [0x24, 'lll'], // track 3
  [0x27, 1], // result code
  [0x29, 4], // terminal id
  [0x2a, 15], // contract number
  [0x2d, 'll'], // track 1
  [0x2e, 'lll'], // synchronous chip data
  [0x37, 3], // trace number of the original
  [0x3a, 2], // card verification value
  [0x3b, 8], // authorisation attribute
  [0x3c, 'lll'], // additional text
  [0x3d, 3], // password
  [0x49, 2], // currency
  [0x60, 'lll'], // totals
  [0x70, 4], // image request
  [0x71, 4], // image size
  [0x72, 1], // image type
  [0x73, 1], // image encoding
  [0x74, 1], // image chunks
  [0x75, 1], // image chunk index
  [0x87, 2], // receipt number
  [0x88, 3], // turnover record number
  [0x8a, 1], // card type
  [0x8b, 'll'], // card name
  [0x8c, 1], // card type of the network operator
  [0x92, 'lll'], // offline chip data
  [0x9a, 'lll'], // purse record
  [0xa0, 1], // result code of the authorisation system
  [0xa7, 'll'], // chip data
  [0xaa, 3], // date YYMMDD
  [0xaf, 'lll'], // chip file information
  [0xba, 5], // authorisation parameter
  [0xd0, 1], // key algorithm
  [0xd1, 'll'], // PIN data
  [0xd2, 1], // card output direction
  [0xd3, 1], // key index
  [0xe0, 1], // shortest input
  ...lines(0xe1), // text 2, lines 1 to 8
  [0xe9, 1], // longest input
  [0xea, 1], // echo the input
  [0xeb, 8], // MAC over the texts
  [0xf0, 1], // display duration
  ...lines(0xf1), // text 1, lines 1 to 8
  [0xf9, 1], // beeps
  [0xfa, 1], // card reader activation
  [0xfb, 1], // confirmation with OK
  [0xfc, 1], // dialogue control
  [0xfd, 1], // display device
])

function lines(first: number): [number, LengthKind][] {
  return Array.from({ length: 8 }, (_, index) => [first + index, 'll'])
}

/** Tracks, chip data, verification value, PIN data: no business of a till. */
const SECRET_BMPS: readonly number[] = [0x23, 0x24, 0x2d, 0x2e, 0x3a, 0xa7, 0xd1]
const CARD_NUMBER = 0x22

export type BmpFault = {
  readonly reason: 'unknown_bmp' | 'cut_off' | 'bad_length'
  readonly bmp: number
  readonly at: number
}

export type BmpResult = {
  /** Values by field, without card number and secrets; the first of two wins. */
  readonly fields: ReadonlyMap<number, Uint8Array>
  readonly cardLastFour: string | null
  /** Null: all of it was understood; otherwise what came before the fault is in `fields`. */
  readonly fault: BmpFault | null
}

/** Zeroes card numbers and secrets in `bytes` as it goes; after a fault the rest of `bytes`, which nobody can read. */
export function parseBmps(bytes: Uint8Array): BmpResult {
  const fields = new Map<number, Uint8Array>()
  let cardLastFour: string | null = null
  let at = 0
  while (at < bytes.length) {
    const bmp = bytes[at] ?? 0
    const extent = extentOf(bytes, at)
    if ('reason' in extent) {
      bytes.fill(0, at)
      return { fields, cardLastFour, fault: { reason: extent.reason, bmp, at } }
    }
    const value = bytes.subarray(extent.from, extent.to)
    if (bmp === CARD_NUMBER) {
      cardLastFour ??= lastFourOf(value)
      value.fill(0)
    } else if (SECRET_BMPS.includes(bmp)) value.fill(0)
    else if (!fields.has(bmp)) fields.set(bmp, value)
    at = extent.to
  }
  return { fields, cardLastFour, fault: null }
}

function extentOf(
  bytes: Uint8Array,
  at: number,
): { readonly from: number; readonly to: number } | { readonly reason: BmpFault['reason'] } {
  const kind = BMP_LENGTHS.get(bytes[at] ?? -1)
  if (kind === undefined) return { reason: 'unknown_bmp' }
  if (typeof kind === 'number') return within(bytes, at + 1, kind)
  if (kind === 'tlv') {
    const length = readBerLength(bytes, at + 1)
    return length === null ? { reason: 'bad_length' } : within(bytes, length.next, length.length)
  }
  const digits = kind === 'll' ? 2 : 3
  const length = readVarLength(bytes, at + 1, digits)
  return length === null ? { reason: 'bad_length' } : within(bytes, at + 1 + digits, length)
}

function within(bytes: Uint8Array, from: number, length: number) {
  const to = from + length
  return to > bytes.length ? ({ reason: 'cut_off' } as const) : { from, to }
}

/** `F1 F2` is 12, `F0 F3 F7` is 37; null if it is cut off or no such digits. */
export function readVarLength(bytes: Uint8Array, at: number, digits: number): number | null {
  let length = 0
  for (let index = 0; index < digits; index += 1) {
    const byte = bytes[at + index]
    if (byte === undefined || byte >> 4 !== 0xf || (byte & 0xf) > 9) return null
    length = length * 10 + (byte & 0xf)
  }
  return length
}

/** Half-bytes: a digit, E for a covered one, F to fill up. Null unless the last four are all digits. */
function lastFourOf(value: Uint8Array): string | null {
  const halves: number[] = []
  for (let at = Math.max(0, value.length - 3); at < value.length; at += 1) {
    const byte = value[at] ?? 0
    halves.push(byte >> 4, byte & 0xf)
  }
  while (halves.at(-1) === 0xf) halves.pop()
  const four = halves.slice(-4)
  const isReadable = four.length === 4 && four.every((half) => half <= 9)
  halves.fill(0)
  return isReadable ? four.join('') : null
}

/** Packed decimal digits; null if a half-byte is none. */
export function readBcd(bytes: Uint8Array | undefined): string | null {
  if (bytes === undefined) return null
  let digits = ''
  for (const byte of bytes) {
    if (byte >> 4 > 9 || (byte & 0xf) > 9) return null
    digits += `${byte >> 4}${byte & 0xf}`
  }
  return digits
}

/** `digits` as packed decimal of so many bytes, zeros in front. */
export function writeBcd(digits: string, sizeBytes: number): Uint8Array {
  if (!/^\d*$/u.test(digits) || digits.length > sizeBytes * 2) {
    throw new RangeError(`Packed decimal of ${sizeBytes} bytes takes at most ${sizeBytes * 2} digits.`)
  }
  const padded = digits.padStart(sizeBytes * 2, '0')
  return Uint8Array.from({ length: sizeBytes }, (_, at) => {
    return (Number(padded[at * 2]) << 4) | Number(padded[at * 2 + 1])
  })
}
