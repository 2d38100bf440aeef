// Where the words of one block stand on a slip picture: lines of a fixed height, each with placed texts. Called by raster.ts,
// which draws them.
import type { SKRSContext2D } from '@napi-rs/canvas'
import { cleanText, directionOf, isPlain } from './clean-text.ts'
import type { BannerBlock, ColumnsBlock, PrintAlign, PrintSize, RowBlock, TextBlock } from './document.ts'
import { isolateTurns } from './bidi-isolates.ts'
import type { FontWeight } from './fonts.ts'
import { loadCanvas, sansFont, spellMissing } from './fonts.ts'
import type { Measure } from './line-wrap.ts'
import { fitColumns, wrapCells, wrapRow, wrapText } from './line-wrap.ts'

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
// A Naskh of the same size has smaller letters than a Latin or an Indic face.
const RIGHT_TO_LEFT_SCALE = 1.15
const GAP_PX = 14
const TEXT_COLUMN_MIN_PX = 90
export const FRAME_PX = 5
// Small enough that a read-back copies little, large enough that a receipt takes two or three.
export const CANVAS_ROWS_MAX = 640

type DrawnText = { text: string; x: number; align: PrintAlign }

export type Line = {
  rows: number
  baseline: number
  font: string
  lang: string
  direction: 'ltr' | 'rtl'
  texts: DrawnText[]
  frame?: 'top' | 'sides' | 'bottom'
}

type Look = { px: number; weight: FontWeight; lang: string; direction: 'ltr' | 'rtl' }
type Style = Look & {
  font: string
  context: SKRSContext2D
  /** A text is measured to wrap it and again to make room for its signs; the canvas shapes it only once. */
  metrics: Map<string, Metrics>
}
type Metrics = Pick<
  ReturnType<SKRSContext2D['measureText']>,
  'width' | 'actualBoundingBoxAscent' | 'actualBoundingBoxDescent'
>

const canvases = new Map<number, SKRSContext2D>()

/** One canvas per paper width, used again and again: a new one for each receipt fills the memory. */
export function contextFor(dots: number): SKRSContext2D {
  const known = canvases.get(dots)
  if (known !== undefined) return known
  const context = loadCanvas().createCanvas(dots, CANVAS_ROWS_MAX).getContext('2d')
  canvases.set(dots, context)
  return context
}

export function layOut({ block, lang, table }: PictureRequest, dots: number): Line[] {
  const context = contextFor(dots)
  const blockLang = block.lang ?? lang
  if (block.kind === 'banner') return layOutBanner(block, { context, dots, lang: blockLang })
  const look: Look = {
    px: sizeFor(block.size, blockLang),
    weight: block.isBold === true ? 700 : 500,
    lang: blockLang,
    direction: block.direction ?? directionOf(blockLang),
  }
  const isRtl = look.direction === 'rtl'

  if (block.kind === 'text') {
    const words = drawableText(block.text)
    const style = styleFor(context, look, words)
    return wrapText(words, dots, measureWith(style)).map((text) =>
      textLine(style, [place({ text, align: mirrored(block.align ?? 'left', isRtl), x: 0, width: dots })]),
    )
  }
  if (block.kind === 'row') {
    const row = { label: drawableText(block.label), value: drawableText(block.value) }
    const style = styleFor(context, look, `${row.label}\n${row.value}`)
    return wrapRow(row, { width: dots, gap: GAP_PX, measure: measureWith(style) }).map(({ start, end }) =>
      textLine(style, [
        place({ text: start, align: isRtl ? 'right' : 'left', x: 0, width: dots }),
        place({ text: end, align: isRtl ? 'left' : 'right', x: 0, width: dots }),
      ]),
    )
  }
  return layOutColumns(block, { table: table ?? [block], look, context, dots })
}

function sizeFor(size: PrintSize | undefined, lang: string): number {
  const scale = directionOf(lang) === 'rtl' ? RIGHT_TO_LEFT_SCALE : 1
  return Math.round(FONT_PX[size ?? 'normal'] * scale)
}

/** The faces are chosen by all words of a block, so that it is measured as it is drawn. */
function styleFor(context: SKRSContext2D, look: Look, words: string): Style {
  return {
    ...look,
    context,
    font: sansFont(look.weight, look.px, { text: words, lang: look.lang }),
    metrics: new Map(),
  }
}

