// A receipt for the screen: a picture of the slip, an A4 page or plain text, from the same document that is printed. Called by
// receipt.render; nothing of it is counted as a print.
import type { Receipt } from '#contract/receipt.ts'
import { encodeEscPos } from '#drivers/printer/escpos.ts'
import { renderPdf } from '#drivers/printer/pdf.ts'
import type { PrinterProfile } from '#drivers/printer/profiles.ts'
import { renderText } from '#drivers/printer/text.ts'
import { createVirtualPrinter } from '#drivers/virtual/printer.ts'
import { slipToPng } from '#drivers/virtual/slip-image.ts'
import { receiptDocument } from './receipt-layout.ts'
import type { ReceiptLanguage } from './receipt-words.ts'

export type RenderedReceipt = { readonly mime: string; readonly fileName: string; readonly base64: string }

export function renderReceipt(
  receipt: Receipt,
  {
    form,
    profile,
    language,
  }: { form: 'png' | 'pdf' | 'text'; profile: PrinterProfile; language: ReceiptLanguage },
): RenderedReceipt {
  const document = receiptDocument(receipt, { copy: null, language })
  // Receipt numbers hold slashes, which no file name may.
  const name = receipt.receiptNumber.replace(/[^0-9A-Za-z-]+/g, '-')
  switch (form) {
    case 'pdf':
      return rendered('application/pdf', `receipt-${name}.pdf`, renderPdf(document))
    case 'text': {
      const text = Buffer.from(renderText(document, profile.columns), 'utf8')
      return rendered('text/plain; charset=utf-8', `receipt-${name}.txt`, text)
    }
    case 'png': {
      const printer = createVirtualPrinter({ columns: profile.columns })
      printer.receive(encodeEscPos(document, profile))
      printer.tearOff()
      const [slip] = printer.slips()
      if (slip === undefined) throw new Error('a receipt that is torn off is a slip')
      return rendered('image/png', `receipt-${name}.png`, slipToPng(slip, profile))
    }
  }
}

function rendered(mime: string, fileName: string, bytes: Buffer): RenderedReceipt {
  return { mime, fileName, base64: bytes.toString('base64') }
}
