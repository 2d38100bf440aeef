// What a terminal or its cloud says, made fit for a screen, a log and a record: no control bytes, bounded, and no card number, even
// if the other side sent one by mistake. Called by the drivers of card terminals.
import { maskCardNumbers } from './card-number.ts'

const WORDS_CHARS_MAX = 160
const ID_CHARS_MAX = 64
const SLIP_LINES_MAX = 80
const SLIP_LINE_CHARS_MAX = 64

/** One line of words; null when nothing is left. Card numbers lose all but the last four. */
export function cleanWords(text: string | null | undefined): string | null {
  const line = maskCardNumbers(withoutControls((text ?? '').slice(0, 4 * WORDS_CHARS_MAX)))
    .replaceAll(/\s+/g, ' ')
    .trim()
    .slice(0, WORDS_CHARS_MAX)
  return line === '' ? null : line
}

/** A number or name the terminal gave, in plain ASCII; null when empty, or when it may be a card number. */
export function cleanId(text: string | null | undefined): string | null {
  const id = withoutControls(text ?? '').trim()
  if (id === '' || id.length > ID_CHARS_MAX || !/^[\x20-\x7e]+$/.test(id)) return null
  return /^\d{13,19}$/.test(id) && maskCardNumbers(id) !== id ? null : id
}

/** The last four digits of a masked card number ("************5664", "411111 **** 1111"); null when there are none. */
export function lastFourOf(masked: string | null | undefined): string | null {
  return /(\d{4})\s*$/.exec(masked ?? '')?.[1] ?? null
}

/** Lines of a slip as they may be printed: trailing blanks off, too many cut. */
export function cleanSlip(lines: readonly string[]): readonly string[] {
  return lines
    .slice(0, SLIP_LINES_MAX)
    .map((line) => maskCardNumbers(withoutControls(line)).slice(0, SLIP_LINE_CHARS_MAX).trimEnd())
}

function withoutControls(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, ' ')
}
