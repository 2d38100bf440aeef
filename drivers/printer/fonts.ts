// The bundled Noto fonts and the one place that loads @napi-rs/canvas. Loading takes time, so nothing here happens until the first
// picture or PDF is asked for, and each script is read when the first text in it is drawn: a slip in Latin letters pays for none.
// Used by raster.ts, pdf.ts and the virtual printer. Fonts of the system are never used: a slip looks the same on every till.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { directionOf } from './clean-text.ts'

type Canvas = typeof import('@napi-rs/canvas')

const load = createRequire(import.meta.url)

const LATIN_EXTENDED =
  /[\u0100-\u02ff\u1d00-\u1eff\u20a0-\u20ab\u20ad-\u20c0\u2113\u2c60-\u2c7f\ua720-\ua7ff]/u

const VEDIC = '\\u{951}-\\u{952}\\u{1cd0}-\\u{1cff}'

/**
 * One family per subset of a font: text falls from one to the next, glyph by glyph. Urdu and Arabic are set in Naskh: at 203 dpi a
 * Nastaliq needs lines half as high again, and its dots run together.
 */
const FACES: readonly Face[] = [
  { ...face('latin-ext', 'noto-sans'), own: LATIN_EXTENDED, any: LATIN_EXTENDED },
  scriptFace('devanagari', 'noto-sans-devanagari'),
  scriptFace('bengali', 'noto-sans-bengali'),
  scriptFace('gurmukhi', 'noto-sans-gurmukhi'),
  scriptFace('gujarati', 'noto-sans-gujarati'),
  scriptFace('oriya', 'noto-sans-oriya'),
  scriptFace('tamil', 'noto-sans-tamil'),
  scriptFace('telugu', 'noto-sans-telugu'),
  scriptFace('kannada', 'noto-sans-kannada'),
  scriptFace('malayalam', 'noto-sans-malayalam'),
  scriptFace('arabic', 'noto-naskh-arabic'),
]
const LATIN = face('latin', 'noto-sans')
const MONO = face('latin', 'noto-sans-mono')
const MONO_EXTENDED = face('latin-ext', 'noto-sans-mono')

type File = { readonly family: string; readonly packageName: string; readonly subset: string }
type Face = File & {
  /** Makes a text need the family. */
  readonly own: RegExp
  /** What it can draw besides: the danda belongs to many scripts. */
  readonly any: RegExp
}

// The script of a language, where it is not the one its letters tell: which face draws a danda first, and nothing else.
const FACE_OF_LANGUAGE: Readonly<Record<string, string>> = {
  as: 'bengali',
  bn: 'bengali',
  gu: 'gujarati',
  hi: 'devanagari',
  kn: 'kannada',
  kok: 'devanagari',
  mai: 'devanagari',
  ml: 'malayalam',
  mr: 'devanagari',
  ne: 'devanagari',
  or: 'oriya',
  pa: 'gurmukhi',
  sa: 'devanagari',
  ta: 'tamil',
  te: 'telugu',
}

const WEIGHTS = [400, 500, 700] as const
/** Latin letters, general punctuation and what has no ink of its own: drawn by the first family or by whichever draws its neighbours. */
const IN_LATIN = /[\n\u0020-\u00ff\u0131\u0152\u0153\u02c6\u02da\u02dc\u200c-\u206f\u20ac\u2122\u2212]/gu

// What the bundled faces hold; a test reads it from their tables. Skia would ask the system for the rest, so it is never given any.
const COVERED =
  /^[\n\u{20}-\u{7e}\u{a0}-\u{24f}\u{1e00}-\u{1e9f}\u{1ef2}-\u{1eff}\u{200c}-\u{200d}\u{2013}-\u{2014}\u{2018}-\u{201a}\u{201c}-\u{201e}\u{2022}\u{2026}\u{2039}\u{203a}\u{20a8}\u{20ac}\u{20b9}\u{2122}\u{2212}\p{Script_Extensions=Devanagari}\p{Script=Bengali}\p{Script=Gurmukhi}\p{Script=Gujarati}\p{Script=Oriya}[\p{Script=Tamil}&&[\u{b80}-\u{bff}]][\p{Script=Telugu}--\u{c5c}][\p{Script=Kannada}--\u{cdc}]\p{Script=Malayalam}[\p{Script_Extensions=Arabic}&&[\u{600}-\u{6ff}\u{750}-\u{77f}]]]*$/v

const HYPHENS = /[\u2010-\u2012]/g

export type FontWeight = (typeof WEIGHTS)[number]

/** What is to be set: the faces are chosen by its characters, in the order of its language. */
export type FontText = { readonly text: string; readonly lang: string }

let loaded: Canvas | undefined
const registered = new Set<string>()

function face(subset: string, packageName: string): File {
  return { family: `Slip ${packageName} ${subset}`, packageName, subset }
}

