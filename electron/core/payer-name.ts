// DIGIT's rule for `paidBy`, re-made as one pass over the text. DIGIT's own pattern is exponential in a backtracking engine
// (28 letters and a digit take seconds); the language is the same as `^[A-Za-z]+(?:[_\-'`. ][A-Za-z ][A-Za-z]*)*$`.
// Source: collection-services model/Payment.java. Used by payment-rules.

const MARKS = "_-'`. "

/**
 * Letters A to Z; a space, dot, hyphen, underscore, apostrophe or backtick only between letters (a second space may follow).
 * `A.K. Rao` and `D'Souza` pass; `M/s Rao`, `Asha.`, digits and other scripts do not.
 */
export function isPayerNameForDigit(name: string): boolean {
  let at = skipLetters(name, 0)
  if (at === 0) return false
  while (at < name.length) {
    if (!MARKS.includes(name.charAt(at))) return false
    const next = name.charAt(at + 1)
    if (next !== ' ' && !isLetter(next)) return false
    at = skipLetters(name, at + 2)
  }
  return true
}

function skipLetters(text: string, from: number): number {
  let at = from
  while (at < text.length && isLetter(text.charAt(at))) at += 1
  return at
}

function isLetter(character: string): boolean {
  return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z')
}
