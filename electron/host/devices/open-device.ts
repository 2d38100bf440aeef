// From a slot to its driver under watch. The only place of the host that knows how each kind of address is opened. Called by device-book.ts.
import { isAbsolute, join } from 'node:path'
import type { Logger } from 'pino'
import type { CardEvent, CardReader } from '#drivers/card-reader/card-reader.ts'
import { cardReaderAt } from '#drivers/card-reader/open-card-reader.ts'
import { openCardTerminal, type CardTerminalTimes } from '#drivers/card-terminal/open-card-terminal.ts'
import type { CardTerminal } from '#drivers/card-terminal/card-terminal.ts'
import { openZvtTerminal } from '#drivers/card-terminal/zvt/zvt-terminal.ts'
import { deviceTransport } from '#drivers/discover/device-transport.ts'
import type { Lister } from '#drivers/discover/listers.ts'
import type { DrawerOpenLevel } from '#drivers/drawer/open-state.ts'
import { DriverProblem } from '#drivers/problem.ts'
import { openPrinter, type Printer } from '#drivers/printer/open-printer.ts'
import type { PrinterProfile } from '#drivers/printer/profiles.ts'
import { hidScanner } from '#drivers/scanner/hid-scanner.ts'
import { scannerAt } from '#drivers/scanner/open-scanner.ts'
import type { Scanner, ScanEvent } from '#drivers/scanner/scan.ts'
import { serialScanner } from '#drivers/scanner/serial.ts'
import { serialTransport } from '#drivers/transport/serial.ts'
import type { Transport } from '#drivers/transport/transport.ts'
import type { DeviceTrouble } from '#rpc/devices.ts'
import { cardSecretsOf } from '#host/cards/card-terminal.ts'
import { troubleOf } from './device-diary.ts'
import type { Slot } from './device-slots.ts'
import {
  openVirtualPrinter,
  openVirtualTerminal,
  virtualReaderAt,
  virtualScannerAt,
  type VirtualHandle,
} from './virtual-devices.ts'
import type { Watch } from './watch.ts'
import { watchCardTerminal, type WatchedCardTerminal } from './watched-card-terminal.ts'
import { watchPrinter, type WatchedPrinter } from './watched-printer.ts'
import { CARD_READER_WORDS, SCANNER_WORDS, watchReading, type WatchedReading } from './watched-scanner.ts'

export type OpenParts = {
  readonly dataDir: string
  readonly profile: PrinterProfile
  readonly drawerOpenLevel: DrawerOpenLevel
  readonly listers: readonly Lister[]
  readonly env: NodeJS.ProcessEnv
  readonly cardTimes?: CardTerminalTimes
  readonly logger: Logger
}

export type OpenedDevice = {
  readonly slot: Slot
  /** What the driver calls it. */
  readonly name: string
  readonly virtual: VirtualHandle | null
} & (
  | { readonly kind: 'printer'; readonly watched: WatchedPrinter }
  | { readonly kind: 'scanner'; readonly watched: WatchedReading<ScanEvent> }
  | { readonly kind: 'card_reader'; readonly watched: WatchedReading<CardEvent> }
  | { readonly kind: 'card_terminal'; readonly watched: WatchedCardTerminal }
  /** Cannot be used as it is set up. */
  | { readonly kind: 'none'; readonly trouble: DeviceTrouble }
)

/**
 * Nothing is opened yet but folders. What cannot be used must not keep the till from taking money: it is `none` with a reason.
 * @throws DriverProblem `printer_url_invalid` or `device_address_invalid`
 */
export function openDevice(slot: Slot, parts: OpenParts, watch: Watch): OpenedDevice {
  try {
    return openNow(slot, parts, watch)
  } catch (error) {
    const isKnown = error instanceof DriverProblem
    if (!isKnown || ['printer_url_invalid', 'device_address_invalid'].includes(error.code)) throw error
    parts.logger.error({ code: error.code, kind: slot.kind }, 'a device cannot be used; going on without')
    const trouble = troubleOf(error)
    watch.note({ tone: 'red', what: 'trouble', trouble })
    return { slot, kind: 'none', name: slot.address, virtual: null, trouble }
  }
}

function openNow(slot: Slot, parts: OpenParts, watch: Watch): OpenedDevice {
  switch (slot.kind) {
    case 'printer': {
      const { printer, handle } = printerAt(slot.address, parts)
      const watched = watchPrinter(printer, watch)
      return { slot, kind: 'printer', name: printer.describe().name, virtual: handle, watched }
    }
    case 'scanner': {
      const { scanner, handle } = scannerOf(slot.address, parts, watch)
      const watched = watchReading(scanner, watch, SCANNER_WORDS)
      return { slot, kind: 'scanner', name: scanner.name, virtual: handle, watched }
    }
    case 'card_reader': {
      const { reader, handle } = readerAt(slot.address, parts, watch)
      const watched = watchReading(reader, watch, CARD_READER_WORDS)
      return { slot, kind: 'card_reader', name: reader.name, virtual: handle, watched }
    }
    case 'card_terminal': {
      const { terminal, handle } = terminalAt(slot.address, parts)
      const watched = watchCardTerminal(terminal, watch)
      return { slot, kind: 'card_terminal', name: terminal.describe().name, virtual: handle, watched }
    }
  }
}

