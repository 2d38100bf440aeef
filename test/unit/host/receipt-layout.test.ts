// Goal: a receipt says everything the law and the desk ask for, in every standing and for every way of paying, on every paper, and never gives
// away who the payer is.
import { describe, expect, test } from 'vitest'
import { rupees } from '#contract/money.ts'
import type { Instrument } from '#contract/payment.ts'
import { receiptSchema, type Receipt } from '#contract/receipt.ts'
import { encodeEscPos } from '#drivers/printer/escpos.ts'
import { profiles } from '#drivers/printer/profiles.ts'
import { renderText } from '#drivers/printer/text.ts'
import { readReceiptQr } from '#core/receipts/receipt.ts'
import { maskedName, receiptDocument, type ReceiptCopy } from '#host/paper/receipt-layout.ts'
import { NOW_MS } from '#test/unit/core/sample-bill.ts'
import { sampleReceipt } from './sample-receipt.ts'

const DAY_MS = 86_400_000
const sample = sampleReceipt
const textOf = (changes: Partial<Receipt> = {}, copy: ReceiptCopy | null = null, columns = 48): string => {
  const receipt = receiptSchema.parse(sample(changes))
  return renderText(receiptDocument(receipt, { copy }), columns).replaceAll(/[ \n]+/g, ' ')
}

test('holds every fact, heads in their order', () => {
  const text = textOf()
  for (const words of [
    'Testnagar Municipal Council RECEIPT',
    'Receipt no. 107/0417A/26-27/000123-K',
    'DIGIT receipt no. 11/2026-27/004587',
    'Date 23-11-2026 10:15 IST',
    'Consumer no. WS/107/2025-26/000871',
    'Service Water charges',
    'Water charge 1,500.00 Late fee 40.00',
    'AMOUNT PAID Rs 1,540',
    'Rupees One Thousand Five Hundred Forty Only',
    'Balance left 0.00',
    'Paid by Cash',
    'Cash given 2,000.00',
    'Change 460.00',
    'Taken by Meena Kulkarni',
    'Till / shift 0417 / 3',
    'Proof 0123456789',
    'Help: 1800-000-000',
    'Keep this receipt.',
  ]) {
    expect(text).toContain(words)
  }
})

test('names are masked, everywhere', () => {
  const text = textOf()
  expect(text).toContain('Name A*** R**')
  expect(text).toContain('Received from V***** R**')
  expect(text).not.toMatch(/Asha|Vikram/)
  expect(maskedName('  राम  कुमार ')).toBe('रा* कु**')
})

describe('standing', () => {
  test.each([
    ['provisional', 'PROVISIONAL - NOT YET RECORDED BY DIGIT'],
    ['held', 'The office is settling this payment.'],
    ['cancelled', 'CANCELLED'],
  ] as const)('%s says so', (standing, words) => {
    expect(textOf({ standing, digitReceiptNumber: null })).toContain(words)
    expect(textOf()).not.toContain(words)
  })

  test('a duplicate says which, when and by whom', () => {
    const copy = { copyNumber: 2, printedAtMs: NOW_MS + 3_600_000, printedBy: 'C07' }
    expect(textOf({}, copy)).toContain('DUPLICATE COPY 2')
    expect(textOf({}, copy)).toContain('printed 23-11-2026 11:15 by C07')
    expect(textOf({}, { ...copy, copyNumber: 0 })).not.toContain('DUPLICATE')
  })

  test('in training it says that it is none', () => {
    expect(textOf({ isDemo: true })).toContain('TRAINING - NOT A RECEIPT')
  })
})

describe('ways of paying', () => {
  test.each<[Instrument, string[]]>([
    [
      { mode: 'CHEQUE', number: '004512', dateMs: NOW_MS, bank: 'State Bank', ifsc: null },
      ['Paid by Cheque', 'No. 004512', 'Dated 23-11-2026', 'Bank State Bank', 'SUBJECT TO REALISATION'],
    ],
    [
      { mode: 'DD', number: '004512', dateMs: NOW_MS, bank: 'State Bank', ifsc: 'SBIN0000001' },
      ['Paid by Demand draft', 'SUBJECT TO REALISATION'],
    ],
    [{ mode: 'OFFLINE_NEFT', utr: 'UTR99', dateMs: NOW_MS }, ['Paid by NEFT', 'UTR UTR99']],
    [{ mode: 'OFFLINE_RTGS', utr: 'UTR99', dateMs: NOW_MS }, ['Paid by RTGS', 'UTR UTR99']],
    [
      { mode: 'POSTAL_ORDER', number: '77', dateMs: NOW_MS, postOffice: 'GPO' },
      ['Paid by Postal order', 'Post office GPO'],
    ],
    [
      { mode: 'CARD', lastFour: '4321', rrn: '600112233445', approvalCode: '0451' },
      ['Paid by Card', 'XXXX 4321', 'RRN 600112233445'],
    ],
  ])('%o', (instrument, words) => {
    const text = textOf({ instrument })
    for (const part of words) expect(text).toContain(part)
    expect(text).not.toContain('Cash given')
    expect(text.includes('REALISATION')).toBe(['CHEQUE', 'DD'].includes(instrument.mode))
  })

  test('cash for several bills says that it was for all of them', () => {
    const instrument = { mode: 'CASH', tenderedPaise: rupees(5_000), changePaise: rupees(380) } as const
    expect(textOf({ instrument })).toContain('Cash given (all bills) 5,000.00')
  })

  test('an advance is named as one', () => {
    expect(textOf({ balancePaise: rupees(-60) })).toContain('Advance kept 60.00')
  })

  test('no slip opens the drawer, neither the original of cash nor a copy: the drawer desk does, once for each payment', () => {
    const original = { copyNumber: 0, printedAtMs: NOW_MS, printedBy: null }
    for (const copy of [null, original, { ...original, copyNumber: 1 }]) {
      const { blocks } = receiptDocument(sample(), { copy })
      expect(blocks.filter(({ kind }) => kind === 'drawer')).toEqual([])
    }
  })
})

