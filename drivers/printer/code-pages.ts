// Which code page of a printer holds a text, and its bytes there. Called by escpos.ts. The tables are loaded when the
// first text outside ASCII comes, so a slip in plain English never pays for them.
import { createRequire } from 'node:module'
import type { CodePage } from './profiles.ts'

type CodepageTables = { getCodepoints(name: string, isWhole: boolean): number[] }

export type TextEncoding = {
  /** n of `ESC t n`; null for ASCII, which every page has. */
  readonly page: number | null
  /** One latin1 character per byte; the text must have been found to fit. */
  readonly encode: (text: string) => string
}

export const ASCII: TextEncoding = { page: null, encode: (text) => text }

const load = createRequire(import.meta.url)
const NO_BREAK_SPACE = '\u00a0'
const OUTSIDE_ASCII = /[^\n\u0020-\u007e]/

const bytesByPage = new Map<string, Map<string, string>>()

/** The first page that holds every character of all texts, or null if none does. */
export function findEncoding(texts: readonly string[], pages: readonly CodePage[]): TextEncoding | null {
  const foreign = texts.filter((text) => OUTSIDE_ASCII.test(text))
  if (foreign.length === 0) return ASCII
  for (const page of pages) {
    const table = bytesOf(page.name)
    if (foreign.every((text) => encodeIn(text, table) !== null)) {
      return { page: page.number, encode: (text) => encodeFound(text, table) }
    }
  }
  return null
}

function encodeFound(text: string, table: ReadonlyMap<string, string>): string {
  const bytes = encodeIn(text, table)
  if (bytes === null) throw new Error('text was encoded in a code page that does not hold it')
  return bytes
}

function encodeIn(text: string, table: ReadonlyMap<string, string>): string | null {
  let bytes = ''
  for (const character of text) {
    if (character === '\n' || (character >= ' ' && character <= '~')) bytes += character
    else {
      const byte = table.get(character)
      if (byte === undefined) return null
      bytes += byte
    }
  }
  return bytes
}

function bytesOf(name: string): Map<string, string> {
  const known = bytesByPage.get(name)
  if (known !== undefined) return known
  const tables = load('@point-of-sale/codepage-encoder') as CodepageTables
  const bytes = new Map<string, string>()
  tables.getCodepoints(name, true).forEach((codePoint, byte) => {
    // Below 0x80 the pages agree with ASCII; 0xFFFD marks a hole.
    if (byte >= 0x80 && codePoint > 0 && codePoint !== 0xff_fd)
      bytes.set(String.fromCodePoint(codePoint), String.fromCharCode(byte))
  })
  bytes.set(NO_BREAK_SPACE, ' ')
  bytesByPage.set(name, bytes)
  return bytes
}
