// PrintDocument → A4 PDF, for office printers and for sending a receipt. Called by the host. Text is shaped and embedded
// with the bundled fonts, codes are vectors; nothing is a stretched slip. A cut begins a new page.
import type { SKRSContext2D } from '@napi-rs/canvas'
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
  const pages = paginate(document, frame)
  const pdf = new PDFDocument({ title, producer: 'Skia/PDF' })
  pages.forEach((items, index) => {
    const context = pdf.beginPage(PAGE.width, PAGE.height) as SKRSContext2D
    let top = MARGIN.top
    for (const item of items) {
      context.save()
      context.translate(MARGIN.side, top)
      item.draw(context)
      context.restore()
      top += item.height
    }
    context.save()
    context.translate(MARGIN.side, FOOTER_TOP)
    drawFooter(context, frame, { title, page: `${index + 1} / ${pages.length}` })
    context.restore()
    pdf.endPage()
  })
  return pdf.close()
}

function paginate(document: PrintDocument, frame: Frame): PageItem[][] {
  const room = PAGE.height - MARGIN.top - MARGIN.bottom
  const pages: PageItem[][] = []
  let page: PageItem[] = []
  let used = 0
  const endPage = (): void => {
    if (page.length > 0) pages.push(page)
    page = []
    used = 0
  }
  const add = (items: readonly PageItem[]): void => {
    for (const item of items) {
      if (used + item.height > room) endPage()
      page.push(item)
      used += item.height
    }
  }
  const { blocks } = document
  for (let index = 0; index < blocks.length; index++) {
    const block = blocks[index]
    if (block === undefined) continue
    if (block.kind === 'cut') endPage()
    else if (block.kind === 'columns') {
      const table = tableAt(blocks, index)
      add(tableItems(table, frame))
      index += table.length - 1
    } else if (block.kind === 'rule' && hasOwnLine(blocks[index - 1], blocks[index + 1])) {
      add([space(8)])
    } else add(itemsOf(block, frame))
  }
  endPage()
  if (pages.length > PAGES_MAX) throw new Error(`document takes more than ${PAGES_MAX} pages`)
  // A document of nothing but a drawer pulse is still a document.
  return pages.length === 0 ? [[]] : pages
}

/** On A4 rows, tables and totals bring their lines with them: a rule next to one would be a second line. */
function hasOwnLine(before: PrintBlock | undefined, after: PrintBlock | undefined): boolean {
  const isLined = before?.kind === 'row' || before?.kind === 'columns'
  return isLined || after?.kind === 'columns' || (after?.kind === 'row' && after.role === 'total')
}
