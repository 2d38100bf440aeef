// Goal: dates on receipts and the year of the number series are those of a clock in India, whatever the machine's zone.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  businessDateIst,
  civilTimeIst,
  dateIst,
  dateTimeIst,
  financialYear,
} from '#core/time/business-date.ts'

const reference = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Asia/Kolkata',
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  hour: 'numeric',
  minute: 'numeric',
  second: 'numeric',
  hourCycle: 'h23',
})

test('agrees with the calendar of the engine from 1970 to 2200', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 7_258_118_400_000 }), (epochMs) => {
      const parts = Object.fromEntries(
        reference.formatToParts(epochMs).map(({ type, value }) => [type, Number(value)]),
      )
      const { year, month, day, hour, minute, second } = civilTimeIst(epochMs)
      const { year: y, month: m, day: d, hour: h, minute: min, second: s } = parts
      expect({ year, month, day, hour, minute, second }).toEqual({
        year: y,
        month: m,
        day: d,
        hour: h,
        minute: min,
        second: s,
      })
    }),
    { numRuns: 2_000 },
  )
})

test.each([
  ['2026-03-31T18:29:59.999Z', '25-26'],
  ['2026-03-31T18:30:00.000Z', '26-27'],
  ['2026-11-23T04:45:00.000Z', '26-27'],
  ['2099-12-31T12:00:00.000Z', '99-00'],
])('%s lies in the financial year %s', (iso, expected) => {
  expect(financialYear(businessDateIst(Date.parse(iso)))).toBe(expected)
})

test('is written day first', () => {
  const epochMs = Date.parse('2026-11-23T04:45:00.000Z')
  expect(dateIst(epochMs)).toBe('23-11-2026')
  expect(dateTimeIst(epochMs)).toBe('23-11-2026 10:15')
})
