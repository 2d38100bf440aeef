// Goal: the six digits are the same on both sides for the same enrolment, and others as soon as anything in between was exchanged.
import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { enrolmentTranscript, shortString, type EnrolmentFacts } from '#contract/devices-api.ts'

const facts: EnrolmentFacts = {
  publicKey: 'a'.repeat(43),
  sealKey: 'b'.repeat(43),
  serverKey: 'c'.repeat(43),
  nonce: 'd'.repeat(43),
  serverNonce: 'e'.repeat(43),
  deviceId: 'device-1',
}
const digitsOf = (of: EnrolmentFacts): string =>
  shortString(createHash('sha256').update(enrolmentTranscript(of)).digest('hex'))

test('the whole hash modulo a million, with leading zeros', () => {
  expect(shortString('0'.repeat(64))).toBe('000000')
  expect(shortString(`${'0'.repeat(58)}0f4240`)).toBe('000000')
  expect(shortString(`${'0'.repeat(58)}0f4281`)).toBe('000065')
  expect(shortString('f'.repeat(64))).toBe(String(2n ** 256n - 1n).slice(-6))
  expect(() => shortString('F'.repeat(64))).toThrow(RangeError)
  expect(() => shortString('0'.repeat(63))).toThrow(RangeError)
})

test.each(Object.keys(facts) as (keyof EnrolmentFacts)[])('another %s gives other digits', (name) => {
  expect(digitsOf({ ...facts, [name]: 'z'.repeat(43) })).not.toBe(digitsOf(facts))
})

test('parts cannot be moved across their borders', () => {
  const moved = { ...facts, publicKey: `${facts.publicKey}b`, sealKey: facts.sealKey.slice(1) }
  expect(enrolmentTranscript(moved)).not.toBe(enrolmentTranscript(facts))
})
