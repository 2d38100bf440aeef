// What a printer prints when it is tested: where the paper ends, whether it speaks Hindi and Punjabi, whether a phone reads its codes. It says that it
// is no receipt, and names no money. Called by test-device.ts.
import { dateTimeIst } from '#core/time/business-date.ts'
import type { PrintDocument } from '#drivers/printer/document.ts'

const RULER = '123456789.'

export function testSlip(facts: {
  readonly printerName: string
  readonly columns: number
  /** Epoch ms. */
  readonly atMs: number
}): PrintDocument {
  const { printerName, columns, atMs } = facts
  const ruler = RULER.repeat(Math.ceil(columns / RULER.length)).slice(0, columns)
  return {
    title: 'Printer test',
    lang: 'en-IN',
    blocks: [
      { kind: 'banner', text: 'TEST - NOT A RECEIPT' },
      { kind: 'text', text: 'जाँच - यह रसीद नहीं है', lang: 'hi-IN', align: 'center' },
      { kind: 'text', text: 'ਜਾਂਚ - ਇਹ ਰਸੀਦ ਨਹੀਂ ਹੈ', lang: 'pa-IN', align: 'center' },
      { kind: 'text', text: lastPart(printerName), align: 'center' },
      { kind: 'text', text: `${dateTimeIst(atMs)} IST`, align: 'center' },
      { kind: 'rule' },
      { kind: 'text', text: ruler },
      { kind: 'text', text: `${columns} characters in a line`, align: 'center' },
      { kind: 'text', text: 'यह पंक्ति हिन्दी में है: क्षेत्र, प्राप्त, राशि, श्री', lang: 'hi-IN' },
      { kind: 'text', text: 'ਇਹ ਲਾਈਨ ਪੰਜਾਬੀ ਵਿੱਚ ਹੈ: ਪ੍ਰਾਪਤ, ਰਕਮ, ਮਿਤੀ, ਸ੍ਰੀ', lang: 'pa-IN' },
      { kind: 'row', label: 'Left', value: 'Right' },
      { kind: 'qr', payload: 'TAHSIL-PRINTER-TEST', caption: 'A phone reads: TAHSIL-PRINTER-TEST' },
      { kind: 'feed', lines: 1 },
      { kind: 'cut' },
    ],
  }
}

/** A printer nobody has named is called by its address: of a folder or a file its own name says enough. */
function lastPart(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1)
}
