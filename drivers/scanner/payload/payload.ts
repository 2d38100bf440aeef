// What kind of thing was scanned, and which numbers it names. Formats only: what a number means is for who looks it up.
// Called by the host when the integrator, which reads every scan by the municipality's own rules, is away.
import { readPaymentSlip } from './gs1.ts'
import { codeInLink, LINK_CHARS_MAX, type LinkRule } from './link-rule.ts'
import { readMerchantQr, type MerchantQr } from './merchant-qr.ts'
import { readUpiIntent, type UpiIntent } from './upi.ts'

export type Payload =
  | { readonly kind: 'upi'; readonly intent: UpiIntent }
  | { readonly kind: 'merchant-qr'; readonly qr: MerchantQr }
  | { readonly kind: 'link'; readonly code: string }
  | { readonly kind: 'code'; readonly code: string }
  /** Shown to the operator as it is, with the reason. */
  | { readonly kind: 'raw'; readonly raw: string; readonly reason: string }

export const PAYLOAD_CHARS_MAX = 2_048
const CODE_CHARS_MAX = 128
/**
 * Any DIGIT number: `PT-107-000871`, `WS/107/2025-26/000871`, `SW/…`, `PB-TL-2026-11-24-000123`, `CB-CH-…`, `PB-FN-…`,
 * `PB-BP-…`. Letters, digits, `-`, `/`, `_`, and what municipalities add to them; at least one digit.
 */
const CODE = /^(?=[^\d]*\d)[\p{L}\p{N}][\p{L}\p{N}/_.()#-]*$/u
/** As letter and number, a service may be named before: `WS:WS/107/1`. */
const NAMED_CODE = /^[\w.]{1,64}[:|](?<code>[^:|]+)$/

/** Never throws; `rules` are tried in order. */
export function readPayload(raw: string, rules: readonly LinkRule[] = []): Payload {
  const text = raw.trim()
  const unread = (reason: string): Payload => ({ kind: 'raw', raw, reason })
  if (text === '') return unread('empty')
  if (text.length > PAYLOAD_CHARS_MAX) return unread('too_long')
  if (/^upi:/i.test(text)) {
    const reading = readUpiIntent(text)
    return 'intent' in reading ? { kind: 'upi', intent: reading.intent } : unread(reading.reason)
  }
  if (/^https?:\/\//i.test(text)) {
    const code = codeByRules(text, rules)
    return code === null ? unread('no_rule_fits') : { kind: 'link', code }
  }
  const merchant = readMerchantQr(text)
  if ('qr' in merchant) return { kind: 'merchant-qr', qr: merchant.qr }
  if (merchant.reason !== 'not_merchant_qr' && text.length > CODE_CHARS_MAX / 2)
    return unread(merchant.reason)
  const slip = readPaymentSlip(text)
  if (slip !== null && isCode(slip.reference)) return { kind: 'code', code: slip.reference }
  const code = NAMED_CODE.exec(text)?.groups?.['code']?.trim() ?? text
  return isCode(code) ? { kind: 'code', code } : unread('not_a_code')
}

/** Numbers under which the bill may stand, the likeliest first. */
export function codesNamedBy(payload: Payload): string[] {
  const named = (): (string | null)[] => {
    if (payload.kind === 'upi') return [payload.intent.reference]
    if (payload.kind === 'merchant-qr') {
      const { billNumber, referenceLabel, transactionReference, customerLabel } = payload.qr
      return [billNumber, referenceLabel, transactionReference, customerLabel]
    }
    return payload.kind === 'raw' ? [] : [payload.code]
  }
  return [...new Set(named())].filter((code) => code !== null && isCode(code)) as string[]
}

function isCode(text: string): boolean {
  return text.length <= CODE_CHARS_MAX && CODE.test(text)
}

function codeByRules(link: string, rules: readonly LinkRule[]): string | null {
  if (link.length > LINK_CHARS_MAX) return null
  for (const rule of rules) {
    const code = codeInLink(rule, link)
    if (code === null) continue
    try {
      // DIGIT's own links write `/` of a code as `+`.
      const decoded = decodeURIComponent(code.replaceAll('+', '/'))
      if (isCode(decoded)) return decoded
    } catch {
      // not the code of a bill; the next rule may find one
    }
  }
  return null
}
