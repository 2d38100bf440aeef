// What must hold of anything a parser gives, whatever it was given. Called by the lists of targets.
import { isLuhn } from '#contract/log-safety.ts'

const TEXT_CHARS_MAX = 100_000

export const claim = (isTrue: boolean, words: string): void => {
  if (!isTrue) throw new Error(`broken promise: ${words}`)
}

/** No run of 13 to 19 digits that a bank could have given out. */
export const claimNoCardNumber = (given: unknown): void => {
  const text = JSON.stringify(given) ?? ''
  claim(text.length < TEXT_CHARS_MAX, 'what comes out of a parser is bounded')
  for (const [run] of text.matchAll(/\d{13,19}/g))
    claim(!isLuhn(run), `a card number came through: ${run.slice(-4)}`)
}
