// One-bit pictures as small PNGs and back, and how far two of them are apart. Used by the tests of scripts.
import { deflateSync, inflateSync, crc32 } from 'node:zlib'
import type { Bitmap } from '#drivers/printer/raster.ts'

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex')

/** Ink is black: PNG of depth 1, grey, where 0 is black. */
export function pngOf({ widthBytes, rows, bits }: Bitmap): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(widthBytes * 8, 0)
  header.writeUInt32BE(rows, 4)
  header[8] = 1
  const lines = Buffer.alloc(rows * (widthBytes + 1))
  for (let row = 0; row < rows; row++) {
    for (let at = 0; at < widthBytes; at++) {
      lines[row * (widthBytes + 1) + 1 + at] = ~(bits[row * widthBytes + at] ?? 0) & 0xff
    }
  }
  const data = deflateSync(lines, { level: 9 })
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('IDAT', data),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

/** Reads what pngOf wrote. */
export function bitmapOf(png: Buffer): Bitmap {
  const widthBytes = png.readUInt32BE(16) / 8
  const rows = png.readUInt32BE(20)
  const lines = inflateSync(png.subarray(41, 41 + png.readUInt32BE(33)))
  const bits = new Uint8Array(widthBytes * rows)
  for (let at = 0; at < bits.length; at++) {
    bits[at] = ~(lines[Math.floor(at / widthBytes) * (widthBytes + 1) + 1 + (at % widthBytes)] ?? 0) & 0xff
  }
  return { widthBytes, rows, bits }
}

function chunk(name: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data])
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(data.length)
  check.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, check])
}

const countBits = (byte: number) => byte.toString(2).replaceAll('0', '').length

export function inkOf({ bits }: Pick<Bitmap, 'bits'>): number {
  return bits.reduce((sum, byte) => sum + countBits(byte), 0)
}

/** Dots that differ, as a share of the ink of both; 1 when the sizes differ. */
export function inkDifference(one: Bitmap, other: Bitmap): number {
  if (one.widthBytes !== other.widthBytes || one.rows !== other.rows) return 1
  const apart = one.bits.reduce((sum, byte, at) => sum + countBits(byte ^ (other.bits[at] ?? 0)), 0)
  return apart / Math.max(1, inkOf(one) + inkOf(other))
}

export function stacked(bitmaps: readonly Bitmap[]): Bitmap {
  const widthBytes = bitmaps[0]?.widthBytes ?? 0
  return {
    widthBytes,
    rows: bitmaps.reduce((sum, { rows }) => sum + rows, 0),
    bits: Buffer.concat(bitmaps.map(({ bits }) => bits)),
  }
}
