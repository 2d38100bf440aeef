// Goal: paper and screens say the same with one word, written once: the catalogs of paper have the same keys and the same placeholders in each
// language, and no phrase of them is written a second time in the words of the screens or of the customer display.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { outcomeWordsHi } from '#contract/words/outcome-words-hi.ts'
import { outcomeWordsPa } from '#contract/words/outcome-words-pa.ts'
import { outcomeWords } from '#contract/words/outcome-words.ts'
import { receiptWordsEn, type ReceiptPhrases } from '#contract/words/receipt-words-en.ts'
import { receiptWordsHi } from '#contract/words/receipt-words-hi.ts'
import { receiptWordsPa } from '#contract/words/receipt-words-pa.ts'
import { shiftSlipWordsEn } from '#contract/words/shift-slip-words-en.ts'
import { shiftSlipWordsHi } from '#contract/words/shift-slip-words-hi.ts'
import { shiftSlipWordsPa } from '#contract/words/shift-slip-words-pa.ts'

type Phrases = Readonly<Record<string, string>>

const flat = ({ modes, ...words }: ReceiptPhrases): Phrases => ({ ...words, ...modes })
const catalogs: Readonly<Record<string, readonly Phrases[]>> = {
  receipt: [flat(receiptWordsEn), flat(receiptWordsHi), flat(receiptWordsPa)],
  slip: [shiftSlipWordsEn, shiftSlipWordsHi, shiftSlipWordsPa],
  outcome: [outcomeWords, outcomeWordsHi, outcomeWordsPa],
}

/** The same word for something else: what a device or a printer did, a role in a sentence, a noun in a table. */
const OTHER_SENSE = new Set([
  'check.event.closed',
  'check.event.opened',
  'check.event.printed',
  'check.event.swipe',
  'check.state.closed',
  'check.state.open',
  'exception.evidence',
  'print.printed',
  'queue.receipt',
  'unlock.operator',
])

const renderer = join(import.meta.dirname, '..', '..', '..', 'renderer')
const sources = [
  ...readdirSync(join(renderer, 'text')).map((name) => join(renderer, 'text', name)),
  join(renderer, 'customer', 'customer-words.ts'),
]

/** Every property of a catalog whose words are written there. */
const written = (source: string) =>
  Array.from(
    source.matchAll(/^ {2}'?([\w.-]+)'?:\s+(?:'((?:[^'\\]|\\.)*)'|`([^`$]*)`),$/gm),
    ([, key = '', quoted, plain]) => ({ key, words: quoted ?? plain ?? '' }),
  )

const placeholders = (words: string): string[] => (words.match(/\{\w+\}/g) ?? []).toSorted()

test.each(Object.entries(catalogs))('%s: the same keys and placeholders in each language', (_, languages) => {
  const [english = {}, ...others] = languages
  expect(others).toHaveLength(2)
  for (const other of others) {
    expect(Object.keys(other).toSorted()).toEqual(Object.keys(english).toSorted())
    for (const [key, words] of Object.entries(english)) {
      expect(placeholders(other[key] ?? ''), key).toEqual(placeholders(words))
      expect((other[key] ?? '').trim(), key).not.toBe('')
    }
  }
})

test('each phrase of paper is written once', () => {
  const onPaper = new Set(
    Object.values(catalogs).flatMap((languages) =>
      languages.flatMap((phrases) => Object.values(phrases).map((words) => words.toLowerCase())),
    ),
  )
  const found = sources.flatMap((path) => written(readFileSync(path, 'utf8')))
  // The reader of sources reads: all but what is made of other words.
  expect(found.length).toBeGreaterThan(1_300)
  const twice = found.filter(({ key, words }) => onPaper.has(words.toLowerCase()) && !OTHER_SENSE.has(key))
  expect(twice).toEqual([])
})
