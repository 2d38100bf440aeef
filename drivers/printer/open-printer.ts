// From a printer's address in the settings to something that prints documents. The only file of this folder the host needs,
// together with document.ts. Addresses, each with an optional ?profile=ID from profiles.ts:
//   tcp://HOST:PORT   a network printer (port 9100 when left out)
//   virtual:FOLDER    the virtual printer in this process; slips appear in the folder as PNG and text
//   file:PATH         a printer's device file or any file, one-way
//   none              no printer
import { DriverProblem } from '#drivers/problem.ts'
import { fileTransport } from '#drivers/transport/file.ts'
import { memoryTransport } from '#drivers/transport/memory.ts'
import { networkTransport } from '#drivers/transport/network.ts'
import type { Transport } from '#drivers/transport/transport.ts'
import { createVirtualPrinter } from '#drivers/virtual/printer.ts'
import { openSlipFolder } from '#drivers/virtual/slip-folder.ts'
import type { PrintDocument } from './document.ts'
import { COPIES_MAX } from './document.ts'
import { encodeEscPos } from './escpos.ts'
import type { PrintOutcome, PrintTimes } from './print-job.ts'
import { PRINT_TIMES, printBytes } from './print-job.ts'
import type { PrinterProfile } from './profiles.ts'
import { defaultProfile, findProfile, profiles } from './profiles.ts'
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
  readonly kind: 'network' | 'virtual' | 'file' | 'none'
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
const DEFAULT_PORT = 9100

/** @throws DriverProblem `printer_url_invalid` or `file_not_writable` */
export function openPrinter(url: string, times: PrintTimes = PRINT_TIMES): Printer {
  if (url.trim() === 'none') return noPrinter()
  const { kind, target, profile } = parsePrinterUrl(url)
  return openPrinterOver(transportFor(kind, target, profile), { kind, profile, times })
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

type PrinterUrl = { kind: 'network' | 'virtual' | 'file'; target: string; profile: PrinterProfile }

function parsePrinterUrl(url: string): PrinterUrl {
  const parts = /^(tcp:\/\/|virtual:|file:)([^?]+)(?:\?profile=([\w-]+))?$/.exec(url.trim())
  if (parts === null) {
    throw invalidUrl(url, 'write tcp://HOST:PORT, virtual:FOLDER, file:PATH or none')
  }
  const [, scheme = '', target = '', profileId] = parts
  const profile = profileId === undefined ? defaultProfile : findProfile(profileId)
  if (profile === undefined) {
    throw invalidUrl(url, `profile must be one of ${profiles.map(({ id }) => id).join(', ')}`)
  }
  const kind = ({ 'tcp://': 'network', 'virtual:': 'virtual', 'file:': 'file' } as const)[scheme]
  if (kind === undefined) throw new Error(`scheme ${scheme} has no transport`)
  return { kind, target, profile }
}

function transportFor(kind: PrinterUrl['kind'], target: string, profile: PrinterProfile): Transport {
  if (kind === 'file') return fileTransport(target)
  if (kind === 'virtual') {
    const onSlip = openSlipFolder(target, profile)
    const printer = createVirtualPrinter({ columns: profile.columns, onSlip })
    // Without a cutter the citizen tears the slip off: a new one begins with the next job.
    return memoryTransport({ ...printer, onClose: printer.tearOff }, target)
  }
  // [::1]:9100, 192.0.2.7, printer.local:9100
  const parts = /^(\[[0-9a-f:.]+\]|[^:/]+)(?::(\d{1,5}))?\/?$/i.exec(target)
  const port = Number(parts?.[2] ?? DEFAULT_PORT)
  if (parts === null || port < 1 || port > 65_535)
    throw invalidUrl(`tcp://${target}`, 'write tcp://HOST:PORT')
  return networkTransport({ host: (parts[1] ?? '').replace(/^\[|\]$/g, ''), port })
}

function invalidUrl(url: string, advice: string): DriverProblem {
  return new DriverProblem(
    'printer_url_invalid',
    `The printer address "${url}" is not understood: ${advice}.`,
  )
}
