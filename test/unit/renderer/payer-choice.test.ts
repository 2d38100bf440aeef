// Goal: the payer's name that leaves the screen is one DIGIT takes, in linear time, and a missing name is asked for.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isPayerNameForDigit } from '#core/payer-name.ts'
import { isPayerName, payerOf, plainName, OWNER_PAYS } from '#renderer/faces/counter/payer-choice.ts'

test('every name that the screen lets through is one that the core takes', () => {
  const letters = fc.string({
    unit: fc.constantFrom('a', 'Z', ' ', '_', '-', "'", '`', '.', 'ñ', '1'),
    maxLength: 30,
  })
  fc.assert(
    fc.property(letters, (name) => {
      expect(!isPayerName(name) || isPayerNameForDigit(name)).toBe(true)
      const plain = plainName(name)
      expect(plain === '' || isPayerName(plain)).toBe(true)
    }),
    { numRuns: 5000 },
  )
})

test.each([
  ['M/s Rao & Sons (2)', 'M s Rao Sons'],
  ['D’Souza', 'D Souza'],
  ['रमेश कुमार', ''],
  ['  Asha   Rao ', 'Asha Rao'],
])('%s is written as "%s"', (name, plain) => expect(plainName(name)).toBe(plain))

test('a name made to be slow is refused at once', () => {
  const name = `${'a'.repeat(90)}1`
  expect(isPayerName(name)).toBe(false)
})

test('the owner pays unless somebody else is named', () => {
  expect(payerOf(OWNER_PAYS, ['Asha Rao', 'Asha Rao'])).toEqual({
    paidBy: 'Asha Rao',
    mobileNumber: null,
    isOwner: true,
  })
  expect(payerOf(OWNER_PAYS, ['Asha Rao', 'Imran Sheikh'])).toMatchObject({
    paidBy: 'Asha Rao',
    isOwner: false,
  })
  expect(payerOf({ isOwner: false, name: ' Sunil  Das ', mobile: '9876543210' }, ['Asha Rao'])).toEqual({
    paidBy: 'Sunil Das',
    mobileNumber: '9876543210',
    isOwner: false,
  })
})

test('no usable name or a wrong mobile number means the payer must be asked for', () => {
  expect(payerOf(OWNER_PAYS, [null])).toBeNull()
  expect(payerOf(OWNER_PAYS, ['रमेश'])).toBeNull()
  expect(payerOf({ isOwner: false, name: '12', mobile: '' }, ['Asha'])).toBeNull()
  expect(payerOf({ ...OWNER_PAYS, mobile: '12345' }, ['Asha'])).toBeNull()
})
