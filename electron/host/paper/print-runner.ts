// Prints what the durable queue holds, one job after another, and keeps an eye on the printer. A job is marked and named before its
// first byte goes out; what was under way when the till ended is "not known" and never printed again by itself. A second printer takes
// what the first surely has not begun. Called by start-host.
import { setTimeout } from 'node:timers/promises'
import type { Logger } from 'pino'
import { ZERO_PAISE } from '#contract/money.ts'
import { problemOf, ProblemError, type Problem } from '#contract/problem.ts'
import type { Printer, PrinterStatus } from '#drivers/printer/open-printer.ts'
import type { PrintDocument } from '#drivers/printer/document.ts'
import {
  jobAfter,
  maySpareTake,
  printerProblem,
  processIdOf,
  type PrintResult,
} from '#core/receipts/print-queue.ts'
import type { Clock } from '#core/ports.ts'
import type { PrintJob } from '#core/records.ts'
import type { Store } from '#store/open-store.ts'
import { repeat } from '#host/repeating.ts'

export type PrinterView = {
  readonly name: string
  readonly state: 'ready' | 'not_ready' | 'unreachable' | 'unknown' | 'absent'
  readonly problem: Problem | null
  /** The second printer; in use: the latest slip went there because the first could not take it. */
  readonly spare: { readonly name: string; readonly isInUse: boolean } | null
}

export type PrintRunner = {
  readonly hasPrinter: boolean
  readonly view: () => PrinterView
  /** Something was queued. */
  readonly nudge: () => void
  /**
   * Prints one slip that is no receipt, before the receipts that wait; it is in no queue and can be asked for again. `on`: on this
   * printer only.
   */
  readonly printNow: (document: PrintDocument, on?: Printer) => Promise<PrintResult>
  /** Asked before any reprint: slips of which a printer has said since that they came out are noted as printed. */
  readonly noteLate: () => Promise<void>
  /** Opens the drawer, which hangs at the first printer. null: the pulse is on its way. */
  readonly kick: () => Promise<Problem | null>
  readonly stop: () => Promise<void>
}

/** Slips that wait for the printer at once; more were asked for by mistake. */
const SLIPS_MAX = 8
/** A store that cannot take the result now must not lose it to a paper storm: wait, then look again. */
const FAULT_WAIT_MS = 5_000
const STOP_WAIT_MS = 2_000

type PrintPorts = {
  readonly store: Store
  /** The one for all slips and, where there is one, the spare that takes its place. */
  readonly printers: readonly [Printer, Printer?]
  readonly clock: Clock
  readonly logger: Logger
  readonly pollMs: number
  /** Level of the drawer's switch at each look; null: the printer did not say. */
  readonly onDrawerSwitch?: (isPinHigh: boolean | null) => void
  readonly documentOf: (job: PrintJob) => PrintDocument | null
  /** ms this job may still wait when the queue has been busy for `waitedMs`, for DIGIT's number; 0 = print now. */
  readonly waitOf: (job: PrintJob, waitedMs: number) => number
}

