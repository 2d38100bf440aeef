// PrintDocument → ESC/POS bytes. Called by open-printer.ts. Pure: the same document and profile give the same bytes.
// Text becomes one latin1 string and one Buffer (several times faster than writing bytes); whatever no code page of
// the printer holds becomes a picture (raster.ts), never a "?". Commands are from the vendor tables: Epson ESC/POS reference.
import { checkDocument } from './check-document.ts'
import { cleanText, directionOf, isPlain } from './clean-text.ts'
import type { TextEncoding } from './code-pages.ts'
import { ASCII, findEncoding } from './code-pages.ts'
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
  RuleBlock,
  TextBlock,
} from './document.ts'
import type { PlacedText } from './line-wrap.ts'
import { countCharacters, fitColumns, tableAt, wrapCells, wrapRow, wrapText } from './line-wrap.ts'
import type { PrinterProfile } from './profiles.ts'
import { DEFAULT_ECC, drawQr, fitModuleDots } from './qr.ts'
import { encodeBitmap } from './raster-commands.ts'
import type { Bitmap, PictureRequest } from './raster.ts'
import { drawPictures } from './raster.ts'

export type EncodeOptions = {
  /** Begin with `ESC @`; default true. */
  readonly hasInit?: boolean
  /** End with `GS r 1`, which the printer answers when it has processed everything before; default false. */
  readonly hasFence?: boolean
}

export const INIT = '\x1b@'
export const FENCE = '\x1dr\x01'

const ALIGN: Record<PrintAlign, string> = { left: '\x1ba\0', center: '\x1ba\x01', right: '\x1ba\x02' }
const SIZE: Record<PrintSize, string> = { normal: '\x1d!\0', 'double-height': '\x1d!\x01', double: '\x1d!\x11' }
const CANCEL_KANJI = '\x1c.'
const LINE_SPACING_24 = '\x1b3\x18'
const LINE_SPACING_DEFAULT = '\x1b2'
const TEXT_COLUMN_MIN = 7
const BARCODE_MODULE_DOTS = 2
const LINE_CHARACTERS_MAX = 64
const PAD = Array.from({ length: LINE_CHARACTERS_MAX + 1 }, (_, length) => ' '.repeat(length))

/** What the printer is set to at this point of the slip; commands are sent only for changes. */
type Slip = {
  readonly profile: PrinterProfile
  readonly lang: string
  readonly isRtl: boolean
  out: string
  align: PrintAlign
  size: PrintSize
  isBold: boolean
  page: number | null
  /** Finished text, and pictures by their place in `pictures` or as they are. */
  readonly pieces: (string | Bitmap | number)[]
  readonly pictures: PictureRequest[]
}

/** @throws DriverProblem `document_invalid` */
export function encodeEscPos(
  document: PrintDocument,
  profile: PrinterProfile,
  options: EncodeOptions = {},
): Uint8Array {
  checkDocument(document)
  const slip: Slip = {
    profile,
    lang: document.lang,
    isRtl: directionOf(document.lang) === 'rtl',
    out: options.hasInit === false ? '' : INIT,
    align: 'left',
    size: 'normal',
    isBold: false,
    page: null,
    pieces: [],
    pictures: [],
  }
  if (profile.motionUnitsPerInch !== null) {
    const units = String.fromCharCode(profile.motionUnitsPerInch)
    slip.out += `\x1dP${units}${units}`
  }
  const { blocks } = document
  for (let index = 0; index < blocks.length; index++) {
    const block = blocks[index] as PrintBlock
    if (block.kind === 'row') addRow(slip, block)
    else if (block.kind === 'text') addText(slip, block)
    else if (block.kind === 'columns') {
      const table = tableAt(blocks, index)
      addTable(slip, table)
      index += table.length - 1
    } else addOther(slip, block)
  }
  setStyle(slip, 'left', 'normal', false)
  if (options.hasFence === true) slip.out += FENCE
  return Buffer.from(joinPieces(slip), 'latin1')
}

