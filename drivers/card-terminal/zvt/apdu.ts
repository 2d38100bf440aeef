// ZVT's messages: CLASS INSTRUCTION LENGTH DATA, to bytes and from a stream of bytes (PA00P015). Pure. Called by the links
// and dialogue.ts. Length is one byte up to FE; FF says that two bytes follow, the low one first.

export type Apdu = {
  /** Class and instruction as one number: 0x0601 is `06 01`. */
  readonly command: number
  readonly data: Uint8Array
}

export type TakenApdu =
  | { readonly kind: 'incomplete' }
  | { readonly kind: 'apdu'; readonly apdu: Apdu; readonly sizeBytes: number }

export const APDU_DATA_MAX_BYTES = 0xffff
/** Header of three bytes, two more of length, data. */
export const APDU_MAX_BYTES = 5 + APDU_DATA_MAX_BYTES

export function encodeApdu(command: number, data: Uint8Array = new Uint8Array()): Uint8Array {
  if (command < 0 || command > 0xffff) throw new RangeError('A ZVT command is two bytes.')
  if (data.length > APDU_DATA_MAX_BYTES) throw new RangeError('A ZVT message holds at most 65,535 bytes.')
  const length = data.length < 0xff ? [data.length] : [0xff, data.length & 0xff, (data.length >> 8) & 0xff]
  return Uint8Array.of(command >> 8, command & 0xff, ...length, ...data)
}

/** The first message of `bytes`, its data copied out. Any bytes are some message: a stream without frames has no garbage. */
export function takeApdu(bytes: Uint8Array): TakenApdu {
  const [high, low, short, longLow, longHigh] = bytes
  if (high === undefined || low === undefined || short === undefined) return { kind: 'incomplete' }
  let headerBytes = 3
  let dataBytes = short
  if (short === 0xff) {
    if (longLow === undefined || longHigh === undefined) return { kind: 'incomplete' }
    headerBytes = 5
    dataBytes = longLow | (longHigh << 8)
  }
  const sizeBytes = headerBytes + dataBytes
  if (bytes.length < sizeBytes) return { kind: 'incomplete' }
  return {
    kind: 'apdu',
    apdu: { command: (high << 8) | low, data: bytes.slice(headerBytes, sizeBytes) },
    sizeBytes,
  }
}
