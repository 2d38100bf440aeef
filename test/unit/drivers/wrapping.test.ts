// Goal: on every paper width no character of a receipt is lost, no line is wider than the paper, and no amount is split.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { PrintBlock } from '#drivers/printer/document.ts'
import { renderText } from '#drivers/printer/text.ts'
import { documentOf, linesOf, paperText, profileOf } from './virtual-slip.ts'

// ASCII and letters of all three code pages; the encoder may choose any page that holds a line.
const printable = fc.string({
  unit: fc.oneof(
    { weight: 8, arbitrary: fc.string({ minLength: 1, maxLength: 1 }) },
    { weight: 2, arbitrary: fc.constant(' ') },
    { weight: 1, arbitrary: fc.constantFrom('é', 'ß', 'ñ', 'Å', '€', '½') },
  ),
  maxLength: 90,
})
const amount = fc
  .integer({ min: -99_999_999, max: 999_999_999 })
  .map((paise) => (paise / 100).toLocaleString('en-IN', { minimumFractionDigits: 2 }))
const size = fc.constantFrom('normal' as const, 'double-height' as const, 'double' as const)
const block: fc.Arbitrary<PrintBlock> = fc.oneof(
  fc.record({
    kind: fc.constant('text' as const),
    text: printable,
    size,
    align: fc.constantFrom('left', 'center', 'right'),
  }),
  fc.record({ kind: fc.constant('row' as const), label: printable, value: printable, size }),
  fc.record({
    kind: fc.constant('columns' as const),
    cells: fc.tuple(
      fc.record({ text: printable, width: fc.constantFrom(1, 2, 3) }),
      fc.record({
        text: amount,
        width: fc.constant(1),
        isWhole: fc.constant(true),
        align: fc.constant('right' as const),
      }),
      fc.record({
        text: amount,
        width: fc.constantFrom(1, 2),
        isWhole: fc.constant(true),
        align: fc.constant('right' as const),
      }),
    ),
  }),
  fc.record({
    kind: fc.constant('banner' as const),
    text: fc.constantFrom('DUPLICATE COPY 2', 'PROVISIONAL - NOT YET RECORDED'),
    // ASCII: a frame and a letter of another page make the banner a picture.
    detail: fc.string({ maxLength: 90 }),
  }),
)
const widths = fc.constantFrom(profileOf('generic-58'), profileOf('generic-80-42'), profileOf('generic-80'))

const inkOf = (text: string) =>
  Array.from(text.replaceAll(/[\s═║╔╗╚╝]/g, ''))
    .toSorted()
    .join('')

const saidBy = (one: PrintBlock): string => {
  if (one.kind === 'text') return one.text
  if (one.kind === 'row') return one.label + one.value
  if (one.kind === 'columns') return one.cells.map((cell) => cell.text).join('')
  return one.kind === 'banner' ? one.text + (one.detail ?? '') : ''
}

describe('slips', () => {
  test('every character arrives and no line is wider than the paper', () => {
    fc.assert(
      fc.property(fc.array(block, { minLength: 1, maxLength: 6 }), widths, (blocks, profile) => {
        const lines = linesOf(documentOf(...blocks), profile)
        expect(inkOf(lines.map(({ text }) => text).join(''))).toBe(inkOf(blocks.map(saidBy).join('')))
        for (const line of lines) expect(line.columns).toBeLessThanOrEqual(profile.columns)
      }),
      { numRuns: 500 },
    )
  })

  test('an amount stands in one piece on one line, whatever its label', () => {
    fc.assert(
      fc.property(printable, amount, widths, size, (label, value, profile, rowSize) => {
        const lines = linesOf(documentOf({ kind: 'row', label, value, size: rowSize }), profile)
        expect(lines.some(({ text }) => text.trimEnd().endsWith(value))).toBe(true)
      }),
      { numRuns: 300 },
    )
  })

  test('amounts of a table end in the same column, or stand under each other where paper is narrow', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(printable, amount, amount), { minLength: 2, maxLength: 5 }),
        widths,
        (entries, profile) => {
          const table = entries.map(([text, due, paid]): PrintBlock => ({
            kind: 'columns',
            cells: [
              { text, width: 3 },
              { text: due, width: 2, isWhole: true, align: 'right' },
              { text: paid, width: 2, isWhole: true, align: 'right' },
            ],
          }))
          const lines = linesOf(documentOf(...table), profile).map(({ text }) => text)
          const together = lines.filter((line) => entries.some(([, , paid]) => line.endsWith(paid)))
          expect(together.length).toBeGreaterThanOrEqual(entries.length)
          for (const [, , paid] of entries) expect(lines.some((line) => line.endsWith(paid))).toBe(true)
        },
      ),
      { numRuns: 200 },
    )
  })

  test('words stay whole where they fit', () => {
    const text = 'Municipal Corporation of Navapur, Department of Revenue'
    const lines = linesOf(documentOf({ kind: 'text', text }), profileOf('generic-58'))
    expect(lines.map((line) => line.text)).toEqual([
      'Municipal Corporation of',
      'Navapur, Department of Revenue',
    ])
  })

  test('a no-break space keeps its words together', () => {
    const text = 'The amount received from you is Rs\u00a01,250.00'
    expect(paperText(documentOf({ kind: 'text', text }), 'generic-58')).toContain('Rs 1,250.00')
    const lines = linesOf(documentOf({ kind: 'text', text }), profileOf('generic-58'))
    expect(lines.at(-1)?.text).toBe('Rs 1,250.00')
  })

  test('a row in a language written from right to left is mirrored by its language, not by its letters', () => {
    const document = documentOf({ kind: 'row', label: 'Total', value: '1,250.00', lang: 'ur-IN' })
    expect(linesOf(document, profileOf('generic-58'))[0]?.text).toBe('1,250.00                   Total')
  })
})

describe('plain text', () => {
  test('every character arrives and no line is wider than asked', () => {
    const codeless = block.filter((one) => one.kind !== 'banner')
    fc.assert(
      fc.property(
        fc.array(codeless, { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 24, max: 80 }),
        (blocks, columns) => {
          const text = renderText(documentOf(...blocks), columns)
          expect(inkOf(text)).toBe(inkOf(blocks.map(saidBy).join('')))
          for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(columns)
        },
      ),
      { numRuns: 300 },
    )
  })
})
