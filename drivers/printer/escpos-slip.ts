// The slip being encoded: what the printer is set to at this point, so that commands are sent only for changes.
// Shared by escpos.ts and the files that add blocks to a slip.
import { directionOf } from './clean-text.ts'
import type { TextEncoding } from './code-pages.ts'
import { ASCII, findEncoding } from './code-pages.ts'
import type { PrintAlign, PrintSize, PrintStyle } from './document.ts'
import type { PrinterProfile } from './profiles.ts'
import type { PictureRequest } from './raster-lines.ts'
import type { Bitmap } from './raster.ts'

const ALIGN: Record<PrintAlign, string> = { left: '\x1ba\0', center: '\x1ba\x01', right: '\x1ba\x02' }
export const SIZE: Record<PrintSize, string> = {
  normal: '\x1d!\0',
  'double-height': '\x1d!\x01',
  double: '\x1d!\x11',
}
const CANCEL_KANJI = '\x1c.'
export const LINE_CHARACTERS_MAX = 64
export const PAD: readonly string[] = Array.from({ length: LINE_CHARACTERS_MAX + 1 }, (_, length) =>
  ' '.repeat(length),
)

export type Slip = {
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

/** Null sends everything as a picture. */
export function asciiFor(slip: Slip): TextEncoding | null {
  return slip.profile.isAllPicture ? null : ASCII
}

/** The encoding for texts of one line, with the page selected; null if they need a picture. */
export function encodingFor(slip: Slip, texts: readonly string[]): TextEncoding | null {
  const encoding = slip.profile.isAllPicture ? null : findEncoding(texts, slip.profile.codePages)
  if (encoding !== null && encoding.page !== null && encoding.page !== slip.page) {
    // Printers made for China read high bytes as GB18030 until told otherwise.
    slip.out += `${slip.page === null ? CANCEL_KANJI : ''}\x1bt${String.fromCharCode(encoding.page)}`
    slip.page = encoding.page
  }
  return encoding
}

export function addPicture(slip: Slip, request: PictureRequest): void {
  startPicture(slip)
  slip.pieces.push(slip.pictures.push(request) - 1)
}

export function startPicture(slip: Slip): void {
  setStyle(slip, 'left', 'normal', false)
  slip.pieces.push(slip.out)
  slip.out = ''
}

export function setStyle(slip: Slip, align: PrintAlign, size: PrintSize, isBold: boolean): void {
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

export function lineWidth(slip: Slip, size: PrintSize): number {
  return size === 'double' ? slip.profile.columns >> 1 : slip.profile.columns
}

export function isRtl(slip: Slip, style: PrintStyle): boolean {
  if (style.direction !== undefined) return style.direction === 'rtl'
  return style.lang === undefined ? slip.isRtl : directionOf(style.lang) === 'rtl'
}

export function mirrored(align: PrintAlign): PrintAlign {
  if (align === 'center') return align
  return align === 'left' ? 'right' : 'left'
}
