// Draws lines of a slip as one-bit pictures, for text that no code page of the printer can hold (Hindi, Punjabi, ₹).
// Called by escpos.ts with all such blocks of a document at once: one canvas, one read-back. Bitmaps of blocks
// drawn before are kept, so a reprint draws nothing.
import type { SKRSContext2D } from '@napi-rs/canvas'
import { cleanText, directionOf } from './clean-text.ts'
import type { BannerBlock, ColumnsBlock, PrintAlign, PrintSize, RowBlock, TextBlock } from './document.ts'
import type { FontWeight } from './fonts.ts'
import { loadCanvas, sansFont, spellMissing } from './fonts.ts'
import type { Measure } from './line-wrap.ts'
import { fitColumns, wrapCells, wrapRow, wrapText } from './line-wrap.ts'

/** Rows of pixels from top to bottom, 8 pixels in a byte, highest bit leftmost, 1 is ink. */
export type Bitmap = { readonly widthBytes: number; readonly rows: number; readonly bits: Uint8Array }

export type PictureBlock = TextBlock | RowBlock | ColumnsBlock | BannerBlock

export type PictureRequest = {
  readonly block: PictureBlock
  /** The document's language; the block's own goes first. */
  readonly lang: string
  /** The table a columns block belongs to. */
  readonly table?: readonly ColumnsBlock[]
}

const FONT_PX: Record<PrintSize, number> = { normal: 26, 'double-height': 36, double: 46 }
// Room above and below the line for vowel signs and conjuncts, in font sizes: 1.6 in all.
const ASCENT = 1.14
const PITCH = 1.6
const GAP_PX = 14
const TEXT_COLUMN_MIN_PX = 90
const FRAME_PX = 5
const CANVAS_ROWS_MAX = 2_048
const CACHED_MAX = 200
const CACHED_BYTES_MAX = 64 * 1024

type DrawnText = { text: string; x: number; align: PrintAlign }

type Line = {
  rows: number
  baseline: number
  font: string
  lang: string
  direction: 'ltr' | 'rtl'
  texts: DrawnText[]
  frame?: 'top' | 'sides' | 'bottom'
}

type Style = { px: number; weight: FontWeight; lang: string; direction: 'ltr' | 'rtl' }

const cached = new Map<string, Bitmap>()
const canvases = new Map<number, SKRSContext2D>()

/** One bitmap per request, `dots` wide. */
export function drawPictures(requests: readonly PictureRequest[], dots: number): Bitmap[] {
  const keys = requests.map((request) => `${dots} ${JSON.stringify(request)}`)
  const wanted = new Map<string, Line[]>()
  keys.forEach((key, index) => {
    const request = requests[index]
    if (request !== undefined && !cached.has(key)) wanted.set(key, layOut(request, dots))
  })
  const drawn = wanted.size === 0 ? new Map<string, Bitmap>() : drawAll(wanted, dots)
  const bitmaps = keys.map((key) => drawn.get(key) ?? cached.get(key))
  for (const [key, bitmap] of drawn) remember(key, bitmap)
  return bitmaps.map((bitmap) => {
    if (bitmap === undefined) throw new Error('a picture was neither drawn nor kept')
    return bitmap
  })
}

function remember(key: string, bitmap: Bitmap): void {
  if (bitmap.bits.length > CACHED_BYTES_MAX) return
  const oldest = cached.size >= CACHED_MAX ? cached.keys().next().value : undefined
  if (oldest !== undefined) cached.delete(oldest)
  cached.set(key, bitmap)
}

/** Drops all kept bitmaps, for a terminal that clears what the last citizen left. */
export function forgetPictures(): void {
  cached.clear()
}

function contextFor(dots: number): SKRSContext2D {
  const known = canvases.get(dots)
  if (known !== undefined) return known
  const context = loadCanvas().createCanvas(dots, CANVAS_ROWS_MAX).getContext('2d')
  canvases.set(dots, context)
  return context
}

// --- layout -------------------------------------------------------------------------------------------------

