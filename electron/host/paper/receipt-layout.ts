// Lays a receipt's facts out as a print document: the same words on every kind of paper and on the screen. Order and texts follow
// what municipal receipts must say (who, what for, how much in figures and words, how, by whom). Called by the print loop and
// receipt.render.
import { hasCardNumber } from '#contract/card-numbers.ts'
import { formatInr, formatInrDigits, type Paise } from '#contract/money.ts'
import { outcomeTexts } from '#contract/words/outcome-words.ts'
import type { Receipt } from '#contract/receipt.ts'
import { receiptWordsHi } from '#contract/words/receipt-words-hi.ts'
import type { PrintBlock, PrintDocument } from '#drivers/printer/document.ts'
import { dateIst, dateTimeIst } from '#core/time/business-date.ts'
import { receiptQr } from '#core/receipts/receipt.ts'
import { receiptWords, type ReceiptLanguage, type ReceiptWords } from './receipt-words.ts'

export type ReceiptCopy = {
  /** 0 = original, 1… = duplicates. */
  readonly copyNumber: number
  readonly printedAtMs: number
  /** Code of the operator who asked for it. */
  readonly printedBy: string | null
}

const duplicateHindi: PrintBlock = {
  kind: 'text',
  text: receiptWordsHi.duplicate,
  lang: 'hi-IN',
  align: 'center',
  isBold: true,
}

/** Above these, periods and heads are summed up, so that a slip stays a slip. */
const PERIODS_IN_FULL_MAX = 12
const PERIODS_LISTED_MAX = 60
const HEADS_IN_FULL_MAX = 120

export function receiptDocument(
  receipt: Receipt,
  { copy, language = 'en' }: { copy: ReceiptCopy | null; language?: ReceiptLanguage },
): PrintDocument {
  const words = receiptWords[language]
  return {
    title: `${words.title.replaceAll('\n', ' / ')} ${receipt.receiptNumber}`,
    lang: words.lang,
    blocks: linesApart([
      { kind: 'text', text: receipt.municipalityName, align: 'center', isBold: true, role: 'issuer' },
      ...heading(receipt, words, copy),
      ...outcome(receipt, words),
      ...numbers(receipt, words),
      { kind: 'rule' },
      ...charges(receipt, words),
      { kind: 'rule' },
      ...amounts(receipt, words),
      ...instrument(receipt, words),
      ...terms(receipt, words),
      ...cardSlip(receipt, words),
      { kind: 'rule', style: 'dashed' },
      ...people(receipt, words),
      { kind: 'qr', payload: receiptQr(receipt), caption: words.verify },
      ...closing(receipt, words),
      { kind: 'cut' },
    ]),
  }
}

/** Sentences of two languages become two lines, so that the printer writes the one it has letters for. */
function linesApart(blocks: readonly PrintBlock[]): PrintBlock[] {
  return blocks.flatMap((block): PrintBlock[] =>
    block.kind === 'text' ? block.text.split('\n').map((text) => ({ ...block, text })) : [block],
  )
}

function heading(receipt: Receipt, words: ReceiptWords, copy: ReceiptCopy | null): PrintBlock[] {
  const blocks: PrintBlock[] = [
    { kind: 'text', text: words.title, align: 'center', isBold: true, size: 'double-height', role: 'title' },
  ]
  if (receipt.isDemo) blocks.push({ kind: 'banner', text: words.training })
  if (receipt.standing === 'provisional') {
    blocks.push({ kind: 'banner', text: words.provisional, detail: words.provisionalDetail })
  }
  if (receipt.standing === 'held') {
    blocks.push({ kind: 'banner', text: words.provisional, detail: words.heldDetail })
  }
  if (receipt.standing === 'cancelled') blocks.push({ kind: 'banner', text: words.cancelled })
  if (copy !== null && copy.copyNumber > 0) {
    const by = copy.printedBy === null ? '' : ` ${words.by} ${copy.printedBy}`
    const detail = `${words.printed} ${dateTimeIst(copy.printedAtMs)}${by}`
    blocks.push(
      { kind: 'banner', text: `${words.duplicate} ${copy.copyNumber}`, detail },
      // Who reads no English must not take it for an original; slips in other languages say it in their own.
      ...(words.voices.every(({ lang }) => lang.startsWith('en')) ? [duplicateHindi] : []),
    )
  }
  return blocks
}

