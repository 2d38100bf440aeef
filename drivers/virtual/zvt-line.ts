// The terminal's end of a ZVT line, for the virtual card terminal: messages in and out, over TCP or with the frames of a serial
// line, with faults. Written from the tables (PA00P015) and not from the driver. Called by zvt-terminal.ts.

export type ZvtLineFaults = {
  /** So many frames of the terminal go out with a wrong CRC first. Serial only. */
  readonly badCrcs?: number
  /** So many frames of the terminal end before their end first. Serial only. */
  readonly cutFrames?: number
  /** So many frames of the till are answered with NAK. Serial only. */
  readonly naks?: number
  /** The acknowledgement of a frame with this command is lost. Serial only. */
  readonly losesAcknowledgementOf?: string
  /** The terminal acknowledges no frame at all. Serial only. */
  readonly neverAcknowledges?: boolean
}

export type Message = { readonly code: string; readonly data: readonly number[] }

export type ZvtLine = {
  /** Bytes from the till. */
  readonly receive: (bytes: Uint8Array) => void
  /** The line broke: whoever waits is told so. */
  readonly break: () => void
  /** @throws LineBroken */
  readonly next: () => Promise<Message>
  /** Null: none came in time. @throws LineBroken */
  readonly nextWithin: (ms: number) => Promise<Message | null>
  /** @throws LineBroken, also if the till did not understand it three times */
  readonly send: (code: string, data: readonly number[]) => Promise<void>
  /** Frames that were repeated, for tests. */
  readonly repeats: () => number
}

export class LineBroken extends Error {
  constructor() {
    super('The line to the till is broken.')
    this.name = 'LineBroken'
  }
}

export function createZvtLine(
  framing: 'tcp' | 'serial',
  write: (bytes: Uint8Array) => void,
  faults: ZvtLineFaults = {},
): ZvtLine {
  const inbox: Message[] = []
  const signs: number[] = []
  let wakers: (() => void)[] = []
  let isBroken = false
  let pending: number[] = []
  let badCrcsLeft = faults.badCrcs ?? 0
  let cutFramesLeft = faults.cutFrames ?? 0
  let naksLeft = faults.naks ?? 0
  let repeats = 0

  const wake = (): void => {
    const all = wakers
    wakers = []
    for (const one of all) one()
  }
  const until = async <T>(take: () => T | undefined): Promise<T> => {
    for (;;) {
      const found = take()
      if (found !== undefined) return found
      if (isBroken) throw new LineBroken()
      await new Promise<void>((resolve) => wakers.push(resolve))
    }
  }
  const takeMessages = (bytes: number[]): number[] => {
    let rest = bytes
    for (;;) {
      const isLong = rest[2] === 0xff
      const head = isLong ? 5 : 3
      if (rest.length < head) return rest
      const size = isLong ? (rest[3] ?? 0) + 256 * (rest[4] ?? 0) : (rest[2] ?? 0)
      if (rest.length < head + size) return rest
      inbox.push({ code: hex(rest.slice(0, 2)), data: rest.slice(head, head + size) })
      rest = rest.slice(head + size)
    }
  }
  const takeSerial = (): void => {
    for (;;) {
      const first = pending[0]
      if (first === undefined) return
      if (first === 0x06 || first === 0x15) {
        signs.push(first)
        pending = pending.slice(1)
      } else if (first === 0x10 && pending.length > 1) {
        const frame = cutFrame(pending)
        if (frame === null) return
        pending = pending.slice(frame.size)
        if (faults.neverAcknowledges === true) continue
        const isWanted = naksLeft === 0 && frame.isWhole
        if (naksLeft > 0) naksLeft -= 1
        const isLost = hex(frame.message.slice(0, 2)) === faults.losesAcknowledgementOf
        if (!isLost) write(Uint8Array.of(isWanted ? 0x06 : 0x15))
        if (isWanted) takeMessages(frame.message)
      } else if (first === 0x10) return
      else pending = pending.slice(1)
    }
  }

  return {
    repeats: () => repeats,
    receive: (bytes) => {
      pending = [...pending, ...bytes]
      if (framing === 'tcp') pending = takeMessages(pending)
      else takeSerial()
      wake()
    },
    break: () => {
      isBroken = true
      wake()
    },
    next: async () => await until(() => inbox.shift()),
    nextWithin: async (ms) => {
      let isOver = false
      const timer = setTimeout(() => {
        isOver = true
        wake()
      }, ms)
      try {
        return await until(() => inbox.shift() ?? (isOver ? null : undefined))
      } finally {
        clearTimeout(timer)
      }
    },
    send: async (code, data) => {
      if (isBroken) throw new LineBroken()
      const size = data.length < 255 ? [data.length] : [255, data.length % 256, Math.floor(data.length / 256)]
      const message = [...unhex(code), ...size, ...data]
      if (framing === 'tcp') return write(Uint8Array.from(message))
      for (let tries = 0; tries < 3; tries += 1) {
        const spoil = badCrcsLeft > 0
        if (spoil) badCrcsLeft -= 1
        const isCut = !spoil && cutFramesLeft > 0
        if (isCut) cutFramesLeft -= 1
        write(Uint8Array.from(frameOf(message, spoil).slice(0, isCut ? -4 : undefined)))
        if ((await until(() => signs.shift())) === 0x06) return
        repeats += 1
      }
      throw new LineBroken()
    },
  }
}

function frameOf(message: readonly number[], spoil: boolean): number[] {
  const crc = kermit([...message, 0x03]) ^ (spoil ? 0xffff : 0)
  const body = message.flatMap((byte) => (byte === 0x10 ? [0x10, 0x10] : [byte]))
  return [0x10, 0x02, ...body, 0x10, 0x03, crc % 256, Math.floor(crc / 256)]
}

/** Null: not all of it is here yet. */
function cutFrame(bytes: readonly number[]): { message: number[]; size: number; isWhole: boolean } | null {
  const message: number[] = []
  for (let at = 2; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0
    if (byte !== 0x10) {
      message.push(byte)
      continue
    }
    at += 1
    if (bytes[at] === 0x10) message.push(0x10)
    else if (bytes[at] === 0x03) {
      if (bytes.length < at + 3) return null
      const crc = (bytes[at + 1] ?? 0) + 256 * (bytes[at + 2] ?? 0)
      return { message, size: at + 3, isWhole: bytes[1] === 0x02 && crc === kermit([...message, 0x03]) }
    } else if (bytes[at] !== undefined) return { message, size: at + 1, isWhole: false }
  }
  return null
}

/** CRC-16/KERMIT the long way round: polynomial 1021 over mirrored bytes, the sum mirrored at the end. */
function kermit(bytes: readonly number[]): number {
  let sum = 0
  for (const byte of bytes) {
    sum ^= mirrored(byte, 8) * 256
    for (let bit = 0; bit < 8; bit += 1) sum = (sum * 2) ^ (sum >= 0x8000 ? 0x11021 : 0)
  }
  return mirrored(sum, 16)
}

function mirrored(value: number, bits: number): number {
  let result = 0
  for (let bit = 0; bit < bits; bit += 1) if ((value & (1 << bit)) !== 0) result += 1 << (bits - 1 - bit)
  return result
}

export function hex(bytes: readonly number[]): string {
  return bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** "06 0f" or "060f". */
export function unhex(text: string): number[] {
  return (text.match(/[0-9a-f]{2}/giu) ?? []).map((pair) => Number.parseInt(pair, 16))
}
