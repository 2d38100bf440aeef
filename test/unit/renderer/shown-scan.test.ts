// Goal: what was scanned is shown short, with nothing hidden in it, and never as a whole card number.
import { expect, test } from 'vitest'
import { SHOWN_CHARS_MAX, shownScan } from '#renderer/parts/shown-scan.ts'

test('signs that no screen shows are spelled out, and long texts are cut', () => {
  expect(shownScan('PT-1')).toBe('PT-1')
  expect(shownScan('A\u001DB\n')).toBe('A\\u001DB\\u000A')
  expect(shownScan('A\u202EB')).toBe('A\\u202EB')
  expect(Array.from(shownScan('क'.repeat(200)))).toHaveLength(SHOWN_CHARS_MAX)
})

test('of a card number only its end is left', () => {
  expect(shownScan('x 4111 1111 1111 1111')).toBe('x ****1111')
})
