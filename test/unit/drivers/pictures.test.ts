// Goal: what no code page of a printer can hold is printed as a picture of the right letters, whole, small and harmless.
import { setImmediate as nextTurn } from 'node:timers/promises'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { directionOf } from '#drivers/printer/clean-text.ts'
import { encodeEscPos } from '#drivers/printer/escpos.ts'
import { spellMissing } from '#drivers/printer/fonts.ts'
import { disarm, encodeBitmap } from '#drivers/printer/raster-commands.ts'
import type { PictureRequest } from '#drivers/printer/raster-lines.ts'
import type { Bitmap } from '#drivers/printer/raster.ts'
import { drawPictures, forgetPictures, packBits } from '#drivers/printer/raster.ts'
import { createVirtualPrinter } from '#drivers/virtual/printer.ts'
import { hindiReceipt } from './sample-receipts.ts'
import { documentOf, itemsOf, paperText, profileOf } from './virtual-slip.ts'

const drawText = (text: string, lang = 'hi-IN', dots = 576): Bitmap => {
  const [bitmap] = drawPictures([{ block: { kind: 'text', text }, lang }], dots)
  if (bitmap === undefined) throw new Error('nothing drawn')
  return bitmap
}

const inkCount = ({ bits }: Bitmap) =>
  bits.reduce((sum, byte) => sum + byte.toString(2).replaceAll('0', '').length, 0)

const rowInk = ({ bits, widthBytes }: Bitmap, row: number) =>
  bits.subarray(row * widthBytes, (row + 1) * widthBytes).some((byte) => byte !== 0)

describe('which lines become pictures', () => {
  test.each(['₹1,250.00', 'राशि', 'ਰਸੀਦ', 'Zażółć'])('%s, and never as a question mark', (text) => {
    const paper = paperText(documentOf({ kind: 'text', text }))
    expect(paper).toMatch(/^\[picture \d+ x \d+\]\n$/)
  })

  test('only the lines that need it: the others stay crisp printer text', () => {
    const text = paperText(
      documentOf(
        { kind: 'row', label: 'Receipt', value: '124' },
        { kind: 'row', label: 'नाम', value: 'प्रियंका' },
        { kind: 'row', label: 'Paid', value: '50.00' },
      ),
    )
    expect(text).toMatch(/^Receipt +124\n\[picture .*\]\nPaid +50\.00\n$/s)
  })

  test('a printer with unusable fonts gets everything as pictures', () => {
    const items = itemsOf(documentOf({ kind: 'text', text: 'Plain' }), profileOf('generic-80-picture'))
    expect(items.map(({ kind }) => kind)).toContain('raster')
    expect(items.map(({ kind }) => kind)).not.toContain('line')
  })
})

describe('drawing', () => {
  test('vowel signs have their own width and place', () => {
    expect(inkCount(drawText('राशि'))).toBeGreaterThan(inkCount(drawText('रशि')))
    expect(drawText('प्रियंका').bits).not.toEqual(drawText('प्रयिंका').bits)
  })

  test('marks above and below the line are not clipped', () => {
    for (const lang of ['hi-IN', 'pa-IN']) {
      for (const text of ['र्क्ष्यूँ ज़्ज्ञू ह्रृ र्ट्र्यैं ॐ', 'ਸ੍ਰੀ ਗ੍ਰੰਥ ਜ਼ੂੰ', '₹ÅÇqgjpy|']) {
        const bitmap = drawText(text, lang)
        expect(rowInk(bitmap, 0)).toBe(false)
        expect(rowInk(bitmap, bitmap.rows - 1)).toBe(false)
        expect(inkCount(bitmap)).toBeGreaterThan(100)
      }
    }
  })

  test('nothing is drawn outside the paper: a long line wraps and keeps its words', () => {
    const words = 'विश्वविद्यालय परिसर के सामने द्वारका मार्ग '
    const one = drawText(words.trim(), 'hi-IN', 384)
    const four = drawText(words.repeat(4).trim(), 'hi-IN', 384)
    expect(four.widthBytes).toBe(48)
    expect(four.rows).toBeGreaterThan(one.rows * 2)
    expect(inkCount(four)).toBeGreaterThan(inkCount(one) * 3.9)
    expect(inkCount(four)).toBeLessThan(inkCount(one) * 4.1)
  })

  test('value and label stand at the two edges of the paper', () => {
    const [bitmap] = drawPictures(
      [{ block: { kind: 'row', label: 'राशि', value: '₹50.00' }, lang: 'hi' }],
      576,
    )
    const columnHasInk = (from: number, to: number) =>
      Array.from(bitmap?.bits ?? []).some((byte, at) => byte !== 0 && at % 72 >= from && at % 72 < to)
    expect(columnHasInk(0, 4)).toBe(true)
    expect(columnHasInk(68, 72)).toBe(true)
    expect(columnHasInk(30, 50)).toBe(false)
  })

  test('a character that no font has is spelled out, not boxed', () => {
    expect(spellMissing('नाम \u{10fffd}')).toBe('नाम [U+10FFFD]')
  })

  test('direction comes from the language', () => {
    expect([
      directionOf('ur-IN'),
      directionOf('hi-IN'),
      directionOf('sd-Deva-IN'),
      directionOf('ar'),
    ]).toEqual(['rtl', 'ltr', 'ltr', 'rtl'])
  })

  test('a picture drawn again is the same, from memory or not', () => {
    const first = drawText('रसीद संख्या')
    expect(drawText('रसीद संख्या')).toBe(first)
    forgetPictures()
    expect(drawText('रसीद संख्या')).toEqual(first)
    expect(drawText('रसीद संख्या')).not.toBe(first)
  })

  test('the threshold keeps dark grey and drops light grey', () => {
    const greys = [0, 127, 128, 255, 10, 200, 0, 0]
    const rgba = new Uint8ClampedArray(greys.flatMap((grey) => [grey, grey, grey, 255]))
    const bits = new Uint8Array(1)
    packBits(rgba, bits)
    expect(bits[0]).toBe(0b1100_1011)
  })
})

