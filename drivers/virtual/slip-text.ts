// A virtual slip as plain text, at the columns where the printer put it. Pictures of text show as one line of
// their own, since a printer does not know what is in them.
import type { PaperItem, Slip } from './paper.ts'

export function slipToText(slip: Slip, columns: number): string {
  const lines = slip.items.flatMap((item) => itemLines(item, columns))
  if (slip.cut !== 'none') lines.push('- '.repeat(columns / 2))
  return `${lines.join('\n')}\n`
}

function itemLines(item: PaperItem, columns: number): string[] {
  switch (item.kind) {
    case 'line': {
      const used = item.glyphs.reduce((sum, glyph) => sum + glyph.wide, 0)
      const free = Math.max(0, columns - used)
      const before = { left: 0, center: Math.floor(free / 2), right: free }[item.align]
      return [`${' '.repeat(before)}${item.glyphs.map(({ character }) => character).join('')}`.trimEnd()]
    }
    case 'qr':
      return [`[QR ${Buffer.from(item.payload).toString('utf8')}]`]
    case 'barcode':
      return [`[CODE128 ${item.payload}]`]
    case 'raster':
      return [`[picture ${item.widthBytes * 8} x ${item.rows}]`]
    case 'feed':
      return []
  }
}
