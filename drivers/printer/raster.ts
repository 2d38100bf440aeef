// Draws lines of a slip as one-bit pictures, for text that no code page of the printer can hold (Hindi, Punjabi, ₹).
// Called by escpos.ts with all such blocks of a document at once: one canvas, one read-back. Bitmaps of blocks
// drawn before are kept, so a reprint draws nothing.
import type { SKRSContext2D } from '@napi-rs/canvas'
import type { Line, PictureRequest } from './raster-lines.ts'
import { CANVAS_ROWS_MAX, FRAME_PX, contextFor, layOut, setFont } from './raster-lines.ts'

/** Rows of pixels from top to bottom, 8 pixels in a byte, highest bit leftmost, 1 is ink. */
export type Bitmap = { readonly widthBytes: number; readonly rows: number; readonly bits: Uint8Array }

const CACHED_MAX = 200
const CACHED_BYTES_MAX = 64 * 1024

const cached = new Map<string, Bitmap>()

/** One bitmap per request, `dots` wide. */
export function drawPictures(requests: readonly PictureRequest[], dots: number): Bitmap[] {
  const keys = keysOf(requests, dots)
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

function keysOf(requests: readonly PictureRequest[], dots: number): string[] {
  let lastTable: PictureRequest['table']
  let tableKey = ''
  return requests.map(({ block, lang, table }) => {
    // All lines of a table carry the same one.
    if (table !== lastTable) {
      lastTable = table
      tableKey = table === undefined ? '' : JSON.stringify(table)
    }
    return `${dots} ${lang} ${JSON.stringify(block)} ${tableKey}`
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

/** Draws all lines below each other, reads them back in as few turns as the canvas allows, and cuts them apart. */
function drawAll(wanted: ReadonlyMap<string, Line[]>, dots: number): Map<string, Bitmap> {
  const context = contextFor(dots)
  const widthBytes = dots / 8
  const lines = [...wanted.values()].flat()
  const rows = lines.reduce((sum, line) => sum + line.rows, 0)
  const bits = new Uint8Array(rows * widthBytes)
  let readRows = 0
  for (let first = 0; first < lines.length;) {
    const batch = takeBatch(lines, first)
    const batchRows = drawBatch(context, batch, dots)
    const { data } = context.getImageData(0, 0, dots, batchRows)
    packBits(data, bits.subarray(readRows * widthBytes))
    release(data)
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

/**
 * Hands the pixels' memory back now. Left to the garbage collector, a row of receipts fills hundreds of megabytes, and each
 * receipt waits for pages fresh from the system: up to ten times as long.
 */
function release({ buffer }: Uint8ClampedArray): void {
  if (buffer instanceof ArrayBuffer) buffer.transfer(0)
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
  for (const line of lines) {
    if (line.font !== '') setFont(context, line)
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

/** RGBA to one bit by threshold: what is drawn is black on white, so red stands for luma. Text is never dithered. */
export function packBits(rgba: Uint8ClampedArray, into: Uint8Array): void {
  const pixels = new Int32Array(rgba.buffer, rgba.byteOffset, rgba.length / 4)
  const bytes = pixels.length >> 3
  // Dark is red below 128, that is bit 7 off: no branch per pixel, which is several times faster.
  for (let index = 0, at = 0; index < bytes; index++, at += 8) {
    into[index] =
      (~(pixels[at] as number) & 0x80) |
      ((~(pixels[at + 1] as number) & 0x80) >> 1) |
      ((~(pixels[at + 2] as number) & 0x80) >> 2) |
      ((~(pixels[at + 3] as number) & 0x80) >> 3) |
      ((~(pixels[at + 4] as number) & 0x80) >> 4) |
      ((~(pixels[at + 5] as number) & 0x80) >> 5) |
      ((~(pixels[at + 6] as number) & 0x80) >> 6) |
      ((~(pixels[at + 7] as number) & 0x80) >> 7)
  }
}
