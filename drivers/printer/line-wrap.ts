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
 * Column places for a whole table, or null if the paper is too narrow for its whole cells. Columns get their shares; then
 * columns of whole cells give what they do not need to columns of running text that would otherwise wrap.
 * @param table consecutive blocks with the same number of cells
 */
export function fitColumns(
  table: readonly ColumnsBlock[],
  size: { width: number; gap: number; textWidthMin: number; measure: Measure },
): Column[] | null {
  const cells = table[0]?.cells ?? []
  const usable = size.width - size.gap * (cells.length - 1)
  const shares = cells.reduce((sum, cell) => sum + cell.width, 0)
  const drafts = cells.map((cell, index) => {
    const column = table.map((block) => block.cells[index])
    const whole = Math.max(0, ...column.map((one) => wholeWidth(one, size.measure)))
    const wanted = Math.max(0, ...column.map((one) => size.measure(one?.text ?? '')))
    const isText = column.some((one) => one?.isWhole !== true)
    const least = isText ? Math.max(whole, Math.min(wanted, size.textWidthMin)) : whole
    return { least, wanted, isText, width: Math.max(least, Math.floor((usable * cell.width) / shares)) }
  })
  const used = (): number => drafts.reduce((sum, { width }) => sum + width, 0)
  const texts = drafts.filter(({ isText }) => isText)
  const wholes = drafts.filter(({ isText }) => !isText)
  for (const draft of [...texts, ...wholes]) {
    draft.width -= Math.max(0, Math.min(used() - usable, draft.width - draft.least))
  }
  if (used() > usable) return null
  for (const text of texts) {
    for (const whole of wholes) {
      const give = Math.max(0, Math.min(text.wanted - text.width, whole.width - whole.least))
      whole.width -= give
      text.width += give
    }
  }
  // What rounding left over goes to the text, so that amounts keep their columns and end at the paper's edge.
  const widest = texts[0] ?? drafts.at(-1)
  if (widest !== undefined) widest.width += usable - used()
  let x = 0
  return drafts.map(({ width }) => {
    const column = { x, width }
    x += width + size.gap
    return column
  })
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
