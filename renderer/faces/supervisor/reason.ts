// Why something waits, in the words that the counter and the receipt use too. Pure.
import type { Exception } from '#contract/exceptions-api.ts'
import { postingWords } from '#renderer/parts/payment-words.ts'
import type { TextKey } from '#renderer/text/catalog.ts'

/** The reason where there is one, else the state. */
export function reasonOf({ reason, state }: Pick<Exception, 'reason' | 'state'>): TextKey {
  return reason === null ? postingWords(state).word : `reason.${reason}`
}
