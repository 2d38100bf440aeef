// What a card sale at a terminal is, which step may follow which, and what of a terminal's word is kept. The sale is on the disk before the
// terminal hears of it; every step after is a record of the journal. Pure; used by card-steps.ts, take-payment.ts, store and verifier.
import type { Paise } from '#contract/money.ts'
import { hasCardNumber, withoutCardNumbers } from '#contract/card-numbers.ts'
import type { Instrument, Payer } from '#contract/payment.ts'
import { ProblemError } from '#contract/problem.ts'
import { CARD_SLIP_CHARS_MAX, CARD_SLIP_LINES_MAX } from '#contract/receipt.ts'
import { TERMINAL_CHARS_MAX } from '#core/limits.ts'
import type { CollectionLine, Consent } from '#core/records.ts'

export const CARD_SALE_STATES = [
  /** Written down; whether the terminal has heard of it is not known. */
  'started',
  /** The terminal has it, under its own number. */
  'handed_over',
  'approved',
  'declined',
  'cancelled',
  /** It may have been charged. */
  'unknown',
  /** Used up by the payments of its collection, in one commit with them. */
  'posted',
  /** The terminal was asked to give the money back; the answer is not known yet. */
  'reversing',
  'reversed',
  'reversal_refused',
  /** A supervisor has decided that nothing more is done with it here, and said why. */
  'closed_by_person',
] as const
export type CardSaleState = (typeof CARD_SALE_STATES)[number]

const NEXT: Readonly<Record<CardSaleState, readonly CardSaleState[]>> = {
  started: ['handed_over', 'approved', 'declined', 'cancelled', 'unknown', 'closed_by_person'],
  handed_over: ['approved', 'declined', 'cancelled', 'unknown', 'closed_by_person'],
  unknown: ['handed_over', 'approved', 'declined', 'cancelled', 'closed_by_person'],
  approved: ['posted', 'reversing', 'closed_by_person'],
  // A terminal that changed its mind: money that moved is never hidden by an earlier word.
  declined: ['approved'],
  cancelled: ['approved'],
  posted: [],
  // Asked again after a lost answer: money can only go back to the card, never be charged by it.
  reversing: ['reversing', 'reversed', 'reversal_refused', 'closed_by_person'],
  reversed: [],
  reversal_refused: ['posted', 'reversing', 'closed_by_person'],
  // Found charged after all.
  closed_by_person: ['approved'],
}

export function mayFollow(from: CardSaleState, to: CardSaleState): boolean {
  return NEXT[from].includes(to)
}

const DOUBTFUL: readonly CardSaleState[] = ['started', 'handed_over', 'unknown', 'reversing']
const OPEN: readonly CardSaleState[] = [...DOUBTFUL, 'approved', 'reversal_refused']

/** Nobody knows where its money is. */
export function isDoubtful({ state }: Pick<CardSale, 'state'>): boolean {
  return DOUBTFUL.includes(state)
}

/** It waits for somebody or something: shown on every screen, and its bills take no other money. */
export function isOpenSale({ state }: Pick<CardSale, 'state'>): boolean {
  return OPEN.includes(state)
}

/** What a terminal said of money that moved, cleaned. */
export type KeptApproval = {
  readonly amountPaise: number
  readonly transactionNumber: string
  readonly approvalCode: string | null
  readonly scheme: string | null
  readonly cardLastFour: string | null
  readonly terminalId: string | null
  readonly reversalKey: string | null
  readonly approvedAtMs: number | null
  /** The payer's slip. */
  readonly slipLines: readonly string[]
  /** The office's own, in the record only; absent: there was none. */
  readonly merchantLines?: readonly string[]
}

/** Data of every CARD_SALE record, and the row of the sale: the whole sale as it stands after this step. */
export type CardSale = {
  readonly reference: string
  readonly state: CardSaleState
  readonly collectionId: string
  readonly lines: readonly (CollectionLine & {
    readonly businessService: string
    readonly consumerCode: string
  })[]
  readonly payer: Payer
  readonly consent: Consent
  readonly amountPaise: Paise
  readonly shiftId: string
  readonly operatorId: string
  readonly operatorName: string
  readonly terminal: { readonly kind: string; readonly name: string }
  readonly startedAtMs: number
  /** Of this step. */
  readonly atMs: number
  readonly terminalReference: string | null
  readonly approval: KeptApproval | null
  /** Why it is declined, cancelled, unknown or not reversed: the terminal's code and words. */
  readonly reason: { readonly code: string; readonly words: string } | null
  readonly reversalNumber: string | null
  /** Who agreed to the reversal or closed it, and why; null: nobody had to. */
  readonly decision: {
    readonly operatorId: string
    readonly operatorName: string
    readonly reason: string
  } | null
}

/** Charged, and for exactly what was asked. A sale of another amount is never taken: it goes back to the card. */
export function isAsAsked({ approval, amountPaise }: Pick<CardSale, 'approval' | 'amountPaise'>): boolean {
  return approval !== null && approval.amountPaise === amountPaise
}

export function isPostable(sale: CardSale): boolean {
  return (sale.state === 'approved' || sale.state === 'reversal_refused') && isAsAsked(sale)
}

export type SaleChange = Partial<
  Pick<CardSale, 'terminalReference' | 'approval' | 'reason' | 'reversalNumber' | 'decision'>
