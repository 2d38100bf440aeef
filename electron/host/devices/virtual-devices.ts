// Virtual devices with a handle: the same drivers over the same links as for real ones, and what a demonstration may do to them. Called by
// open-device.ts; played by virtual-panel.ts.
import { appendFileSync } from 'node:fs'
import type { CardTerminal } from '#drivers/card-terminal/card-terminal.ts'
import type { DrawerOpenLevel } from '#drivers/drawer/open-state.ts'
import { DriverProblem } from '#drivers/problem.ts'
import { openPrinterOver, type Printer } from '#drivers/printer/open-printer.ts'
import { parsePrinterAddress } from '#drivers/printer/printer-address.ts'
import type { PrinterProfile } from '#drivers/printer/profiles.ts'
import { linkProblem } from '#drivers/transport/link-problem.ts'
import { memoryTransport } from '#drivers/transport/memory.ts'
import type { Transport } from '#drivers/transport/transport.ts'
import { CARD_SCRIPTS, createVirtualCardTerminal, type CardScript } from '#drivers/virtual/card-terminal.ts'
import { createVirtualPrinter, type VirtualPrinter } from '#drivers/virtual/printer.ts'
import { openSlipFolder } from '#drivers/virtual/slip-folder.ts'

export type VirtualPrinterHandle = {
  readonly kind: 'printer'
  readonly machine: VirtualPrinter
  readonly profile: PrinterProfile
  readonly slipCount: () => number
  /** Of the drawer's switch, as the till is told. */
  readonly drawerOpenLevel: DrawerOpenLevel
  isUnplugged: boolean
}

export type VirtualScannerHandle = {
  readonly kind: 'scanner'
  readonly scan: (text: string) => void
  isGarbage: boolean
  isDouble: boolean
  isUnplugged: boolean
}

export type VirtualTerminalHandle = { readonly kind: 'card_terminal'; script: CardScript }

export type VirtualReaderHandle = {
  readonly kind: 'card_reader'
  /** A track as on the stripe: `;4711=2612?`. */
  readonly swipe: (text: string) => void
  isUnplugged: boolean
}

export type VirtualHandle =
  | VirtualPrinterHandle
  | VirtualScannerHandle
  | VirtualReaderHandle
  | VirtualTerminalHandle

const STEP_MS = 900
/** What a scanner with the wrong speed or a loose cable sends. */
const GARBAGE = Buffer.from([0x80, 0x00, 0xfe, 0x1b, 0x02])

/** @throws DriverProblem `printer_url_invalid` or `file_not_writable` */
export function openVirtualPrinter(
  url: string,
  drawerOpenLevel: DrawerOpenLevel,
): { printer: Printer; handle: VirtualPrinterHandle } {
  const { target, profile } = parsePrinterAddress(url)
  const keep = openSlipFolder(target, profile)
  let slipCount = 0
  const machine = createVirtualPrinter({
    columns: profile.columns,
    // Closed, whichever way it is wired.
    faults: drawerOpenLevel === 'low' ? { isDrawerPinHigh: true } : {},
    onSlip: (slip) => {
      slipCount += 1
      keep(slip)
    },
  })
  const handle: VirtualPrinterHandle = {
    kind: 'printer',
    machine,
    profile,
    slipCount: () => slipCount,
    drawerOpenLevel,
    isUnplugged: false,
  }
  // Without a cutter the citizen tears the slip off: a new one begins with the next job.
  const line = memoryTransport({ ...machine, onClose: machine.tearOff }, target)
  const transport: Transport = {
    ...line,
    open: async () => {
      if (handle.isUnplugged) throw linkProblem('absent', { name: target, kind: 'memory', noun: 'printer' })
      return await line.open()
    },
  }
  return { printer: openPrinterOver(transport, { kind: 'virtual', profile }), handle }
}

/** Scans by the file that open-scanner.ts reads. */
export function virtualScannerAt(file: string): VirtualScannerHandle {
  const handle: VirtualScannerHandle = {
    kind: 'scanner',
    isGarbage: false,
    isDouble: false,
    isUnplugged: false,
    scan: (text) => {
      if (handle.isUnplugged) return
      const code = Buffer.concat([
        handle.isGarbage ? GARBAGE : Buffer.alloc(0),
        Buffer.from(text.replaceAll(/[\r\n]/g, ' ')),
        Buffer.from('\r'),
      ])
      appendFileSync(file, handle.isDouble ? Buffer.concat([code, code]) : code)
    },
  }
  return handle
}

/** Swipes by the file that open-card-reader.ts reads. */
export function virtualReaderAt(file: string): VirtualReaderHandle {
  const handle: VirtualReaderHandle = {
    kind: 'card_reader',
    isUnplugged: false,
    swipe: (text) => {
      if (!handle.isUnplugged) appendFileSync(file, `${text.replaceAll(/[\r\n]/g, ' ')}\n`)
    },
  }
  return handle
}

/** null: no script of this name. */
export function openVirtualTerminal(
  name: string,
): { terminal: CardTerminal; handle: VirtualTerminalHandle } | null {
  const script = name === '' ? 'approve' : CARD_SCRIPTS.find((each) => each === name)
  if (script === undefined) return null
  const handle: VirtualTerminalHandle = { kind: 'card_terminal', script }
  const scripts: CardScript[] = []
  const terminal = createVirtualCardTerminal({ scripts, stepMs: STEP_MS })
  return {
    handle,
    terminal: {
      ...terminal,
      start: async (intent, watch) => {
        scripts.splice(0, scripts.length, handle.script)
        return await terminal.start(intent, watch)
      },
      check: async () =>
        handle.script === 'offline'
          ? new DriverProblem(
              'device_unreachable',
              'The terminal does not answer. Check its cable and power.',
            )
          : await terminal.check(),
    },
  }
}
