// The receipt that the printing parts encode: 40 lines of 48 columns, a QR code, a barcode and a cut, for invented people, in
// 64 versions so that no encoder profits from seeing the same text again. Plain facts; each encoder lays them out its own way.
import type { PrintBlock, PrintDocument } from '#drivers/printer/document.ts'

export const COLUMNS = 48

export type ReceiptFacts = {
  readonly town: string
  readonly header: readonly string[]
  /** Label and value. */
  readonly rows: readonly (readonly [string, string])[]
  /** Tax head and amount. */
  readonly items: readonly (readonly [string, string])[]
  readonly totals: readonly (readonly [string, string])[]
  readonly grand: readonly [string, string]
  readonly footer: readonly string[]
  readonly qr: string
  readonly barcode: string
}

const RECEIPTS = 64

export const sampleReceipts: readonly ReceiptFacts[] = Array.from({ length: RECEIPTS }, (_, index) => {
  const number = String(1000 + index * 37)
  return {
    town: 'Navapur Nagar Palika',
    header: [`Ward office ${(index % 9) + 1}, Station Road`, 'Ph 000-1234567', 'PROPERTY TAX RECEIPT'],
    rows: [
      ['Receipt no', `RCT/2026-27/${number}`],
      ['Date', `17-11-2026 10:${String(index % 60).padStart(2, '0')} IST`],
      ['Consumer no', `PT-107-00${number}`],
      ['Name', ['A. Sharma', 'Gurpreet Kaur', 'M. Iyer', 'Meera Devi'][index % 4] ?? ''],
      ['Mobile', `98****${number}`],
      ['Address', `H.No. ${number}, Gali ${index}`],
      ['Mode', index % 2 === 0 ? 'Cash' : 'UPI'],
      ['Collector', `COL-${index % 12}`],
    ],
    items: Array.from({ length: 12 }, (_unused, item) => [
      `Tax head ${item + 1} ${2020 + (item % 7)}-${21 + (item % 7)}`,
      amountOf(index, item),
    ]),
    totals: [
      ['Subtotal', amountOf(index, 20)],
      ['Rebate', '-120.00'],
      ['Penalty', '35.50'],
      ['Round off', '0.50'],
    ],
    grand: ['TOTAL Rs', amountOf(index, 21)],
    footer: [
      'Rupees as above only',
      'Subject to realisation of cheque',
      'Computer generated, no signature needed',
      'Verify this receipt with the code below',
      'Help line 1800-000-0000 (8 to 20 h)',
      'Please keep this receipt. Thank you.',
    ],
    qr: `https://pay.navapur.example/v/RCT-2026-27-${number}?t=pb.navapur&a=${amountOf(index, 21)}&s=AbCdEf${number}`,
    barcode: `RCT-2026-27-${number.padStart(5, '0')}`,
  }
})

function amountOf(index: number, item: number): string {
  return (((index * 7919 + item * 104_729) % 900_000) / 100 + 10).toFixed(2)
}

/** The same facts as the product's print document. */
export function documentOf(facts: ReceiptFacts): PrintDocument {
  const centre = (text: string): PrintBlock => ({ kind: 'text', text, align: 'center' })
  const row = ([label, value]: readonly [string, string]): PrintBlock => ({ kind: 'row', label, value })
  return {
    title: 'Receipt',
    lang: 'en-IN',
    blocks: [
      {
        kind: 'text',
        text: facts.town,
        align: 'center',
        isBold: true,
        size: 'double-height',
        role: 'issuer',
      },
      ...facts.header.map(centre),
      { kind: 'rule' },
      ...facts.rows.map(row),
      { kind: 'rule' },
      ...facts.items.map(([head, amount]): PrintBlock => ({
        kind: 'columns',
        cells: [
          { text: head, width: 3 },
          { text: amount, width: 2, align: 'right', isWhole: true },
        ],
      })),
      { kind: 'rule' },
      ...facts.totals.map(row),
      {
        kind: 'row',
        label: facts.grand[0],
        value: facts.grand[1],
        isBold: true,
        size: 'double-height',
        role: 'total',
      },
      ...facts.footer.map(centre),
      { kind: 'qr', payload: facts.qr },
      { kind: 'barcode', payload: facts.barcode },
      { kind: 'cut' },
    ],
  }
}

/** Every word that must be on the paper. */
export const textsOf = (facts: ReceiptFacts): string[] => [
  facts.town,
  ...facts.header,
  ...[...facts.rows, ...facts.items, ...facts.totals, facts.grand].flat(),
  ...facts.footer,
]
