// Goal: our ESC/POS encoder and one written by others put the same on paper. Generated documents go through both; the machine
// of the virtual printer, which knows neither, reads both; what stands where, what is bold or large, and what the codes,
// cuts and pulses are must be the same. Bytes may differ: the other encoder aligns with spaces where ours uses commands.
import { createRequire } from 'node:module'
import type ReceiptPrinterEncoder from '@point-of-sale/receipt-printer-encoder'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { PrintBlock, PrintSize } from '#drivers/printer/document.ts'
import { encodeEscPos } from '#drivers/printer/escpos.ts'
import type { PaperItem, Slip } from '#drivers/virtual/paper.ts'
import { createVirtualPrinter } from '#drivers/virtual/printer.ts'
import { documentOf, profileOf } from './virtual-slip.ts'

type OracleBlock = Extract<
  PrintBlock,
  { kind: 'text' | 'row' | 'qr' | 'barcode' | 'cut' | 'drawer' | 'feed' }
>

const Encoder = createRequire(import.meta.url)(
  '@point-of-sale/receipt-printer-encoder',
) as typeof ReceiptPrinterEncoder

const SIZES: Record<PrintSize, [number, number]> = { normal: [1, 1], 'double-height': [1, 2], double: [2, 2] }

function throughOracle(blocks: readonly OracleBlock[], columns: number): Uint8Array {
  const encoder = new Encoder({
    language: 'esc-pos',
    columns,
    newline: '\n',
    imageMode: 'raster',
    feedAfterBlock: false,
    codepageMapping: { cp437: 0, windows1252: 16, cp858: 19 },
    codepageCandidates: ['cp437', 'cp858', 'windows1252'],
    errors: 'strict',
  }).initialize()
  // Both start on a printer made for China; ours cancels its Kanji mode when it needs to, the other never does.
  encoder.raw([0x1c, 0x2e])
  for (const block of blocks) addToOracle(encoder, block, columns)
  return encoder.encode()
}

function addToOracle(encoder: ReceiptPrinterEncoder, block: OracleBlock, columns: number): void {
  if (block.kind === 'text' || block.kind === 'row') {
    const [width, height] = SIZES[block.size ?? 'normal']
    const text = block.kind === 'text' ? block.text : rowText(block, columns / width)
    encoder.codepage('auto').align(block.kind === 'text' ? (block.align ?? 'left') : 'left')
    encoder.bold(block.isBold === true).size(width, height)
    if (text === '') encoder.newline()
    else encoder.line(text)
    encoder.bold(false).size(1, 1).align('left')
  } else if (block.kind === 'qr') {
    const bytes = Buffer.from(block.payload, 'utf8').toString('latin1')
    const errorlevel = (block.ecc ?? 'M').toLowerCase() as 'm'
    encoder.align('center').qrcode(bytes, { model: 2, size: block.moduleSize ?? 6, errorlevel })
    encoder.align('left')
  } else if (block.kind === 'barcode') {
    const { payload, heightDots = 72, hasText = true } = block
    const data = `{B${payload.replaceAll('{', '{{')}`
    encoder.align('center').barcode(data, 'code128', { width: 1, height: heightDots, text: hasText })
    encoder.align('left')
  } else if (block.kind === 'cut') encoder.newline(4).cut(block.mode ?? 'partial')
  else if (block.kind === 'drawer')
    encoder.pulse(block.pin === 5 ? 1 : 0, block.onMs ?? 50, block.offMs ?? 500)
  else encoder.newline(block.lines)
}

function rowText({ label, value }: { label: string; value: string }, width: number): string {
  return label + value.padStart(width - label.length)
}

type Meaning = {
  texts: unknown[]
  codes: unknown[]
  cuts: unknown[]
  pulses: number
  unknown: readonly string[]
}

/** What is on the paper, where, and how it looks; blank lines and feeds are left to each encoder. */
function meaningOf(bytes: Uint8Array, columns: number): Meaning {
  const printer = createVirtualPrinter({ columns })
  printer.receive(bytes)
  printer.tearOff()
  const slips = printer.slips()
  const items = slips.flatMap((slip) => slip.items)
  return {
    texts: items.flatMap((item) => placedText(item, columns)),
    codes: items.flatMap(codeOf),
    cuts: slips.filter(hasInk).map(({ cut }) => cut),
    pulses: printer.pulses(),
    unknown: printer.unknownCommands(),
  }
}

function hasInk({ items }: Slip): boolean {
  return items.some((item) => item.kind !== 'feed' && (item.kind !== 'line' || item.glyphs.length > 0))
}

