// Calendar arithmetic in a named time zone, because a bill's end of day depends on the zone billing-service runs in.
// Called by billing (expiry), number series and the seed.

export type LocalDate = { year: number; month: number; day: number }

const dayMs = 86_400_000

/** Throws RangeError for an unknown zone name. */
export function localParts(instantMs: number, zone: string): LocalDate & { msOfDay: number } {
  const shifted = instantMs + zoneOffsetMs(instantMs, zone)
  const date = new Date(shifted)
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    msOfDay: ((shifted % dayMs) + dayMs) % dayMs,
  }
}

export function instantOf(date: LocalDate, msOfDay: number, zone: string): number {
  const wall = Date.UTC(date.year, date.month - 1, date.day) + msOfDay
  const guess = wall - zoneOffsetMs(wall, zone)
  return wall - zoneOffsetMs(guess, zone)
}

/** 23:59:59 of that day in the zone, keeping the milliseconds of the clock (billing-service never clears them). */
export function endOfDayMs(instantMs: number, zone: string): number {
  const parts = localParts(instantMs, zone)
  return instantOf(parts, dayMs - 1000 + (instantMs % 1000), zone)
}

/** `2026-27` for any day from April 2026 to March 2027. */
export function fiscalYearText(instantMs: number, zone: string): string {
  const from = fiscalYearOf(instantMs, zone)
  return `${from}-${String((from + 1) % 100).padStart(2, '0')}`
}

export function fiscalYearOf(instantMs: number, zone: string): number {
  const { year, month } = localParts(instantMs, zone)
  return month >= 4 ? year : year - 1
}

export function isKnownZone(zone: string): boolean {
  try {
    formatterOf(zone)
    return true
  } catch {
    return false
  }
}

const formatters = new Map<string, Intl.DateTimeFormat>()
const zonesMax = 600

function formatterOf(zone: string): Intl.DateTimeFormat {
  const known = formatters.get(zone)
  if (known) return known
  if (formatters.size >= zonesMax) formatters.clear()
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  formatters.set(zone, made)
  return made
}

const offsets = new Map<string, number>()
const offsetsMax = 20_000
/** Zones change their offset only on a quarter of an hour, so one look-up serves all of it. */
const quarterHourMs = 900_000

function zoneOffsetMs(instantMs: number, zone: string): number {
  const quarter = Math.floor(instantMs / quarterHourMs)
  const key = `${zone}|${quarter}`
  const known = offsets.get(key)
  if (known !== undefined) return known
  if (offsets.size >= offsetsMax) offsets.clear()
  const offset = offsetAt(quarter * quarterHourMs, zone)
  offsets.set(key, offset)
  return offset
}

function offsetAt(instantMs: number, zone: string): number {
  const parts = formatterOf(zone).formatToParts(instantMs)
  const numberOf = (type: string) => Number(parts.find((part) => part.type === type)?.value)
  const wall = Date.UTC(
    numberOf('year'),
    numberOf('month') - 1,
    numberOf('day'),
    numberOf('hour'),
    numberOf('minute'),
    numberOf('second'),
  )
  return wall - Math.floor(instantMs / 1000) * 1000
}
