// From a printer's address in the settings to something that prints documents. The only file of this folder the host needs,
// together with document.ts. The addresses it understands are in printer-address.ts; "none" is no printer.
import { setTimeout as sleep } from 'node:timers/promises'
import { kickOver } from '#drivers/drawer/kick.ts'
import { DriverProblem } from '#drivers/problem.ts'
import type { Transport } from '#drivers/transport/transport.ts'
import type { PrintDocument } from './document.ts'
import { COPIES_MAX } from './document.ts'
import { encodeDocument } from './encode-document.ts'
import type { PrintOutcome, PrintTimes } from './print-job.ts'
import { outcome, PRINT_TIMES, printOver, problemOf } from './print-job.ts'
import type { PrinterAddressKind } from './printer-address.ts'
import { parsePrinterAddress, printerTransport } from './printer-address.ts'
import { complaintAboutProfile } from './profile-fit.ts'
import type { PrinterProfile } from './profiles.ts'
import { defaultProfile } from './profiles.ts'
import type { KeptLine } from './printer-line.ts'
import { keepLine } from './printer-line.ts'
import { askStatus } from './status.ts'

export type Printer = {
  readonly describe: () => PrinterDescription
  readonly status: () => Promise<PrinterStatus>
  /**
   * Prints `copies` slips (default 1) as one job. Jobs of one printer wait for each other.
   * @throws DriverProblem `document_invalid`; everything the printer does is in the outcome
   */
  readonly print: (
    document: PrintDocument,
    options?: {
      readonly copies?: number
      /** Four characters 20..7E that name this job for `latePrints`; recorded by the caller before. */
      readonly jobId?: string
      /** The slip before this one broke off in an earlier life of this program: print the void strip first. */
      readonly isAfterVoid?: boolean
      /** All bytes are on their way. */
      readonly onSent?: () => void
    },
  ) => Promise<PrintOutcome>
  /**
   * Jobs that ended unknown or interrupted and of which the printer has said since that they are on paper. Ask before every
   * reprint: many printers finish by themselves when paper is put in. `listenMs` waits for what the line still holds.
   */
  readonly latePrints: (listenMs?: number) => Promise<ReadonlySet<string>>
  /** Opens the drawer wired to it, also while paper or cover keep it from printing. null: the pulse is on its way. */
  readonly kick: () => Promise<DriverProblem | null>
  /** Lets go of a line that is kept open for a late word. */
  readonly close: () => Promise<void>
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
  /** Level of the drawer switch; only where the printer answers (ready, attention). What it means: drivers/drawer/open-state.ts. */
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

/**
 * A printer over any transport: what openPrinter uses, and the door for links that have no URL here.
 * @throws DriverProblem `printer_url_invalid` if the profile does not fit its paper
 */
export function openPrinterOver(
  link: Transport,
  options: { kind: PrinterDescription['kind']; profile: PrinterProfile; times?: PrintTimes },
): Printer {
  const { kind, profile, times = PRINT_TIMES } = options
  const complaint = complaintAboutProfile(profile)
  if (complaint !== null) {
    throw new DriverProblem('printer_url_invalid', `This printer cannot be set up: ${complaint}.`)
  }
  const transport = profile.language === 'esc-pos' ? link : withoutAnswers(link)
  const inTurn = oneAtATime(transport.name)
  const lines = keepLine(transport, times)
  /** Job whose slip broke off, so that what comes next must say that it is void; null: none. */
  let voidJob: string | null = null
  let jobNumber = 0
  // The first real receipt should not pay for the engine compiling this code on its first run.
  encodeDocument(WARM_UP, profile)

  const printNow = async (
    slip: Uint8Array,
    { jobId, isAfterVoid, onSent }: PrintWish,
  ): Promise<PrintOutcome> => {
    const id = jobId ?? `#${(jobNumber++ % 1_000).toString().padStart(3, '0')}`
    const line = await lines.openForJob()
    if (line instanceof DriverProblem) return outcome('not-sent', line)
    const bytes = (): Uint8Array => {
      const isOnPaper = (job: string): boolean => lines.late().has(job) || line.reader.processIds().has(job)
      if (voidJob !== null && isOnPaper(voidJob)) voidJob = null
      const isVoidAbove = voidJob !== null || isAfterVoid === true
      return isVoidAbove ? Buffer.concat([encodeDocument(VOID_STRIP, profile), slip]) : slip
    }
    const processId = profile.hasProcessId ? id : null
    const { late, ...end } = await printOver(line, { bytes, processId, clears: profile.clears, onSent })
    if (end.result !== 'not-sent') voidJob = end.result === 'interrupted' ? id : null
    await lines.done(line, late === null ? null : { jobId: id, late })
    return end
  }
  const { id: profileId, label: profileLabel } = profile
  return {
    describe: () => ({ kind, name: transport.name, profileId, profileLabel }),
    status: async () => await inTurn(async () => await statusOver(transport, lines, times)),
    print: async (document, wish = {}) => {
      const bytes = encodeCopies(document, profile, wish.copies ?? 1)
      return await inTurn(async () => await printNow(bytes, wish))
    },
    latePrints: async (listenMs = 0) => {
      if (listenMs > 0 && transport.canAnswer) await inTurn(async () => await listen(lines, listenMs))
      return new Set(lines.late())
    },
    kick: async () =>
      await inTurn(async () => {
        const line = await lines.open()
        if (line instanceof DriverProblem) return line
        const problem = await kickOver(line, { isStar: profile.language !== 'esc-pos' })
        await lines.done(line, null)
        return problem
      }),
    close: async () => await inTurn(lines.close),
  }
}

/** Questions and answers here are ESC/POS: another printer would print the ones, and its own answers be taken for the others. */
function withoutAnswers(link: Transport): Transport {
  return {
    name: link.name,
    canAnswer: false,
    open: async () => ({ ...(await link.open()), onData: () => () => undefined }),
  }
}

type PrintWish = NonNullable<Parameters<Printer['print']>[1]>

/** Printed before the next slip after an interrupted one, so that half a receipt never passes for one; in each language of receipts. */
const VOID_STRIP: PrintDocument = {
  title: 'Void strip',
  lang: 'en',
  blocks: [
    { kind: 'text', text: '*** PRINT ABOVE IS INCOMPLETE - VOID ***', align: 'center', isBold: true },
    { kind: 'text', text: 'ऊपर की छपाई अधूरी है - अमान्य', lang: 'hi-IN', align: 'center', isBold: true },
    { kind: 'text', text: 'ਉੱਪਰ ਦੀ ਛਪਾਈ ਅਧੂਰੀ ਹੈ - ਰੱਦ', lang: 'pa-IN', align: 'center', isBold: true },
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
  const first = encodeDocument(document, profile)
  if (copies === 1) return first
  // `ESC @` would switch automatic status off in mid-job, so only the first copy has it.
  const other = encodeDocument(document, profile, { hasInit: false })
  return Buffer.concat([first, ...Array.from({ length: copies - 1 }, () => other)])
}

async function statusOver(transport: Transport, lines: KeptLine, times: PrintTimes): Promise<PrinterStatus> {
  const blank = { problem: null, isPaperNearEnd: false, isDrawerPinHigh: false }
  if (!transport.canAnswer) return { ...blank, state: 'silent' }
  const line = await lines.open()
  if (line instanceof DriverProblem) return { ...blank, state: 'unreachable', problem: line }
  try {
    const status = await askStatus(line.reader, times.answerTimeoutMs)
    if (status === null) return { ...blank, state: 'silent' }
    return { ...status, state: status.problem === null ? 'ready' : 'attention' }
  } catch (error) {
    return { ...blank, state: 'unreachable', problem: problemOf(error) }
  } finally {
    await lines.done(line, null)
  }
}

/** Serial and USB lines may still hold what the printer said while nobody listened. */
async function listen(lines: KeptLine, listenMs: number): Promise<void> {
  const line = await lines.open()
  if (line instanceof DriverProblem) return
  await Promise.race([sleep(listenMs), line.connection.closed])
  await lines.done(line, null)
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
    latePrints: async () => new Set(),
    kick: async () => problem,
    close: async () => undefined,
  }
}