function joinPieces(slip: Slip): string {
  if (slip.pieces.length === 0) return slip.out
  const bitmaps = drawPictures(slip.pictures, slip.profile.dots)
  let whole = ''
  for (const piece of slip.pieces) {
    const part = typeof piece === 'number' ? (bitmaps[piece] as Bitmap) : piece
    whole += typeof part === 'string' ? part : encodeBitmap(part)
  }
  return whole + slip.out
}

function addOther(slip: Slip, block: Exclude<PrintBlock, TextBlock | RowBlock | ColumnsBlock>): void {
  switch (block.kind) {
    case 'rule':
      return addRule(slip, block)
    case 'feed':
      slip.out += '\n'.repeat(block.lines)
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

// --- text ---------------------------------------------------------------------------------------------------

function addText(slip: Slip, block: TextBlock): void {
  const isAsIs = isPlain(block.text)
  const text = isAsIs ? block.text : cleanText(block.text)
  const encoding = isAsIs ? asciiFor(slip) : encodingFor(slip, [text])
  if (encoding === null) return addPicture(slip, { block, lang: slip.lang })
  const size = block.size ?? 'normal'
  const width = lineWidth(slip, size)
  const align = block.align ?? 'left'
  setStyle(slip, isRtl(slip, block) ? mirrored(align) : align, size, block.isBold === true)
  if (isAsIs && text.length <= width) slip.out += `${text}\n`
  else for (const line of wrapText(text, width, countCharacters)) slip.out += `${encoding.encode(line)}\n`
}

function addRow(slip: Slip, block: RowBlock): void {
  const isAsIs = isPlain(block.label) && isPlain(block.value)
  const label = isAsIs ? block.label : cleanText(block.label)
  const value = isAsIs ? block.value : cleanText(block.value)
  const encoding = isAsIs ? asciiFor(slip) : encodingFor(slip, [label, value])
  if (encoding === null) return addPicture(slip, { block, lang: slip.lang })
  const size = block.size ?? 'normal'
  setStyle(slip, 'left', size, block.isBold === true)
  const width = lineWidth(slip, size)
  const gap = width - label.length - value.length
  const isMirrored = isRtl(slip, block)
  if (isAsIs && gap > 0 && value !== '' && !isMirrored) {
    slip.out += `${label}${PAD[gap] as string}${value}\n`
    return
  }
  for (const { start, end } of wrapRow({ label, value }, { width, gap: 1, measure: countCharacters })) {
    const [left, right] = isMirrored ? [end, start] : [start, end]
    const pad = right === '' ? '' : (PAD[Math.max(0, width - left.length - right.length)] as string)
    slip.out += `${encoding.encode(left + pad + right)}\n`
  }
}

function addTable(slip: Slip, table: readonly ColumnsBlock[]): void {
  const clean = table.map((block) => ({
    ...block,
    cells: block.cells.map((cell) => ({ ...cell, text: cleanText(cell.text) })),
  }))
  const texts = clean.flatMap(({ cells }) => cells.map(({ text }) => text))
  const isPicture = slip.profile.isAllPicture || findEncoding(texts, slip.profile.codePages) === null
  // A line in double width would break the columns' grid: tables are normal width, or double height.
  const size = { width: slip.profile.columns, gap: 1, textWidthMin: TEXT_COLUMN_MIN, measure: countCharacters }
  const columns = isPicture ? null : fitColumns(clean, size)
  for (const block of clean) {
    const encoding = isPicture
      ? null
      : encodingFor(
          slip,
          block.cells.map(({ text }) => text),
        )
    if (encoding === null) {
      addPicture(slip, { block, lang: slip.lang, table: clean })
      continue
    }
    const isTall = block.size !== undefined && block.size !== 'normal'
    setStyle(slip, 'left', isTall ? 'double-height' : 'normal', block.isBold === true)
    for (const cells of wrapCells(block, columns, size)) {
      slip.out += `${encoding.encode(joinCells(cells, size.width, isRtl(slip, block)))}\n`
    }
  }
}

function joinCells(cells: readonly PlacedText[], width: number, isMirrored: boolean): string {
  let line = ''
  const placed = isMirrored
    ? cells
        .map((cell) => ({ ...cell, x: width - cell.x - cell.width, align: mirrored(cell.align) }))
        .toReversed()
    : cells
  for (const { text, align, x, width: cellWidth } of placed) {
    const free = cellWidth - text.length
    const before = { left: 0, center: Math.floor(free / 2), right: free }[align]
    line = line.padEnd(x + before) + text
  }
  return line.trimEnd()
}

/** Null sends everything as a picture. */
function asciiFor(slip: Slip): TextEncoding | null {
  return slip.profile.isAllPicture ? null : ASCII
}

/** The encoding for texts of one line, with the page selected; null if they need a picture. */
function encodingFor(slip: Slip, texts: readonly string[]): TextEncoding | null {
  const encoding = slip.profile.isAllPicture ? null : findEncoding(texts, slip.profile.codePages)
  if (encoding !== null && encoding.page !== null && encoding.page !== slip.page) {
    // Printers made for China read high bytes as GB18030 until told otherwise.
    slip.out += `${slip.page === null ? CANCEL_KANJI : ''}\x1bt${String.fromCharCode(encoding.page)}`
    slip.page = encoding.page
  }
  return encoding
}

function addPicture(slip: Slip, request: PictureRequest): void {
  startPicture(slip)
  slip.pieces.push(slip.pictures.push(request) - 1)
}

function startPicture(slip: Slip): void {
  setStyle(slip, 'left', 'normal', false)
  slip.pieces.push(slip.out)
  slip.out = ''
}

function setStyle(slip: Slip, align: PrintAlign, size: PrintSize, isBold: boolean): void {
  if (align !== slip.align) {
    slip.out += ALIGN[align]
    slip.align = align
  }
  if (size !== slip.size) {
    slip.out += SIZE[size]
    slip.size = size
  }
  if (isBold !== slip.isBold) {
    slip.out += isBold ? '\x1bE\x01' : '\x1bE\0'
    slip.isBold = isBold
  }
}

function lineWidth(slip: Slip, size: PrintSize): number {
  return size === 'double' ? slip.profile.columns >> 1 : slip.profile.columns
}

function isRtl(slip: Slip, style: PrintStyle): boolean {
  if (style.direction !== undefined) return style.direction === 'rtl'
  return style.lang === undefined ? slip.isRtl : directionOf(style.lang) === 'rtl'
}

function mirrored(align: PrintAlign): PrintAlign {
  if (align === 'center') return align
  return align === 'left' ? 'right' : 'left'
}

// --- everything but text ------------------------------------------------------------------------------------

const RULES = {
  solid: '-'.repeat(LINE_CHARACTERS_MAX),
  dashed: '- '.repeat(LINE_CHARACTERS_MAX / 2),
  double: '='.repeat(LINE_CHARACTERS_MAX),
}

function addRule(slip: Slip, { style = 'solid' }: RuleBlock): void {
  setStyle(slip, 'left', 'normal', false)
  slip.out += `${RULES[style].slice(0, slip.profile.columns)}\n`
}

/** A double frame around large text; in line-drawing characters where the printer has them. */
function addBanner(slip: Slip, block: BannerBlock): void {
  const text = cleanText(block.text)
  const detail = cleanText(block.detail ?? '')
  const { columns, codePages } = slip.profile
  const framePages = codePages.filter(({ name }) => name === 'cp437')
  const encoding = slip.profile.isAllPicture ? null : findEncoding([text, detail, '╔═╗║╚╝'], framePages)
  if (encoding === null || encodingFor(slip, ['║', text, detail]) === null) {
    return addPicture(slip, { block, lang: slip.lang })
  }
  const frame = encoding.encode
  const inner = columns - 4
  const isDouble = text.length * 2 <= inner && !text.includes('\n')
  setStyle(slip, 'left', 'normal', true)
  slip.out += `${LINE_SPACING_24}${frame(`╔${'═'.repeat(columns - 2)}╗`)}\n`
  for (const line of wrapText(text, inner, countCharacters)) {
    const [left, right] = centred(isDouble ? line.length * 2 : line.length, inner)
    const words = isDouble ? `${SIZE.double}${frame(line)}${SIZE['double-height']}` : frame(line)
    slip.out += `${SIZE['double-height']}${frame('║')} ${left}${words}${right} ${frame('║')}${SIZE.normal}\n`
  }
  for (const line of detail === '' ? [] : wrapText(detail, inner, countCharacters)) {
    const [left, right] = centred(line.length, inner)
    slip.out += `${frame(`║ ${left}${line}${right} ║`)}\n`
  }
  slip.out += `${frame(`╚${'═'.repeat(columns - 2)}╝`)}\n${LINE_SPACING_DEFAULT}`
}

function centred(length: number, width: number): [left: string, right: string] {
  const left = (width - length) >> 1
  return [PAD[left] as string, PAD[width - length - left] as string]
}

/** `GS ( k`: model 2, module size, error correction, data by its count of bytes, print. */
function addQr(slip: Slip, block: QrBlock): void {
  if (slip.profile.hasQr) {
    setStyle(slip, 'center', 'normal', false)
    const { payload } = block
    const data = isPlain(payload) ? payload : Buffer.from(payload, 'utf8').toString('latin1')
    const size = String.fromCharCode(fitModuleDots(block, slip.profile.dots))
    const ecc = String.fromCharCode(0x30 + 'LMQH'.indexOf(block.ecc ?? DEFAULT_ECC))
    // QR_BYTES_MAX keeps the high byte under 4, so that the length itself can never be a real-time command.
    const count = String.fromCharCode((data.length + 3) & 0xff, (data.length + 3) >> 8)
    slip.out +=
      `\x1d(k\x04\x001A2\0\x1d(k\x03\x001C${size}\x1d(k\x03\x001E${ecc}` +
      `\x1d(k${count}1P0${data}\x1d(k\x03\x001Q0`
  } else {
    startPicture(slip)
    slip.pieces.push(drawQr(block, slip.profile.dots))
  }
  if (block.caption !== undefined) addText(slip, { kind: 'text', text: block.caption, align: 'center' })
}

/** CODE128 set B with its text below; printed as text alone where the bars would not fit the paper. */
function addBarcode(slip: Slip, block: BarcodeBlock): void {
  const data = block.payload.includes('{') ? block.payload.replaceAll('{', '{{') : block.payload
  const modules = 11 * (block.payload.length + 3) + 2
  if (modules * BARCODE_MODULE_DOTS > slip.profile.dots) {
    return addText(slip, { kind: 'text', text: block.payload, align: 'center' })
  }
  setStyle(slip, 'center', 'normal', false)
  const height = String.fromCharCode(block.heightDots ?? 72)
  const text = block.hasText === false ? '\0' : '\x02'
  const count = String.fromCharCode(data.length + 2)
  slip.out += `\x1dh${height}\x1dw${String.fromCharCode(BARCODE_MODULE_DOTS)}\x1dH${text}\x1dkI${count}{B${data}`
}

/** `GS V 65/66 n`: feed to the blade, then cut. */
function addCut(slip: Slip, { mode = 'partial' }: CutBlock): void {
  setStyle(slip, 'left', 'normal', false)
  slip.out += '\n'.repeat(slip.profile.linesBeforeCut)
  if (slip.profile.hasCutter) {
    slip.out += `\x1dV${mode === 'full' ? 'A' : 'B'}${String.fromCharCode(slip.profile.cutFeed)}`
  }
}

/** `ESC p m t1 t2`, times in units of 2 ms. */
function addDrawer(slip: Slip, { pin = 2, onMs = 50, offMs = 500 }: DrawerBlock): void {
  // 0x10 followed by 0x14 would be the real-time command DLE DC4: 2 ms longer is the same pulse.
  const on = Math.max(1, onMs >> 1)
  const off = Math.max(on + 1, offMs >> 1)
  slip.out += `\x1bp${pin === 2 ? '\0' : '\x01'}${String.fromCharCode(on === 0x10 ? 0x11 : on, off)}`
}
