// An amount in English words by Indian numbering: ₹12,34,567 → "Rupees Twelve Lakh Thirty Four Thousand Five Hundred Sixty
// Seven Only". Used by the receipt layout.
import { AMOUNT_PAISE_MAX, type Paise } from '#contract/money.ts'

const BELOW_TWENTY = [
  'Zero',
  'One',
  'Two',
  'Three',
  'Four',
  'Five',
  'Six',
  'Seven',
  'Eight',
  'Nine',
  'Ten',
  'Eleven',
  'Twelve',
  'Thirteen',
  'Fourteen',
  'Fifteen',
  'Sixteen',
  'Seventeen',
  'Eighteen',
  'Nineteen',
]
const TENS = ['', '', 'Twenty', 'Thirty', 'Forty', 'Fifty', 'Sixty', 'Seventy', 'Eighty', 'Ninety']

/** Values above a hundred, largest first. */
const SCALES = [
  { value: 10_000_000, name: 'Crore' },
  { value: 100_000, name: 'Lakh' },
  { value: 1_000, name: 'Thousand' },
  { value: 100, name: 'Hundred' },
]

/** Throws RangeError below zero or above the largest amount. */
export function amountInWords(amount: Paise): string {
  if (amount < 0 || amount > AMOUNT_PAISE_MAX) throw new RangeError('words are for amounts that are taken')
  const rupees = Math.floor(amount / 100)
  const rest = amount % 100
  const unit = rupees === 1 ? 'Rupee' : 'Rupees'
  const paiseWords = rest === 0 ? '' : ` and ${integerInWords(rest)} Paise`
  return `${unit} ${integerInWords(rupees)}${paiseWords} Only`
}

function integerInWords(value: number): string {
  if (value < 20) return BELOW_TWENTY[value] ?? ''
  if (value < 100) {
    const ones = value % 10
    return `${TENS[Math.floor(value / 10)] ?? ''}${ones === 0 ? '' : ` ${BELOW_TWENTY[ones] ?? ''}`}`
  }
  const scale = SCALES.find((candidate) => value >= candidate.value)
  if (scale === undefined) throw new RangeError('every value from a hundred on has a scale')
  const rest = value % scale.value
  const head = `${integerInWords(Math.floor(value / scale.value))} ${scale.name}`
  return rest === 0 ? head : `${head} ${integerInWords(rest)}`
}
