// Goal: for every state and reason the till's screens, the receipt and the supervisor's list say the same, from one catalog, in
// both languages; and a receipt never stays silent about money that is held or given back.
import { describe, expect, test } from 'vitest'
import { createIntl } from 'react-intl'
import { rupees, ZERO_PAISE, type Paise } from '#contract/money.ts'
import { outcomeWordsHi } from '#contract/words/outcome-words-hi.ts'
import {
  outcomeLines,
  outcomeOfException,
  outcomeTexts,
  outcomeWords,
  type OutcomeFacts,
} from '#contract/words/outcome-words.ts'
import { POSTING_STATES, SUSPENSE_REASONS } from '#contract/payment.ts'
import { laneOf, standingOf } from '#core/receipts/receipt.ts'
import type { PrintBlock } from '#drivers/printer/document.ts'
import { receiptDocument } from '#host/paper/receipt-layout.ts'
import { outcomeWordsOf, postingWords } from '#renderer/parts/payment-words.ts'
import { LANGUAGES, loadCatalog, type Text } from '#renderer/text/catalog.ts'
import { sampleReceipt } from '#test/unit/host/sample-receipt.ts'
import { exceptionWith } from '#test/unit/renderer/exceptions.ts'

const held = rupees(1_234)
const cases = [null, ...POSTING_STATES].flatMap((state) =>
  [null, ...SUSPENSE_REASONS].flatMap((reason) =>
    [ZERO_PAISE, held].map((heldPaise): OutcomeFacts => ({ state, reason, heldPaise })),
  ),
)
const onPaper = (amountPaise: Paise) => `Rs ${(amountPaise / 100).toLocaleString('en-IN')}`
const onScreen = (amountPaise: Paise) => `₹${(amountPaise / 100).toLocaleString('en-IN')}`
const textsOf = (facts: OutcomeFacts) => outcomeTexts(facts, { words: outcomeWords, money: onPaper })
const receiptTexts = (facts: OutcomeFacts): string[] => {
  const { state, heldPaise } = facts
  const lane = state === null ? 'waiting' : laneOf({ state, heldPaise })
  const receipt = sampleReceipt({ ...facts, standing: standingOf(state, lane) })
  const isOutcome = (block: PrintBlock): block is Extract<PrintBlock, { kind: 'text' }> =>
    block.kind === 'text' && textsOf(facts).includes(block.text)
  return receiptDocument(receipt, { copy: null })
    .blocks.filter(isOutcome)
    .map(({ text }) => text)
}

test('every state and every reason has words of its own', () => {
  const keys = new Set(cases.flatMap((facts) => outcomeLines(facts).map(({ key }) => key)))
  expect([...keys].toSorted()).toEqual(Object.keys(outcomeWords).toSorted())
  expect(Object.keys(outcomeWordsHi).toSorted()).toEqual(Object.keys(outcomeWords).toSorted())
  for (const words of [outcomeWords, outcomeWordsHi])
    expect(new Set(Object.values(words)).size).toBe(Object.keys(words).length)
})

describe.each(LANGUAGES)('on the screens in $name', ({ code }) => {
  const words = code === 'en' ? outcomeWords : outcomeWordsHi

  test('the till and the supervisor say the words of the catalog', async () => {
    const catalog = await loadCatalog(code)
    const intl = createIntl({ locale: `${code}-IN`, messages: catalog })
    const text: Text = (key, values) => intl.formatMessage({ id: key }, values ?? {})
    for (const facts of cases) {
      const expected = outcomeTexts(facts, { words, money: onScreen })
      expect(outcomeWordsOf(text, facts)).toEqual(expected)
      expect(text(postingWords(facts.state).word)).toBe(expected[0])
    }
  })
})

test('the supervisor’s list takes an exception for what its payment says', () => {
  for (const { state, reason, heldPaise } of cases) {
    const kind = heldPaise > 0 ? 'remainder' : 'payment'
    const exception = exceptionWith({ kind, state: state ?? 'RECEIVED', reason, amountPaise: held })
    expect(outcomeOfException(exception)).toEqual({ state: state ?? 'RECEIVED', reason, heldPaise })
  }
})

test('the receipt says all of it or, where it is paid or on its way, nothing of it', () => {
  for (const facts of cases) {
    const printed = receiptTexts(facts)
    expect([[], textsOf(facts)]).toContainEqual(printed)
  }
})

test.each([
  ['held whole', { state: 'SUSPENSE', reason: 'ALREADY_PAID', heldPaise: ZERO_PAISE }],
  [
    'given back by the word of a till',
    { state: 'SUSPENSE', reason: 'REFUND_CLAIMED', heldPaise: ZERO_PAISE },
  ],
  ['not readable', { state: 'POISON', reason: null, heldPaise: ZERO_PAISE }],
  ['set apart', { state: 'QUARANTINE', reason: 'REVOKED_DEVICE', heldPaise: ZERO_PAISE }],
  ['posted in part', { state: 'POSTED', reason: 'BILL_LOWER', heldPaise: held }],
  ['being cancelled', { state: 'REVERSING', reason: null, heldPaise: ZERO_PAISE }],
  ['cancelled', { state: 'REVERSED', reason: null, heldPaise: ZERO_PAISE }],
] as const)('a receipt that is %s says so', (_what, facts) => {
  expect(receiptTexts(facts)).toEqual(textsOf(facts))
  expect(receiptTexts(facts).length).toBeGreaterThan(0)
})
