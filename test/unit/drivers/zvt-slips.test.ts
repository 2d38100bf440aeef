// Goal: of all that a ZVT terminal wants printed, the customer's paper gets the customer's slip alone, whichever way the terminal tells them
// apart, and the copy of the shop is kept.
import { describe, expect, test } from 'vitest'
import { allLines, createSlipPile, customerLines, merchantLines } from '#drivers/card-terminal/zvt/slips.ts'
import { readPrintBlock, readPrintLine } from '#drivers/card-terminal/zvt/status-information.ts'

type Part = ReturnType<typeof readPrintLine>

const line = (text: string, attribute = 0): Part =>
  readPrintLine(Uint8Array.of(attribute, ...Buffer.from(text, 'latin1')))
/** A text block of a slip of this kind (1F07), closed by tag 09. */
const block = (kind: number, ...texts: string[]): Part => {
  const lines = texts.flatMap((text) => [0x07, text.length, ...Buffer.from(text)])
  const content = [0x1f, 0x07, 0x01, kind, 0x25, lines.length + 2, ...lines, 0x09, 0x00]
  return readPrintBlock(Uint8Array.of(0x06, content.length, ...content))
}
const sorted = (...parts: Part[]) => {
  const pile = createSlipPile()
  for (const part of parts) pile.add(part)
  const slips = pile.slips()
  return { customer: customerLines(slips), merchant: merchantLines(slips), all: allLines(slips) }
}

describe('whose slip it is', () => {
  test('blocks say it themselves', () => {
    expect(sorted(block(1, 'SIGN HERE'), block(2, 'PAID', '  12.00'), block(3, 'STATE'))).toEqual({
      customer: ['PAID', '  12.00'],
      merchant: ['SIGN HERE'],
      all: ['SIGN HERE', '', 'PAID', '  12.00', '', 'STATE'],
    })
  })

  test('of lines that do not say it the last whole slip is the customer’s', () => {
    const said = sorted(line('SHOP'), line('END', 0x81), line('YOU'), readPrintLine(Uint8Array.of(0xff, 2)))
    expect(said).toMatchObject({ customer: ['YOU', '', ''], merchant: ['SHOP', 'END'] })
  })

  test('one slip alone is the customer’s, unless its words say otherwise', () => {
    expect(sorted(line('MERCHANT ID 77'), line('PAID'))).toMatchObject({
      customer: ['MERCHANT ID 77', 'PAID'],
      merchant: [],
    })
    expect(sorted(line('Merchant copy'))).toMatchObject({ customer: [], merchant: ['Merchant copy'] })
  })

  test('words count before the order', () => {
    const said = sorted(line('K-U-N-D-E-N-B-E-L-E-G'), line('A', 0x81), line('* HÄNDLERBELEG *'), line('B'))
    expect(said).toMatchObject({ customer: ['K-U-N-D-E-N-B-E-L-E-G', 'A'] })
    expect(said.merchant.at(-1)).toBe('B')
  })

  test('lines without end are bounded', () => {
    expect(sorted(...Array.from({ length: 2_000 }, () => line('x'))).all).toHaveLength(500)
  })
})
