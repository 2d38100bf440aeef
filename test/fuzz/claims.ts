// What must hold of anything a parser gives, whatever it was given. Called by the lists of targets.
import { isLuhn } from '#contract/log-safety.ts'

const TEXT_CHARS_MAX = 100_000

export const claim = (isTrue: boolean, words: string): void => {
  if (!isTrue) throw new Error(`broken promise: ${words}`)
}

/** No text in it holds a run of 13 to 19 digits that a bank could have given out. Times and amounts are numbers and no text. */
export const claimNoCardNumber = (given: unknown): void => {
  JSON.stringify(given, (_, value: unknown) => {
    if (typeof value !== 'string') return value
    claim(value.length < TEXT_CHARS_MAX, 'what comes out of a parser is bounded')
    for (const [run] of value.matchAll(/\d{13,19}/g))
      claim(!isLuhn(run), `a card number came through, ending in ${run.slice(-4)}`)
    return value
  })
}
