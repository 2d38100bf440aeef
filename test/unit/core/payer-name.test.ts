// Goal: the till takes exactly the payer names that DIGIT takes, and no name can make it think for long.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isPayerNameForDigit } from '#core/payer-name.ts'

/** DIGIT's own pattern (collection-services model/Payment.java); exponential, so only for short texts. */
const digitsPattern = /^[a-zA-Z]+(([_\-'`. ][a-zA-Z ])?[a-zA-Z]*)*$/
const linearPattern = /^[A-Za-z]+(?:[_\-'`. ][A-Za-z ][A-Za-z]*)*$/
const alphabet = ['a', 'Z', ' ', '.', '-', '_', "'", '`', '1', '/', 'é', '&', 'म', '\n']

test('agrees with DIGIT on every text of up to four characters of a hard alphabet', () => {
  const texts = ['']
  let last = ['']
  for (let length = 1; length <= 4; length++) {
    last = last.flatMap((text) => alphabet.map((character) => text + character))
    texts.push(...last)
  }
  expect(texts.length).toBeGreaterThan(40_000)
  expect(texts.filter((text) => isPayerNameForDigit(text) !== digitsPattern.test(text))).toEqual([])
})

test('agrees with DIGIT on random texts of names and marks', () => {
  const text = fc.string({ unit: fc.constantFrom(...alphabet), maxLength: 14 })
  fc.assert(
    fc.property(text, (name) => {
      expect(isPayerNameForDigit(name)).toBe(digitsPattern.test(name))
      expect(isPayerNameForDigit(name)).toBe(linearPattern.test(name))
    }),
    { numRuns: 5_000 },
  )
})

test.each([
  ['Asha Rao', true],
  ['A.K. Rao', true],
  ["D'Souza", true],
  ['a b  c', true],
  ['Asha ', false],
  ['Asha.', false],
  ['M/s Rao', false],
  ['Rao & Sons', false],
  ['आशा', false],
  ['', false],
])('%s: %s', (name, isTaken) => {
  expect(isPayerNameForDigit(name)).toBe(isTaken)
})

test('ten thousand characters that would hang a backtracking engine are answered', () => {
  expect(isPayerNameForDigit(`${'a'.repeat(10_000)}1`)).toBe(false)
  expect(isPayerNameForDigit(`${'a  '.repeat(3_333)}!`)).toBe(false)
  expect(isPayerNameForDigit('a'.repeat(10_000))).toBe(true)
})
