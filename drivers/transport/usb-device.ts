// The part of a USB device, in WebUSB's words, that a printer needs, and which of its interfaces to take. Called by usb.ts.
// Structural types, so that the `usb` package, a browser's navigator.usb and a test's device all fit.
export type UsbEndpointLike = {
  readonly endpointNumber: number
  readonly direction: 'in' | 'out'
  readonly type: string
}

export type UsbAlternateLike = {
  readonly alternateSetting: number
  readonly interfaceClass: number
  readonly interfaceSubclass: number
  readonly interfaceProtocol: number
  readonly endpoints: readonly UsbEndpointLike[]
}

export type UsbConfigurationLike = {
  readonly configurationValue: number
  readonly interfaces: readonly {
    readonly interfaceNumber: number
    readonly alternates: readonly UsbAlternateLike[]
  }[]
}

export type UsbDeviceLike = {
  readonly vendorId: number
  readonly productId: number
  /** Reading it may throw when the device may not be opened. */
  readonly serialNumber?: string | null | undefined
  readonly bus?: string
  readonly ports?: readonly number[]
  readonly configuration?: UsbConfigurationLike | null | undefined
  readonly configurations?: readonly UsbConfigurationLike[]
  readonly open: () => Promise<void>
  readonly close: () => Promise<void>
  readonly selectConfiguration: (value: number) => Promise<void>
  readonly claimInterface: (number: number) => Promise<void>
  readonly releaseInterface: (number: number) => Promise<void>
  readonly selectAlternateInterface: (number: number, setting: number) => Promise<void>
  readonly detachKernelDriver?: (number: number) => Promise<void>
  readonly attachKernelDriver?: (number: number) => Promise<void>
  readonly transferIn: (
    endpoint: number,
    length: number,
    timeoutMs: number,
  ) => Promise<{ data?: DataView | undefined; status?: string | undefined }>
  readonly transferOut: (
    endpoint: number,
    data: Uint8Array,
    timeoutMs: number,
  ) => Promise<{ bytesWritten: number; status?: string | undefined }>
}

export type UsbFinder = () => Promise<readonly UsbDeviceLike[]>

export type PickedInterface = {
  readonly configurationValue: number
  readonly interfaceNumber: number
  readonly alternateSetting: number
  readonly outEndpoint: number
  /** null: the printer has no way back. */
  readonly inEndpoint: number | null
  readonly isDetached: boolean
}

const CLASS_PRINTER = 7
/** Makers that did not bother with the printer class; taken only when the device was named by hand. */
const CLASS_VENDOR = 255
/** USB printer class 1.1, table 4: 2 = two ways, 1 = one way, 3 = two ways in packets (IEEE 1284.4), 4 = IPP over USB. */
const PROTOCOLS_BEST_FIRST = [2, 1]

/** The interface that takes plain bytes, answers if any does; null when the device has none. */
export function pickUsbInterface(device: UsbDeviceLike): PickedInterface | null {
  const all = configurationsOf(device).flatMap(({ configurationValue, interfaces }) =>
    interfaces.flatMap(({ interfaceNumber, alternates }) =>
      alternates.map((alternate) => ({ configurationValue, interfaceNumber, alternate })),
    ),
  )
  const ranked = [
    ...PROTOCOLS_BEST_FIRST.flatMap((protocol) =>
      all.filter(
        ({ alternate }) =>
          alternate.interfaceClass === CLASS_PRINTER && alternate.interfaceProtocol === protocol,
      ),
    ),
    ...all.filter(({ alternate }) => alternate.interfaceClass === CLASS_VENDOR),
  ]
  for (const { configurationValue, interfaceNumber, alternate } of ranked) {
    const outEndpoint = bulkEndpoint(alternate, 'out')
    if (outEndpoint === null) continue
    return {
      configurationValue,
      interfaceNumber,
      outEndpoint,
      isDetached: false,
      alternateSetting: alternate.alternateSetting,
      inEndpoint: bulkEndpoint(alternate, 'in'),
    }
  }
  return null
}

function configurationsOf(device: UsbDeviceLike): readonly UsbConfigurationLike[] {
  try {
    // The one that is set; an unconfigured device throws or has null here.
    if (device.configuration) return [device.configuration]
  } catch {
    return device.configurations ?? []
  }
  return device.configurations ?? []
}

function bulkEndpoint({ endpoints }: UsbAlternateLike, direction: 'in' | 'out'): number | null {
  return endpoints.find((one) => one.type === 'bulk' && one.direction === direction)?.endpointNumber ?? null
}
