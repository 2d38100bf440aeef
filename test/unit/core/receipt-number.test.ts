// Goal: a receipt number is well formed, fits DIGIT's field, and a mistyped one is noticed.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkCharacter, hasValidCheck, receiptNumber, ulbCode } from '#core/receipt-number.ts'

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
])('municipality code from %s and %s is %s', (cityCode, tenantId, expected) => {
  expect(ulbCode(cityCode, tenantId)).toBe(expected)
})

test('a number that would not fit is a programming mistake', () => {
  expect(() => receiptNumber(series, 0)).toThrow(RangeError)
  expect(() => receiptNumber({ ...series, ulbCode: 'X'.repeat(60) }, 1)).toThrow(RangeError)
})
