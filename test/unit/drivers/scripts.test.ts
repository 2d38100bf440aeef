// Goal: a receipt in every language looks as it was looked at once, on both widths of paper; fonts are read only when a script is
// printed; nothing is cut off, boxed or broken inside a syllable. TAHSIL_DRAW_REFERENCES=1 draws the pictures anew (then look at them).
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { encodeEscPos } from '#drivers/printer/escpos.ts'
import { facesFor, facesLoaded, spellMissing } from '#drivers/printer/fonts.ts'
import { splitGraphemes, wrapText } from '#drivers/printer/line-wrap.ts'
import type { PictureBlock } from '#drivers/printer/raster-lines.ts'
import type { Bitmap } from '#drivers/printer/raster.ts'
import { drawPictures } from '#drivers/printer/raster.ts'
import { bitmapOf, inkDifference, inkOf, pngOf, stacked } from './one-bit-image.ts'
import { englishReceipt } from './sample-receipts.ts'
import type { ScriptSample } from './script-samples.ts'
import { scriptSamples } from './script-samples.ts'
import { unicodesOf } from './second-shaper.ts'
import { documentOf, itemsOf, profileOf } from './virtual-slip.ts'

const REFERENCES = join(import.meta.dirname, 'reference')
const isDrawing = process.env['TAHSIL_DRAW_REFERENCES'] === '1'
/** Fonts and canvas are pinned; what is left is the rounding of another processor. */
const DIFFERENCE_MAX = 0.01

/** The joiners and the soft hyphen: no face needs to hold them. */
const INVISIBLE = new Set([0xad, 0x200c, 0x200d])

const drawSample = ({ receipt, lang }: ScriptSample, dots: number): Bitmap =>
  stacked(
    drawPictures(
      receipt.blocks.map((block) => ({ block: block as PictureBlock, lang })),
      dots,
    ),
  )

const drawText = (text: string, lang: string, dots = 576): Bitmap =>
  stacked(drawPictures([{ block: { kind: 'text', text }, lang }], dots))

// First in this file: later tests read fonts.
describe('fonts', () => {
  test('an English receipt reads none, a Hindi line only its own', () => {
    encodeEscPos(englishReceipt, profileOf('generic-80'))
    expect(facesLoaded()).toEqual([])
    drawText('राशि', 'hi-IN')
    expect(facesLoaded()).toEqual(['noto-sans-latin-500', 'noto-sans-devanagari-devanagari-500'])
  })

  test.each(scriptSamples)(
    '$lang is set in $face, codes and digits in Latin',
    ({ lang, face, receipt, words }) => {
      expect(facesFor({ text: words.join(' '), lang })).toEqual(['latin', face])
      expect(facesFor({ text: 'WS/107-000777', lang })).toEqual(['latin'])
      expect(JSON.stringify(receipt)).toBe(spellMissing(JSON.stringify(receipt)))
    },
  )

  test('a sign that many scripts share comes from the script of its line, whatever was drawn before', () => {
    expect(facesFor({ text: 'ਇਹ ਰਸੀਦ।', lang: 'pa-IN' })).toEqual(['latin', 'gurmukhi'])
    expect(facesFor({ text: 'paid।', lang: 'bn-IN' })).toEqual(['latin', 'bengali'])
    expect(facesFor({ text: 'paid।', lang: 'en-IN' })).toEqual(['latin', 'devanagari'])
  })

  test('what is not spelled out is in the tables of the faces that are chosen for it', () => {
    const absent: string[] = []
    for (let code = 0xa0; code < 0x1_2000; code++) {
      const character = String.fromCodePoint(code)
      if (!/\p{Assigned}/u.test(character) || spellMissing(character) !== character) continue
      const faces = facesFor({ text: character, lang: 'en-IN' })
      if (!faces.some((face) => unicodesOf(face).has(code)) && !INVISIBLE.has(code))
        absent.push(code.toString(16))
    }
    expect(absent).toEqual([])
  })

  test('no script of a receipt is left to fonts of the system: others are spelled out', () => {
    expect(spellMissing('永 😀 Ж')).toBe('[U+6C38] [U+1F600] [U+0416]')
  })
})

describe.each([576, 384])('on paper of %d dots', (dots) => {
  test.each(scriptSamples)('$lang looks as it was looked at', (sample) => {
    const drawn = drawSample(sample, dots)
    const file = join(REFERENCES, `${sample.lang}-${dots}.png`)
    if (isDrawing) {
      mkdirSync(REFERENCES, { recursive: true })
      writeFileSync(file, pngOf(drawn))
    }
    expect(inkDifference(drawn, bitmapOf(readFileSync(file)))).toBeLessThan(DIFFERENCE_MAX)
  })
})

