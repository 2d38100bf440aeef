// Refuses a document that cannot be printed as written, before any byte is made. Called by every renderer of documents.
import { DriverProblem } from '#drivers/problem.ts'
import { isPlain } from './clean-text.ts'
import type {
  BannerBlock,
  BarcodeBlock,
  ColumnsBlock,
  DrawerBlock,
  PrintCell,
  PrintDocument,
  QrBlock,
} from './document.ts'
import {
  BARCODE_CHARS_MAX,
  BLOCKS_MAX,
  COLUMNS_MAX,
  FEED_LINES_MAX,
  QR_BYTES_MAX,
  TEXT_CHARS_MAX,
} from './document.ts'

/** @throws DriverProblem `document_invalid`, naming the block by its position from 1 */
export function checkDocument(document: PrintDocument): void {
  const { blocks } = document
  if (blocks.length === 0) throw invalid(0, 'document has nothing to print')
  if (blocks.length > BLOCKS_MAX) throw invalid(0, `document has more than ${BLOCKS_MAX} blocks`)
  for (let index = 0; index < blocks.length; index++) {
    const complaint = complaintAbout(blocks[index] as PrintDocument['blocks'][number])
    if (complaint !== null) throw invalid(index + 1, complaint)
  }
}

function invalid(position: number, complaint: string): DriverProblem {
  const where = position === 0 ? 'The print document' : `Block ${position} of the print document`
  return new DriverProblem('document_invalid', `${where} cannot be printed: ${complaint}.`)
}

// eslint-disable-next-line no-control-regex -- inside a payload they could act as printer commands
const CONTROL = /[\u0000-\u001f\u007f]/
const TOO_LONG = `text is longer than ${TEXT_CHARS_MAX} characters`

function complaintAbout(block: PrintDocument['blocks'][number]): string | null {
  switch (block.kind) {
    case 'text':
      return block.text.length > TEXT_CHARS_MAX ? TOO_LONG : null
    case 'row':
      return block.label.length > TEXT_CHARS_MAX || block.value.length > TEXT_CHARS_MAX ? TOO_LONG : null
    case 'columns':
      return complaintAboutColumns(block)
    case 'banner':
      return complaintAboutBanner(block)
    case 'feed':
      return isWhole(block.lines, 1, FEED_LINES_MAX) ? null : `feed is not 1 to ${FEED_LINES_MAX} lines`
    case 'qr':
      return complaintAboutQr(block)
    case 'barcode':
      return complaintAboutBarcode(block)
    case 'drawer':
      return complaintAboutDrawer(block)
    case 'rule':
    case 'cut':
      return null
    default:
      return `kind ${JSON.stringify((block as { kind: unknown }).kind)} is not known`
  }
}

function complaintAboutColumns({ cells }: ColumnsBlock): string | null {
  if (cells.length < 1 || cells.length > COLUMNS_MAX) return `columns are not 1 to ${COLUMNS_MAX}`
  for (let index = 0; index < cells.length; index++) {
    const { text, width } = cells[index] as PrintCell
    if (text.length > TEXT_CHARS_MAX) return TOO_LONG
    if (!(width > 0 && width < Infinity)) return 'a column has no width'
  }
  return null
}

function complaintAboutBanner({ text, detail = '' }: BannerBlock): string | null {
  if (text.trim() === '') return 'banner has no text'
  return text.length > TEXT_CHARS_MAX || detail.length > TEXT_CHARS_MAX ? TOO_LONG : null
}

function complaintAboutQr({ payload, moduleSize = 6 }: QrBlock): string | null {
  const bytes = Buffer.byteLength(payload, 'utf8')
  if (bytes < 1 || bytes > QR_BYTES_MAX) return `QR payload is not 1 to ${QR_BYTES_MAX} bytes`
  if (!isPlain(payload) && CONTROL.test(payload)) return 'QR payload has a control character'
  return isWhole(moduleSize, 2, 16) ? null : 'QR module size is not 2 to 16'
}

function complaintAboutBarcode({ payload, heightDots = 72 }: BarcodeBlock): string | null {
  if (payload.length < 1 || payload.length > BARCODE_CHARS_MAX)
    return `barcode is not 1 to ${BARCODE_CHARS_MAX} characters`
  if (!isPlain(payload)) return 'barcode has a character outside printable ASCII'
  return isWhole(heightDots, 24, 255) ? null : 'barcode height is not 24 to 255 dots'
}

function complaintAboutDrawer({ onMs = 50, offMs = 500 }: DrawerBlock): string | null {
  const isLegal = isWhole(onMs, 2, 510) && isWhole(offMs, 2, 510) && onMs < offMs
  return isLegal ? null : 'drawer pulse is not 2 to 510 ms with on shorter than off'
}

function isWhole(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max
}
