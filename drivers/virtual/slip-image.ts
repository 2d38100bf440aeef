// A virtual slip as a PNG, dot for dot at 203 dpi on a strip of paper with its margins. Called by printer-server.ts and
// by tests that are looked at.
import type { SKRSContext2D } from '@napi-rs/canvas'
import { encode } from 'uqr'
import { code128Bars } from '#drivers/printer/code128.ts'
import { loadCanvas, monoFont } from '#drivers/printer/fonts.ts'
import type { Glyph, PaperAlign, PaperItem, Slip } from './paper.ts'
import { GLYPH_HEIGHT, GLYPH_WIDTH } from './paper.ts'

const PAPER = '#fdfcf8'
const INK = '#1a1a1a'
const DESK = '#d9dcdf'
const DESK_MARGIN = 24
const TOP_MARGIN = 40
const BOTTOM_MARGIN = 30
const TOOTH = 8
const HEIGHT_MAX = 16_000
const GLYPH_FONT_PX = 20
const BASELINE = 19
const BARCODE_TEXT_DOTS = 30

type Place = { left: number; top: number; dots: number }

/** @param paper printable dots, and the width of the paper itself (464 for 58 mm, 640 for 80 mm at 203 dpi) */
export function slipToPng(slip: Slip, paper: { dots: number }): Buffer {
  const margin = paper.dots <= 420 ? 40 : 32
  const heights = slip.items.map((item) => itemHeight(item))
  const inked = heights.reduce((sum, height) => sum + height, 0)
  const paperHeight = Math.min(HEIGHT_MAX, TOP_MARGIN + inked + BOTTOM_MARGIN)
  const width = paper.dots + 2 * margin + 2 * DESK_MARGIN
  const canvas = loadCanvas().createCanvas(width, paperHeight + 2 * DESK_MARGIN)
  const context = canvas.getContext('2d')
  context.lang = 'en'
  drawPaper(context, { width: paper.dots + 2 * margin, height: paperHeight, isCut: slip.cut !== 'none' })
  context.fillStyle = INK
  let top = DESK_MARGIN + TOP_MARGIN
  slip.items.forEach((item, index) => {
    drawItem(context, item, { left: DESK_MARGIN + margin, top, dots: paper.dots })
    top += heights[index] ?? 0
  })
  return canvas.toBuffer('image/png')
}

function itemHeight(item: PaperItem): number {
  switch (item.kind) {
    case 'line':
    case 'feed':
      return item.dots
    case 'raster':
      return item.rows * item.scaleY
    case 'qr':
      return qrOf(item).length * item.moduleDots
    case 'barcode':
      return item.heightDots + (item.hasText ? BARCODE_TEXT_DOTS : 0)
  }
}

function qrOf({ payload, ecc }: { payload: Uint8Array; ecc: 'L' | 'M' | 'Q' | 'H' }): boolean[][] {
  return encode(Array.from(payload), { ecc, border: 0, boostEcc: false }).data
}

/** A sheet on a desk; cut paper ends in a straight edge, torn paper in teeth. */
function drawPaper(
  context: SKRSContext2D,
  { width, height, isCut }: { width: number; height: number; isCut: boolean },
): void {
  const [left, top] = [DESK_MARGIN, DESK_MARGIN]
  context.fillStyle = DESK
  context.fillRect(0, 0, width + 2 * DESK_MARGIN, height + 2 * DESK_MARGIN)
  context.shadowColor = 'rgba(0, 0, 0, 0.25)'
  context.shadowBlur = 10
  context.shadowOffsetY = 3
  context.fillStyle = PAPER
  context.beginPath()
  context.moveTo(left, top)
  context.lineTo(left + width, top)
  context.lineTo(left + width, top + height)
  if (!isCut) {
    for (let x = width - TOOTH; x > 0; x -= TOOTH) {
      context.lineTo(left + x, top + height - (Math.round(x / TOOTH) % 2 === 0 ? 0 : TOOTH))
    }
  }
  context.lineTo(left, top + height)
  context.closePath()
  context.fill()
  context.shadowColor = 'transparent'
}

function drawItem(context: SKRSContext2D, item: PaperItem, place: Place): void {
  switch (item.kind) {
    case 'line':
      return drawLine(context, item, place)
    case 'raster':
      return drawRaster(context, item, place)
    case 'qr':
      return drawQr(context, item, place)
    case 'barcode':
      return drawBarcode(context, item, place)
    case 'feed':
      return undefined
  }
}

