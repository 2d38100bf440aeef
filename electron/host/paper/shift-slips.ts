// Lays out the slips of a drawer in the language of the till's receipts: what was handed in, once for each side, the Z report of a closed
// shift, and the end of day of a card terminal. Read by shift-handlers and devices/end-day.
import { formatInrDigits, paise, type Paise } from '#contract/money.ts'
import type { ShiftSlipPhrases } from '#contract/words/shift-slip-words-en.ts'
import type { NoteCount } from '#contract/tender.ts'
import { dateTimeIst } from '#core/time/business-date.ts'
import type { HandIn, ShiftClose } from '#core/drawer/drawer-records.ts'
import { BLOCKS_MAX, type PrintBlock, type PrintDocument } from '#drivers/printer/document.ts'
import { receiptWords, type ReceiptLanguage } from './receipt-words.ts'
import { shiftSlipWords } from './shift-slip-words.ts'

export type SlipHead = {
  readonly municipalityName: string
  readonly deviceCode: string
  readonly isDemo: boolean
  readonly printedAtMs: number
  readonly language: ReceiptLanguage
  readonly serviceNames: Readonly<Record<string, string>>
}

/** Lines that a Z report gives to its services and its hand-ins; more are summed up. */
const SERVICES_LISTED_MAX = 60
const HAND_INS_LISTED_MAX = 100

/** Two slips, the same but for whom they are. */
export function handInDocument(record: HandIn, head: SlipHead): PrintDocument {
  const words = shiftSlipWords[head.language]
  const { till, voices } = receiptWords[head.language]
  const number = `${record.shiftNumber}-${record.number}`
  const title = words.handInTitle.replaceAll('{number}', number)
  const blocks = [words.forSafe, words.forTill].flatMap((side): PrintBlock[] => [
    ...heading(head, { title, words }),
    ...lines(side).map((line) => text(line, true)),
    { kind: 'rule' },
    row(till, `${head.deviceCode} / ${record.shiftNumber}`),
    row(words.handedIn, `${dateTimeIst(record.atMs)} IST`),
    ...notes(record.denominations ?? []),
    { ...row(words.amount, money(record.amountPaise)), isBold: true, size: 'double-height', role: 'total' },
    ...voices.map(({ amount, lang }): PrintBlock => ({
      kind: 'text',
      text: amount(record.amountPaise),
      lang,
    })),
    row(words.left, money(record.cashLeftPaise)),
    { kind: 'rule', style: 'dashed' },
    row(words.handedInBy, record.operatorName),
    ...signature(words),
    row(words.receivedBy, record.receivedByName),
    ...signature(words),
    ...lines(words.noReceipt).map(small),
    small(`${words.printed} ${dateTimeIst(head.printedAtMs)}`),
    { kind: 'cut' },
  ])
  return { title: lines(title).join(' / '), lang: words.lang, blocks }
}

/** The Z report: what was taken and how, what was counted, and how far the two are apart. */
export function closeDocument(close: ShiftClose, head: SlipHead): PrintDocument {
  const words = shiftSlipWords[head.language]
  const title = words.closeTitle.replaceAll('{number}', String(close.number))
  const blocks: PrintBlock[] = [
    ...heading(head, { title, words }),
    { kind: 'rule' },
    row(words.till, head.deviceCode),
    row(words.opened, `${dateTimeIst(close.openedAtMs)} IST`),
    row(words.closed, `${dateTimeIst(close.closedAtMs)} IST`),
    row(receiptWords[head.language].cashier, close.operatorName),
    ...(close.closedById === close.operatorId ? [] : [row(words.closedBy, close.closedByName)]),
    { kind: 'rule' },
    ...totals(close, head),
    { kind: 'rule' },
    ...cash(close, words),
    { kind: 'rule' },
    row(words.notSent, `${close.unsent.count} / ${money(close.unsent.sumPaise)}`),
    row(words.turnover, money(paise(close.turnoverPaise))),
    { kind: 'text', text: `${words.journal} ${close.headSeq}: ${close.headHash}` },
    ...signature(words),
    small(`${words.printed} ${dateTimeIst(head.printedAtMs)}`),
    { kind: 'cut' },
  ]
  if (blocks.length > BLOCKS_MAX) throw new Error('a report fits on its slip')
  return { title: lines(title).join(' / '), lang: words.lang, blocks }
}

