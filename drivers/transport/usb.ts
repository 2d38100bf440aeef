// A USB printer without the kernel's printer driver: bulk transfers through the `usb` package. Called by printer-address.ts.
// On Linux the kernel's driver is set aside while the till is connected; on Windows the printer needs the WinUSB driver.
import { setTimeout as wait } from 'node:timers/promises'
import type { DriverProblem } from '#drivers/problem.ts'
import { linkProblem, type LinkTerms, type LinkTrouble } from './link-problem.ts'
import { createLink, type Link, WRITE_TIMEOUT_MS } from './link.ts'
import type { Connection, Transport } from './transport.ts'
import { pickUsbInterface, type PickedInterface, type UsbDeviceLike, type UsbFinder } from './usb-device.ts'

const PIECE_BYTES_MAX = 8_192
const READ_BYTES_MAX = 512
/** A read that waits cannot be called back, so it is short: close() waits for it. */
const READ_TIMEOUT_MS = 200
/** Some printers answer every read with nothing at once. */
const EMPTY_READ_PAUSE_MS = 20
/** The kernel lets go of a device shortly after the last user did. */
const CLAIM_TRIES_MAX = 3
const CLAIM_PAUSE_MS = 150

export type UsbOptions = {
  readonly vendorId: number
  readonly productId: number
  /** Left out: the first device of this kind. */
  readonly serialNumber?: string
  /** Left out or '' : any. Bus and ports, "1-2.3", for devices without a serial number of their own. */
  readonly portPath?: string
  readonly noun?: string
  readonly writeTimeoutMs?: number
  /** Who lists the devices; the `usb` package when left out. */
  readonly finder?: UsbFinder
}

export function usbTransport(options: UsbOptions): Transport {
  const name = nameOf(options)
  const terms: LinkTerms = { name, kind: 'usb', noun: options.noun ?? 'printer' }
  let isOneWay = false
  return {
    name,
    get canAnswer() {
      return !isOneWay
    },
    open: async () => {
      const device = await findDevice(options, terms)
      const picked = await takeInterface(device, terms)
      isOneWay = picked.inEndpoint === null
      return connectionOver(device, picked, { terms, writeTimeoutMs: options.writeTimeoutMs })
    },
  }
}

function nameOf({ vendorId, productId, serialNumber, portPath }: UsbOptions): string {
  const ids = [vendorId, productId].map((id) => id.toString(16).padStart(4, '0')).join(':')
  return `usb:${ids}${serialNumber === undefined ? '' : `:${serialNumber}`}${portPath ? `@${portPath}` : ''}`
}

async function findDevice(options: UsbOptions, terms: LinkTerms): Promise<UsbDeviceLike> {
  let devices: readonly UsbDeviceLike[]
  try {
    devices = await (options.finder ?? defaultFinder)()
  } catch (cause) {
    throw linkProblem('absent', terms, cause)
  }
  const found = devices.find((device) => isWanted(device, options))
  if (found === undefined) throw linkProblem('absent', terms)
  return found
}

const defaultFinder: UsbFinder = async () => {
  // Native code is loaded by who uses it, so that a till without USB printers does not need it.
  const { usb } = await import('usb')
  return (await usb.getDevices()) as unknown as UsbDeviceLike[]
}

function isWanted(device: UsbDeviceLike, wanted: UsbOptions): boolean {
  if (device.vendorId !== wanted.vendorId || device.productId !== wanted.productId) return false
  if (wanted.portPath && usbPortPath(device) !== wanted.portPath) return false
  if (wanted.serialNumber === undefined) return true
  try {
    return device.serialNumber === wanted.serialNumber
  } catch {
    // Asking for the number may open the device, which may be forbidden.
    return false
  }
}

/** Bus and port numbers as Linux writes them: "1-2.3"; null when the system does not tell. */
export function usbPortPath({ bus, ports }: UsbDeviceLike): string | null {
  if (bus === undefined || ports === undefined || ports.length === 0) return null
  return `${/^\d+$/.test(bus) ? Number(bus) : bus}-${ports.join('.')}`
}

/** Opens and claims; leaves nothing open when it fails. */
async function takeInterface(device: UsbDeviceLike, terms: LinkTerms): Promise<PickedInterface> {
  try {
    await device.open()
  } catch (cause) {
    throw linkProblem(openTroubleOf(cause), terms, cause)
  }
  try {
    const picked = pickUsbInterface(device)
    if (picked === null) throw linkProblem('unsupported', terms)
    // Refused as busy while any driver holds any interface of the device; the configuration is then set already.
    await device.selectConfiguration(picked.configurationValue).catch(() => undefined)
    const isDetached = await claim(device, picked.interfaceNumber)
    if (picked.alternateSetting !== 0) {
      await device.selectAlternateInterface(picked.interfaceNumber, picked.alternateSetting)
    }
    return { ...picked, isDetached }
  } catch (cause) {
    await device.close().catch(() => undefined)
    if (isDriverProblem(cause)) throw cause
    throw linkProblem(openTroubleOf(cause), terms, cause)
  }
}

