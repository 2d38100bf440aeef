// Text, label/value rows and tables of a slip. Called by escpos.ts; escpos-blocks.ts uses addText for captions.
import { cleanText, isPlain } from './clean-text.ts'
import { findEncoding } from './code-pages.ts'
import type { ColumnsBlock, PrintCell, RowBlock, TextBlock } from './document.ts'
import type { Slip } from './escpos-slip.ts'
import {
  PAD,
  addPicture,
  asciiFor,
  encodingFor,
  isRtl,
  lineWidth,
  mirrored,
  setStyle,
} from './escpos-slip.ts'
import type { Column, Measure, PlacedText } from './line-wrap.ts'
import { countCharacters, fitColumns, wrapCells, wrapRow, wrapText } from './line-wrap.ts'

export const TEXT_COLUMN_MIN = 7
export const WIDE_COLUMNS = 40

export function addText(slip: Slip, block: TextBlock): void {
  const isAsIs = isPlain(block.text)
  const text = isAsIs ? block.text : cleanText(block.text)
  const encoding = isAsIs ? asciiFor(slip) : encodingFor(slip, [text])
  if (encoding === null) return addPicture(slip, { block, lang: slip.lang })
  const size = block.size ?? 'normal'
  const width = lineWidth(slip, size)
  const align = block.align ?? 'left'
  setStyle(slip, isRtl(slip, block) ? mirrored(align) : align, size, block.isBold === true)
  if (isAsIs && text.length <= width) slip.out += `${text}\n`
  else for (const line of wrapText(text, width, countCharacters)) slip.out += `${encoding.encode(line)}\n`
}

export function addRow(slip: Slip, block: RowBlock): void {
  const isAsIs = isPlain(block.label) && isPlain(block.value)
  const label = isAsIs ? block.label : cleanText(block.label)
  const value = isAsIs ? block.value : cleanText(block.value)
  const encoding = isAsIs ? asciiFor(slip) : encodingFor(slip, [label, value])
  if (encoding === null) return addPicture(slip, { block, lang: slip.lang })
  const size = block.size ?? 'normal'
  setStyle(slip, 'left', size, block.isBold === true)
  const width = lineWidth(slip, size)
  const gap = width - label.length - value.length
  const isMirrored = isRtl(slip, block)
  if (isAsIs && gap > 0 && value !== '' && !isMirrored) {
    slip.out += `${label}${PAD[gap] as string}${value}\n`
    return
  }
  for (const { start, end } of wrapRow({ label, value }, { width, gap: 1, measure: countCharacters })) {
    const [left, right] = isMirrored ? [end, start] : [start, end]
    const pad = right === '' ? '' : (PAD[Math.max(0, width - left.length - right.length)] as string)
    slip.out += `${encoding.encode(left + pad + right)}\n`
  }
}

export function addTable(slip: Slip, table: readonly ColumnsBlock[]): void {
  const isAsIs = isPlainTable(table)
  const clean = isAsIs ? table : table.map(cleanCells)
  const isPicture =
    slip.profile.isAllPicture || (!isAsIs && findEncoding(textsOf(clean), slip.profile.codePages) === null)
  if (isPicture) {
    for (const block of clean) addPicture(slip, { block, lang: slip.lang, table: clean })
    return
  }
  // A line in double width would break the columns' grid: tables are normal width, or double height.
  const size = {
    width: slip.profile.columns,
    gap: slip.profile.columns < WIDE_COLUMNS ? 1 : 2,
    textWidthMin: TEXT_COLUMN_MIN,
    measure: countCharacters,
  }
  const columns = fitColumns(clean, size)
  for (let index = 0; index < clean.length; index++) {
    const block = clean[index] as ColumnsBlock
    const isTall = block.size !== undefined && block.size !== 'normal'
    setStyle(slip, 'left', isTall ? 'double-height' : 'normal', block.isBold === true)
    const isMirrored = isRtl(slip, block)
    const line = isAsIs && columns !== null && !isMirrored ? joinOneLine(block.cells, columns) : null
    if (line === null) addTableLines(slip, block, { columns, size, isMirrored })
    else slip.out += line
  }
}

function isPlainTable(table: readonly ColumnsBlock[]): boolean {
  for (let index = 0; index < table.length; index++) {
    const { cells } = table[index] as ColumnsBlock
    for (let at = 0; at < cells.length; at++) if (!isPlain((cells[at] as PrintCell).text)) return false
  }
  return true
}

function cleanCells(block: ColumnsBlock): ColumnsBlock {
  return { ...block, cells: block.cells.map((cell) => ({ ...cell, text: cleanText(cell.text) })) }
}

function textsOf(table: readonly ColumnsBlock[]): string[] {
  return table.flatMap(({ cells }) => cells.map(({ text }) => text))
}

/** The usual table line, of which no cell wraps; null if one does. */
function joinOneLine(cells: readonly PrintCell[], columns: readonly Column[]): string | null {
  let line = ''
  let used = 0
  for (let index = 0; index < cells.length; index++) {
    const { text, align } = cells[index] as PrintCell
    const { x, width } = columns[index] as Column
    const free = width - text.length
    if (free < 0) return null
    if (text === '') continue
    const start = x + (align === 'right' ? free : align === 'center' ? free >> 1 : 0)
    line += (PAD[start - used] as string) + text
    used = start + text.length
  }
  return `${line}\n`
}

function addTableLines(
  slip: Slip,
  block: ColumnsBlock,
  {
    columns,
    size,
    isMirrored,
  }: {
    columns: readonly Column[] | null
    size: { width: number; measure: Measure }
    isMirrored: boolean
  },
): void {
  const encoding = encodingFor(slip, textsOf([block]))
  if (encoding === null) throw new Error('a table line does not fit the code page of its table')
  for (const cells of wrapCells(block, columns, size)) {
    slip.out += `${encoding.encode(joinCells(cells, size.width, isMirrored))}\n`
  }
}

/** One line of a table, its cells at their places. */
export function joinCells(cells: readonly PlacedText[], width: number, isMirrored: boolean): string {
  let line = ''
  const placed = isMirrored
    ? cells
        .map((cell) => ({ ...cell, x: width - cell.x - cell.width, align: mirrored(cell.align) }))
        .toReversed()
    : cells
  for (const { text, align, x, width: cellWidth } of placed) {
    const free = cellWidth - text.length
    const before = { left: 0, center: Math.floor(free / 2), right: free }[align]
    line = line.padEnd(x + before) + text
  }
  return line.trimEnd()
}
