// What a pole display can show: two lines of twenty Latin characters, the same in every country's font. Called by whoever lays
// lines out for it (the host) and by pole-display.ts, which sends nothing else.
import { DriverProblem } from '#drivers/problem.ts'

export const POLE_COLUMNS = 20
export const POLE_ROWS = 2
/** Longer texts walk through the line; more is not read by anybody. */
export const POLE_TEXT_MAX = 60

/** Letters, digits and the signs that no national font of these displays replaces. */
const SHOWABLE = /^[0-9A-Za-z !"%&'()*+,\-./:;<=>?_]$/

const SHOWABLE_ALL = new RegExp(`^(?:${SHOWABLE.source.slice(1, -1)})*$`)

/** Signs that have a form of their own in plain letters. */
const INSTEAD: Readonly<Record<string, string>> = {
  '₹': 'Rs ',
  '–': '-',
  '—': '-',
  '−': '-',
  '‘': "'",
  '’': "'",
  '“': '"',
  '”': '"',
  '×': 'x',
  '…': '...',
  '·': '-',
  '\u00a0': ' ',
  '\u202f': ' ',
}

/** What cannot be shown stands as this, in its place and once for each character. */
const UNKNOWN = '?'

export type PoleText = { readonly text: string; readonly replacedCount: number }

/** Writes a text in characters of the display; accents are dropped, other scripts become question marks and are counted. */
export function poleText(text: string): PoleText {
  let shown = ''
  let replacedCount = 0
  for (const character of text.normalize('NFKD').replace(/\p{Mn}+/gu, '')) {
    const known = SHOWABLE.test(character) ? character : INSTEAD[character]
    if (known === undefined) replacedCount += 1
    shown += known ?? UNKNOWN
    if (shown.length > POLE_TEXT_MAX) break
  }
  return { text: shown.replace(/ +/g, ' ').trim().slice(0, POLE_TEXT_MAX), replacedCount }
}

/** The text where the display has letters for all of it, else the plain word that stands for it. */
export function latinOr(text: string, plain: string): string {
  const { text: shown, replacedCount } = poleText(text)
  return replacedCount === 0 && shown !== '' ? shown : plain
}

/** A word at the left and a figure at the right. The figure is never cut; the word gives way. */
export function poleRow(word: string, figure: string): string {
  const right = poleText(figure).text.slice(-POLE_COLUMNS)
  const room = POLE_COLUMNS - right.length - (right === '' ? 0 : 1)
  const left = poleText(word).text.slice(0, Math.max(0, room))
  return left.padEnd(POLE_COLUMNS - right.length) + right
}

/** Exactly as wide as the display. */
export function poleCentred(text: string): string {
  const shown = poleText(text).text.slice(0, POLE_COLUMNS)
  return shown.padStart(Math.floor((POLE_COLUMNS + shown.length) / 2)).padEnd(POLE_COLUMNS)
}

/** @throws DriverProblem `document_invalid` for anything but characters of the display */
export function requireShowable(text: string): void {
  if (text.length <= POLE_TEXT_MAX && SHOWABLE_ALL.test(text)) return
  throw new DriverProblem('document_invalid', 'This text cannot be shown on a pole display.')
}
