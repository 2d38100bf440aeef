// BER TLV as ZVT uses it in its container 06 (tags of one to three bytes, lengths high byte first). Pure. Called by bmp.ts
// and status-information.ts.

export type TlvItem = { readonly tag: number; readonly value: Uint8Array; readonly items: readonly TlvItem[] }

export type TlvResult = {
  readonly items: readonly TlvItem[]
  /** Null: all of it was understood; otherwise what came before the fault is in `items`. */
  readonly fault: 'tag' | 'length' | 'too_deep' | 'too_many' | null
}

const TLV_DEPTH_MAX = 8
const TLV_ITEMS_MAX = 2_000
const TAG_BYTES_MAX = 3

export function parseTlv(bytes: Uint8Array): TlvResult {
  const budget = { left: TLV_ITEMS_MAX }
  return parseLevel(bytes, 1, budget)
}

/** All values of a tag, at whatever depth, in the order they came. */
export function tlvValues(items: readonly TlvItem[], tag: number): readonly Uint8Array[] {
  return items.flatMap((item) => [...(item.tag === tag ? [item.value] : []), ...tlvValues(item.items, tag)])
}

/** A length as BER writes it; null if it is cut off or longer than two bytes can say. */
export function readBerLength(
  bytes: Uint8Array,
  at: number,
): { readonly length: number; readonly next: number } | null {
  const first = bytes[at]
  if (first === undefined) return null
  if (first < 0x80) return { length: first, next: at + 1 }
  const count = first & 0x7f
  if (count < 1 || count > 2 || at + 1 + count > bytes.length) return null
  let length = 0
  for (let index = 1; index <= count; index += 1) length = (length << 8) | (bytes[at + index] ?? 0)
  return { length, next: at + 1 + count }
}

function parseLevel(bytes: Uint8Array, depth: number, budget: { left: number }): TlvResult {
  const items: TlvItem[] = []
  let at = 0
  while (at < bytes.length) {
    if (budget.left === 0) return { items, fault: 'too_many' }
    budget.left -= 1
    const tag = readTag(bytes, at)
    if (tag === null) return { items, fault: 'tag' }
    const length = readBerLength(bytes, tag.next)
    if (length === null || length.next + length.length > bytes.length) return { items, fault: 'length' }
    at = length.next + length.length
    const value = bytes.subarray(length.next, at)
    if (!tag.isConstructed) {
      items.push({ tag: tag.tag, value, items: [] })
      continue
    }
    if (depth === TLV_DEPTH_MAX) return { items, fault: 'too_deep' }
    const inner = parseLevel(value, depth + 1, budget)
    items.push({ tag: tag.tag, value, items: inner.items })
    if (inner.fault !== null) return { items, fault: inner.fault }
  }
  return { items, fault: null }
}

function readTag(bytes: Uint8Array, at: number) {
  const first = bytes[at]
  if (first === undefined) return null
  const isConstructed = (first & 0x20) !== 0
  if ((first & 0x1f) !== 0x1f) return { tag: first, next: at + 1, isConstructed }
  let tag = first
  for (let index = 1; index < TAG_BYTES_MAX; index += 1) {
    const byte = bytes[at + index]
    if (byte === undefined) return null
    tag = (tag << 8) | byte
    if ((byte & 0x80) === 0) return { tag, next: at + index + 1, isConstructed }
  }
  return null
}
