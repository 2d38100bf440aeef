// The one line to a printer, kept open for a while after a slip whose end is not known: many printers finish by themselves when
// paper is put in or the cover is closed, and say so late. Called by open-printer.ts, one task at a time.
import type { DriverProblem } from '#drivers/problem.ts'
import type { Connection, Transport } from '#drivers/transport/transport.ts'
import type { PrintLine, PrintTimes } from './print-job.ts'
import { problemOf } from './print-job.ts'
import { readStatus } from './status.ts'

export type KeptLine = {
  /** The kept line as it is, or a new one: for questions. */
  readonly open: () => Promise<PrintLine | DriverProblem>
  /** The same for a job: what the line said before is no answer to it. */
  readonly openForJob: () => Promise<PrintLine | DriverProblem>
  /** Closes the line, or keeps it while a late word may still come. */
  readonly done: (line: PrintLine, waiting: LateJob | null) => Promise<void>
  /** Jobs that turned out to be on paper, the latest LATE_MAX. */
  readonly late: () => ReadonlySet<string>
  readonly close: () => Promise<void>
}

type LateJob = { readonly jobId: string; readonly late: Promise<void> }

const LATE_MAX = 200

export function keepLine(transport: Transport, times: PrintTimes): KeptLine {
  const late = new Set<string>()
  let kept: PrintLine | null = null
  let timer: NodeJS.Timeout | undefined

  const note = (jobId: string): void => {
    if (late.size >= LATE_MAX) late.clear()
    late.add(jobId)
  }
  const lineOver = (connection: Connection): PrintLine => {
    const reader = readStatus(connection)
    return { connection, reader, transport, times }
  }
  const end = async ({ connection, reader }: PrintLine): Promise<void> => {
    reader.stop()
    await connection.close()
  }
  const forget = (): PrintLine | null => {
    const line = kept
    kept = null
    clearTimeout(timer)
    return line
  }
  const open = async (): Promise<PrintLine | DriverProblem> => {
    if (kept !== null) return kept
    try {
      return lineOver(await transport.open())
    } catch (error) {
      return problemOf(error)
    }
  }
  return {
    late: () => late,
    open,
    openForJob: async () => {
      const old = forget()
      if (old === null) return await open()
      for (const id of old.reader.processIds()) note(id)
      old.reader.stop()
      return lineOver(old.connection)
    },
    done: async (line, waiting) => {
      for (const id of line.reader.processIds()) note(id)
      if (waiting === null) {
        if (line !== kept) await end(line)
        return
      }
      void waiting.late.then(() => note(waiting.jobId))
      kept = line
      timer = setTimeout(() => {
        const old = forget()
        if (old !== null) void end(old)
      }, times.lateListenMs)
      timer.unref()
      void line.connection.closed.then(() => {
        if (kept === line) void end(forget() ?? line)
      })
    },
    close: async () => {
      const line = forget()
      if (line !== null) await end(line)
    },
  }
}
