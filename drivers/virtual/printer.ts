// A receipt printer made of code: takes bytes, keeps the slips it printed, answers status requests and fails on cue.
// Its behaviour is written from the vendors' status tables (DLE EOT, GS r, GS I, ASB) and not from our driver, so that the
// two check each other. Used in process by open-printer.ts (`virtual:FOLDER`), over TCP by printer-server.ts, and by tests.
import type { Ask } from './escpos-machine.ts'
import { createMachine } from './escpos-machine.ts'
import type { PaperItem, Slip } from './paper.ts'

export type VirtualFaults = {
  /** Paper ends after this many more lines, pictures or codes; then nothing is printed until loadPaper(). */
  readonly paperLinesLeft?: number
  readonly isPaperNearEnd?: boolean
  readonly isCoverOpen?: boolean
  readonly isOffline?: boolean
  readonly isCutterJammed?: boolean
  /** Prints but never answers, like a cheap one-way adapter. */
  readonly isSilent?: boolean
  /** Answers DLE EOT but has no automatic status back, like many clones. */
  readonly hasNoAutomaticStatus?: boolean
}

export type VirtualPrinter = {
  /** Bytes as they come from the line, in any cut. */
  readonly receive: (bytes: Uint8Array) => void
  /** Bytes that the printer sends back; returns a function that stops listening. */
  readonly onAnswer: (listener: (bytes: Uint8Array) => void) => () => void
  readonly setFaults: (faults: VirtualFaults) => void
  /** Paper in, cover closed: printing goes on with what is in the buffer, as real printers do. */
  readonly recover: () => void
  /** Finished slips, oldest first, the latest SLIPS_MAX. */
  readonly slips: () => readonly Slip[]
  /** Ends a slip that was not cut, as a hand tearing it off; nothing if it is blank or still printing. */
  readonly tearOff: () => void
  /** Drawer pulses so far. */
  readonly pulses: () => number
  /** Commands the machine did not know, as hex. Empty for a sound driver. */
  readonly unknownCommands: () => readonly string[]
  /** Real-time commands executed so far: more than were sent on purpose means image data was mistaken for some. */
  readonly realTimeCommands: () => number
}

const SLIPS_MAX = 100
const ITEMS_MAX = 5_000
const BUFFER_BYTES_MAX = 1024 * 1024
const MODEL = 'VIRTUAL-80'

