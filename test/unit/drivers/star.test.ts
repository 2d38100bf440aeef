// Goal: slips for Star printers say on paper what the document says, by a reader written from Star's tables alone; what our
// library for them does not do by itself is done around it; and no ESC/POS question ever reaches a Star printer.
import { expect, test } from 'vitest'
import type { PrintBlock } from '#drivers/printer/document.ts'
import { encodeDocument } from '#drivers/printer/encode-document.ts'
import { openPrinterOver } from '#drivers/printer/open-printer.ts'
import { parsePrinterAddress, printerTransport } from '#drivers/printer/printer-address.ts'
import { memoryTransport } from '#drivers/transport/memory.ts'
import { englishReceipt, hindiReceipt } from './sample-receipts.ts'
import { readStar, type StarItem } from './star-reader.ts'
import { documentOf, itemsOf, paperText, profileOf } from './virtual-slip.ts'

const starBytes = (id: string, ...blocks: PrintBlock[]): Buffer =>
  Buffer.from(encodeDocument(documentOf(...blocks), profileOf(id)))

const printed = (...blocks: PrintBlock[]): StarItem[] => readStar(starBytes('star-prnt-80', ...blocks))

const textsOf = (items: readonly StarItem[]): string[] =>
  items.flatMap((item) => (item.kind === 'line' ? [item.text] : []))

test('a job begins with ESC @ CAN, and StarPRNT is told to print what has no cut behind it', () => {
  const bytes = starBytes('star-prnt-80', { kind: 'text', text: 'Hello' })
  expect(bytes.toString('hex')).toBe('1b40181b1d740148656c6c6f0a1b1d50301b1d5031')
  expect(starBytes('star-line-80', { kind: 'text', text: 'Hello' }).toString('hex')).toBe(
    '1b40181b1d740148656c6c6f0a',
  )
})

test('text, rows and tables stand where they stand on an ESC/POS slip', () => {
  const blocks: PrintBlock[] = [
    { kind: 'text', text: 'Nagar Palika', align: 'center', isBold: true, size: 'double-height' },
    { kind: 'text', text: 'a well-known street, in which more than forty-eight letters stand' },
    { kind: 'text', text: 'right', align: 'right' },
    { kind: 'text', text: '' },
    { kind: 'row', label: 'Water tax', value: '1,250.00' },
    { kind: 'rule', style: 'double' },
    {
      kind: 'columns',
      cells: [
        { text: 'Property tax 2026-27', width: 3 },
        { text: '-10.00', width: 1, align: 'right', isWhole: true },
      ],
    },
    { kind: 'feed', lines: 2 },
  ]
  expect(textsOf(printed(...blocks)).map((line) => line.trimEnd())).toEqual(
    paperText(documentOf(...blocks))
      .replace(/\n$/, '')
      .split('\n'),
  )
  expect(printed(...blocks)[0]).toMatchObject({ isBold: true, wide: 1, high: 2 })
  expect(printed({ kind: 'text', text: 'BIG', size: 'double' })).toMatchObject([
    { text: 'BIG', wide: 2, high: 2 },
  ])
})

