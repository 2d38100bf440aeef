// Goal: a badge names its operator and nobody else, a damaged one nobody, and nothing else is a badge.
import { expect, test } from 'vitest'
import { badgeText, operatorCodeIn, readBadge } from '#contract/badge.ts'
import { readScan } from '#collection/read-scan.ts'

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