describe('bytes of pictures', () => {
  test('600 inked rows go in bands of 255, 255 and 90', () => {
    const commands = encodeBitmap({ widthBytes: 72, rows: 600, bits: new Uint8Array(72 * 600).fill(0xff) })
    const headers = commands
      .split('\u001dv0\0H\0')
      .slice(1)
      .map((band) => band.charCodeAt(0))
    expect(headers).toEqual([255, 255, 90])
  })

  test('white is fed and the right edge is not sent', () => {
    const bits = new Uint8Array(72 * 40)
    bits[72 * 10 + 2] = 0x80
    expect(Buffer.from(encodeBitmap({ widthBytes: 72, rows: 40, bits }), 'latin1').toString('hex')).toBe(
      '1b4a0a1d763000030001000000801b4a1d',
    )
  })

  test('image bytes that printers take for real-time commands are changed by one dot', () => {
    const bytes = Uint8Array.of(0x10, 0x04, 0x01, 0x10, 0x05, 0x10, 0x14, 0x10, 0x10, 0x04, 0x10, 0x06, 0x10)
    disarm(bytes)
    expect([...bytes]).toEqual([0x11, 0x04, 0x01, 0x11, 0x05, 0x11, 0x14, 0x10, 0x11, 0x04, 0x10, 0x06, 0x10])
  })

  test('a printer shows every dot that was drawn, wherever the white rows lie', () => {
    const bitmaps = fc
      .tuple(
        fc.integer({ min: 1, max: 20 }),
        fc.array(fc.constantFrom(0, 0, 0, 1, 0x10, 0x04, 0xff), { minLength: 1, maxLength: 60 }),
      )
      .map(([widthBytes, rows]) => ({
        widthBytes,
        rows: rows.length,
        bits: Uint8Array.from(
          rows.flatMap((byte, row) =>
            Array.from({ length: widthBytes }, (_, at) => (at === row % widthBytes ? byte : 0)),
          ),
        ),
      }))
    fc.assert(
      fc.property(bitmaps, (bitmap) => {
        const printer = createVirtualPrinter({ columns: 48 })
        printer.receive(Buffer.from(`\u001b@${encodeBitmap(bitmap)}`, 'latin1'))
        printer.tearOff()
        const shown = new Uint8Array(bitmap.bits.length)
        let row = 0
        for (const item of printer.slips().flatMap(({ items }) => items)) {
          if (item.kind === 'feed') row += item.dots
          if (item.kind !== 'raster') continue
          for (let at = 0; at < item.bits.length; at++) {
            const [y, x] = [Math.floor(at / item.widthBytes), at % item.widthBytes]
            shown[(row + y) * bitmap.widthBytes + x] = item.bits[at] ?? 0
          }
          row += item.rows
        }
        expect(row).toBe(bitmap.rows)
        const expected = bitmap.bits.slice()
        // The one change that is allowed: a dot more where a real-time command would have been.
        for (let at = 0; at < expected.length; at++) if (shown[at] === 0x11) expected[at] = 0x11
        expect([...shown]).toEqual([...expected])
      }),
      { numRuns: 200 },
    )
  })

  test('a Hindi receipt takes at most 0.7 of the bytes of its plain pictures', () => {
    const requests = hindiReceipt.blocks.flatMap((block): PictureRequest[] =>
      block.kind === 'text' || block.kind === 'row' ? [{ block, lang: 'hi-IN' }] : [],
    )
    const bitmaps = drawPictures(requests, 576)
    const plain = bitmaps.reduce((sum, bitmap) => sum + bitmap.bits.length, 0)
    const sent = bitmaps.reduce((sum, bitmap) => sum + encodeBitmap(bitmap).length, 0)
    expect(sent / plain).toBeLessThan(0.7)
  })
})

test('the pixels of a slip are given back when it is drawn, and not left for the garbage collector', async () => {
  const rowsOf = (name: string) =>
    documentOf(
      ...Array.from({ length: 24 }, (_, at) => ({
        kind: 'row' as const,
        label: `${name} ${at}`,
        value: '₹ 10',
      })),
    )
  const draw = async (name: string): Promise<number> => {
    const before = process.memoryUsage().external
    encodeEscPos(rowsOf(name), profileOf('generic-80'))
    await nextTurn()
    return process.memoryUsage().external - before
  }
  // The canvas and the faces come with the first.
  await draw('नाम')
  // Read back, these rows are more than two megabytes; what is kept are their bits.
  expect(await draw('राशि')).toBeLessThan(1_000_000)
})
