// How words, label/value rows and table lines fall into lines of a given width. Shared by slips (width in characters),
// slip pictures and A4 (width in dots or points): the unit is whatever `measure` returns. No character other than the
// spaces at a line end is ever dropped.
import type { ColumnsBlock, PrintAlign, PrintBlock, PrintCell } from './document.ts'

export type Measure = (text: string) => number

export type RowLine = { readonly start: string; readonly end: string }

export type PlacedText = {
  readonly text: string
  readonly align: PrintAlign
  readonly x: number
  readonly width: number
}

export type Column = { readonly x: number; readonly width: number }

/** One character, one column: right for text in a printer's code page. */
export const countCharacters: Measure = (text) => text.length

let graphemes: Intl.Segmenter | undefined

// Unicode keeps conjuncts together in most Indic scripts, but not in Gurmukhi and Kannada, and not the two of Tamil (க்ஷ and ஸ்ரீ).
const JOINS_NEXT = /[\u0a4d\u0ccd][\u200d]?$/
const TAMIL_JOINT = /(?:க்|ஸ்|ஶ்)$/

/** Characters as people see them: a syllable with all its joined letters is one piece and is never broken. */
export function splitGraphemes(text: string): string[] {
  graphemes ??= new Intl.Segmenter('en', { granularity: 'grapheme' })
  const pieces: string[] = []
  for (const { segment } of graphemes.segment(text)) {
    const before = pieces.at(-1)
    if (before !== undefined && isJoint(before, segment)) pieces[pieces.length - 1] = before + segment
    else pieces.push(segment)
  }
  return pieces
}

function isJoint(before: string, next: string): boolean {
  if (JOINS_NEXT.test(before)) return /^[\p{Script=Gurmukhi}\p{Script=Kannada}]/u.test(next)
  if (!TAMIL_JOINT.test(before)) return false
  return before.endsWith('க்') ? next.startsWith('ஷ') : next.startsWith('ரீ')
}

/** Lines of at most `width`; "\n" is a line break; words longer than a line are broken between graphemes. */
export function wrapText(text: string, width: number, measure: Measure): string[] {
  const lines: string[] = []
  for (const paragraph of text.split('\n')) {
    if (measure(paragraph) <= width) lines.push(paragraph)
    else wrapParagraph(paragraph, { width, measure, lines })
  }
  return lines
}

type WrapState = { width: number; measure: Measure; lines: string[] }

function wrapParagraph(paragraph: string, state: WrapState): void {
  const { width, measure, lines } = state
  const before = lines.length
  let line: string | null = null
  for (const word of paragraph.split(' ')) {
    const candidate: string = line === null ? word : `${line} ${word}`
    if (measure(candidate) <= width) {
      line = candidate
      continue
    }
    if (line !== null) pushInked(lines, line)
    line = measure(word) <= width ? word : breakWord(word, state)
  }
  if (line !== null) pushInked(lines, line)
  if (lines.length === before) lines.push('')
}

/** Puts full lines of a too long word into `lines`, returns what is left for the next line. */
function breakWord(word: string, { width, measure, lines }: WrapState): string {
  let line = ''
  for (const piece of splitGraphemes(word)) {
    if (line !== '' && measure(line + piece) > width) {
      lines.push(line)
      line = piece
    } else line += piece
  }
  return line
}

function pushInked(lines: string[], line: string): void {
  const inked = line.trimEnd()
  if (inked !== '') lines.push(inked)
}

/**
 * Label at the start and value at the end. The value keeps one piece unless it is wider than the paper; `gap` is the least
 * room between the two.
 */
export function wrapRow(
  row: { label: string; value: string },
  size: { width: number; gap: number; measure: Measure },
): RowLine[] {
  const { width, gap, measure } = size
  const labels = wrapText(row.label, width, measure)
  if (row.value === '') return labels.map((start) => ({ start, end: '' }))

  const last = labels.at(-1) ?? ''
  const room = last === '' ? width : width - measure(last) - gap
  if (!row.value.includes('\n') && measure(row.value) <= width) {
    if (measure(row.value) <= room) return placeValues(labels, [row.value])
    return placeValues([...labels, ''], [row.value])
  }
  const isBeside = room >= width / 2
  const values = wrapText(row.value, isBeside ? room : width, measure)
  return placeValues(isBeside ? labels : [...labels, ''], values)
}

