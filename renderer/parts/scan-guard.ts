// Tells a barcode scanner (which types like a very fast keyboard) from a person, and keeps a scan from pressing
// buttons or filling fields. Pure: time comes with each key. Driven by window-keys.ts.
//
// Three keys less than 50 ms apart are a scan. Its first two characters may already stand in a field: the caller puts
// the field back to what it was. In fields that hold a secret nothing is read or kept; only a machine's Enter is stopped.

export const SCAN_GAP_MS = 50
/** A scan without Enter or Tab at its end is over when the keys stop for so long. */
export const SCAN_END_MS = 90
/** Fast keys without Enter are a scan from this length on; fewer were a person and are given back. */
export const SCAN_LENGTH_MIN = 6
export const SCAN_LENGTH_MAX = 2048
const BURST_KEYS_MIN = 3
const SECRET_GAP_MS = 30
const SECRET_KEYS_MIN = 6

export type KeyStroke = {
  /** KeyboardEvent.code: where the key is, whatever the keyboard layout says. */
  readonly code: string
  readonly isShift: boolean
  /** Ctrl, Alt or Meta is held. */
  readonly hasModifier: boolean
  readonly isRepeat: boolean
  /** The focused field holds a PIN. */
  readonly isSecret: boolean
  readonly timeMs: number
}

export type GuardState = {
  readonly text: string
  readonly keyCount: number
  readonly lastMs: number
  readonly isBurst: boolean
  readonly secretCount: number
}

/**
 * pass: a person's key. start: first key after a pause, note what the field holds. burst: it just became a scan, put
 * the field back. hold: one more character of the scan. scan: the scan is complete. stop: a machine's Enter in a
 * secret field, clear it. All but pass and start mean that the key must reach nobody.
 */
export type GuardStep =
  | { readonly kind: 'pass' | 'start' | 'burst' | 'hold' | 'stop' }
  | { readonly kind: 'scan'; readonly text: string; readonly isBurstStart: boolean }

export const CALM: GuardState = { text: '', keyCount: 0, lastMs: -Infinity, isBurst: false, secretCount: 0 }

export function guardKey(state: GuardState, key: KeyStroke): { state: GuardState; step: GuardStep } {
  if (/^(Shift|CapsLock)/.test(key.code)) return { state, step: { kind: 'pass' } }
  if (key.hasModifier || key.isRepeat) return { state: CALM, step: { kind: 'pass' } }
  if (key.isSecret) return guardSecret(state, key)
  const isNear = key.timeMs - state.lastMs < SCAN_GAP_MS
  const isEnd = isEndKey(key.code)
  const character = characterOf(key.code, key.isShift)
  if (isEnd && isNear && (state.isBurst || state.keyCount >= BURST_KEYS_MIN - 1)) {
    return { state: CALM, step: { kind: 'scan', text: state.text, isBurstStart: !state.isBurst } }
  }
  if (character === null) return { state: CALM, step: { kind: 'pass' } }
  if (!isNear) {
    return {
      state: { ...CALM, text: character, keyCount: 1, lastMs: key.timeMs },
      step: { kind: 'start' },
    }
  }
  const keyCount = state.keyCount + 1
  const isBurst = state.isBurst || keyCount >= BURST_KEYS_MIN || character === ' '
  const text = (state.text + character).slice(0, SCAN_LENGTH_MAX)
  const kind = isBurst ? (state.isBurst ? 'hold' : 'burst') : 'pass'
  return { state: { ...state, text, keyCount, lastMs: key.timeMs, isBurst }, step: { kind } }
}

/** The keys stopped without an Enter: a scanner with no suffix, or a person whose fast keys are given back. */
export function guardEnd(
  state: GuardState,
): { readonly kind: 'scan' | 'giveBack'; readonly text: string } | null {
  if (!state.isBurst) return null
  return { kind: state.text.trim().length >= SCAN_LENGTH_MIN ? 'scan' : 'giveBack', text: state.text }
}

function guardSecret(state: GuardState, key: KeyStroke): { state: GuardState; step: GuardStep } {
  const isNear = key.timeMs - state.lastMs < SECRET_GAP_MS
  const secretCount = isNear ? state.secretCount + 1 : 1
  if (isEndKey(key.code) && isNear && secretCount > SECRET_KEYS_MIN) {
    return { state: CALM, step: { kind: 'stop' } }
  }
  return { state: { ...CALM, lastMs: key.timeMs, secretCount }, step: { kind: 'pass' } }
}

function isEndKey(code: string): boolean {
  return code === 'Enter' || code === 'NumpadEnter' || code === 'Tab'
}

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

/** What this key types on a US keyboard, which is what scanners pretend to be; null for keys that type nothing. */
export function characterOf(code: string, isShift: boolean): string | null {
  const letter = /^Key([A-Z])$/.exec(code)?.[1]
  if (letter !== undefined) return isShift ? letter : letter.toLowerCase()
  const digit = /^Digit(\d)$/.exec(code)?.[1]
  if (digit !== undefined) return isShift ? SHIFTED_DIGITS.charAt(Number(digit)) : digit
  const padDigit = /^Numpad(\d)$/.exec(code)?.[1]
  if (padDigit !== undefined) return padDigit
  return PLAIN[code]?.charAt(isShift ? 1 : 0) ?? null
}
