// Dates and times as a counter in India reads them. India has one fixed offset, so no time zone data is needed, and
// month names come from the catalog because engines disagree about Indian languages. Used by every face.

const IST_OFFSET_MS = 5.5 * 3_600_000
export const DAY_MS = 86_400_000

/** The parts of an instant in India. `month` counts from 1. */
export type IstParts = {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
}

export function istParts(atMs: number): IstParts {
  const shifted = new Date(atMs + IST_OFFSET_MS)
  return {
    year: shifted.getUTCFullYear(),
    month: shifted.getUTCMonth() + 1,
    day: shifted.getUTCDate(),
    hour: shifted.getUTCHours(),
    minute: shifted.getUTCMinutes(),
  }
}

/** Midnight in India of a calendar day, or null when there is no such day. */
export function istMidnightMs(year: number, month: number, day: number): number | null {
  const utc = new Date(Date.UTC(year, month - 1, day))
  const isSame = utc.getUTCFullYear() === year && utc.getUTCMonth() === month - 1 && utc.getUTCDate() === day
  return isSame ? utc.getTime() - IST_OFFSET_MS : null
}

/** `09 Nov 2026`; `monthNames` are the twelve short names of the chosen language. */
export function formatIstDate(atMs: number, monthNames: readonly string[]): string {
  const { year, month, day } = istParts(atMs)
  return `${twoDigits(day)} ${monthNames[month - 1] ?? ''} ${year}`
}

/** `10:42`, 24 hours. */
export function formatIstTime(atMs: number): string {
  const { hour, minute } = istParts(atMs)
  return `${twoDigits(hour)}:${twoDigits(minute)}`
}

/** `09-11-2026`, as it is typed into a date field. */
export function formatIstDigits(atMs: number): string {
  const { year, month, day } = istParts(atMs)
  return `${twoDigits(day)}-${twoDigits(month)}-${year}`
}

/**
 * A typed date, day first: `9-11-2026`, `09/11/26`, `09112026`. Midnight in India, or null when it is not a date of
 * this century.
 */
export function parseIstDate(text: string): number | null {
  const digits = latinDigits(text.trim())
  const match =
    /^(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4}|\d{2})$/.exec(digits) ?? /^(\d{2})(\d{2})(\d{4})$/.exec(digits)
  if (match === null) return null
  const [, day = '', month = '', year = ''] = match
  const fullYear = year.length === 2 ? 2000 + Number(year) : Number(year)
  if (fullYear < 2000 || fullYear > 2099) return null
  return istMidnightMs(fullYear, Number(month), Number(day))
}

/** How long ago, in whole units of one kind; words come from the catalog. */
export type Age = { readonly days: number; readonly hours: number; readonly minutes: number }

export function ageOf(fromMs: number, nowMs: number): Age {
  const minutes = Math.max(0, Math.floor((nowMs - fromMs) / 60_000))
  return {
    days: Math.floor(minutes / 1440),
    hours: Math.floor((minutes % 1440) / 60),
    minutes: minutes % 60,
  }
}

/** Digits of Indian keyboards (Devanagari) as Latin ones; everything else stays. */
export function latinDigits(text: string): string {
  return text.replace(/[०-९]/g, (digit) => String(digit.charCodeAt(0) - 0x0966))
}

function twoDigits(value: number): string {
  return value.toString().padStart(2, '0')
}
