// Names, doors and streets as they are searched for: one form for what is kept and what is typed, in every script. A door number is a row of
// numbers and letters, whatever stands between them: `4-12/A`, `4 12 a` and `४-१२/A` are the same door. Used by the store.
import { TERM_CHARS_MAX } from '#core/limits.ts'

const WORDS_MAX = 8
const LETTER_LENGTH_MIN = 2
/** First digits of the decimal digits of Indian scripts, ten in a row each. */
const ZEROS = [0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66] as const

/** Words and numbers separated by one space, without marks between them; case and accents are the index's business. */
export function foldWords(text: string): string {
  return text
    .normalize('NFC')
    .replace(/\p{Cf}/gu, '')
    .replace(/\p{Nd}/gu, latinDigit)
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, ' ')
    .replace(/(?<=\p{N})(?=[\p{L}\p{M}])|(?<=[\p{L}\p{M}])(?=\p{N})/gu, ' ')
    .trim()
}

/**
 * The question for the full-text index: every word typed must be there, words of letters also as the beginning of a longer
 * one, numbers as they are. null: nothing in it can be searched for.
 */
export function wordsQuery(text: string): string | null {
  const phrases = text
    .slice(0, TERM_CHARS_MAX)
    .split(/\s+/)
    .map(foldWords)
    .filter((phrase) => phrase !== '')
    .slice(0, WORDS_MAX)
  const hasWeight = phrases.some((phrase) => /\p{N}/u.test(phrase) || phrase.length >= LETTER_LENGTH_MIN)
  if (!hasWeight) return null
  return phrases.map((phrase) => (/\p{N}$/u.test(phrase) ? `"${phrase}"` : `"${phrase}" *`)).join(' ')
}

function latinDigit(digit: string): string {
  const code = digit.codePointAt(0) ?? 0
  const zero = ZEROS.find((first) => code >= first && code < first + 10)
  return zero === undefined ? digit : String(code - zero)
}