export function createVirtualPrinter(options: {
  readonly columns: number
  readonly faults?: VirtualFaults
  readonly onSlip?: (slip: Slip) => void
}): VirtualPrinter {
  let faults = options.faults ?? {}
  let buffer: Uint8Array = new Uint8Array()
  let items: PaperItem[] = []
  let automatic = 0
  let pulses = 0
  let realTime = 0
  let tail: number[] = []
  const slips: Slip[] = []
  const unknown: string[] = []
  const listeners = new Set<(bytes: Uint8Array) => void>()

  const answer = (...bytes: number[]): void => {
    if (faults.isSilent === true) return
    for (const listener of listeners) listener(Uint8Array.from(bytes))
  }

  const canPrint = (): boolean =>
    faults.isCoverOpen !== true &&
    faults.isOffline !== true &&
    faults.isCutterJammed !== true &&
    faults.paperLinesLeft !== 0

  const usePaper = (): void => {
    if (faults.paperLinesLeft === undefined) return
    faults = { ...faults, paperLinesLeft: Math.max(0, faults.paperLinesLeft - 1) }
    if (faults.paperLinesLeft === 0) reportChange()
  }

  const reportChange = (): void => {
    if (automatic !== 0 && faults.hasNoAutomaticStatus !== true)
      answer(...automaticStatus(faults, canPrint()))
  }

  const endSlip = (cut: Slip['cut']): void => {
    if (items.length === 0) return
    const slip = { items, cut }
    items = []
    slips.push(slip)
    if (slips.length > SLIPS_MAX) slips.shift()
    options.onSlip?.(slip)
  }

  const onAsk = (ask: Ask): void => {
    if (ask.kind === 'reset') automatic = 0
    if (ask.kind === 'status') answer(ask.n === 2 ? 0 : paperSensor(faults))
    if (ask.kind === 'identity') answer(...identity(ask.n))
    if (ask.kind === 'process-id') answer(0x37, 0x22, ...ask.id, 0)
    if (ask.kind === 'automatic-status') {
      automatic = ask.n
      reportChange()
    }
  }

  const machine = createMachine(
    { columns: options.columns },
    {
      onItem: (item) => {
        if (items.length < ITEMS_MAX) items.push(item)
        if (item.kind !== 'feed') usePaper()
      },
      onCut: endSlip,
      onPulse: () => {
        pulses += 1
      },
      onAsk,
      onUnknown: (hex) => {
        if (unknown.length < ITEMS_MAX) unknown.push(hex)
      },
    },
  )

  const print = (): void => {
    const used = machine.run(buffer, canPrint)
    buffer = buffer.slice(used)
  }

  const clearBuffer = (): void => {
    buffer = new Uint8Array()
    tail = []
  }

  /** Executes one real-time command if `last` ends with one. DLE commands act on arrival, wherever they stand. */
  const actInRealTime = (last: readonly number[]): boolean => {
    const [a, b, c] = last.slice(-3)
    if (a === 0x10 && b === 0x04 && c !== undefined && c >= 1 && c <= 4) {
      realTime += 1
      answer(realTimeStatus(c, faults, canPrint()))
    } else if (a === 0x10 && b === 0x05 && c === 2) {
      realTime += 1
      return true
    }
    const dc4 = last.slice(-5)
    if (dc4[0] === 0x10 && dc4[1] === 0x14 && dc4[2] === 1 && (dc4[3] ?? 9) <= 1 && (dc4[4] ?? 9) <= 8) {
      realTime += 1
      pulses += 1
    }
    if (
      last.length >= CLEAR_BUFFER.length &&
      CLEAR_BUFFER.every((byte, index) => last.at(index - 10) === byte)
    ) {
      realTime += 1
      return true
    }
    return false
  }

  return {
    receive: (bytes) => {
      let start = 0
      bytes.forEach((byte, index) => {
        tail = [...tail.slice(1 - CLEAR_BUFFER.length), byte]
        if (actInRealTime(tail)) {
          clearBuffer()
          start = index + 1
        }
      })
      if (buffer.length + bytes.length - start <= BUFFER_BYTES_MAX)
        buffer = Buffer.concat([buffer, bytes.subarray(start)])
      print()
    },
    onAnswer: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    setFaults: (next) => {
      faults = next
      reportChange()
      print()
    },
    recover: () => {
      const { isSilent, hasNoAutomaticStatus } = faults
      faults = { isSilent: isSilent === true, hasNoAutomaticStatus: hasNoAutomaticStatus === true }
      reportChange()
      print()
    },
    slips: () => slips,
    tearOff: () => {
      if (!canPrint() || buffer.length > 0) return
      machine.flushLine()
      endSlip('none')
    },
    pulses: () => pulses,
    unknownCommands: () => unknown,
    realTimeCommands: () => realTime,
  }
}

/** `DLE DC4 8 1 3 20 1 6 2 8`: clears the receive and print buffers. */
const CLEAR_BUFFER = [0x10, 0x14, 8, 1, 3, 20, 1, 6, 2, 8]

function paperSensor(faults: VirtualFaults): number {
  const isEnd = faults.paperLinesLeft === 0
  return (isEnd ? 0x0c : 0) | (isEnd || faults.isPaperNearEnd === true ? 0x03 : 0)
}

/** One byte `0xx1xx10`, meaning by n. */
function realTimeStatus(n: number, faults: VirtualFaults, isReady: boolean): number {
  const fixed = 0x12
  const isEnd = faults.paperLinesLeft === 0
  if (n === 1) return fixed | (isReady ? 0 : 0x08)
  if (n === 2) {
    return (
      fixed |
      (faults.isCoverOpen === true ? 0x04 : 0) |
      (isEnd ? 0x20 : 0) |
      (faults.isCutterJammed === true ? 0x40 : 0)
    )
  }
  if (n === 3) return fixed | (faults.isCutterJammed === true ? 0x08 : 0)
  return fixed | (isEnd ? 0x60 : 0) | (isEnd || faults.isPaperNearEnd === true ? 0x0c : 0)
}

/** Four bytes, the first `0xx1xx00`, the others `0xx0xxxx`. */
function automaticStatus(faults: VirtualFaults, isReady: boolean): number[] {
  return [
    0x10 | (isReady ? 0 : 0x08) | (faults.isCoverOpen === true ? 0x20 : 0),
    faults.isCutterJammed === true ? 0x08 : 0,
    paperSensor(faults),
    0,
  ]
}

function identity(n: number): number[] {
  if (n < 64) return [n === 1 ? 0x20 : 0x02]
  return [0x5f, ...Buffer.from(MODEL, 'latin1'), 0]
}
