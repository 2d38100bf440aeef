// Goal: one scan is shown once, whether the window or the scanner itself tells of it first, and nothing that was read is lost.
import { expect, test } from 'vitest'
import { hearNote, hearText, SEEN_MAX, type SeenScan } from '#renderer/faces/devices/scan-notes.ts'

const NONE: readonly SeenScan[] = []
const note = (value: string | null) =>
  ({ kind: 'scan', value, symbology: 'QR Code', source: 'serial' }) as const

test('a scan of a keyboard scanner is shown as it came', () => {
  expect(hearText(NONE, 'PT-107', 10)).toEqual([
    { number: 1, kind: 'scan', text: 'PT-107', source: 'keyboard', symbology: null, atMs: 10 },
  ])
})

test('a scanner that tells more about a scan already heard adds to it', () => {
  const seen = hearNote(hearText(NONE, 'PT-107', 10), note(' PT-107'), 400)
  expect(seen).toEqual([
    { number: 1, kind: 'scan', text: ' PT-107', source: 'serial', symbology: 'QR Code', atMs: 400 },
  ])
})

test('the window hearing what a scanner told already adds nothing', () => {
  const told = hearNote(NONE, note('PT-107 '), 10)
  expect(hearText(told, 'PT-107', 400)).toBe(told)
})

test('the same code scanned later, or another one, is another scan', () => {
  const seen = hearNote(hearText(NONE, 'PT-107', 10), note('PT-107'), 60_000)
  expect(seen.map(({ number, source }) => [number, source])).toEqual([
    [2, 'serial'],
    [1, 'keyboard'],
  ])
  expect(hearText(hearNote(NONE, note('PT-107'), 10), 'PT-108', 20)).toHaveLength(2)
  expect(hearText(hearText(NONE, 'PT-107', 10), 'PT-107', 20)).toHaveLength(2)
})

test('a code that could not be read is told, each time', () => {
  const seen = hearNote(hearNote(NONE, note(null), 10), note(null), 20)
  expect(seen.map(({ text }) => text)).toEqual([null, null])
})

test('only the newest are kept', () => {
  const seen = ['1', '2', '3', '4', '5'].reduce((all, text, at) => hearText(all, text, at * 10), NONE)
  expect(seen).toHaveLength(SEEN_MAX)
  expect(seen.map(({ text }) => text)).toEqual(['5', '4', '3'])
})
