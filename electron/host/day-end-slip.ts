// Lays out the slip of a card terminal's end of day: its own lines, word for word, under the name of the municipality. Called by
// devices/end-day.ts.
import { dateTimeIst } from '#core/business-date.ts'
import type { PrintBlock, PrintDocument } from '#drivers/printer/document.ts'
import { receiptWords } from './receipt-words.ts'
import type { SlipHead } from './shift-slips.ts'
import { shiftSlipWords } from './shift-slip-words.ts'

export function dayEndDocument(
  lines: readonly string[],
  head: Omit<SlipHead, 'serviceNames'>,
): PrintDocument {
  const words = shiftSlipWords[head.language]
  const titles = words.dayEndTitle.split('\n')
  const blocks: PrintBlock[] = [
    { kind: 'text', text: head.municipalityName, align: 'center', isBold: true, role: 'issuer' },
    ...titles.map((text): PrintBlock => ({
      kind: 'text',
      text,
      align: 'center',
      isBold: true,
      role: 'title',
    })),
    ...(head.isDemo ? words.training.split('\n').map((text): PrintBlock => ({ kind: 'banner', text })) : []),
    { kind: 'row', label: receiptWords[head.language].till, value: head.deviceCode },
    { kind: 'rule', style: 'dashed' },
    ...lines.map((text): PrintBlock => ({ kind: 'text', text, lang: 'en-IN', direction: 'ltr' })),
    { kind: 'rule', style: 'dashed' },
    { kind: 'text', text: words.noReceipt, align: 'center', role: 'small' },
    {
      kind: 'text',
      text: `${words.printed} ${dateTimeIst(head.printedAtMs)}`,
      align: 'center',
      role: 'small',
    },
    { kind: 'cut' },
  ]
  return { title: titles.join(' / '), lang: words.lang, blocks }
}
