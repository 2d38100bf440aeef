// What the virtual ZVT terminal says of a sale, as bytes. Written from the tables (PA00P015) and not from the driver. Called by
// zvt-terminal.ts.
import type { ZvtFaults } from './zvt-faults.ts'
import { unhex } from './zvt-line.ts'

export type LedgerEntry = {
  readonly kind: 'sale' | 'declined' | 'reversal'
  readonly amountPaise: number
  readonly trace: number
  readonly receipt: number
  readonly atMs: number
  /** Of a reversal: the receipt it took back. */
  readonly ofReceipt: number | null
  readonly resultCode: number
}

export const TERMINAL_ID = '52500038'
const INDIA_MS = 330 * 60_000

export function statusData(faults: ZvtFaults, entry: LedgerEntry): number[] {
  const at = new Date(entry.atMs + INDIA_MS + (faults.clockSkewMs ?? 0)).toISOString()
  const clear = faults.clearCardNumber?.replaceAll(' ', '')
  const card =
    clear === undefined
      ? unhex('eeeeeeeeeeee4321')
      : unhex(clear.padEnd(clear.length + (clear.length % 2), 'f'))
  const fields: readonly (readonly number[])[] = [
    [0x27, entry.resultCode],
    [0x04, ...packed(faults.toldAmountPaise ?? entry.amountPaise, 6)],
    unhex('49 0356'),
    [0x0b, ...packed(entry.trace, 3)],
    [0x0c, ...unhex(at.slice(11, 19))],
    [0x0d, ...unhex(at.slice(5, 10))],
    [0x87, ...packed(entry.receipt, 2)],
    [0x29, ...unhex(TERMINAL_ID)],
    [0x22, ...counted(card)],
    [0x3b, ...ascii('A1B2C3'.padEnd(8))],
    [0x8b, ...counted([...ascii('RUPAY'), 0])],
    entry.kind === 'reversal' ? [0x37, ...packed(entry.trace - 1, 3)] : [],
  ]
  return fields.flat()
}

function counted(bytes: readonly number[]): number[] {
  return [0xf0 + Math.floor(bytes.length / 10), 0xf0 + (bytes.length % 10), ...bytes]
}

function packed(value: number, size: number): number[] {
  return unhex(String(value).padStart(size * 2, '0'))
}

export function digits(bytes: readonly number[]): string {
  return bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

export function ascii(text: string): number[] {
  return [...Buffer.from(text, 'ascii')]
}
