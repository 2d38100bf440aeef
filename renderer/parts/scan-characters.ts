// Which characters a scanner means by its keys: by their place on a US keyboard, which is what scanners pretend to be, or by the
// number it types while Alt is held. Called by scan-guard.ts.

const PLAIN: Readonly<Record<string, string>> = {
  Space: '  ',
  Minus: '-_',
  Equal: '=+',
  BracketLeft: '[{',
  BracketRight: ']}',
  Backslash: '\\|',
  Semicolon: ';:',
  Quote: '\'"',
  Backquote: '`~',
  Comma: ',<',
  Period: '.>',
  Slash: '/?',
  NumpadAdd: '++',
  NumpadSubtract: '--',
  NumpadMultiply: '**',
  NumpadDivide: '//',
  NumpadDecimal: '..',
}
const SHIFTED_DIGITS = ')!@#$%^&*('
const UNKNOWN = '\uFFFD'

/** What this key types on a US keyboard, whatever layout is on; null for keys that type nothing. */
export function characterOf(code: string, isShift: boolean): string | null {
  const letter = /^Key([A-Z])$/.exec(code)?.[1]
  if (letter !== undefined) return isShift ? letter : letter.toLowerCase()
  const digit = /^Digit(\d)$/.exec(code)?.[1]
  if (digit !== undefined) return isShift ? SHIFTED_DIGITS.charAt(Number(digit)) : digit
  const padDigit = /^Numpad(\d)$/.exec(code)?.[1]
  if (padDigit !== undefined) return padDigit
  return PLAIN[code]?.charAt(isShift ? 1 : 0) ?? null
}

/**
 * Alt+065 and Alt+65 are `A`. Above 127 the two differ by code pages that no printed number needs: there only the ones with a
 * zero in front are known (ISO 8859-1), and the rest is a character that no number has.
 */
export function altCharacter(digits: string): string {
  const value = Number(digits)
  const isKnown = value < 128 || (digits.startsWith('0') && value >= 160 && value < 256)
  return isKnown ? String.fromCharCode(value) : UNKNOWN
}
