// Tells a printer's answers apart: bytes in, typed events out. Pure, and no bytes make it throw; status.ts does the asking.
// Table: "Identification of send status" of the Citizen manual, block answers of Epson's GS I, GS ( H and DLE DC4 8.

export type StatusEvent =
  /** XOFF and XON: the printer's buffer is full, or has room again. */
  | { readonly kind: 'flow'; readonly isPaused: boolean }
  /** One byte `0xx1xx10`: the answer to `DLE EOT n`. */
  | { readonly kind: 'real-time'; readonly byte: number }
  /** Four bytes, the first `0xx1xx00`: automatic status back. */
  | { readonly kind: 'automatic'; readonly bytes: readonly [number, number, number, number] }
  /** One byte `0xx0xxxx`: the answer to `GS r n`, or to `GS I n` with n below 64. */
  | { readonly kind: 'status'; readonly byte: number }
  /** `37 22 d1 d2 d3 d4 00`: the job of this id is printed. */
  | { readonly kind: 'process-id'; readonly id: string }
  /** `37 23 ... 00`: the printer goes offline. */
  | { readonly kind: 'offline' }
  /** `37 25 00`: the buffers are cleared. */
  | { readonly kind: 'cleared' }
  /** Any other block, as `GS I 65` answers; without its header and end. */
  | { readonly kind: 'block'; readonly header: number; readonly text: string }

export type StatusSplitter = {
  /** Bytes as they come, in any cut. */
  readonly push: (bytes: Uint8Array) => StatusEvent[]
  /** The line is silent: what has begun will not be finished. */
  readonly settle: () => void
  /** Bytes that belonged to no answer so far. */
  readonly garbageBytes: () => number
}

/** The longest block answers (names, serial numbers) stay far below. */
export const BLOCK_BYTES_MAX = 80
const XON = 0x11
const XOFF = 0x13
const PROCESS_ID = 0x22
const OFFLINE = 0x23
const CLEARED = 0x25
const PROCESS_ID_CHARACTERS = 4
const BLOCK_HEADERS = new Set([0x35, 0x37, 0x3b, 0x3d, 0x5f])

export function createStatusSplitter(): StatusSplitter {
  let automatic: number[] = []
  let block: number[] = []
  let garbage = 0

  const drop = (): void => {
    garbage += automatic.length + block.length
    automatic = []
    block = []
  }

  const take = (byte: number): StatusEvent | null => {
    // The line's own bytes may come between those of an answer.
    if (byte === XON || byte === XOFF) return { kind: 'flow', isPaused: byte === XOFF }
    if (block.length > 0 && isBlockByte(byte)) return takeBlock(byte)
    if (automatic.length > 0 && (byte & 0x90) === 0) return takeAutomatic(byte)
    drop()
    if ((byte & 0x93) === 0x12) return { kind: 'real-time', byte }
    if ((byte & 0x93) === 0x10) automatic = [byte]
    else if (BLOCK_HEADERS.has(byte)) block = [byte]
    else if ((byte & 0x90) === 0) return { kind: 'status', byte }
    else garbage += 1
    return null
  }

  const takeAutomatic = (byte: number): StatusEvent | null => {
    automatic.push(byte)
    const [first, second, third, fourth] = automatic
    if (first === undefined || second === undefined || third === undefined || fourth === undefined)
      return null
    automatic = []
    return { kind: 'automatic', bytes: [first, second, third, fourth] }
  }

  const takeBlock = (byte: number): StatusEvent | null => {
    if (byte !== 0) {
      block.push(byte)
      if (block.length > BLOCK_BYTES_MAX) drop()
      return null
    }
    const event = blockEvent(block)
    if (event === null) garbage += block.length + 1
    block = []
    return event
  }

  return {
    push: (bytes) => {
      const events: StatusEvent[] = []
      for (const byte of bytes) {
        const event = take(byte)
        if (event !== null) events.push(event)
      }
      return events
    },
    settle: drop,
    garbageBytes: () => garbage,
  }
}

/** Text, the separator 1F that some blocks hold, and the end. */
function isBlockByte(byte: number): boolean {
  return byte === 0 || byte === 0x1f || (byte >= 0x20 && byte < 0x7f)
}

function blockEvent(bytes: readonly number[]): StatusEvent | null {
  // Noise before it may look like the header of another block; what a job waits for must not be lost to that.
  const end = bytes.slice(-2 - PROCESS_ID_CHARACTERS)
  const isLateHeader = bytes.length > end.length && end[0] === 0x37 && end[1] === PROCESS_ID
  const [header = 0, kind, ...rest] = isLateHeader ? end : bytes
  if (header === 0x37 && kind === PROCESS_ID) {
    return rest.length === PROCESS_ID_CHARACTERS
      ? { kind: 'process-id', id: String.fromCharCode(...rest) }
      : null
  }
  if (header === 0x37 && kind === OFFLINE) return { kind: 'offline' }
  if (header === 0x37 && kind === CLEARED && rest.length === 0) return { kind: 'cleared' }
  return { kind: 'block', header, text: String.fromCharCode(...(kind === undefined ? [] : [kind]), ...rest) }
}
