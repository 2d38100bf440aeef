// How each block of a document looks on A4: a list of items from top to bottom, each with its height and how to draw it.
// Called by pdf.ts, which puts them on pages. Sizes are points (1/72 inch).
import type { SKRSContext2D } from '@napi-rs/canvas'
import { code128Bars } from './code128.ts'
import type {
  BannerBlock,
  BarcodeBlock,
  ColumnsBlock,
  PrintBlock,
  QrBlock,
  RowBlock,
  RuleBlock,
  TextBlock,
} from './document.ts'
import { monoFont } from './fonts.ts'
import { fitColumns, wrapCells, wrapText } from './line-wrap.ts'
import type { Frame, Look, PageItem } from './pdf-look.ts'
import { HAIRLINE, INK, QUIET, SHADE, drawable, lookOf, measureIn, place, put } from './pdf-look.ts'
import { QUIET_MODULES, qrModules } from './qr.ts'

const BODY_PT = 10.5
const LABEL_SHARE = 0.36
const CELL_GAP = 14
const CELL_PAD = 6
const ROW_PAD = 2.4
const TEXT_COLUMN_MIN_PT = 90
const BAND_GAP = 5
const QR_PT = 104
const BARCODE_MODULE_PT = 0.95
const BARCODE_PT = 36
const AMOUNT = /^(?:₹|Rs\.?|INR)?\s?-?[\d,]+\.\d{2}$/

export function itemsOf(block: Exclude<PrintBlock, ColumnsBlock>, frame: Frame): PageItem[] {
  switch (block.kind) {
    case 'text':
      return textItems(block, frame)
    case 'row':
      return block.role === 'total' ? [totalItem(block, frame)] : rowItems(block, frame)
    case 'rule':
      return [ruleItem(block, frame)]
    case 'feed':
      return [space(block.lines * BODY_PT)]
    case 'qr':
      return [qrItem(block, frame)]
    case 'barcode':
      return [barcodeItem(block, frame)]
    case 'banner':
      return [bannerItem(block, frame)]
    case 'cut':
    case 'drawer':
      return []
  }
}

export function drawFooter(
  context: SKRSContext2D,
  frame: Frame,
  words: { title: string; page: string },
): void {
  const look = lookOf(frame, { px: 8, colour: QUIET })
  context.fillStyle = HAIRLINE
  context.fillRect(0, 0, frame.width, 0.6)
  put(context, look, { text: words.title, x: 0, top: 6, align: 'left' })
  put(context, look, { text: words.page, x: frame.width, top: 6, align: 'right' })
}

// --- text ---------------------------------------------------------------------------------------------------

const TEXT_PT: Record<NonNullable<TextBlock['role']>, number> = {
  issuer: 20,
  title: 13,
  heading: 11.5,
  total: 16,
  small: 8.5,
}

function textItems(block: TextBlock, frame: Frame): PageItem[] {
  const isSpaced = block.role === 'title' && /^[\u0020-\u007e]*$/.test(block.text)
  const bySize = { normal: BODY_PT, 'double-height': 14, double: 18 }[block.size ?? 'normal']
  const look = lookOf(frame, {
    px: block.role === undefined ? bySize : TEXT_PT[block.role],
    weight:
      block.isBold === true || block.role === 'issuer' || block.role === 'title' || block.role === 'heading'
        ? 700
        : 400,
    colour: block.role === 'small' ? QUIET : INK,
    style: block,
  })
  const align = block.align ?? 'left'
  const x = { left: 0, center: frame.width / 2, right: frame.width }[align]
  const lines = wrapText(drawable(block.text), frame.width, measureIn(frame, look))
  const items = lines.map((text) => ({
    height: look.lineHeight,
    draw: (context: SKRSContext2D) => {
      context.letterSpacing = isSpaced ? '3px' : '0px'
      put(context, look, place(frame, look, { text, x, top: 0, align }))
      context.letterSpacing = '0px'
    },
  }))
  return block.role === 'title' ? [space(8), ...items, space(6)] : items
}

