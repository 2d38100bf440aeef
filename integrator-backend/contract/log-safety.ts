// What a log line may say, for the terminal and the integrator alike: fields are redacted unless their name is on the
// list, and what looks like a card, a person's number or a secret is masked even there. Called by safe-log.ts.
// Card rule: PCI DSS 3.4, at most the last four digits; a run of 13–19 digits that passes the Luhn check is a card.

export const REDACTED = '[redacted]'
const textCharsMax = 500
const depthMax = 5
const itemsMax = 20

/** Names whose text is our own: codes, states, ids that we made, places in our code. Everything else is redacted. */
const textFields = new Set([
  'at',
  'call',
  'cause',
  'code',
  'deviceCode',
  'deviceId',
  'end',
  'epoch',
  'field',
  'fields',
  'incarnation',
  'jobId',
  'kind',
  'limit',
  'operation',
  'packId',
  'path',
  'paymentId',
  'problem',
  'program',
  'reason',
  'recordId',
  'slotId',
  'state',
  'step',
  'tenantId',
  'time',
  'version',
  'where',
  'why',
  'worker',
])
/** Names of numbers that count or measure; any other number may be a PIN, a mobile or somebody's money. */
const numberFields =
  /^(?:count|attempts?|status|level|pid|port|seq|upto|epoch|version|n|size|[a-z][A-Za-z]*(?:Count|Ms|Bytes|Seq|Max|Attempts))$/
/** Milliseconds since 1970 have 13 digits as some cards have: until 2286 they begin with 1 to 9, so only the name tells. */
const timeFields = /(?:Ms|Seq)$/
const largeNumberMin = 1_000_000_000
/** A problem or an error of the system, never an enrolment code (ten letters and digits in capitals). */
const codeShape =
  /^(?:[a-z][a-z0-9_-]{1,63}|E[A-Z]{3,15}|[0-9A-Z]{5}|(?:FST|ERR|SQLITE|DIGIT)_[A-Z0-9_]{1,63})$/

const uuid = /([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})/i
const digitRun = /\d(?:[ \u00a0-]?\d){12,}/g
const patterns: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [^-]*-----[\s\S]*?(?:-----END [^-]*-----|$)/g, REDACTED],
  [/\bey[\w-]{8,}\.[\w-]+(?:\.[\w-]*)*/g, REDACTED],
  [/\b(?:bearer|basic)\s+[\w.~+/=-]+/gi, REDACTED],
  [/\b[a-z][a-z0-9+.-]*:\/\/[^\s/@]+@/gi, `${REDACTED}@`],
  [/[\w.%+-]+@[\w-]+(?:\.[\w-]+)+/g, REDACTED],
  [
    /(["']?\b(?:pin|otp|cvv|token|password|secret|passphrase|authorization|api[_-]?key)\b["']?\s*[:=]\s*)[^\s,;]+/gi,
    `$1${REDACTED}`,
  ],
  // drivers quote values so: Key (mobile)=(…)
  [/=\([^)]*\)/g, `=(${REDACTED})`],
  // long random text: keys, signatures, tokens; paths and words have separators
  [/(?<![\w/.-])(?=[\w+=-]*\d)(?=[\w+=-]*[A-Za-z])[\w+=-]{32,}/g, REDACTED],
  // Indian mobile numbers with and without country code, and twelve digits of an Aadhaar number
  [/(?<!\d)(?:\+?91[ -]?|0)?[6-9]\d{4}[ -]?\d{5}(?!\d)/g, REDACTED],
  [/(?<!\d)[2-9]\d{3}[ -]?\d{4}[ -]?\d{4}(?!\d)/g, REDACTED],
]

/** Card numbers in a text, written together or with spaces or hyphens, masked to their last four digits. */
export function maskCardNumbers(text: string): string {
  return betweenIds(text, maskCards)
}

/** The digits of a UUID are no card. */
function betweenIds(text: string, mask: (part: string) => string): string {
  return text
    .split(uuid)
    .map((part, at) => (at % 2 === 1 ? part : mask(part)))
    .join('')
}

function maskCards(text: string): string {
  return text.replace(digitRun, (run) => {
    const digits = run.replace(/\D/g, '')
    return hasCard(digits) ? `${'*'.repeat(digits.length - 4)}${digits.slice(-4)}` : run
  })
}

/** True when some 13–19 digits in a row of these pass the Luhn check; a card may stand inside a longer number. */
function hasCard(digits: string): boolean {
  for (let length = 13; length <= Math.min(19, digits.length); length += 1) {
    for (let from = 0; from + length <= digits.length; from += 1) {
      if (isLuhn(digits.slice(from, from + length))) return true
    }
  }
  return false
}

/** The check digit of card numbers. */
export function isLuhn(digits: string): boolean {
  let sum = 0
  for (let at = digits.length - 1, isSecond = false; at >= 0; at -= 1, isSecond = !isSecond) {
    const digit = digits.charCodeAt(at) - 48
    const weighed = isSecond ? digit * 2 : digit
    sum += weighed > 9 ? weighed - 9 : weighed
  }
  return sum % 10 === 0
}

/** A text with everything masked that can be known by its shape; ids that we made (UUID) stay readable. */
export function maskText(text: string): string {
  const short = text.length > textCharsMax ? `${text.slice(0, textCharsMax)}…` : text
  return betweenIds(short, (part) =>
    patterns.reduce((left, [pattern, by]) => left.replace(pattern, by), maskCards(part)),
  )
}

/**
 * The fields of one log line as they may be written: booleans and null stay, text and numbers only under a known name,
 * everything else becomes `[redacted]`. Never throws, whatever it is given.
 */
export function redactFields(fields: Readonly<Record<string, unknown>>, depth = 0): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [safeName(name), redactValue(name, value, depth)]),
  )
}

/** A name is our own word; anything else could carry what somebody typed (a map by mobile number). */
function safeName(name: string): string {
  return /^[A-Za-z][A-Za-z_]{0,31}$/.test(name) ? name : REDACTED
}

function redactValue(name: string, value: unknown, depth: number): unknown {
  switch (typeof value) {
    case 'boolean':
    case 'undefined':
      return value
    case 'number':
      return numberOf(name, value)
    case 'string':
      return textOf(name, value)
    case 'object':
      if (value === null) return null
      if (depth >= depthMax) return REDACTED
      if (Array.isArray(value)) {
        return value.slice(0, itemsMax).map((each: unknown) => redactValue(name, each, depth + 1))
      }
      return isPlain(value) ? redactFields(value, depth + 1) : REDACTED
    default:
      return REDACTED
  }
}

function numberOf(name: string, value: number): unknown {
  if (!numberFields.test(name)) return REDACTED
  return Math.abs(value) < largeNumberMin || timeFields.test(name) ? value : REDACTED
}

function textOf(name: string, value: string): string {
  if (!textFields.has(name)) return REDACTED
  if (name === 'code' || name === 'problem') return codeShape.test(value) ? value : REDACTED
  return maskText(value)
}

/** Only what was written as `{…}`: errors, dates, buffers and maps say too much by themselves. */
function isPlain(value: object): value is Record<string, unknown> {
  const maker: unknown = Object.getPrototypeOf(value)
  return maker === null || maker === Object.prototype
}
