// How words, label/value rows and table lines fall into lines of a given width. Shared by slips (width in characters),
// slip pictures and A4 (width in dots or points): the unit is whatever `measure` returns. No character other than the
// spaces at a line end is ever dropped.
import type { ColumnsBlock, PrintAlign } from './document.ts'

export type Measure = (text: string) => number

export type RowLine = { readonly start: string; readonly end: string }

export type PlacedText = {
  readonly text: string
  readonly align: PrintAlign
  readonly x: number
  readonly width: number
}

type Column = { x: number; width: number }

/** One character, one column: right for text in a printer's code page. */
export const countCharacters: Measure = (text) => text.length

let graphemes: Intl.Segmenter | undefined

/** Characters as people see them: a Devanagari syllable or a flag is one piece and is never broken. */
export function splitGraphemes(text: string): string[] {
  graphemes ??= new Intl.Segmenter('en', { granularity: 'grapheme' })
  return Array.from(graphemes.segment(text), (part) => part.segment)
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
 * Column places for a whole table, or null if the paper is too narrow for its whole cells.
 * @param table consecutive blocks with the same number of cells
 */
export function fitColumns(
  table: readonly ColumnsBlock[],
  size: { width: number; gap: number; textWidthMin: number; measure: Measure },
): Column[] | null {
  const first = table[0]?.cells ?? []
  const usable = size.width - size.gap * (first.length - 1)
  const shares = first.reduce((sum, cell) => sum + cell.width, 0)
  const needs = first.map((_, index) =>
    Math.max(0, ...table.map(({ cells }) => wholeWidth(cells[index], size.measure))),
  )
  const isWhole = first.map((_, index) => table.every(({ cells }) => cells[index]?.isWhole === true))
  const widths = first.map((cell, index) =>
    Math.max(needs[index] ?? 0, Math.floor((usable * cell.width) / shares)),
  )
  let excess = widths.reduce((sum, width) => sum + width, 0) - usable
  // Columns that hold running text give way first, widest first; then share room that whole cells do not need.
  for (const canShrink of [(index: number) => isWhole[index] !== true, () => true]) {
    const order = widths.map((_, index) => index).filter((index) => canShrink(index))
    order.sort((a, b) => (widths[b] ?? 0) - (widths[a] ?? 0))
    for (const index of order) {
      const least = Math.max(needs[index] ?? 0, isWhole[index] === true ? 1 : size.textWidthMin)
      const give = Math.min(Math.max(0, excess), Math.max(0, (widths[index] ?? 0) - least))
      widths[index] = (widths[index] ?? 0) - give
      excess -= give
    }
  }
  if (excess > 0) return null
  let x = 0
  const columns = widths.map((width) => {
    const column = { x, width }
    x += width + size.gap
    return column
  })
  const lastColumn = columns.at(-1)
  // What rounding left over belongs to the last column, so that amounts end at the paper's edge.
  if (lastColumn !== undefined) lastColumn.width = size.width - lastColumn.x
  return columns
}

function wholeWidth(cell: ColumnsBlock['cells'][number] | undefined, measure: Measure): number {
  return cell?.isWhole === true ? measure(cell.text) : 0
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

/** The consecutive columns blocks from `index` on that form one table with it. */
export function tableAt(blocks: readonly { readonly kind: string }[], index: number): ColumnsBlock[] {
  const table: ColumnsBlock[] = []
  for (const block of blocks.slice(index)) {
    if (block.kind !== 'columns') break
    const columns = block as ColumnsBlock
    if (table[0] !== undefined && columns.cells.length !== table[0].cells.length) break
    table.push(columns)
  }
  return table
}
