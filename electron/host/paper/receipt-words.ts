// The words on paper in the language or the two languages a till prints. A new language is a new file of the contract with the same
// keys, an entry here and in shift-slip-words.ts, its outcome words and its numbers. Read by receipt-layout, shift-slips and the shells' settings.
import { outcomeWordsHi } from '#contract/words/outcome-words-hi.ts'
import { outcomeWordsPa } from '#contract/words/outcome-words-pa.ts'
import { outcomeWords, type OutcomeKey } from '#contract/words/outcome-words.ts'
import type { Paise } from '#contract/money.ts'
import { receiptWordsEn, type ReceiptPhrases } from '#contract/words/receipt-words-en.ts'
import { receiptWordsHi } from '#contract/words/receipt-words-hi.ts'
import { receiptWordsPa } from '#contract/words/receipt-words-pa.ts'
import { amountInWords } from '#core/receipts/amount-in-words.ts'
import { amountInIndicWords } from '#core/receipts/amount-words-indic.ts'

/** With a plus: both languages, English first. */
export const RECEIPT_LANGUAGES = ['en', 'hi', 'pa', 'en+hi', 'en+pa'] as const
export type ReceiptLanguage = (typeof RECEIPT_LANGUAGES)[number]

/** What is said once in each language, line under line. */
export type ReceiptVoice = {
  readonly lang: string
  readonly outcome: Readonly<Record<OutcomeKey, string>>
  readonly amount: (amountPaise: Paise) => string
}

export type ReceiptWords = ReceiptPhrases & { readonly voices: readonly ReceiptVoice[] }

/** Sentences stand under each other, each in a line of its own; every other word beside its translation. */
const SENTENCES: ReadonlySet<string> = new Set<keyof ReceiptPhrases>([
  'agreedAdvance',
  'agreedPart',
  'cancelled',
  'heldDetail',
  'keep',
  'provisional',
  'provisionalDetail',
  'subjectToRealisation',
  'title',
  'training',
])

const english = spoken(receiptWordsEn, outcomeWords, amountInWords)
const hindi = spoken(receiptWordsHi, outcomeWordsHi, (amount) => amountInIndicWords(amount, 'hi'))
const punjabi = spoken(receiptWordsPa, outcomeWordsPa, (amount) => amountInIndicWords(amount, 'pa'))

export const receiptWords: Readonly<Record<ReceiptLanguage, ReceiptWords>> = {
  en: english,
  hi: hindi,
  pa: punjabi,
  'en+hi': paired(english, hindi),
  'en+pa': paired(english, punjabi),
}

function spoken(
  phrases: ReceiptPhrases,
  outcome: ReceiptVoice['outcome'],
  amount: ReceiptVoice['amount'],
): ReceiptWords {
  return { ...phrases, voices: [{ lang: phrases.lang, outcome, amount }] }
}

function paired(first: ReceiptWords, second: ReceiptWords): ReceiptWords {
  const { modes, voices, ...phrases } = first
  const { modes: otherModes, voices: otherVoices, ...otherPhrases } = second
  // Between two dates or before a name two words would part what belongs together.
  const { to, by, rupee } = first
  return {
    ...pairedPhrases(phrases, otherPhrases, SENTENCES),
    to,
    by,
    rupee,
    lang: second.lang,
    modes: pairedPhrases(modes, otherModes),
    voices: [...voices, ...otherVoices],
  }
}

/** Each phrase beside its translation; of `sentences`, under it. */
export function pairedPhrases<Key extends string>(
  first: Readonly<Record<Key, string>>,
  second: Readonly<Record<Key, string>>,
  sentences: ReadonlySet<string> = new Set(),
): Record<Key, string> {
  const keys = Object.keys(first) as Key[]
  const both = (key: Key): string => {
    const [one, other] = [first[key], second[key]]
    if (one === other) return one
    return `${one}${sentences.has(key) ? '\n' : ' / '}${other}`
  }
  return Object.fromEntries(keys.map((key) => [key, both(key)])) as Record<Key, string>
}
