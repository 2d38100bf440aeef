// Goal: the same document as plain text and as A4 says the same words, in order, on the right paper.
import { describe, expect, test } from 'vitest'
import { code128Bars } from '#drivers/printer/code128.ts'
import type { PrintDocument } from '#drivers/printer/document.ts'
import { renderPdf } from '#drivers/printer/pdf.ts'
import { renderText } from '#drivers/printer/text.ts'
import { DriverProblem } from '#drivers/problem.ts'
import { englishReceipt, hindiReceipt, provisionalReceipt } from './sample-receipts.ts'
import { documentOf } from './virtual-slip.ts'

const pagesOf = (document: PrintDocument) => {
  const pdf = renderPdf(document).toString('latin1')
  const boxes = [...pdf.matchAll(/\/MediaBox\s*\[([^\]]+)\]/g)].map(([, box = '']) => box.trim())
  return { head: pdf.slice(0, 8), boxes, hasEnd: pdf.trimEnd().endsWith('%%EOF'), pdf }
}

describe('plain text', () => {
  test('banner, rows and table stand in 48 columns', () => {
    const text = renderText(provisionalReceipt)
    expect(text).toContain('|        PROVISIONAL - NOT YET RECORDED        |\n')
    expect(text).toContain('Receipt no.                    11/2026-27/000123\n')
    expect(text).toContain('PAID Rs                                10,500.00\n')
  })

  test('a QR code shows its payload unbroken, to be copied', () => {
    expect(renderText(englishReceipt, 24)).toMatch(/^ *https:\/\/pay\.navapur\.example\/r\/\S{60,}$/m)
  })

  test('Hindi stays Hindi', () => {
    expect(renderText(hindiReceipt)).toContain('श्रीमती प्रियंका क्षेत्रपाल')
  })

  test('control characters are gone and the drawer leaves nothing', () => {
    const text = renderText(documentOf({ kind: 'drawer' }, { kind: 'text', text: 'A\u001b[31mB\u0000' }))
    expect(text).toBe('A[31mB\n')
  })
})

describe('A4', () => {
  test.each([
    ['English', englishReceipt],
    ['Hindi', hindiReceipt],
    ['provisional', provisionalReceipt],
  ] as const)('an ordinary receipt in %s is one A4 page with embedded fonts', (_, receipt) => {
    const { head, boxes, hasEnd, pdf } = pagesOf(receipt)
    expect(head).toMatch(/^%PDF-1\.\d/)
    expect(boxes).toHaveLength(1)
    const [left, bottom, width = 0, height = 0] = boxes[0]!.split(/\s+/).map(Number)
    expect([left, bottom]).toEqual([0, 0])
    // A4 is 595.28 x 841.89 points; the PDF writer keeps whole ones.
    expect([Math.round(width), Math.round(height)]).toEqual([595, 842])
    expect(hasEnd).toBe(true)
    expect(pdf).toContain('NotoSans')
  })

  test('a cut begins a new page, and the last cut none', () => {
    const twice = { ...englishReceipt, blocks: [...englishReceipt.blocks, ...englishReceipt.blocks] }
    expect(pagesOf(twice).boxes).toHaveLength(2)
  })

  test('a receipt a little too long is set smaller, so that its code is not alone on a second page', () => {
    const rows = Array.from({ length: 30 }, (_, index) => ({
      kind: 'row' as const,
      label: `Fact ${index}`,
      value: `value ${index}`,
    }))
    expect(pagesOf(documentOf(...rows, { kind: 'qr', payload: 'verify' })).boxes).toHaveLength(1)
  })

  test('a long report goes on over pages and nothing falls off', () => {
    const rows = Array.from({ length: 120 }, (_, index) => ({
      kind: 'row' as const,
      label: `Receipt ${index}`,
      value: `${index}.00`,
    }))
    expect(pagesOf(documentOf(...rows)).boxes.length).toBeGreaterThanOrEqual(4)
  })

  test('a text higher than a page is spread over pages', () => {
    const text = 'Notice to all consumers of the ward. '.repeat(50)
    const blocks = Array.from({ length: 4 }, () => ({ kind: 'text' as const, text }))
    expect(pagesOf(documentOf(...blocks)).boxes.length).toBeGreaterThanOrEqual(2)
  })

  test('a document that cannot be printed is refused here too', () => {
    const bad = documentOf({ kind: 'qr', payload: '' })
    expect(() => renderPdf(bad)).toThrow(DriverProblem)
    expect(() => renderText(bad)).toThrow(DriverProblem)
  })
})

describe('CODE128', () => {
  test('every symbol is 11 modules wide and the stop 13', () => {
    for (let code = 0x20; code < 0x7f; code++) {
      const { bars, modules } = code128Bars(String.fromCharCode(code))
      expect(modules).toBe(11 * 3 + 13)
      expect(bars).toHaveLength(3 * 3 + 4)
    }
  })

  test('the check symbol is the weighted sum of the standard', () => {
    // ISO/IEC 15417: start B 104 + 1 x "A" (33) = 137, modulo 103 = 34, pattern 131123.
    const { bars } = code128Bars('A')
    expect(bars.slice(6, 9)).toEqual([
      { x: 22, width: 1 },
      { x: 26, width: 1 },
      { x: 28, width: 2 },
    ])
  })
})