function scriptFace(subset: string, packageName: string): Face {
  return {
    ...face(subset, packageName),
    own: new RegExp(`\\p{Script=${capital(subset)}}`, 'u'),
    // Signs of the Vedas are shared in name by all scripts; only the Devanagari face has them.
    any: new RegExp(
      `[\\p{Script_Extensions=${capital(subset)}}--[${subset === 'devanagari' ? '' : VEDIC}]]`,
      'v',
    ),
  }
}

function capital(word: string): string {
  return `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`
}

/** @napi-rs/canvas, without a font yet: asking for a font loads it. */
export function loadCanvas(): Canvas {
  if (loaded !== undefined) return loaded
  const before = process.env['DISABLE_SYSTEM_FONTS_LOAD']
  process.env['DISABLE_SYSTEM_FONTS_LOAD'] = '1'
  try {
    loaded = load('@napi-rs/canvas') as Canvas
  } finally {
    if (before === undefined) delete process.env['DISABLE_SYSTEM_FONTS_LOAD']
    else process.env['DISABLE_SYSTEM_FONTS_LOAD'] = before
  }
  return loaded
}

/** Names of the faces read so far, as `noto-sans-tamil-tamil-500`. For whoever watches that nothing is read without need. */
export function facesLoaded(): string[] {
  return [...registered]
}

/** Names of the faces that draw a text, the Latin one first: digits and codes look the same in every language. */
export function facesFor(wanted: FontText): string[] {
  return chooseFaces(wanted).map(({ subset }) => subset)
}

/** A CSS font for canvas contexts; without a text it names all faces and loads the Latin one (pdf.ts loads by `spellMissing`). */
export function sansFont(weight: FontWeight, size: number, wanted?: FontText): string {
  const faces = wanted === undefined ? [LATIN] : chooseFaces(wanted)
  for (const each of faces) register(each, weight)
  return `${weight} ${size}px ${familiesOf(wanted === undefined ? [LATIN, ...FACES] : faces)}`
}

export function monoFont(weight: FontWeight, size: number): string {
  for (const each of [MONO, MONO_EXTENDED, LATIN]) register(each, weight)
  return `${weight} ${size}px ${familiesOf([MONO, MONO_EXTENDED, LATIN, ...FACES])}`
}

/** For text whose font was named before its characters were known: reads the faces it needs in all weights. */
export function loadFacesFor(wanted: FontText): void {
  for (const each of chooseFaces(wanted)) for (const weight of WEIGHTS) register(each, weight)
}

function familiesOf(faces: readonly File[]): string {
  return faces.map(({ family }) => `'${family}'`).join(',')
}

/** Of the text alone, never of what was drawn before: the same text is set in the same faces on every day. */
function chooseFaces({ text, lang }: FontText): File[] {
  let rest = text.replaceAll(IN_LATIN, '')
  if (rest === '') return [LATIN]
  const end = lang.search(/[-_]/)
  const ownName =
    FACE_OF_LANGUAGE[end < 0 ? lang : lang.slice(0, end)] ?? (directionOf(lang) === 'rtl' ? 'arabic' : '')
  const ordered = [
    ...FACES.filter(({ subset }) => subset === ownName),
    ...FACES.filter(({ subset }) => subset !== ownName),
  ]
  const chosen = ordered.filter(({ own }) => own.test(rest))
  for (const { any } of chosen) rest = without(rest, any)
  // What is left belongs to no script of the text: a danda behind Latin letters.
  for (const each of ordered) {
    if (rest === '') break
    if (!each.any.test(rest)) continue
    chosen.push(each)
    rest = without(rest, each.any)
  }
  return [LATIN, ...chosen]
}

function without(text: string, pattern: RegExp): string {
  return Array.from(text, (character) => (pattern.test(character) ? '' : character)).join('')
}

function register({ family, packageName, subset }: File, weight: FontWeight): void {
  const key = `${packageName}-${subset}-${weight}`
  if (registered.has(key)) return
  const file = `@fontsource/${packageName}/files/${packageName}-${subset}-${weight}-normal.woff2`
  // Read here and handed over as bytes: inside an app archive only Node can read the file.
  const found = loadCanvas().GlobalFonts.register(readFileSync(load.resolve(file)), family)
  if (found === null) throw new Error(`bundled font ${file} cannot be read`)
  registered.add(key)
}

/** Text in which every character that no bundled font can draw is spelled out as [U+1F600]: seen, never silently a box. */
export function spellMissing(text: string): string {
  if (COVERED.test(text)) return text
  return Array.from(text.replaceAll(HYPHENS, '-'), (character) =>
    COVERED.test(character) ? character : spell(character),
  ).join('')
}

function spell(character: string): string {
  const code = character.codePointAt(0) ?? 0
  return `[U+${code.toString(16).toUpperCase().padStart(4, '0')}]`
}
