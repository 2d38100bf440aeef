// The real listers of plugged-in devices. Called by the host, which hands them to discover.ts and watch.ts; tests hand in
// recorded lists. Linux is read from /sys, because serialport's list needs udevadm and names no USB port.
import { basename, join } from 'node:path'
import { usbPortPath } from '#drivers/transport/usb.ts'
import type { UsbDeviceLike } from '#drivers/transport/usb-device.ts'
import type { PluggedDevice } from './found-device.ts'
import { parsePrinterId } from './printer-id.ts'
import { entriesOf, hexOf, NO_PLACE, usbDeviceOf, usbPlaceOf, valueOf } from './sysfs.ts'

export type Lister = {
  /** In messages: "USB printers". */
  readonly name: string
  readonly list: () => Promise<readonly PluggedDevice[]>
}

const USB_CLASS_PRINTER = '07'
/** A mainboard port of this type has no wires: the kernel lists four of them whether they exist or not. */
const PORT_TYPE_UNKNOWN = '0'

export function systemListers(sysRoot = '/sys'): readonly Lister[] {
  if (process.platform === 'linux') return [...linuxListers(sysRoot), hidLister(sysRoot)]
  return [serialLister, usbLister, hidLister(null)]
}

/** Serial ports, paired Bluetooth devices, USB printers and the kernel's printer files. */
export function linuxListers(sysRoot: string): readonly Lister[] {
  return [
    { name: 'serial ports', list: async () => await linuxSerialPorts(sysRoot) },
    { name: 'USB printers', list: async () => await linuxUsbPrinters(sysRoot) },
    { name: 'printer files', list: async () => await linuxPrinterFiles(sysRoot) },
  ]
}

async function linuxSerialPorts(sysRoot: string): Promise<PluggedDevice[]> {
  const found: PluggedDevice[] = []
  for (const name of await entriesOf(join(sysRoot, 'class/tty'))) {
    const entry = join(sysRoot, 'class/tty', name)
    const path = `/dev/${name}`
    if (/^rfcomm\d+$/.test(name)) {
      found.push({ ...NO_PLACE, link: 'bluetooth', path, address: await valueOf(entry, 'address') })
    } else if (/^tty(USB|ACM)\d+$/.test(name)) {
      found.push({ ...NO_PLACE, ...(await usbPlaceOf(entry)), link: 'serial', path })
    } else if (/^tty(S|AMA)\d+$/.test(name)) {
      const type = await valueOf(entry, 'type')
      if (type !== PORT_TYPE_UNKNOWN) found.push({ ...NO_PLACE, link: 'serial', path })
    }
  }
  return found
}

async function linuxUsbPrinters(sysRoot: string): Promise<PluggedDevice[]> {
  const root = join(sysRoot, 'bus/usb/devices')
  const found = new Map<string, PluggedDevice>()
  for (const name of await entriesOf(root)) {
    // Interfaces are named 1-2.3:1.0.
    const portPath = /^(\d+-[\d.]+):\d+\.\d+$/.exec(name)?.[1]
    if (portPath === undefined || found.has(portPath)) continue
    if ((await valueOf(root, name, 'bInterfaceClass')) !== USB_CLASS_PRINTER) continue
    const folder = join(root, portPath)
    const vendorId = hexOf(await valueOf(folder, 'idVendor'))
    if (vendorId === null) continue
    const place = await usbDeviceOf(folder, vendorId, hexOf(await valueOf(root, name, 'bInterfaceNumber')))
    found.set(portPath, await withPrinterId({ ...place, link: 'usb', path: portPath }, join(root, name)))
  }
  return [...found.values()]
}

async function linuxPrinterFiles(sysRoot: string): Promise<PluggedDevice[]> {
  const found: PluggedDevice[] = []
  for (const name of await entriesOf(join(sysRoot, 'class/usbmisc'))) {
    if (!/^lp\d+$/.test(name)) continue
    const entry = join(sysRoot, 'class/usbmisc', name)
    const device = {
      ...NO_PLACE,
      ...(await usbPlaceOf(entry)),
      link: 'lp',
      path: `/dev/usb/${name}`,
    } as const
    found.push(await withPrinterId(device, join(entry, 'device')))
  }
  return found
}

/** The kernel asks the printer for its id when it plugs it in; it says more than the strings of cheap USB boards. */
async function withPrinterId(device: PluggedDevice, folder: string): Promise<PluggedDevice> {
  const text = await valueOf(folder, 'ieee1284_id')
  if (text === null) return device
  const { maker, model } = parsePrinterId(text)
  return { ...device, maker: maker ?? device.maker, product: model ?? device.product }
}

/** Windows and macOS. */
const serialLister: Lister = {
  name: 'serial ports',
  list: async () => {
    const { SerialPort } = await import('serialport')
    const ports = await SerialPort.list()
    return ports.map(({ path, vendorId, productId, serialNumber, manufacturer, locationId }) => ({
      link: 'serial',
      path,
      vendorId: hexOf(vendorId ?? null),
      productId: hexOf(productId ?? null),
      serialNumber: serialNumber ?? null,
      portPath: locationId?.replaceAll(/[^\w.-]/g, '') ?? null,
      interfaceNumber: null,
      maker: manufacturer ?? null,
      product: null,
    }))
  },
}

type UsbEntry = UsbDeviceLike & {
  readonly manufacturerName?: string | null
  readonly productName?: string | null
}

/** Windows and macOS: asks the devices themselves, so it is for printers with the WinUSB driver only. */
const usbLister: Lister = {
  name: 'USB printers',
  list: async () => {
    const { usb } = await import('usb')
    const devices = (await usb.getDevices()) as unknown as UsbEntry[]
    return devices.flatMap((device): PluggedDevice[] => {
      try {
        const faces = device.configuration?.interfaces ?? []
        const isPrinter = faces.some(({ alternates }) =>
          alternates.some(({ interfaceClass }) => interfaceClass === Number(USB_CLASS_PRINTER)),
        )
        if (!isPrinter) return []
        const portPath = usbPortPath(device)
        return [
          {
            link: 'usb',
            path: portPath ?? '',
            vendorId: device.vendorId,
            productId: device.productId,
            serialNumber: device.serialNumber ?? null,
            portPath,
            interfaceNumber: null,
            maker: device.manufacturerName ?? null,
            product: device.productName ?? null,
          },
        ]
      } catch {
        // A device without the right driver may not be opened, and is no printer of ours.
        return []
      }
    })
  },
}

function hidLister(sysRoot: string | null): Lister {
  return {
    name: 'scanners and card readers',
    list: async () => {
      const { devicesAsync } = await import('node-hid')
      const devices = await devicesAsync()
      return await Promise.all(
        devices
          .filter(({ path }) => path !== undefined && path !== '')
          .map(async (device): Promise<PluggedDevice> => {
            const { path = '', vendorId, productId, serialNumber, manufacturer, product } = device
            const entry = sysRoot === null ? null : join(sysRoot, 'class/hidraw', basename(path))
            const place = entry === null ? null : await usbPlaceOf(entry)
            return {
              link: 'hid',
              path,
              vendorId,
              productId,
              serialNumber: serialNumber ?? null,
              portPath: place?.portPath ?? null,
              interfaceNumber: place?.interfaceNumber ?? (device.interface >= 0 ? device.interface : null),
              maker: manufacturer ?? null,
              product: product ?? null,
              ...(device.usagePage !== undefined && { usagePage: device.usagePage }),
              ...(device.usage !== undefined && { usage: device.usage }),
            }
          }),
      )
    },
  }
}