/** What a card terminal told when its day ended, word for word. */
export function dayEndDocument(told: readonly string[], head: Omit<SlipHead, 'serviceNames'>): PrintDocument {
  const words = shiftSlipWords[head.language]
  const title = words.dayEndTitle
  const blocks: PrintBlock[] = [
    ...heading(head, { title, words }),
    row(words.till, head.deviceCode),
    { kind: 'rule', style: 'dashed' },
    ...told.map((line): PrintBlock => ({ kind: 'text', text: line, lang: 'en-IN', direction: 'ltr' })),
    { kind: 'rule', style: 'dashed' },
    ...lines(words.noReceipt).map(small),
    small(`${words.printed} ${dateTimeIst(head.printedAtMs)}`),
    { kind: 'cut' },
  ]
  return { title: lines(title).join(' / '), lang: words.lang, blocks }
}

function totals(close: ShiftClose, { serviceNames, language }: SlipHead): PrintBlock[] {
  const words = shiftSlipWords[language]
  const { modes } = receiptWords[language]
  const listed = close.services.slice(0, SERVICES_LISTED_MAX)
  const rest = close.services.slice(SERVICES_LISTED_MAX)
  const restPaise = rest.reduce((sum, { sumPaise }) => sum + sumPaise, 0)
  return [
    ...close.takings.map(({ mode, count, sumPaise }) => row(`${modes[mode]} (${count})`, money(sumPaise))),
    {
      ...row(`${words.collected} (${close.receiptCount})`, money(close.collectedPaise)),
      isBold: true,
      size: 'double-height',
      role: 'total',
    },
    ...listed.map(({ businessService, count, sumPaise }) =>
      row(`${serviceNames[businessService] ?? businessService} (${count})`, money(sumPaise)),
    ),
    ...(rest.length === 0 ? [] : [row(`${words.otherServices} (${rest.length})`, money(paise(restPaise)))]),
    ...(close.firstReceiptNumber === null ? [] : [row(words.firstReceipt, close.firstReceiptNumber)]),
    ...(close.lastReceiptNumber === null ? [] : [row(words.lastReceipt, close.lastReceiptNumber)]),
  ]
}

function cash(close: ShiftClose, words: ShiftSlipPhrases): PrintBlock[] {
  const taken = close.takings.find(({ mode }) => mode === 'CASH')?.sumPaise ?? paise(0)
  const listed = close.handIns.slice(0, HAND_INS_LISTED_MAX)
  const rest = close.handIns.slice(HAND_INS_LISTED_MAX)
  const restPaise = rest.reduce((sum, { amountPaise }) => sum + amountPaise, 0)
  const { differencePaise } = close
  const apart = differencePaise === 0 ? words.difference : differencePaise < 0 ? words.short : words.over
  return [
    row(words.float, money(close.floatPaise)),
    row(words.cashTaken, money(taken)),
    ...listed.map(({ number, amountPaise, receivedByName }) =>
      row(`${words.handedIn} ${close.number}-${number} ${receivedByName}`, `-${money(amountPaise)}`),
    ),
    ...(rest.length === 0 ? [] : [row(`${words.handedIn} (+${rest.length})`, `-${money(paise(restPaise))}`)]),
    row(words.expected, money(close.expectedPaise)),
    ...notes(close.denominations),
    row(words.countNumber, String(close.countNumber)),
    row(words.counted, money(close.countedPaise)),
    { ...row(apart, money(paise(Math.abs(differencePaise)))), isBold: true },
    ...(close.reason === null ? [] : [text(`${words.reason}: ${close.reason}`)]),
  ]
}

type Title = { readonly title: string; readonly words: ShiftSlipPhrases }

function heading(
  { municipalityName, isDemo }: Omit<SlipHead, 'serviceNames'>,
  { title, words }: Title,
): PrintBlock[] {
  return [
    { kind: 'text', text: municipalityName, align: 'center', isBold: true, role: 'issuer' },
    ...lines(title).map((line): PrintBlock => ({
      kind: 'text',
      text: line,
      align: 'center',
      isBold: true,
      size: 'double-height',
      role: 'title',
    })),
    ...(isDemo ? [{ kind: 'banner' as const, text: words.training }] : []),
  ]
}

/** A sentence of two languages is two lines. */
function lines(words: string): string[] {
  return words.split('\n')
}

function notes(denominations: readonly NoteCount[]): PrintBlock[] {
  return denominations.map(({ denominationPaise, count }) =>
    row(`${formatInrDigits(denominationPaise)} x ${count}`, money(paise(denominationPaise * count))),
  )
}

function signature({ signature: word }: ShiftSlipPhrases): PrintBlock[] {
  return [
    { kind: 'feed', lines: 2 },
    { kind: 'text', text: `${word}: ____________________` },
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
