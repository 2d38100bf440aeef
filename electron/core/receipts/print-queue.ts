// Rules of the print queue: what a job becomes after a try, and whether a wish for "again" is the original that never reached
// paper or one more duplicate. Paper is a consequence of money: nothing here can touch a payment. Used by the host's print loop
// and the receipt procedures.
import { ProblemError, problemOf, type Problem, type ProblemCode } from '#contract/problem.ts'
import { COPIES_MAX, PRINT_RETRY_MS } from '#core/limits.ts'
import type { PrintJob, PrintState } from '#core/records.ts'

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
      return { state: 'interrupted', problem, retryAfterMs: null }
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
function isStillBlank({ state }: PrintJob): boolean {
  return state === 'absent' || state === 'queued' || state === 'failed'
}

const PROCESS_IDS = 36 ** 4
/** More than a job is ever tried before somebody asks again. */
const TRIES_TOLD_APART = 8

/** The four characters by which a printer names this try; not the same again for some hundred thousand jobs. */
export function processIdOf({ id, attempts }: Pick<PrintJob, 'id' | 'attempts'>): string {
  const number = (id * TRIES_TOLD_APART + (attempts % TRIES_TOLD_APART)) % PROCESS_IDS
  return number.toString(36).toUpperCase().padStart(4, '0')
}

/** Another printer may take a job only while no byte of it is anywhere, and not when the fault is the receipt's own. */
export function maySpareTake({ result, problem }: PrintResult): boolean {
  return result === 'not-sent' && problem !== null && problem.data['reason'] !== 'document_invalid'
}

/** A person says that a slip came out; only of slips of which the printer said nothing. Throws input_invalid. */
export function planConfirm(jobs: readonly PrintJob[], copyNumber: number): { readonly jobId: number } {
  const job = jobs.find((each) => each.copyNumber === copyNumber)
  if (job?.state !== 'unknown') throw new ProblemError('input_invalid', { field: 'copyNumber' })
  return { jobId: job.id }
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
