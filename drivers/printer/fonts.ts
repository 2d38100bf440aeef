// The bundled Noto fonts and the one place that loads @napi-rs/canvas. Loading takes about 100 ms, so nothing here happens
// until the first picture or PDF is asked for: a slip in Latin letters never pays for it.
// Used by raster.ts, pdf.ts and the virtual printer. System fonts are never relied on for Latin, Devanagari or Gurmukhi.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

type Canvas = typeof import('@napi-rs/canvas')

const load = createRequire(import.meta.url)

// Name of the family, package, subset. One family per subset: text falls from one to the next, glyph by glyph.
const FACES = [
  ['Slip Latin', 'noto-sans', 'latin'],
  ['Slip Latin Extended', 'noto-sans', 'latin-ext'],
  ['Slip Devanagari', 'noto-sans', 'devanagari'],
  ['Slip Gurmukhi', 'noto-sans-gurmukhi', 'gurmukhi'],
  ['Slip Mono', 'noto-sans-mono', 'latin'],
  ['Slip Mono Extended', 'noto-sans-mono', 'latin-ext'],
] as const

const WEIGHTS = [400, 500, 700] as const
const SANS = "'Slip Latin','Slip Latin Extended','Slip Devanagari','Slip Gurmukhi'"
const MONO = `'Slip Mono','Slip Mono Extended',${SANS}`

// Covered by the bundled faces; anything else is looked at before it is drawn.
const BUNDLED =
  /^[\n\u0020-\u024f\p{Script=Devanagari}\p{Script=Gurmukhi}\u0964\u0965\u{200c}-\u{200d}\u2010-\u2027\u2030-\u203a\u20ac\u20b9]*$/u

export type FontWeight = (typeof WEIGHTS)[number]

let loaded: Canvas | undefined

/** @napi-rs/canvas with the fonts registered. */
export function loadCanvas(): Canvas {
  if (loaded !== undefined) return loaded
  const canvas = load('@napi-rs/canvas') as Canvas
  for (const [family, packageName, subset] of FACES) {
    for (const weight of WEIGHTS) {
      const file = `@fontsource/${packageName}/files/${packageName}-${subset}-${weight}-normal.woff2`
      // Read here and handed over as bytes: inside an app archive only Node can read the file.
      const key = canvas.GlobalFonts.register(readFileSync(load.resolve(file)), family)
      if (key === null) throw new Error(`bundled font ${file} cannot be read`)
    }
  }
  loaded = canvas
  return canvas
}

/** A CSS font for canvas contexts. */
export function sansFont(weight: FontWeight, size: number): string {
  return `${weight} ${size}px ${SANS}`
}

export function monoFont(weight: FontWeight, size: number): string {
  return `${weight} ${size}px ${MONO}`
}

const LOOK_SIZE = 32
const KNOWN_MAX = 2_000
const drawable = new Map<string, boolean>()
let missingPixels: string | undefined

/**
 * Text in which every character that no font can draw is spelled out as [U+0C15]: seen, never silently a box.
 * Fonts of the system are used for such scripts where it has them.
 */
export function spellMissing(text: string): string {
  if (BUNDLED.test(text)) return text
  return Array.from(text, (character) =>
    BUNDLED.test(character) || isDrawable(character) ? character : spell(character),
  ).join('')
}

function spell(character: string): string {
  const code = character.codePointAt(0) ?? 0
  return `[U+${code.toString(16).toUpperCase().padStart(4, '0')}]`
}

function isDrawable(character: string): boolean {
  const known = drawable.get(character)
  if (known !== undefined) return known
  // U+10FFFE is never a character: what it draws is what a missing character draws.
  missingPixels ??= pixelsOf('\u{10fffe}')
  const isFound = pixelsOf(character) !== missingPixels
  if (drawable.size < KNOWN_MAX) drawable.set(character, isFound)
  return isFound
}

function pixelsOf(character: string): string {
  const context = loadCanvas().createCanvas(LOOK_SIZE, LOOK_SIZE).getContext('2d')
  context.font = sansFont(400, LOOK_SIZE / 2)
  context.fillText(character, 4, LOOK_SIZE - 8)
  return Buffer.from(context.getImageData(0, 0, LOOK_SIZE, LOOK_SIZE).data).toString('latin1')
}
