// Goal: a badge names its operator and nobody else, a damaged one nobody, and nothing else is a badge. A chip's or stripe's number is the same
// however it is written; masters from before there were such numbers are still masters.
import { expect, test } from 'vitest'
import { mastersSchema, operatorSchema } from '#contract/api.ts'
import { BADGES_MAX, badgeHashText, badgeText, operatorCodeIn, readBadge } from '#contract/badge.ts'
import { readScan } from '#collection/read-scan.ts'
import { sampleMasters } from '#test/unit/core/sample-bill.ts'
import { operatorWith } from '#test/unit/host/fake-integrator.ts'

test('what a badge says is read back, however it is cased', () => {
  for (const code of ['101', 'A-17', 'सी-2', 'x'.repeat(32)]) {
    expect(readBadge(` ${badgeText(code)} `)).toEqual({ kind: 'badge', operatorCode: code })
  }
  expect(badgeText('101')).toMatch(/^TAHSIL-BADGE:1:101:[0-9A-Z]$/)
  expect(operatorCodeIn(badgeText('ab1').toLowerCase())).toBe('ab1')
  expect(operatorCodeIn(' 101 ')).toBe('101')
})

test('one wrong character, another version and a missing part are a damaged badge', () => {
  const badge = badgeText('101')
  const damaged = [
    badge.replace('101', '102'),
    badge.replace(':1:', ':2:'),
    badge.slice(0, -1),
    badge.slice(0, -2),
    'TAHSIL-BADGE:',
    'TAHSIL-BADGE:1: :A',
    `TAHSIL-BADGE:1:${'x'.repeat(33)}:A`,
  ]
  for (const text of damaged) {
    expect(readBadge(text), text).toEqual({ kind: 'damaged' })
    expect(operatorCodeIn(text), text).toBeNull()
  }
})

test('bills, receipts and operator codes are no badges, and a badge is no bill', () => {
  for (const text of ['101', 'PT-1', 'tahsil:r1:X', 'BADGE:1:101:A', '']) expect(readBadge(text)).toBeNull()
  expect(readScan(badgeText('101'), { rules: [], serviceCodes: [] }).kind).toBe('not-understood')
  expect(() => badgeText('a:b')).toThrow(RangeError)
})

test('a number is the same in capitals or not, with separators or without; two numbers stay two', () => {
  const one = badgeHashText('04A1B2C3D4E580')
  for (const text of [
    '04:a1:b2:c3:d4:e5:80',
    ' 04 A1 B2 C3 D4 E5 80 ',
    ';04-a1b2c3d4e580?',
    '０４a1b2c3d4e580',
  ])
    expect(badgeHashText(text), text).toBe(one)
  expect(badgeHashText('04A1B2C3D4E581')).not.toBe(one)
  expect(badgeHashText('4A1B2C3D4E580')).not.toBe(one)
})

test('masters without badges are read as before, and badges are hashes and few', () => {
  const before = sampleMasters({ operators: [operatorWith()] })
  expect(mastersSchema.parse(JSON.parse(JSON.stringify(before)))).toEqual(before)
  const hash = 'ab'.repeat(32)
  const now = operatorWith({ badges: [hash] })
  expect(operatorSchema.parse(now)).toEqual(now)
  for (const badges of [['04A1B2C3D4E580'], [hash.toUpperCase()], Array(BADGES_MAX + 1).fill(hash)])
    expect(operatorSchema.safeParse({ ...now, badges }).success).toBe(false)
})
