// An operator's badge as a code: `TAHSIL-BADGE:1:<operator code>:<check character>`. It says who stands there and proves nothing: the
// PIN is asked all the same. Read by every screen that asks who it is, and by whatever looks a scan up, so that none takes it for a bill.
// A badge with a chip or a stripe says a number of its own instead; the office gives it to an operator, and the till turns it into such a code.
import { checkCharacter } from './check-character.ts'

const OPERATOR_CODE_CHARS_MAX = 32
/** Badges of one operator: a card, a spare and what the door knows. */
export const BADGES_MAX = 4
const START = /^TAHSIL-BADGE:/i
const BADGE = /^TAHSIL-BADGE:1:(?<operatorCode>[^:]+):(?<check>[0-9A-Z])$/i

/** damaged: a badge whose check character is wrong, or of a kind that is not known yet. */
export type BadgeReading =
  | { readonly kind: 'badge'; readonly operatorCode: string }
  | { readonly kind: 'damaged' }

/** null: no badge. */
export function readBadge(text: string): BadgeReading | null {
  const badge = text.trim()
  if (!START.test(badge)) return null
  const { operatorCode = '', check = '' } = BADGE.exec(badge)?.groups ?? {}
  const isWhole =
    operatorCode.trim() !== '' &&
    operatorCode.length <= OPERATOR_CODE_CHARS_MAX &&
    badgeText(operatorCode).slice(-1) === check.toUpperCase()
  return isWhole ? { kind: 'badge', operatorCode } : { kind: 'damaged' }
}

/** What a badge says. Throws RangeError for a code that no operator can have: a programming mistake. */
export function badgeText(operatorCode: string): string {
  if (!/^[^:]{1,32}$/.test(operatorCode))
    throw new RangeError('an operator code has 1 to 32 characters and no colon')
  const body = `TAHSIL-BADGE:1:${operatorCode}`
  return `${body}:${checkCharacter(body)}`
}

/** Who was scanned where a person is asked for: the operator of a badge, or a bare code as it came. null: a damaged badge. */
export function operatorCodeIn(scanned: string): string | null {
  const badge = readBadge(scanned)
  if (badge === null) return scanned.trim()
  return badge.kind === 'badge' ? badge.operatorCode : null
}

/** The number of a chip or a stripe, however a reader or a person writes it: capitals, and nothing between them. */
export function bareBadge(number: string): string {
  return number
    .normalize('NFKC')
    .toUpperCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, '')
}

/** What both sides take the HMAC-SHA-256 of, under the pepper of the municipality: the number itself stays on the card. */
export function badgeHashText(number: string): string {
  return JSON.stringify(['tahsil-badge-1', bareBadge(number)])
}
