// The words on a receipt in the language or the two languages a till prints. A new language is a new file with the same keys, an
// entry here, its outcome words and its numbers. Read by receipt-layout, shift-slips and the shells' settings.
import { outcomeWordsHi } from '#contract/outcome-words-hi.ts'
import { outcomeWordsPa } from '#contract/outcome-words-pa.ts'
import { outcomeWords, type OutcomeKey } from '#contract/outcome-words.ts'
import type { Paise } from '#contract/money.ts'
import { amountInWords } from '#core/amount-in-words.ts'
import { amountInIndicWords } from '#core/amount-words-indic.ts'
import { receiptWordsEn, type ReceiptPhrases } from './receipt-words-en.ts'
import { receiptWordsHi } from './receipt-words-hi.ts'
import { receiptWordsPa } from './receipt-words-pa.ts'

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
  const both = (key: string, one: string, other: string): string => {
    if (one === other) return one
    return SENTENCES.has(key) ? `${one}\n${other}` : `${one} / ${other}`
  }
  const { modes, voices, ...phrases } = first
  const others: Readonly<Record<string, unknown>> = second
  const words = Object.fromEntries(
    Object.entries(phrases).map(([key, word]) => [key, both(key, word, String(others[key]))]),
  ) as Omit<ReceiptPhrases, 'modes'>
  const modeNames = Object.fromEntries(
    Object.entries(modes).map(([mode, name]) => [
      mode,
      both(mode, name, second.modes[mode as keyof typeof modes]),
    ]),
  ) as ReceiptPhrases['modes']
  // Between two dates or before a name two words would part what belongs together.
  const { to, by, rupee } = first
  return {
    ...words,
    to,
    by,
    rupee,
    lang: second.lang,
    modes: modeNames,
    voices: [...voices, ...second.voices],
  }
}
