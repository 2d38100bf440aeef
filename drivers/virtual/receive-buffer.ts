// The receive buffer of a small or slow printer: takes bytes as the line brings them, gives them on at the printer's pace, and says XOFF
// and XON where the printer does. Without a limit bytes go straight through. Called by printer.ts.

export type SmallBuffer = {
  readonly bytes: number
  /** Says XOFF when a quarter is left and XON when half of it is free again; bytes beyond the buffer are lost. */
  readonly hasFlowControl?: boolean
  /** What the printer works off at once, and how often. */
  readonly bytesPerTick: number
  readonly tickMs: number
}

export type ReceiveBuffer = {
  readonly push: (bytes: Uint8Array) => void
  readonly setLimit: (limit: SmallBuffer | undefined) => void
  readonly clear: () => void
  /** What fits now; Infinity without a limit. */
  readonly roomBytes: () => number
  /** Settles when something was worked off or thrown away. */
  readonly worked: () => Promise<void>
  readonly lostBytes: () => number
}

const XON = 0x11
const XOFF = 0x13

export function createReceiveBuffer(printer: {
  readonly feed: (bytes: Uint8Array) => void
  readonly canWork: () => boolean
  readonly sendFlow: (byte: number) => void
}): ReceiveBuffer {
  let limit: SmallBuffer | undefined
  let held: Buffer = Buffer.alloc(0)
  let timer: NodeJS.Timeout | undefined
  let isPaused = false
  let lost = 0
  let waiting: (() => void)[] = []

  const roomBytes = (): number => (limit === undefined ? Infinity : Math.max(0, limit.bytes - held.length))
  const tellRoom = (): void => {
    if (isPaused && (limit === undefined || roomBytes() >= limit.bytes / 2)) {
      isPaused = false
      printer.sendFlow(XON)
    }
    for (const tell of waiting.splice(0)) tell()
  }
  const stop = (): void => {
    clearInterval(timer)
    timer = undefined
  }
  const work = (): void => {
    if (!printer.canWork()) return
    const piece = held.subarray(0, limit?.bytesPerTick ?? held.length)
    held = held.subarray(piece.length)
    if (held.length === 0) stop()
    printer.feed(piece)
    tellRoom()
  }
  return {
    roomBytes,
    lostBytes: () => lost,
    worked: async () => await new Promise<void>((resolve) => (waiting = [...waiting, resolve])),
    setLimit: (next) => {
      limit = next
    },
    push: (bytes) => {
      if (limit === undefined && held.length === 0) {
        printer.feed(bytes)
        return
      }
      const taken = bytes.subarray(0, Math.min(bytes.length, roomBytes()))
      lost += bytes.length - taken.length
      held = Buffer.concat([held, taken])
      if (limit?.hasFlowControl === true && !isPaused && roomBytes() < limit.bytes / 4) {
        isPaused = true
        printer.sendFlow(XOFF)
      }
      if (held.length > 0) timer ??= setInterval(work, limit?.tickMs ?? 1).unref()
    },
    clear: () => {
      held = Buffer.alloc(0)
      stop()
      tellRoom()
    },
  }
}