test('a whole receipt has every word of the ESC/POS one', () => {
  const items = readStar(encodeDocument(englishReceipt, profileOf('star-line-80')))
  const paper = new Set(textsOf(items).join(' ').split(/\s+/))
  const words = paperText(englishReceipt)
    .split('\n')
    .filter((line) => !/\[QR|\[CODE128|- - -/.test(line))
    .join(' ')
    .split(/\s+/)
    // A banner's large letters are the same letters.
    .filter((word) => !/[║╔╗╚╝═]/.test(word))
  expect(words.filter((word) => !paper.has(word))).toEqual([])
  expect(items.at(-2)).toMatchObject({ kind: 'cut', mode: 1 })
})

test.each([
  ['café £5', 1],
  ['€5', 4],
  ['“as told”', 32],
])('%s comes in code page %i of Star', (text, page) => {
  const bytes = starBytes('star-prnt-80', { kind: 'text', text })
  expect(bytes.toString('latin1')).toContain(`\x1b\x1dt${String.fromCharCode(page)}`)
  expect(textsOf(readStar(bytes))).toEqual([text])
})

test('a QR code holds the bytes of UTF-8, also those from 80 to 9F', () => {
  const every = Array.from({ length: 0x800 - 0xa0 }, (_, at) => String.fromCodePoint(at + 0xa0)).join('')
  for (const payload of [
    'upi://pay?pa=ward7@bank&am=10.00',
    'राशि ₹ 10',
    every.slice(0, 450),
    every.slice(-450),
  ]) {
    expect(printed({ kind: 'qr', payload, ecc: 'Q', moduleSize: 16 })).toMatchObject([
      { kind: 'qr', data: Buffer.from(payload, 'utf8'), ecc: 2, align: 1 },
      { kind: 'line', text: '' },
    ])
  }
  expect(printed({ kind: 'qr', payload: 'x', moduleSize: 16 })[0]).toMatchObject({ size: 8 })
})

test('a barcode keeps every character; one that Star would read as a control code is printed as text', () => {
  expect(printed({ kind: 'barcode', payload: '{PT-107', heightDots: 162 })[0]).toEqual({
    kind: 'barcode',
    data: '{PT-107',
    height: 162,
    module: 1,
    hasText: true,
    align: 1,
  })
  expect(textsOf(printed({ kind: 'barcode', payload: 'PT%107' })).map((line) => line.trim())).toEqual([
    'PT%107',
  ])
})

test('a drawer pulse is whole wherever it stands, and within what Star can count', () => {
  const ends = printed({ kind: 'text', text: 'x' }, { kind: 'drawer', onMs: 50, offMs: 510 })
  expect(ends.at(-1)).toEqual({ kind: 'pulse', onMs: 50, offMs: 510, drive: 1 })
  expect(starBytes('star-line-80', { kind: 'drawer', pin: 5, onMs: 2 }).toString('hex')).toBe(
    '1b40181b0701321a',
  )
  const before = printed({ kind: 'drawer' }, { kind: 'text', text: 'x' }, { kind: 'cut', mode: 'full' })
  expect(before).toMatchObject([
    { kind: 'pulse', onMs: 50, offMs: 500 },
    { kind: 'line', text: '' },
    { kind: 'line', text: 'x' },
    ...Array.from({ length: 4 }, () => ({ kind: 'line' })),
    { kind: 'cut', mode: 0 },
    { kind: 'line', text: '' },
  ])
})

test('a banner is framed, and one in Hindi is drawn', () => {
  const [top, middle] = textsOf(printed({ kind: 'banner', text: 'DUPLICATE', detail: 'copy 2' }))
  expect(top).toBe(`╔${'═'.repeat(46)}╗`)
  expect(middle).toBe(`║${' '.repeat(18)}DUPLICATE${' '.repeat(19)}║`)
  expect(printed({ kind: 'banner', text: 'प्रतिलिपि' })[0]).toMatchObject({ kind: 'band', width: 576 })
})

/** Bands of columns → rows of `#` and space. */
function pixelsOf(items: readonly StarItem[]): string[] {
  return items.flatMap((item) => {
    if (item.kind !== 'band') return []
    return Array.from({ length: 24 }, (_, y) =>
      Array.from({ length: item.width }, (__, x) =>
        ((item.columns[x * 3 + (y >> 3)] ?? 0) & (0x80 >> (y & 7))) === 0 ? ' ' : '#',
      ).join(''),
    )
  })
}

/** The same of a raster of ESC/POS. */
function rowsOf({
  bits,
  widthBytes,
  rows,
}: {
  bits: Uint8Array
  widthBytes: number
  rows: number
}): string[] {
  return Array.from({ length: rows }, (_, row) =>
    Array.from(bits.subarray(row * widthBytes, (row + 1) * widthBytes), (byte) =>
      byte.toString(2).padStart(8, '0').replaceAll('0', ' ').replaceAll('1', '#'),
    )
      .join('')
      .padEnd(576),
  )
}

test('words no code page holds are the same picture, dot by dot, as on an ESC/POS slip', () => {
  const block: PrintBlock = { kind: 'row', label: 'राशि', value: '₹ 10.00', lang: 'hi-IN' }
  const rows = pixelsOf(printed(block))
  // The ESC/POS slip leaves out white rows: every inked row must be there, in order.
  const inked = itemsOf(documentOf(block), profileOf('generic-80')).flatMap((item) =>
    item.kind === 'raster' ? rowsOf(item).filter((row) => row.trim() !== '') : [],
  )
  expect(inked.length).toBeGreaterThan(10)
  expect(rows.filter((row) => row.trim() !== '')).toEqual(inked)
  expect(pixelsOf(readStar(encodeDocument(hindiReceipt, profileOf('star-prnt-58'))))[0]).toHaveLength(384)
})

test('a Star printer is never asked in ESC/POS: the slip is sent whole, and its end is for the operator to say', async () => {
  const received: number[] = []
  let talk: (bytes: Uint8Array) => void = () => undefined
  const device = {
    // Star's own status, which ESC/POS would read as paper out and cover open.
    receive: (bytes: Uint8Array) => {
      received.push(...bytes)
      talk(Uint8Array.of(0x23, 0x06, 0x20, 0x20, 0x0c, 0, 0, 0, 0))
    },
    onAnswer: (listener: (bytes: Uint8Array) => void) => {
      talk = listener
      return () => undefined
    },
  }
  const profile = profileOf('star-prnt-80')
  const printer = openPrinterOver(memoryTransport(device, 'star'), { kind: 'network', profile })
  expect(await printer.status()).toMatchObject({ state: 'silent', problem: null })
  expect(await printer.print(documentOf({ kind: 'text', text: 'x' }), { copies: 2 })).toMatchObject({
    result: 'unknown',
    problem: { code: 'printer_no_answer' },
  })
  expect(readStar(Uint8Array.from(received))).toMatchObject([
    { kind: 'line', text: 'x' },
    { kind: 'line', text: 'x' },
  ])
  await printer.close()
})

test('the virtual printer, which reads ESC/POS, says so instead of printing Star as garbage', () => {
  expect(() => printerTransport(parsePrinterAddress('virtual:slips?profile=star-prnt-80'))).toThrow(
    expect.objectContaining({
      code: 'printer_url_invalid',
      message: expect.stringContaining('star-prnt-80'),
    }),
  )
})

test('the slip of a Star till on a screen, which is drawn from ESC/POS, has the letters that were meant', () => {
  expect(paperText(documentOf({ kind: 'text', text: 'café €5' }), 'star-line-80')).toBe('café €5\n')
})
