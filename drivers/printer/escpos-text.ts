// Text, label/value rows and tables of a slip. Called by escpos.ts; escpos-blocks.ts uses addText for captions.
import { cleanText, isPlain } from './clean-text.ts'
import { findEncoding } from './code-pages.ts'
import type { ColumnsBlock, RowBlock, TextBlock } from './document.ts'
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
import type { PlacedText } from './line-wrap.ts'
import { countCharacters, fitColumns, wrapCells, wrapRow, wrapText } from './line-wrap.ts'

const TEXT_COLUMN_MIN = 7
const WIDE_COLUMNS = 40

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
  const clean = table.map((block) => ({
    ...block,
    cells: block.cells.map((cell) => ({ ...cell, text: cleanText(cell.text) })),
  }))
  const texts = clean.flatMap(({ cells }) => cells.map(({ text }) => text))
  const isPicture = slip.profile.isAllPicture || findEncoding(texts, slip.profile.codePages) === null
  // A line in double width would break the columns' grid: tables are normal width, or double height.
  const size = {
    width: slip.profile.columns,
    gap: slip.profile.columns < WIDE_COLUMNS ? 1 : 2,
    textWidthMin: TEXT_COLUMN_MIN,
    measure: countCharacters,
  }
  const columns = isPicture ? null : fitColumns(clean, size)
  for (const block of clean) {
    const encoding = isPicture
      ? null
      : encodingFor(
          slip,
          block.cells.map(({ text }) => text),
        )
    if (encoding === null) {
      addPicture(slip, { block, lang: slip.lang, table: clean })
      continue
    }
    const isTall = block.size !== undefined && block.size !== 'normal'
    setStyle(slip, 'left', isTall ? 'double-height' : 'normal', block.isBold === true)
    for (const cells of wrapCells(block, columns, size)) {
      slip.out += `${encoding.encode(joinCells(cells, size.width, isRtl(slip, block)))}\n`
    }
  }
}

function joinCells(cells: readonly PlacedText[], width: number, isMirrored: boolean): string {
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
