// What the Linux kernel says about plugged-in devices, read from /sys: no program is started and no device is opened, so it
// may be asked often. Called by listers.ts.
import { readdir, readFile, realpath } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/** Device folders of one class, hubs behind hubs: far more than a counter has. */
const ENTRIES_MAX = 512
const FOLDERS_UP_MAX = 12

export type UsbPlace = {
  readonly vendorId: number | null
  readonly productId: number | null
  readonly serialNumber: string | null
  /** Bus and ports, "1-2.3": the socket in the wall, so to speak. */
  readonly portPath: string | null
  readonly interfaceNumber: number | null
  readonly maker: string | null
  readonly product: string | null
}

export const NO_PLACE: UsbPlace = {
  vendorId: null,
  productId: null,
  serialNumber: null,
  portPath: null,
  interfaceNumber: null,
  maker: null,
  product: null,
}

/** Names in a folder of /sys; empty when the folder is missing. @throws what else goes wrong */
export async function entriesOf(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).toSorted().slice(0, ENTRIES_MAX)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

/** One value of /sys, trimmed; null when it is missing or the device went away meanwhile. */
export async function valueOf(...path: string[]): Promise<string | null> {
  return await readFile(join(...path), 'utf8').then(
    (text) => text.trim(),
    () => null,
  )
}

/** The USB device that an entry of /sys/class hangs on; null when it hangs on none, as a port of the mainboard. */
export async function usbPlaceOf(entry: string): Promise<UsbPlace | null> {
  let folder: string
  try {
    folder = await realpath(join(entry, 'device'))
  } catch {
    return null
  }
  let interfaceNumber: number | null = null
  for (let count = 0; count < FOLDERS_UP_MAX && folder !== dirname(folder); count++) {
    const number = await valueOf(folder, 'bInterfaceNumber')
    if (number !== null && interfaceNumber === null) interfaceNumber = hexOf(number)
    const vendorId = hexOf(await valueOf(folder, 'idVendor'))
    if (vendorId !== null) return await usbDeviceOf(folder, vendorId, interfaceNumber)
    folder = dirname(folder)
  }
  return null
}

export async function usbDeviceOf(
  folder: string,
  vendorId: number,
  interfaceNumber: number | null,
): Promise<UsbPlace> {
  return {
    vendorId,
    interfaceNumber,
    productId: hexOf(await valueOf(folder, 'idProduct')),
    serialNumber: await valueOf(folder, 'serial'),
    // The kernel names the folder after bus and ports.
    portPath: basename(folder),
    maker: await valueOf(folder, 'manufacturer'),
    product: await valueOf(folder, 'product'),
  }
}

export function hexOf(text: string | null): number | null {
  return text !== null && /^[0-9a-f]{1,4}$/i.test(text) ? Number.parseInt(text, 16) : null
}
