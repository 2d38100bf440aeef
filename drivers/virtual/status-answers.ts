// What the virtual printer answers about itself, bit by bit, from the vendors' tables (DLE EOT, GS a, GS r, GS I). Called by printer.ts.
import type { VirtualFaults } from './printer.ts'

const MODEL = 'VIRTUAL-80'

export function paperSensor(faults: VirtualFaults): number {
  const isEnd = faults.paperLinesLeft === 0
  return (isEnd ? 0x0c : 0) | (isEnd || faults.isPaperNearEnd === true ? 0x03 : 0)
}

/** One byte `0xx1xx10`, meaning by n. */
export function realTimeStatus(n: number, faults: VirtualFaults, isReady: boolean): number {
  const fixed = 0x12
  const isEnd = faults.paperLinesLeft === 0
  if (n === 1) return fixed | (isReady ? 0 : 0x08) | (faults.isDrawerPinHigh === true ? 0x04 : 0)
  if (n === 2) {
    return (
      fixed |
      (faults.isCoverOpen === true ? 0x04 : 0) |
      (isEnd ? 0x20 : 0) |
      (faults.isCutterJammed === true ? 0x40 : 0)
    )
  }
  if (n === 3) return fixed | (faults.isCutterJammed === true ? 0x08 : 0)
  return fixed | (isEnd ? 0x60 : 0) | (isEnd || faults.isPaperNearEnd === true ? 0x0c : 0)
}

/** Four bytes, the first `0xx1xx00`, the others `0xx0xxxx`. */
export function automaticStatus(faults: VirtualFaults, isReady: boolean): number[] {
  return [
    0x10 |
      (faults.isDrawerPinHigh === true ? 0x04 : 0) |
      (isReady ? 0 : 0x08) |
      (faults.isCoverOpen === true ? 0x20 : 0),
    faults.isCutterJammed === true ? 0x08 : 0,
    paperSensor(faults),
    0,
  ]
}

export function identity(n: number): number[] {
  if (n < 64) return [n === 1 ? 0x20 : 0x02]
  return [0x5f, ...Buffer.from(MODEL, 'latin1'), 0]
}
