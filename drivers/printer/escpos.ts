// PrintDocument → ESC/POS bytes. Called by encode-document.ts, and by the host for slips on a screen. Pure: the same document and profile give the same bytes.
// Text becomes one latin1 string and one Buffer (several times faster than writing bytes); whatever no code page of
// the printer holds becomes a picture (raster.ts), never a "?". Commands are from the vendor tables: Epson ESC/POS reference.
import { checkDocument } from './check-document.ts'
import { directionOf } from './clean-text.ts'
import type { ColumnsBlock, PrintBlock, PrintDocument, RowBlock, TextBlock } from './document.ts'
import { addBanner, addBarcode, addCut, addDrawer, addQr, addRule } from './escpos-blocks.ts'
import type { Slip } from './escpos-slip.ts'
import { setStyle } from './escpos-slip.ts'
import { addRow, addTable, addText } from './escpos-text.ts'
import { tableAt } from './line-wrap.ts'
import type { PrinterProfile } from './profiles.ts'
import { asEscPos } from './profiles.ts'
import { encodeBitmap } from './raster-commands.ts'
import type { Bitmap } from './raster.ts'
import { drawPictures } from './raster.ts'

export type EncodeOptions = {
  /** Begin with `ESC @`; default true. */
  readonly hasInit?: boolean
  /** End with `GS r 1`, which the printer answers when it has processed everything before; default false. */
  readonly hasFence?: boolean
}

const INIT = '\x1b@'
const FENCE = '\x1dr\x01'

/**
 * @param printer one with other commands stands for its paper only
 * @throws DriverProblem `document_invalid`
 */
export function encodeEscPos(
  document: PrintDocument,
  printer: PrinterProfile,
  options: EncodeOptions = {},
): Uint8Array {
  checkDocument(document)
  const profile = asEscPos(printer)
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
