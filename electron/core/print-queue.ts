// Rules of the print queue: what a job becomes after a try, and whether a wish for "again" is the original that never reached
// paper or one more duplicate. Paper is a consequence of money: nothing here can touch a payment. Used by the host's print loop
// and the receipt procedures.
import { ProblemError, problemOf, type Problem, type ProblemCode } from '#contract/problem.ts'
import { COPIES_MAX, PRINT_RETRY_MS } from './limits.ts'
import type { PrintJob, PrintState } from './records.ts'

/** What the driver said of one try. */
export type PrintResult = {
  /** not-sent: no byte reached the printer. interrupted: the slip is void. unknown: sent, nobody answered. */
  readonly result: 'printed' | 'interrupted' | 'unknown' | 'not-sent'
  readonly problem: Problem | null
}

export type JobAfter = {
  readonly state: PrintState
  readonly problem: Problem | null
  /** Wait before the next try; null: no further try by itself. */
  readonly retryAfterMs: number | null
}

export function jobAfter(job: Pick<PrintJob, 'attempts'>, { result, problem }: PrintResult): JobAfter {
  switch (result) {
    case 'printed':
      return { state: 'printed', problem: null, retryAfterMs: null }
    case 'unknown':
      return { state: 'unknown', problem, retryAfterMs: null }
    case 'interrupted':
      return { state: 'failed', problem: withPaper(problem), retryAfterMs: null }
    case 'not-sent': {
      // What cannot be laid out now cannot be laid out later either.
      if (problem?.data['reason'] === 'document_invalid')
        return { state: 'failed', problem, retryAfterMs: null }
      const retryAfterMs = PRINT_RETRY_MS[job.attempts] ?? null
      return { state: retryAfterMs === null ? 'failed' : 'queued', problem, retryAfterMs }
    }
  }
}

/** How often a slip that waits for DIGIT's number is looked at again. */
const FINAL_LOOK_MS = 50

/**
 * How long the original may still wait, in ms, so that it carries DIGIT's number: only while the network is there and
 * DIGIT has not answered, and never longer than `waitMaxMs` (monotonic: a clock that jumps keeps no paper back). 0: print now.
 */
export function waitForNumber(
  job: Pick<PrintJob, 'copyNumber' | 'attempts'>,
  now: { isOnline: boolean; isProvisional: boolean; waitedMs: number; waitMaxMs: number },
): number {
  if (job.copyNumber > 0 || job.attempts > 0 || !now.isOnline || !now.isProvisional) return 0
  return Math.max(0, Math.min(FINAL_LOOK_MS, now.waitMaxMs - now.waitedMs))
}

/** Marks that something came out of the printer, so that the next print is a duplicate. */
function withPaper(problem: Problem | null): Problem {
  const base = problem ?? problemOf(new ProblemError('printer_not_ready'))
  return { ...base, data: { ...base.data, hasPaper: true } }
}

export type ReprintPlan =
  | { readonly kind: 'original'; readonly jobId: number }
  | { readonly kind: 'copy'; readonly copyNumber: number }

/** What "print again" means for these jobs of one receipt. Throws printer_absent without a printer. */
export function planReprint(jobs: readonly PrintJob[], { hasPrinter }: { hasPrinter: boolean }): ReprintPlan {
  if (!hasPrinter) throw new ProblemError('printer_absent')
  const original = jobs.find(({ copyNumber }) => copyNumber === 0)
  if (original !== undefined && isStillBlank(original)) return { kind: 'original', jobId: original.id }
  const copyNumber = Math.max(0, ...jobs.map((job) => job.copyNumber)) + 1
  if (copyNumber > COPIES_MAX)
    throw new ProblemError('input_invalid', { field: 'copies', copiesMax: COPIES_MAX })
  return { kind: 'copy', copyNumber }
}

/** No byte of it ever reached a printer, so nobody can hold it. */
function isStillBlank({ state, problem }: PrintJob): boolean {
  if (state === 'absent' || state === 'queued') return true
  return state === 'failed' && problem?.data['hasPaper'] !== true
}

/** Driver codes → the words of the till. */
export function printerProblem(driverCode: string): Problem {
  const code: ProblemCode =
    driverCode === 'printer_none'
      ? 'printer_absent'
      : /^(printer_(unreachable|disconnected|no_answer)|device_\w+)$/.test(driverCode)
        ? 'printer_unreachable'
        : 'printer_not_ready'
  return problemOf(new ProblemError(code, { reason: driverCode }))
}
