// Goal: a Hindi and a Punjabi receipt say the amount of their figures, by Indian numbering, and no two amounts in the same words.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AMOUNT_PAISE_MAX, paise } from '#contract/money.ts'
import { amountInIndicWords } from '#core/receipts/amount-words-indic.ts'

test.each([
  ['hi', 0, 'शून्य रुपये मात्र'],
  ['hi', 1_00, 'एक रुपया मात्र'],
  ['hi', 1_540_00, 'एक हज़ार पाँच सौ चालीस रुपये मात्र'],
  ['hi', 12_34_567_50, 'बारह लाख चौंतीस हज़ार पाँच सौ सड़सठ रुपये और पचास पैसे मात्र'],
  ['hi', 1_00_00_001_00, 'एक करोड़ एक रुपये मात्र'],
  ['pa', 1_540_00, 'ਇੱਕ ਹਜ਼ਾਰ ਪੰਜ ਸੌ ਚਾਲੀ ਰੁਪਏ ਸਿਰਫ਼'],
  ['pa', 12_34_567_50, 'ਬਾਰਾਂ ਲੱਖ ਚੌਂਤੀ ਹਜ਼ਾਰ ਪੰਜ ਸੌ ਸਤਾਹਠ ਰੁਪਏ ਅਤੇ ਪੰਜਾਹ ਪੈਸੇ ਸਿਰਫ਼'],
] as const)('%s: %d paise', (language, amount, words) => {
  expect(amountInIndicWords(paise(amount), language)).toBe(words.normalize('NFC'))
})

describe.each(['hi', 'pa'] as const)('%s', (language) => {
  const words = (amount: number) => amountInIndicWords(paise(amount), language)

  test('each number below a hundred has its own word', () => {
    expect(new Set(Array.from({ length: 100 }, (_, rupees) => words(rupees * 100))).size).toBe(100)
  })

  test('different amounts have different words', () => {
    const amount = fc.integer({ min: 0, max: AMOUNT_PAISE_MAX })
    fc.assert(fc.property(amount, amount, (one, other) => one === other || words(one) !== words(other)))
  })

  test('amounts that are never taken have none', () => {
    expect(() => words(-100)).toThrow(RangeError)
    expect(() => words(AMOUNT_PAISE_MAX + 1)).toThrow(RangeError)
  })
})
