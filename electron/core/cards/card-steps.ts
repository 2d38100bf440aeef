// Begins a card sale and takes it on, step by step, as the terminal answers: what may begin, what an answer means, who may give money
// back or close what nobody can clear up. Each plan is asked for inside the commit, with the facts of that very transaction. Called by the
// host's card runner and its procedures.
import { ZERO_PAISE } from '#contract/money.ts'
import { ProblemError } from '#contract/problem.ts'
import {
  isDoubtful,
  isOpenSale,
  keptApproval,
  keptWords,
  saleReference,
  stepTo,
  type CardSale,
  type KeptApproval,
} from './card-sale.ts'
import { judgeClock } from '#core/time/clock-guard.ts'
import type { JournalDraft } from '#core/journal.ts'
import { OPEN_CARD_SALES_MAX, REASON_CHARS_MAX } from '#core/limits.ts'
import type { CardSaleStore } from '#core/ports.ts'
import type { ClockReading, CollectionInput, OperatorTile } from '#core/records.ts'
import { checkCollection, keyOf } from '#core/take-payment.ts'
import type { CollectionFacts, SalePlan, TakeSituation } from '#core/plans.ts'

type CardPorts = { readonly store: CardSaleStore }

export type SaleWish = Omit<CollectionInput, 'instrument'>

export type SaleSituation = TakeSituation & {
  readonly operatorName: string
  /** null: no terminal that takes cards by itself. */
  readonly terminal: { readonly kind: string; readonly name: string } | null
}

/**
 * Writes down what the terminal is about to be asked for. One sale at a time: while of any sale it is not known where its money is, no
 * other begins. Throws what take-payment throws, and card_terminal_absent, card_sale_open.
 */
export function beginSale({ store }: CardPorts, wish: SaleWish, situation: SaleSituation): CardSale {
  // The number is not known yet; it is made in the commit.
  const input: CollectionInput = { ...wish, instrument: { mode: 'CARD_SALE', reference: '' } }
  const sale = store.commitSale(keyOf(input, situation), (facts) => planSale(facts, input, situation))
  if (sale.collectionId !== wish.collectionId) throw new Error('the store answered another sale')
  return sale
}

function planSale(
  facts: CollectionFacts & { readonly saleCount: number },
  input: CollectionInput,
  situation: SaleSituation,
): SalePlan | null {
  const { terminal } = situation
  if (terminal === null) throw new ProblemError('card_terminal_absent')
  const { collectionId } = input
  if (facts.recorded !== null) throw new ProblemError('payment_conflict', { collectionId })
  const { device, shift, clock, totalPaise, lines } = checkCollection(facts, { input, situation })
  const waiting = facts.openSales.find(isDoubtful)
  if (waiting !== undefined) throw saleOpen(waiting)
  if (facts.openSales.length >= OPEN_CARD_SALES_MAX) throw saleOpen(facts.openSales[0])
  const sale: CardSale = {
    reference: saleReference(device, facts.saleCount),
    state: 'started',
    collectionId,
    lines: lines.map(({ line, known: { bill } }) => ({
      ...line,
      businessService: bill.businessService,
      consumerCode: bill.consumerCode,
    })),
    payer: input.payer,
    consent: input.consent,
    amountPaise: totalPaise,
    shiftId: shift.id,
    operatorId: situation.operatorId,
    operatorName: situation.operatorName,
    terminal: { kind: terminal.kind, name: keptWords(terminal.name) },
    startedAtMs: clock.nowMs,
    atMs: clock.nowMs,
    terminalReference: null,
    approval: null,
    reason: null,
    reversalNumber: null,
    decision: null,
  }
  if (sale.amountPaise <= 0) throw new Error('an amount that passed the rules is positive')
  return { sale, journal: saleDraft(sale, situation.at) }
}

export function saleDraft(sale: CardSale, at: ClockReading): JournalDraft {
  return { type: 'CARD_SALE', at, dataJson: JSON.stringify(sale), amountPaise: ZERO_PAISE }
}

export function saleOpen(sale: CardSale | undefined): ProblemError {
  if (sale === undefined) throw new Error('there is an open sale')
  const { reference, state, amountPaise } = sale
  return new ProblemError('card_sale_open', { reference, state, salePaise: amountPaise })
}

/** A terminal's word about a sale, whether it came by itself or was asked for. */
export type TerminalWord =
  | { readonly kind: 'handed_over'; readonly terminalReference: string }
  | { readonly kind: 'approved'; readonly approval: KeptApproval }
  | { readonly kind: 'declined' | 'cancelled' | 'unknown'; readonly code: string; readonly words: string }

