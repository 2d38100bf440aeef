// GS1 element strings, as far as they can name a bill: payment slips carry the biller (AI 415) and the biller's reference (AI 8020).
// Source: GS1 General Specifications, sections 3 (lengths) and 7.8 (element strings). Called by payload.ts.

export type PaymentSlip = {
  /** AI 8020. */
  readonly reference: string
  /** AI 415: global location number of the biller. */
  readonly billerNumber: string | null
}

const SEPARATOR = '\u001D'
const ELEMENTS_MAX = 32
/** The characters of GS1 (ISO/IEC 646 subset), at most 90 to an element. */
const VALUE = /^[!"%-?A-Z_a-z]{1,90}$/
/** By the first two digits of an AI that needs no separator: characters of AI and data together. */
const FIXED: Readonly<Record<string, number>> = Object.fromEntries(
  (
    [
      [['00'], 20],
      [['01', '02', '03', '41'], 16],
      [['04'], 18],
      [['11', '12', '13', '14', '15', '16', '17', '18', '19'], 8],
      [['20'], 4],
      [['31', '32', '33', '34', '35', '36'], 10],
    ] as const
  ).flatMap(([starts, length]) => starts.map((start) => [start, length])),
)
/** Digits of the AI itself, by its first two digits. */
const AI_DIGITS: readonly (readonly [RegExp, number])[] = [
  [/^(?:0\d|1\d|2[0-2]|30|37|9\d)/, 2],
  [/^(?:23|24|25|40|41|42|71)/, 3],
  [/^(?:3[1-69]|43|70|72|8[0-2])/, 4],
]

type Elements = ReadonlyMap<string, string>

/**
 * null: no GS1 text that is a payment slip. A bare `8020…` may be anybody's number, so the text must begin with FNC1, with a biller, or
 * write its AIs in brackets. Never throws.
 */
export function readPaymentSlip(text: string): PaymentSlip | null {
  const elements = text.startsWith('(') ? readBracketed(text) : isMarked(text) ? readElements(text) : null
  const reference = elements?.get('8020')
  if (reference === undefined || reference.length > 25) return null
  const billerNumber = elements?.get('415') ?? null
  if (billerNumber !== null && !hasRightCheckDigit(billerNumber)) return null
  return { reference, billerNumber }
}

function isMarked(text: string): boolean {
  return text.startsWith(SEPARATOR) || text.startsWith('415')
}

function readElements(text: string): Elements | null {
  const elements = new Map<string, string>()
  let rest = text.startsWith(SEPARATOR) ? text.slice(1) : text
  while (rest !== '') {
    const digits = AI_DIGITS.find(([start]) => start.test(rest))?.[1]
    if (digits === undefined || !/^\d+$/.test(rest.slice(0, digits))) return null
    const fixed = FIXED[rest.slice(0, 2)]
    const separator = rest.indexOf(SEPARATOR)
    const end = fixed ?? (separator < 0 ? rest.length : separator)
    const ai = rest.slice(0, digits)
    const value = rest.slice(digits, end)
    if (end > rest.length || !VALUE.test(value) || elements.has(ai) || elements.size >= ELEMENTS_MAX)
      return null
    elements.set(ai, value)
    rest = rest.slice(end)
    if (rest.startsWith(SEPARATOR)) rest = rest.slice(1)
  }
  return elements
}

/** `(415)8901234567897(8020)WS-107-1`, as printed under the bars and as some scanners send it. */
function readBracketed(text: string): Elements | null {
  const parts = text.split(/\((\d{2,4})\)/)
  const elements = new Map<string, string>()
  if (parts[0] !== '' || parts.length > 2 * ELEMENTS_MAX) return null
  for (let at = 1; at < parts.length; at += 2) {
    const ai = parts[at] ?? ''
    const value = parts[at + 1] ?? ''
    if (!VALUE.test(value) || elements.has(ai)) return null
    elements.set(ai, value)
  }
  return elements
}

/** Weights 3 and 1 from the right, without the check digit itself. */
function hasRightCheckDigit(number: string): boolean {
  if (!/^\d{13}$/.test(number)) return false
  const sum = number
    .split('')
    .toReversed()
    .reduce((all, digit, at) => all + Number(digit) * (at % 2 === 0 ? 1 : 3), 0)
  return sum % 10 === 0
}
