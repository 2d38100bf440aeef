// What the terminal says of a payment (04 0F) and for the slip (06 D1, 06 D3), read into plain values. The bytes are zeroed
// afterwards. Pure but for that. Called by dialogue.ts.
import { maskCardNumbers } from '#drivers/card-terminal/card-number.ts'
import type { BmpFault } from './bmp.ts'
import { parseBmps, readBcd, readVarLength } from './bmp.ts'
import type { SlipKind, SlipPart } from './slips.ts'
import { parseTlv, tlvValues } from './tlv.ts'

export type StatusInformation = {
  /** Null: the terminal did not say. */
  readonly resultCode: number | null
  readonly amountPaise: number | null
  /** ISO 4217 numeric, four digits: "0356". */
  readonly currency: string | null
  readonly trace: string | null
  readonly receipt: string | null
  /** By the terminal's clock. */
  readonly monthDay: string | null
  readonly year: string | null
  readonly time: string | null
  readonly terminalId: string | null
  readonly approvalCode: string | null
  readonly scheme: string | null
  readonly cardLastFour: string | null
  readonly additionalText: string | null
  /** It names the payment it takes back. */
  readonly isReversal: boolean
  readonly fault: BmpFault | null
}

const TEXT_MAX = 120
const LINE_MAX = 120
const TLV_PRINT_LINE = 0x07
const TLV_END_OF_SLIP = 0x09
const TLV_SLIP_KIND = 0x1f07
const SLIP_KINDS: readonly (SlipKind | undefined)[] = [undefined, 'merchant', 'customer', 'administration']
const FEEDS_MAX = 5

export function readStatusInformation(data: Uint8Array): StatusInformation {
  const { fields, cardLastFour, fault } = parseBmps(data)
  const shortDate = readBcd(fields.get(0x0d))
  const longDate = readBcd(fields.get(0xaa))
  const amount = readBcd(fields.get(0x04))
  const status = {
    resultCode: fields.get(0x27)?.[0] ?? null,
    amountPaise: amount === null ? null : Number(amount),
    currency: readBcd(fields.get(0x49)),
    trace: readBcd(fields.get(0x0b)),
    receipt: readBcd(fields.get(0x87)),
    monthDay: longDate?.slice(2) ?? shortDate,
    year: longDate === null ? null : `20${longDate.slice(0, 2)}`,
    time: readBcd(fields.get(0x0c)),
    terminalId: readBcd(fields.get(0x29)),
    approvalCode: readText(fields.get(0x3b)),
    scheme: readText(fields.get(0x8b)),
    cardLastFour,
    additionalText: readText(fields.get(0x3c)),
    isReversal: fields.has(0x37),
    fault,
  }
  data.fill(0)
  return status
}

/** 06 D1: an attribute byte, then text. Attribute FF feeds paper, 80 means nothing; else the high bit marks a slip's last line. */
export function readPrintLine(data: Uint8Array): SlipPart {
  const [attribute, count = 1] = data
  const isFeed = attribute === 0xff
  const feeds = Array.from({ length: Math.min(FEEDS_MAX, count) }, () => '')
  const lines = attribute === undefined ? [] : isFeed ? feeds : [printable(data.subarray(1))]
  data.fill(0)
  return { kind: null, lines, isLast: !isFeed && attribute !== undefined && attribute > 0x80 }
}

/** 06 D3: a container with lines (tags 07 inside tag 25), whose slip it is, and perhaps a mark of its end. */
export function readPrintBlock(data: Uint8Array): SlipPart {
  const container = parseBmps(data).fields.get(0x06)
  const items = container === undefined ? [] : parseTlv(container).items
  const lines = tlvValues(items, TLV_PRINT_LINE).map(printable)
  const kind = SLIP_KINDS[tlvValues(items, TLV_SLIP_KIND)[0]?.[0] ?? 0] ?? null
  const isLast = tlvValues(items, TLV_END_OF_SLIP).length > 0
  data.fill(0)
  return { kind, lines, isLast }
}

/** What 06 0F says after 05 01: the software's version as LLLVAR if it is told, then one byte of state. Null: not told. */
export function readTerminalState(data: Uint8Array): number | null {
  const versionLength = readVarLength(data, 0, 3)
  const at = versionLength === null ? 0 : 3 + versionLength
  return data[at] ?? null
}

function readText(bytes: Uint8Array | undefined): string | null {
  if (bytes === undefined) return null
  const end = bytes.indexOf(0)
  const text = printable(end < 0 ? bytes : bytes.subarray(0, end))
    .trim()
    .slice(0, TEXT_MAX)
  return text === '' ? null : text
}

/** Terminals write code page 437; what is not ASCII becomes a question mark, control bytes go. */
function printable(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes.subarray(0, LINE_MAX)) {
    if (byte >= 0x20 && byte < 0x7f) text += String.fromCodePoint(byte)
    else if (byte >= 0x80) text += '?'
  }
  return maskCardNumbers(text)
}