/** True when the kernel's driver was set aside and wants to come back. */
async function claim(device: UsbDeviceLike, interfaceNumber: number): Promise<boolean> {
  let isDetached = false
  for (let attempt = 1; ; attempt++) {
    try {
      await device.claimInterface(interfaceNumber)
      return isDetached
    } catch (error) {
      if (attempt >= CLAIM_TRIES_MAX) {
        if (isDetached) await device.attachKernelDriver?.(interfaceNumber).catch(() => undefined)
        throw error
      }
      if (device.detachKernelDriver === undefined) await wait(CLAIM_PAUSE_MS)
      else {
        const hasDetached = await device.detachKernelDriver(interfaceNumber).then(
          () => true,
          () => false,
        )
        isDetached ||= hasDetached
        if (!hasDetached) await wait(CLAIM_PAUSE_MS)
      }
    }
  }
}

function connectionOver(
  device: UsbDeviceLike,
  picked: PickedInterface,
  { terms, writeTimeoutMs = WRITE_TIMEOUT_MS }: { terms: LinkTerms; writeTimeoutMs: number | undefined },
): Connection {
  let reading: Promise<void> = Promise.resolve()
  const link: Link = createLink(
    {
      send: async (piece) =>
        await sendWhole(device, picked.outEndpoint, { piece, timeoutMs: writeTimeoutMs }),
      // The transfer has the same time limit and gives up by itself.
      discard: async () => undefined,
      release: async () => {
        await reading
        await device.releaseInterface(picked.interfaceNumber).catch(() => undefined)
        if (picked.isDetached)
          await device.attachKernelDriver?.(picked.interfaceNumber).catch(() => undefined)
        await device.close()
      },
      troubleOf: (error) => transferProblem(error, terms),
    },
    terms,
    { pieceBytesMax: PIECE_BYTES_MAX, pauseMs: 0, writeTimeoutMs: writeTimeoutMs + READ_TIMEOUT_MS },
  )
  if (picked.inEndpoint !== null) {
    const endpoint = picked.inEndpoint
    reading = readAll(device, endpoint, link).catch((error: unknown) => {
      // Not waited for: letting go waits for this very loop.
      link.lost(transferProblem(error, terms))
    })
  }
  return link.connection
}

async function sendWhole(
  device: UsbDeviceLike,
  endpoint: number,
  { piece, timeoutMs }: { piece: Uint8Array; timeoutMs: number },
): Promise<void> {
  let rest = piece
  while (rest.length > 0) {
    const { status, bytesWritten } = await device.transferOut(endpoint, rest, timeoutMs)
    if (status === 'stall' || bytesWritten === 0) throw new Error('transferOut error: Stall')
    rest = rest.subarray(bytesWritten)
  }
}

async function readAll(device: UsbDeviceLike, endpoint: number, link: Link): Promise<void> {
  while (!link.isEnded()) {
    let data: DataView | undefined
    try {
      ;({ data } = await device.transferIn(endpoint, READ_BYTES_MAX, READ_TIMEOUT_MS))
    } catch (error) {
      if (link.isEnded()) return
      // Nothing to say within the time.
      if (isTimeout(error)) continue
      throw error
    }
    if (data === undefined || data.byteLength === 0) await wait(EMPTY_READ_PAUSE_MS)
    else link.deliver(new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice())
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function isTimeout(error: unknown): boolean {
  return /cancell?ed|timed? ?out/i.test(textOf(error))
}

function transferProblem(error: unknown, terms: LinkTerms): DriverProblem {
  return linkProblem(isTimeout(error) || /stall/i.test(textOf(error)) ? 'stalled' : 'gone', terms, error)
}

function openTroubleOf(error: unknown): LinkTrouble {
  const text = textOf(error)
  if (/permission|access denied|EACCES|LIBUSB_ERROR_ACCESS/i.test(text)) return 'permission'
  if (/busy|in use|EBUSY/i.test(text)) return 'in-use'
  if (/disconnected|no such device|not found|ENODEV/i.test(text)) return 'absent'
  return 'unsupported'
}

function isDriverProblem(error: unknown): boolean {
  return error instanceof Error && error.name === 'DriverProblem'
}
