// Bharat QR: EMV merchant-presented codes, tag-length-value text closed by a CRC. Called by payload.ts.
// Source: EMVCo merchant-presented QR; NPCI's Bharat QR for tags 26 and 27.
import { paiseOf } from './upi.ts'

export type MerchantQr = {
  readonly isDynamic: boolean
  /** 26.01 */
  readonly payeeAddress: string | null
  /** 27.01 */
  readonly transactionReference: string | null
  readonly merchantCode: string | null
  readonly amountPaise: number | null
  readonly merchantName: string | null
  readonly city: string | null
  /** 62.01 */
  readonly billNumber: string | null
  /** 62.05 */
  readonly referenceLabel: string | null
  /** 62.06 */
  readonly customerLabel: string | null
  /** 62.07 */
  readonly terminalLabel: string | null
}

export type MerchantQrReading =
  | { readonly qr: MerchantQr }
  | { readonly reason: 'not_merchant_qr' | 'cut_short' | 'bad_checksum' | 'bad_amount' | 'bad_currency' }

const START = '000201'
const UPI_ISSUER = 'A000000524'
const INR = '356'
const TAGS_MAX = 64

/** Never throws. */
export function readMerchantQr(text: string): MerchantQrReading {
  if (!text.startsWith(START)) return { reason: 'not_merchant_qr' }
  const tags = readTags(text)
  if (tags === null || text.slice(-8, -4) !== '6304') return { reason: 'cut_short' }
  if (checksumOf(text.slice(0, -4)) !== text.slice(-4).toUpperCase()) return { reason: 'bad_checksum' }
  if ((tags.get('53') ?? INR) !== INR) return { reason: 'bad_currency' }
  const amount = tags.get('54')
  const amountPaise = amount === undefined ? null : paiseOf(amount)
  if (amount !== undefined && amountPaise === null) return { reason: 'bad_amount' }
  const upi = within(tags, '26')
  const bill = within(tags, '62')
  return {
    qr: {
      isDynamic: tags.get('01') === '12',
      payeeAddress: upi.get('00') === UPI_ISSUER ? named(upi.get('01')) : null,
      transactionReference: named(within(tags, '27').get('01')),
      merchantCode: named(tags.get('52')),
      amountPaise,
      merchantName: named(tags.get('59')),
      city: named(tags.get('60')),
      billNumber: named(bill.get('01')),
      referenceLabel: named(bill.get('05')),
      customerLabel: named(bill.get('06')),
      terminalLabel: named(bill.get('07')),
    },
  }
}

function within(tags: ReadonlyMap<string, string>, tag: string): ReadonlyMap<string, string> {
  return readTags(tags.get(tag) ?? '') ?? new Map<string, string>()
}

/** `***` asks the payer to type it; it names nothing. */
function named(value: string | undefined): string | null {
  const text = value?.trim() ?? ''
  return text === '' || text === '***' ? null : text
}

/** null when a length does not fit. Twice the same tag is refused: it could mean two things. */
function readTags(text: string): Map<string, string> | null {
  const tags = new Map<string, string>()
  let at = 0
  while (at < text.length) {
    const [, tag = '', length = ''] = /^(\d{2})(\d{2})/.exec(text.slice(at, at + 4)) ?? []
    const value = text.slice(at + 4, at + 4 + Number(length))
    if (tag === '' || value.length !== Number(length)) return null
    if (tags.has(tag) || tags.size >= TAGS_MAX) return null
    tags.set(tag, value)
    at += 4 + value.length
  }
  return tags
}

/** CRC-16/CCITT-FALSE (polynomial 1021, start FFFF) over the UTF-8 bytes, four hex digits. */
export function checksumOf(text: string): string {
  let crc = 0xffff
  for (const byte of Buffer.from(text)) {
    crc ^= byte << 8
    for (let bit = 0; bit < 8; bit += 1) crc = ((crc << 1) ^ (crc & 0x8000 ? 0x1021 : 0)) & 0xffff
  }
  return crc.toString(16).toUpperCase().padStart(4, '0')
}
