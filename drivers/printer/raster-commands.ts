// Bitmap → ESC/POS bytes as a latin1 string: `GS v 0` in bands the printer can hold, paper feed instead of white rows, and
// no image byte that a printer would take for a real-time command. Called by escpos.ts.
import type { Bitmap } from './raster.ts'

/** yL yH could say more, but small printers lose rows of higher bands. */
export const BAND_ROWS_MAX = 255
// A feed and a new header cost 11 bytes; shorter white runs stay in the band.
const BLANK_ROWS_MIN = 6
const FEED_MAX = 255

// Bitmaps of blocks drawn before come back as the same objects; so do their commands.
const encoded = new WeakMap<Bitmap, string>()

/** @returns commands; the print position must be at the start of a line, alignment left */
export function encodeBitmap(bitmap: Bitmap): string {
  const known = encoded.get(bitmap)
  if (known !== undefined) return known
  const commands = encodeBands(bitmap)
  encoded.set(bitmap, commands)
  return commands
}

function encodeBands(bitmap: Bitmap): string {
  let commands = ''
  let row = 0
  while (row < bitmap.rows) {
    const blank = countRows(bitmap, row, true)
    if (blank >= BLANK_ROWS_MIN || row + blank === bitmap.rows) {
      commands += feedDots(blank)
      row += blank
      continue
    }
    const end = bandEnd(bitmap, row)
    commands += encodeBand(bitmap, row, end)
    row = end
  }
  return commands
}

function countRows({ bits, widthBytes, rows }: Bitmap, from: number, isBlank: boolean): number {
  let row = from
  while (row < rows && isBlankRow(bits, row * widthBytes, widthBytes) === isBlank) row++
  return row - from
}

function isBlankRow(bits: Uint8Array, offset: number, length: number): boolean {
  for (let index = offset; index < offset + length; index++) if (bits[index] !== 0) return false
  return true
}

/** A band ends before a white run worth feeding over, or at its greatest height. */
function bandEnd(bitmap: Bitmap, start: number): number {
  let end = start
  while (end < bitmap.rows) {
    const blank = countRows(bitmap, end, true)
    if (blank > 0 && end > start && (blank >= BLANK_ROWS_MIN || end + blank === bitmap.rows)) break
    end += Math.max(1, blank)
  }
  return Math.min(end, start + BAND_ROWS_MAX, bitmap.rows)
}

function encodeBand({ bits, widthBytes }: Bitmap, start: number, end: number): string {
  const width = inkedBytes(bits.subarray(start * widthBytes, end * widthBytes), widthBytes)
  const rows = end - start
  const band = Buffer.alloc(width * rows)
  for (let row = 0; row < rows; row++) {
    const from = (start + row) * widthBytes
    band.set(bits.subarray(from, from + width), row * width)
  }
  disarm(band)
  const header = String.fromCharCode(width & 0xff, width >> 8, rows & 0xff, rows >> 8)
  return `\x1dv0\0${header}${band.toString('latin1')}`
}

/** Bytes of the widest row, at least 1: white at the right edge is not sent. */
function inkedBytes(band: Uint8Array, widthBytes: number): number {
  let widest = 1
  for (let offset = 0; offset < band.length; offset += widthBytes) {
    let width = widthBytes
    while (width > widest && band[offset + width - 1] === 0) width--
    if (width > widest) widest = width
  }
  return widest
}

/**
 * Printers act on DLE EOT, DLE ENQ and DLE DC4 even inside image data: a status byte, a cleared buffer, an open drawer.
 * Setting one more pixel in the DLE byte breaks the pair.
 */
export function disarm(bytes: Uint8Array): void {
  for (let index = 0; index + 1 < bytes.length; index++) {
    if (bytes[index] !== 0x10) continue
    const next = bytes[index + 1]
    if (next === 0x04 || next === 0x05 || next === 0x14) bytes[index] = 0x11
  }
}

/** `ESC J n`: n dots. */
function feedDots(dots: number): string {
  let commands = ''
  for (let left = dots; left > 0; left -= FEED_MAX) {
    commands += `\x1bJ${String.fromCharCode(Math.min(left, FEED_MAX))}`
  }
  return commands
}
