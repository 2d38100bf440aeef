// Goal: a receipt says the same in English, Hindi and Punjabi and in two languages at once, on every paper.
import { describe, expect, test } from 'vitest'
import { rupees } from '#contract/money.ts'
import { outcomeWordsPa } from '#contract/words/outcome-words-pa.ts'
import { outcomeWords } from '#contract/words/outcome-words.ts'
import type { Receipt } from '#contract/receipt.ts'
import { encodeEscPos } from '#drivers/printer/escpos.ts'
import { spellMissing } from '#drivers/printer/fonts.ts'
import { profiles } from '#drivers/printer/profiles.ts'
import { renderText } from '#drivers/printer/text.ts'
import { renderReceipt } from '#host/paper/render-receipt.ts'
import { receiptDocument } from '#host/paper/receipt-layout.ts'
import { RECEIPT_LANGUAGES, type ReceiptLanguage } from '#host/paper/receipt-words.ts'
import { NOW_MS } from '#test/unit/core/sample-bill.ts'
import { sampleReceipt } from './sample-receipt.ts'

const copy = { copyNumber: 1, printedAtMs: NOW_MS, printedBy: 'C07' }
const textOf = (language: ReceiptLanguage, changes: Partial<Receipt> = {}): string =>
  renderText(receiptDocument(sampleReceipt(changes), { copy, language }), 48)

describe.each(RECEIPT_LANGUAGES)('%s', (language) => {
  test('every paper takes it, and no character of it is unknown to the fonts', () => {
    const document = receiptDocument(sampleReceipt({ standing: 'held', state: 'SUSPENSE' }), {
      copy,
      language,
    })
    for (const profile of profiles) expect(encodeEscPos(document, profile).length).toBeGreaterThan(0)
    expect(spellMissing(JSON.stringify(document))).toBe(JSON.stringify(document))
  })

  test('numbers, amounts and dates are those of every other language', () => {
    const text = textOf(language)
    for (const fact of [
      '107/0417A/26-27/000123-K',
      'WS/107/2025-26/000871',
      '23-11-2026 10:15',
      '1,540',
      '2,000.00',
    ])
      expect(text).toContain(fact)
  })
})

test('each language says all of it in its own words', () => {
  expect(textOf('hi')).toContain('प्राप्त राशि')
  expect(textOf('hi')).toContain('एक हज़ार पाँच सौ चालीस रुपये मात्र'.normalize('NFC'))
  expect(textOf('hi')).not.toMatch(/Receipt no|Rupees|Keep this/)
  expect(textOf('pa')).toContain('ਰਸੀਦ ਨੰਬਰ')
  expect(textOf('pa')).toContain('ਇੱਕ ਹਜ਼ਾਰ ਪੰਜ ਸੌ ਚਾਲੀ ਰੁਪਏ ਸਿਰਫ਼'.normalize('NFC'))
  expect(textOf('en')).not.toContain('रसीद')
})

test('two languages stand beside each other, their sentences in lines of their own', () => {
  const held = { heldPaise: rupees(253), reason: 'BILL_LOWER' } as const
  const text = textOf('en+pa', held).replaceAll(/[ \n]+/g, ' ')
  for (const words of ['Receipt no. / ਰਸੀਦ ਨੰਬਰ', 'Keep this receipt. ', 'Rupees One Thousand', '253'])
    expect(text).toContain(words)
  expect(text).toContain('ਇਹ ਰਸੀਦ ਸੰਭਾਲ ਕੇ ਰੱਖੋ।'.normalize('NFC'))
  expect(text).toContain(outcomeWords['reason.BILL_LOWER'])
  expect(text).toContain(outcomeWordsPa['reason.BILL_LOWER'].normalize('NFC'))
  expect(Object.keys(outcomeWordsPa).toSorted()).toEqual(Object.keys(outcomeWords).toSorted())
})

test('what the screen shows of a receipt is in the language that is printed', () => {
  const [profile] = profiles
  if (profile === undefined) throw new Error('there are printers')
  const shown = renderReceipt(sampleReceipt(), { form: 'text', profile, language: 'pa' })
  expect(Buffer.from(shown.base64, 'base64').toString('utf8')).toContain('ਰਸੀਦ ਨੰਬਰ')
})
