// Goal: a rescue cut into QR codes comes together again from codes in any order and scanned twice, says what is missing, and never
// comes together from codes of two rescues or with one character changed.
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FRAME_CHARS, framesOf, FRAMES_MAX, joinFrames, readFrame } from '#contract/rescue.ts'
import type { RescueFrame } from '#contract/rescue.ts'

const idOf = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 16)
const sealed = fc
  .array(fc.constantFrom('A', 'B', 'd', 'f', '0', '9', '-', '_', '.'), {
    minLength: 1,
    maxLength: 5 * FRAME_CHARS,
  })
  .map((characters) => characters.join(''))
const framesFor = (text: string): RescueFrame[] =>
  (framesOf(text, idOf(text)) ?? []).map((frame) => readFrame(frame) ?? expect.unreachable('not a code'))

test('any order and any repeats give the text again', () => {
  fc.assert(
    fc.property(sealed, fc.infiniteStream(fc.nat()), (text, order) => {
      const frames = framesFor(text)
      const twice = [...frames, ...frames].toSorted(() => ((order.next().value ?? 0) % 2 === 0 ? 1 : -1))
      expect(joinFrames(twice, idOf)).toEqual({ kind: 'whole', sealed: text, id: idOf(text) })
    }),
  )
})

test('what is missing is named by its numbers', () => {
  fc.assert(
    fc.property(sealed, fc.nat(), (end, at) => {
      const frames = framesFor(`${'a'.repeat(FRAME_CHARS)}${end}`)
      const left = at % frames.length
      const rest = frames.filter((_, index) => index !== left)
      expect(joinFrames(rest, idOf)).toEqual({ kind: 'missing', numbers: [left + 1], count: frames.length })
    }),
  )
})

test('codes of two rescues, or one changed character, do not come together', () => {
  const one = framesFor('a'.repeat(FRAME_CHARS + 5))
  const other = framesFor('b'.repeat(FRAME_CHARS + 5))
  expect(joinFrames([...one, ...other], idOf)).toEqual({ kind: 'mixed' })
  const [first, second] = [one[0]!, one[1]!]
  const changed = { ...second, text: `c${second.text.slice(1)}` }
  expect(joinFrames([first, changed], idOf)).toEqual({ kind: 'mixed' })
  expect(joinFrames([first, second, changed], idOf)).toEqual({ kind: 'mixed' })
})

test('what is no code of a rescue is not taken for one', () => {
  const texts = ['', 'PT-107-000123', 'TAHSIL-RESCUE/12/1/1/abc', `TAHSIL-RESCUE/${'0'.repeat(16)}/2/1/abc`]
  for (const text of texts) expect(readFrame(text), text).toBeNull()
  fc.assert(fc.property(fc.string(), (text) => void readFrame(text)))
})

test('more than anybody would scan is not cut up', () => {
  expect(framesOf('x'.repeat(FRAME_CHARS * FRAMES_MAX), '0'.repeat(16))).toHaveLength(FRAMES_MAX)
  expect(framesOf('x'.repeat(FRAME_CHARS * FRAMES_MAX + 1), '0'.repeat(16))).toBeNull()
})
