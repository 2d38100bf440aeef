// Whole card numbers (PAN) have no place in this product: what a terminal says and what a person types is looked through before it is
// kept or shown anywhere. Up to three marks between two digits count as none. A number counts as a card's when it begins and is as long
// as one of a known scheme and its check digit is right: terminals' own numbers hold moments and counters that pass the check digit alone
// one time in ten. PCI DSS 3.4: at most the last four. Used by the terminal's core.
import { isLuhn } from './log-safety.ts'

const DIGITS = /\d(?:[^\p{L}\p{N}]{0,3}\d){12,}/gu

/** Visa; Mastercard (two ranges); Amex; Diners; JCB; Maestro; RuPay, Discover, UnionPay and Maestro at 6; RuPay at 8. ISO/IEC 7812. */
const SCHEMES: readonly (readonly [RegExp, readonly number[]])[] = [
  [/^4/, [13, 16, 19]],
  [/^5[1-5]|^2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720)/, [16]],
  [/^3[47]/, [15]],
  [/^3(?:0[0-5]|6|8|9)/, [14, 16, 17, 18, 19]],
  [/^35/, [16, 17, 18, 19]],
  [/^5(?:0|[6-8])/, [13, 14, 15, 16, 17, 18, 19]],
  [/^6/, [16, 17, 18, 19]],
  [/^8[12]/, [16]],
]

export function hasCardNumber(text: string): boolean {
  return text.normalize('NFKC').match(DIGITS)?.some(hasCard) ?? false
}

/** What a stripe begins with, and a number and a date behind it. */
const STRIPE = /^[%;][A-Z]?[\d*\s.-]{6,}[=^]/i

/**
 * The text is a card's number, or what stands on a stripe, and nothing else. For scans and searches, which hold other numbers as long: a
 * merchant's in a payment code, the parts of a link.
 */
export function isCardText(text: string): boolean {
  const bare = text.normalize('NFKC').trim()
  return STRIPE.test(bare) || (/^[^\p{L}]*$/u.test(bare) && hasCardNumber(bare))
}

/** The same text with the digits of a card replaced but for the last four. */
export function withoutCardNumbers(text: string): string {
  return text
    .normalize('NFKC')
    .replace(DIGITS, (run) => (hasCard(run) ? `****${run.replace(/\D/g, '').slice(-4)}` : run))
}

/** A card may stand inside a longer run of digits. */
function hasCard(run: string): boolean {
  const digits = run.replace(/\D/g, '')
  for (let from = 0; from <= digits.length - 13; from += 1) {
    const rest = digits.slice(from)
    for (const [prefix, lengths] of SCHEMES) {
      if (!prefix.test(rest)) continue
      if (lengths.some((length) => rest.length >= length && isLuhn(rest.slice(0, length)))) return true
    }
  }
  return false
}