export function startPrintRunner(ports: PrintPorts): PrintRunner {
  const { store, clock, logger } = ports
  const printers = ports.printers.filter((printer) => printer !== undefined)
  const [first, spare] = ports.printers
  const { kind, name } = first.describe()
  const hasPrinter = kind !== 'none'
  let view = firstView(first, spare)
  // All slips of one burst share one wait, so that three bills of one payer do not wait three times.
  let busySinceMs: number | null = null
  let hasBroken = closeBroken(ports)
  const slips: Slip[] = []
  const looked = new Set<string>()
  let isStopped = false

  const noteLate = async (listenMs = 0): Promise<void> => {
    const ids = await Promise.all(printers.map(async (printer) => await printer.latePrints(listenMs)))
    const all = ids.flatMap((each) => [...each])
    if (all.length === 0) return
    const jobs = store.notePrintedLate(all, clock.read().wallMs)
    if (jobs.length > 0) logger.info({ count: jobs.length }, 'a printer said late that slips are printed')
  }
  const seen = (result: PrintResult, printer: Printer): void => {
    if (printer === first) view = { ...viewAfter(view, result), spare: spareOf(view, false) }
    else if (result.result !== 'not-sent') view = { ...view, spare: spareOf(view, true) }
  }
  const printSlip = async ({ document, on, done }: Slip): Promise<void> => {
    let result = notSent('printer_none')
    for (const printer of on === undefined ? printers : [on]) {
      result = await printOnce(printer, document)
      if (on === undefined || printer === first) seen(result, printer)
      if (!maySpareTake(result)) break
    }
    done(result)
  }
  /** Every try is in the record, with its number, its name and its printer, before the first byte. */
  const printJob = async (job: PrintJob): Promise<number> => {
    const document = documentOf(ports, job)
    let result = unprintable()
    for (const [tries, printer] of inOrder(printers, job.printer).entries()) {
      const at = describeTry(job, { tries, printer, atMs: clock.read().wallMs })
      store.beginPrintJob(job.id, at)
      if (document === null) break
      const isAfterVoid = !looked.has(at.printer) && store.isVoidOnPaper(at.printer)
      looked.add(at.printer)
      const onSent = (): void => store.notePrintSent(job.id, clock.read().wallMs)
      result = await printOnce(printer, document, { jobId: at.processId, isAfterVoid, onSent })
      seen(result, printer)
      if (!maySpareTake(result)) break
    }
    const rounds = Math.floor(job.attempts / printers.length)
    const after = jobAfter({ attempts: rounds }, result)
    store.endPrintJob(job.id, { state: after.state, problem: after.problem, atMs: clock.read().wallMs })
    if (after.state !== 'printed')
      logger.warn({ jobId: job.id, state: after.state }, 'a receipt was not printed')
    return after.retryAfterMs ?? 0
  }

  const run = async (): Promise<number | null> => {
    if (!hasPrinter) return null
    if (hasBroken) {
      hasBroken = false
      await noteLate(LATE_LISTEN_MS)
    }
    const slip = slips.shift()
    if (slip !== undefined) {
      await printSlip(slip)
      return 0
    }
    const job = store.nextPrintJob()
    if (job === null) {
      busySinceMs = null
      await noteLate()
      const status = await first.status()
      const hasAnswered = status.state === 'ready' || status.state === 'attention'
      ports.onDrawerSwitch?.(hasAnswered ? status.isDrawerPinHigh : null)
      view = { ...viewOf(status, name), spare: view.spare }
      return ports.pollMs
    }
    const { monotonicMs } = clock.read()
    busySinceMs ??= monotonicMs
    const waitMs = ports.waitOf(job, monotonicMs - busySinceMs)
    return waitMs > 0 ? waitMs : await printJob(job)
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
    noteLate: async () => await noteLate(),
    kick: async () => {
      const problem = await first.kick()
      // Its switch says soon whether it opened.
      void loop.wake()
      return problem === null ? null : printerProblem(problem.code)
    },
    printNow: async (document, on) => {
      if (!hasPrinter) return notSent('printer_none')
      if (isStopped || slips.length >= SLIPS_MAX) return notSent('printer_unreachable')
      return await new Promise<PrintResult>((done) => {
        slips.push({ document, on, done })
        void loop.wake()
      })
    },
    // A slip under way is not waited for: if the till is gone before its end, the next start calls it "not known".
    stop: async () => {
      isStopped = true
      const end = loop
        .stop()
        .then(async () => await Promise.all(printers.map(async (each) => await each.close())))
      await Promise.race([end, setTimeout(STOP_WAIT_MS, undefined, { ref: false })])
      for (const { done } of slips.splice(0)) done(notSent('printer_unreachable'))
    },
  }
}

/** Serial and USB lines may still hold what a printer said while the till was away. */
const LATE_LISTEN_MS = 500

/** The wished-for one first; it may be gone from the settings. */
function inOrder(printers: readonly Printer[], wished: string | null): readonly Printer[] {
  const isWished = (printer: Printer): boolean => printer.describe().name === wished
  return [...printers.filter(isWished), ...printers.filter((printer) => !isWished(printer))]
}

function describeTry(
  job: PrintJob,
  { tries, printer, atMs }: { tries: number; printer: Printer; atMs: number },
): { processId: string; printer: string; atMs: number } {
  const processId = processIdOf({ id: job.id, attempts: job.attempts + tries })
  return { processId, printer: printer.describe().name, atMs }
}

function firstView(first: Printer, spare: Printer | undefined): PrinterView {
  const { kind, name } = first.describe()
  const other = spare === undefined ? null : { name: spare.describe().name, isInUse: false }
  return kind === 'none'
    ? { name, state: 'absent', problem: problemOf(new ProblemError('printer_absent')), spare: other }
    : { name, state: 'unknown', problem: null, spare: other }
}

function spareOf({ spare }: PrinterView, isInUse: boolean): PrinterView['spare'] {
  return spare === null ? null : { ...spare, isInUse }
}

type Slip = {
  readonly document: PrintDocument
  /** undefined: the first, or the spare in its place. */
  readonly on: Printer | undefined
  readonly done: (result: PrintResult) => void
}

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

async function printOnce(
  printer: Printer,
  document: PrintDocument,
  wish: Parameters<Printer['print']>[1] = {},
): Promise<PrintResult> {
  try {
    const { result, problem } = await printer.print(document, wish)
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

/** Returns whether there were any. */
function closeBroken({ store, clock, logger }: PrintPorts): boolean {
  if (store.device() === null) return false
  const at = clock.read()
  const problem = problemOf(new ProblemError('printer_unreachable', { reason: 'ended_while_printing' }))
  const broken = store.closeBrokenPrintJobs(problem, ({ paymentId, copyNumber }) => ({
    type: 'PRINT_UNKNOWN',
    at,
    dataJson: JSON.stringify({ paymentId, copyNumber }),
    amountPaise: ZERO_PAISE,
  }))
  if (broken.length > 0) logger.warn({ count: broken.length }, 'prints were under way when the till ended')
  return broken.length > 0
}

function viewOf({ state, problem }: PrinterStatus, name: string): Omit<PrinterView, 'spare'> {
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
