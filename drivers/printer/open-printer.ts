// From a printer's address in the settings to something that prints documents. The only file of this folder the host needs,
// together with document.ts. The addresses it understands are in printer-address.ts; "none" is no printer.
import { DriverProblem } from '#drivers/problem.ts'
import type { Transport } from '#drivers/transport/transport.ts'
import type { PrintDocument } from './document.ts'
import { COPIES_MAX } from './document.ts'
import { encodeEscPos } from './escpos.ts'
import type { PrintOutcome, PrintTimes } from './print-job.ts'
import { PRINT_TIMES, printBytes } from './print-job.ts'
import type { PrinterAddressKind } from './printer-address.ts'
import { parsePrinterAddress, printerTransport } from './printer-address.ts'
import type { PrinterProfile } from './profiles.ts'
import { defaultProfile } from './profiles.ts'
import { askStatus, readStatus } from './status.ts'

export type Printer = {
  readonly describe: () => PrinterDescription
  readonly status: () => Promise<PrinterStatus>
  /**
   * Prints `copies` slips (default 1) as one job. Jobs of one printer wait for each other.
   * @throws DriverProblem `document_invalid`; everything the printer does is in the outcome
   */
  readonly print: (document: PrintDocument, options?: { copies?: number }) => Promise<PrintOutcome>
}

export type PrinterDescription = {
  readonly kind: PrinterAddressKind | 'none'
  readonly name: string
  readonly profileId: string
  readonly profileLabel: string
}

export type PrinterStatus = {
  /** silent: prints perhaps, but never answers. */
  readonly state: 'ready' | 'attention' | 'silent' | 'unreachable' | 'none'
  readonly problem: DriverProblem | null
  readonly isPaperNearEnd: boolean
  readonly isDrawerPinHigh: boolean
}

const JOBS_WAITING_MAX = 16

/** @throws DriverProblem `printer_url_invalid` or `file_not_writable` */
export function openPrinter(url: string, times: PrintTimes = PRINT_TIMES): Printer {
  if (url.trim() === 'none') return noPrinter()
  const address = parsePrinterAddress(url)
  const { kind, profile } = address
  return openPrinterOver(printerTransport(address), { kind, profile, times })
}

/** A printer over any transport: what openPrinter uses, and the door for links that have no URL here. */
export function openPrinterOver(
  transport: Transport,
  options: { kind: PrinterDescription['kind']; profile: PrinterProfile; times?: PrintTimes },
): Printer {
  const { kind, profile, times = PRINT_TIMES } = options
  const inTurn = oneAtATime(transport.name)
  let isLastSlipVoid = false
  // The first real receipt should not pay for the engine compiling this code on its first run.
  encodeEscPos(WARM_UP, profile)

  const printNow = async (bytes: Uint8Array): Promise<PrintOutcome> => {
    const job = isLastSlipVoid ? Buffer.concat([encodeEscPos(VOID_STRIP, profile), bytes]) : bytes
    const outcome = await printBytes(transport, job, times)
    if (outcome.result !== 'not-sent') isLastSlipVoid = outcome.result === 'interrupted'
    return outcome
  }
  const { id: profileId, label: profileLabel } = profile
  return {
    describe: () => ({ kind, name: transport.name, profileId, profileLabel }),
    status: async () => await inTurn(async () => await statusOver(transport, times)),
    print: async (document, { copies = 1 } = {}) => {
      const bytes = encodeCopies(document, profile, copies)
      return await inTurn(async () => await printNow(bytes))
    },
  }
}

/** Printed before the next slip after an interrupted one, so that half a receipt never passes for one. */
const VOID_STRIP: PrintDocument = {
  title: 'Void strip',
  lang: 'en',
  blocks: [
    { kind: 'text', text: '*** PRINT ABOVE IS INCOMPLETE - VOID ***', align: 'center', isBold: true },
    { kind: 'cut' },
  ],
}

/** One block of each usual kind; encoded when a printer is opened, never printed. */
const WARM_UP: PrintDocument = {
  title: 'Warm up',
  lang: 'en',
  blocks: [
    { kind: 'text', text: 'text', align: 'center', isBold: true, size: 'double-height' },
    { kind: 'rule' },
    { kind: 'row', label: 'label', value: 'value' },
    {
      kind: 'columns',
      cells: [
        { text: 'head', width: 3 },
        { text: '1.00', width: 2, align: 'right', isWhole: true },
      ],
    },
    { kind: 'banner', text: 'COPY' },
    { kind: 'qr', payload: 'code' },
    { kind: 'barcode', payload: 'code' },
    { kind: 'drawer' },
    { kind: 'cut' },
  ],
}

function encodeCopies(document: PrintDocument, profile: PrinterProfile, copies: number): Uint8Array {
  if (!Number.isInteger(copies) || copies < 1 || copies > COPIES_MAX) {
    throw new DriverProblem('document_invalid', `Copies must be 1 to ${COPIES_MAX}.`)
  }
  const first = encodeEscPos(document, profile)
  if (copies === 1) return first
  // `ESC @` would switch automatic status off in mid-job, so only the first copy has it.
  const other = encodeEscPos(document, profile, { hasInit: false })
  return Buffer.concat([first, ...Array.from({ length: copies - 1 }, () => other)])
}

async function statusOver(transport: Transport, times: PrintTimes): Promise<PrinterStatus> {
  const blank = { problem: null, isPaperNearEnd: false, isDrawerPinHigh: false }
  if (!transport.canAnswer) return { ...blank, state: 'silent' }
  try {
    const connection = await transport.open()
    const reader = readStatus(connection)
    try {
      const status = await askStatus(reader, times.answerTimeoutMs)
      if (status === null) return { ...blank, state: 'silent' }
      return { ...status, state: status.problem === null ? 'ready' : 'attention' }
    } finally {
      reader.stop()
      await connection.close()
    }
  } catch (error) {
    if (error instanceof DriverProblem) return { ...blank, state: 'unreachable', problem: error }
    throw error
  }
}

/** Runs tasks one after another: a printer takes one connection at a time. */
function oneAtATime(name: string): <T>(task: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  let waiting = 0
  return async (task) => {
    if (waiting >= JOBS_WAITING_MAX) {
      throw new DriverProblem(
        'printer_busy',
        `The printer at ${name} has too many jobs waiting. Try again soon.`,
      )
    }
    waiting += 1
    const turn = last.then(task)
    last = turn.catch(() => undefined).finally(() => (waiting -= 1))
    return await turn
  }
}

function noPrinter(): Printer {
  const problem = new DriverProblem('printer_none', 'No printer is set up on this terminal.')
  const blank = { isPaperNearEnd: false, isDrawerPinHigh: false }
  return {
    describe: () => ({
      kind: 'none',
      name: 'none',
      profileId: defaultProfile.id,
      profileLabel: defaultProfile.label,
    }),
    status: async () => ({ ...blank, state: 'none', problem }),
    print: async () => ({ result: 'not-sent', problem, isPaperNearEnd: false }),
  }
}
