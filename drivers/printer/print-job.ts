// Sends one job over an open line and finds out whether it was printed. Called by open-printer.ts.
// The outcome is about paper only: it never decides anything about money, receipts or their numbers. "Socket write finished"
// is never taken for "printed"; only the printer's answer to the question at the end of the job is (process ID where it has one, the fence `GS r 1` otherwise).
import { DriverProblem } from '#drivers/problem.ts'
import type { Connection, Transport } from '#drivers/transport/transport.ts'
import type { BufferClear } from './profiles.ts'
import type { StatusReader } from './status.ts'
import { askStatus } from './status.ts'

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
  /** From the last byte to the printer's word. */
  readonly fenceTimeoutMs: number
  /** How long the printer may hold the line (XOFF) before the slip is given up. */
  readonly flowTimeoutMs: number
  /** Between questions while waiting, for printers that report nothing by themselves. */
  readonly pollMs: number
  /** How long the line stays open for a late word after a slip whose end is not known. */
  readonly lateListenMs: number
}

export const PRINT_TIMES: PrintTimes = {
  answerTimeoutMs: 500,
  fenceTimeoutMs: 30_000,
  flowTimeoutMs: 30_000,
  pollMs: 2_000,
  lateListenMs: 600_000,
}

const WRITE_BYTES_MAX = 1_024
const INIT = [0x1b, 0x40]
const FENCE = Uint8Array.of(0x1d, 0x72, 0x01)
// `GS a n`: report online, error and paper changes. `ESC @` switches it off, so it goes right behind.
const AUTOMATIC_STATUS = Uint8Array.of(0x1d, 0x61, 0x0e)
/** 9600 baud. */
const SLOWEST_BYTES_PER_SECOND = 960

/** `DLE DC4 8 ...` and `DLE ENQ 2`: what is left of a broken slip must not come out when paper is put in. */
const CLEARS: Record<BufferClear, Uint8Array> = {
  'dle-dc4-8': Uint8Array.of(0x10, 0x14, 8, 1, 3, 20, 1, 6, 2, 8),
  'dle-enq-2': Uint8Array.of(0x10, 0x05, 2),
}

export type JobBytes = {
  /** A whole job, beginning with `ESC @`, without a fence. Called once the printer has said that it is ready. */
  readonly bytes: () => Uint8Array
  /** Four characters 20..7E that the printer gives back when the job is on paper; null where it has no such command. */
  readonly processId: string | null
  /** What the printer knows to empty its buffers, in the order in which they are sent. */
  readonly clears: readonly BufferClear[]
  /** All bytes are on their way; what is missing is the printer's word. */
  readonly onSent?: (() => void) | undefined
}

export type PrintLine = {
  readonly connection: Connection
  readonly reader: StatusReader
  readonly transport: Transport
  readonly times: PrintTimes
}

export type PrintEnd = PrintOutcome & {
  /** Settles when the printer says, after all, that this job is on paper; null if it cannot say so any more. Never rejects. */
  readonly late: Promise<void> | null
}

/** Never throws for what the printer or the link does. */
export async function printOver(line: PrintLine, job: JobBytes): Promise<PrintEnd> {
  const { reader, transport, times } = line
  let isPaperNearEnd = false
  let isTwoWay = false
  if (transport.canAnswer) {
    try {
      const status = await askStatus(reader, times.answerTimeoutMs)
      if (status !== null && status.problem !== null) {
        return { ...outcome('not-sent', status.problem, status.isPaperNearEnd), late: null }
      }
      isTwoWay = status !== null
      isPaperNearEnd = status?.isPaperNearEnd === true
    } catch (error) {
      return { ...outcome('not-sent', problemOf(error)), late: null }
    }
  }
  const bytes = job.bytes()
  const sent = await send(line, isTwoWay ? withAnswers(bytes, job) : [bytes])
  const answered = isTwoWay ? waitForWord(line, job, sent) : null
  if (sent.problem !== null) {
    if (sent.sentBytes === 0) return { ...outcome('not-sent', sent.problem, isPaperNearEnd), late: null }
    await clearBuffers(line, job)
    return { ...outcome('interrupted', sent.problem, isPaperNearEnd), late: null }
  }
  job.onSent?.()
  if (answered === null) {
    return { ...outcome('unknown', noAnswer(transport.name), isPaperNearEnd), late: null }
  }
  const end = await waitForEnd(line, { answered, jobBytes: bytes.length })
  if (end.result === 'interrupted') await clearBuffers(line, job)
  return { ...end, isPaperNearEnd, late: end.result === 'printed' ? null : answered }
}

/** In two parts: what is printed, and the questions whose answers mean that it is. */
function withAnswers(bytes: Uint8Array, { processId }: JobBytes): readonly Uint8Array[] {
  if (!INIT.every((byte, index) => bytes[index] === byte))
    throw new Error('a print job must begin with ESC @')
  const end = processId === null ? FENCE : processIdCommand(processId)
  return [Buffer.concat([bytes.subarray(0, INIT.length), AUTOMATIC_STATUS, bytes.subarray(INIT.length)]), end]
}

