// Goal: a receipt number is well formed, fits DIGIT's field, and a mistyped one is noticed.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkCharacter, hasValidCheck } from '#contract/check-character.ts'
import { receiptNumber, ulbCode } from '#core/receipts/receipt-number.ts'

const series = {
  ulbCode: 'JLD',
  device: { deviceCode: '0417', incarnation: 'A' },
  financialYear: '26-27',
}

test('has the agreed form', () => {
  expect(receiptNumber(series, 123)).toMatch(/^JLD\/0417A\/26-27\/000123-[0-9A-Z]$/)
  expect(receiptNumber(series, 1_234_567)).toContain('/1234567-')
})

test('the check character is that of ISO 7064 MOD 37,36 (published example of a GRid)', () => {
  expect(checkCharacter('A12425GABC1234002')).toBe('M')
  expect(hasValidCheck('A1-2425G-ABC1234002-M')).toBe(true)
})

/** The standard's own way to check a text: fold all of it, the check character too, and arrive at 1. */
function isCheckedByStandard(compact: string): boolean {
  let product = 36
  let sum = 0
  for (const character of compact) {
    sum = (product + Number.parseInt(character, 36)) % 36
    product = ((sum === 0 ? 36 : sum) * 2) % 37
  }
  return sum === 1
}

test('every check character is the one that the standard arrives at', () => {
  const letters = fc.string({
    unit: fc.constantFrom(...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'.split('')),
    maxLength: 40,
  })
  fc.assert(
    fc.property(letters, (text) => {
      expect(isCheckedByStandard(text + checkCharacter(text))).toBe(true)
      expect(checkCharacter(text.toLowerCase().split('').join('/'))).toBe(checkCharacter(text))
    }),
    { numRuns: 500 },
  )
})

test('one character alone is no checked number; letters read out in small are', () => {
  expect(hasValidCheck(checkCharacter(''))).toBe(false)
  expect(hasValidCheck('')).toBe(false)
  expect(hasValidCheck(`a${checkCharacter('A')}`)).toBe(true)
  expect(hasValidCheck(`  a1-2425g-abc1234002-m `)).toBe(true)
})

const anyNumber = fc
  .record({
    ulb: fc.string({ unit: fc.constantFrom(...'ABCXYZ019'.split('')), minLength: 1, maxLength: 16 }),
    code: fc.string({ unit: fc.constantFrom(...'0123456789'.split('')), minLength: 1, maxLength: 16 }),
    incarnation: fc.constantFrom('A', 'Z', 'AB'),
    seq: fc.integer({ min: 1, max: 99_999_999 }),
  })
  .map(({ ulb, code, incarnation, seq }) =>
    receiptNumber({ ulbCode: ulb, device: { deviceCode: code, incarnation }, financialYear: '26-27' }, seq),
  )

describe('every number', () => {
  test('checks out and fits into 64 characters', () => {
    fc.assert(
      fc.property(anyNumber, (number) => {
        expect(hasValidCheck(number)).toBe(true)
        expect(number.length).toBeLessThanOrEqual(64)
      }),
    )
  })

  test('with one wrong character does not check out', () => {
    const characters = fc.constantFrom(...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'.split(''))
    fc.assert(
      fc.property(anyNumber, fc.nat(), characters, (number, place, wrong) => {
        const at = place % number.length
        if (!/[0-9A-Z]/.test(number.charAt(at)) || number.charAt(at) === wrong) return
        expect(hasValidCheck(number.slice(0, at) + wrong + number.slice(at + 1))).toBe(false)
      }),
    )
  })
})

test.each([
  ['107', 'pb.amritsar', '107'],
  ['jal-01', 'pb.jalandhar', 'JAL01'],
  ['', 'pb.amritsar', 'AMRITSAR'],
  [null, 'pb', 'PB'],
  ['ਪੰ', '.', 'ULB'],
  ['', 'pb.dist.new-town', 'NEWTOWN'],
  ['A1'.repeat(9), 'pb', 'A1'.repeat(8)],
])('municipality code from %s and %s is %s', (cityCode, tenantId, expected) => {
  expect(ulbCode(cityCode, tenantId)).toBe(expected)
})

test('a number that would not fit is a programming mistake', () => {
  for (const seq of [0, -1, 1.5, Number.NaN, 2 ** 53])
    expect(() => receiptNumber(series, seq)).toThrow(RangeError)
  // 21 of the 64 characters are not the municipality's
  expect(receiptNumber({ ...series, ulbCode: 'X'.repeat(43) }, 1)).toHaveLength(64)
  expect(() => receiptNumber({ ...series, ulbCode: 'X'.repeat(44) }, 1)).toThrow(RangeError)
  expect(() => receiptNumber({ ...series, ulbCode: 'X'.repeat(60) }, 1)).toThrow(RangeError)
})
