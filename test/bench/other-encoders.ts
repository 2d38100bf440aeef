// The receipt of receipt-facts.ts through encoders that others use, for receipts.ts: receipt-printer-encoder, which the product
// has for Star printers, and escpos, a development package. Of the latter the printer alone is loaded: its own ways to a printer
// are not measured, and its USB one does not even load with today's packages.
import { createRequire } from 'node:module'
import ReceiptPrinterEncoder from '@point-of-sale/receipt-printer-encoder'
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