>

/** @throws ProblemError card_sale_not_allowed when this step does not follow */
export function stepTo(
  sale: CardSale,
  state: CardSaleState,
  change: SaleChange & { atMs: number },
): CardSale {
  const { reference } = sale
  if (!mayFollow(sale.state, state)) {
    throw new ProblemError('card_sale_not_allowed', { reference, state: sale.state })
  }
  const next = { ...sale, ...change, state }
  if (next.state === 'posted' && !isAsAsked(next)) throw new Error('only what was charged as asked is posted')
  if (next.state === 'approved' && next.approval === null)
    throw new Error('an approval says what it approved')
  return next
}

/** How a terminal's answer is kept: bounded, and without anything that could be a card number. */
export function keptApproval(said: KeptApproval): KeptApproval {
  const lastFour = said.cardLastFour?.replace(/\D/g, '').slice(-4) ?? ''
  return {
    amountPaise: said.amountPaise,
    // Half a number finds nothing again: then ours stands for it.
    transactionNumber: hasCardNumber(said.transactionNumber) ? '' : keptWords(said.transactionNumber),
    approvalCode: said.approvalCode === null ? null : keptWords(said.approvalCode),
    scheme: said.scheme === null ? null : keptWords(said.scheme).slice(0, 32),
    cardLastFour: lastFour.length === 4 ? lastFour : null,
    terminalId: said.terminalId === null ? null : keptWords(said.terminalId),
    // Opaque, but not beyond suspicion: with a card number in it, it is not kept, and the reversal is done at the terminal by hand.
    reversalKey: said.reversalKey === null || isSuspect(said.reversalKey) ? null : said.reversalKey,
    approvedAtMs: Number.isSafeInteger(said.approvedAtMs) ? said.approvedAtMs : null,
    slipLines: keptLines(said.slipLines),
    ...(said.merchantLines === undefined ? {} : { merchantLines: keptLines(said.merchantLines) }),
  }
}

/** A number may go over several lines, so the slip is looked at as one text. */
function keptLines(lines: readonly string[]): string[] {
  const kept = lines.slice(0, CARD_SLIP_LINES_MAX).map(keptLine)
  return hasCardNumber(kept.join('\n')) ? [] : kept
}

/** Blanks before and between the words stay: a slip sets its columns with them. */
export function keptLine(line: string): string {
  const clean = withoutCardNumbers(line.replace(/\p{Cc}/gu, ' '))
  return withoutCardNumbers(clean.slice(0, CARD_SLIP_CHARS_MAX)).trimEnd()
}

const REVERSAL_KEY_CHARS_MAX = 500

function isSuspect(key: string): boolean {
  return key.length > REVERSAL_KEY_CHARS_MAX || hasCardNumber(key)
}

/** Words of a terminal as they may be kept and shown. */
export function keptWords(words: string): string {
  const clean = withoutCardNumbers(words.replace(/\p{Cc}/gu, ' ')).trim()
  // Cut before and after: what stands at the cut must not become a number by it.
  return withoutCardNumbers(clean.slice(0, TERMINAL_CHARS_MAX))
}

/** What of the terminal's slip stands on the receipt of this payment: all of it on the first of its collection, nothing on the others. */
export function cardSlipOf(sale: CardSale, paymentId: string): string[] {
  const { approval, lines } = sale
  const isFirst = lines[0]?.paymentId === paymentId
  return sale.state === 'posted' && approval !== null && isFirst ? [...approval.slipLines] : []
}

/** What stands on the receipt and goes to DIGIT: in DIGIT's form, and from the terminal alone. */
export function instrumentOfSale(sale: CardSale): Extract<Instrument, { mode: 'CARD' }> {
  const { approval, reference } = sale
  if (approval === null || !isAsAsked(sale)) throw new Error('only what was charged as asked is posted')
  const number = approval.transactionNumber.replace(/[^A-Za-z0-9]/g, '')
  const code = approval.approvalCode?.replace(/[^A-Za-z0-9]/g, '') ?? ''
  const { scheme } = approval
  return {
    mode: 'CARD',
    lastFour: approval.cardLastFour,
    // A terminal without a number of its own is found by ours; a short trace number is written out to six digits.
    rrn: (number === '' ? reference : number).slice(-32).padStart(6, '0'),
    approvalCode: /^.{4,12}$/.test(code) ? code : null,
    ...(scheme === null || scheme === '' ? {} : { scheme }),
    saleReference: reference,
  }
}

const SEQUENCE_CHARS = 5
const OWNER_CHARS = 5

/** Ten characters: whose sale (till and its life), and the how manieth. `count`: sales of this till before this one. */
export function saleReference(owner: { deviceCode: string; incarnation: string }, count: number): string {
  const name = `${owner.deviceCode}${owner.incarnation}`.toUpperCase().replace(/[^0-9A-Z]/g, '')
  const sequence = (count + 1).toString(36).toUpperCase().padStart(SEQUENCE_CHARS, '0')
  if (!Number.isSafeInteger(count) || count < 0) throw new RangeError('sales are counted')
  if (sequence.length > SEQUENCE_CHARS) throw new RangeError('this till has no more card references')
  return `${name.slice(-OWNER_CHARS)}${sequence}`
}