/** `GS ( H`: answered when all before it is printed, where the fence is answered when it is only processed. */
function processIdCommand(processId: string): Uint8Array {
  if (!/^[\x20-\x7e]{4}$/.test(processId)) throw new Error('a process ID is four printable characters')
  return Buffer.from(`\x1d(H\x06\x0000${processId}`, 'latin1')
}

type Sent = {
  readonly sentBytes: number
  /** null: all is sent. Otherwise the slip is incomplete for sure. */
  readonly problem: DriverProblem | null
  readonly fence: Promise<void> | null
}

/** The last part asks for the fence, which is listened for before it goes out. */
async function send(line: PrintLine, parts: readonly Uint8Array[]): Promise<Sent> {
  const { connection, reader } = line
  let sentBytes = 0
  let fence: Promise<void> | null = null
  try {
    for (const [index, part] of parts.entries()) {
      if (index > 0) fence = reader.expectFence()
      for (let offset = 0; offset < part.length; offset += WRITE_BYTES_MAX) {
        const problem = (await waitForRoom(line)) ?? reader.trouble()
        if (problem !== null) return { sentBytes, problem, fence }
        const chunk = part.subarray(offset, offset + WRITE_BYTES_MAX)
        sentBytes += chunk.length
        const written = connection.write(chunk)
        // A printer in trouble takes no more data: its report comes long before the write's time-out.
        await Promise.race([written, reader.firstTrouble])
        written.catch(() => undefined)
      }
    }
    return { sentBytes, problem: null, fence }
  } catch (error) {
    return { sentBytes, problem: problemOf(error), fence }
  }
}

/** While the printer holds the line (XOFF) nothing is written; why it does so it may say only when asked. */
async function waitForRoom(line: PrintLine): Promise<DriverProblem | null> {
  const { reader, times } = line
  const deadline = performance.now() + times.flowTimeoutMs
  while (!(await reader.hasRoom(times.pollMs))) {
    const problem = await askForTrouble(line)
    if (problem !== null) return problem
    if (performance.now() >= deadline) return noRoom()
  }
  return null
}

/** The printer's own word that the job is on paper: its process ID, or the fence where it has none. */
async function waitForWord({ reader }: PrintLine, { processId }: JobBytes, { fence }: Sent): Promise<void> {
  if (processId !== null) return await reader.printed(processId)
  // Without a fence sent there is no word to come.
  return await (fence ?? new Promise<void>(() => undefined))
}

type Waiting = { readonly answered: Promise<void>; readonly jobBytes: number }

/** The first of: the printer's word, trouble it reports, trouble it admits when asked, lost link, time-out. */
async function waitForEnd(
  line: PrintLine,
  { answered, jobBytes }: Waiting,
): Promise<Pick<PrintOutcome, 'result' | 'problem'>> {
  const { connection, reader, transport, times } = line
  const done = answered.then(() => ({ result: 'printed' as const, problem: null }))
  const troubled = reader.firstTrouble.then((problem) => ({ result: 'interrupted' as const, problem }))
  const lost = connection.closed.then((problem) => ({ result: 'unknown' as const, problem }))
  // "Sent" may mean that it waits in this computer for the slowest of lines.
  const waitMs = times.fenceTimeoutMs + (jobBytes * 1_000) / SLOWEST_BYTES_PER_SECOND
  const deadline = performance.now() + waitMs
  while (performance.now() < deadline) {
    const pause = pauseFor(Math.min(times.pollMs, deadline - performance.now()))
    const end = await Promise.race([done, troubled, lost, pause.done])
    pause.cancel()
    if (end !== undefined) return end
    const problem = await askForTrouble(line)
    if (problem !== null)
      return await Promise.race([done, Promise.resolve({ result: 'interrupted' as const, problem })])
  }
  const late = await Promise.race([done, lost, Promise.resolve()])
  return late ?? { result: 'unknown', problem: noAnswer(transport.name) }
}

async function askForTrouble({ reader, times }: PrintLine): Promise<DriverProblem | null> {
  try {
    return (await askStatus(reader, times.answerTimeoutMs))?.problem ?? null
  } catch {
    // A broken link ends the wait through `closed`, with its own problem.
    return null
  }
}

async function clearBuffers({ connection, reader, times }: PrintLine, { clears }: JobBytes): Promise<void> {
  if (clears.length === 0) return
  try {
    for (const clear of clears) await connection.write(CLEARS[clear])
    // Real-time commands are carried out in order: its answer means that the buffers are empty.
    await reader.ask(1, times.answerTimeoutMs)
  } catch {
    // The link is gone: the printer keeps what it has, and the next slip says that this one is void.
  }
}

function pauseFor(ms: number): { done: Promise<undefined>; cancel: () => void } {
  const { promise, resolve } = Promise.withResolvers<undefined>()
  const timer = setTimeout(() => resolve(undefined), ms)
  return { done: promise, cancel: () => clearTimeout(timer) }
}

export function outcome(
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

function noRoom(): DriverProblem {
  return new DriverProblem(
    'printer_no_answer',
    'The printer takes no more data. Check paper and cover, then look at the slip.',
  )
}

/** Anything but a DriverProblem is a programming mistake and goes on up. */
export function problemOf(error: unknown): DriverProblem {
  if (error instanceof DriverProblem) return error
  throw error
}
