// What one swipe means: a bank card, the card of somebody who works or lives here, or nothing that could be read. A text is
// made only of what is no bank card. Called by stripe-reader.ts. Never throws.
import { findBankCard } from './bank-card.ts'
import type { CardEvent, CardTrack } from './card-reader.ts'
import type { StripeTrack } from './stripe-report.ts'

export const CARD_VALUE_CHARS_MAX = 128
/** Numbers of cards stand on track 2; track 1 may begin with a letter for its format, track 3 is seldom written. */
const ORDER: readonly CardTrack[] = [2, 1, 3]

/** `whole`: all that came, in which a bank card may stand outside of what looks like a track. */
export function swipeEvent(tracks: readonly StripeTrack[], whole: Uint8Array, at: number): CardEvent {
  const bank = bankCardOn(tracks) ?? findBankCard(whole, false)
  if (bank !== null) return { kind: 'bank_card_refused', lastFour: bank.lastFour, at }
  for (const track of ORDER) {
    // A value of a track that was not read whole would be somebody else's.
    const found = tracks.find((each) => each.track === track && !each.hasError)
    const value = found === undefined ? '' : firstField(found.bytes)
    if (value.length > CARD_VALUE_CHARS_MAX) return { kind: 'unreadable', reason: 'too_long', at }
    if (value !== '') return { kind: 'id-card', value, track, at }
  }
  const hasError = tracks.some((track) => track.hasError)
  return { kind: 'unreadable', reason: hasError ? 'decode_error' : 'no_data', at }
}

/** Last four of the first track that tells them. */
function bankCardOn(tracks: readonly StripeTrack[]): { readonly lastFour: string | null } | null {
  // When a track is broken, a part of the same number may stand on another one.
  const isPart = tracks.some(({ hasError }) => hasError)
  const found = tracks
    .map(
      ({ bytes, hasError }) => findBankCard(bytes, hasError) ?? (isPart ? findBankCard(bytes, true) : null),
    )
    .filter((card) => card !== null)
  return found.find(({ lastFour }) => lastFour !== null) ?? found[0] ?? null
}

/** Between the start sentinel and the first separator, end sentinel or control character. */
function firstField(track: Uint8Array): string {
  const start = STARTS.includes(track[0] ?? 0) ? 1 : 0
  let end = start
  while (end < track.length && isOfField(track[end] ?? 0)) end += 1
  return Buffer.from(track.subarray(start, end)).toString('latin1').trim()
}

function isOfField(byte: number): boolean {
  return byte >= 0x20 && byte < 0x7f && !ENDS.includes(byte)
}

/** `%` `;` `+` `#` */
const STARTS: readonly number[] = [0x25, 0x3b, 0x2b, 0x23]
/** `?` `=` `^` */
const ENDS: readonly number[] = [0x3f, 0x3d, 0x5e]
