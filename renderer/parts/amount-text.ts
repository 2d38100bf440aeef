// Whole rupees as they are typed at a counter: digits, perhaps with commas or a rupee sign, in Latin or Indian digits.
// Used by the cart, the tender screen and the float count.
import { AMOUNT_PAISE_MAX, rupees, type Paise } from '#contract/money.ts'
import { latinDigits } from './ist.ts'

const RUPEE_DIGITS_MAX = 8

/** Keeps only digits, without leading zeros, at most eight of them. */
export function rupeeDigits(text: string): string {
  return latinDigits(text).replace(/\D/g, '').replace(/^0+/, '').slice(0, RUPEE_DIGITS_MAX)
}

/** Typed rupees → paise; null when nothing was typed or the amount is larger than any that is accepted. */
export function paiseFromTyped(text: string): Paise | null {
  const digits = rupeeDigits(text)
  if (digits === '') return null
  const value = Number(digits)
  if (!Number.isSafeInteger(value) || value * 100 > AMOUNT_PAISE_MAX) return null
  return rupees(value)
}