function layOut({ block, lang, table }: PictureRequest, dots: number): Line[] {
  const context = contextFor(dots)
  const blockLang = block.lang ?? lang
  if (block.kind === 'banner') return layOutBanner(block, { context, dots, lang: blockLang })
  const style: Style = {
    px: FONT_PX[block.size ?? 'normal'],
    weight: block.isBold === true ? 700 : 500,
    lang: blockLang,
    direction: block.direction ?? directionOf(blockLang),
  }
  const measure = measureWith(context, style)
  const isRtl = style.direction === 'rtl'
  const paper = { dots, isRtl }

  if (block.kind === 'text') {
    return wrapText(drawableText(block.text), dots, measure).map((text) =>
      textLine(style, [place({ text, align: mirrored(block.align ?? 'left', isRtl), x: 0, width: dots })]),
    )
  }
  if (block.kind === 'row') {
    const row = { label: drawableText(block.label), value: drawableText(block.value) }
    return wrapRow(row, { width: dots, gap: GAP_PX, measure }).map(({ start, end }) =>
      textLine(style, [
        place({ text: start, align: isRtl ? 'right' : 'left', x: 0, width: dots }),
        place({ text: end, align: isRtl ? 'left' : 'right', x: 0, width: dots }),
      ]),
    )
  }
  return layOutColumns(block, { table: table ?? [block], style, measure, paper })
}

function layOutColumns(
  block: ColumnsBlock,
  context: {
    table: readonly ColumnsBlock[]
    style: Style
    measure: Measure
    paper: { dots: number; isRtl: boolean }
  },
): Line[] {
  const { style, measure, paper } = context
  const width = paper.dots
  const size = { width, gap: GAP_PX, textWidthMin: TEXT_COLUMN_MIN_PX, measure }
  const columns = fitColumns(context.table.map(drawableCells), size)
  return wrapCells(drawableCells(block), columns, size).map((cells) =>
    textLine(
      style,
      cells.map((cell) =>
        paper.isRtl
          ? place({ ...cell, x: width - cell.x - cell.width, align: mirrored(cell.align, true) })
          : place(cell),
      ),
    ),
  )
}

function drawableText(text: string): string {
  return spellMissing(cleanText(text))
}

function drawableCells(block: ColumnsBlock): ColumnsBlock {
  return { ...block, cells: block.cells.map((cell) => ({ ...cell, text: drawableText(cell.text) })) }
}

function layOutBanner(
  { text, detail }: BannerBlock,
  { context, dots, lang }: { context: SKRSContext2D; dots: number; lang: string },
): Line[] {
  const direction = directionOf(lang)
  const inner = dots - 6 * FRAME_PX
  const lines: Line[] = [frameLine('top', lang)]
  const parts = [
    { words: text, style: { px: dots < 500 ? 34 : 42, weight: 700, lang, direction } as Style },
    { words: detail ?? '', style: { px: 24, weight: 500, lang, direction } as Style },
  ]
  for (const { words, style } of parts) {
    if (words === '') continue
    for (const line of wrapText(drawableText(words), inner, measureWith(context, style))) {
      lines.push({
        ...textLine(style, [{ text: line, x: dots / 2, align: 'center' }]),
        frame: 'sides',
      })
    }
  }
  return [...lines, frameLine('bottom', lang)]
}

function frameLine(frame: 'top' | 'bottom', lang: string): Line {
  return { rows: 2 * FRAME_PX, baseline: 0, font: '', lang, direction: 'ltr', texts: [], frame }
}

function textLine(style: Style, texts: DrawnText[]): Line {
  return {
    rows: Math.ceil(style.px * PITCH),
    baseline: Math.round(style.px * ASCENT),
    font: sansFont(style.weight, style.px),
    lang: style.lang,
    direction: style.direction,
    texts: texts.filter(({ text }) => text !== ''),
  }
}

function place(cell: { text: string; align: PrintAlign; x: number; width: number }): DrawnText {
  const shift = { left: 0, center: cell.width / 2, right: cell.width }[cell.align]
  return { text: cell.text, align: cell.align, x: cell.x + shift }
}

function mirrored(align: PrintAlign, isRtl: boolean): PrintAlign {
  if (!isRtl || align === 'center') return align
  return align === 'left' ? 'right' : 'left'
}

