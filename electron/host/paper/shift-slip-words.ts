// The words on the slips of a drawer in the language or the two languages a till prints. Read by shift-slips.
import { shiftSlipWordsEn, type ShiftSlipPhrases } from '#contract/words/shift-slip-words-en.ts'
import { shiftSlipWordsHi } from '#contract/words/shift-slip-words-hi.ts'
import { shiftSlipWordsPa } from '#contract/words/shift-slip-words-pa.ts'
import { pairedPhrases, type ReceiptLanguage } from './receipt-words.ts'

/** Each in a line of its own; every other word beside its translation. */
const SENTENCES: ReadonlySet<string> = new Set<keyof ShiftSlipPhrases>([
  'closeTitle',
  'dayEndTitle',
  'forSafe',
  'forTill',
  'handInTitle',
  'noReceipt',
  'training',
])

export const shiftSlipWords: Readonly<Record<ReceiptLanguage, ShiftSlipPhrases>> = {
  en: shiftSlipWordsEn,
  hi: shiftSlipWordsHi,
  pa: shiftSlipWordsPa,
  'en+hi': paired(shiftSlipWordsHi),
  'en+pa': paired(shiftSlipWordsPa),
}

function paired(other: ShiftSlipPhrases): ShiftSlipPhrases {
  return { ...pairedPhrases(shiftSlipWordsEn, other, SENTENCES), lang: other.lang }
}
