// PrintDocument → bytes for Star printers, StarPRNT and Line Mode. Called by encode-document.ts. How words fall into lines and
// which lines become pictures is decided here, as for ESC/POS; the bytes are made by @point-of-sale/receipt-printer-encoder.
import { createRequire } from 'node:module'
import type ReceiptPrinterEncoder from '@point-of-sale/receipt-printer-encoder'
import { checkDocument } from './check-document.ts'
import { cleanText, directionOf } from './clean-text.ts'
import { findEncoding } from './code-pages.ts'
import type {
  BannerBlock,
  BarcodeBlock,
  ColumnsBlock,
  CutBlock,
  DrawerBlock,
  PrintAlign,
  PrintBlock,
  PrintDocument,
  PrintSize,
  PrintStyle,
  QrBlock,
  RowBlock,
  TextBlock,
} from './document.ts'
import { BARCODE_MODULE_DOTS, RULES } from './escpos-blocks.ts'
import { joinCells, TEXT_COLUMN_MIN, WIDE_COLUMNS } from './escpos-text.ts'
import { countCharacters, fitColumns, tableAt, wrapCells, wrapRow, wrapText } from './line-wrap.ts'
import type { CodePage, PrinterProfile } from './profiles.ts'
import { DEFAULT_ECC, drawQr, fitModuleDots } from './qr.ts'
import type { PictureRequest } from './raster-lines.ts'
import type { Bitmap } from './raster.ts'
import { drawPictures } from './raster.ts'

type Encoder = ReceiptPrinterEncoder
type Step = (encoder: Encoder, bitmaps: readonly Bitmap[]) => void
type PageName = CodePage['name']

type StarSlip = {
  readonly profile: PrinterProfile
  readonly lang: string
  readonly steps: Step[]
  readonly pictures: PictureRequest[]
}

type LineLook = { page: PageName; align?: PrintAlign; size?: PrintSize | undefined; isBold?: boolean }

const load = createRequire(import.meta.url)
/** Star Line Mode and StarPRNT: n of `ESC GS y S 2 n` ends here. */
const QR_MODULE_DOTS_MAX = 8
/** `ESC BEL n1 n2` counts in 10 ms, at most 127 of them. */
const PULSE_MS_MIN = 10
const PULSE_MS_MAX = 1_270
const SIZES = { normal: [1, 1], 'double-height': [1, 2], double: [2, 2] } as const

/** @throws DriverProblem `document_invalid` */
export function encodeStar(
  document: PrintDocument,
  profile: PrinterProfile,
  options: { readonly hasInit?: boolean } = {},
): Uint8Array {
  checkDocument(document)
  const slip: StarSlip = { profile, lang: document.lang, steps: [], pictures: [] }
  const { blocks } = document
  for (let index = 0; index < blocks.length; index++) {
    const block = blocks[index] as PrintBlock
    if (block.kind !== 'columns') addBlock(slip, block)
    else {
      const table = tableAt(blocks, index)
      addTable(slip, table)
      index += table.length - 1
    }
  }
  const bitmaps = drawPictures(slip.pictures, profile.dots)
  const encoder = encoderFor(profile)
  if (options.hasInit !== false) encoder.initialize()
  for (const step of slip.steps) step(encoder, bitmaps)
  return encoder.encode()
}

/** Loaded with the first Star slip: most tills never need it. */
function encoderFor({ language, columns, codePages }: PrinterProfile): Encoder {
  const Encoder = load('@point-of-sale/receipt-printer-encoder') as typeof ReceiptPrinterEncoder
  return new Encoder({
    language,
    columns,
    newline: '\n',
    feedAfterBlock: false,
    errors: 'strict',
    codepageMapping: Object.fromEntries(codePages.map(({ name, number }) => [name, number])),
    codepageCandidates: codePages.map(({ name }) => name),
  })
}

