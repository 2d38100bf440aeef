// The floor of receipt printing: one string written by hand for exactly this receipt, without any care for what the text holds.
// Nothing that wraps, checks or cleans can be much faster. Used by receipts.ts and first-receipt.ts; never by the product.
import { COLUMNS, type ReceiptFacts } from './receipt-facts.ts'

const RULE = `${'-'.repeat(COLUMNS)}\n`
const line = (label: string, value: string): string => `${label}${value.padStart(COLUMNS - label.length)}\n`

export function encodeByHand(facts: ReceiptFacts): Uint8Array {
  let out = `\x1b@\x1ba\x01\x1bE\x01\x1d!\x01${facts.town}\n\x1d!\x00\x1bE\x00`
  for (const text of facts.header) out += `${text}\n`
  out += `\x1ba\x00${RULE}`
  for (const [label, value] of facts.rows) out += line(label, value)
  out += RULE
  for (const [label, value] of facts.items) out += line(label, value)
  out += RULE
  for (const [label, value] of facts.totals) out += line(label, value)
  out += `\x1bE\x01\x1d!\x01${line(facts.grand[0], facts.grand[1])}\x1d!\x00\x1bE\x00\x1ba\x01`
  for (const text of facts.footer) out += `${text}\n`
  const { qr, barcode } = facts
  out += `\x1d(k\x04\x001A2\x00\x1d(k\x03\x001C\x06\x1d(k\x03\x001E1`
  out += `\x1d(k${String.fromCharCode((qr.length + 3) & 0xff, (qr.length + 3) >> 8)}1P0${qr}\x1d(k\x03\x001Q0\n`
  out += `\x1dh\x48\x1dw\x02\x1dH\x02\x1dkI${String.fromCharCode(barcode.length + 2)}{B${barcode}\n`
  out += '\x1ba\x00\n\n\n\n\x1dVA\x00'
  return Buffer.from(out, 'latin1')
}