function placedText(item: PaperItem, columns: number): unknown[] {
  if (item.kind !== 'line') return []
  const used = item.glyphs.reduce((sum, { wide }) => sum + wide, 0)
  const free = columns - used
  let column = { left: 0, center: Math.floor(free / 2), right: free }[item.align]
  const placed: unknown[] = []
  for (const { character, wide, high, isBold } of item.glyphs) {
    if (character !== ' ' && character !== '\u00a0') placed.push([column, character, wide, high, isBold])
    column += wide
  }
  return placed.length === 0 ? [] : [placed]
}

function codeOf(item: PaperItem): unknown[] {
  if (item.kind === 'qr') {
    const { payload, ecc, moduleDots, align } = item
    return [['qr', Buffer.from(payload).toString('utf8'), ecc, moduleDots, align]]
  }
  if (item.kind !== 'barcode') return []
  const { payload, heightDots, moduleDots, hasText, align } = item
  return [['barcode', payload, heightDots, moduleDots, hasText, align]]
}

const COLUMNS = 48
const LETTERS = Array.from('abcdefghijklmnopqrstuvwxyzABCXYZ0123456789.,:/()#&+éüñçÉ£€ß“”½')
const word = fc
  .array(fc.constantFrom(...LETTERS), { minLength: 1, maxLength: 9 })
  .map((letters) => letters.join(''))
/** At most `max` characters, so that neither encoder wraps it: how each wraps is its own affair. */
const words = (max: number) =>
  fc
    .array(word, { minLength: 1, maxLength: 6 })
    .map((all) => all.join(' ').slice(0, max).trim())
    .filter((text) => text !== '')
const ascii = (max: number) => fc.string({ minLength: 1, maxLength: max, unit: 'grapheme-ascii' })
const size = fc.constantFrom<PrintSize>('normal', 'double-height', 'double')
const look = { isBold: fc.boolean(), size }

const block: fc.Arbitrary<OracleBlock> = fc.oneof(
  fc.record({
    kind: fc.constant('text' as const),
    text: words(24),
    align: fc.constantFrom('left' as const, 'center' as const, 'right' as const),
    ...look,
  }),
  fc.record({ kind: fc.constant('row' as const), label: words(13), value: words(10), ...look }),
  fc.record({
    kind: fc.constant('qr' as const),
    payload: fc.oneof(ascii(60), words(24), fc.constantFrom('राशि ₹ 10', 'upi://pay?pa=ward7@bank&am=10.00')),
    ecc: fc.constantFrom('L' as const, 'M' as const, 'Q' as const, 'H' as const),
    moduleSize: fc.integer({ min: 2, max: 6 }),
  }),
  fc.record({
    kind: fc.constant('barcode' as const),
    payload: ascii(20),
    heightDots: fc.integer({ min: 24, max: 255 }),
    hasText: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('feed' as const), lines: fc.integer({ min: 1, max: 3 }) }),
  fc.record({
    kind: fc.constant('cut' as const),
    mode: fc.constantFrom('full' as const, 'partial' as const),
  }),
  fc.record({ kind: fc.constant('drawer' as const), pin: fc.constantFrom(2 as const, 5 as const) }),
)

test('any document means the same on paper from either encoder', () => {
  const profile = profileOf('generic-80')
  fc.assert(
    fc.property(fc.array(block, { minLength: 1, maxLength: 12 }), (blocks) => {
      const ours = meaningOf(encodeEscPos(documentOf(...blocks), profile), COLUMNS)
      const theirs = meaningOf(throughOracle(blocks, COLUMNS), COLUMNS)
      expect(ours).toEqual(theirs)
      expect(ours.unknown).toEqual([])
    }),
    { numRuns: 200 },
  )
})

test('the comparison sees what differs', () => {
  const profile = profileOf('generic-80')
  const ours = (...blocks: OracleBlock[]) => meaningOf(encodeEscPos(documentOf(...blocks), profile), COLUMNS)
  const theirs = (...blocks: OracleBlock[]) => meaningOf(throughOracle(blocks, COLUMNS), COLUMNS)
  const text = { kind: 'text', text: 'Total é' } as const
  expect(ours(text)).toEqual(theirs(text))
  expect(ours(text)).not.toEqual(theirs({ ...text, align: 'center' }))
  expect(ours(text)).not.toEqual(theirs({ ...text, isBold: true }))
  expect(ours(text)).not.toEqual(theirs({ ...text, size: 'double-height' }))
  expect(ours(text)).not.toEqual(theirs({ ...text, text: 'Total è' }))
  expect(ours(text)).not.toEqual(theirs(text, { kind: 'drawer' }))
  expect(ours(text)).not.toEqual(theirs(text, { kind: 'cut' }))
  expect(ours({ kind: 'qr', payload: 'a' })).not.toEqual(theirs({ kind: 'qr', payload: 'b' }))
  expect(ours({ kind: 'barcode', payload: 'a' })).not.toEqual(theirs({ kind: 'barcode', payload: 'b' }))
})
