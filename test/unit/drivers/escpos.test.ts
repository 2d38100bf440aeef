// Goal: the bytes for printers are the vendors' bytes, for every command we send; no data can become a command; and what
// cannot be printed as written is refused with words, never printed wrong.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { PrintBlock } from '#drivers/printer/document.ts'
import { encodeEscPos } from '#drivers/printer/escpos.ts'
import { profiles } from '#drivers/printer/profiles.ts'
import { DriverProblem } from '#drivers/problem.ts'
import { englishReceipt, hindiReceipt } from './sample-receipts.ts'
import { bytesOf, documentOf, paperText, printOnPaper, profileOf } from './virtual-slip.ts'

/** Hex with spaces between commands, for reading. */
const packed = (hex: string) => hex.replaceAll(' ', '')

const hexOf = (...blocks: PrintBlock[]) => bytesOf(documentOf(...blocks)).toString('hex')

describe('commands', () => {
  test('a drawer pulse has both its times and the text behind it stays text', () => {
    expect(hexOf({ kind: 'drawer' }, { kind: 'text', text: 'A' })).toBe(packed('1b40 1b700019fa 410a'))
    expect(hexOf({ kind: 'drawer', pin: 5, onMs: 100, offMs: 500 })).toBe(packed('1b40 1b700132fa'))
  })

  test('CODE128 carries its length also for short codes, counts the code set and doubles a brace', () => {
    expect(hexOf({ kind: 'barcode', payload: '123456789' })).toContain('1d6b490b7b42313233343536373839')
    expect(hexOf({ kind: 'barcode', payload: 'A{B' })).toContain('1d6b49067b42417b7b42')
  })

  test('barcode height and width are bytes and not words', () => {
    expect(hexOf({ kind: 'barcode', payload: 'A', heightDots: 162 })).toContain(
      packed('1d68a2 1d7702 1d4802'),
    )
  })

  test('a QR code counts bytes, not characters', () => {
    expect(hexOf({ kind: 'qr', payload: 'नमा', ecc: 'M', moduleSize: 6 })).toContain(
      packed('1d286b040031413200 1d286b0300314306 1d286b0300314531 1d286b0c00315030') +
        Buffer.from('नमा').toString('hex') +
        '1d286b0300315130',
    )
  })

  test('euro and é choose the page that holds both, after Kanji mode is off', () => {
    expect(hexOf({ kind: 'text', text: '€é' })).toBe(packed('1b40 1c2e 1b7413 d582 0a'))
  })

  test('cut feeds to the blade, partly or fully', () => {
    expect(hexOf({ kind: 'cut' })).toBe(packed('1b40 0a0a0a0a 1d564200'))
    expect(hexOf({ kind: 'cut', mode: 'full' })).toBe(packed('1b40 0a0a0a0a 1d564100'))
  })

  test('sizes, weight and alignment are set once and set back', () => {
    expect(
      hexOf(
        { kind: 'text', text: 'A', size: 'double', isBold: true, align: 'center' },
        { kind: 'text', text: 'B' },
      ),
    ).toBe(packed('1b40 1b6101 1d2111 1b4501 410a 1b6100 1d2100 1b4500 420a'))
  })

  test('the fence comes last and only when asked for', () => {
    const document = documentOf({ kind: 'text', text: 'A' }, { kind: 'cut' })
    const fenced = Buffer.from(encodeEscPos(document, profileOf('generic-80'), { hasFence: true }))
    expect(fenced.subarray(-3).toString('hex')).toBe('1d7201')
    expect(bytesOf(document).includes(Buffer.from('1d72', 'hex'))).toBe(false)
  })

  test('a further copy begins without a reset', () => {
    const document = documentOf({ kind: 'text', text: 'A' })
    const copy = Buffer.from(encodeEscPos(document, profileOf('generic-80'), { hasInit: false }))
    expect(copy.toString('latin1')).toBe('A\n')
  })
})

describe('a barcode too wide for the paper', () => {
  test('is printed as its text, since a clipped barcode says something else', () => {
    const document = documentOf({ kind: 'barcode', payload: '11/2026-27/000123' })
    expect(paperText(document, 'generic-58')).toContain('11/2026-27/000123')
    expect(paperText(document, 'generic-58')).not.toContain('CODE128')
    expect(paperText(document, 'generic-80')).toContain('[CODE128 11/2026-27/000123]')
  })
})

describe('a QR code', () => {
  test('becomes smaller rather than wider than the paper', () => {
    const payload = 'x'.repeat(300)
    const slip = printOnPaper(documentOf({ kind: 'qr', payload, moduleSize: 16 }), profileOf('generic-58'))
    const item = slip
      .slips()
      .flatMap(({ items }) => items)
      .find(({ kind }) => kind === 'qr')
    if (item?.kind !== 'qr') throw new Error('no QR code on the slip')
    // 300 bytes at level M are version 13: 69 modules.
    expect(69 * item.moduleDots).toBeLessThanOrEqual(384)
    expect(item.moduleDots).toBeGreaterThanOrEqual(4)
    expect(Buffer.from(item.payload).toString()).toBe(payload)
  })
})

