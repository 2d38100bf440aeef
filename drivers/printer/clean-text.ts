// Makes text from anywhere safe to print: takes out what could become a printer command or reorder a line on paper.
// Called for every field by escpos.ts, raster.ts, text.ts and pdf.ts.

// eslint-disable-next-line no-control-regex -- taking control characters out is the purpose
const CONTROLS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g
// Direction overrides and isolates could show an amount backwards; zero-width spaces and BOMs print as boxes.
const INVISIBLES = /[\u200b\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g
const SPACES = /[\u2000-\u200a\u202f\u205f\u3000]/g

const OUTSIDE_ASCII = /[^\u0020-\u007e]/

/** True for printable ASCII only: such text needs no cleaning, no code page and no picture. */
export function isPlain(text: string): boolean {
  return !OUTSIDE_ASCII.test(text)
}

/** Composed (NFC), without control characters except "\n"; odd spaces become plain or no-break spaces. */
export function cleanText(text: string): string {
  if (isPlain(text)) return text
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/\t/g, ' ')
    .replace(CONTROLS, '')
    .replace(INVISIBLES, '')
    .replace(SPACES, '\u00a0')
    .toWellFormed()
    .normalize('NFC')
}

const SUBTAG = /[-_]/
const RIGHT_TO_LEFT = new Set(['ar', 'ckb', 'dv', 'fa', 'he', 'ks', 'ps', 'sd', 'ug', 'ur', 'yi'])

/** Direction follows the language of the line, never its first character. */
export function directionOf(lang: string): 'ltr' | 'rtl' {
  const end = lang.search(SUBTAG)
  if (!RIGHT_TO_LEFT.has(end < 0 ? lang : lang.slice(0, end))) return 'ltr'
  // Sindhi and Kashmiri are written in Devanagari as well.
  return lang.toLowerCase().includes('deva') ? 'ltr' : 'rtl'
}
