// How large a QR code is and its modules. escpos.ts asks for the size without drawing (the printer draws);
// pdf.ts, text-less printers and pictures ask for the modules.
import { encode } from 'uqr'
import type { QrBlock } from './document.ts'
import type { Bitmap } from './raster.ts'

type Ecc = NonNullable<QrBlock['ecc']>

// Bytes that a QR version holds in byte mode, from version 1 on (ISO/IEC 18004 table 7), up to QR_BYTES_MAX.
const CAPACITY: Record<Ecc, readonly number[]> = {
  L: [
    17, 32, 53, 78, 106, 134, 154, 192, 230, 271, 321, 367, 425, 458, 520, 586, 644, 718, 792, 858, 929, 1003,
  ],
  M: [
    14, 26, 42, 62, 84, 106, 122, 152, 180, 213, 251, 287, 331, 362, 412, 450, 504, 560, 624, 666, 711, 779,
    857, 911, 997, 1059,
  ],
  Q: [
    11, 20, 32, 46, 60, 74, 86, 108, 130, 151, 177, 203, 241, 258, 292, 322, 364, 394, 442, 482, 509, 565,
    611, 661, 715, 751, 805, 868, 908, 982, 1030,
  ],
  H: [
    7, 14, 24, 34, 44, 58, 64, 84, 98, 119, 137, 155, 177, 194, 220, 250, 280, 310, 338, 382, 403, 439, 461,
    511, 535, 593, 625, 658, 698, 742, 790, 842, 898, 958, 983, 1051,
  ],
}

export const DEFAULT_ECC: Ecc = 'M'
const DEFAULT_MODULE_DOTS = 6
const MODULE_DOTS_MIN = 2
/** White that the standard asks for on each side (ISO/IEC 18004). */
export const QUIET_MODULES = 4
// At the sides the paper's own margins give the other half.
const SIDE_MODULES = 2

/** The module size asked for, or the greatest that fits `dots` of paper. */
export function fitModuleDots(block: QrBlock, dots: number): number {
  const modules = modulesAcross(Buffer.byteLength(block.payload, 'utf8'), block.ecc ?? DEFAULT_ECC)
  const fitting = Math.floor(dots / (modules + 2 * SIDE_MODULES))
  return Math.max(MODULE_DOTS_MIN, Math.min(block.moduleSize ?? DEFAULT_MODULE_DOTS, fitting))
}

function modulesAcross(byteCount: number, ecc: Ecc): number {
  const capacities = CAPACITY[ecc]
  for (let index = 0; index < capacities.length; index++) {
    if ((capacities[index] as number) >= byteCount) return 21 + 4 * index
  }
  throw new Error(`no QR version holds ${byteCount} bytes`)
}

/** Modules without quiet zone, true is dark. UTF-8 in byte mode. */
export function qrModules(block: QrBlock): boolean[][] {
  const bytes = Array.from(Buffer.from(block.payload, 'utf8'))
  return encode(bytes, { ecc: block.ecc ?? DEFAULT_ECC, border: 0, boostEcc: false }).data
}

/** The code centred on `dots` of paper, for printers that cannot draw QR codes. */
export function drawQr(block: QrBlock, dots: number): Bitmap {
  const modules = qrModules(block)
  const size = fitModuleDots(block, dots)
  const widthBytes = dots / 8
  const across = modules.length * size
  const quiet = QUIET_MODULES * size
  const rows = across + 2 * quiet
  const bits = new Uint8Array(widthBytes * rows)
  const left = Math.floor((dots - across) / 2)
  for (let y = 0; y < across; y++) {
    for (let x = 0; x < across; x++) {
      if (modules[Math.floor(y / size)]?.[Math.floor(x / size)] !== true) continue
      const at = left + x
      const index = (y + quiet) * widthBytes + (at >> 3)
      bits[index] = (bits[index] ?? 0) | (0x80 >> (at & 7))
    }
  }
  return { widthBytes, rows, bits }
}
