// PrintDocument → plain text in monospaced columns: for logs a person reads, messages and terminals without a printer.
// Called by the host. Codes show as their payload; cuts as dashes; the drawer leaves nothing.
import { checkDocument } from './check-document.ts'
import { cleanText, directionOf, isPlain } from './clean-text.ts'
import type {
  BannerBlock,
  ColumnsBlock,
  PrintAlign,
  PrintBlock,
  PrintDocument,
  RowBlock,
} from './document.ts'
import type { Measure } from './line-wrap.ts'
import { fitColumns, splitGraphemes, tableAt, wrapCells, wrapRow, wrapText } from './line-wrap.ts'

const COLUMNS_DEFAULT = 48
const COLUMNS_MIN = 24
const TEXT_COLUMN_MIN = 7
const RULES = { solid: '-', dashed: '- ', double: '=' }

type Page = { readonly columns: number; readonly lang: string }

/**
 * @param columns characters in a line, at least 24; syllables of Indic scripts count as one
 * @throws DriverProblem `document_invalid`
 */
export function renderText(document: PrintDocument, columns: number = COLUMNS_DEFAULT): string {
  checkDocument(document)
  if (!Number.isInteger(columns) || columns < COLUMNS_MIN)
    throw new Error(`text needs ${COLUMNS_MIN} columns`)
  const page = { columns, lang: document.lang }
  const lines: string[] = []
  document.blocks.forEach((block, index) => {
    const isTableStart =
      block.kind === 'columns' && !isSameTable(document.blocks[index - 1], block.cells.length)
    if (block.kind !== 'columns') lines.push(...blockLines(block, page))
    else if (isTableStart) lines.push(...tableLines(tableAt(document.blocks, index), page))
  })
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`
}

function isSameTable(before: PrintBlock | undefined, cellCount: number): boolean {
  return before?.kind === 'columns' && before.cells.length === cellCount
}

function blockLines(block: Exclude<PrintBlock, ColumnsBlock>, page: Page): string[] {
  switch (block.kind) {
    case 'text': {
      const direction = block.direction ?? directionOf(block.lang ?? page.lang)
      const align = startSide(block.align ?? 'left', direction === 'rtl')
      return aligned(wrapText(cleanText(block.text), page.columns, countGraphemes), align, page.columns)
    }
    case 'row':
      return rowLines(block, page)
    case 'rule':
      return [RULES[block.style ?? 'solid'].repeat(page.columns).slice(0, page.columns)]
    case 'feed':
      return Array.from({ length: block.lines }, () => '')
    case 'qr':
      return codeLines([block.caption ?? '', block.payload], page)
    case 'barcode':
      return codeLines([block.payload], page)
    case 'banner':
      return bannerLines(block, page)
    case 'cut':
      return ['', RULES.dashed.repeat(page.columns / 2)]
    case 'drawer':
      return []
  }
}

/** `left` is the side where the language begins. */
function startSide(align: PrintAlign, isRtl: boolean): PrintAlign {
  if (!isRtl || align === 'center') return align
  return align === 'left' ? 'right' : 'left'
}

const countGraphemes: Measure = (text) => (isPlain(text) ? text.length : splitGraphemes(text).length)

function rowLines({ label, value }: RowBlock, { columns }: Page): string[] {
  const row = { label: cleanText(label), value: cleanText(value) }
  return wrapRow(row, { width: columns, gap: 1, measure: countGraphemes }).map(({ start, end }) => {
    const free = columns - countGraphemes(start) - countGraphemes(end)
    return `${start}${' '.repeat(Math.max(0, free))}${end}`
  })
}

function tableLines(table: readonly ColumnsBlock[], { columns }: Page): string[] {
  const clean = table.map((block) => ({
    ...block,
    cells: block.cells.map((cell) => ({ ...cell, text: cleanText(cell.text) })),
  }))
  const size = { width: columns, gap: 2, textWidthMin: TEXT_COLUMN_MIN, measure: countGraphemes }
  const places = fitColumns(clean, size)
  return clean.flatMap((block) =>
    wrapCells(block, places, size).map((cells) => {
      let line = ''
      for (const { text, align, x, width } of cells) {
        const before = x + spaceBefore(align, width - countGraphemes(text))
        line += `${' '.repeat(Math.max(0, before - countGraphemes(line)))}${text}`
      }
      return line
    }),
  )
}

/** The payload stands on a line of its own and is never broken: it is there to be copied. */
function codeLines(parts: readonly string[], { columns }: Page): string[] {
  return aligned(
    parts.filter((part) => part !== '').map((part) => cleanText(part)),
    'center',
    columns,
  )
}

function bannerLines({ text, detail = '' }: BannerBlock, { columns }: Page): string[] {
  const edge = `+${'='.repeat(columns - 2)}+`
  const words = [text, detail].filter((part) => part !== '').map((part) => cleanText(part))
  const inner = words.flatMap((part) => wrapText(part, columns - 4, countGraphemes))
  const body = aligned(inner, 'center', columns - 4).map((line) => {
    const free = columns - 4 - countGraphemes(line)
    return `| ${line}${' '.repeat(Math.max(0, free))} |`
  })
  return [edge, ...body, edge]
}

function aligned(lines: readonly string[], align: PrintAlign, width: number): string[] {
  return lines.map((line) => `${' '.repeat(spaceBefore(align, width - countGraphemes(line)))}${line}`)
}

function spaceBefore(align: PrintAlign, free: number): number {
  return Math.max(0, { left: 0, center: Math.floor(free / 2), right: free }[align])
}