/**
 * Takes in a word of the terminal. What the sale already says, or what comes too late to change anything, is left; an approval is never
 * left, also after a decline: money that moved is seen.
 */
export function takeWord({ store }: CardPorts, reference: string, told: Told<TerminalWord>): CardSale {
  const { word, at } = told
  return changeSale(store, reference, at, (sale, atMs) => {
    switch (word.kind) {
      case 'handed_over': {
        const terminalReference = keptWords(word.terminalReference)
        if (sale.terminalReference === terminalReference) return null
        if (sale.state !== 'started' && sale.state !== 'unknown') return null
        return stepTo(sale, 'handed_over', { terminalReference, atMs })
      }
      case 'approved':
        if (sale.approval !== null) return null
        return stepTo(sale, 'approved', { approval: keptApproval(word.approval), reason: null, atMs })
      case 'declined':
      case 'cancelled':
      case 'unknown': {
        const isLeft = !isDoubtful(sale) || sale.state === 'reversing' || sale.state === word.kind
        if (isLeft) return null
        const reason = { code: keptWords(word.code), words: keptWords(word.words) }
        return stepTo(sale, word.kind, { reason, atMs })
      }
    }
  })
}

type Told<Word> = { readonly word: Word; readonly at: ClockReading }

/** Who agrees that money goes back or that nothing more is done; checked by code and PIN. */
export type Approver = {
  readonly approver: OperatorTile
  readonly reason: string
  readonly at: ClockReading
}

/** Before the terminal is asked to give the money back. `by` null: an amount that nobody asked for goes back by itself. */
export function beginReversal(
  { store }: CardPorts,
  reference: string,
  { by, at }: { readonly by: Approver | null; readonly at: ClockReading },
): CardSale {
  return changeSale(store, reference, at, (sale, atMs) => {
    if (by === null && isOpenSale(sale) && sale.approval?.amountPaise === sale.amountPaise) {
      throw new Error('money that was asked for goes back only when a supervisor says so')
    }
    const decision = by === null ? sale.decision : decisionOf(sale, by)
    return stepTo(sale, 'reversing', { decision, reason: null, atMs })
  })
}

export type ReversalWord =
  | { readonly kind: 'reversed'; readonly transactionNumber: string | null }
  | { readonly kind: 'refused'; readonly code: string; readonly words: string }

export function endReversal({ store }: CardPorts, reference: string, told: Told<ReversalWord>): CardSale {
  const { word, at } = told
  return changeSale(store, reference, at, (sale, atMs) => {
    if (word.kind === 'refused') {
      const reason = { code: keptWords(word.code), words: keptWords(word.words) }
      return stepTo(sale, 'reversal_refused', { reason, atMs })
    }
    const { transactionNumber } = word
    const reversalNumber = transactionNumber === null ? null : keptWords(transactionNumber)
    return stepTo(sale, 'reversed', { reversalNumber, atMs })
  })
}

/** A supervisor decides: nothing more is done with this sale here. Its bills are free again; the record stays. */
export function closeSale({ store }: CardPorts, reference: string, by: Approver): CardSale {
  return changeSale(store, reference, by.at, (sale, atMs) =>
    stepTo(sale, 'closed_by_person', { decision: decisionOf(sale, by), atMs }),
  )
}

/** Throws role_not_allowed, second_person_needed, input_invalid. */
export function requireSecond(sale: CardSale, { approver, reason }: Omit<Approver, 'at'>): void {
  if (approver.role !== 'supervisor') throw new ProblemError('role_not_allowed', { role: approver.role })
  if (approver.id === sale.operatorId) throw new ProblemError('second_person_needed')
  const length = reason.trim().length
  if (length === 0 || length > REASON_CHARS_MAX) throw new ProblemError('input_invalid', { field: 'reason' })
}

function decisionOf(sale: CardSale, by: Approver): NonNullable<CardSale['decision']> {
  requireSecond(sale, by)
  const { approver, reason } = by
  return { operatorId: approver.id, operatorName: approver.name, reason: keptWords(reason) }
}

function changeSale(
  store: CardSaleStore,
  reference: string,
  at: ClockReading,
  change: (sale: CardSale, atMs: number) => CardSale | null,
): CardSale {
  return store.commitSaleStep(reference, (sale, clock) => {
    const next = change(sale, judgeClock(at, clock).nowMs)
    if (next === null) return null
    if (next.reference !== sale.reference) throw new Error('a step keeps its sale')
    if (next.amountPaise !== sale.amountPaise) throw new Error('a step keeps the amount that was asked for')
    return { sale: next, journal: saleDraft(next, at) }
  })
}
