// What is asked about the paper of one receipt: its prints, one more copy, and "it did come out". Never touches money. Called by router.ts.
import { ZERO_PAISE } from '#contract/money.ts'
import { ProblemError } from '#contract/problem.ts'
import { planConfirm, planReprint } from '#core/receipts/print-queue.ts'
import type { PrintJob } from '#core/records.ts'
import { operatorOf, type Till } from '#host/till.ts'

type Print = Pick<PrintJob, 'copyNumber' | 'state' | 'atMs' | 'problem' | 'printer'>

export function printsOf({ store, devices }: Till, paymentId: string): Print[] {
  return store.printJobsOf(paymentId).map(({ copyNumber, state, atMs, problem, printer, attempts }) => ({
    copyNumber,
    state,
    atMs,
    problem,
    printer: attempts === 0 || printer === null ? null : devices.printerName(printer),
  }))
}

type ReprintInput = { readonly paymentId: string; readonly isOnSpare?: boolean | undefined }

/** Throws payment_not_found, printer_absent. */
export async function reprint(
  till: Till,
  { paymentId, isOnSpare = false }: ReprintInput,
): Promise<{ copyNumber: number; isOutAlready: boolean }> {
  const { store, printing, clock } = till
  mustBePaid(till, paymentId)
  const { code, id } = operatorOf(till)
  // Whoever asks because a slip seemed lost needs no second one if the printer has finished it since.
  const doubtful = store.printJobsOf(paymentId).at(-1)
  if (doubtful !== undefined && isDoubtful(doubtful)) {
    await printing.noteLate()
    const now = store.printJobsOf(paymentId).find(({ copyNumber }) => copyNumber === doubtful.copyNumber)
    if (now?.state === 'printed') return { copyNumber: doubtful.copyNumber, isOutAlready: true }
  }
  const at = clock.read()
  const copyNumber = store.requestPrint(paymentId, {
    plan: (jobs) => planReprint(jobs, { hasPrinter: printing.hasPrinter }),
    requestedBy: code,
    printer: isOnSpare ? (printing.view().spare?.name ?? null) : null,
    atMs: at.wallMs,
    draft: (copy) => ({
      type: 'REPRINT',
      at,
      dataJson: JSON.stringify({ paymentId, copyNumber: copy, operatorId: id }),
      amountPaise: ZERO_PAISE,
    }),
  })
  printing.nudge()
  return { copyNumber, isOutAlready: false }
}

/** Throws payment_not_found; input_invalid when the printer's word is known. */
export function confirmPrint(
  till: Till,
  { paymentId, copyNumber }: { readonly paymentId: string; readonly copyNumber: number },
): Record<string, never> {
  mustBePaid(till, paymentId)
  const at = till.clock.read()
  const { id } = operatorOf(till)
  till.store.confirmPrint(paymentId, {
    plan: (jobs) => planConfirm(jobs, copyNumber),
    atMs: at.wallMs,
    draft: {
      type: 'PRINT_CONFIRMED',
      at,
      dataJson: JSON.stringify({ paymentId, copyNumber, operatorId: id }),
      amountPaise: ZERO_PAISE,
    },
  })
  return {}
}

function isDoubtful({ state }: PrintJob): boolean {
  return state === 'unknown' || state === 'interrupted'
}

function mustBePaid({ store }: Till, paymentId: string): void {
  if (store.payment(paymentId) === null) throw new ProblemError('payment_not_found')
}
