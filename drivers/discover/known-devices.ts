// What a device is, told from its USB numbers and HID usages, as data. Called by discover.ts. A maker or model that is
// missing here still works: its owner picks it by hand as "unknown" or "serial".
// Sources: HID usage tables 1.5 (pages 8C bar code scanner, 8E magnetic stripe reader), usb.ids for makers and models.

export type DeviceKind = 'printer' | 'scanner' | 'card reader' | 'serial' | 'unknown'

type Maker = { readonly vendorId: number; readonly name: string; readonly kind: DeviceKind }

/** Makers whose devices on a counter are of one kind. */
const MAKERS: readonly Maker[] = [
  { vendorId: 0x04b8, name: 'Epson', kind: 'printer' },
  { vendorId: 0x0519, name: 'Star', kind: 'printer' },
  { vendorId: 0x1504, name: 'Bixolon', kind: 'printer' },
  { vendorId: 0x1d90, name: 'Citizen', kind: 'printer' },
  { vendorId: 0x0dd4, name: 'Custom', kind: 'printer' },
  { vendorId: 0x154f, name: 'SNBC', kind: 'printer' },
  { vendorId: 0x0fe6, name: 'Rongta', kind: 'printer' },
  { vendorId: 0x0c2e, name: 'Honeywell', kind: 'scanner' },
  { vendorId: 0x0536, name: 'Honeywell', kind: 'scanner' },
  { vendorId: 0x23d0, name: 'Youjie', kind: 'scanner' },
  { vendorId: 0x05e0, name: 'Zebra', kind: 'scanner' },
  { vendorId: 0x05f9, name: 'Datalogic', kind: 'scanner' },
  { vendorId: 0x080c, name: 'Datalogic', kind: 'scanner' },
  { vendorId: 0x1eab, name: 'Newland', kind: 'scanner' },
  { vendorId: 0x065a, name: 'Opticon', kind: 'scanner' },
  { vendorId: 0x0801, name: 'MagTek', kind: 'card reader' },
  { vendorId: 0x0acd, name: 'ID TECH', kind: 'card reader' },
  { vendorId: 0x0403, name: 'FTDI serial adapter', kind: 'serial' },
  { vendorId: 0x067b, name: 'Prolific serial adapter', kind: 'serial' },
  { vendorId: 0x10c4, name: 'Silicon Labs serial adapter', kind: 'serial' },
  { vendorId: 0x1a86, name: 'CH340 serial adapter', kind: 'serial' },
]

/** Single models of makers that make other things too: receipt printers built on bought-in boards. */
const MODELS: readonly (Maker & { readonly productId: number })[] = [
  { vendorId: 0x0416, productId: 0x5011, name: '58 mm receipt printer', kind: 'printer' },
  { vendorId: 0x0483, productId: 0x5743, name: '80 mm receipt printer', kind: 'printer' },
  { vendorId: 0x0456, productId: 0x0808, name: 'receipt printer', kind: 'printer' },
  { vendorId: 0x1fc9, productId: 0x2016, name: '80 mm receipt printer', kind: 'printer' },
  { vendorId: 0x28e9, productId: 0x0289, name: '58 mm receipt printer', kind: 'printer' },
  { vendorId: 0x6868, productId: 0x0200, name: 'receipt printer', kind: 'printer' },
]

/** HID usages by page; a missing usage is any. */
const HID_USAGES: readonly { page: number; usage?: number; vendorId?: number; kind: DeviceKind }[] = [
  { page: 0x8c, usage: 0x02, kind: 'scanner' },
  { page: 0x8e, kind: 'card reader' },
  // Vendor pages mean whatever their maker says.
  { page: 0xff00, vendorId: 0x0801, kind: 'card reader' },
  { page: 0xff00, vendorId: 0x0acd, kind: 'card reader' },
]

export function findMaker(vendorId: number | null, productId: number | null): Maker | null {
  const model = MODELS.find((one) => one.vendorId === vendorId && one.productId === productId)
  return model ?? MAKERS.find((one) => one.vendorId === vendorId) ?? null
}

/** Makers of devices that a till opens as HID or as a serial scanner: what the udev rules allow. */
export function vendorIdsOf(kind: DeviceKind): readonly number[] {
  return MAKERS.filter((maker) => maker.kind === kind).map(({ vendorId }) => vendorId)
}

/**
 * null for usages no driver of a till opens: keyboards (also scanners and readers that type), mice, media keys, and vendor
 * pages of unknown makers.
 */
export function hidKind(device: {
  usagePage: number
  usage: number
  vendorId: number | null
}): DeviceKind | null {
  const { usagePage, usage, vendorId } = device
  const known = HID_USAGES.find(
    (one) =>
      one.page === usagePage &&
      (one.usage === undefined || one.usage === usage) &&
      (one.vendorId === undefined || one.vendorId === vendorId),
  )
  return known?.kind ?? null
}
