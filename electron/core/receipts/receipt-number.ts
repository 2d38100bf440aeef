// The till's own receipt number: `<ULB>/<device><incarnation>/<FY>/<seq:6>-<check>`, such as `JLD/0417A/26-27/000123-K`.
// It goes to DIGIT as manualReceiptNumber (64 characters at most) and is what a payer reads out on the telephone, hence the
// check character of ISO 7064 MOD 37,36 over its letters and digits. Used by take-payment and by searches.
import { checkCharacter } from '#contract/check-character.ts'
import type { DeviceIdentity } from '#core/records.ts'

const RECEIPT_NUMBER_MAX = 64
const ULB_CHARS_MAX = 16

export type ReceiptSeries = {
  /** Short name of the municipality, as `ulbCode` makes it. */
  readonly ulbCode: string
  readonly device: Pick<DeviceIdentity, 'deviceCode' | 'incarnation'>
  /** `26-27`. */
  readonly financialYear: string
}

/** Throws RangeError when the parts cannot make a number of 64 characters: a programming mistake. */
export function receiptNumber(series: ReceiptSeries, seq: number): string {
  if (!Number.isSafeInteger(seq) || seq < 1) throw new RangeError('a receipt sequence counts from 1')
  const { ulbCode: ulb, device, financialYear } = series
  const body = `${ulb}/${device.deviceCode}${device.incarnation}/${financialYear}/${seq.toString().padStart(6, '0')}`
  const number = `${body}-${checkCharacter(body)}`
  if (number.length > RECEIPT_NUMBER_MAX) throw new RangeError('a receipt number has at most 64 characters')
  return number
}

/** City code of the tenant (or the end of its id) as letters and digits. */
export function ulbCode(cityCode: string | null, tenantId: string): string {
  const clean = (text: string) =>
    text
      .toUpperCase()
      .replace(/[^0-9A-Z]/g, '')
      .slice(0, ULB_CHARS_MAX)
  const fromCity = clean(cityCode ?? '')
  if (fromCity !== '') return fromCity
  return clean(tenantId.slice(tenantId.lastIndexOf('.') + 1)) || 'ULB'
}
