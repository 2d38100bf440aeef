// Goal: a scanner is told from a person by time alone, whatever it scans and wherever the focus is; nothing typed into a
// secret field is ever read, and fast human typing is given back.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { altCharacter, characterOf } from '#renderer/parts/scan-characters.ts'
import {
  CALM,
  guardAltUp,
  guardEnd,
  guardKey,
  SCAN_AVERAGE_MS,
  SCAN_LENGTH_MIN,
  type GuardState,
  type GuardStep,
  type KeyStroke,
} from '#renderer/parts/scan-guard.ts'
import { createRepeatCheck } from '#renderer/parts/scan-repeat.ts'

const stroke = (code: string, timeMs: number, more: Partial<KeyStroke> = {}): KeyStroke => ({
  code,
  timeMs,
  isShift: false,
  isAlt: false,
  isControl: false,
  isMeta: false,
  isRepeat: false,
  isSecret: false,
  ...more,
})

type Run = { readonly state: GuardState; readonly steps: readonly GuardStep[] }

/** `AltUp` is the Alt key going up. */
const runKeys = (strokes: readonly KeyStroke[], from: GuardState = CALM): Run => {
  let state = from
  const steps = strokes.map((each) => {
    const next = each.code === 'AltUp' ? guardAltUp(state, each.timeMs) : guardKey(state, each)
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
  'Backquote',
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
      fc.integer({ min: 1, max: SCAN_AVERAGE_MS - 1 }),
      fc.constantFrom('Enter', 'NumpadEnter', 'Tab'),
      (text, gapMs, end) => {
        const scanned = text.join('')
        fc.pre(!scanned.startsWith(' ') && !scanned.slice(0, 3).includes('~'))
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
  const shortcuts = Array.from({ length: 5 }, (_, at) => stroke('KeyC', 3000 + at * 5, { isControl: true }))
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

test('the US characters of keys are found on any layout, and those typed with Alt by their number', () => {
  expect(['65', '065', '45', '047'].map(altCharacter)).toEqual(['A', 'A', '-', '/'])
  expect(altCharacter('0233')).toBe('é')
  expect(['200', '300', '0130'].map(altCharacter)).toEqual(['\uFFFD', '\uFFFD', '\uFFFD'])
})

const PREFIX = stroke('Backquote', 1000, { isShift: true })
const delayed = (strokes: readonly KeyStroke[], byMs: number): KeyStroke[] =>
  strokes.map((each) => ({ ...each, timeMs: each.timeMs + byMs }))

test('after the prefix a scan is held from its first key, at any speed of the scanner', () => {
  for (const gapMs of [1, 8, 35, 60, 150]) {
    const { steps } = runKeys([
      PREFIX,
      ...delayed(scanOf('WS/107/1', gapMs), gapMs),
      stroke('Enter', 1000 + 9 * gapMs),
    ])
    expect(kinds(steps)).toEqual(['begin', ...Array.from({ length: 8 }, () => 'hold'), 'scan'])
    expect(steps.at(-1)).toMatchObject({ text: 'WS/107/1' })
  }
})

test('a prefix that a person types is given back, alone and with what follows; another prefix may be set, or none', () => {
  expect(guardEnd(runKeys([PREFIX]).state)).toEqual({ kind: 'giveBack', text: '~' })
  const typed = runKeys([PREFIX, ...delayed(scanOf('ab', 100), 100)])
  expect(guardEnd(typed.state)).toEqual({ kind: 'giveBack', text: '~ab' })
  const alone = runKeys([PREFIX, stroke('Enter', 1100)])
  expect(alone.steps.at(-1)).toEqual({ kind: 'pass' })
  expect(guardKey(CALM, PREFIX, '').step).toEqual({ kind: 'start' })
  expect(guardKey(CALM, stroke('Quote', 1), "'").step).toEqual({ kind: 'begin' })
  const inside = runKeys([PREFIX, ...delayed(scanOf('a~b~', 5), 5), stroke('Enter', 1040)])
  expect(inside.steps.at(-1)).toMatchObject({ kind: 'scan', text: 'a~b~' })
})

/** What a scanner in Alt mode sends for a text: each event `gapMs` after the one before. */
const altScanOf = (text: string, gapMs: number): KeyStroke[] =>
  text
    .split('')
    .flatMap((character) => [
      { code: 'AltLeft' },
      ...String(character.charCodeAt(0))
        .padStart(3, '0')
        .split('')
        .map((digit) => ({ code: `Numpad${digit}` })),
      { code: 'AltUp' },
    ])
    .map(({ code }, at) => stroke(code, 1000 + at * gapMs, { isAlt: code !== 'AltUp' }))

test('a scanner that types numbers while it holds Alt is understood on any layout, with and without a prefix', () => {
  for (const [typed, text] of [
    ['PT-1001/a', 'PT-1001/a'],
    ['~PT-1001/a', 'PT-1001/a'],
    ['~7', '7'],
  ] as const) {
    const strokes = altScanOf(typed, 6)
    const end = 1000 + strokes.length * 6
    expect(runKeys([...strokes, stroke('Enter', end)]).steps.at(-1), typed).toMatchObject({
      kind: 'scan',
      text,
    })
    const { steps } = runKeys([...strokes, ...delayed(altScanOf('\r', 6), end - 1000)])
    expect(steps.at(-1), typed).toMatchObject({ kind: 'scan', text })
    expect(steps.filter(({ kind }) => kind === 'pass' || kind === 'start').length).toBeLessThanOrEqual(2)
  }
})

test('a person’s Alt shortcuts and Alt numbers are left alone', () => {
  const shortcut = [stroke('AltLeft', 1000, { isAlt: true }), stroke('KeyR', 1020, { isAlt: true })]
  expect(runKeys(shortcut)).toMatchObject({ state: CALM, steps: [{ kind: 'start' }, { kind: 'pass' }] })
  const slow = altScanOf('A', 140)
  expect(new Set(kinds(runKeys(slow).steps))).toEqual(new Set(['start']))
})

test('the separator of a GS1 code, which comes as Ctrl+], stays in it', () => {
  const { steps } = runKeys([
    ...scanOf('8020A1', 8),
    stroke('ControlLeft', 1048, { isControl: true }),
    stroke('BracketRight', 1050, { isControl: true }),
    ...delayed(scanOf('415', 8), 60),
    stroke('Enter', 1090),
  ])
  expect(steps.at(-1)).toMatchObject({ kind: 'scan', text: '8020A1\u001D415' })
})

test('a scan that falters once is still one scan', () => {
  const early = scanOf('PT-1001-2026', 5)
  const strokes = [...early.slice(0, 8), ...delayed(early.slice(8), 120), stroke('Enter', 1240)]
  expect(runKeys(strokes).steps.at(-1)).toMatchObject({ kind: 'scan', text: 'PT-1001-2026' })
})

/** Recorded from fast typing: rolled pairs and triples close together, then the next finger. */
const HUMAN_GAPS_MS = [22, 27, 95, 61, 18, 24, 110, 74, 39, 28, 25, 88, 130, 45, 57]

test('a person who types fast and rolls keys is never a scan, and gets every key', () => {
  fc.assert(
    fc.property(
      fc.stringMatching(/^[a-z0-9]{3,24}$/),
      fc.nat({ max: HUMAN_GAPS_MS.length - 1 }),
      fc.integer({ min: 45, max: 180 }),
      (word, from, enterMs) => {
        let atMs = 5000
        const strokes = scanOf(word, 0).map((each, at) => {
          if (at > 0) atMs += HUMAN_GAPS_MS[(from + at) % HUMAN_GAPS_MS.length] ?? 60
          return { ...each, timeMs: atMs }
        })
        expect(fieldAfter([...strokes, stroke('Enter', atMs + enterMs)])).toBe(word)
      },
    ),
    { numRuns: 500 },
  )
})

/** What stands in a text field after these keys, obeyed as window-keys.ts does; a scan throws. */
function fieldAfter(strokes: readonly KeyStroke[]): string {
  let [field, noted, state] = ['', '', CALM]
  for (const each of strokes) {
    const { state: next, step } = guardKey(state, each)
    if (step.kind === 'scan') throw new Error(`taken for a scan: ${step.text}`)
    if (state.isBurst && !next.isBurst) field = noted + (guardEnd(state)?.text ?? '')
    state = next
    if (step.kind === 'start' || step.kind === 'begin') noted = field
    if (step.kind === 'burst') field = noted
    if (step.kind === 'pass' || step.kind === 'start') field += characterOf(each.code, each.isShift) ?? ''
  }
  return field
}

test('keys are timed by their own clock: a screen that hears of a scan late and all at once reads it the same', () => {
  // The times are those of the keys; how late they are handled is nowhere in them.
  const strokes = [...scanOf('PT-1001', 9), stroke('Enter', 1063)]
  const first = runKeys(strokes.slice(0, 3))
  expect(runKeys(strokes.slice(3), first.state).steps.at(-1)).toMatchObject({ kind: 'scan', text: 'PT-1001' })
})

test('the same code typed twice within a second is one scan; another one, or later, is not', () => {
  const isRepeat = createRepeatCheck()
  expect(isRepeat('A1', 0)).toBe(false)
  expect(isRepeat('A1', 900)).toBe(true)
  expect(isRepeat('A1', 1_800)).toBe(true)
  expect(isRepeat('A1', 2_800)).toBe(false)
  expect(isRepeat('B1', 2_810)).toBe(false)
  expect(isRepeat('A1', 2_820)).toBe(false)
})
