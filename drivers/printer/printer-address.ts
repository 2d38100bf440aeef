// A printer's address as it stands in the settings, and the link it means. Called by open-printer.ts. Addresses, each with
// an optional ?profile=ID from profiles.ts (further settings follow with &):
//   tcp://HOST:PORT   a network printer (port 9100 when left out)
//   virtual:FOLDER    the virtual printer in this process; slips appear in the folder as PNG and text
//   file:PATH         a printer's device file or any file, one-way
import { DriverProblem } from '#drivers/problem.ts'
import { fileTransport } from '#drivers/transport/file.ts'
import { memoryTransport } from '#drivers/transport/memory.ts'
import { networkTransport } from '#drivers/transport/network.ts'
import type { Transport } from '#drivers/transport/transport.ts'
import { createVirtualPrinter } from '#drivers/virtual/printer.ts'
import { openSlipFolder } from '#drivers/virtual/slip-folder.ts'
import type { PrinterProfile } from './profiles.ts'
import { defaultProfile, findProfile, profiles } from './profiles.ts'

const DEFAULT_PORT = 9100

const SCHEMES = {
  'tcp://': 'network',
  'virtual:': 'virtual',
  'file:': 'file',
} as const

export type PrinterAddressKind = (typeof SCHEMES)[keyof typeof SCHEMES]

export type PrinterAddress = {
  readonly kind: PrinterAddressKind
  /** What stands between the scheme and the settings. */
  readonly target: string
  readonly profile: PrinterProfile
}

/** @throws DriverProblem `printer_url_invalid` */
export function parsePrinterAddress(url: string): PrinterAddress {
  const parts = /^(tcp:\/\/|virtual:|file:)([^?]+)(?:\?profile=([\w-]+))?$/.exec(url.trim())
  if (parts === null) {
    throw invalidAddress(url, 'write tcp://HOST:PORT, virtual:FOLDER, file:PATH or none')
  }
  const [, scheme = '', target = '', profileId] = parts
  const profile = profileId === undefined ? defaultProfile : findProfile(profileId)
  if (profile === undefined) {
    throw invalidAddress(url, `profile must be one of ${profiles.map(({ id }) => id).join(', ')}`)
  }
  return { kind: SCHEMES[scheme as keyof typeof SCHEMES], target, profile }
}

/** The link to the printer at this address; nothing is opened yet. @throws DriverProblem `printer_url_invalid` or `file_not_writable` */
export function printerTransport({ kind, target, profile }: PrinterAddress): Transport {
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
    throw invalidAddress(`tcp://${target}`, 'write tcp://HOST:PORT')
  return networkTransport({ host: (parts[1] ?? '').replace(/^\[|\]$/g, ''), port })
}

function invalidAddress(url: string, advice: string): DriverProblem {
  return new DriverProblem(
    'printer_url_invalid',
    `The printer address "${url}" is not understood: ${advice}.`,
  )
}
