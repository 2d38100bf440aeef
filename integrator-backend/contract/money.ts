// Money as every room counts it: whole paise in a branded integer. The only place where money is added or divided.
import * as z from 'zod'

/** Largest amount that is accepted anywhere: ₹9,99,99,999 (DIGIT's column is numeric(12,2)). */
export const AMOUNT_PAISE_MAX = 99_999_999_00

export const paiseSchema = z.int().min(-AMOUNT_PAISE_MAX).max(AMOUNT_PAISE_MAX).brand<'paise'>()

/** A sum over many payments, which may be more than any one amount. */
export const sumPaiseSchema = z.int().min(0).brand<'paise'>()

/** Integer paise (1 rupee = 100 paise). Never a float, never a string. */
export type Paise = z.infer<typeof paiseSchema>

/** Asserts that a number is an amount: a safe integer of paise. Throws RangeError: a programming mistake. */
export function paise(value: number): Paise {
  if (!Number.isSafeInteger(value)) throw new RangeError('an amount must be a whole number of paise')
  return value as Paise
}

export const ZERO_PAISE = paise(0)

/** Whole rupees → paise. Throws RangeError when the rupees are not whole. */
export function rupees(value: number): Paise {
  if (!Number.isSafeInteger(value)) throw new RangeError('rupees must be whole here')
  return paise(value * 100)
}

export function addPaise(...amounts: readonly Paise[]): Paise {
  let sum = 0
  for (const amount of amounts) sum += amount
  return paise(sum)
}

export function subtractPaise(from: Paise, amount: Paise): Paise {
  return paise(from - amount)
}

/** DIGIT's collection service refuses fractions (digit-contract: INVALID_BILL, INVALID_PAYMENTDETAIL). */
export function isWholeRupees(amount: Paise): boolean {
  return amount % 100 === 0
}

/** Exact rupees for DIGIT. Throws RangeError on a fraction: callers check `isWholeRupees` first. */
export function toWholeRupees(amount: Paise): number {
  if (!isWholeRupees(amount)) throw new RangeError('DIGIT takes whole rupees only')
  return amount / 100
}

/**
 * A decimal amount of rupees as DIGIT sends it (JSON number backed by numeric(12,2)) → paise.
 * Returns null when it is not a finite amount with at most two decimals (half a paisa of double noise is tolerated).
 */
export function paiseFromDecimal(value: number): Paise | null {
  if (!Number.isFinite(value)) return null
  const scaled = value * 100
  const rounded = Math.round(scaled)
  if (Math.abs(scaled - rounded) > 1e-4 || Math.abs(rounded) > AMOUNT_PAISE_MAX) return null
  return paise(rounded === 0 ? 0 : rounded)
}

/** `₹12,34,567` or `₹12,34,567.50`: Indian grouping and Latin digits in every language. */
export function formatInr(amount: Paise): string {
  return `${amount < 0 ? '-' : ''}₹${formatInrDigits(amount)}`
}

/** The same without the sign of the currency and of the number: `12,34,567.50`. */
export function formatInrDigits(amount: Paise): string {
  const absolute = Math.abs(amount)
  const whole = Math.floor(absolute / 100).toString()
  const fraction = absolute % 100
  const lastThree = whole.slice(-3)
  const rest = whole.slice(0, -3).replace(/\B(?=(\d{2})+$)/g, ',')
  const grouped = rest === '' ? lastThree : `${rest},${lastThree}`
  return fraction === 0 ? grouped : `${grouped}.${fraction.toString().padStart(2, '0')}`
}
