// Tells a barcode scanner (which types like a very fast keyboard) from a person, and keeps a scan from pressing
// buttons or filling fields. Pure: time comes with each key. Driven by window-keys.ts.
//
// The sure way is a scanner that was programmed to type a prefix before each code and Enter after it. Without a prefix, three
// keys that average under 30 ms are a scan. Its first two characters may already stand in a field: the caller puts the field
// back to what it was. In fields that hold a secret nothing is read or kept; only a machine's Enter is stopped.
import { altCharacter, characterOf } from './scan-characters.ts'

/** Keys further apart than this begin anew, as long as it is not clear that they are a scan. */
export const SCAN_GAP_MS = 40
/** Scanners need 1 to 19 ms for a key; people come near this for two or three keys, and slow down. */
export const SCAN_AVERAGE_MS = 30
/** A scan that has slowed down to this was a person after all. */
const PERSON_AVERAGE_MS = 40
/** A scan without Enter or Tab at its end is over when the keys stop for so long. */
export const SCAN_END_MS = 200
/** Fast keys without Enter are a scan from this length on; fewer were a person and are given back. */
export const SCAN_LENGTH_MIN = 5
/** With an Enter as fast as the keys before it; an operator's badge may be as short as this. */
const SHORT_LENGTH_MIN = 2
export const SCAN_LENGTH_MAX = 2048
/** What a scanner types before a code until the till has said what is set; no number on a bill has it. */
export const SCAN_PREFIX = '~'
const BURST_KEYS_MIN = 3
const ALT_DIGITS_MAX = 4
const GROUP_SEPARATOR = '\u001D'
const SECRET_GAP_MS = 30
const SECRET_KEYS_MIN = 6

export type KeyStroke = {
  /** KeyboardEvent.code: where the key is, whatever the keyboard layout says. */
  readonly code: string
  readonly isShift: boolean
  readonly isAlt: boolean
  readonly isControl: boolean
  readonly isMeta: boolean
  readonly isRepeat: boolean
  /** The focused field holds a PIN. */
  readonly isSecret: boolean
  /** Of the event itself: a busy screen hears of keys late and all at once. */
  readonly timeMs: number
}

export type GuardState = {
  readonly text: string
  readonly keyCount: number
  readonly startMs: number
  readonly lastMs: number
  readonly isBurst: boolean
  readonly isPrefixed: boolean
  /** Typed on the number pad while Alt is held: a scanner's way to type any character on any layout. */
  readonly altDigits: string
  readonly secretCount: number
}

/**
 * pass: a person's key. start: first key after a pause, note what the field holds. begin: the same, and the key is a scanner's
 * prefix. burst: it just became a scan, put the field back. hold: one more character of the scan. scan: the scan is complete.
 * stop: a machine's Enter in a secret field, clear it. All but pass and start mean that the key must reach nobody.
 */
export type GuardStep =
  | { readonly kind: 'pass' | 'start' | 'begin' | 'burst' | 'hold' | 'stop' }
  | { readonly kind: 'scan'; readonly text: string; readonly isBurstStart: boolean }

export type GuardMove = { readonly state: GuardState; readonly step: GuardStep }

export const CALM: GuardState = {
  text: '',
  keyCount: 0,
  startMs: -Infinity,
  lastMs: -Infinity,
  isBurst: false,
  isPrefixed: false,
  altDigits: '',
  secretCount: 0,
}
const PASSED: GuardMove = { state: CALM, step: { kind: 'pass' } }

/** A key that goes down. `prefix` empty: this till's scanners have none. */
export function guardKey(state: GuardState, key: KeyStroke, prefix = SCAN_PREFIX): GuardMove {
  const { code, timeMs } = key
  if (/^(Shift|CapsLock|NumLock|Control)/.test(code)) return { state, step: { kind: 'pass' } }
  if (key.isRepeat) return PASSED
  const isModified = key.isAlt || key.isControl || key.isMeta
  if (key.isSecret) return isModified ? PASSED : guardSecret(state, key)
  if (code.startsWith('Alt')) return counted(state, timeMs, { altDigits: '' })
  const padDigit = /^Numpad(\d)$/.exec(code)?.[1]
  if (key.isAlt && padDigit !== undefined && !key.isControl && !key.isMeta) {
    const before = isRunning(state, timeMs) ? state.altDigits : ''
    return counted(state, timeMs, { altDigits: (before + padDigit).slice(-ALT_DIGITS_MAX) })
  }
  // A separator inside a GS1 code comes as Ctrl+].
  if (key.isControl && code === 'BracketRight' && state.isBurst && isRunning(state, timeMs)) {
    return withCharacter({ state, timeMs, character: GROUP_SEPARATOR, prefix })
  }
  if (isModified) return PASSED
  if (isEndKey(code)) return ended(state, timeMs)
  const character = characterOf(code, key.isShift)
  return character === null ? PASSED : withCharacter({ state, timeMs, character, prefix })
}

