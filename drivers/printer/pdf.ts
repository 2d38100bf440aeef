// PrintDocument → A4 PDF, for office printers and for sending a receipt. Called by the host. Text is shaped and embedded
// with the bundled fonts, codes are vectors; nothing is a stretched slip. A cut begins a new page.
import type { SKRSContext2D } from '@napi-rs/canvas'
import { DriverProblem } from '#drivers/problem.ts'
import { checkDocument } from './check-document.ts'
import { cleanText } from './clean-text.ts'
import type { PrintBlock, PrintDocument } from './document.ts'
import { loadCanvas } from './fonts.ts'
import { tableAt } from './line-wrap.ts'
import { drawFooter, itemsOf, space, tableItems } from './pdf-items.ts'
import type { Frame, PageItem } from './pdf-look.ts'

/** ISO 216 A4 in points. */
const PAGE = { width: 595.28, height: 841.89 }
const MARGIN = { side: 62, top: 50, bottom: 58 }
const FOOTER_TOP = PAGE.height - 44
const PAGES_MAX = 50
/** A receipt that is a little too long is set a little smaller rather than leaving its code alone on a second page. */
const SCALE_MIN = 0.74

type Page = { readonly items: readonly PageItem[]; readonly scale: number }

/** @throws DriverProblem `document_invalid` */
export function renderPdf(document: PrintDocument): Buffer {
  checkDocument(document)
  const { PDFDocument, createCanvas } = loadCanvas()
  const frame: Frame = {
    context: createCanvas(1, 1).getContext('2d'),
    width: PAGE.width - 2 * MARGIN.side,
    lang: document.lang,
  }
  const title = cleanText(document.title).replaceAll('\n', ' ')
  const pages = sectionsOf(document.blocks).flatMap((section) => layOutSection(section, frame))
  if (pages.length > PAGES_MAX) {
    throw new DriverProblem('document_invalid', `The print document takes more than ${PAGES_MAX} pages.`)
  }
  const pdf = new PDFDocument({ title, producer: 'Skia/PDF' })
  pages.forEach((page, index) => {
    const context = pdf.beginPage(PAGE.width, PAGE.height) as SKRSContext2D
    drawPage(context, page)
    context.save()
    context.translate(MARGIN.side, FOOTER_TOP)
    drawFooter(context, frame, { title, page: `${index + 1} / ${pages.length}` })
    context.restore()
    pdf.endPage()
  })
  return pdf.close()
}

function drawPage(context: SKRSContext2D, { items, scale }: Page): void {
  context.save()
  context.translate(MARGIN.side, MARGIN.top)
  context.scale(scale, scale)
  for (const item of items) {
    context.save()
    item.draw(context)
    context.restore()
    context.translate(0, item.height)
  }
  context.restore()
}

/** Blocks between cuts; a document of nothing but a drawer pulse is still one empty page. */
function sectionsOf(blocks: readonly PrintBlock[]): PrintBlock[][] {
  const sections: PrintBlock[][] = [[]]
  for (const block of blocks) {
    if (block.kind === 'cut') sections.push([])
    else sections.at(-1)?.push(block)
  }
  const filled = sections.filter((section) => section.length > 0)
  return filled.length === 0 ? [[]] : filled
}

function layOutSection(blocks: readonly PrintBlock[], frame: Frame): Page[] {
  const room = PAGE.height - MARGIN.top - MARGIN.bottom
  const items = itemsOfAll(blocks, frame)
  const height = heightOf(items)
  const scale = room / height
  if (scale >= 1) return [{ items, scale: 1 }]
  if (scale >= SCALE_MIN) {
    // Smaller letters leave room for more of them in a line, so the section can only become shorter.
    const wider = itemsOfAll(blocks, { ...frame, width: frame.width / scale })
    if (heightOf(wider) * scale <= room) return [{ items: wider, scale }]
  }
  return paginate(items, room)
}

function paginate(items: readonly PageItem[], room: number): Page[] {
  const pages: PageItem[][] = [[]]
  let used = 0
  for (const item of items) {
    if (used > 0 && used + item.height > room) {
      pages.push([])
      used = 0
    }
    pages.at(-1)?.push(item)
    used += item.height
  }
  return pages.map((page) => ({ items: page, scale: 1 }))
}

function heightOf(items: readonly PageItem[]): number {
  return items.reduce((sum, { height }) => sum + height, 0)
}

function itemsOfAll(blocks: readonly PrintBlock[], frame: Frame): PageItem[] {
  const items: PageItem[] = []
  for (let index = 0; index < blocks.length; index++) {
    const block = blocks[index] as PrintBlock
    if (block.kind === 'columns') {
      const table = tableAt(blocks, index)
      items.push(...tableItems(table, frame))
      index += table.length - 1
    } else if (block.kind === 'rule' && hasOwnLine(blocks[index - 1], blocks[index + 1])) {
      items.push(space(8))
    } else items.push(...itemsOf(block, frame))
  }
  return items
}

/** On A4 rows, tables and totals bring their lines with them: a rule next to one would be a second line. */
function hasOwnLine(before: PrintBlock | undefined, after: PrintBlock | undefined): boolean {
  const isLined = before?.kind === 'row' || before?.kind === 'columns'
  return isLined || after?.kind === 'columns' || (after?.kind === 'row' && after.role === 'total')
}
