// What may be shown and kept of a text that a scanner read: raw with everything masked that could be a card or a person, and what it
// means. A support bundle leaves even that out. Called by watched-scanner.ts and device-handlers.ts.
import { withoutCardNumbers } from '#contract/card-numbers.ts'
import { maskText } from '#contract/log-safety.ts'
import type { ProblemData } from '#contract/problem.ts'
import { codesNamedBy, readPayload, type Payload } from '#drivers/scanner/payload/payload.ts'
import type { DecodedText } from '#rpc/devices.ts'

export const RAW_CHARS_MAX = 300
const CODES_MAX = 8
const CODE_CHARS_MAX = 128

export type ScanWords = { readonly raw: string; readonly decoded: string }

/** Codes and links as they came, other texts by their shape only: an identity card or a visiting card is scanned by mistake, too. */
export function scanWords(value: string): ScanWords {
  const payload = readPayload(value)
  const isOurs = payload.kind === 'code' || payload.kind === 'link'
  const text = isOurs ? withoutPeople(value) : payload.kind === 'upi' ? upiShape(value) : shapeOf(value)
  return { raw: printable(text), decoded: meaningOf(payload) }
}

/** Cards, mobile and Aadhaar numbers, addresses of mail and UPI, and long random secrets. */
function withoutPeople(text: string): string {
  return maskText(withoutCardNumbers(text.slice(0, RAW_CHARS_MAX)))
}

/** Of a payment link only the fields that name no person. */
function upiShape(text: string): string {
  const shown = text
    .slice(0, RAW_CHARS_MAX)
    .replaceAll(/([?&])([a-z]{2,8})=([^&]*)/gi, (_all, sign: string, name: string, value: string) =>
      ['am', 'cu', 'tr', 'mc', 'mode'].includes(name.toLowerCase())
        ? `${sign}${name}=${value}`
        : `${sign}${name}=***`,
    )
  return withoutPeople(shown)
}

/** Every letter as x and every digit as 0: tells a wrong layout, speed or symbology, and no contents. */
function shapeOf(text: string): string {
  return text
    .slice(0, RAW_CHARS_MAX)
    .replaceAll(/\p{N}/gu, '0')
    .replaceAll(/\p{L}\p{M}*/gu, 'x')
}

/** Bytes as hex pairs where the text holds what no screen shows. */
function printable(text: string): string {
  return /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]*$/u.test(text)
    ? text
    : (Buffer.from(text).toString('hex').match(/../g)?.join(' ') ?? '')
}

function meaningOf(payload: Payload): string {
  if (payload.kind === 'raw') return `not understood: ${payload.reason}`
  const [code] = codesNamedBy(payload)
  const name = { upi: 'UPI payment link', 'merchant-qr': 'merchant QR', link: 'link', code: 'code' }[
    payload.kind
  ]
  return code === undefined ? name : `${name} ${withoutPeople(code)}`
}

/** What a text is, on request and kept nowhere; card numbers are masked all the same. */
export function decodeText(text: string): DecodedText {
  const payload = readPayload(text)
  const codes = codesNamedBy(payload)
    .map((code) => withoutCardNumbers(code).slice(0, CODE_CHARS_MAX))
    .slice(0, CODES_MAX)
  const kind =
    payload.kind === 'merchant-qr' ? 'merchant_qr' : payload.kind === 'raw' ? 'unread' : payload.kind
  return { kind, fields: fieldsOf(payload), codes }
}

function fieldsOf(payload: Payload): ProblemData {
  switch (payload.kind) {
    case 'raw':
      return { reason: payload.reason }
    case 'upi':
      return plain(payload.intent)
    case 'merchant-qr':
      return plain(payload.qr)
    default:
      return { code: withoutCardNumbers(payload.code) }
  }
}

function plain(fields: object): ProblemData {
  return Object.fromEntries(
    Object.entries(fields).flatMap(
      ([name, value]: [string, unknown]): [string, string | number | boolean][] => {
        if (typeof value === 'string') return [[name, withoutCardNumbers(value)]]
        return typeof value === 'number' || typeof value === 'boolean' ? [[name, value]] : []
      },
    ),
  )
}