/** An Alt key that goes up: digits typed meanwhile are one character. */
export function guardAltUp(state: GuardState, timeMs: number, prefix = SCAN_PREFIX): GuardMove {
  const { altDigits } = state
  if (altDigits === '') return { state, step: { kind: 'pass' } }
  const character = altCharacter(altDigits)
  const rest = { ...state, altDigits: '' }
  if (character === '\r' || character === '\n' || character === '\t') return ended(rest, timeMs)
  return withCharacter({ state: rest, timeMs, character, prefix })
}

/** The keys stopped without an Enter: a scanner with no suffix, or a person whose fast keys are given back. */
export function guardEnd(
  state: GuardState,
  prefix = SCAN_PREFIX,
): { readonly kind: 'scan' | 'giveBack'; readonly text: string } | null {
  if (!state.isBurst) return null
  if (isLongScan(state)) return { kind: 'scan', text: state.text }
  return { kind: 'giveBack', text: (state.isPrefixed ? prefix : '') + state.text }
}

type Character = {
  readonly state: GuardState
  readonly timeMs: number
  readonly character: string
  readonly prefix: string
}

function withCharacter({ state, timeMs, character, prefix }: Character): GuardMove {
  const isInside = state.isBurst && state.text !== '' && isRunning(state, timeMs)
  if (character === prefix && !isInside && !(state.isPrefixed && isRunning(state, timeMs))) {
    const begun = { ...CALM, keyCount: 1, startMs: timeMs, lastMs: timeMs, isBurst: true, isPrefixed: true }
    // In Alt mode the keys of the prefix made a burst already, and the field was noted with the first of them.
    return { state: begun, step: { kind: state.isBurst && isRunning(state, timeMs) ? 'hold' : 'begin' } }
  }
  const before = isRunning(state, timeMs) ? state.text : ''
  return counted(state, timeMs, { text: (before + character).slice(0, SCAN_LENGTH_MAX) })
}

function counted(state: GuardState, timeMs: number, change: Partial<GuardState>): GuardMove {
  const isNew = !isRunning(state, timeMs)
  const run = isNew ? { ...CALM, startMs: timeMs, lastMs: timeMs, keyCount: 1 } : oneMore(state, timeMs)
  const changed = { ...run, ...change }
  // A space would press the button that has the focus.
  const isBurst = run.isBurst || isFast(run) || (!isNew && change.text?.endsWith(' ') === true)
  const kind = isBurst ? (run.isBurst ? 'hold' : 'burst') : isNew ? 'start' : 'pass'
  return { state: { ...changed, isBurst }, step: { kind } }
}

function oneMore(state: GuardState, timeMs: number): GuardState {
  return { ...state, keyCount: state.keyCount + 1, lastMs: timeMs }
}

/** Whether a key at this time goes on with what came before it. */
function isRunning(state: GuardState, timeMs: number): boolean {
  const gapMs = timeMs - state.lastMs
  if (!state.isBurst) return gapMs < SCAN_GAP_MS
  return gapMs < SCAN_END_MS && (state.isPrefixed || averageMs(oneMore(state, timeMs)) < PERSON_AVERAGE_MS)
}

function ended(state: GuardState, timeMs: number): GuardMove {
  const gapMs = timeMs - state.lastMs
  const isNear = gapMs < (state.isBurst ? SCAN_END_MS : SCAN_GAP_MS)
  const isShort =
    state.text.length >= SHORT_LENGTH_MIN && gapMs < SCAN_AVERAGE_MS && isFast(oneMore(state, timeMs))
  const isScan = state.isPrefixed ? state.text !== '' : isShort || isLongScan(state)
  if (!isNear || !isScan) return PASSED
  return { state: CALM, step: { kind: 'scan', text: state.text, isBurstStart: !state.isBurst } }
}

function isLongScan(state: GuardState): boolean {
  return state.text.trim().length >= SCAN_LENGTH_MIN && isFast(state)
}

function isFast(state: GuardState): boolean {
  return state.keyCount >= BURST_KEYS_MIN && averageMs(state) < SCAN_AVERAGE_MS
}

function averageMs({ keyCount, startMs, lastMs }: GuardState): number {
  return keyCount < 2 ? Infinity : (lastMs - startMs) / (keyCount - 1)
}

function guardSecret(state: GuardState, key: KeyStroke): GuardMove {
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
