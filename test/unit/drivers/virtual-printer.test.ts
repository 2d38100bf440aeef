// Goal: the virtual printer does with bytes what the vendors' manuals say, so that a slip it shows is one a printer would show.
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { VirtualFaults } from '#drivers/virtual/printer.ts'
import { createVirtualPrinter } from '#drivers/virtual/printer.ts'
import { openSlipFolder } from '#drivers/virtual/slip-folder.ts'
import { slipToPng } from '#drivers/virtual/slip-image.ts'
import { slipToText } from '#drivers/virtual/slip-text.ts'
import { bytesOf } from './virtual-slip.ts'
import { englishReceipt } from './sample-receipts.ts'

const latin1 = (text: string) => Buffer.from(text, 'latin1')

const start = (faults: VirtualFaults = {}) => {
  const printer = createVirtualPrinter({ columns: 32, faults })
  const answers: number[] = []
  printer.onAnswer((bytes) => answers.push(...bytes))
  return {
    printer,
    answers,
    text: () =>
      printer
        .slips()
        .map((slip) => slipToText(slip, 32))
        .join(''),
  }
}

describe('paper', () => {
  test('the drawer command without its times eats the text behind it, as on a real printer', () => {
    const { printer, text } = start()
    printer.receive(latin1('\u001bp\0AB CD\n'))
    printer.tearOff()
    expect(text()).toBe(' CD\n')
  })

  test('CODE128 without a length swallows what follows', () => {
    const { printer, text } = start()
    printer.receive(latin1('\u001dkI{B123456789\nReceipt 123\n\u001dVA\0'))
    printer.tearOff()
    expect(text()).toBe('')
  })

  test('high bytes are Chinese until Kanji mode is cancelled', () => {
    const { printer, text } = start()
    printer.receive(latin1('\u00d5\u0082\n\u001c.\u001bt\u0013\u00d5\u0082\n'))
    printer.tearOff()
    expect(text()).toBe('〓\n€é\n')
  })

  test('a line longer than the paper goes on below', () => {
    const { printer, text } = start()
    printer.receive(latin1(`${'x'.repeat(40)}\n`))
    printer.tearOff()
    expect(text()).toBe(`${'x'.repeat(32)}\n${'x'.repeat(8)}\n`)
  })

  test('bytes may come in any cut', () => {
    const whole = createVirtualPrinter({ columns: 48 })
    const pieces = createVirtualPrinter({ columns: 48 })
    const bytes = bytesOf(englishReceipt)
    whole.receive(bytes)
    for (const byte of bytes) pieces.receive(Uint8Array.of(byte))
    expect(pieces.slips()).toEqual(whole.slips())
    expect(pieces.slips()).toHaveLength(1)
  })
})

describe('answers', () => {
  test('ready, paper low, fence and identity', () => {
    const { printer, answers } = start({ isPaperNearEnd: true })
    printer.receive(latin1('\u0010\u0004\u0001\u0010\u0004\u0002\u0010\u0004\u0004\u001dr\u0001\u001dIC'))
    expect(answers.slice(0, 4)).toEqual([0x12, 0x12, 0x1e, 0x03])
    expect(answers[4]).toBe(0x5f)
    expect(answers.at(-1)).toBe(0)
  })

  test('a process id comes back with its four characters', () => {
    const { printer, answers } = start()
    printer.receive(latin1('\u001d(H\u0006\u000000R123'))
    expect(answers).toEqual([0x37, 0x22, ...latin1('R123'), 0])
  })

  test('cover open: offline, reported by itself once asked to, and told in real time', () => {
    const { printer, answers } = start()
    printer.receive(latin1('\u001b@\u001da\u000e'))
    printer.setFaults({ isCoverOpen: true })
    printer.receive(latin1('\u0010\u0004\u0002'))
    expect(answers).toEqual([0x10, 0, 0, 0, 0x38, 0, 0, 0, 0x16])
  })

  test('paper ends mid-slip: the rest waits, the fence is silent, and goes on after new paper', () => {
    const { printer, answers, text } = start({ paperLinesLeft: 2 })
    printer.receive(latin1('one\ntwo\nthree\n\u001dr\u0001\u001dVB\0'))
    expect(answers).toEqual([])
    expect(printer.slips()).toEqual([])
    printer.recover()
    expect(answers).toEqual([0])
    expect(text()).toContain('one\ntwo\nthree\n')
  })

  test('clear buffer drops what was waiting', () => {
    const { printer, text } = start({ paperLinesLeft: 1 })
    printer.receive(latin1('one\ntwo\n'))
    printer.receive(Uint8Array.of(0x10, 0x14, 8, 1, 3, 20, 1, 6, 2, 8))
    printer.recover()
    printer.tearOff()
    expect(text()).toBe('one\n')
  })

  test('a real-time command inside image data is executed: that is why images are searched for them', () => {
    const { printer, answers } = start()
    printer.receive(latin1('\u001dv0\0\u0003\0\u0001\0\u0010\u0004\u0001'))
    expect(answers).toEqual([0x12])
    expect(printer.realTimeCommands()).toBe(1)
  })
})

describe('pictures of slips', () => {
  test('a slip becomes a PNG as wide as its paper, and a numbered pair of files', () => {
    const folder = mkdtempSync(join(tmpdir(), 'slips-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const printer = createVirtualPrinter({
      columns: 48,
      onSlip: openSlipFolder(folder, { dots: 576, columns: 48 }),
    })
    printer.receive(bytesOf(englishReceipt))
    openSlipFolder(folder, { dots: 576, columns: 48 })(printer.slips()[0]!)
    expect(readdirSync(folder).toSorted()).toEqual([
      'slip-0001.png',
      'slip-0001.txt',
      'slip-0002.png',
      'slip-0002.txt',
    ])
    expect(readFileSync(join(folder, 'slip-0001.txt'), 'utf8')).toContain('11/2026-27/000123')
    const png = slipToPng(printer.slips()[0]!, { dots: 576 })
    expect(png.subarray(1, 4).toString('latin1')).toBe('PNG')
    expect(png.readUInt32BE(16)).toBe(576 + 2 * 32 + 2 * 24)
  })
})