/** The first value stands on the last label's line, the others below it. */
function placeValues(labels: string[], values: string[]): RowLine[] {
  const lines: RowLine[] = labels.slice(0, -1).map((start) => ({ start, end: '' }))
  values.forEach((end, index) => lines.push({ start: index === 0 ? (labels.at(-1) ?? '') : '', end }))
  return lines
}

/**
 * Column places for a whole table, or null if the paper is too narrow for its whole cells. Columns get their shares; then
 * columns of whole cells give what they do not need to columns of running text that would otherwise wrap.
 * @param table consecutive blocks with the same number of cells
 */
export function fitColumns(
  table: readonly ColumnsBlock[],
  size: { width: number; gap: number; textWidthMin: number; measure: Measure },
): Column[] | null {
  const drafts = draftColumns(table, size)
  const usable = size.width - size.gap * (drafts.length - 1)
  const used = (): number => {
    let sum = 0
    for (const { width } of drafts) sum += width
    return sum
  }
  const shrink = (isText: boolean): void => {
    for (const draft of drafts) {
      if (draft.isText !== isText) continue
      draft.width -= Math.max(0, Math.min(used() - usable, draft.width - draft.least))
    }
  }
  shrink(true)
  shrink(false)
  if (used() > usable) return null
  let roomiest = drafts.at(-1)
  for (const text of drafts) {
    if (!text.isText) continue
    if (roomiest?.isText !== true) roomiest = text
    for (const whole of drafts) {
      if (whole.isText) continue
      const give = Math.max(0, Math.min(text.wanted - text.width, whole.width - whole.least))
      whole.width -= give
      text.width += give
    }
  }
  // What rounding left over goes to the text, so that amounts keep their columns and end at the paper's edge.
  if (roomiest !== undefined) roomiest.width += usable - used()
  let x = 0
  const columns: Column[] = []
  for (const { width } of drafts) {
    columns.push({ x, width })
    x += width + size.gap
  }
  return columns
}

type ColumnDraft = { width: number; least: number; wanted: number; isText: boolean }

/** Each column's share of the line, what its cells want, and what it cannot do without. Plain loops: every receipt pays for it. */
function draftColumns(
  table: readonly ColumnsBlock[],
  size: { width: number; gap: number; textWidthMin: number; measure: Measure },
): ColumnDraft[] {
  const first = table[0]?.cells ?? []
  let shares = 0
  for (const { width } of first) shares += width
  const usable = size.width - size.gap * (first.length - 1)
  const drafts: ColumnDraft[] = []
  for (let index = 0; index < first.length; index++) {
    let whole = 0
    let wanted = 0
    let isText = false
    for (const { cells } of table) {
      const cell = cells[index] as PrintCell
      const width = size.measure(cell.text)
      if (width > wanted) wanted = width
      if (cell.isWhole !== true) isText = true
      else if (width > whole) whole = width
    }
    const least = isText ? Math.max(whole, Math.min(wanted, size.textWidthMin)) : whole
    const share = Math.floor((usable * (first[index] as PrintCell).width) / shares)
    drafts.push({ least, wanted, isText, width: Math.max(least, share) })
  }
  return drafts
}

/** The lines of one table line; `columns` null puts the cells under each other, the first left, the others right. */
export function wrapCells(
  block: ColumnsBlock,
  columns: readonly Column[] | null,
  size: { width: number; measure: Measure },
): PlacedText[][] {
  if (columns === null) {
    return block.cells.flatMap((cell, index) =>
      wrapText(cell.text, size.width, size.measure).map((text) => [
        { text, align: cell.align ?? (index === 0 ? 'left' : 'right'), x: 0, width: size.width },
      ]),
    )
  }
  const wrapped = block.cells.map((cell, index) =>
    wrapText(cell.text, columns[index]?.width ?? size.width, size.measure),
  )
  const count = Math.max(...wrapped.map((lines) => lines.length))
  return Array.from({ length: count }, (_, line) =>
    block.cells.map((cell, index) => ({
      text: wrapped[index]?.[line] ?? '',
      align: cell.align ?? 'left',
      x: columns[index]?.x ?? 0,
      width: columns[index]?.width ?? size.width,
    })),
  )
}

/** The consecutive columns blocks from `start` on that form one table with it. */
export function tableAt(blocks: readonly PrintBlock[], start: number): ColumnsBlock[] {
  const table: ColumnsBlock[] = []
  for (let index = start; index < blocks.length; index++) {
    const block = blocks[index] as PrintBlock
    if (block.kind !== 'columns') break
    if (table[0] !== undefined && block.cells.length !== table[0].cells.length) break
    table.push(block)
  }
  return table
}