/** What became of it, where that is more than paid or on its way: in the words of the screens. */
function outcome(receipt: Receipt, words: ReceiptWords): PrintBlock[] {
  const { standing, state, heldPaise } = receipt
  const isPlain = standing === 'provisional' || (standing === 'final' && state !== 'REVERSING')
  if (isPlain && heldPaise === 0) return []
  const money = (amount: Paise): string => paperMoney(amount, words)
  return words.voices.flatMap(({ outcome: said, lang }) =>
    outcomeTexts(receipt, { words: said, money }).map((text): PrintBlock => ({
      kind: 'text',
      text,
      lang,
      align: 'center',
    })),
  )
}

/** The card slip word for word, in the letters of the printer; the card number that a driver overlooked is never printed. */
function cardSlip({ cardSlip: lines }: Receipt, words: ReceiptWords): PrintBlock[] {
  const first = lines.findIndex((line) => line !== '')
  if (first < 0 || hasCardNumber(lines.join('\n'))) return []
  const last = lines.findLastIndex((line) => line !== '')
  return [
    { kind: 'rule', style: 'dashed' },
    { kind: 'text', text: words.cardSlip, align: 'center', role: 'heading' },
    ...lines
      .slice(first, last + 1)
      .map((text): PrintBlock => ({ kind: 'text', text, lang: 'en-IN', direction: 'ltr' })),
  ]
}

/** What holds until DIGIT has taken it: a bill that was not fresh, and what the payer agreed to. */
function terms({ agreed, revisionAfterMs }: Receipt, words: ReceiptWords): PrintBlock[] {
  const lines = [
    revisionAfterMs === null ? null : `${words.revisionAfter} ${dateIst(revisionAfterMs)}`,
    agreed.isPartAgreed ? words.agreedPart : null,
    agreed.isAdvanceAgreed ? words.agreedAdvance : null,
  ]
  return lines.flatMap((text): PrintBlock[] => (text === null ? [] : [{ kind: 'text', text }]))
}

function numbers(receipt: Receipt, words: ReceiptWords): PrintBlock[] {
  return rows([
    [words.receiptNumber, receipt.receiptNumber],
    [words.digitNumber, receipt.digitReceiptNumber],
    [words.date, `${dateTimeIst(receipt.collectedAtMs)} IST`],
    [words.consumer, receipt.consumerCode],
    [words.name, receipt.payerName === null ? null : maskedName(receipt.payerName)],
    [words.service, receipt.serviceName],
    [words.billNumber, receipt.billNumber],
  ])
}

/** Periods with their tax heads; very long bills are summed up. */
function charges({ periods, taxHeadNames }: Receipt, words: ReceiptWords): PrintBlock[] {
  const [first] = periods
  if (first === undefined) return []
  if (periods.length > PERIODS_LISTED_MAX) {
    const fromMs = Math.min(...periods.map((period) => period.fromMs))
    const toMs = Math.max(...periods.map((period) => period.toMs))
    const label = `${periods.length} ${words.periods}: ${dateIst(fromMs)} ${words.to} ${dateIst(toMs)}`
    return [{ kind: 'text', text: label }]
  }
  const headCount = periods.reduce((count, { heads }) => count + heads.length, 0)
  const isSummed = periods.length > PERIODS_IN_FULL_MAX || headCount > HEADS_IN_FULL_MAX
  return periods.flatMap((period): PrintBlock[] => {
    const span = `${dateIst(period.fromMs)} ${words.to} ${dateIst(period.toMs)}`
    if (isSummed) return [row(span, formatAmount(period.amountPaise))]
    const heads = period.heads.toSorted((a, b) => a.order - b.order)
    return [
      { kind: 'text', text: `${words.period}: ${span}` },
      ...heads.map((head) =>
        row(taxHeadNames[head.taxHeadCode] ?? head.taxHeadCode, formatAmount(head.amountPaise)),
      ),
    ]
  })
}

