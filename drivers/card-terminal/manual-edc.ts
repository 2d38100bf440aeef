// A card terminal that stands alone: the cashier keys the amount into it and types what it printed into the till. The fallback that
// always exists. Called by whoever opens the till's card terminal; the screens call `submit` and `giveUp`.
// The till cannot ask such a terminal anything, so what the cashier typed is all that is known, and it is checked hard.
import assert from 'node:assert/strict'
import type { DriverProblem as Problem } from '#drivers/problem.ts'
import { DriverProblem } from '#drivers/problem.ts'
import { holdsCardNumber } from './card-number.ts'
import type { CardApproval, CardIntent, CardOutcome, CardTerminal } from './card-terminal.ts'

/** What the cashier reads off the slip and types. Amounts in rupees: "1250" or "1,250.00". */
export type EdcEntry = {
  readonly amount: string
  /** The amount once more, typed and not copied. */
  readonly amountAgain: string
  /** Retrieval reference number, 12 digits on Indian slips. */
  readonly rrn: string
  readonly approvalCode: string
  readonly cardLastFour: string
  readonly scheme: string
  readonly terminalId: string
}

export type EdcField = keyof EdcEntry

export type EdcVerdict =
  | { readonly kind: 'good'; readonly approval: CardApproval }
  | { readonly kind: 'faulty'; readonly faults: readonly EdcFault[] }
  /** A card number was typed: nothing of the entry may be kept or shown again. */
  | { readonly kind: 'card_number'; readonly field: EdcField; readonly problem: Problem }

/** `message`: what the cashier is to do, without what was typed. */
export type EdcFault = { readonly field: EdcField; readonly message: string }

export type EdcEnd = 'declined' | 'cancelled' | 'unknown'

export type ManualEdc = CardTerminal & {
  /** What was typed for the payment under way. Only `good` ends it. */
  readonly submit: (reference: string, entry: EdcEntry) => EdcVerdict
  /**
   * The terminal printed that it was declined, the cashier says that no card was charged, or nobody knows (no slip, another
   * amount charged). False: that payment is not under way.
   */
  readonly giveUp: (reference: string, why: EdcEnd) => boolean
  /** The payment under way, for the screen; null if none is. */
  readonly waitingFor: () => { readonly reference: string; readonly amountPaise: number } | null
}

const FIELD_MAX_CHARACTERS = 40
/** No field has more: an RRN has twelve digits, a card number thirteen or more. */
const RRN_DIGITS_MAX = 12

/** Whether an entry proves a payment of `amountPaise`. Pure. */
export function checkEdcEntry(entry: EdcEntry, amountPaise: number): EdcVerdict {
  assert(Number.isSafeInteger(amountPaise) && amountPaise > 0, 'An amount is whole paise.')
  const numbered = FIELDS.find((field) => isLikeCardNumber(field, entry[field]))
  if (numbered !== undefined) return cardNumberTyped(numbered)
  const typedPaise = readRupees(entry.amount)
  const faults: EdcFault[] = []
  const demand = (isMet: boolean, field: EdcField, message: string): void => {
    if (!isMet) faults.push({ field, message })
  }
  demand(typedPaise !== null, 'amount', 'Type the amount of the slip in rupees, like 1250 or 1250.00.')
  demand(
    typedPaise === null || typedPaise === amountPaise,
    'amount',
    'The amount of the slip is not the amount due. Check the slip; if another amount was charged, call the supervisor.',
  )
  demand(
    readRupees(entry.amountAgain) !== null && readRupees(entry.amountAgain) === typedPaise,
    'amountAgain',
    'The two amounts differ. Type both again from the slip.',
  )
  demand(
    /^[0-9A-Z]{6,12}$/u.test(tidy(entry.rrn)),
    'rrn',
    'Type the RRN of the slip: up to 12 digits or letters, usually 12 digits.',
  )
  demand(
    /^[0-9A-Z]{4,8}$/u.test(tidy(entry.approvalCode)),
    'approvalCode',
    'Type the approval code of the slip: usually 6 digits or letters.',
  )
  demand(/^\d{4}$/u.test(tidy(entry.cardLastFour)), 'cardLastFour', 'Type the last four digits of the card.')
  demand(
    /^[A-Z0-9 ]{0,20}$/u.test(entry.scheme.trim().toUpperCase()),
    'scheme',
    'Type the kind of card as the slip names it, like VISA or RUPAY, or leave it empty.',
  )
  demand(
    /^[0-9A-Z]{0,12}$/u.test(tidy(entry.terminalId)),
    'terminalId',
    'Type the terminal number (TID) of the slip, or leave it empty.',
  )
  if (faults.length > 0) return { kind: 'faulty', faults }
  assert.equal(typedPaise, amountPaise)
  return { kind: 'good', approval: approvalOf(entry, amountPaise) }
}

const FIELDS: readonly EdcField[] = [
  'amount',
  'amountAgain',
  'rrn',
  'approvalCode',
  'cardLastFour',
  'scheme',
  'terminalId',
]

/** In the RRN's field twelve digits are an RRN; anywhere else they are too many to be anything but a card number. */
function isLikeCardNumber(field: EdcField, text: string): boolean {
  return holdsCardNumber(text, field === 'rrn' ? RRN_DIGITS_MAX + 1 : RRN_DIGITS_MAX)
}

function cardNumberTyped(field: EdcField): EdcVerdict {
  const message =
    'A card number was typed. Never type one: it was thrown away. Type only what the field asks for.'
  return { kind: 'card_number', field, problem: new DriverProblem('bank_card_refused', message) }
}

