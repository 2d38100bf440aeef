// A printer's address as it stands in the settings, and the link it means. Called by open-printer.ts. Addresses, each with
// an optional ?profile=ID from profiles.ts and &columns=N, for a printer switched to other columns than its profile's:
//   tcp://HOST:PORT   a network printer (port 9100 when left out)
//   virtual:FOLDER    the virtual printer in this process; slips appear in the folder as PNG and text
//   file:PATH         a printer's device file or any file, one-way
//   lp:/dev/usb/lp0   a USB printer through the kernel's driver (Linux)
//   usb:04b8:0202     a USB printer by vendor and product, if need be with :SERIAL
//   serial:/dev/ttyUSB0?baud=115200&flow=rtscts   a serial printer; COM3 on Windows; flow is rtscts, xon or none
//   bluetooth:/dev/rfcomm0                        a paired printer (SPP)
//   device:IDENTITY   a printer by the name it keeps (drivers/discover), wherever it is plugged in; baud and flow as above
import { deviceTransport } from '#drivers/discover/device-transport.ts'
import { DriverProblem } from '#drivers/problem.ts'
import { fileTransport } from '#drivers/transport/file.ts'
import { lpTransport } from '#drivers/transport/lp.ts'
import { memoryTransport } from '#drivers/transport/memory.ts'
import { networkTransport } from '#drivers/transport/network.ts'
import {
  BAUD_RATE_MAX,
  BAUD_RATE_MIN,
  bluetoothTransport,
  SERIAL_FLOWS,
  type SerialFlow,
  serialTransport,
} from '#drivers/transport/serial.ts'
import type { Transport } from '#drivers/transport/transport.ts'
import { usbTransport } from '#drivers/transport/usb.ts'
import { createVirtualPrinter } from '#drivers/virtual/printer.ts'
import { openSlipFolder } from '#drivers/virtual/slip-folder.ts'
import { complaintAboutProfile, withColumns } from './profile-fit.ts'
import type { PrinterProfile } from './profiles.ts'
import { defaultProfile, findProfile, profiles } from './profiles.ts'

const DEFAULT_PORT = 9100

const SCHEMES = {
  'tcp://': 'network',
  'virtual:': 'virtual',
  'file:': 'file',
  'lp:': 'lp',
  'usb:': 'usb',
  'serial:': 'serial',
  'bluetooth:': 'bluetooth',
  'device:': 'device',
} as const

export type PrinterAddressKind = (typeof SCHEMES)[keyof typeof SCHEMES]

export type PrinterAddress = {
  readonly kind: PrinterAddressKind
  /** What stands between the scheme and the settings. */
  readonly target: string
  readonly profile: PrinterProfile
  /** Of serial links. */
  readonly baudRate?: number
  readonly flow?: SerialFlow
}

/** @throws DriverProblem `printer_url_invalid` */
export function parsePrinterAddress(url: string): PrinterAddress {
  const parts = /^(tcp:\/\/|virtual:|file:|lp:|usb:|serial:|bluetooth:|device:)([^?]+)(?:\?(.*))?$/.exec(
    url.trim(),
  )
  if (parts === null) {
    const forms =
      'tcp://HOST:PORT, usb:VID:PID, lp:PATH, serial:PATH, bluetooth:PATH, device:IDENTITY, virtual:FOLDER, file:PATH'
    throw invalidAddress(url, `write ${forms} or none`)
  }
  const [, scheme = '', target = '', settings] = parts
  const kind = SCHEMES[scheme as keyof typeof SCHEMES]
  return { kind, target, ...readSettings(url, kind, settings) }
}

type Settings = Pick<PrinterAddress, 'profile' | 'baudRate' | 'flow'>

