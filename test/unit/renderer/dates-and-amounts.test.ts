// Goal: dates, ages and typed amounts read the same on every machine, in Indian time and Indian grouping.
import { expect, test } from 'vitest'
import { AMOUNT_PAISE_MAX, rupees } from '#contract/money.ts'
import { paiseFromTyped, rupeeDigits } from '#renderer/parts/amount-text.ts'
import { ageText } from '#renderer/parts/age-text.ts'
import { ageOf, formatIstDate, formatIstDigits, formatIstTime, parseIstDate } from '#renderer/parts/ist.ts'
import { chordOf, isScannable } from '#renderer/parts/key-map.ts'
import { lockSecondsLeft } from '#renderer/faces/counter/lock-out.ts'
import { timelineOf } from '#renderer/faces/counter/timeline.ts'

const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')

test('an instant late in the UTC day is the next day in India', () => {
  const lateMs = Date.UTC(2026, 2, 31, 18, 30)
  expect(formatIstDate(lateMs, months)).toBe('01 Apr 2026')
  expect(formatIstTime(lateMs)).toBe('00:00')
  expect(formatIstDate(lateMs - 1, months)).toBe('31 Mar 2026')
})

test.each(['09-11-2026', '9/11/2026', '9.11.26', '09112026', ' ०९-११-२०२६ '])(
  '%s is the ninth of November',
  (typed) => {
    const dateMs = parseIstDate(typed)
    expect(dateMs).not.toBeNull()
    expect(formatIstDigits(dateMs ?? 0)).toBe('09-11-2026')
  },
)

test.each(['', '31-02-2026', '11-2026', '2026-11-09', '09-11-1999', 'x'])('%s is no date', (typed) => {
  expect(parseIstDate(typed)).toBeNull()
})

test('ages are whole and never negative', () => {
  expect(ageOf(0, 70 * 60_000)).toEqual({ days: 0, hours: 1, minutes: 10 })
  expect(ageOf(5000, 0)).toEqual({ days: 0, hours: 0, minutes: 0 })
  const shown = (minutes: number) =>
    ageText((key, values) => `${key} ${JSON.stringify(values)}`, 0, minutes * 60_000)
  expect(shown(70)).toBe('age.hours {"hours":1,"minutes":10}')
  expect(shown(3)).toBe('age.minutes {"minutes":3}')
  expect(shown(2 * 1440 + 61)).toBe('age.days {"days":2,"hours":1}')
})

test('typed amounts are whole rupees within the largest that is accepted', () => {
  expect(paiseFromTyped('1,247')).toBe(rupees(1247))
  expect(paiseFromTyped('००५')).toBe(rupees(5))
  expect(paiseFromTyped('')).toBeNull()
  expect(paiseFromTyped('0')).toBeNull()
  expect(rupeeDigits('₹ 12,34,567.00')).toBe('12345670')
  expect(paiseFromTyped('999999999999')).toBeLessThanOrEqual(AMOUNT_PAISE_MAX)
})

test('keys are named by their place; what a scanner types waits, the rest acts at once', () => {
  const key = (code: string, more = {}) =>
    chordOf({ code, altKey: false, ctrlKey: false, metaKey: false, ...more })
  expect(key('KeyQ')).toBe('KeyQ')
  expect(key('KeyR', { altKey: true })).toBe('Alt+KeyR')
  expect(key('NumpadEnter')).toBe('Enter')
  expect(key('KeyT', { ctrlKey: true })).toBeNull()
  expect(['KeyQ', 'Digit1', 'Enter', 'Space'].every(isScannable)).toBe(true)
  expect(['F6', 'Alt+KeyR', 'Escape', 'Delete', 'ArrowDown'].some(isScannable)).toBe(false)
})

test('the lock-out counts down to zero from what the core said', () => {
  expect(lockSecondsLeft({ retryAfterMs: 30_000 }, 1000, 11_000)).toBe(20)
  expect(lockSecondsLeft({ retryAfterMs: 30_000 }, 1000, 90_000)).toBe(0)
  expect(lockSecondsLeft({ isLocked: true, retryAfterMs: null }, 0, 0)).toBeNull()
})

test('a timeline begins with taking the money, goes by time, and keeps the office’s notes for what is not plain', () => {
  const entries = timelineOf({
    row: { collectedAtMs: 500 },
    steps: [
      { state: 'RECEIVED', atMs: 400, note: 'received' },
      { state: 'UNKNOWN', atMs: 900, note: 'the line broke' },
    ],
    prints: [{ copyNumber: 0, state: 'printed', atMs: 600 }],
  })
  expect(entries.map(({ id }) => id)).toEqual(['taken', 'step 0', 'print 0', 'step 1'])
  expect(entries.flatMap((entry) => (entry.kind === 'posting' ? [entry.note] : []))).toEqual([
    '',
    'the line broke',
  ])
})
