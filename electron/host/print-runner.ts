// Prints what the durable queue holds, one job after another, and keeps an eye on the printer. A job is marked before its first byte
// goes out; what was under way when the till ended is "not known" and never printed again by itself. Called by start-host.
import { setTimeout } from 'node:timers/promises'
import type { Logger } from 'pino'
import { ZERO_PAISE } from '#contract/money.ts'
import { problemOf, ProblemError, type Problem } from '#contract/problem.ts'
import type { Printer } from '#drivers/printer/open-printer.ts'
import type { PrintDocument } from '#drivers/printer/document.ts'
import { jobAfter, printerProblem, type PrintResult } from '#core/print-queue.ts'
import type { Clock } from '#core/ports.ts'
import type { PrintJob } from '#core/records.ts'
import type { Store } from '#store/open-store.ts'
import { repeat } from './repeating.ts'

export type PrinterView = {
  readonly name: string
  readonly state: 'ready' | 'not_ready' | 'unreachable' | 'unknown' | 'absent'
  readonly problem: Problem | null
}

export type PrintRunner = {
  readonly hasPrinter: boolean
  readonly view: () => PrinterView
  /** Something was queued. */
  readonly nudge: () => void
  /** Prints one slip that is no receipt, before the receipts that wait; it is in no queue and can be asked for again. */
  readonly printNow: (document: PrintDocument) => Promise<PrintResult>
  readonly stop: () => Promise<void>
}

/** Slips that wait for the printer at once; more were asked for by mistake. */
const SLIPS_MAX = 8
/** A store that cannot take the result now must not lose it to a paper storm: wait, then look again. */
const FAULT_WAIT_MS = 5_000
const STOP_WAIT_MS = 2_000

type PrintPorts = {
  readonly store: Store
  readonly printer: Printer
  readonly clock: Clock
  readonly logger: Logger
  readonly pollMs: number
  readonly documentOf: (job: PrintJob) => PrintDocument | null
  /** ms this job may still wait when the queue has been busy for `waitedMs`, for DIGIT's number; 0 = print now. */
  readonly waitOf: (job: PrintJob, waitedMs: number) => number
}

export function startPrintRunner(ports: PrintPorts): PrintRunner {
  const { store, printer, clock, logger } = ports
  const { kind, name } = printer.describe()
  const hasPrinter = kind !== 'none'
  let view: PrinterView = hasPrinter
    ? { name, state: 'unknown', problem: null }
    : { name, state: 'absent', problem: problemOf(new ProblemError('printer_absent')) }
  // All slips of one burst share one wait, so that three bills of one payer do not wait three times.
  let busySinceMs: number | null = null
  closeBroken(ports)
  const slips: Slip[] = []
  let isStopped = false

  const run = async (): Promise<number | null> => {
    if (!hasPrinter) return null
    const slip = slips.shift()
    if (slip !== undefined) {
      const result = await printOnce(printer, slip.document)
      view = viewAfter(view, result)
      slip.done(result)
      return 0
    }
    const job = store.nextPrintJob()
    if (job === null) {
      busySinceMs = null
      view = await lookAt(printer, name)
      return ports.pollMs
    }
    const { monotonicMs } = clock.read()
    busySinceMs ??= monotonicMs
    const waitMs = ports.waitOf(job, monotonicMs - busySinceMs)
    if (waitMs > 0) return waitMs
    const document = documentOf(ports, job)
    store.beginPrintJob(job.id, clock.read().wallMs)
    const result = document === null ? unprintable() : await printOnce(printer, document)
    const after = jobAfter(job, result)
    store.endPrintJob(job.id, { state: after.state, problem: after.problem, atMs: clock.read().wallMs })
    view = viewAfter(view, result)
    if (after.state !== 'printed')
      logger.warn({ jobId: job.id, state: after.state }, 'a receipt was not printed')
    return after.retryAfterMs ?? 0
  }
  const loop = repeat({
    run,
    faultWaitMs: FAULT_WAIT_MS,
    onFault: (error) => logger.error({ error }, 'the print loop stumbled'),
  })
  return {
    hasPrinter,
    view: () => view,
    nudge: () => void loop.wake(),
    printNow: async (document) => {
      if (!hasPrinter) return notSent('printer_none')
      if (isStopped || slips.length >= SLIPS_MAX) return notSent('printer_unreachable')
      return await new Promise<PrintResult>((done) => {
        slips.push({ document, done })
        void loop.wake()
      })
    },
    // A slip under way is not waited for: if the till is gone before its end, the next start calls it "not known".
    stop: async () => {
      isStopped = true
      await Promise.race([loop.stop(), setTimeout(STOP_WAIT_MS, undefined, { ref: false })])
      for (const { done } of slips.splice(0)) done(notSent('printer_unreachable'))
    },
  }
}

type Slip = { readonly document: PrintDocument; readonly done: (result: PrintResult) => void }

function notSent(driverCode: string): PrintResult {
  return { result: 'not-sent', problem: printerProblem(driverCode) }
}

/** A receipt that cannot be laid out fails alone; it must not hold up the ones behind it. */
function documentOf(ports: PrintPorts, job: PrintJob): PrintDocument | null {
  try {
    return ports.documentOf(job)
  } catch (error) {
    if (error instanceof ProblemError) throw error
    ports.logger.error({ error, jobId: job.id }, 'a receipt could not be laid out')
    return null
  }
}

async function printOnce(printer: Printer, document: PrintDocument): Promise<PrintResult> {
  try {
    const { result, problem } = await printer.print(document)
    return { result, problem: problem === null ? null : printerProblem(problem.code) }
  } catch (error) {
    // A driver throws only before the first byte (a document it cannot encode, too many jobs).
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'document_invalid'
    return { result: 'not-sent', problem: printerProblem(code) }
  }
}

/** The payment of a job is always there; if its facts cannot be laid out, the money is still safe. */
function unprintable(): PrintResult {
  return notSent('document_invalid')
}

function closeBroken({ store, clock, logger }: PrintPorts): void {
  if (store.device() === null) return
  const at = clock.read()
  const problem = problemOf(new ProblemError('printer_unreachable', { reason: 'ended_while_printing' }))
  const broken = store.closeBrokenPrintJobs(problem, ({ paymentId, copyNumber }) => ({
    type: 'PRINT_UNKNOWN',
    at,
    dataJson: JSON.stringify({ paymentId, copyNumber }),
    amountPaise: ZERO_PAISE,
  }))
  if (broken.length > 0) logger.warn({ count: broken.length }, 'prints were under way when the till ended')
}

async function lookAt(printer: Printer, name: string): Promise<PrinterView> {
  const { state, problem } = await printer.status()
  const told = problem === null ? null : printerProblem(problem.code)
  switch (state) {
    case 'ready':
      return { name, state: 'ready', problem: null }
    case 'attention':
      return { name, state: 'not_ready', problem: told }
    case 'unreachable':
      return { name, state: 'unreachable', problem: told }
    case 'silent':
      return { name, state: 'unknown', problem: null }
    case 'none':
      return { name, state: 'absent', problem: told }
  }
}

function viewAfter(view: PrinterView, { result, problem }: PrintResult): PrinterView {
  if (result === 'printed') return { ...view, state: 'ready', problem: null }
  if (result === 'unknown') return { ...view, state: 'unknown', problem }
  return { ...view, state: problem?.code === 'printer_unreachable' ? 'unreachable' : 'not_ready', problem }
}
