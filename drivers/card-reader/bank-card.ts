// Is this the stripe of a bank card? Looks at bytes and never makes a text of them: a text stays in memory until it is
// collected, bytes can be zeroed by whoever read them. In doubt it is one. Called by card-swipe.ts.
// Source: ISO/IEC 7813 (tracks 1 and 2), ISO/IEC 4909 (track 3), ISO/IEC 7812 (12 to 19 digits and a check digit).
import { isLuhn } from '#drivers/card-terminal/card-number.ts'

export type BankCard = {
  /** Only of a whole number; of a part nobody knows which digits are the last. */
  readonly lastFour: string | null
}

const CARD_DIGITS_MIN = 12
const CARD_DIGITS_MAX = 19
/** A window inside a longer run is a card by chance often enough; shorter ones are not looked for there. */
const WINDOW_DIGITS_MIN = 13
/** Track 3 has two digits of format code before the number. */
const TRACK3_FORMAT_DIGITS = 2
/** Of a part of a track: so many digits before the field with the date are no staff number any more. */
const PART_DIGITS_MIN = 6
/** Marks between two digits of a number as people and machines write it. */
const MARKS_BETWEEN_MAX = 3
const NAME_BYTES_MAX = 40
/** More than any track holds: what comes after is not digits of one number. */
const RUN_DIGITS_MAX = 256

/** `isPart`: the reader said that it did not get all of it. Never throws. */
export function findBankCard(track: Uint8Array, isPart: boolean): BankCard | null {
  const digits = new Uint8Array(RUN_DIGITS_MAX)
  try {
    let at = 0
    while (at < track.length) {
      const run = readRun(track, at, digits)
      if (run === null) at += 1
      else {
        const found = cardInRun(track, { ...run, isPart })
        if (found !== null) return found
        at = run.end
      }
    }
    return null
  } finally {
    digits.fill(0)
  }
}

type Run = {
  readonly start: number
  /** Just behind the last digit. */
  readonly end: number
  /** A view into the caller's array. */
  readonly digits: Uint8Array
  /** Between which digits there are marks: how many come before each, with 0 and all of them. */
  readonly cuts: readonly number[]
  /** Some digits are covered by the reader. */
  readonly isMasked: boolean
  readonly isPart: boolean
}

function readRun(track: Uint8Array, start: number, into: Uint8Array): Omit<Run, 'isPart'> | null {
  if (!isDigit(track[start])) return null
  let count = 0
  let marks = 0
  let end = start
  let isMasked = false
  const cuts = [0]
  for (let at = start; at < track.length && count < into.length && marks <= MARKS_BETWEEN_MAX; at += 1) {
    const byte = track[at] ?? 0
    if (isDigit(byte) || byte === STAR) {
      // A covered digit counts as 0; the check digit is not asked then.
      into[count] = byte === STAR ? 0 : byte - ZERO
      isMasked ||= byte === STAR
      if (marks > 0) cuts.push(count)
      count += 1
      marks = 0
      end = at + 1
    } else if (MARKS.includes(byte)) marks += 1
    else break
  }
  return { start, end, digits: into.subarray(0, count), cuts: [...cuts, count], isMasked }
}

function cardInRun(track: Uint8Array, run: Run): BankCard | null {
  const { start, end, digits, isMasked, isPart } = run
  const whole: BankCard = {
    lastFour: digits.length >= CARD_DIGITS_MIN && !isPart ? lastFourOf(digits) : null,
  }
  if (isFormatB(track, start)) return whole
  const digitsMin = isPart ? PART_DIGITS_MIN : CARD_DIGITS_MIN
  if (digits.length >= digitsMin && isDateField(track, end)) return whole
  // The check digit cannot be asked, and what is covered in part may be whole between the marks.
  if (isMasked) return digits.length >= CARD_DIGITS_MIN ? whole : null
  if (isCardNumber(digits)) return whole
  const between = cardBetweenCuts(run)
  if (between !== null) return { lastFour: isPart ? null : lastFourOf(between) }
  const account = digits.subarray(TRACK3_FORMAT_DIGITS)
  if (isCardNumber(account)) return { lastFour: isPart ? null : lastFourOf(account) }
  return (isPart || digits.length > CARD_DIGITS_MAX) && hasCardWindow(digits) ? { lastFour: null } : null
}

/** `%B`, with which track 1 of every bank card begins. */
function isFormatB(track: Uint8Array, start: number): boolean {
  const letter = track[start - 1] ?? 0
  return track[start - 2] === PERCENT && (letter === CAPITAL_B || letter === SMALL_B)
}

/** `=YYMM` of tracks 2 and 3, or `^NAME^YYMM` of track 1. */
function isDateField(track: Uint8Array, at: number): boolean {
  if (track[at] === EQUALS) return isYearMonth(track, at + 1)
  if (track[at] !== CARET) return false
  const nameEnd = track.subarray(at + 1, at + 1 + NAME_BYTES_MAX).indexOf(CARET)
  return nameEnd >= 0 && isYearMonth(track, at + 1 + nameEnd + 1)
}

function isYearMonth(track: Uint8Array, at: number): boolean {
  const four = track.subarray(at, at + 4)
  if (four.length < 4 || !four.every((byte) => isDigit(byte))) return false
  const month = ((four[2] ?? 0) - ZERO) * 10 + (four[3] ?? 0) - ZERO
  return month >= 1 && month <= 12
}

function isCardNumber(digits: Uint8Array): boolean {
  return digits.length >= CARD_DIGITS_MIN && digits.length <= CARD_DIGITS_MAX && isLuhn(digits)
}

/** Another number may stand before or behind it, with marks between. */
function cardBetweenCuts({ digits, cuts }: Run): Uint8Array | null {
  for (const [index, from] of cuts.entries()) {
    for (const to of cuts.slice(index + 1)) {
      if (to - from > CARD_DIGITS_MAX) break
      const part = digits.subarray(from, to)
      if (isCardNumber(part)) return part
    }
  }
  return null
}

function hasCardWindow(digits: Uint8Array): boolean {
  for (let from = 0; from + WINDOW_DIGITS_MIN <= digits.length; from += 1) {
    const longest = Math.min(digits.length, from + CARD_DIGITS_MAX)
    for (let to = from + WINDOW_DIGITS_MIN; to <= longest; to += 1) {
      if (isLuhn(digits.subarray(from, to))) return true
    }
  }
  return false
}

function lastFourOf(digits: Uint8Array): string {
  return [...digits.subarray(-4)].join('')
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= NINE
}

const ZERO = 0x30
const NINE = 0x39
const STAR = 0x2a
const PERCENT = 0x25
const EQUALS = 0x3d
const CARET = 0x5e
const CAPITAL_B = 0x42
const SMALL_B = 0x62
/** Space, no-break space, `,` `-` `.` `/` `_` and nothing at all. */
const MARKS: readonly number[] = [0x20, 0xa0, 0x2c, 0x2d, 0x2e, 0x2f, 0x5f, 0x00]
