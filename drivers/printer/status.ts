// What a printer says about itself: tells its answers apart and puts them into words. One reader owns a connection's
// incoming bytes; print-job.ts asks it. Bit tables: Epson, Citizen and Bixolon command manuals (DLE EOT, GS a, GS r).
import type { DriverProblemCode } from '#drivers/problem.ts'
import { DriverProblem } from '#drivers/problem.ts'
import type { Connection } from '#drivers/transport/transport.ts'

/** n of `DLE EOT n`: printer, cause of offline, paper. */
export type StatusQuestion = 1 | 2 | 4

export type StatusReader = {
  /** Sends `DLE EOT n` and waits for its one byte; null if none comes in time. Only at command boundaries. */
  readonly ask: (question: StatusQuestion, timeoutMs: number) => Promise<number | null>
  /** Settles when the printer has processed the in-stream fence (`GS r 1`). Never rejects. */
  readonly fence: Promise<void>
  /** The latest trouble the printer reported by itself (automatic status back), or null. */
  readonly trouble: () => DriverProblem | null
  /** Settles with the first such trouble. Never rejects. */
  readonly firstTrouble: Promise<DriverProblem>
  readonly stop: () => void
}

const XON = 0x11
const XOFF = 0x13
const BLOCK_HEADERS = new Set([0x35, 0x37, 0x3b, 0x3d, 0x5f])
const BLOCK_BYTES_MAX = 256
const AUTOMATIC_BYTES = 4

export function readStatus(connection: Connection): StatusReader {
  const fence = Promise.withResolvers<undefined>()
  const first = Promise.withResolvers<DriverProblem>()
  let waiting: ((byte: number | null) => void) | null = null
  let automatic: number[] = []
  let blockBytes = 0
  let trouble: DriverProblem | null = null

  const take = (byte: number): void => {
    if (blockBytes > 0) {
      blockBytes = byte === 0 || blockBytes >= BLOCK_BYTES_MAX ? 0 : blockBytes + 1
      return
    }
    if (byte === XON || byte === XOFF) return
    if ((byte & 0x93) === 0x12) {
      waiting?.(byte)
      waiting = null
    } else if ((byte & 0x93) === 0x10) automatic = [byte]
    else if ((byte & 0x90) === 0 && automatic.length > 0) {
      automatic.push(byte)
      if (automatic.length === AUTOMATIC_BYTES) {
        trouble = troubleIn(automatic)
        automatic = []
        if (trouble !== null) first.resolve(trouble)
      }
    } else if (BLOCK_HEADERS.has(byte)) blockBytes = 1
    else if ((byte & 0x90) === 0) fence.resolve(undefined)
  }
  const stop = connection.onData((bytes) => bytes.forEach(take))

  return {
    fence: fence.promise,
    firstTrouble: first.promise,
    trouble: () => trouble,
    stop,
    ask: async (question, timeoutMs) => {
      if (waiting !== null) throw new Error('two status questions at once')
      const { promise, resolve } = Promise.withResolvers<number | null>()
      waiting = resolve
      const timer = setTimeout(() => resolve(null), timeoutMs)
      void connection.closed.then(() => resolve(null))
      try {
        await connection.write(Uint8Array.of(0x10, 0x04, question))
        return await promise
      } finally {
        clearTimeout(timer)
        waiting = null
      }
    },
  }
}

export type PreflightStatus = {
  readonly problem: DriverProblem | null
  readonly isPaperNearEnd: boolean
  /** Level of the drawer switch; what it means depends on how the drawer is wired. */
  readonly isDrawerPinHigh: boolean
}

/** @returns null for a link that never answers: one-way. @throws DriverProblem if the connection breaks */
export async function askStatus(reader: StatusReader, timeoutMs: number): Promise<PreflightStatus | null> {
  const printer = (await reader.ask(1, timeoutMs)) ?? (await reader.ask(1, timeoutMs))
  if (printer === null) return null
  const cause = (await reader.ask(2, timeoutMs)) ?? 0
  const paper = (await reader.ask(4, timeoutMs)) ?? 0
  return {
    problem: problemIn({ printer, cause, paper }),
    isPaperNearEnd: (paper & 0x0c) !== 0,
    isDrawerPinHigh: (printer & 0x04) !== 0,
  }
}

function problemIn(bytes: { printer: number; cause: number; paper: number }): DriverProblem | null {
  if ((bytes.cause & 0x04) !== 0) return printerTrouble('printer_cover_open')
  if ((bytes.cause & 0x20) !== 0 || (bytes.paper & 0x60) !== 0) return printerTrouble('printer_paper_out')
  if ((bytes.cause & 0x40) !== 0) return printerTrouble('printer_error')
  if ((bytes.printer & 0x08) !== 0) return printerTrouble('printer_offline')
  return null
}

/** Four bytes of automatic status. */
function troubleIn([first = 0, second = 0, third = 0]: readonly number[]): DriverProblem | null {
  if ((first & 0x20) !== 0) return printerTrouble('printer_cover_open')
  if ((third & 0x0c) === 0x0c) return printerTrouble('printer_paper_out')
  if ((second & 0x2c) !== 0) return printerTrouble('printer_error')
  if ((first & 0x08) !== 0) return printerTrouble('printer_offline')
  return null
}

const WORDS: Partial<Record<DriverProblemCode, string>> = {
  printer_cover_open: 'The printer cover is open. Close it.',
  printer_paper_out: 'The printer is out of paper. Put in a new roll and close the cover.',
  printer_error:
    'The printer reports a fault (cutter or print head). Switch it off, clear the paper path, switch it on.',
  printer_offline: 'The printer is offline. Press its feed or online button, or switch it off and on.',
}

function printerTrouble(code: DriverProblemCode): DriverProblem {
  return new DriverProblem(code, WORDS[code] ?? 'The printer is not ready.')
}
