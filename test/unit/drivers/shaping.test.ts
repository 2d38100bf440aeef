// Goal: every word on paper has the shape that a second, independent shaper gives it, in every script; and the comparison is sharp
// enough to see the mistakes that bad shapers are known for.
import { describe, expect, test } from 'vitest'
import type { Bitmap } from '#drivers/printer/raster.ts'
import { drawPictures } from '#drivers/printer/raster.ts'
import { inkDifference } from './one-bit-image.ts'
import type { ScriptSample } from './script-samples.ts'
import { scriptSamples } from './script-samples.ts'
import { drawShaped, shapeWord } from './second-shaper.ts'

/** The same outlines filled in two ways are at most this far apart; the nearest wrong shape is several times as far. */
const DIFFERENCE_MAX = 0.08
const WRONG_DIFFERENCE_MIN = 0.15
const DOUBLE_PX = 46
const RIGHT_TO_LEFT_PX = 53
const BASELINE = 1.14

type Setting = Pick<ScriptSample, 'lang' | 'face'>

const pixelsOf = ({ face }: Setting) => (face === 'arabic' ? RIGHT_TO_LEFT_PX : DOUBLE_PX)

const onPaper = (text: string, lang: string): Bitmap => {
  const [bitmap] = drawPictures([{ block: { kind: 'text', text, size: 'double' }, lang }], 576)
  if (bitmap === undefined) throw new Error('nothing drawn')
  return bitmap
}

const bySecond = (text: string, setting: Setting): Bitmap => {
  const px = pixelsOf(setting)
  const place = { isRtl: setting.face === 'arabic', baseline: Math.round(px * BASELINE) }
  return drawShaped(shapeWord(text, { ...setting, px }), onPaper(text, setting.lang), place)
}

/** What a program without a shaper prints: letter after letter as they are stored. */
const letterByLetter = (text: string, setting: Setting): Bitmap => {
  const px = pixelsOf(setting)
  let width = 0
  const glyphs = Array.from(text).flatMap((letter) => {
    const shaped = shapeWord(letter, { ...setting, px })
    const moved = shaped.glyphs.map((glyph) => ({ ...glyph, x: glyph.x + width }))
    width += shaped.width
    return moved
  })
  const place = { isRtl: setting.face === 'arabic', baseline: Math.round(px * BASELINE) }
  return drawShaped({ glyphs, ids: [], width }, onPaper(text, setting.lang), place)
}

describe.each(scriptSamples)('$lang', (sample) => {
  test.each(sample.words)('%s is drawn as HarfBuzz sets it', (word) => {
    expect(inkDifference(onPaper(word, sample.lang), bySecond(word, sample))).toBeLessThan(DIFFERENCE_MAX)
  })

  test('most of these words would be wrong without a shaper, and that would be seen', () => {
    const wrong = sample.words.filter(
      (word) =>
        inkDifference(onPaper(word, sample.lang), letterByLetter(word, sample)) > WRONG_DIFFERENCE_MIN,
    )
    expect(wrong.length).toBeGreaterThanOrEqual(sample.lang === 'sw' ? 0 : 5)
  })
})

describe('mistakes that shapers are known for', () => {
  const hindi: Setting = { lang: 'hi-IN', face: 'devanagari' }

  test.each([
    ['राशि', 'रशि', 'a vowel sign lost'],
    ['राशि', 'राशी', 'a short vowel set long'],
    ['क्षेत्र', 'क्\u200cषेत्\u200cर', 'conjuncts taken apart'],
    ['प्राप्त', 'प्\u200cराप्\u200cत', 'conjuncts taken apart'],
    ['श्री', 'श्\u200cरी', 'a conjunct taken apart'],
    ['कर्म', 'कर्\u200cम', 'a repha not put above'],
  ])('%s printed as %s (%s) is seen', (right, wrong) => {
    expect(inkDifference(onPaper(right, 'hi-IN'), bySecond(wrong, hindi))).toBeGreaterThan(
      WRONG_DIFFERENCE_MIN,
    )
    expect(inkDifference(onPaper(right, 'hi-IN'), bySecond(right, hindi))).toBeLessThan(DIFFERENCE_MAX)
  })

  test('conjuncts are one sign: fewer glyphs than letters', () => {
    for (const [word, glyphs] of [
      ['क्ष', 1],
      ['श्र', 1],
      ['त्र', 1],
    ] as const)
      expect(shapeWord(word, { ...hindi, px: 26 }).ids).toHaveLength(glyphs)
  })

  test('Marathi has its own ल and श', () => {
    expect(onPaper('लश', 'mr-IN').bits).not.toEqual(onPaper('लश', 'hi-IN').bits)
  })

  test('Arabic letters join, and lam with alif is one sign', () => {
    const arabic: Setting = { lang: 'ar', face: 'arabic' }
    expect(
      inkDifference(onPaper('محفوظ', 'ar'), bySecond('م\u200cح\u200cف\u200cو\u200cظ', arabic)),
    ).toBeGreaterThan(WRONG_DIFFERENCE_MIN)
  })
})

describe('lines of two directions', () => {
  const urdu: Setting = { lang: 'ur-IN', face: 'arabic' }
  const LRI = '\u2066'
  const PDI = '\u2069'

  test.each([
    ['رقم -500.00', `رقم ${LRI}-500.00${PDI}`],
    ['از A*** R**', `از ${LRI}A*** R**${PDI}`],
    ['بل WS/107-A* ہے', `بل ${LRI}WS/107-A*${PDI} ہے`],
    ['23-11-2026 10:15 IST', `${LRI}23-11-2026 10:15 IST${PDI}`],
  ])('%s: codes and amounts read from left to right inside', (text, marked) => {
    expect(inkDifference(onPaper(text, 'ur-IN'), bySecond(marked, urdu))).toBeLessThan(DIFFERENCE_MAX)
  })

  test('an amount with its sign on the wrong side would be seen', () => {
    expect(inkDifference(onPaper('رقم -500.00', 'ur-IN'), bySecond('رقم -500.00', urdu))).toBeGreaterThan(
      WRONG_DIFFERENCE_MIN,
    )
  })

  test('a line that begins with a code is still an Urdu line', () => {
    const { bits, widthBytes, rows } = onPaper('WS/107 ہے', 'ur-IN')
    const isInked = (at: number) =>
      Array.from({ length: rows }, (_, row) => bits[row * widthBytes + at]).some(Boolean)
    expect([isInked(widthBytes - 1), isInked(0)]).toEqual([true, false])
    expect(
      inkDifference(onPaper('WS/107 ہے', 'ur-IN'), bySecond(`${LRI}WS/107${PDI} ہے`, urdu)),
    ).toBeLessThan(DIFFERENCE_MAX)
  })

  test('an Urdu name and a number behind it keep their order in a line of Hindi', () => {
    const hindi: Setting = { lang: 'hi-IN', face: 'arabic' }
    const place = { isRtl: false, baseline: Math.round(DOUBLE_PX * BASELINE) }
    const name = shapeWord('پریتی', { ...hindi, px: DOUBLE_PX })
    const rest = shapeWord(' 500', { lang: 'hi-IN', face: 'devanagari', px: DOUBLE_PX })
    const glyphs = [...name.glyphs, ...rest.glyphs.map((glyph) => ({ ...glyph, x: glyph.x + name.width }))]
    const paper = onPaper('پریتی 500', 'hi-IN')
    const expected = drawShaped({ glyphs, ids: [], width: name.width + rest.width }, paper, place)
    expect(inkDifference(paper, expected)).toBeLessThan(DIFFERENCE_MAX)
  })
})