function layOutColumns(
  block: ColumnsBlock,
  {
    table,
    look,
    context,
    dots,
  }: { table: readonly ColumnsBlock[]; look: Look; context: SKRSContext2D; dots: number },
): Line[] {
  const cleaned = table.map(drawableCells)
  const words = cleaned.map(({ cells }) => cells.map(({ text }) => text).join(' ')).join(' ')
  const style = styleFor(context, look, words)
  // All lines of a table ask for the same places, so those are measured in the widest of its letters.
  const widest = styleFor(
    context,
    {
      ...look,
      px: Math.max(...table.map(({ size }) => sizeFor(size, look.lang))),
      weight: table.some(({ isBold }) => isBold === true) ? 700 : 500,
    },
    words,
  )
  const places = { width: dots, gap: GAP_PX, textWidthMin: TEXT_COLUMN_MIN_PX }
  const columns = fitColumns(cleaned, { ...places, measure: measureWith(widest) })
  const isRtl = look.direction === 'rtl'
  return wrapCells(drawableCells(block), columns, { ...places, measure: measureWith(style) }).map((cells) =>
    textLine(
      style,
      cells.map((cell) =>
        isRtl
          ? place({ ...cell, x: dots - cell.x - cell.width, align: mirrored(cell.align, true) })
          : place(cell),
      ),
    ),
  )
}

function drawableText(text: string): string {
  // A danda closes its word and never begins a line.
  return spellMissing(cleanText(text).replaceAll(/ (?=[\u0964\u0965])/g, '\u00a0'))
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
  const words = drawableText(text)
  const small = drawableText(detail ?? '')
  const sizes = dots < 500 ? ([34, 30, 26] as const) : ([42, 37, 32] as const)
  const bold = (px: number): Style => styleFor(context, { px, weight: 700, lang, direction }, words)
  const isHeld = (px: number): boolean => {
    const measure = measureWith(bold(px))
    return words.split('\n').every((line) => measure(line) <= inner)
  }
  // The largest size that keeps the words on their lines; if none does, they wrap in the largest.
  const parts = [
    { words, style: bold(sizes.find(isHeld) ?? sizes[0]) },
    { words: small, style: styleFor(context, { px: 24, weight: 500, lang, direction }, small) },
  ]
  for (const { words: part, style } of parts) {
    for (const line of part === '' ? [] : wrapText(part, inner, measureWith(style))) {
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
  const drawn = texts
    .filter(({ text }) => text !== '')
    .map((each) => ({ ...each, text: isolateTurns(each.text, style.direction) }))
  const line = {
    rows: Math.ceil(style.px * PITCH),
    baseline: Math.round(style.px * ASCENT),
    font: style.font,
    lang: style.lang,
    direction: style.direction,
    texts: drawn,
  }
  return { ...line, ...roomFor(style, line) }
}

/** Signs stacked higher or lower than the line is made for get the rows they need, and one of white. */
function roomFor(
  style: Style,
  { rows, baseline, texts }: Pick<Line, 'rows' | 'baseline' | 'texts'>,
): Pick<Line, 'rows' | 'baseline'> {
  let above = baseline - 1
  let below = rows - baseline - 1
  for (const { text } of texts) {
    if (isPlain(text)) continue
    const { actualBoundingBoxAscent, actualBoundingBoxDescent } = metricsOf(style, text)
    above = Math.max(above, Math.ceil(actualBoundingBoxAscent))
    below = Math.max(below, Math.ceil(actualBoundingBoxDescent))
  }
  return { baseline: above + 1, rows: above + below + 2 }
}

function place(cell: { text: string; align: PrintAlign; x: number; width: number }): DrawnText {
  const shift = { left: 0, center: cell.width / 2, right: cell.width }[cell.align]
  return { text: cell.text, align: cell.align, x: cell.x + shift }
}

function mirrored(align: PrintAlign, isRtl: boolean): PrintAlign {
  if (!isRtl || align === 'center') return align
  return align === 'left' ? 'right' : 'left'
}

function measureWith(style: Style): Measure {
  return (text) => metricsOf(style, text).width
}

function metricsOf(style: Style, text: string): Metrics {
  const known = style.metrics.get(text)
  if (known !== undefined) return known
  setFont(style.context, style)
  const metrics = style.context.measureText(text)
  style.metrics.set(text, metrics)
  return metrics
}

type FontSetting = { font: string; lang: string; direction: 'ltr' | 'rtl' }

const settings = new WeakMap<SKRSContext2D, FontSetting>()

/** Sets what differs only: the canvas parses a font name anew each time it is set. */
export function setFont(context: SKRSContext2D, next: FontSetting): void {
  const now = settings.get(context)
  if (now?.font !== next.font) context.font = next.font
  if (now?.lang !== next.lang) context.lang = next.lang.replaceAll('_', '-')
  if (now?.direction !== next.direction) context.direction = next.direction
  settings.set(context, next)
}
