// From a report of a magnetic stripe reader to its tracks. Tracks are views into the report and never copies, so that whoever
// zeroes the report has zeroed all there is. Called by stripe-reader.ts. Never throws.
// Source: MagTek USB HID SureSwipe manual (vendor page FF00, 337 bytes); HID Point of Sale usage tables (page 8E).
import type { CardTrack } from './card-reader.ts'
import type { StripeLayout } from './stripe-layout.ts'

export type StripeTrack = {
  readonly track: CardTrack
  /** A view. With sentinels, if the reader sends them. */
  readonly bytes: Uint8Array
  /** Not read whole. */
  readonly hasError: boolean
}

export type StripeReading =
  | { readonly kind: 'tracks'; readonly tracks: readonly StripeTrack[] }
  /** A piece of what a reader sends as plain text, in as many reports as it takes. */
  | { readonly kind: 'text'; readonly bytes: Uint8Array }
  /** Contradicts itself; all of it may still be somebody's bank card. */
  | { readonly kind: 'malformed'; readonly bytes: Uint8Array }
  | { readonly kind: 'other' }

export const REPORT_BYTES_MAX = 1_024
const SURE_SWIPE_BYTES = 337
const SURE_SWIPE_TRACK_BYTES = 110
const SURE_SWIPE_TRACKS_AT = [7, 117, 227]
const TRACKS = [1, 2, 3] as const
const ERROR_BIT = 1

export function readStripeReport(report: Uint8Array, layout: StripeLayout | null): StripeReading {
  if (report.length > REPORT_BYTES_MAX) return { kind: 'malformed', bytes: report }
  if (layout !== null) return readByLayout(report, layout)
  // Some systems put the id 0 of reports without one before them.
  const isIdBefore = report.length === SURE_SWIPE_BYTES + 1 && report[0] === 0
  if (report.length === SURE_SWIPE_BYTES || isIdBefore) {
    return readSureSwipe(isIdBefore ? report.subarray(1) : report)
  }
  return report.some((byte) => isPrintable(byte)) ? { kind: 'text', bytes: report } : { kind: 'other' }
}

/** Status of tracks 1 to 3, their lengths, encode type, three fields of 110 bytes. */
function readSureSwipe(report: Uint8Array): StripeReading {
  const tracks = TRACKS.map((track, index) => {
    const start = SURE_SWIPE_TRACKS_AT[index] ?? 0
    const hasError = ((report[index] ?? 0) & ERROR_BIT) !== 0
    const field = report.subarray(start, start + SURE_SWIPE_TRACK_BYTES)
    const length = report[3 + index] ?? 0
    // What stands in the field of a track with an error is looked at whole, whatever its length says.
    return { track, hasError, length, bytes: hasError ? withoutPadding(field) : field.subarray(0, length) }
  })
  if (tracks.some(({ length }) => length > SURE_SWIPE_TRACK_BYTES))
    return { kind: 'malformed', bytes: report }
  return { kind: 'tracks', tracks: tracks.map(({ track, bytes, hasError }) => ({ track, bytes, hasError })) }
}

function readByLayout(report: Uint8Array, layout: StripeLayout): StripeReading {
  const { reportId, reportBytes, tracks } = layout
  if (reportId !== null && report[0] !== reportId) return { kind: 'other' }
  if (report.length < reportBytes) return { kind: 'malformed', bytes: report }
  const read: StripeTrack[] = []
  for (const track of TRACKS) {
    const place = tracks[track - 1] ?? null
    if (place === null) continue
    const { length, data } = place
    const field = report.subarray(data.byteAt, data.byteAt + data.byteCount)
    const count =
      length === null ? null : numberAt(report.subarray(length.byteAt, length.byteAt + length.byteCount))
    if (count !== null && count > data.byteCount) return { kind: 'malformed', bytes: report }
    read.push({
      track,
      bytes: count === null ? withoutPadding(field) : field.subarray(0, count),
      hasError: false,
    })
  }
  return { kind: 'tracks', tracks: read }
}

/**
 * Tracks of plain text, by their sentinels: `%` begins track 1, `;` track 2 and then 3, `+` and `#` track 3, `?` ends each.
 * Text without sentinels is one track: of letters 1, of digits 2.
 */
export function tracksOfText(text: Uint8Array): readonly StripeTrack[] {
  const tracks: StripeTrack[] = []
  let at = 0
  while (at < text.length && tracks.length < TRACKS.length) {
    const start = nextIndex(text, at, isStart)
    if (start === null) break
    const stop = nextIndex(text, start + 1, (byte) => byte === QUESTION || isLineEnd(byte) || byte === 0)
    const hasEnd = stop !== null && text[stop] === QUESTION
    const end = stop === null ? text.length : hasEnd ? stop + 1 : stop
    tracks.push({
      track: trackOf(text[start] ?? 0, tracks),
      bytes: text.subarray(start, end),
      hasError: !hasEnd,
    })
    at = Math.max(end, start + 1)
  }
  if (tracks.length > 0) return tracks
  const bare = trimmed(text)
  if (bare.length === 0) return []
  const hasLetters = bare.some((byte) => isLetter(byte))
  return [{ track: hasLetters ? 1 : 2, bytes: bare, hasError: false }]
}

function trackOf(sentinel: number, before: readonly StripeTrack[]): CardTrack {
  if (sentinel === PERCENT) return 1
  if (sentinel === SEMICOLON && !before.some(({ track }) => track === 2)) return 2
  return 3
}

function nextIndex(bytes: Uint8Array, from: number, isWanted: (byte: number) => boolean): number | null {
  for (let at = from; at < bytes.length; at += 1) if (isWanted(bytes[at] ?? 0)) return at
  return null
}

function numberAt(bytes: Uint8Array): number {
  return bytes.reduceRight((sum, byte) => sum * 256 + byte, 0)
}

function withoutPadding(field: Uint8Array): Uint8Array {
  let end = field.length
  while (end > 0 && field[end - 1] === 0) end -= 1
  return field.subarray(0, end)
}

function trimmed(text: Uint8Array): Uint8Array {
  let start = 0
  let end = text.length
  while (start < end && !isPrintable(text[start] ?? 0)) start += 1
  while (end > start && !isPrintable(text[end - 1] ?? 0)) end -= 1
  return text.subarray(start, end)
}

const QUESTION = 0x3f
const PERCENT = 0x25
const SEMICOLON = 0x3b
const PLUS = 0x2b
const HASH = 0x23

function isStart(byte: number): boolean {
  return byte === PERCENT || byte === SEMICOLON || byte === PLUS || byte === HASH
}

function isLineEnd(byte: number): boolean {
  return byte === 0x0d || byte === 0x0a
}

function isPrintable(byte: number): boolean {
  return byte > 0x20 && byte < 0x7f
}

function isLetter(byte: number): boolean {
  return (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a)
}
