// Goal: a scanner is told from a person by time alone, whatever it scans and wherever the focus is; nothing typed into a
// secret field is ever read, and fast human typing is given back.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  CALM,
  characterOf,
  guardEnd,
  guardKey,
  SCAN_GAP_MS,
  SCAN_LENGTH_MIN,
  type GuardState,
  type GuardStep,
  type KeyStroke,
} from '#renderer/parts/scan-guard.ts'

const stroke = (code: string, timeMs: number, more: Partial<KeyStroke> = {}): KeyStroke => ({
  code,
  timeMs,
  isShift: false,
  hasModifier: false,
  isRepeat: false,
  isSecret: false,
  ...more,
})

type Run = { readonly state: GuardState; readonly steps: readonly GuardStep[] }

const runKeys = (strokes: readonly KeyStroke[], from: GuardState = CALM): Run => {
  let state = from
  const steps = strokes.map((each) => {
    const next = guardKey(state, each)
    state = next.state
    return next.step
  })
  return { state, steps }
}

/** What a scanner in keyboard mode sends for a text, `gapMs` apart. */
const scanOf = (text: string, gapMs: number, startMs = 1000): KeyStroke[] =>
  text.split('').map((character, at) => {
    const { code, isShift } = keyFor(character)
    return stroke(code, startMs + at * gapMs, { isShift })
  })

const CODES = [
  ...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'.split('').map((letter) => `Key${letter}`),
  ...'0123456789'.split('').map((digit) => `Digit${digit}`),
  'Space',
  'Minus',
  'Slash',
  'Period',
  'Comma',
  'Semicolon',
  'Equal',
]

const keyFor = (character: string): { code: string; isShift: boolean } => {
  for (const code of CODES) {
    if (characterOf(code, false) === character) return { code, isShift: false }
    if (characterOf(code, true) === character) return { code, isShift: true }
  }
  throw new Error(`no key types ${character}`)
}

const kinds = (steps: readonly GuardStep[]) => steps.map(({ kind }) => kind)

test('a scan with Enter is one text; from its third key on nothing reaches the screen', () => {
  const { steps, state } = runKeys([...scanOf('PT-1001-2026', 8), stroke('Enter', 1000 + 12 * 8)])
  expect(kinds(steps)).toEqual(['start', 'pass', 'burst', ...Array.from({ length: 9 }, () => 'hold'), 'scan'])
  expect(steps.at(-1)).toEqual({ kind: 'scan', text: 'PT-1001-2026', isBurstStart: false })
  expect(state).toEqual(CALM)
})

test('spaces inside a code are held, also as its second character', () => {
  const { steps } = runKeys([...scanOf('W S42', 8), stroke('Enter', 1040)])
  expect(kinds(steps)).toEqual(['start', 'burst', 'hold', 'hold', 'hold', 'scan'])
  expect(steps.at(-1)).toMatchObject({ text: 'W S42' })
})

test('any code of printable keys, at any scanner speed, comes out as scanned', () => {
  const characters = CODES.flatMap((code) => [characterOf(code, false), characterOf(code, true)]).filter(
    (character) => character !== null && character !== ' ',
  ) as string[]
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...characters, ' '), { minLength: 3, maxLength: 60 }),
      fc.integer({ min: 1, max: SCAN_GAP_MS - 1 }),
      fc.constantFrom('Enter', 'NumpadEnter', 'Tab'),
      (text, gapMs, end) => {
        const scanned = text.join('')
        fc.pre(!scanned.startsWith(' '))
        const strokes = [...scanOf(scanned, gapMs), stroke(end, 1000 + scanned.length * gapMs)]
        const { steps } = runKeys(strokes)
        expect(steps.at(-1)).toMatchObject({ kind: 'scan', text: scanned })
        const reached = steps.filter(({ kind }) => kind === 'pass' || kind === 'start')
        expect(reached.length).toBeLessThanOrEqual(2)
      },
    ),
    { numRuns: 1000 },
  )
})

test('a person who types slowly and presses Enter is left alone', () => {
  const { steps } = runKeys([...scanOf('PT-1001', 120), stroke('Enter', 3000)])
  expect(new Set(kinds(steps))).toEqual(new Set(['start', 'pass']))
})

test('held keys, shortcuts and keys that type nothing never become a scan', () => {
  const held = Array.from({ length: 20 }, (_, at) => stroke('KeyA', 1000 + at * 30, { isRepeat: at > 0 }))
  const shortcuts = Array.from({ length: 5 }, (_, at) => stroke('KeyC', 3000 + at * 5, { hasModifier: true }))
  const arrows = Array.from({ length: 5 }, (_, at) => stroke('ArrowDown', 4000 + at * 5))
  const { steps } = runKeys([...held, ...shortcuts, ...arrows])
  expect(new Set(kinds(steps))).toEqual(new Set(['start', 'pass']))
})

test('a scanner without a suffix is delivered when the keys stop; short fast typing is given back', () => {
  const long = runKeys(scanOf('PT-1001', 8))
  expect(guardEnd(long.state)).toEqual({ kind: 'scan', text: 'PT-1001' })
  const short = runKeys(scanOf('abcd', 8))
  expect('abcd'.length).toBeLessThan(SCAN_LENGTH_MIN)
  expect(guardEnd(short.state)).toEqual({ kind: 'giveBack', text: 'abcd' })
  expect(guardEnd(CALM)).toBeNull()
})

test('a PIN is never read, however fast it comes', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 12 }),
      fc.integer({ min: 1, max: 200 }),
      (pin, gapMs) => {
        const strokes = pin.map((digit, at) => stroke(`Digit${digit}`, 1000 + at * gapMs, { isSecret: true }))
        const { state, steps } = runKeys(strokes)
        expect(state.text).toBe('')
        expect(steps.every(({ kind }) => kind === 'pass')).toBe(true)
        expect(guardEnd(state)).toBeNull()
      },
    ),
  )
})

test('a scan into a PIN field does not send it; a person’s Enter does', () => {
  const scanned = [...scanOf('PT-1001-2026', 8), stroke('Enter', 1096)].map((each) => ({
    ...each,
    isSecret: true,
  }))
  expect(runKeys(scanned).steps.at(-1)).toEqual({ kind: 'stop' })
  const typed = [...scanOf('246810', 45), stroke('Enter', 1300)].map((each) => ({ ...each, isSecret: true }))
  expect(runKeys(typed).steps.at(-1)).toEqual({ kind: 'pass' })
})

test('characters come from the place of the key, so a Hindi layout changes nothing', () => {
  expect(characterOf('KeyQ', false)).toBe('q')
  expect(characterOf('KeyQ', true)).toBe('Q')
  expect(characterOf('Digit5', false)).toBe('5')
  expect(characterOf('Numpad5', false)).toBe('5')
  expect(characterOf('Slash', false)).toBe('/')
  expect(characterOf('F6', false)).toBeNull()
})
