// Calendar of the counter: India has one zone (UTC+05:30, no summer time), so dates are plain arithmetic. Used by the
// receipt series (financial year) and by the receipt layout.
import { SHIFT_OVER_MIDNIGHT_MS } from '#core/limits.ts'

const DAY_MS = 86_400_000
const IST_OFFSET_MS = 19_800_000

export type CivilTime = {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
}

/** Epoch ms → date and time on a clock in India. */
export function civilTimeIst(epochMs: number): CivilTime {
  const local = Math.floor(epochMs) + IST_OFFSET_MS
  const days = Math.floor(local / DAY_MS)
  const seconds = Math.floor((local - days * DAY_MS) / 1000)
  return {
    ...civilDate(days),
    hour: Math.floor(seconds / 3600),
    minute: Math.floor(seconds / 60) % 60,
    second: seconds % 60,
  }
}

/** Days since 1970-01-01 → Gregorian date (era method: 400 years have 146,097 days; the year begins in March). */
function civilDate(daysSinceEpoch: number): { year: number; month: number; day: number } {
  const shifted = daysSinceEpoch + 719_468
  const era = Math.floor(shifted / 146_097)
  const dayOfEra = shifted - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153)
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1,
  }
}

/** Financial year of India, April to March, of a business date: `2026-11-23` → `26-27`. */
export function financialYear(businessDate: string): string {
  const [, year, month] = /^(\d{4})-(\d{2})-\d{2}$/.exec(businessDate) ?? []
  if (year === undefined || month === undefined) throw new RangeError('a business date is YYYY-MM-DD')
  const first = Number(month) >= 4 ? Number(year) : Number(year) - 1
  return `${twoDigits(first % 100)}-${twoDigits((first + 1) % 100)}`
}

/** The date a shift opens with: `2026-11-23`. */
export function businessDateIst(epochMs: number): string {
  const { year, month, day } = civilTimeIst(epochMs)
  return `${year.toString().padStart(4, '0')}-${twoDigits(month)}-${twoDigits(day)}`
}

/**
 * The date that money of a shift belongs to. It is the one the shift was opened with, also over midnight; a shift that was
 * forgotten open moves on with the time that is certain (never with the wall clock), so that no year stays open for ever.
 */
export function businessDateAt(openedDate: string, certainMs: number): string {
  const isOver = businessDateIst(Math.max(0, certainMs - SHIFT_OVER_MIDNIGHT_MS)) > openedDate
  return isOver ? businessDateIst(certainMs) : openedDate
}

/** `23-11-2026`. */
export function dateIst(epochMs: number): string {
  const { year, month, day } = civilTimeIst(epochMs)
  return `${twoDigits(day)}-${twoDigits(month)}-${year}`
}

/** `23-11-2026 10:15`. */
export function dateTimeIst(epochMs: number): string {
  const { hour, minute } = civilTimeIst(epochMs)
  return `${dateIst(epochMs)} ${twoDigits(hour)}:${twoDigits(minute)}`
}

function twoDigits(value: number): string {
  return value.toString().padStart(2, '0')
}