/** Label and value side by side with a hairline below, so that the eye finds the way across the page. */
function rowItems(block: RowBlock, frame: Frame): PageItem[] {
  const weight = block.isBold === true ? 700 : 500
  const labelLook = lookOf(frame, { px: 9.5, colour: QUIET, style: block })
  const px = block.size === undefined || block.size === 'normal' ? BODY_PT : 13
  const valueLook = lookOf(frame, { px, weight, style: block })
  const isAmount = AMOUNT.test(block.value)
  const split = Math.round(frame.width * LABEL_SHARE)
  const labels = wrapText(drawable(block.label), split - CELL_GAP, measureIn(frame, labelLook))
  const values = wrapText(drawable(block.value), frame.width - split, measureIn(frame, valueLook))
  const textHeight = Math.max(labels.length * labelLook.lineHeight, values.length * valueLook.lineHeight)
  const height = textHeight + 2 * ROW_PAD
  // Both stand on one baseline although the label is smaller.
  const labelDrop = ROW_PAD + valueLook.baseline - labelLook.baseline
  const [valueX, valueAlign] = isAmount ? [frame.width, 'right' as const] : [split, 'left' as const]
  return [
    {
      height,
      draw: (context) => {
        labels.forEach((text, line) => {
          const top = labelDrop + line * labelLook.lineHeight
          put(context, labelLook, place(frame, labelLook, { text, x: 0, top, align: 'left' }))
        })
        values.forEach((text, line) => {
          const top = ROW_PAD + line * valueLook.lineHeight
          put(context, valueLook, place(frame, valueLook, { text, x: valueX, top, align: valueAlign }))
        })
        context.fillStyle = HAIRLINE
        context.fillRect(0, height - 0.5, frame.width, 0.5)
      },
    },
  ]
}

/** The amount taken, in a band of its own. */
function totalItem(block: RowBlock, frame: Frame): PageItem {
  const labelLook = lookOf(frame, { px: 12, weight: 700, style: block })
  const valueLook = lookOf(frame, { px: 20, weight: 700, style: block })
  const inner = frame.width - 4 * CELL_PAD
  const labels = wrapText(drawable(block.label), inner * 0.5, measureIn(frame, labelLook))
  const values = wrapText(drawable(block.value), inner * 0.5, measureIn(frame, valueLook))
  const body = Math.max(labels.length * labelLook.lineHeight, values.length * valueLook.lineHeight)
  const bandHeight = body + 2 * CELL_PAD
  const drop = BAND_GAP + CELL_PAD
  return {
    height: bandHeight + 2 * BAND_GAP,
    draw: (context) => {
      context.fillStyle = SHADE
      context.fillRect(0, BAND_GAP, frame.width, bandHeight)
      context.fillStyle = INK
      context.fillRect(0, BAND_GAP, frame.width, 1.2)
      context.fillRect(0, BAND_GAP + bandHeight - 1.2, frame.width, 1.2)
      labels.forEach((text, line) => {
        const top = drop + valueLook.baseline - labelLook.baseline + line * labelLook.lineHeight
        put(context, labelLook, place(frame, labelLook, { text, x: 2 * CELL_PAD, top, align: 'left' }))
      })
      values.forEach((text, line) => {
        const at = { text, x: frame.width - 2 * CELL_PAD, top: drop + line * valueLook.lineHeight }
        put(context, valueLook, place(frame, valueLook, { ...at, align: 'right' }))
      })
    },
  }
}

/** All lines of one table; a bold line is a heading and stands on a shade. */
export function tableItems(table: readonly ColumnsBlock[], frame: Frame): PageItem[] {
  const clean = table.map((block) => ({
    ...block,
    cells: block.cells.map((cell) => ({ ...cell, text: drawable(cell.text) })),
  }))
  const bold = lookOf(frame, { px: 10, weight: 700 })
  const size = {
    width: frame.width - 2 * CELL_PAD,
    gap: CELL_GAP,
    textWidthMin: TEXT_COLUMN_MIN_PT,
    // Every line is measured in bold, the widest, so that all lines share their columns.
    measure: measureIn(frame, bold),
  }
  const columns = fitColumns(clean, size)
  return clean.map((block) => {
    const isHeading = block.isBold === true
    const look = lookOf(frame, { px: 10, weight: isHeading ? 700 : 400, style: block })
    const lines = wrapCells(block, columns, size)
    const height = lines.length * look.lineHeight + 2 * ROW_PAD
    return {
      height,
      draw: (context) => {
        if (isHeading) {
          context.fillStyle = SHADE
          context.fillRect(0, 0, frame.width, height)
        }
        lines.forEach((cells, line) => {
          for (const { text, align, x, width } of cells) {
            const shift = { left: 0, center: width / 2, right: width }[align]
            const at = { text, x: CELL_PAD + x + shift, top: ROW_PAD + line * look.lineHeight, align }
            put(context, look, place(frame, look, at))
          }
        })
        context.fillStyle = isHeading ? QUIET : HAIRLINE
        context.fillRect(0, height - 0.5, frame.width, 0.5)
      },
    }
  })
}

