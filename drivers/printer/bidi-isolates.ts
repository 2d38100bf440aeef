// Keeps the words of the other direction of a line in one piece while it is drawn: in Urdu a code such as WS/107-A*, a negative
// amount or a masked name reads from left to right whatever stands beside it, and in Hindi an Urdu name from right to left.
// Called by raster-lines.ts. The marks are Unicode's isolates (UAX 9); cleanText takes them out of data, so only these are ever drawn.
const RIGHT_TO_LEFT =
  /[\u0590-\u08ff\u{fb1d}-\u{fdff}\u{fe70}-\u{fefc}\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u
const LETTER_OR_DIGIT = /[\p{L}\p{N}]/u
const OUTER_MARKS = /^([("'“‘[]*)(.*?)([)\]"'”’.,:;!?%]*)$/su

const LEFT_TO_RIGHT_ISOLATE = '\u2066'
const RIGHT_TO_LEFT_ISOLATE = '\u2067'
const END = '\u2069'

/** @param text one line, without line breaks */
export function isolateTurns(text: string, direction: 'ltr' | 'rtl'): string {
  if (!RIGHT_TO_LEFT.test(text)) {
    return direction === 'rtl' && text !== '' ? `${LEFT_TO_RIGHT_ISOLATE}${text}${END}` : text
  }
  const mark = direction === 'rtl' ? LEFT_TO_RIGHT_ISOLATE : RIGHT_TO_LEFT_ISOLATE
  const out: string[] = []
  let turn: string[] = []
  const closeTurn = (): void => {
    if (turn.length > 0) out.push(isolated(turn.join(' '), mark))
    turn = []
  }
  for (const word of text.split(' ')) {
    const isTurned = RIGHT_TO_LEFT.test(word) !== (direction === 'rtl')
    if (isTurned) turn.push(word)
    else {
      closeTurn()
      out.push(word)
    }
  }
  closeTurn()
  return out.join(' ')
}

/** Brackets and full stops around the words belong to the line. */
function isolated(words: string, mark: string): string {
  if (!LETTER_OR_DIGIT.test(words)) return words
  const [, before = '', inner = words, after = ''] = OUTER_MARKS.exec(words) ?? []
  return inner === '' ? words : `${before}${mark}${inner}${END}${after}`
}
