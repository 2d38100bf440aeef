// Goal: the slips of a drawer and of a broken print are whole and readable on both widths of paper: no line is clipped, no amount is split.
// The pictures are kept in test-output/slips to be looked at.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { paise, rupees } from '#contract/money.ts'
import type { HandIn, ShiftClose } from '#core/drawer/drawer-records.ts'
import type { PrintDocument } from '#drivers/printer/document.ts'
import { encodeEscPos } from '#drivers/printer/escpos.ts'
import { openPrinterOver } from '#drivers/printer/open-printer.ts'
import { spellMissing } from '#drivers/printer/fonts.ts'
import { PRINT_TIMES } from '#drivers/printer/print-job.ts'
import { renderText } from '#drivers/printer/text.ts'
import { memoryTransport } from '#drivers/transport/memory.ts'
import type { Slip } from '#drivers/virtual/paper.ts'
import { createVirtualPrinter } from '#drivers/virtual/printer.ts'
import { slipToPng } from '#drivers/virtual/slip-image.ts'
import { slipToText } from '#drivers/virtual/slip-text.ts'
import { receiptDocument } from '#host/paper/receipt-layout.ts'
import { RECEIPT_LANGUAGES } from '#host/paper/receipt-words.ts'
import { closeDocument, dayEndDocument, handInDocument, type SlipHead } from '#host/paper/shift-slips.ts'
import { profileOf } from '#test/unit/drivers/virtual-slip.ts'
import { sampleReceipt } from './sample-receipt.ts'

const folder = join(import.meta.dirname, '..', '..', '..', 'test-output', 'slips')
const at = Date.UTC(2026, 10, 23, 12, 40)
const note = (value: number, count: number) => ({ denominationPaise: rupees(value), count })

const head: SlipHead = {
  municipalityName: 'Navapur Nagar Palika Parishad, Zone 4 (East), Collection Centre',
  deviceCode: '0417',
  isDemo: true,
  printedAtMs: at,
  language: 'en',
  serviceNames: { PT: 'Property tax', WS: 'Water charges and sewerage of houses and shops' },
}

const handIn: HandIn = {
  kind: 'HAND_IN',
  id: 'h-1',
  shiftId: 's',
  shiftNumber: 27,
  number: 3,
  operatorId: 'op-1',
  operatorName: 'Meena Kulkarni',
  receivedById: 'op-s',
  receivedByName: 'Venkatanarasimharajuvaripeta Subrahmanyam Iyer',
  atMs: at,
  amountPaise: rupees(1_18_500),
  denominations: [note(500, 200), note(100, 180), note(50, 10)],
  cashLeftPaise: rupees(2_340),
}

const close: ShiftClose = {
  kind: 'CLOSE',
  id: 'z-1',
  shiftId: 's',
  number: 27,
  operatorId: 'op-1',
  operatorName: 'Meena Kulkarni',
  closedById: 'op-s',
  closedByName: 'Ravi Iyer',
  openedAtMs: at - 28_800_000,
  closedAtMs: at,
  businessDate: '2026-11-23',
  floatPaise: rupees(500),
  takings: [
    { mode: 'CASH', count: 118, sumPaise: rupees(1_20_340) },
    { mode: 'CHEQUE', count: 4, sumPaise: rupees(12_34_567) },
    { mode: 'CARD', count: 9, sumPaise: rupees(18_450) },
  ],
  services: [
    { businessService: 'PT', count: 90, sumPaise: rupees(12_98_007) },
    { businessService: 'WS', count: 41, sumPaise: rupees(75_350) },
  ],
  collectedPaise: rupees(13_73_357),
  receiptCount: 131,
  firstReceiptNumber: 'NVP/0417A/26-27/001204-7',
  lastReceiptNumber: 'NVP/0417A/26-27/001334-2',
  handIns: [{ number: 3, amountPaise: rupees(1_18_500), receivedByName: handIn.receivedByName, atMs: at }],
  countId: 'c-1',
  countNumber: 2,
  denominations: [note(500, 4), note(100, 3)],
  expectedPaise: rupees(2_340),
  countedPaise: rupees(2_300),
  differencePaise: paise(-4_000),
  reason: 'Change of forty rupees was given wrongly to a payer in the morning rush; payer not found.',
  unsent: { count: 2, sumPaise: rupees(1_250) },
  turnoverPaise: rupees(9_87_65_432),
  headSeq: 4_211,
  headHash: 'b7e1c0ffee5d2a4490f3a1b2c3d4e5f60718293a4b5c6d7e8f9012a3b4c5d6e7',
}

const duplicate = receiptDocument(sampleReceipt(), {
  copy: { copyNumber: 1, printedAtMs: at, printedBy: '101' },
})