describe('every script', () => {
  test.each(scriptSamples)('$lang: marks above and below the line are whole', ({ lang, words }) => {
    for (const text of [
      words.join(' '),
      'क्ष्म्यैं र्ट्र्यूँ',
      'க்ஷ்மூ',
      'క్ష్మ్యై స్త్రీ',
      'ಕ್ಷ್ಮ್ಯೈ ಸ್ತ್ರೀ',
      'ക്ഷ്മ്യൈ',
      'ଷ୍ଟ୍ରୁ',
      'مُسْتَلِمٌ ےۓ',
    ]) {
      for (const { bits, widthBytes, rows } of drawPictures(
        [{ block: { kind: 'text', text, isBold: true }, lang }],
        576,
      )) {
        const hasInk = (row: number) => bits.subarray(row * widthBytes, (row + 1) * widthBytes).some(Boolean)
        expect([hasInk(0), hasInk(rows - 1)]).toEqual([false, false])
      }
    }
  })

  test('label at the start and amount at the end, which in Urdu and Arabic is left', () => {
    for (const { lang, receipt } of scriptSamples) {
      const row = receipt.blocks.find((block) => block.kind === 'row' && block.value === '-500.00')
      const flipped = lang.startsWith('ur') || lang === 'ar'
      const [bitmap] = drawPictures([{ block: row as PictureBlock, lang }], 576)
      const amount = drawText('-500.00', 'en-IN')
      const { bits, widthBytes, rows } = bitmap as Bitmap
      const inkBetween = (from: number, to: number) =>
        inkOf({
          bits: Uint8Array.from(
            { length: rows * (to - from) },
            (_, at) => bits[Math.floor(at / (to - from)) * widthBytes + from + (at % (to - from))] ?? 0,
          ),
        })
      const share = (flipped ? inkBetween(0, 14) : inkBetween(58, 72)) / inkOf(amount)
      expect(share).toBeGreaterThan(0.9)
      expect(share).toBeLessThan(1.7)
    }
  })

  test.each([
    ['hi', 'क्षेत्र', ['क्षे', 'त्र']],
    ['pa', 'ਸ੍ਰੀਮਤੀ', ['ਸ੍ਰੀ', 'ਮ', 'ਤੀ']],
    ['kn', 'ಕ್ಷೇತ್ರ', ['ಕ್ಷೇ', 'ತ್ರ']],
    ['ta', 'ஸ்ரீலக்ஷ்மி', ['ஸ்ரீ', 'ல', 'க்ஷ்', 'மி']],
    ['te', 'క్షేత్రం', ['క్షే', 'త్రం']],
    ['bn', 'প্রাপ্ত', ['প্রা', 'প্ত']],
    ['or', 'କ୍ଷେତ୍ର', ['କ୍ଷେ', 'ତ୍ର']],
    ['gu', 'ક્ષેત્ર', ['ક્ષે', 'ત્ર']],
    ['ml', 'ക്ഷേത്രം', ['ക്ഷേ', 'ത്രം']],
  ])('%s: a word is broken between syllables only: %s', (_lang, word, pieces) => {
    expect(splitGraphemes(word)).toEqual(pieces)
    expect(wrapText(word, 1, (text) => splitGraphemes(text).length)).toEqual(pieces)
  })

  test('a word longer than the paper is broken and nothing of it is lost', () => {
    for (const { lang, words } of scriptSamples) {
      const long = words.join('').repeat(4)
      const bitmap = drawText(long, lang, 384)
      expect(bitmap.rows).toBeGreaterThan(drawText('a', lang, 384).rows)
      expect(inkOf(bitmap)).toBeGreaterThan(inkOf(drawText(words.join(' '), lang)) * 3.3)
    }
  })

  test('a danda never begins a line', () => {
    const word = 'रसीद '
    for (let count = 4; count < 12; count++) {
      const rows = (text: string) => drawText(text, 'hi-IN', 384).rows
      expect(rows(`${word.repeat(count)}।`)).toBe(rows(`${word.repeat(count).trim()}\u00a0।`))
    }
  })

  test('a receipt of two languages keeps every line the printer can write as text', () => {
    const items = itemsOf(
      documentOf(
        { kind: 'row', label: 'Receipt no.', value: '11/2026-27/000124' },
        { kind: 'row', label: 'ਰਸੀਦ ਨੰ.', value: '11/2026-27/000124', lang: 'pa-IN' },
        { kind: 'row', label: 'رقم', value: '50.00', lang: 'ur-IN' },
        { kind: 'row', label: 'Jumla', value: '50.00', lang: 'sw' },
      ),
      profileOf('generic-80'),
    )
    expect(items.filter(({ kind }) => kind === 'line')).toHaveLength(2)
    expect(items.filter(({ kind }) => kind === 'raster').length).toBeGreaterThanOrEqual(2)
  })
})
