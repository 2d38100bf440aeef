// Plugs USB devices into the virtual machine and pulls them out, through the kernel's gadget file system: what is written
// to the device side (/dev/hidg*, /dev/g_printer*, /dev/ttyGS*) is what a device would send. Called by the scenes.
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const FOLDER = '/sys/kernel/config/usb_gadget'

type Gadget = {
  readonly name: string
  /** Which of the virtual machine's USB sockets. */
  readonly socket: number
  readonly vendorId: number
  readonly productId: number
  readonly strings: { readonly manufacturer: string; readonly product: string; readonly serialnumber: string }
  readonly functions: Readonly<Record<string, Readonly<Record<string, string | Uint8Array>>>>
}

const made = new Map<string, number>()

const plug = ({ name, socket, vendorId, productId, strings, functions }: Gadget): void => {
  if (made.has(name)) return setCable(socket, 'in')
  const folder = join(FOLDER, name)
  const write = (path: string, value: string | Uint8Array) => writeFileSync(join(folder, path), value)
  for (const each of ['', 'strings/0x409', 'configs/c.1']) mkdirSync(join(folder, each), { recursive: true })
  write('idVendor', `0x${vendorId.toString(16)}`)
  write('idProduct', `0x${productId.toString(16)}`)
  write('bcdUSB', '0x0200')
  for (const [key, value] of Object.entries(strings)) write(`strings/0x409/${key}`, value)
  for (const [each, settings] of Object.entries(functions)) {
    mkdirSync(join(folder, 'functions', each))
    for (const [key, value] of Object.entries(settings)) write(`functions/${each}/${key}`, value)
    symlinkSync(join(folder, 'functions', each), join(folder, 'configs/c.1', each))
  }
  write('UDC', `dummy_udc.${socket}`)
  made.set(name, socket)
}

/** The cable comes out; `plug…` puts it back. The device itself lives on, as a printer with its own power does. */
export const unplug = (name: 'scanner' | 'stripe-reader' | 'printer' | 'serial'): void =>
  setCable(made.get(name) ?? -1, 'out')

/** Takes the power of the socket: the host forgets the device at once and meets it anew. */
const setCable = (socket: number, to: 'in' | 'out'): void => {
  const place = `/sys/devices/platform/dummy_hcd.${socket}`
  const bus = readdirSync(place).find((name) => /^usb\d+$/.test(name)) ?? ''
  const hub = `${bus.slice('usb'.length)}-0:1.0`
  writeFileSync(join(place, bus, hub, `${bus}-port1`, 'disable'), to === 'out' ? '1' : '0')
}

const hex = (digits: string): Uint8Array => Buffer.from(digits.replaceAll(/\s/g, ''), 'hex')

/** Usage page 8C, usage 2: bar code scanner; one report of 64 bytes with id 2. */
const HID_POS_REPORTS =
  hex(`058C 0902 A101 0912 A102 8502 1500 26FF00 7508 9501 0501 093B 8102 9503 058C 09FB 09FC 09FD 8102
  9538 09FE 820201 9501 0666FF 0904 8102 9501 0600FF 0905 8102 9501 058C 09FF 8102 C0 C0`)
/** Vendor page FF00: stripe reader with one report of 337 bytes and no id. */
const STRIPE_REPORTS =
  hex(`0600FF 0901 A101 1500 26FF00 7508 0920 0921 0922 0928 0929 092A 0938 9507 8102 0930 956E 820201
  0931 956E 820201 0932 956E 820201 0920 9518 B20201 C0`)

/** Scanner on /dev/hidg0. */
export const plugScanner = (): void =>
  plug({
    name: 'scanner',
    socket: 0,
    vendorId: 0x0c2e,
    productId: 0x0b61,
    strings: { manufacturer: 'Rig', product: 'HID-POS scanner', serialnumber: 'RIG-SCAN-1' },
    functions: {
      'hid.0': { protocol: '0', subclass: '0', report_length: '64', report_desc: HID_POS_REPORTS },
    },
  })

/** Stripe reader on /dev/hidg1. */
export const plugStripeReader = (): void =>
  plug({
    name: 'stripe-reader',
    socket: 3,
    vendorId: 0x0801,
    productId: 0x0002,
    strings: { manufacturer: 'Rig', product: 'Stripe reader', serialnumber: 'RIG-STRIPE-1' },
    functions: {
      'hid.1': { protocol: '0', subclass: '0', report_length: '337', report_desc: STRIPE_REPORTS },
    },
  })

/** USB printer class on /dev/g_printer0. */
export const plugPrinter = (): void =>
  plug({
    name: 'printer',
    socket: 1,
    vendorId: 0x04b8,
    productId: 0x0202,
    strings: { manufacturer: 'Rig', product: 'Receipt printer', serialnumber: 'RIG-PRINT-1' },
    functions: { 'printer.0': { pnp_string: 'MFG:RIG;CMD:ESC/POS;MDL:RECEIPT;CLS:PRINTER;', q_len: '10' } },
  })

/** Serial port on /dev/ttyGS0. */
export const plugSerial = (): void =>
  plug({
    name: 'serial',
    socket: 2,
    vendorId: 0x0525,
    productId: 0xa4a7,
    strings: { manufacturer: 'Rig', product: 'Serial scanner', serialnumber: 'RIG-SERIAL-1' },
    functions: { 'acm.0': {} },
  })
