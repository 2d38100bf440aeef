// Reads a Bharat QR / EMV merchant QR: tag-length-value text closed by a CRC. Called by read-scan.
// Source: EMVCo merchant-presented QR (tags 62.01 bill number, 62.05 reference label, 63 CRC-16/CCITT-FALSE).

export type BharatQr = { billNumber: string | null; reference: string | null }

const TAGS_MAX = 64

/** null when the text is no such code, is cut short, or its CRC is wrong. */
export function readBharatQr(text: string): BharatQr | null {
  if (!text.startsWith('000201')) return null
  const tags = readTags(text)
  if (tags === null || text.slice(-8, -4) !== '6304') return null
  if (crc16(text.slice(0, -4)) !== text.slice(-4).toUpperCase()) return null
  const additional = readTags(tags.get('62') ?? '')
  return {
    billNumber: meaningful(additional?.get('01')),
    reference: meaningful(additional?.get('05')),
  }
}

/** `***` asks the payer to type it; it names nothing. */
function meaningful(value: string | undefined): string | null {
  const text = value?.trim() ?? ''
  return text === '' || text === '***' ? null : text
}

function readTags(text: string): Map<string, string> | null {
  const tags = new Map<string, string>()
  let at = 0
  while (at < text.length) {
    const head = /^(\d{2})(\d{2})$/.exec(text.slice(at, at + 4))
    if (head === null || tags.size >= TAGS_MAX) return null
    const [, tag = '', length = ''] = head
    const value = text.slice(at + 4, at + 4 + Number(length))
    if (value.length !== Number(length)) return null
    tags.set(tag, value)
    at += 4 + value.length
  }
  return tags
}

/** CRC-16/CCITT-FALSE over the characters, four hex digits. */
export function crc16(text: string): string {
  let crc = 0xffff
  for (let at = 0; at < text.length; at += 1) {
    crc ^= (text.charCodeAt(at) & 0xff) << 8
    for (let bit = 0; bit < 8; bit += 1) crc = ((crc << 1) ^ (crc & 0x8000 ? 0x1021 : 0)) & 0xffff
  }
  return crc.toString(16).toUpperCase().padStart(4, '0')
}