function amounts(receipt: Receipt, words: ReceiptWords): PrintBlock[] {
  const { amountPaise, duePaise, balancePaise } = receipt
  const paid: PrintBlock = {
    kind: 'row',
    label: words.paid,
    value: paperMoney(amountPaise, words),
    isBold: true,
    size: 'double-height',
    role: 'total',
  }
  const left =
    balancePaise < 0
      ? row(words.advance, formatAmount(balancePaise).replace('-', ''))
      : row(words.balance, formatAmount(balancePaise))
  return [
    row(words.due, formatAmount(duePaise)),
    paid,
    ...words.voices.map(({ amount, lang }): PrintBlock => ({
      kind: 'text',
      text: amount(amountPaise),
      lang,
    })),
    left,
  ]
}

function instrument(receipt: Receipt, words: ReceiptWords): PrintBlock[] {
  const { instrument: by, amountPaise } = receipt
  const mode = row(words.mode, words.modes[by.mode])
  switch (by.mode) {
    case 'CASH': {
      const isShared = by.tenderedPaise - by.changePaise !== amountPaise
      const label = isShared ? `${words.tendered} ${words.ofAllBills}` : words.tendered
      return [
        mode,
        row(label, formatAmount(by.tenderedPaise)),
        row(words.change, formatAmount(by.changePaise)),
      ]
    }
    case 'CHEQUE':
    case 'DD':
      return [
        mode,
        row(words.number, by.number),
        row(words.dated, dateIst(by.dateMs)),
        row(words.bank, by.bank),
        { kind: 'text', text: words.subjectToRealisation, align: 'center', isBold: true },
      ]
    case 'POSTAL_ORDER':
      return [
        mode,
        row(words.number, by.number),
        row(words.dated, dateIst(by.dateMs)),
        row(words.postOffice, by.postOffice),
      ]
    case 'OFFLINE_NEFT':
    case 'OFFLINE_RTGS':
      return [mode, row(words.utr, by.utr), row(words.dated, dateIst(by.dateMs))]
    case 'CARD':
      return [
        mode,
        ...(by.lastFour === null ? [] : [row(words.card, `XXXX ${by.lastFour}`)]),
        row(words.rrn, by.rrn),
        ...(by.approvalCode === null ? [] : [row(words.approval, by.approvalCode)]),
      ]
  }
}

function people(receipt: Receipt, words: ReceiptWords): PrintBlock[] {
  return rows([
    [words.payer, maskedName(receipt.paidBy)],
    [words.cashier, receipt.operatorName],
    [words.till, `${receipt.deviceCode} / ${receipt.shiftNumber}`],
    [words.proof, receipt.journalHash],
  ])
}

function closing({ helpLine }: Receipt, words: ReceiptWords): PrintBlock[] {
  const lines = [helpLine === null ? null : `${words.help}: ${helpLine}`, words.keep]
  return lines.flatMap((text): PrintBlock[] =>
    text === null ? [] : [{ kind: 'text', text, align: 'center', role: 'small' }],
  )
}

const MASK_MAX = 8
/** Letters as people see them: a Hindi syllable is one. */
const segmenter = new Intl.Segmenter('en-IN')

/** First letter of each word: `Asha Rao` → `A*** R**`. A slip is left lying about. */
export function maskedName(name: string): string {
  return name
    .trim()
    .split(/\s+/)
    .map((word) => {
      const letters = Array.from(segmenter.segment(word), ({ segment }) => segment)
      return `${letters[0] ?? ''}${'*'.repeat(Math.min(letters.length - 1, MASK_MAX))}`
    })
    .join(' ')
}

/** Few printers have the sign of the rupee; in a line that is drawn anyway it can stand. */
function paperMoney(amount: Paise, { rupee }: ReceiptWords): string {
  return formatInr(amount).replace('₹', rupee)
}

function rows(pairs: readonly (readonly [string, string | null])[]): PrintBlock[] {
  return pairs.flatMap(([label, value]) => (value === null || value === '' ? [] : [row(label, value)]))
}

function row(label: string, value: string): PrintBlock {
  return { kind: 'row', label, value }
}

/** `1,540.00`: on paper every amount shows its paise. */
function formatAmount(amount: Paise): string {
  const digits = formatInrDigits(amount)
  return `${amount < 0 ? '-' : ''}${digits.includes('.') ? digits : `${digits}.00`}`
}
