// Lays out the slips of a drawer: what was handed in, once for each side, and the Z report of a closed shift. Read by shift-handlers.
import { formatInrDigits, paise, type Paise } from '#contract/money.ts'
import type { NoteCount } from '#contract/tender.ts'
import { amountInWords } from '#core/amount-in-words.ts'
import { dateTimeIst } from '#core/business-date.ts'
import type { HandIn, ShiftClose } from '#core/drawer-records.ts'
import { BLOCKS_MAX, type PrintBlock, type PrintDocument } from '#drivers/printer/document.ts'
import { receiptWords } from './receipt-words.ts'

export type SlipHead = {
  readonly municipalityName: string
  readonly deviceCode: string
  readonly isDemo: boolean
  readonly printedAtMs: number
  readonly serviceNames: Readonly<Record<string, string>>
}

/** Lines that a Z report gives to its services and its hand-ins; more are summed up. */
const SERVICES_LISTED_MAX = 60
const HAND_INS_LISTED_MAX = 100

/** Two slips, the same but for whom they are. */
export function handInDocument(record: HandIn, head: SlipHead): PrintDocument {
  const number = `${record.shiftNumber}-${record.number}`
  const sides = ['FOR THE SAFE', 'FOR THE TILL']
  const blocks = sides.flatMap((side): PrintBlock[] => [
    ...heading(head, `CASH HANDED IN ${number}`),
    text(side, true),
    { kind: 'rule' },
    row('Till / shift', `${head.deviceCode} / ${record.shiftNumber}`),
    row('Handed in', `${dateTimeIst(record.atMs)} IST`),
    ...notes(record.denominations ?? []),
    { ...row('AMOUNT', money(record.amountPaise)), isBold: true, size: 'double-height', role: 'total' },
    { kind: 'text', text: amountInWords(record.amountPaise), lang: 'en-IN' },
    row('Left in the drawer', money(record.cashLeftPaise)),
    { kind: 'rule', style: 'dashed' },
    row('Handed in by', record.operatorName),
    ...signature(),
    row('Received by', record.receivedByName),
    ...signature(),
    small('Not a receipt for a payer.'),
    small(`Printed ${dateTimeIst(head.printedAtMs)}`),
    { kind: 'cut' },
  ])
  return { title: `Cash handed in ${number}`, lang: 'en-IN', blocks }
}

/** The Z report: what was taken and how, what was counted, and how far the two are apart. */
export function closeDocument(close: ShiftClose, head: SlipHead): PrintDocument {
  const blocks: PrintBlock[] = [
    ...heading(head, `Z REPORT - SHIFT ${close.number}`),
    { kind: 'rule' },
    row('Till', head.deviceCode),
    row('Opened', `${dateTimeIst(close.openedAtMs)} IST`),
    row('Closed', `${dateTimeIst(close.closedAtMs)} IST`),
    row('Cashier', close.operatorName),
    ...(close.closedById === close.operatorId ? [] : [row('Closed by', close.closedByName)]),
    { kind: 'rule' },
    ...totals(close, head),
    { kind: 'rule' },
    ...cash(close),
    { kind: 'rule' },
    row('Not yet sent', `${close.unsent.count} / ${money(close.unsent.sumPaise)}`),
    row('Running total of the till', money(paise(close.turnoverPaise))),
    { kind: 'text', text: `Journal ${close.headSeq}: ${close.headHash}` },
    ...signature(),
    small(`Printed ${dateTimeIst(head.printedAtMs)}`),
    { kind: 'cut' },
  ]
  if (blocks.length > BLOCKS_MAX) throw new Error('a report fits on its slip')
  return { title: `Z report shift ${close.number}`, lang: 'en-IN', blocks }
}

