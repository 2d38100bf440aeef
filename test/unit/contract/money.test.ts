// Goal: an amount is never anything but whole paise, and is written the Indian way in every engine.
import {
  addPaise,
  AMOUNT_PAISE_MAX,
  formatInr,
  isWholeRupees,
  paise,
  paiseFromDecimal,
  paiseSchema,
  rupees,
  subtractPaise,
  sumPaiseSchema,
  toWholeRupees,
} from '#contract/money.ts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

describe('amounts', () => {
  test('refuse anything but whole paise', () => {
    for (const bad of [0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])
      expect(() => paise(bad)).toThrow(RangeError)
    expect(() => rupees(1.5)).toThrow(RangeError)
    expect(paiseSchema.safeParse(10.5).success).toBe(false)
    expect(paiseSchema.safeParse('100').success).toBe(false)
    expect(paiseSchema.safeParse(AMOUNT_PAISE_MAX + 1).success).toBe(false)
    expect(paiseSchema.safeParse(AMOUNT_PAISE_MAX).success).toBe(true)
  })

  test('of one payment have a limit both ways, a sum has none but zero', () => {
    expect(paiseSchema.safeParse(-AMOUNT_PAISE_MAX).success).toBe(true)
    expect(paiseSchema.safeParse(-AMOUNT_PAISE_MAX - 1).success).toBe(false)
    for (const [sum, isSum] of [
      [0, true],
      [AMOUNT_PAISE_MAX + 1, true],
      [-1, false],
      [0.5, false],
    ] as const) {
      expect(sumPaiseSchema.safeParse(sum).success).toBe(isSum)
    }
  })

  test('add and subtract exactly', () => {
    expect(addPaise(paise(1), paise(2), paise(97))).toBe(100)
    expect(addPaise()).toBe(0)
    expect(subtractPaise(paise(100), paise(250))).toBe(-150)
  })

  test('go to DIGIT in whole rupees or not at all', () => {
    expect(toWholeRupees(rupees(1540))).toBe(1540)
    expect(isWholeRupees(paise(154_050))).toBe(false)
    expect(() => toWholeRupees(paise(154_050))).toThrow(RangeError)
  })
})

describe('amounts from DIGIT', () => {
  test('decimals become paise, whatever the noise of a double', () => {
    expect(paiseFromDecimal(1540)).toBe(154_000)
    expect(paiseFromDecimal(1540.1)).toBe(154_010)
    expect(paiseFromDecimal(0.1 + 0.2)).toBe(30)
    expect(paiseFromDecimal(-12.35)).toBe(-1235)
    expect(Object.is(paiseFromDecimal(-0), 0)).toBe(true)
  })

  test('what is no amount is refused, not rounded', () => {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, 1.005, 1e12])
      expect(paiseFromDecimal(bad)).toBe(null)
  })

  test('the largest amount is the last that is taken', () => {
    const largest = AMOUNT_PAISE_MAX / 100
    expect(paiseFromDecimal(largest)).toBe(AMOUNT_PAISE_MAX)
    expect(paiseFromDecimal(-largest)).toBe(-AMOUNT_PAISE_MAX)
    expect(paiseFromDecimal(largest + 0.01)).toBe(null)
    expect(paiseFromDecimal(-largest - 0.01)).toBe(null)
  })

  test('every amount survives the way through a decimal number', () => {
    fc.assert(
      fc.property(fc.integer({ min: -AMOUNT_PAISE_MAX, max: AMOUNT_PAISE_MAX }), (amount) => {
        expect(paiseFromDecimal(Number((amount / 100).toFixed(2)))).toBe(amount === 0 ? 0 : amount)
      }),
    )
  })
})

describe('formatInr', () => {
  test('groups lakhs and crores, keeps paise only where there are some', () => {
    expect(formatInr(rupees(0))).toBe('₹0')
    expect(formatInr(rupees(999))).toBe('₹999')
    expect(formatInr(rupees(1_000))).toBe('₹1,000')
    expect(formatInr(rupees(1_234_567))).toBe('₹12,34,567')
    expect(formatInr(paise(123_456_750))).toBe('₹12,34,567.50')
    expect(formatInr(paise(-5))).toBe('-₹0.05')
  })

  test('agrees with en-IN of the engine on whole rupees', () => {
    const engine = new Intl.NumberFormat('en-IN', {
      style: 'currency',
      currency: 'INR',
      maximumFractionDigits: 0,
    })
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 99_999_999 }), (amount) => {
        expect(formatInr(rupees(amount))).toBe(engine.format(amount))
      }),
    )
  })
})