// --- everything but text ------------------------------------------------------------------------------------

function ruleItem({ style = 'solid' }: RuleBlock, frame: Frame): PageItem {
  return {
    height: 10,
    draw: (context) => {
      context.fillStyle = QUIET
      if (style === 'dashed') {
        for (let x = 0; x < frame.width; x += 6) context.fillRect(x, 4.6, 3, 0.7)
        return
      }
      context.fillRect(0, style === 'double' ? 3.6 : 4.6, frame.width, 0.8)
      if (style === 'double') context.fillRect(0, 5.8, frame.width, 0.8)
    },
  }
}

function bannerItem(block: BannerBlock, frame: Frame): PageItem {
  const style = block.lang === undefined ? {} : { lang: block.lang }
  const large = lookOf(frame, { px: 17, weight: 700, style })
  const small = lookOf(frame, { px: 9.5, colour: QUIET, style })
  const inner = frame.width - 4 * CELL_PAD
  const words = wrapText(drawable(block.text), inner, measureIn(frame, large))
  const details =
    block.detail === undefined ? [] : wrapText(drawable(block.detail), inner, measureIn(frame, small))
  const lines = [
    ...words.map((text) => ({ text, look: large })),
    ...details.map((text) => ({ text, look: small })),
  ]
  const body = lines.reduce((sum, { look }) => sum + look.lineHeight, 0)
  const boxHeight = body + 2 * CELL_PAD
  return {
    height: boxHeight + 16,
    draw: (context) => {
      context.strokeStyle = INK
      context.lineWidth = 2.2
      context.strokeRect(1.1, 9.1, frame.width - 2.2, boxHeight - 2.2)
      let top = 8 + CELL_PAD
      for (const { text, look } of lines) {
        put(context, look, { text, x: frame.width / 2, top, align: 'center' })
        top += look.lineHeight
      }
    },
  }
}

/** The code as vector squares, with its caption and its payload in letters beside it. */
function qrItem(block: QrBlock, frame: Frame): PageItem {
  const modules = qrModules(block)
  const modulePt = QR_PT / (modules.length + 2 * QUIET_MODULES)
  const captionLook = lookOf(frame, { px: BODY_PT, weight: 700 })
  const payloadLook: Look = { ...lookOf(frame, { px: 7.5, colour: QUIET }), font: monoFont(400, 7.5) }
  const x = QR_PT + CELL_GAP
  const room = frame.width - x
  const captions =
    block.caption === undefined ? [] : wrapText(drawable(block.caption), room, measureIn(frame, captionLook))
  const payload = wrapText(drawable(block.payload), room, measureIn(frame, payloadLook))
  const textHeight = captions.length * captionLook.lineHeight + payload.length * payloadLook.lineHeight
  const height = Math.max(QR_PT, textHeight) + 12
  return {
    height,
    draw: (context) => {
      context.fillStyle = '#000'
      // One path of touching squares leaves no hairlines between modules.
      context.beginPath()
      modules.forEach((row, y) => {
        row.forEach((isDark, column) => {
          if (!isDark) return
          context.rect(
            (column + QUIET_MODULES) * modulePt,
            6 + (y + QUIET_MODULES) * modulePt,
            modulePt,
            modulePt,
          )
        })
      })
      context.fill()
      let top = Math.max(6, (height - textHeight) / 2)
      const both = [
        ...captions.map((text) => ({ text, look: captionLook })),
        ...payload.map((text) => ({ text, look: payloadLook })),
      ]
      for (const { text, look } of both) {
        put(context, look, { text, x, top, align: 'left' })
        top += look.lineHeight
      }
    },
  }
}

function barcodeItem(block: BarcodeBlock, frame: Frame): PageItem {
  const { bars, modules } = code128Bars(block.payload)
  const modulePt = Math.min(BARCODE_MODULE_PT, frame.width / (modules + 20))
  const look = lookOf(frame, { px: 8.5 })
  const left = 10 * modulePt
  return {
    height: BARCODE_PT + look.lineHeight + 12,
    draw: (context) => {
      context.fillStyle = '#000'
      for (const bar of bars) {
        context.fillRect(left + bar.x * modulePt, 6, bar.width * modulePt, BARCODE_PT)
      }
      if (block.hasText === false) return
      const x = left + (modules * modulePt) / 2
      put(context, look, { text: block.payload, x, top: 6 + BARCODE_PT, align: 'center' })
    },
  }
}

export function space(height: number): PageItem {
  return { height, draw: () => undefined }
}