function startOf(align: PaperAlign, used: number, { left, dots }: Place): number {
  return left + { left: 0, center: Math.floor((dots - used) / 2), right: dots - used }[align]
}

function drawLine(
  context: SKRSContext2D,
  { glyphs, align }: { glyphs: readonly Glyph[]; align: PaperAlign },
  place: Place,
): void {
  const used = glyphs.reduce((sum, { wide }) => sum + wide * GLYPH_WIDTH, 0)
  const highest = glyphs.reduce((max, { high }) => Math.max(max, high), 1)
  let x = startOf(align, used, place)
  for (const glyph of glyphs) {
    context.save()
    // Characters of different height stand on one baseline.
    context.translate(x, place.top + (highest - glyph.high) * BASELINE)
    context.scale(glyph.wide, glyph.high)
    drawGlyph(context, glyph)
    context.restore()
    x += glyph.wide * GLYPH_WIDTH
  }
}

function drawGlyph(context: SKRSContext2D, { character, isBold, isInverse, isUnderlined }: Glyph): void {
  if (isInverse) {
    context.fillRect(0, 0, GLYPH_WIDTH, GLYPH_HEIGHT)
    context.fillStyle = PAPER
  }
  if (!drawFrameGlyph(context, character)) {
    context.font = monoFont(isBold ? 700 : 500, GLYPH_FONT_PX)
    context.textAlign = 'center'
    context.fillText(character, GLYPH_WIDTH / 2, BASELINE)
  }
  if (isUnderlined) context.fillRect(0, GLYPH_HEIGHT - 2, GLYPH_WIDTH, 2)
}

// Arms of line-drawing characters: left, right, up, down; doubled lines have two strokes.
const ARMS: Record<string, string> = {
  '═': 'LR=',
  '║': 'UD=',
  '╔': 'RD=',
  '╗': 'LD=',
  '╚': 'RU=',
  '╝': 'LU=',
  '─': 'LR',
  '│': 'UD',
}

function drawFrameGlyph(context: SKRSContext2D, character: string): boolean {
  const arms = ARMS[character]
  if (arms === undefined) return false
  const [middleX, middleY] = [GLYPH_WIDTH / 2, GLYPH_HEIGHT / 2]
  for (const shift of arms.endsWith('=') ? [-3, 1] : [-1]) {
    if (arms.includes('L')) context.fillRect(0, middleY + shift, middleX + 3, 2)
    if (arms.includes('R')) context.fillRect(middleX - 3, middleY + shift, middleX + 3, 2)
    if (arms.includes('U')) context.fillRect(middleX + shift, 0, 2, middleY + 3)
    if (arms.includes('D')) context.fillRect(middleX + shift, middleY - 3, 2, middleY + 3)
  }
  return true
}

function drawRaster(
  context: SKRSContext2D,
  item: Extract<PaperItem, { kind: 'raster' }>,
  place: Place,
): void {
  const { widthBytes, rows, bits, scaleX, scaleY } = item
  const left = startOf(item.align, widthBytes * 8 * scaleX, place)
  for (let row = 0; row < rows; row++) {
    for (let x = 0; x < widthBytes * 8; x++) {
      const byte = bits[row * widthBytes + (x >> 3)] ?? 0
      if ((byte & (0x80 >> (x & 7))) === 0 || x * scaleX >= place.dots) continue
      context.fillRect(left + x * scaleX, place.top + row * scaleY, scaleX, scaleY)
    }
  }
}

function drawQr(context: SKRSContext2D, item: Extract<PaperItem, { kind: 'qr' }>, place: Place): void {
  const modules = qrOf(item)
  const left = startOf(item.align, modules.length * item.moduleDots, place)
  modules.forEach((row, y) => {
    row.forEach((isDark, x) => {
      if (!isDark) return
      context.fillRect(
        left + x * item.moduleDots,
        place.top + y * item.moduleDots,
        item.moduleDots,
        item.moduleDots,
      )
    })
  })
}

function drawBarcode(
  context: SKRSContext2D,
  item: Extract<PaperItem, { kind: 'barcode' }>,
  place: Place,
): void {
  const { bars, modules } = code128Bars(item.payload)
  const left = startOf(item.align, modules * item.moduleDots, place)
  for (const bar of bars) {
    context.fillRect(left + bar.x * item.moduleDots, place.top, bar.width * item.moduleDots, item.heightDots)
  }
  if (!item.hasText) return
  context.font = monoFont(500, GLYPH_FONT_PX)
  context.textAlign = 'center'
  context.fillText(item.payload, left + (modules * item.moduleDots) / 2, place.top + item.heightDots + 22)
}