function printerAt(
  address: string,
  { profile, dataDir, drawerOpenLevel }: OpenParts,
): { printer: Printer; handle: VirtualHandle | null } {
  const url = printerUrl(address, { profile, dataDir })
  return url.startsWith('virtual:')
    ? openVirtualPrinter(url, drawerOpenLevel)
    : { printer: openPrinter(url), handle: null }
}

/** Relative folders and files are below the data folder; the paper's width picks the profile unless one is named. */
function printerUrl(printer: string, { profile, dataDir }: Pick<OpenParts, 'profile' | 'dataDir'>): string {
  const withProfile = /[?&]profile=/.test(printer)
    ? printer
    : `${printer}${printer.includes('?') ? '&' : '?'}profile=${profile.id}`
  return withProfile.replace(
    /^(virtual|file):(.+)$/,
    (_all, kind: string, path: string) => `${kind}:${below(dataDir, path)}`,
  )
}

function scannerOf(
  address: string,
  { dataDir, listers }: OpenParts,
  { nowMs }: Watch,
): { scanner: Scanner; handle: VirtualHandle | null } {
  const file = /^virtual:(.+)$/.exec(address)?.[1]
  if (file !== undefined) {
    const path = below(dataDir, file)
    return { scanner: scannerAt(`virtual:${path}`, { nowMs }), handle: virtualScannerAt(path) }
  }
  const identity = /^device:(.+)$/.exec(address)?.[1]
  if (identity === undefined) return { scanner: scannerAt(address, { nowMs }), handle: null }
  // hid:VID:PID[:SERIAL][@PORT][/INTERFACE]
  const hid = /^hid:([0-9a-f]{4}):([0-9a-f]{4})(?::([^@/]+))?/i.exec(identity)
  if (hid !== null) {
    const [, vendor = '', product = '', serialNumber = null] = hid
    const ids = { vendorId: Number.parseInt(vendor, 16), productId: Number.parseInt(product, 16) }
    return { scanner: hidScanner({ ...ids, serialNumber }, { nowMs }), handle: null }
  }
  const line = { baudRate: SCANNER_BAUD, noun: 'scanner' } as const
  return { scanner: serialScanner(serialDevice(identity, listers, line), { nowMs }), handle: null }
}

const SCANNER_BAUD = 9_600

function readerAt(
  address: string,
  { dataDir }: OpenParts,
  { nowMs }: Watch,
): { reader: CardReader; handle: VirtualHandle | null } {
  const file = /^virtual:(.*)$/.exec(address)?.[1]
  if (file !== undefined) {
    const path = below(dataDir, file === '' ? 'cards.txt' : file)
    return { reader: cardReaderAt(`virtual:${path}`, { nowMs }), handle: virtualReaderAt(path) }
  }
  // hid:VID:PID[:SERIAL][@PORT][/INTERFACE]
  const hid = /^device:(hid:[0-9a-f]{4}:[0-9a-f]{4}(?::[\w.-]+)?)/i.exec(address)?.[1]
  return { reader: cardReaderAt(hid ?? address, { nowMs }), handle: null }
}

function terminalAt(
  address: string,
  { env, listers, cardTimes }: OpenParts,
): { terminal: CardTerminal; handle: VirtualHandle | null } {
  const script = /^virtual:([a-z-]*)$/.exec(address)?.[1]
  const virtual = script === undefined ? null : openVirtualTerminal(script)
  if (virtual !== null) return virtual
  const secrets = cardSecretsOf(env)
  const identity = /^zvt:device:(.+)$/.exec(address)?.[1]
  if (identity !== undefined) {
    const transport = serialDevice(identity, listers, { baudRate: 9_600, stopBits: 2, noun: 'card terminal' })
    const { zvtPassword: password } = secrets
    const more = password === undefined ? {} : { password }
    return { terminal: openZvtTerminal({ transport, framing: 'serial', ...more }), handle: null }
  }
  const terminal = openCardTerminal(address, secrets, cardTimes)
  if (terminal?.describe().isIntegrated === true) return { terminal, handle: null }
  throw new DriverProblem('device_address_invalid', 'This is no card terminal that takes cards by itself.')
}

type LineSettings = Omit<Parameters<typeof serialTransport>[0], 'path'>

/** By the name that stays, wherever it is plugged in now. */
function serialDevice(identity: string, listers: readonly Lister[], line: LineSettings): Transport {
  return deviceTransport(identity, {
    listers,
    transportOf: ({ link, path }) => {
      if (link === 'serial' || link === 'bluetooth') return serialTransport({ path, ...line })
      throw new DriverProblem(
        'device_unsupported',
        `The device ${identity} is no serial line. Choose another.`,
      )
    },
  })
}

function below(dataDir: string, path: string): string {
  return isAbsolute(path) ? path : join(dataDir, path)
}
