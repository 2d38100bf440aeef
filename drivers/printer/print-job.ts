// Sends one job over a transport and finds out whether it was printed. Called by open-printer.ts.
// The outcome is about paper only: it never decides anything about money, receipts or their numbers. "Socket write finished"
// is never taken for "printed"; only the printer's answer to the fence at the end of the job is.
import { DriverProblem } from '#drivers/problem.ts'
import type { Connection, Transport } from '#drivers/transport/transport.ts'
import type { StatusReader } from './status.ts'
import { askStatus, readStatus } from './status.ts'

export type PrintOutcome = {
  /**
   * printed: the printer said so. interrupted: began and surely not finished; the slip is void. unknown: all was sent
   * and nothing came back, look at the slip. not-sent: no byte of the slip went out.
   */
  readonly result: 'printed' | 'interrupted' | 'unknown' | 'not-sent'
  /** Why it is not `printed`; null if it is. */
  readonly problem: DriverProblem | null
  readonly isPaperNearEnd: boolean
}

export type PrintTimes = {
  /** Per status answer; real printers answer within some milliseconds. */
  readonly answerTimeoutMs: number
  /** From the last byte to the fence. */
  readonly fenceTimeoutMs: number
  /** Between questions while waiting, for printers that report nothing by themselves. */
  readonly pollMs: number
}

export const PRINT_TIMES: PrintTimes = { answerTimeoutMs: 500, fenceTimeoutMs: 30_000, pollMs: 2_000 }

const WRITE_BYTES_MAX = 1_024
const INIT = [0x1b, 0x40]
const FENCE = Uint8Array.of(0x1d, 0x72, 0x01)
// `GS a n`: report online, error and paper changes. `ESC @` switches it off, so it goes right behind.
const AUTOMATIC_STATUS = Uint8Array.of(0x1d, 0x61, 0x0e)
// `DLE DC4 8 ...`: what is left of a broken slip must not come out when paper is put in.
const CLEAR_BUFFER = Uint8Array.of(0x10, 0x14, 8, 1, 3, 20, 1, 6, 2, 8)

/** @param bytes a whole job, beginning with `ESC @`, without a fence. Never throws for what the printer or the link does. */
export async function printBytes(
  transport: Transport,
  bytes: Uint8Array,
  times: PrintTimes = PRINT_TIMES,
): Promise<PrintOutcome> {
  let connection: Connection
  try {
    connection = await transport.open()
  } catch (error) {
    return outcome('not-sent', problemOf(error))
  }
  const reader = readStatus(connection)
  try {
    return await printOver({ connection, reader, transport, times }, bytes)
  } finally {
    reader.stop()
    await connection.close()
  }
}

type Line = { connection: Connection; reader: StatusReader; transport: Transport; times: PrintTimes }

async function printOver(line: Line, bytes: Uint8Array): Promise<PrintOutcome> {
  const { connection, reader, transport, times } = line
  let isPaperNearEnd = false
  let isTwoWay = false
  if (transport.canAnswer) {
    try {
      const status = await askStatus(reader, times.answerTimeoutMs)
      if (status !== null && status.problem !== null) {
        return outcome('not-sent', status.problem, status.isPaperNearEnd)
      }
      isTwoWay = status !== null
      isPaperNearEnd = status?.isPaperNearEnd === true
    } catch (error) {
      return outcome('not-sent', problemOf(error))
    }
  }
  const trouble = await send(line, isTwoWay ? withAnswers(bytes) : bytes)
  if (trouble !== null) {
    await clearBuffer(connection)
    return outcome('interrupted', trouble, isPaperNearEnd)
  }
  if (!isTwoWay) return outcome('unknown', noAnswer(transport.name), isPaperNearEnd)
  const end = await waitForFence(line)
  if (end.result === 'interrupted') await clearBuffer(connection)
  return { ...end, isPaperNearEnd }
}

function withAnswers(bytes: Uint8Array): Uint8Array {
  if (!INIT.every((byte, index) => bytes[index] === byte))
    throw new Error('a print job must begin with ESC @')
  return Buffer.concat([bytes.subarray(0, INIT.length), AUTOMATIC_STATUS, bytes.subarray(INIT.length), FENCE])
}

/** @returns null when all is sent, else why it stopped; the slip is then incomplete for sure */
async function send({ connection, reader }: Line, bytes: Uint8Array): Promise<DriverProblem | null> {
  try {
    for (let offset = 0; offset < bytes.length; offset += WRITE_BYTES_MAX) {
      const trouble = reader.trouble()
      if (trouble !== null) return trouble
      const written = connection.write(bytes.subarray(offset, offset + WRITE_BYTES_MAX))
      // A printer in trouble takes no more data: its report comes long before the write's time-out.
      await Promise.race([written, reader.firstTrouble])
      written.catch(() => undefined)
    }
    return null
  } catch (error) {
    return problemOf(error)
  }
}

/** The first of: fence, trouble the printer reports, trouble it admits when asked, lost link, time-out. */
async function waitForFence(line: Line): Promise<Pick<PrintOutcome, 'result' | 'problem'>> {
  const { connection, reader, transport, times } = line
  const fenced = reader.fence.then(() => ({ result: 'printed' as const, problem: null }))
  const troubled = reader.firstTrouble.then((problem) => ({ result: 'interrupted' as const, problem }))
  const lost = connection.closed.then((problem) => ({ result: 'unknown' as const, problem }))
  const deadline = performance.now() + times.fenceTimeoutMs
  while (performance.now() < deadline) {
    const pause = sleep(Math.min(times.pollMs, times.fenceTimeoutMs))
    const end = await Promise.race([fenced, troubled, lost, pause.done])
    pause.cancel()
    if (end !== undefined) return end
    const problem = await askForTrouble(line)
    if (problem !== null) return { result: 'interrupted', problem }
  }
  const late = await Promise.race([fenced, lost, Promise.resolve()])
  return late ?? { result: 'unknown', problem: noAnswer(transport.name) }
}

async function askForTrouble({ reader, times }: Line): Promise<DriverProblem | null> {
  try {
    return (await askStatus(reader, times.answerTimeoutMs))?.problem ?? null
  } catch {
    // A broken link ends the wait through `closed`, with its own problem.
    return null
  }
}

async function clearBuffer(connection: Connection): Promise<void> {
  try {
    await connection.write(CLEAR_BUFFER)
  } catch {
    // The link is gone: the printer keeps what it has, and the next slip says that this one is void.
  }
}

function sleep(ms: number): { done: Promise<undefined>; cancel: () => void } {
  const { promise, resolve } = Promise.withResolvers<undefined>()
  const timer = setTimeout(() => resolve(undefined), ms)
  return { done: promise, cancel: () => clearTimeout(timer) }
}

function outcome(
  result: PrintOutcome['result'],
  problem: DriverProblem | null,
  isPaperNearEnd = false,
): PrintOutcome {
  return { result, problem, isPaperNearEnd }
}

function noAnswer(name: string): DriverProblem {
  return new DriverProblem(
    'printer_no_answer',
    `The printer at ${name} does not say whether it printed. Look at the slip.`,
  )
}

/** Anything but a DriverProblem is a programming mistake and goes on up. */
function problemOf(error: unknown): DriverProblem {
  if (error instanceof DriverProblem) return error
  throw error
}