describe('card slip', () => {
  const card: Instrument = { mode: 'CARD', lastFour: '4321', rrn: '600112233445', approvalCode: '0451' }
  const slip = ['', '      TESTBANK', 'SALE            1,540.00', 'ਧੰਨਵਾਦ', `REF ${'A1 '.repeat(30)}END`, '']
  const linesOf = (cardSlip: string[], columns = 48, language: 'en' | 'pa' | 'en+hi' = 'en'): string[] => {
    const receipt = receiptSchema.parse(sample({ instrument: card, cardSlip }))
    return renderText(receiptDocument(receipt, { copy: null, language }), columns).split('\n')
  }

  test.each([32, 42, 48])('stands word for word below the card, on %d columns', (columns) => {
    const lines = linesOf(slip, columns)
    const at = lines.findIndex((line) => line.trim() === 'Card slip')
    expect(lines[at - 1]).toMatch(/^- - -/)
    expect(lines[at - 2]).toMatch(/^Approval code +0451$/)
    expect(lines.slice(at + 1, at + 4)).toEqual(slip.slice(1, 4))
    expect(lines.every((line) => line.length <= columns || line.startsWith('tahsil'))).toBe(true)
    const after = lines.slice(at + 4)
    const end = after.findIndex((line) => line.startsWith('- - -'))
    expect(after.slice(0, end).join(' ').replaceAll(/ +/g, ' ')).toBe(slip[4])
  })

  test('in the languages of the receipt, and not at all where there is none', () => {
    expect(linesOf(slip, 48, 'pa').join('\n')).toContain('ਕਾਰਡ ਪਰਚੀ')
    expect(linesOf(slip, 48, 'en+hi').join('\n')).toContain('Card slip / कार्ड पर्ची')
    for (const none of [[], ['', '']]) expect(linesOf(none).join('\n')).not.toContain('Card slip')
  })

  test('never with a card number, whoever let it through', () => {
    const text = linesOf(['PAID', '4111 1111', '1111 1111']).join('\n')
    expect(text).not.toMatch(/4111|Card slip/)
    expect(text).toContain('XXXX 4321')
  })
})

test('the QR on paper can be read back', () => {
  const qr = receiptDocument(sample(), { copy: null }).blocks.find(({ kind }) => kind === 'qr')
  expect(readReceiptQr((qr as { payload: string }).payload)).toEqual({
    receiptNumber: '107/0417A/26-27/000123-K',
    amountPaise: 154_000,
    paymentId: sample().paymentId,
    proof: '0123456789',
  })
})

describe('every paper', () => {
  const longest = (periods: number, heads: number): Partial<Receipt> => ({
    municipalityName: 'नगर परिषद '.repeat(25).slice(0, 256),
    payerName: 'x '.repeat(128),
    paidBy: 'y'.repeat(128),
    consumerCode: 'C'.repeat(128),
    billNumber: 'B'.repeat(64),
    serviceName: 'ਪਾਣੀ '.repeat(50).slice(0, 256),
    amountPaise: rupees(99_999_999),
    periods: Array.from({ length: periods }, (_, at) => ({
      demandId: `d${at}`,
      fromMs: NOW_MS - at * DAY_MS,
      toMs: NOW_MS,
      amountPaise: rupees(1),
      expiresAtMs: NOW_MS,
      heads: Array.from({ length: heads }, (_unused, order) => ({
        taxHeadCode: `HEAD_${order}`,
        amountPaise: rupees(order),
        order,
      })),
    })),
    taxHeadNames: Object.fromEntries(
      Array.from({ length: heads }, (_, at) => [`HEAD_${at}`, 'ਟੈਕਸ '.repeat(50)]),
    ),
  })

  test.each([
    [1, 3],
    [12, 10],
    [12, 100],
    [60, 1],
    [200, 100],
  ])('%d periods of %d heads each can be printed on all of them', (periods, heads) => {
    const receipt = receiptSchema.parse(sample(longest(periods, heads)))
    const document = receiptDocument(receipt, {
      copy: { copyNumber: 1, printedAtMs: NOW_MS, printedBy: 'C07' },
    })
    for (const profile of profiles.slice(0, 3))
      expect(encodeEscPos(document, profile).length).toBeGreaterThan(0)
    for (const columns of [32, 42, 48]) {
      const lines = renderText(document, columns).split('\n')
      expect(
        lines.filter((line) => /^[ -~]*$/.test(line) && line.length > columns && !line.startsWith('tahsil')),
      ).toEqual([])
    }
  })
})

test('a bill that was not fresh may be revised after its day, and what was agreed is written down', () => {
  const agreed = { isPartAgreed: true, isAdvanceAgreed: true }
  const text = textOf({ standing: 'provisional', state: null, revisionAfterMs: NOW_MS + DAY_MS, agreed })
  expect(text).toContain('Subject to revision after 24-11-2026')
  expect(text).toContain('Agreed: if more is due by then, this is a part payment.')
  expect(text).toContain('Agreed: if less is due by then, the rest is kept as an advance.')
  expect(textOf()).not.toMatch(/revision|Agreed/)
})

test('a part that is held is said with its amount', () => {
  const text = textOf({ heldPaise: rupees(253), reason: 'BILL_LOWER' })
  expect(text).toContain('Rs 253 of this is held for the payer')
  expect(text).toContain('Less is due now than was paid.')
})
