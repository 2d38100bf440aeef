// Goal: the words on a receipt say the same amount as its figures, by Indian numbering.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { AMOUNT_PAISE_MAX, paise } from '#contract/money.ts'
import { amountInWords } from '#core/receipts/amount-in-words.ts'

test.each([
  [0, 'Rupees Zero Only'],
  [1_00, 'Rupee One Only'],
  [15_00, 'Rupees Fifteen Only'],
  [40_00, 'Rupees Forty Only'],
  [1_540_00, 'Rupees One Thousand Five Hundred Forty Only'],
  [1_00_000_00, 'Rupees One Lakh Only'],
  [12_34_567_50, 'Rupees Twelve Lakh Thirty Four Thousand Five Hundred Sixty Seven and Fifty Paise Only'],
  [1_00_00_001_00, 'Rupees One Crore One Only'],
  [AMOUNT_PAISE_MAX, 'Rupees Nine Crore Ninety Nine Lakh Ninety Nine Thousand Nine Hundred Ninety Nine Only'],
])('%d paise', (amount, words) => {
  expect(amountInWords(paise(amount))).toBe(words)
})

const VALUES: Record<string, number> = Object.fromEntries([
  ...'Zero One Two Three Four Five Six Seven Eight Nine Ten Eleven Twelve Thirteen Fourteen Fifteen Sixteen Seventeen Eighteen Nineteen'
    .split(' ')
    .map((word, value) => [word, value] as const),
  ...'Twenty Thirty Forty Fifty Sixty Seventy Eighty Ninety'
    .split(' ')
    .map((word, at) => [word, (at + 2) * 10] as const),
])
const SCALES: Record<string, number> = { Hundred: 100, Thousand: 1_000, Lakh: 100_000, Crore: 10_000_000 }

/** Reads words back, independent of how they were made: a scale multiplies what was counted since the last larger one. */
function valueOf(words: string): number {
  let total = 0
  let open = 0
  for (const word of words.split(' ')) {
    const scale = SCALES[word]
    if (scale === undefined) open += VALUES[word] ?? Number.NaN
    else if (scale === 100) open *= 100
    else {
      total += open * scale
      open = 0
    }
  }
  return total + open
}

test('words read back give the figures', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: AMOUNT_PAISE_MAX / 100 }), (value) => {
      const words = amountInWords(paise(value * 100))
        .replace(/^Rupees? /, '')
        .replace(/ Only$/, '')
      expect(valueOf(words)).toBe(value)
    }),
    { numRuns: 2_000 },
  )
})

test('there are no words for what is never taken', () => {
  expect(() => amountInWords(paise(-100))).toThrow(RangeError)
})