function readSettings(url: string, kind: PrinterAddressKind, text: string | undefined): Settings {
  const given = new URLSearchParams(text)
  const known = ['serial', 'bluetooth', 'device'].includes(kind)
    ? ['profile', 'columns', 'baud', 'flow']
    : ['profile', 'columns']
  for (const name of given.keys()) {
    if (!known.includes(name)) throw invalidAddress(url, `it has no setting "${name}"`)
    if (given.getAll(name).length > 1) throw invalidAddress(url, `it has two settings "${name}"`)
  }
  const [profileId, baud, flowName] = ['profile', 'baud', 'flow'].map((name) => given.get(name))
  const profile = profileId ? findProfile(profileId) : defaultProfile
  if (profile === undefined || profileId === '') {
    throw invalidAddress(url, `profile must be one of ${profiles.map(({ id }) => id).join(', ')}`)
  }
  const baudRate = /^\d{3,6}$/.test(baud ?? '') ? Number(baud) : 0
  if (typeof baud === 'string' && (baudRate < BAUD_RATE_MIN || baudRate > BAUD_RATE_MAX)) {
    throw invalidAddress(url, `baud must be ${BAUD_RATE_MIN} to ${BAUD_RATE_MAX}`)
  }
  const flow = SERIAL_FLOWS.find((each) => each === flowName)
  if (typeof flowName === 'string' && flow === undefined) {
    throw invalidAddress(url, `flow must be one of ${SERIAL_FLOWS.join(', ')}`)
  }
  const columns = given.get('columns')
  const paper = columns === null ? profile : withColumns(profile, columns)
  const complaint = typeof paper === 'string' ? paper : complaintAboutProfile(paper)
  if (typeof paper === 'string' || complaint !== null) throw invalidAddress(url, complaint ?? '')
  return { profile: paper, ...(baudRate > 0 && { baudRate }), ...(flow !== undefined && { flow }) }
}

/**
 * The link to the printer at this address; nothing is opened yet.
 * @throws DriverProblem `printer_url_invalid` or `file_not_writable`
 */
export function printerTransport(address: PrinterAddress): Transport {
  const { kind, target, profile, baudRate, flow } = address
  const line = { ...(baudRate !== undefined && { baudRate }), ...(flow !== undefined && { flow }) }
  switch (kind) {
    case 'network':
      return networkPrinter(target)
    case 'usb':
      return usbPrinter(target)
    case 'lp':
      return lpTransport(target)
    case 'file':
      return fileTransport(target)
    case 'serial':
      return serialTransport({ path: target, noun: 'printer', ...line })
    case 'bluetooth':
      return bluetoothTransport({ path: target, noun: 'printer', ...line })
    case 'device':
      return deviceTransport(target, {
        transportOf: ({ printerUrl }) => {
          if (printerUrl === null) {
            throw invalidAddress(`device:${target}`, 'this device is no way to a printer')
          }
          return printerTransport({ ...parsePrinterAddress(printerUrl), ...line, profile })
        },
      })
    case 'virtual': {
      if (profile.language !== 'esc-pos') {
        throw invalidAddress(`virtual:${target}`, `the virtual printer does not read "${profile.id}"`)
      }
      const onSlip = openSlipFolder(target, profile)
      const printer = createVirtualPrinter({ columns: profile.columns, onSlip })
      // Without a cutter the citizen tears the slip off: a new one begins with the next job.
      return memoryTransport({ ...printer, onClose: printer.tearOff }, target)
    }
  }
}

function networkPrinter(target: string): Transport {
  // [::1]:9100, 192.0.2.7, printer.local:9100
  const parts = /^(\[[0-9a-f:.]+\]|[^:/]+)(?::(\d{1,5}))?\/?$/i.exec(target)
  const port = Number(parts?.[2] ?? DEFAULT_PORT)
  if (parts === null || port < 1 || port > 65_535)
    throw invalidAddress(`tcp://${target}`, 'write tcp://HOST:PORT')
  return networkTransport({ host: (parts[1] ?? '').replace(/^\[|\]$/g, ''), port })
}

function usbPrinter(target: string): Transport {
  const parts = /^([0-9a-f]{4}):([0-9a-f]{4})(?::([^@]+))?(?:@([\w.-]+))?$/i.exec(target)
  if (parts === null) throw invalidAddress(`usb:${target}`, 'write usb:VID:PID or usb:VID:PID:SERIAL')
  const [, vendor = '', product = '', serialNumber, portPath] = parts
  return usbTransport({
    vendorId: Number.parseInt(vendor, 16),
    productId: Number.parseInt(product, 16),
    ...(serialNumber !== undefined && { serialNumber }),
    ...(portPath !== undefined && { portPath }),
  })
}

function invalidAddress(url: string, advice: string): DriverProblem {
  return new DriverProblem(
    'printer_url_invalid',
    `The printer address "${url}" is not understood: ${advice}.`,
  )
}