function addBlock(slip: StarSlip, block: Exclude<PrintBlock, ColumnsBlock>): void {
  switch (block.kind) {
    case 'text':
      return addText(slip, block)
    case 'row':
      return addRow(slip, block)
    case 'rule':
      return addLines(slip, [RULES[block.style ?? 'solid'].slice(0, slip.profile.columns)], { page: 'cp437' })
    case 'feed':
      slip.steps.push((encoder) => encoder.newline(block.lines))
      return undefined
    case 'qr':
      return addQr(slip, block)
    case 'barcode':
      return addBarcode(slip, block)
    case 'banner':
      return addBanner(slip, block)
    case 'cut':
      return addCut(slip, block)
    case 'drawer':
      return addDrawer(slip, block)
  }
}

function addText(slip: StarSlip, block: TextBlock): void {
  const text = cleanText(block.text)
  const page = pageFor(slip, [text])
  if (page === null) return addPicture(slip, { block, lang: slip.lang })
  const { size, isBold = false } = block
  const align = isRtl(slip, block) ? mirrored(block.align ?? 'left') : (block.align ?? 'left')
  return addLines(slip, wrapText(text, widthOf(slip, size), countCharacters), { page, align, size, isBold })
}

function addRow(slip: StarSlip, block: RowBlock): void {
  const row = { label: cleanText(block.label), value: cleanText(block.value) }
  const page = pageFor(slip, [row.label, row.value])
  if (page === null) return addPicture(slip, { block, lang: slip.lang })
  const { size, isBold = false } = block
  const width = widthOf(slip, size)
  const lines = wrapRow(row, { width, gap: 1, measure: countCharacters }).map(({ start, end }) => {
    const [left, right] = isRtl(slip, block) ? [end, start] : [start, end]
    return right === '' ? left : left + right.padStart(width - left.length)
  })
  return addLines(slip, lines, { page, size, isBold })
}

function addTable(slip: StarSlip, table: readonly ColumnsBlock[]): void {
  const clean = table.map((block) => ({
    ...block,
    cells: block.cells.map((cell) => ({ ...cell, text: cleanText(cell.text) })),
  }))
  const page = pageFor(
    slip,
    clean.flatMap(({ cells }) => cells.map(({ text }) => text)),
  )
  if (page === null) {
    for (const block of clean) addPicture(slip, { block, lang: slip.lang, table: clean })
    return
  }
  const { columns: width } = slip.profile
  const gap = width < WIDE_COLUMNS ? 1 : 2
  const size = { width, gap, textWidthMin: TEXT_COLUMN_MIN, measure: countCharacters }
  const columns = fitColumns(clean, size)
  for (const block of clean) {
    const lines = wrapCells(block, columns, size).map((cells) => joinCells(cells, width, isRtl(slip, block)))
    // Double width would break the grid of the columns.
    const isTall = block.size !== undefined && block.size !== 'normal'
    addLines(slip, lines, {
      page,
      size: isTall ? 'double-height' : 'normal',
      isBold: block.isBold === true,
    })
  }
}

function addBanner(slip: StarSlip, block: BannerBlock): void {
  const text = cleanText(block.text)
  const detail = cleanText(block.detail ?? '')
  const { columns } = slip.profile
  if (pageFor(slip, [text, detail, '╔═╗║╚╝']) !== 'cp437') return addPicture(slip, { block, lang: slip.lang })
  const frame = { page: 'cp437', isBold: true } as const
  const boxed = (line: string): string => {
    const free = columns - 4 - line.length
    const left = Math.max(0, free >> 1)
    return `║ ${' '.repeat(left)}${line}${' '.repeat(Math.max(0, free - left))} ║`
  }
  const linesOf = (words: string): string[] =>
    words === '' ? [] : wrapText(words, columns - 4, countCharacters).map(boxed)
  addLines(slip, [`╔${'═'.repeat(columns - 2)}╗`], frame)
  addLines(slip, linesOf(text), { ...frame, size: 'double-height' })
  addLines(slip, linesOf(detail), frame)
  addLines(slip, [`╚${'═'.repeat(columns - 2)}╝`], frame)
}

