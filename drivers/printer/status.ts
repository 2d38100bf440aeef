// What a printer says about itself: asks it, waits for what it says unasked, and puts it into words. One reader owns a
// connection's incoming bytes; print-job.ts and open-printer.ts ask it. Which byte is what: status-bytes.ts. Bit tables: Epson,
// Citizen and Bixolon command manuals (DLE EOT, GS a, GS r).
import { setTimeout as sleep } from 'node:timers/promises'
import type { DriverProblemCode } from '#drivers/problem.ts'
import { DriverProblem } from '#drivers/problem.ts'
import type { Connection } from '#drivers/transport/transport.ts'
import type { StatusEvent } from './status-bytes.ts'
import { createStatusSplitter } from './status-bytes.ts'

/** n of `DLE EOT n`: printer, cause of offline, paper. */
export type StatusQuestion = 1 | 2 | 4

export type StatusReader = {
  /** Sends `DLE EOT n` and waits for its one byte; null if none comes in time. Questions wait for each other. Only at command boundaries. */
  readonly ask: (question: StatusQuestion, timeoutMs: number) => Promise<number | null>
  /** The next answer to `GS r` from now on is the fence of this job: call it before the fence goes out. Never rejects. */
  readonly expectFence: () => Promise<void>
  /** Settles when the printer says that the job of this process ID is printed, also when it has said so before. Never rejects. */
  readonly printed: (processId: string) => Promise<void>
  /** Process IDs that came, the latest PROCESS_IDS_MAX. */
  readonly processIds: () => ReadonlySet<string>
  /** False if the printer holds the line (XOFF) for longer than this. */
  readonly hasRoom: (timeoutMs: number) => Promise<boolean>
  /** The latest trouble the printer reported by itself (automatic status back), or null. */
  readonly trouble: () => DriverProblem | null
  /** Settles with the first such trouble. Never rejects. */
  readonly firstTrouble: Promise<DriverProblem>
  /** Bytes that were no answer of any kind. */
  readonly garbageBytes: () => number
  readonly stop: () => void
}

const PROCESS_IDS_MAX = 64

export function readStatus(connection: Connection): StatusReader {
  const splitter = createStatusSplitter()
  const first = Promise.withResolvers<DriverProblem>()
  const ids = new Set<string>()
  const waitingForId = new Map<string, () => void>()
  let onFence: (() => void) | null = null
  let onAnswer: ((byte: number) => void) | null = null
  let onRoom: (() => void) | null = null
  let isPaused = false
  let trouble: DriverProblem | null = null
  let lastQuestion: Promise<unknown> = Promise.resolve()

  const take = (event: StatusEvent): void => {
    switch (event.kind) {
      case 'flow':
        isPaused = event.isPaused
        if (!isPaused) onRoom?.()
        break
      case 'real-time':
        onAnswer?.(event.byte)
        break
      case 'automatic':
        trouble = troubleIn(event.bytes)
        if (trouble !== null) first.resolve(trouble)
        break
      case 'status':
        onFence?.()
        break
      case 'process-id':
        if (ids.size >= PROCESS_IDS_MAX) ids.clear()
        ids.add(event.id)
        waitingForId.get(event.id)?.()
        break
      case 'offline':
      case 'cleared':
      case 'block':
        break
    }
  }
  const stop = connection.onData((bytes) => splitter.push(bytes).forEach(take))

  const askNow = async (question: StatusQuestion, timeoutMs: number): Promise<number | null> => {
    const { promise, resolve } = Promise.withResolvers<number | null>()
    onAnswer = resolve
    const timer = setTimeout(() => resolve(null), timeoutMs)
    void connection.closed.then(() => resolve(null))
    try {
      await connection.write(Uint8Array.of(0x10, 0x04, question))
      const answer = await promise
      if (answer === null) splitter.settle()
      return answer
    } finally {
      clearTimeout(timer)
      onAnswer = null
    }
  }

  return {
    firstTrouble: first.promise,
    trouble: () => trouble,
    processIds: () => ids,
    garbageBytes: splitter.garbageBytes,
    stop,
    expectFence: async () => await new Promise<void>((resolve) => (onFence = resolve)),
    printed: async (processId) => {
      if (ids.has(processId)) return
      await new Promise<void>((resolve) => waitingForId.set(processId, resolve))
    },
    hasRoom: async (timeoutMs) => {
      if (!isPaused) return true
      const { promise, resolve } = Promise.withResolvers<boolean>()
      onRoom = () => resolve(true)
      const timer = setTimeout(() => resolve(false), timeoutMs)
      const hasRoom = await Promise.race([promise, connection.closed.then(() => true), first.promise])
      clearTimeout(timer)
      return hasRoom !== false
    },
    ask: async (question, timeoutMs) => {
      const answer = lastQuestion.then(async () => await askNow(question, timeoutMs))
      lastQuestion = answer.catch(() => undefined)
      return await answer
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
  let printer = await reader.ask(1, timeoutMs)
  if (printer === null) {
    printer = await reader.ask(1, timeoutMs)
    if (printer === null) return null
    // The first answer may only be late; nobody listens until it has come, so that it is not taken for that of the next question.
    await sleep(timeoutMs)
  }
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
  // A hot print head and a pressed feed button end by themselves.
  const isPassing = (second & 0x40) !== 0 || (first & 0x40) !== 0
  if ((first & 0x08) !== 0 && !isPassing) return printerTrouble('printer_offline')
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
