// Our links as adapters of the npm package `escpos`, for programs that print with it: new escpos.Printer(escposAdapter(link)).
// The contract is that package's (2.5, adapter.js and printer.js) and is typed by shape, so the package is no dependency.
// Receipts of this till do not come this way: several of its calls send wrong bytes (test/unit/drivers/escpos-adapter.test.ts).
import { DriverProblem } from '#drivers/problem.ts'
import type { Connection, Transport } from '#drivers/transport/transport.ts'

type Failure = DriverProblem | null

export type EscposAdapter = {
  /** Calls back once: with the problem, or with null when the link is open. Never throws, as the rest here. */
  open: (callback?: (problem: Failure) => void) => EscposAdapter
  /** Calls back when the link takes more; that the bytes left this computer is all it means. */
  write: (bytes: Uint8Array | string, callback?: (problem: Failure) => void) => EscposAdapter
  /** Calls back for every piece of what the printer says, until the link is closed. */
  read: (callback: (bytes: Uint8Array) => void) => EscposAdapter
  /** Lets what was written go out first. Calls back with the first write that failed, if any did. */
  close: (callback?: (problem: Failure) => void, options?: unknown) => EscposAdapter
}

const TASKS_WAITING_MAX = 1_024

export function escposAdapter(transport: Transport): EscposAdapter {
  const readers = new Set<(bytes: Uint8Array) => void>()
  const inTurn = oneAfterAnother(transport.name)
  let connection: Connection | null = null
  // The package closes without looking at the result of its last write, so the result waits here for close().
  let failed: Failure = null

  const adapter: EscposAdapter = {
    open: (callback) => {
      inTurn(async () => {
        if (connection !== null) return
        failed = null
        connection = await transport.open()
        connection.onData((bytes) => {
          for (const reader of readers) reader(bytes)
        })
      }, callback)
      return adapter
    },
    write: (bytes, callback) => {
      // The package writes its next line into this same memory: without a copy a slow link would send that instead.
      const own = Buffer.from(bytes)
      inTurn(
        async () => {
          if (connection === null) throw notOpen(transport.name)
          await connection.write(own)
        },
        (problem) => {
          failed ??= problem
          callback?.(problem)
        },
      )
      return adapter
    },
    read: (callback) => {
      readers.add(callback)
      return adapter
    },
    close: (callback) => {
      inTurn(async () => {
        const open = connection
        connection = null
        await open?.close()
        readers.clear()
        if (failed !== null) throw failed
      }, callback)
      return adapter
    },
  }
  return adapter
}

type Turn = (task: () => Promise<void>, callback?: (problem: Failure) => void) => void

function oneAfterAnother(name: string): Turn {
  let last: Promise<void> = Promise.resolve()
  let waiting = 0
  const run = async (before: Promise<void>, task: () => Promise<void>): Promise<Failure> => {
    await before
    try {
      await task()
      return null
    } catch (error) {
      return problemOf(error, name)
    } finally {
      waiting -= 1
    }
  }
  const runAndTell = async (
    ...[before, task, callback]: [Promise<void>, ...Parameters<Turn>]
  ): Promise<void> => {
    const problem = await run(before, task)
    tell(callback, problem)
  }
  return (task, callback) => {
    if (waiting >= TASKS_WAITING_MAX) {
      const waits = `The printer at ${name} has too many writes waiting.`
      tell(callback, new DriverProblem('printer_busy', waits))
      return
    }
    waiting += 1
    last = runAndTell(last, task, callback)
  }
}

/** In a turn of its own: what a callback throws is its program's affair and does not stop the writes behind it. */
function tell(callback: ((problem: Failure) => void) | undefined, problem: Failure): void {
  if (callback !== undefined) setImmediate(() => callback(problem))
}

function problemOf(error: unknown, name: string): DriverProblem {
  if (error instanceof DriverProblem) return error
  return new DriverProblem('printer_error', `Printing at ${name} failed.`, { cause: error })
}

function notOpen(name: string): DriverProblem {
  return new DriverProblem(
    'printer_disconnected',
    `The link to the printer at ${name} is not open: call open() and wait for its callback before printing.`,
  )
}
