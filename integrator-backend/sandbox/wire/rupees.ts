// The only two places where rupees of the wire and paise of the tables meet.
// Called wherever a wire number is read or written.
import { rawNumber } from './wire-json.ts'

/** numeric(12,2) of DIGIT's tables: rounds half up to whole paise. */
export function paiseOf(rupees: number): number {
  return Math.round((rupees + Number.EPSILON * Math.sign(rupees)) * 100)
}

/** A database amount on the wire: always two decimals, as BigDecimal with scale 2 prints (`1540.00`). */
export function rupeesOf(paise: number): number {
  if (!Number.isSafeInteger(paise)) throw new Error(`not an integer amount of paise: ${paise}`)
  const sign = paise < 0 ? '-' : ''
  const abs = Math.abs(paise)
  return rawNumber(`${sign}${Math.trunc(abs / 100)}.${String(abs % 100).padStart(2, '0')}`)
}

export function isWholeRupees(paise: number): boolean {
  return paise % 100 === 0
}