test.each([
  ['generic-80', 48],
  ['generic-58', 32],
] as const)('slips on %s', (profileId, columns) => {
  const slips = {
    'hand-in': print(handInDocument(handIn, head), profileId),
    'z-report': print(closeDocument(close, head), profileId),
    duplicate: print(duplicate, profileId),
  }
  for (const [name, all] of Object.entries(slips)) keep(`${name}-${columns}`, all, profileId)
  const text = (name: keyof typeof slips) => slips[name].map((slip) => slipToText(slip, columns)).join('')
  for (const name of ['hand-in', 'z-report', 'duplicate'] as const) {
    // Pictures and codes stand as a note in brackets.
    const lines = text(name)
      .split('\n')
      .filter((line) => !line.startsWith('['))
    expect(lines.filter((line) => line.length > columns)).toEqual([])
  }
  for (const sum of ['1,18,500.00', '2,340.00', '1,00,000.00']) expect(text('hand-in')).toContain(sum)
  expect(text('hand-in').match(/FOR THE SAFE|FOR THE TILL/g)).toEqual(['FOR THE SAFE', 'FOR THE TILL'])
  for (const sum of ['12,34,567.00', '13,73,357.00', '-1,18,500.00', '9,87,65,432.00', '40.00'])
    expect(text('z-report')).toContain(sum)
  expect(text('z-report')).toContain('NVP/0417A/26-27/001334-2')
  expect(text('duplicate')).toContain('DUPLICATE')
})

test.each(RECEIPT_LANGUAGES.filter((language) => language !== 'en'))('slips in %s', (language) => {
  const inWords = { ...head, language }
  const documents = { 'hand-in': handInDocument(handIn, inWords), 'z-report': closeDocument(close, inWords) }
  for (const [name, document] of Object.entries(documents)) {
    for (const profileId of ['generic-80', 'generic-58'])
      keep(`${name}-${language}-${profileId}`, print(document, profileId), profileId)
    expect(spellMissing(JSON.stringify(document))).toBe(JSON.stringify(document))
    const text = renderText(document, 48)
    const own = language.includes('pa') ? ['ਜਮ੍ਹਾਂ 27-3', 'ਦਸਤਖ਼ਤ:'] : ['जमा 27-3', 'हस्ताक्षर:']
    for (const words of own) expect(text).toContain(words.normalize('NFC'))
    expect(text.includes('Signature')).toBe(language.includes('en'))
    for (const sum of ['1,18,500.00', name === 'hand-in' ? '2,340.00' : '-1,18,500.00'])
      expect(text).toContain(sum)
  }
})

test.each(RECEIPT_LANGUAGES)(
  'the end of day of a card terminal in %s: its own lines word for word',
  (language) => {
    const told = ['   T-ID 68160254', 'RUPAY      3     4,620.00', 'TOTAL            4,620.00']
    const document = dayEndDocument(told, { ...head, language })
    for (const profileId of ['generic-80', 'generic-58'])
      keep(`day-end-${language}-${profileId}`, print(document, profileId), profileId)
    const text = renderText(document, 48)
    expect(text).toContain(told.join('\n'))
    expect(text.includes('DAY OF THE CARD TERMINAL CLOSED')).toBe(language.includes('en'))
  },
)

test('a slip that broke off says VOID at its end, in each language, and the next one is whole', async () => {
  const profile = profileOf('generic-80')
  const device = createVirtualPrinter({ columns: 48, faults: { paperLinesLeft: 14 } })
  const times = { ...PRINT_TIMES, answerTimeoutMs: 200, fenceTimeoutMs: 400, pollMs: 50 }
  const printer = openPrinterOver(memoryTransport(device, 'paper'), { kind: 'virtual', profile, times })
  expect(await printer.print(duplicate)).toMatchObject({ result: 'interrupted' })
  device.recover()
  expect(await printer.print(duplicate)).toMatchObject({ result: 'printed' })
  await printer.close()
  keep('void-48', device.slips().slice(0, 1), 'generic-80')
  const [broken] = device.slips()
  const text = broken === undefined ? '' : slipToText(broken, 48)
  expect(text).toContain('INCOMPLETE - VOID')
  // Words in other letters are drawn and stand as a note in brackets.
  const [, below = ''] = text.split('INCOMPLETE - VOID')
  expect(below.match(/^\[/gm)).toHaveLength(2)
  expect(device.slips()).toHaveLength(2)
})

function print(document: PrintDocument, profileId: string): Slip[] {
  const profile = profileOf(profileId)
  const printer = createVirtualPrinter({ columns: profile.columns })
  printer.receive(encodeEscPos(document, profile))
  printer.tearOff()
  expect(printer.unknownCommands()).toEqual([])
  return [...printer.slips()]
}

function keep(name: string, slips: readonly Slip[], profileId: string): void {
  mkdirSync(folder, { recursive: true })
  slips.forEach((slip, index) => {
    const path = join(folder, `${name}${index === 0 ? '' : `-${index + 1}`}.png`)
    writeFileSync(path, slipToPng(slip, profileOf(profileId)))
  })
}
