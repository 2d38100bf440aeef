// A receipt printer made of code: takes bytes, keeps the slips it printed, answers status requests and fails on cue.
// Its behaviour is written from the vendors' status tables (DLE EOT, GS r, GS I, ASB) and not from our driver, so that the
// two check each other. Used in process by open-printer.ts (`virtual:FOLDER`), over TCP by printer-server.ts, and by tests.
import type { Ask } from './escpos-machine.ts'
import { createMachine } from './escpos-machine.ts'
import type { PaperItem, Slip } from './paper.ts'
import type { SmallBuffer } from './receive-buffer.ts'
import { createReceiveBuffer } from './receive-buffer.ts'
import { automaticStatus, identity, paperSensor, realTimeStatus } from './status-answers.ts'

export type VirtualFaults = {
  /** Paper ends after this many more lines, pictures or codes; then nothing is printed until loadPaper(). */
  readonly paperLinesLeft?: number
  readonly isPaperNearEnd?: boolean
  readonly isCoverOpen?: boolean
  readonly isOffline?: boolean
  readonly isCutterJammed?: boolean
  /** The next cut jams the cutter. */
  readonly jamsAtCut?: boolean
  /** Prints but never answers, like a cheap one-way adapter. */
  readonly isSilent?: boolean
  /** Answers DLE EOT but has no automatic status back, like many clones. */
  readonly hasNoAutomaticStatus?: boolean
  /** Does not know `GS ( H`, like everything but the better models. */
  readonly hasNoProcessId?: boolean
  /** Process IDs are answered only when this ends. */
  readonly holdsProcessIds?: boolean
  /** Goes on with what is in its buffers after an error, whatever it is told. */
  readonly ignoresClear?: boolean
  /** Every byte of an answer comes alone. */
  readonly answersInSingleBytes?: boolean
  /** Noise on the line before every answer. */
  readonly noise?: readonly number[]
  /** Every answer comes with all its bits turned round, as from a wrong speed or another make. */
  readonly isGarbled?: boolean
  readonly receiveBuffer?: SmallBuffer
  /** Pin 3 of the drawer socket is high. */
  readonly isDrawerPinHigh?: boolean
}

export type VirtualPrinter = {
  /** Bytes as they come from the line, in any cut. */
  readonly receive: (bytes: Uint8Array) => void
  /** Bytes that the printer sends back; returns a function that stops listening. */
  readonly onAnswer: (listener: (bytes: Uint8Array) => void) => () => void
  readonly setFaults: (faults: VirtualFaults) => void
  /** One more fault, or one fewer (undefined); the others stay. */
  readonly setFault: <F extends keyof VirtualFaults>(fault: F, value: VirtualFaults[F] | undefined) => void
  readonly faults: () => VirtualFaults
  /** What the receive buffer takes now; a line that brings more loses it. */
  readonly roomBytes: () => number
  /** Settles when there may be more room. */
  readonly worked: () => Promise<void>
  readonly lostBytes: () => number
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
const HELD_IDS_MAX = 100
/** What new paper and a closed cover end; what kind of printer it is stays. */
const HEALED: ReadonlySet<string> = new Set([
  'paperLinesLeft',
  'isPaperNearEnd',
  'isCoverOpen',
  'isOffline',
  'isCutterJammed',
  'jamsAtCut',
])

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

  const say = (bytes: readonly number[]): void => {
    for (const listener of listeners) listener(Uint8Array.from(bytes))
  }
  const answer = (...bytes: number[]): void => {
    if (faults.isSilent === true) return
    const said = faults.isGarbled === true ? bytes.map((byte) => byte ^ 0xff) : bytes
    const all = [...(faults.noise ?? []), ...said]
    if (faults.answersInSingleBytes !== true) say(all)
    else for (const byte of all) say([byte])
  }
  let heldIds: Uint8Array[] = []
  const answerProcessId = (id: Uint8Array): void => {
    if (faults.hasNoProcessId === true) return
    if (faults.holdsProcessIds === true) heldIds = [...heldIds.slice(1 - HELD_IDS_MAX), id]
    else answer(0x37, 0x22, ...id, 0)
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
    if (ask.kind === 'process-id') answerProcessId(ask.id)
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
      onCut: (mode) => {
        if (faults.jamsAtCut !== true) return endSlip(mode)
        changeFaults({ ...faults, jamsAtCut: false, isCutterJammed: true })
        return undefined
      },
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

  const input = createReceiveBuffer({
    canWork: canPrint,
    sendFlow: (byte) => say([byte]),
    feed: (bytes) => {
      if (buffer.length + bytes.length <= BUFFER_BYTES_MAX) buffer = Buffer.concat([buffer, bytes])
      print()
    },
  })
  input.setLimit(faults.receiveBuffer)

  const clearBuffer = (): void => {
    buffer = new Uint8Array()
    tail = []
    input.clear()
  }

  const changeFaults = (next: VirtualFaults): void => {
    faults = next
    input.setLimit(faults.receiveBuffer)
    reportChange()
    if (faults.holdsProcessIds !== true) for (const id of heldIds.splice(0)) answerProcessId(id)
  }

  /** Executes one real-time command if `last` ends with one. DLE commands act on arrival, wherever they stand. */
  const actInRealTime = (last: readonly number[]): boolean => {
    const [a, b, c] = last.slice(-3)
    if (a === 0x10 && b === 0x04 && c !== undefined && c >= 1 && c <= 4) {
      realTime += 1
      answer(realTimeStatus(c, faults, canPrint()))
    } else if (a === 0x10 && b === 0x05 && c === 2) {
      realTime += 1
      // Only an error that can be recovered from is; without one the command does nothing.
      if (faults.isCutterJammed !== true || faults.ignoresClear === true) return false
      changeFaults({ ...faults, isCutterJammed: false })
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
      if (faults.ignoresClear === true) return false
      answer(0x37, 0x25, 0)
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
      input.push(bytes.subarray(start))
    },
    onAnswer: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    setFaults: (next) => {
      changeFaults(next)
      print()
    },
    setFault: (fault, value) => {
      changeFaults({ ...faults, [fault]: value })
      print()
    },
    faults: () => faults,
    recover: () => {
      changeFaults(Object.fromEntries(Object.entries(faults).filter(([fault]) => !HEALED.has(fault))))
      print()
    },
    roomBytes: input.roomBytes,
    worked: input.worked,
    lostBytes: input.lostBytes,
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