describe('injection', () => {
  const hostile = 'Ram\u001b@\u001dV\u0041\u0000\u0010\u0014\u0001\u0000\u0001\u007f\u009bKumar'

  test.each([
    ['text', { kind: 'text', text: hostile }],
    ['row', { kind: 'row', label: hostile, value: hostile }],
    ['columns', { kind: 'columns', cells: [{ text: hostile, width: 1 }] }],
    ['banner', { kind: 'banner', text: hostile, detail: hostile }],
    ['QR caption', { kind: 'qr', payload: 'x', caption: hostile }],
  ] as const)('control bytes in %s become no command', (_, block) => {
    const printer = printOnPaper(documentOf(block), profileOf('generic-80'))
    expect(printer.pulses()).toBe(0)
    expect(printer.realTimeCommands()).toBe(0)
    expect(printer.unknownCommands()).toEqual([])
    expect(printer.slips()).toHaveLength(1)
    expect(printer.slips()[0]?.cut).toBe('none')
    expect(paperText(documentOf(block))).toContain('Ram@VAKumar')
  })

  test('direction overrides cannot show an amount backwards', () => {
    const text = paperText(documentOf({ kind: 'row', label: 'Paid', value: '\u202e00.052,1\u202c' }))
    expect(text).toContain('00.052,1')
    expect(text).not.toContain('picture')
  })

  test('no document sends a real-time command, whatever it says', () => {
    const anyText = fc.string({ unit: 'binary', maxLength: 60 })
    const anyBlock = fc.oneof(
      fc.record({ kind: fc.constant('text' as const), text: anyText }),
      fc.record({ kind: fc.constant('row' as const), label: anyText, value: anyText }),
      fc.record({
        kind: fc.constant('drawer' as const),
        onMs: fc.integer({ min: 2, max: 100 }),
        offMs: fc.integer({ min: 101, max: 510 }),
      }),
      fc.record({
        kind: fc.constant('qr' as const),
        payload: fc.string({ minLength: 1, maxLength: 900 }),
        moduleSize: fc.integer({ min: 2, max: 16 }),
      }),
      fc.record({
        kind: fc.constant('barcode' as const),
        payload: fc.string({ minLength: 1, maxLength: 18 }),
      }),
    )
    fc.assert(
      fc.property(
        fc.array(anyBlock, { minLength: 1, maxLength: 6 }),
        fc.constantFrom(...profiles),
        (blocks, profile) => {
          const bytes = Buffer.from(encodeEscPos(documentOf(...blocks), profile)).toString('latin1')
          // eslint-disable-next-line no-control-regex -- real-time commands are control characters
          expect(/\u0010[\u0004\u0005\u0014]/.exec(bytes)).toBeNull()
        },
      ),
      { numRuns: 60 },
    )
  })
})

describe('strict errors', () => {
  test.each([
    ['an empty document', []],
    ['a long text', [{ kind: 'text', text: 'x'.repeat(2_001) }]],
    ['a QR code without payload', [{ kind: 'qr', payload: '' }]],
    ['a QR code with a control byte', [{ kind: 'qr', payload: 'a\u0010\u0004' }]],
    ['a QR code with too much', [{ kind: 'qr', payload: 'न'.repeat(334) }]],
    ['a barcode in Hindi', [{ kind: 'barcode', payload: 'रसीद' }]],
    ['a pulse longer on than off', [{ kind: 'drawer', onMs: 300, offMs: 200 }]],
    ['too many lines fed', [{ kind: 'feed', lines: 21 }]],
    ['columns without width', [{ kind: 'columns', cells: [{ text: 'a', width: 0 }] }]],
    ['a banner that says nothing', [{ kind: 'banner', text: ' ' }]],
    ['an unknown block', [{ kind: 'hologram' } as unknown as PrintBlock]],
  ] as [string, PrintBlock[]][])('%s is refused by its position', (_, blocks) => {
    const attempt = () => encodeEscPos(documentOf(...blocks), profileOf('generic-80'))
    expect(attempt).toThrow(DriverProblem)
    expect(attempt).toThrow(blocks.length === 0 ? 'nothing to print' : 'Block 1')
  })
})

describe('whole receipts', () => {
  test.each(profiles.map((profile) => [profile.id, profile] as const))(
    '%s knows every command',
    (_, profile) => {
      for (const receipt of [englishReceipt, hindiReceipt]) {
        const printer = printOnPaper(receipt, profile)
        expect(printer.unknownCommands()).toEqual([])
        expect(printer.realTimeCommands()).toBe(0)
        expect(printer.slips()).toHaveLength(1)
      }
      expect(printOnPaper(hindiReceipt, profile).pulses()).toBe(1)
    },
  )

  test('a receipt in Latin letters sends no picture, and its slip reads as written', () => {
    const text = paperText(englishReceipt)
    expect(text).not.toContain('picture')
    expect(text).toContain('Receipt no.                    11/2026-27/000123\n')
    expect(text).toContain('PAID Rs                                10,500.00\n')
    expect(text).toMatch(/Interest on arrears of +1,077\.50 +1,077\.50\nearlier years\n/)
    expect(text).toContain('- - - ')
  })
})