function totals(close: ShiftClose, { serviceNames }: SlipHead): PrintBlock[] {
  const listed = close.services.slice(0, SERVICES_LISTED_MAX)
  const rest = close.services.slice(SERVICES_LISTED_MAX)
  const restPaise = rest.reduce((sum, { sumPaise }) => sum + sumPaise, 0)
  return [
    ...close.takings.map(({ mode, count, sumPaise }) =>
      row(`${receiptWords.en.modes[mode]} (${count})`, money(sumPaise)),
    ),
    {
      ...row(`COLLECTED (${close.receiptCount})`, money(close.collectedPaise)),
      isBold: true,
      size: 'double-height',
      role: 'total',
    },
    ...listed.map(({ businessService, count, sumPaise }) =>
      row(`${serviceNames[businessService] ?? businessService} (${count})`, money(sumPaise)),
    ),
    ...(rest.length === 0 ? [] : [row(`Other services (${rest.length})`, money(paise(restPaise)))]),
    ...(close.firstReceiptNumber === null ? [] : [row('First receipt', close.firstReceiptNumber)]),
    ...(close.lastReceiptNumber === null ? [] : [row('Last receipt', close.lastReceiptNumber)]),
  ]
}

function cash(close: ShiftClose): PrintBlock[] {
  const taken = close.takings.find(({ mode }) => mode === 'CASH')?.sumPaise ?? paise(0)
  const listed = close.handIns.slice(0, HAND_INS_LISTED_MAX)
  const rest = close.handIns.slice(HAND_INS_LISTED_MAX)
  const restPaise = rest.reduce((sum, { amountPaise }) => sum + amountPaise, 0)
  const { differencePaise } = close
  const word = differencePaise === 0 ? 'DIFFERENCE' : differencePaise < 0 ? 'SHORT' : 'OVER'
  return [
    row('Float', money(close.floatPaise)),
    row('Cash taken', money(taken)),
    ...listed.map(({ number, amountPaise, receivedByName }) =>
      row(`Handed in ${close.number}-${number} ${receivedByName}`, `-${money(amountPaise)}`),
    ),
    ...(rest.length === 0 ? [] : [row(`Handed in (${rest.length} more)`, `-${money(paise(restPaise))}`)]),
    row('Expected in the drawer', money(close.expectedPaise)),
    ...notes(close.denominations),
    row(`Counted (count ${close.countNumber})`, money(close.countedPaise)),
    { ...row(word, money(paise(Math.abs(differencePaise)))), isBold: true },
    ...(close.reason === null ? [] : [text(`Reason: ${close.reason}`)]),
  ]
}

function heading({ municipalityName, isDemo }: SlipHead, title: string): PrintBlock[] {
  return [
    { kind: 'text', text: municipalityName, align: 'center', isBold: true, role: 'issuer' },
    { kind: 'text', text: title, align: 'center', isBold: true, size: 'double-height', role: 'title' },
    ...(isDemo ? [{ kind: 'banner' as const, text: 'TRAINING' }] : []),
  ]
}

function notes(denominations: readonly NoteCount[]): PrintBlock[] {
  return denominations.map(({ denominationPaise, count }) =>
    row(`${formatInrDigits(denominationPaise)} x ${count}`, money(paise(denominationPaise * count))),
  )
}

function signature(): PrintBlock[] {
  return [
    { kind: 'feed', lines: 2 },
    { kind: 'text', text: 'Signature: ____________________' },
  ]
}

function small(words: string): PrintBlock {
  return { kind: 'text', text: words, align: 'center', role: 'small' }
}

function text(words: string, isBold = false): PrintBlock {
  return { kind: 'text', text: words, isBold, align: isBold ? 'center' : 'left' }
}

function row(label: string, value: string): Extract<PrintBlock, { kind: 'row' }> {
  return { kind: 'row', label, value }
}

/** On paper every amount shows its paise. */
function money(amount: Paise): string {
  const digits = formatInrDigits(amount)
  return `${amount < 0 ? '-' : ''}${digits.includes('.') ? digits : `${digits}.00`}`
}