function measureWith(context: SKRSContext2D, style: Style): Measure {
  return (text) => {
    setFont(context, { font: sansFont(style.weight, style.px), ...style })
    return context.measureText(text).width
  }
}

function setFont(
  context: SKRSContext2D,
  { font, lang, direction }: { font: string; lang: string; direction: 'ltr' | 'rtl' },
): void {
  context.font = font
  context.lang = lang.replaceAll('_', '-')
  context.direction = direction
}

// --- drawing ------------------------------------------------------------------------------------------------

/** Draws all lines below each other, reads them back in as few turns as the canvas allows, and cuts them apart. */
function drawAll(wanted: ReadonlyMap<string, Line[]>, dots: number): Map<string, Bitmap> {
  const context = contextFor(dots)
  const widthBytes = dots / 8
  const lines = [...wanted.values()].flat()
  const rows = lines.reduce((sum, line) => sum + line.rows, 0)
  const bits = new Uint8Array(rows * widthBytes)
  let readRows = 0
  for (let first = 0; first < lines.length; ) {
    const batch = takeBatch(lines, first)
    const batchRows = drawBatch(context, batch, dots)
    const { data } = context.getImageData(0, 0, dots, batchRows)
    packBits(data, bits.subarray(readRows * widthBytes))
    readRows += batchRows
    first += batch.length
  }
  const bitmaps = new Map<string, Bitmap>()
  let row = 0
  for (const [key, blockLines] of wanted) {
    const blockRows = blockLines.reduce((sum, line) => sum + line.rows, 0)
    const end = row + blockRows
    bitmaps.set(key, { widthBytes, rows: blockRows, bits: bits.slice(row * widthBytes, end * widthBytes) })
    row = end
  }
  return bitmaps
}

function takeBatch(lines: readonly Line[], first: number): Line[] {
  const batch: Line[] = []
  let rows = 0
  for (const line of lines.slice(first)) {
    if (rows + line.rows > CANVAS_ROWS_MAX) break
    rows += line.rows
    batch.push(line)
  }
  if (batch.length === 0) throw new Error('a line is higher than the canvas')
  return batch
}

function drawBatch(context: SKRSContext2D, lines: readonly Line[], dots: number): number {
  const rows = lines.reduce((sum, line) => sum + line.rows, 0)
  context.fillStyle = '#fff'
  context.fillRect(0, 0, dots, rows)
  context.fillStyle = '#000'
  let top = 0
  let font = ''
  for (const line of lines) {
    if (line.font !== font && line.font !== '') {
      font = line.font
      setFont(context, line)
    }
    if (context.lang !== line.lang || context.direction !== line.direction)
      setFont(context, { ...line, font })
    for (const { text, x, align } of line.texts) {
      context.textAlign = align
      context.fillText(text, x, top + line.baseline)
    }
    if (line.frame !== undefined) drawFrame(context, line.frame, { top, rows: line.rows, dots })
    top += line.rows
  }
  return rows
}

function drawFrame(
  context: SKRSContext2D,
  part: 'top' | 'sides' | 'bottom',
  { top, rows, dots }: { top: number; rows: number; dots: number },
): void {
  if (part === 'top') context.fillRect(0, top, dots, FRAME_PX)
  if (part === 'bottom') context.fillRect(0, top + rows - FRAME_PX, dots, FRAME_PX)
  context.fillRect(0, top, FRAME_PX, rows)
  context.fillRect(dots - FRAME_PX, top, FRAME_PX, rows)
}

const WHITE = 0xff_ff_ff_ff

/** RGBA to one bit by threshold: what is drawn is black on white, so red stands for luma. Text is never dithered. */
export function packBits(rgba: Uint8ClampedArray, into: Uint8Array): void {
  const pixels = new Uint32Array(rgba.buffer, rgba.byteOffset, rgba.length / 4)
  const bytes = pixels.length / 8
  for (let index = 0, pixel = 0; index < bytes; index++, pixel += 8) {
    let byte = 0
    for (let bit = 0; bit < 8; bit++) {
      const value = pixels[pixel + bit] as number
      if (value !== WHITE && (value & 0xff) < 128) byte |= 0x80 >> bit
    }
    into[index] = byte
  }
}
