// Sets a word a second time, with HarfBuzz and bidi-js instead of the canvas's own shaping, and fills its outlines: what the printed
// picture is held against. Used by the tests of shaping.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { inflateSync } from 'node:zlib'
import * as hb from 'harfbuzzjs'
import { loadCanvas } from '#drivers/printer/fonts.ts'
import type { Bitmap } from '#drivers/printer/raster.ts'
import { packBits } from '#drivers/printer/raster.ts'

const load = createRequire(import.meta.url)
// Its types say nothing of its being CommonJS under Node.
const openBidi = load('bidi-js') as () => {
  getEmbeddingLevels: (text: string, direction: 'ltr' | 'rtl') => { readonly levels: Uint8Array }
}
const bidi = openBidi()
const PACKAGES: Readonly<Record<string, string>> = {
  latin: 'noto-sans',
  'latin-ext': 'noto-sans',
  arabic: 'noto-naskh-arabic',
}

type Loaded = { readonly font: hb.Font; readonly unitsPerEm: number; readonly unicodes: ReadonlySet<number> }
type Run = { readonly text: string; readonly face: Loaded; readonly isRtl: boolean }
type Glyph = { readonly path: string; readonly x: number; readonly y: number; readonly scale: number }
export type ShapedWord = {
  readonly glyphs: readonly Glyph[]
  readonly ids: readonly number[]
  readonly width: number
}

const faces = new Map<string, Loaded>()

/** @param px font size; `width` comes back in the same unit */
export function shapeWord(
  text: string,
  { lang, face, px }: { lang: string; face: string; px: number },
): ShapedWord {
  const direction = face === 'arabic' ? 'rtl' : 'ltr'
  const glyphs: Glyph[] = []
  const ids: number[] = []
  let x = 0
  for (const run of visualRuns(text, direction, [openFace('latin'), openFace(face)])) {
    const buffer = new hb.Buffer()
    buffer.addText(run.text)
    buffer.guessSegmentProperties()
    buffer.setDirection(run.isRtl ? hb.Direction.RTL : hb.Direction.LTR)
    buffer.setLanguage(lang)
    hb.shape(run.face.font, buffer)
    const scale = px / run.face.unitsPerEm
    const positions = buffer.getGlyphPositions()
    buffer.getGlyphInfos().forEach(({ codepoint }, index) => {
      const { xAdvance = 0, xOffset = 0, yOffset = 0 } = positions[index] ?? {}
      ids.push(codepoint)
      glyphs.push({
        path: run.face.font.glyphToPath(codepoint),
        x: x + xOffset * scale,
        y: -yOffset * scale,
        scale,
      })
      x += xAdvance * scale
    })
  }
  return { glyphs, ids, width: x }
}

/** The word drawn on a sheet of the size of `like`, its start at the paper's start side. */
export function drawShaped(
  word: ShapedWord,
  like: Bitmap,
  { isRtl, baseline }: { isRtl: boolean; baseline: number },
): Bitmap {
  const { createCanvas, Path2D } = loadCanvas()
  const dots = like.widthBytes * 8
  const context = createCanvas(dots, like.rows).getContext('2d')
  context.fillStyle = '#fff'
  context.fillRect(0, 0, dots, like.rows)
  context.fillStyle = '#000'
  const left = isRtl ? dots - word.width : 0
  for (const { path, x, y, scale } of word.glyphs) {
    context.setTransform(scale, 0, 0, -scale, left + x, baseline + y)
    const outline = new Path2D(path)
    // oxlint-disable-next-line unicorn/no-array-fill-with-reference-type -- a canvas, not an array
    context.fill(outline)
  }
  const bits = new Uint8Array(like.bits.length)
  packBits(context.getImageData(0, 0, dots, like.rows).data, bits)
  return { ...like, bits }
}

/** Every character that a bundled face holds. */
export function unicodesOf(face: string): ReadonlySet<number> {
  return openFace(face).unicodes
}

/** Runs of one direction and one face, from left to right. */
function visualRuns(text: string, direction: 'ltr' | 'rtl', order: readonly Loaded[]): Run[] {
  const embedding = bidi.getEmbeddingLevels(text, direction)
  const runs: { text: string; face: Loaded; level: number }[] = []
  for (let at = 0; at < text.length; at++) {
    const level = embedding.levels[at] ?? 0
    const character = text[at] ?? ''
    const code = character.codePointAt(0) ?? 0
    const face = order.find(({ unicodes }) => unicodes.has(code))
    const last = runs.at(-1)
    if (last !== undefined && last.level === level && (face === undefined || face === last.face))
      last.text += character
    else runs.push({ text: character, face: face ?? (order[0] as Loaded), level })
  }
  const highest = Math.max(...runs.map(({ level }) => level))
  for (let level = highest; level > 0; level--) {
    for (let start = 0; start < runs.length; start++) {
      let end = start
      while (end < runs.length && (runs[end]?.level ?? 0) >= level) end++
      if (end > start) runs.splice(start, end - start, ...runs.slice(start, end).toReversed())
      start = end
    }
  }
  return runs.map(({ text: words, face, level }) => ({ text: words, face, isRtl: level % 2 === 1 }))
}

function openFace(subset: string): Loaded {
  const known = faces.get(subset)
  if (known !== undefined) return known
  const packageName = PACKAGES[subset] ?? `noto-sans-${subset}`
  const woff = readFileSync(
    load.resolve(`@fontsource/${packageName}/files/${packageName}-${subset}-500-normal.woff`),
  )
  const face = new hb.Face(new hb.Blob(new Uint8Array(unpackWoff(woff)).buffer))
  const loaded = { font: new hb.Font(face), unitsPerEm: face.upem, unicodes: new Set(face.collectUnicodes()) }
  faces.set(subset, loaded)
  return loaded
}

/** WOFF 1.0 (W3C): a directory of tables, each packed by zlib, back to the font they were taken from. */
function unpackWoff(woff: Buffer): Buffer {
  const count = woff.readUInt16BE(12)
  const directory = Buffer.alloc(12 + 16 * count)
  directory.writeUInt32BE(woff.readUInt32BE(4), 0)
  directory.writeUInt16BE(count, 4)
  const parts: Buffer[] = [directory]
  let offset = directory.length
  for (let index = 0; index < count; index++) {
    const entry = 44 + index * 20
    const start = woff.readUInt32BE(entry + 4)
    const packed = woff.subarray(start, start + woff.readUInt32BE(entry + 8))
    const length = woff.readUInt32BE(entry + 12)
    const data = packed.length === length ? packed : inflateSync(packed)
    const at = 12 + index * 16
    woff.copy(directory, at, entry, entry + 4)
    woff.copy(directory, at + 4, entry + 16, entry + 20)
    directory.writeUInt32BE(offset, at + 8)
    directory.writeUInt32BE(length, at + 12)
    const padding = Buffer.alloc((4 - (length % 4)) % 4)
    parts.push(data, padding)
    offset += length + padding.length
  }
  return Buffer.concat(parts)
}
