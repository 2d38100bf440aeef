// Where in its reports a magnetic stripe reader of HID usage page 8E puts the tracks, read from its report descriptor: the
// standard names the fields and leaves their places to the maker. Called by stripe-reader.ts. Never throws.
// Source: HID Point of Sale usage tables (page 8E), Device Class Definition for HID 1.11, 6.2.2.

export type StripeField = { readonly byteAt: number; readonly byteCount: number }
export type StripeLayout = {
  /** null: reports carry no id. */
  readonly reportId: number | null
  /** With the id. */
  readonly reportBytes: number
  /** Tracks 1 to 3; null: the reader has none. `length` null: the field is as long as it is and padded with zeros. */
  readonly tracks: readonly ({ readonly length: StripeField | null; readonly data: StripeField } | null)[]
}

export const DESCRIPTOR_BYTES_MAX = 4_096
const PAGE = 0x8e
const LENGTH_USAGE = 0x11
const DATA_USAGE = 0x21
const TRACKS = [0, 1, 2]
const FIELDS_MAX = 512
const USAGES_MAX = 64
/** Three tracks of 255 bytes and what goes with them. */
const REPORT_BITS_MAX = 1_024 * 8

type Field = {
  readonly reportId: number
  readonly usage: number
  readonly bitAt: number
  readonly bits: number
}

/** null: no such reader, or one whose fields do not lie on whole bytes. */
export function stripeLayoutOf(descriptor: Uint8Array): StripeLayout | null {
  const read = readInputs(descriptor)
  if (read === null) return null
  const data = read.fields.find(({ usage }) => usage >= DATA_USAGE && usage < DATA_USAGE + TRACKS.length)
  if (data === undefined) return null
  const { reportId } = data
  const mine = read.fields.filter((field) => field.reportId === reportId)
  const idBytes = reportId === 0 ? 0 : 1
  const fieldOf = (usage: number): StripeField | null => {
    const parts = mine.filter((field) => field.usage === usage)
    const [first] = parts
    if (first === undefined) return null
    const bits = parts.reduce((sum, part) => sum + part.bits, 0)
    if (first.bitAt % 8 !== 0 || bits % 8 !== 0) return null
    return { byteAt: idBytes + first.bitAt / 8, byteCount: bits / 8 }
  }
  const tracks = TRACKS.map((track) => {
    const field = fieldOf(DATA_USAGE + track)
    return field === null ? null : { length: fieldOf(LENGTH_USAGE + track), data: field }
  })
  if (tracks.every((track) => track === null)) return null
  const bits = read.bitsOf.get(reportId) ?? 0
  return { reportId: reportId === 0 ? null : reportId, reportBytes: idBytes + Math.ceil(bits / 8), tracks }
}

type Inputs = { readonly fields: readonly Field[]; readonly bitsOf: ReadonlyMap<number, number> }

/** Every input field of page 8E with its place; null when the descriptor contradicts itself. */
function readInputs(descriptor: Uint8Array): Inputs | null {
  if (descriptor.length > DESCRIPTOR_BYTES_MAX) return null
  const fields: Field[] = []
  const bitsOf = new Map<number, number>()
  let page = 0
  let size = 0
  let count = 0
  let reportId = 0
  let usages: number[] = []
  let usageMin: number | null = null
  for (let at = 0; at < descriptor.length;) {
    const prefix = descriptor[at] ?? 0
    if (prefix === LONG_ITEM) return null
    const valueBytes = [0, 1, 2, 4][prefix & 3] ?? 0
    const bytes = descriptor.subarray(at + 1, at + 1 + valueBytes)
    if (bytes.length < valueBytes) return null
    const value = bytes.reduceRight((sum, byte) => sum * 256 + byte, 0)
    at += 1 + valueBytes
    const item = prefix & 0xfc
    if (item === ITEM.usagePage) page = value
    else if (item === ITEM.reportSize) size = value
    else if (item === ITEM.reportCount) count = value
    else if (item === ITEM.reportId) reportId = value
    else if (item === ITEM.usage) usages.push(valueBytes === 4 ? value : page * 65_536 + value)
    else if (item === ITEM.usageMin) usageMin = page * 65_536 + value
    else if (item === ITEM.usageMax && usageMin !== null) {
      const from = usageMin
      const many = Math.min(USAGES_MAX, Math.max(0, page * 65_536 + value - from + 1))
      usages.push(...Array.from({ length: many }, (_none, step) => from + step))
    } else if (item === ITEM.input) {
      const start = bitsOf.get(reportId) ?? 0
      if (size * count > REPORT_BITS_MAX || start + size * count > REPORT_BITS_MAX) return null
      fields.push(...fieldsOf({ usages, size, count, reportId, start, flags: value }))
      bitsOf.set(reportId, start + size * count)
    }
    // Usages hold for the next main item only.
    if ((prefix & 0x0c) === 0) {
      usages = []
      usageMin = null
    }
    if (usages.length > USAGES_MAX || fields.length > FIELDS_MAX) return null
  }
  return { fields, bitsOf }
}

type Input = {
  readonly usages: readonly number[]
  readonly size: number
  readonly count: number
  readonly reportId: number
  readonly start: number
  readonly flags: number
}

/** A buffered-bytes item, or one usage for all, is one field; else each usage has its own, the last one what is left. */
function fieldsOf({ usages, size, count, reportId, start, flags }: Input): Field[] {
  const isOne = usages.length === 1 || (flags & BUFFERED_BYTES) !== 0
  const one = { reportId, bitAt: start, bits: size * count }
  const all = isOne
    ? usages.slice(0, 1).map((usage) => ({ ...one, usage }))
    : usages.slice(0, count).map((usage, index) => ({
        reportId,
        usage,
        bitAt: start + index * size,
        bits: index === usages.length - 1 ? size * (count - index) : size,
      }))
  return all
    .filter(({ usage }) => Math.floor(usage / 65_536) === PAGE)
    .map((field) => ({ ...field, usage: field.usage % 65_536 }))
}

const LONG_ITEM = 0xfe
const BUFFERED_BYTES = 0x100
const ITEM = {
  usagePage: 0x04,
  reportSize: 0x74,
  reportId: 0x84,
  reportCount: 0x94,
  usage: 0x08,
  usageMin: 0x18,
  usageMax: 0x28,
  input: 0x80,
} as const
