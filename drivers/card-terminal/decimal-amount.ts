// Amounts between integer paise and the text a protocol wants, digit by digit and never through a float. Called by the drivers of
// card terminals, each with the unit its vendor counts in.
import assert from 'node:assert/strict'

export type AmountUnit = 'paise' | 'rupees'

/** Far above any due; keeps every amount an exact integer and every text short. */
export const CARD_AMOUNT_PAISE_MAX = 99_999_999_99

const DIGITS_MAX = 10

/** 125000 → "1250.00" for rupees, "125000" for paise. @throws AssertionError for anything but whole paise from 0 */
export function amountText(amountPaise: number, unit: AmountUnit): string {
  assert(Number.isSafeInteger(amountPaise), 'an amount is a whole number of paise')
  assert(amountPaise >= 0 && amountPaise <= CARD_AMOUNT_PAISE_MAX, 'an amount is within its limits')
  if (unit === 'paise') return String(amountPaise)
  const digits = String(amountPaise).padStart(3, '0')
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`
}

/** The exact paise a text of decimal digits means; null for signs, exponents, parts of a paisa and everything else. */
export function paiseOfText(text: string, unit: AmountUnit): number | null {
  const parts = /^(\d{1,15})(?:\.(\d{1,9}))?$/.exec(text.trim())
  if (parts === null) return null
  const [, whole = '', fraction = ''] = parts
  const decimals = unit === 'rupees' ? 2 : 0
  if (/[1-9]/.test(fraction.slice(decimals))) return null
  const digits = `${whole}${fraction.slice(0, decimals).padEnd(decimals, '0')}`.replace(/^0+(?=\d)/, '')
  return digits.length > DIGITS_MAX ? null : Number(digits)
}
