// A device that is plugged in, and the name it keeps: listers give PluggedDevice, discover.ts makes FoundDevice of it.
// Device files are numbered by the order of plugging, so no identity holds such a number.
import type { DeviceKind } from './known-devices.ts'
import type { UsbPlace } from './sysfs.ts'

export type DeviceLink = 'serial' | 'bluetooth' | 'hid' | 'usb' | 'lp'

/** What a lister reads from the system; null where the system does not say. */
export type PluggedDevice = UsbPlace & {
  readonly link: DeviceLink
  /** What a transport opens now: /dev/ttyACM0, COM3, a HID path; for `usb` the identity's numbers are enough. */
  readonly path: string
  /** HID only. */
  readonly usagePage?: number
  readonly usage?: number
  /** Bluetooth only: the address of the paired device. */
  readonly address?: string | null
}

export type FoundDevice = PluggedDevice & {
  /**
   * Stays the same over unplugging, restarts and other devices:
   * LINK:VID:PID:SERIAL, LINK:VID:PID@PORT when it has no serial number of its own, LINK:port:NAME for ports that belong to
   * the computer (ttyS0), bluetooth:ADDRESS. `/N` at the end is the interface of a device with several.
   */
  readonly identity: string
  readonly kind: DeviceKind
  /** Who listed it. */
  readonly lister: string
  /** For a list on the screen. */
  readonly label: string
  /** The address printer-address.ts understands; null when it is no way to a printer. */
  readonly printerUrl: string | null
}

/** Serial numbers that cheap devices all share: as good as none. */
const SHARED_SERIALS: ReadonlySet<string> = new Set([
  '0',
  '00000000',
  '000000000000',
  '0001',
  '1',
  '12345678',
  '123456789',
  '0123456789ABCDEF',
  'None',
])
const SERIAL_CHARACTERS_MAX = 128

/** Null when nothing about the device would still be true after the next plugging. */
export function identityOf(device: PluggedDevice, isSerialUnique = true): string | null {
  const { link, vendorId, productId, portPath, interfaceNumber, address } = device
  const place = interfaceNumber === null || link === 'usb' ? '' : `/${interfaceNumber}`
  if (vendorId !== null && productId !== null) {
    const ids = `${link}:${hex4(vendorId)}:${hex4(productId)}`
    const serial = usableSerial(device.serialNumber)
    if (serial !== null && isSerialUnique) return `${ids}:${serial}${place}`
    if (portPath !== null) return `${ids}${serial === null ? '' : `:${serial}`}@${portPath}${place}`
    return serial === null ? `${ids}${place}` : `${ids}:${serial}${place}`
  }
  if (address) return `${link}:${address}`
  const name = device.path.slice(device.path.lastIndexOf('/') + 1)
  // Numbers of these are handed out in the order of plugging; all others belong to the computer or to its settings.
  return /^tty(USB|ACM)\d+$|^lp\d+$|^hidraw\d+$/.test(name) ? null : `${link}:port:${name}`
}

function usableSerial(serialNumber: string | null): string | null {
  // Anything else could not stand in an address.
  const text = serialNumber?.trim() ?? ''
  if (text === '' || text.length > SERIAL_CHARACTERS_MAX || SHARED_SERIALS.has(text)) return null
  return /^[\w .,#+-]+$/.test(text) ? text : null
}

export function hex4(number: number): string {
  return number.toString(16).padStart(4, '0')
}