function addQr(slip: StarSlip, block: QrBlock): void {
  const { profile, steps } = slip
  if (profile.hasQr) {
    const size = Math.min(QR_MODULE_DOTS_MAX, fitModuleDots(block, profile.dots))
    const errorlevel = (block.ecc ?? DEFAULT_ECC).toLowerCase() as 'l' | 'm' | 'q' | 'h'
    // The library takes QR text for ISO 8859-1: one character per byte of UTF-8 comes out as that byte.
    const bytes = Buffer.from(block.payload, 'utf8').toString('latin1')
    steps.push((encoder) =>
      encoder.align('center').qrcode(bytes, { model: 2, size, errorlevel }).align('left').newline(),
    )
  } else {
    const bitmap = drawQr(block, profile.dots)
    steps.push((encoder) => putBitmap(encoder, bitmap))
  }
  if (block.caption !== undefined) addText(slip, { kind: 'text', text: block.caption, align: 'center' })
}

/** As text where the bars would not fit, or where the payload has a "%": Star reads that as the start of a control code. */
function addBarcode(slip: StarSlip, { payload, heightDots = 72, hasText = true }: BarcodeBlock): void {
  const modules = 11 * (payload.length + 3) + 2
  if (modules * BARCODE_MODULE_DOTS > slip.profile.dots || payload.includes('%')) {
    return addText(slip, { kind: 'text', text: payload, align: 'center' })
  }
  slip.steps.push((encoder) =>
    encoder
      .align('center')
      // The library takes the code set off again: without it a payload that begins with "{" would lose two characters.
      .barcode(`{B${payload}`, 'code128', { width: 1, height: heightDots, text: hasText })
      .align('left')
      .newline(),
  )
  return undefined
}

function addCut(slip: StarSlip, { mode = 'partial' }: CutBlock): void {
  const { linesBeforeCut, hasCutter } = slip.profile
  slip.steps.push((encoder) => {
    if (linesBeforeCut > 0) encoder.newline(linesBeforeCut)
    if (hasCutter) encoder.cut(mode)
  })
}

function addDrawer(slip: StarSlip, { pin = 2, onMs = 50, offMs = 500 }: DrawerBlock): void {
  const pulse = (ms: number): number => Math.min(PULSE_MS_MAX, Math.max(PULSE_MS_MIN, ms))
  slip.steps.push((encoder) => encoder.pulse(pin === 2 ? 0 : 1, pulse(onMs), pulse(offMs)))
}

function addLines(slip: StarSlip, lines: readonly string[], look: LineLook): void {
  const { page, align = 'left', size = 'normal', isBold = false } = look
  const [width, height] = SIZES[size]
  slip.steps.push((encoder) => {
    encoder.codepage(page).align(align).bold(isBold).size(width, height)
    for (const line of lines) {
      if (line === '') encoder.newline()
      else encoder.line(line)
    }
    encoder.bold(false).size(1, 1).align('left')
  })
}

function addPicture(slip: StarSlip, request: PictureRequest): void {
  const place = slip.pictures.push(request) - 1
  slip.steps.push((encoder, bitmaps) => putBitmap(encoder, bitmaps[place] as Bitmap))
}

function putBitmap(encoder: Encoder, { bits, widthBytes, rows }: Bitmap): void {
  const width = widthBytes * 8
  const data = new Uint8ClampedArray(width * rows * 4).fill(255)
  for (let pixel = 0; pixel < width * rows; pixel++) {
    if (((bits[pixel >> 3] as number) & (0x80 >> (pixel & 7))) !== 0) data.fill(0, pixel * 4, pixel * 4 + 3)
  }
  encoder.image({ data, width, height: rows }, { width, height: rows })
}

/** The page that holds all texts; null if they need a picture. */
function pageFor({ profile }: StarSlip, texts: readonly string[]): PageName | null {
  const encoding = profile.isAllPicture ? null : findEncoding(texts, profile.codePages)
  if (encoding === null) return null
  return profile.codePages.find(({ number }) => number === encoding.page)?.name ?? 'cp437'
}

function widthOf({ profile }: StarSlip, size: PrintSize | undefined): number {
  return size === 'double' ? profile.columns >> 1 : profile.columns
}

function isRtl(slip: StarSlip, style: PrintStyle): boolean {
  return (style.direction ?? directionOf(style.lang ?? slip.lang)) === 'rtl'
}

function mirrored(align: PrintAlign): PrintAlign {
  if (align === 'center') return align
  return align === 'left' ? 'right' : 'left'
}
