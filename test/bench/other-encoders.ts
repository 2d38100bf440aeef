// The receipt of receipt-facts.ts through encoders that others use, for receipts.ts: receipt-printer-encoder, which the product
// has for Star printers, and development packages. Of escpos the printer alone is loaded: its own ways to a printer are not
// measured, and its USB one does not even load with today's packages.
import { createRequire } from 'node:module'
import { Printer as CorePrinter } from '@node-escpos/core'
import ReceiptPrinterEncoder from '@point-of-sale/receipt-printer-encoder'
import { CharacterSet, PrinterTypes, ThermalPrinter } from 'node-thermal-printer'
import { transform } from 'receiptline'
import { COLUMNS, type ReceiptFacts } from './receipt-facts.ts'

export function encodeWithReceiptPrinterEncoder(facts: ReceiptFacts): Uint8Array {
  const encoder = new ReceiptPrinterEncoder({ language: 'esc-pos', columns: COLUMNS, feedBeforeCut: 4 })
  const table = (rows: ReceiptFacts['rows']) =>
    encoder.table(
      [
        { width: 24, align: 'left' },
        { width: 24, align: 'right' },
      ],
      rows.map(([label, value]) => [label, value]),
    )
  encoder
    .initialize()
    .codepage('cp437')
    .align('center')
    .bold(true)
    .height(2)
    .line(facts.town)
    .height(1)
    .bold(false)
  for (const text of facts.header) encoder.line(text)
  encoder.align('left').rule()
  table(facts.rows)
  encoder.rule()
  table(facts.items)
  encoder.rule()
  table(facts.totals)
  const [label, value] = facts.grand
  encoder
    .bold(true)
    .height(2)
    .line(`${label}${value.padStart(COLUMNS - label.length)}`)
    .height(1)
    .bold(false)
  encoder.align('center')
  for (const text of facts.footer) encoder.line(text)
  encoder.qrcode(facts.qr, { size: 6, errorlevel: 'm' })
  encoder.barcode(facts.barcode, 'code128', { height: 72, text: true })
  return encoder.align('left').cut().encode()
}

/** As much of escpos 2.5.2 as the receipt needs. */
type EscposPrinter = {
  [Method in 'align' | 'style' | 'text' | 'drawLine' | 'control']: (text: string) => EscposPrinter
} & {
  hardware(command: string): EscposPrinter
  size(width: number, height: number): EscposPrinter
  tableCustom(cells: readonly { text: string; align: string; width: number }[]): EscposPrinter
  qrcode(code: string, version: number, level: string, size: number): EscposPrinter
  barcode(code: string, type: string, options: object): EscposPrinter
  cut(isPartial: boolean, feed: number): EscposPrinter
  flush(callback?: () => void): EscposPrinter
}
type EscposPrinterClass = new (adapter: object, options: object) => EscposPrinter

const Printer = createRequire(import.meta.url)('escpos/printer') as EscposPrinterClass

/** Written on the same lines as escpos, which it descends from. */
export function encodeWithNodeEscpos(facts: ReceiptFacts): Uint8Array {
  const chunks: Uint8Array[] = []
  const adapter = { write: (bytes: Uint8Array) => chunks.push(Buffer.from(bytes)) }
  const printer = new CorePrinter(adapter as never, { encoding: 'cp437', width: COLUMNS })
  writeWithEscpos(printer as never, facts)
  void printer.flush()
  return Buffer.concat(chunks)
}

export function encodeWithThermalPrinter(facts: ReceiptFacts): Uint8Array {
  const printer = new ThermalPrinter({
    type: PrinterTypes.EPSON,
    interface: '',
    width: COLUMNS,
    characterSet: CharacterSet.PC437_USA,
  })
  const rows = (pairs: ReceiptFacts['rows']): void => {
    for (const [label, value] of pairs) printer.leftRight(label, value)
  }
  printer.alignCenter()
  printer.bold(true)
  printer.setTextDoubleHeight()
  printer.println(facts.town)
  printer.setTextNormal()
  printer.bold(false)
  for (const text of facts.header) printer.println(text)
  printer.alignLeft()
  printer.drawLine()
  rows(facts.rows)
  printer.drawLine()
  rows(facts.items)
  printer.drawLine()
  rows(facts.totals)
  printer.bold(true)
  printer.setTextDoubleHeight()
  rows([facts.grand])
  printer.setTextNormal()
  printer.bold(false)
  printer.alignCenter()
  for (const text of facts.footer) printer.println(text)
  printer.printQR(facts.qr, { cellSize: 6, correction: 'M' })
  printer.code128(facts.barcode, { height: 72, text: 1 })
  printer.alignLeft()
  printer.cut()
  return printer.getBuffer() ?? new Uint8Array()
}

/** Draws the QR code as a picture, whatever the printer can. */
export function encodeWithReceiptline(facts: ReceiptFacts): Uint8Array {
  const rows = (pairs: ReceiptFacts['rows']): string =>
    pairs.map(([label, value]) => `${label} | ${value}\n`).join('')
  const lines = (texts: readonly string[]): string => texts.map((text) => `${text}\n`).join('')
  const bold = (text: string): string => `"^^${text}"`
  const [label, value] = facts.grand
  const doc = `${bold(facts.town)}\n${lines(facts.header)}-\n{width:24,24;border:0}\n${rows(facts.rows)}-\n${rows(facts.items)}-\n${rows(facts.totals)}${bold(label)} | ${bold(value)}\n{width:auto}\n${lines(facts.footer)}{code:${facts.qr};option:qrcode,6,m}\n{code:${facts.barcode};option:code128,72,hri}\n=\n`
  return Buffer.from(transform(doc, { cpl: COLUMNS, encoding: 'cp437', command: 'escpos' }), 'latin1')
}

export function encodeWithEscpos(facts: ReceiptFacts): Uint8Array {
  const chunks: Uint8Array[] = []
  const adapter = { write: (bytes: Uint8Array) => chunks.push(Buffer.from(bytes)) }
  const printer = new Printer(adapter, { encoding: 'cp437' })
  writeWithEscpos(printer, facts)
  printer.flush()
  return Buffer.concat(chunks)
}

function writeWithEscpos(printer: EscposPrinter, facts: ReceiptFacts): void {
  const table = (rows: ReceiptFacts['rows']): void => {
    for (const [label, value] of rows)
      printer.tableCustom([
        { text: label, align: 'LEFT', width: 0.5 },
        { text: value, align: 'RIGHT', width: 0.5 },
      ])
  }
  printer.hardware('init').align('ct').style('b').size(1, 2).text(facts.town).size(1, 1).style('normal')
  for (const text of facts.header) printer.text(text)
  printer.align('lt').drawLine('')
  table(facts.rows)
  printer.drawLine('')
  table(facts.items)
  printer.drawLine('')
  table(facts.totals)
  printer.style('b').size(1, 2)
  table([facts.grand])
  printer.size(1, 1).style('normal').align('ct')
  for (const text of facts.footer) printer.text(text)
  printer.qrcode(facts.qr, 6, 'm', 6)
  printer.barcode(facts.barcode, 'CODE128', { width: 2, height: 72 })
  printer.align('lt').cut(false, 4)
}
