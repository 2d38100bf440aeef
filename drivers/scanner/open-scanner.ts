// From the address in the settings to a scanner. Called by the host when it starts.
import { DriverProblem } from '#drivers/problem.ts'
import { serialTransport } from '#drivers/transport/serial.ts'
import { scannerFile } from '#drivers/virtual/scanner-file.ts'
import { hidScanner } from './hid-scanner.ts'
import type { Scanner } from './scan.ts'
import { serialScanner } from './serial.ts'

const ADDRESS_CHARS_MAX = 512
const BAUD_DEFAULT = 9_600

export const SCANNER_ADDRESSES = 'hid:VID:PID[:SERIAL], serial:PATH[?baud=9600] or virtual:FILE'

/**
 * `hid:0c2e:0b61`, `serial:/dev/ttyACM0?baud=9600&prefix=~&silence=200`, `virtual:scans.txt` (each line written to
 * the file is a scan).
 * @throws DriverProblem `device_address_invalid`
 */
export function scannerAt(address: string, options: { readonly nowMs: () => number }): Scanner {
  const text = address.trim()
  const file = /^virtual:(\S[^\0]*)$/.exec(text)?.[1]
  if (file !== undefined) return serialScanner(scannerFile(file), options)
  const hid = /^hid:([0-9a-f]{4}):([0-9a-f]{4})(?::([\w.-]{1,128}))?$/i.exec(text)
  if (hid !== null) {
    const [, vendor = '', product = '', serialNumber = null] = hid
    const ids = { vendorId: Number.parseInt(vendor, 16), productId: Number.parseInt(product, 16) }
    return hidScanner({ ...ids, serialNumber }, options)
  }
  const serial = /^serial:([^?\s]+)(?:\?(\S*))?$/.exec(text)
  if (serial === null || text.length > ADDRESS_CHARS_MAX) throw notUnderstood(address)
  const [, path = '', query = ''] = serial
  const settings = new URLSearchParams(query)
  if ([...settings.keys()].some((name) => !['baud', 'prefix', 'silence'].includes(name)))
    throw notUnderstood(address)
  const baudRate = Number(settings.get('baud') ?? BAUD_DEFAULT)
  const silence = settings.get('silence')
  return serialScanner(serialTransport({ path, baudRate, noun: 'scanner' }), {
    ...options,
    prefix: settings.get('prefix') ?? '',
    ...(silence === null ? {} : { silenceMs: Number(silence) }),
  })
}

function notUnderstood(address: string): DriverProblem {
  return new DriverProblem(
    'device_address_invalid',
    `A scanner must be ${SCANNER_ADDRESSES}, not ${address.slice(0, ADDRESS_CHARS_MAX)}.`,
  )
}
