// Opens a scanner in HID-POS mode through node-hid and hands its reports to hid-pos.ts. Called by open-scanner.ts.
import { DriverProblem } from '#drivers/problem.ts'
import { createHidAssembler } from './hid-pos.ts'
import type { OpenScanner, Scanner, ScanListener } from './scan.ts'

export type HidScannerAddress = {
  readonly vendorId: number
  readonly productId: number
  /** Where two of the same model are plugged in; null: the first. */
  readonly serialNumber: string | null
}

/** What is used of node-hid's HIDAsync. */
export type HidDevice = {
  readonly on: (event: 'data' | 'error', listener: (value: never) => void) => unknown
  readonly sendFeatureReport: (data: number[]) => Promise<number>
  readonly close: () => Promise<void>
}
export type HidOpener = (address: HidScannerAddress) => Promise<HidDevice>

const POS_USAGE_PAGE = 0x8c
/** Honeywell and Youjie send nothing in HID-POS mode before they get feature report 254. */
const VENDORS_TO_WAKE = [0x0c2e, 0x23d0]
const WAKE_REPORT = [254, 1]

export function hidScanner(
  address: HidScannerAddress,
  { nowMs, open = openByNodeHid }: { readonly nowMs: () => number; readonly open?: HidOpener },
): Scanner {
  const hex = (id: number): string => id.toString(16).padStart(4, '0')
  const name = `${hex(address.vendorId)}:${hex(address.productId)}`
  return {
    name,
    open: async (listener) => {
      const device = await open(address).catch((error: unknown) => {
        throw notOpened(name, error)
      })
      return await listenTo(device, { address, name, listener, nowMs })
    },
  }
}

type Listening = {
  readonly address: HidScannerAddress
  readonly name: string
  readonly listener: ScanListener
  readonly nowMs: () => number
}

async function listenTo(
  device: HidDevice,
  { address, name, listener, nowMs }: Listening,
): Promise<OpenScanner> {
  const assembler = createHidAssembler({ listener, nowMs })
  const { promise: closed, resolve } = Promise.withResolvers<DriverProblem | null>()
  let isEnded = false
  const end = async (problem: DriverProblem | null): Promise<void> => {
    if (isEnded) return
    isEnded = true
    assembler.stop()
    // Whatever goes wrong in letting go of a device that is gone, nobody can do anything about it.
    await device.close().catch(() => undefined)
    resolve(problem)
  }
  device.on('error', (cause: Error) => void end(gone(name, cause)))
  device.on('data', (report: Uint8Array) => assembler.take(report))
  if (VENDORS_TO_WAKE.includes(address.vendorId)) {
    // Models that need no waking refuse the report and scan all the same.
    await device.sendFeatureReport(WAKE_REPORT).catch(() => 0)
  }
  return { closed, close: async () => await end(null) }
}

async function openByNodeHid({ vendorId, productId, serialNumber }: HidScannerAddress): Promise<HidDevice> {
  // Native code is loaded by who uses it, so that a till without such a scanner does not need it.
  const { devicesAsync, HIDAsync } = await import('node-hid')
  const devices = await devicesAsync(vendorId, productId)
  const mine = devices.filter((each) => serialNumber === null || each.serialNumber === serialNumber)
  const path = (mine.find(({ usagePage }) => usagePage === POS_USAGE_PAGE) ?? mine[0])?.path
  if (path === undefined) throw new Error('not plugged in')
  const device = await HIDAsync.open(path)
  return {
    on: (event, listener) => device.on(event, listener as (value: unknown) => void),
    sendFeatureReport: async (data) => await device.sendFeatureReport(data),
    close: async () => await device.close(),
  }
}

function notOpened(name: string, cause: unknown): DriverProblem {
  const words = cause instanceof Error ? cause.message : ''
  if (/permission|denied|EACCES/i.test(words)) {
    return new DriverProblem(
      'device_permission',
      `This user may not read the scanner ${name}. On Linux copy 70-tahsil.rules to /etc/udev/rules.d and plug it in again.`,
      { cause },
    )
  }
  return new DriverProblem(
    'device_unreachable',
    `The scanner ${name} cannot be opened. Check that it is plugged in and set to HID-POS mode, not to keyboard mode.`,
    { cause },
  )
}

function gone(name: string, cause: unknown): DriverProblem {
  return new DriverProblem(
    'device_gone',
    `The scanner ${name} was unplugged. Plug it in again; it goes on by itself.`,
    {
      cause,
    },
  )
}