/** Whole paise; null if it is no amount. Commas may group digits, the Indian way or the Western. */
function readRupees(text: string): number | null {
  const plain = text.trim().replace(/^₹\s*/u, '')
  if (!/^\d{1,3}(?:,\d{2,3})*(?:\.\d{1,2})?$|^\d{1,9}(?:\.\d{1,2})?$/u.test(plain)) return null
  const [rupees = '', paise = ''] = plain.replaceAll(',', '').split('.')
  const amountPaise = Number(rupees) * 100 + Number(paise.padEnd(2, '0'))
  return Number.isSafeInteger(amountPaise) && amountPaise > 0 ? amountPaise : null
}

function tidy(text: string): string {
  return text.length > FIELD_MAX_CHARACTERS ? '?' : text.replaceAll(/\s/gu, '').toUpperCase()
}

function approvalOf(entry: EdcEntry, amountPaise: number): CardApproval {
  const orNull = (text: string): string | null => (text === '' ? null : text)
  return {
    amountPaise,
    transactionNumber: tidy(entry.rrn),
    approvalCode: tidy(entry.approvalCode),
    scheme: orNull(entry.scheme.trim().toUpperCase()),
    cardLastFour: tidy(entry.cardLastFour),
    terminalId: orNull(tidy(entry.terminalId)),
    reversalKey: null,
    approvedAtMs: null,
    slipLines: [],
  }
}

type Waiting = {
  readonly reference: string
  readonly amountPaise: number
  readonly settle: (outcome: CardOutcome) => void
}

/** RRNs typed before are remembered, so that one slip does not prove two payments. */
const USED_RRNS_MAX = 1_000

export function openManualEdc(options: { readonly name?: string } = {}): ManualEdc {
  const usedRrns = new Map<string, string>()
  let waiting: Waiting | null = null
  const settle = (outcome: CardOutcome): void => {
    assert(waiting !== null, 'Only a payment under way can end.')
    waiting.settle(outcome)
    waiting = null
  }
  const submit = (reference: string, entry: EdcEntry): EdcVerdict => {
    assert(waiting?.reference === reference, 'What is typed belongs to the payment under way.')
    const verdict = checkEdcEntry(entry, waiting.amountPaise)
    if (verdict.kind !== 'good') return verdict
    const { transactionNumber } = verdict.approval
    const user = usedRrns.get(transactionNumber)
    if (user !== undefined && user !== reference) {
      const message = 'This RRN was typed for another payment already. Look for the slip of this one.'
      return { kind: 'faulty', faults: [{ field: 'rrn', message }] }
    }
    usedRrns.set(transactionNumber, reference)
    const [oldest] = usedRrns.keys()
    if (usedRrns.size > USED_RRNS_MAX && oldest !== undefined) usedRrns.delete(oldest)
    settle({ kind: 'approved', approval: verdict.approval })
    return verdict
  }
  const giveUp = (reference: string, why: EdcEnd): boolean => {
    if (waiting?.reference !== reference) return false
    settle(endWithoutSlip(why))
    return true
  }
  return {
    describe: () => ({
      kind: 'manual-edc',
      name: options.name ?? 'Card terminal without a cable',
      isIntegrated: false,
      canReverse: false,
    }),
    start: async (intent, watch) => await begin(intent, watch),
    status: async (intent) =>
      waiting?.reference === intent.reference
        ? { kind: 'in_progress' }
        : { kind: 'unknown', problem: askThePaper() },
    // Only the cashier knows whether the card was charged: the screen asks, and calls giveUp.
    cancel: async () => {},
    reverse: async () => ({
      kind: 'refused',
      code: 'EDC',
      reason: 'The till cannot reach this terminal. Void the payment at the terminal and keep its slip.',
    }),
    check: async () => null,
    close: async () => {
      if (waiting !== null) settle({ kind: 'unknown', problem: askThePaper() })
    },
    submit,
    giveUp,
    waitingFor: () =>
      waiting === null ? null : { reference: waiting.reference, amountPaise: waiting.amountPaise },
  }

  async function begin(
    intent: CardIntent,
    watch: Parameters<CardTerminal['start']>[1],
  ): Promise<CardOutcome> {
    assert(Number.isSafeInteger(intent.amountPaise) && intent.amountPaise > 0, 'An amount is whole paise.')
    if (waiting !== null) {
      const message = 'Another card payment is being typed in. Finish or give up that one first.'
      return { kind: 'not_started', problem: new DriverProblem('card_terminal_busy', message) }
    }
    const { promise, resolve } = Promise.withResolvers<CardOutcome>()
    waiting = { reference: intent.reference, amountPaise: intent.amountPaise, settle: resolve }
    watch.onProgress({
      step: 'present_card',
      words: 'Key the amount into the card terminal, then type what its slip says.',
    })
    return await promise
  }
}

function endWithoutSlip(why: EdcEnd): CardOutcome {
  switch (why) {
    case 'declined':
      return {
        kind: 'declined',
        code: 'EDC',
        reason: 'The cashier says that the terminal declined the card.',
      }
    case 'cancelled':
      return { kind: 'cancelled', reason: 'The cashier says that no card was charged.' }
    case 'unknown':
      return { kind: 'unknown', problem: askThePaper() }
  }
}

function askThePaper(): Problem {
  return new DriverProblem(
    'card_terminal_result_unknown',
    'The till cannot ask this terminal. Look for the slip, or let the terminal print its last payment again.',
  )
}
