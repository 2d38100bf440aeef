// Handlers of cards taken through a terminal: begin, watch, give up, ask, finish, give back, close. Called by router.ts.
import { addPaise, ZERO_PAISE } from '#contract/money.ts'
import { hasCardNumber } from '#contract/card-numbers.ts'
import { ProblemError, problemOf } from '#contract/problem.ts'
import { isPostable, type CardSale } from '#core/cards/card-sale.ts'
import { beginSale, closeSale, requireSecond, type Approver, type SaleWish } from '#core/cards/card-steps.ts'
import type { CollectionView } from '#core/records.ts'
import { signIn } from '#core/people/sign-in.ts'
import type { CardSaleView } from '#rpc/card.ts'
import type { TerminalStatus } from '#rpc/procedures.ts'
import { situationOf, takeNow, trading } from '#host/taking.ts'
import { operatorOf, type Till } from '#host/till.ts'

/** The same collection again, while the terminal is at work for it, answers that sale: a double tap charges once. */
export function startCard(till: Till, wish: SaleWish): CardSaleView {
  const { store, cards, sync } = trading(till)
  const own = store
    .openSales()
    .find(
      ({ collectionId, reference }) => collectionId === wish.collectionId && cards.live(reference) !== null,
    )
  if (own !== undefined) return viewOf(till, own)
  const terminal = cards.terminal()
  if (terminal === null) throw new ProblemError('card_terminal_absent')
  if (!cards.isIdle()) throw new ProblemError('card_sale_open')
  const operator = operatorOf(till)
  const situation = { ...situationOf(till, operator.id), operatorName: operator.name, terminal }
  const sale = beginSale({ store }, wish, situation)
  cards.run(sale)
  sync.nudge()
  return viewOf(till, sale)
}

export function cardProgress(till: Till, reference: string): CardSaleView {
  return viewOf(till, saleOf(till, reference))
}

export async function cancelCard(till: Till, reference: string): Promise<CardSaleView> {
  requireTerminal(till)
  await till.cards.cancel(saleOf(till, reference))
  return viewOf(till, saleOf(till, reference))
}

export async function resolveCard(till: Till, reference: string): Promise<CardSaleView> {
  requireTerminal(till)
  const sale = saleOf(till, reference)
  // At work for this very sale: its answer is on the way.
  if (till.cards.live(reference) !== null) return viewOf(till, sale)
  return viewOf(till, await till.cards.ask(sale))
}

export function openCards(till: Till): CardSaleView[] {
  return till.store.openSales().map((sale) => viewOf(till, sale))
}

/** Finishes what a charged card was for, now, by whoever is at the till. */
export function postCard(till: Till, reference: string): CollectionView {
  const operator = operatorOf(till)
  try {
    const view = finishSale(till, saleOf(till, reference), operator.id)
    till.cards.notePost(reference, null)
    return view
  } catch (error) {
    if (error instanceof ProblemError) till.cards.notePost(reference, problemOf(error))
    throw error
  }
}

/** Exactly one payment for each bill, with the ids that were written down before the terminal was asked. Throws ProblemError. */
export function finishSale(till: Till, sale: CardSale, operatorId: string): CollectionView {
  const { reference, collectionId, payer, consent } = sale
  const lines = sale.lines.map(({ paymentId, billId, amountPaise }) => ({ paymentId, billId, amountPaise }))
  const instrument = { mode: 'CARD_SALE', reference } as const
  return takeNow(till, { collectionId, lines, instrument, payer, consent }, operatorId)
}

type ApprovedInput = {
  readonly reference: string
  readonly approver: { readonly operatorCode: string; readonly pin: string }
  readonly reason: string
}

export async function reverseCard(till: Till, input: ApprovedInput): Promise<CardSaleView> {
  requireTerminal(till)
  const by = await approverOf(till, input)
  return viewOf(till, await till.cards.reverse(input.reference, by))
}

export async function closeCard(till: Till, input: ApprovedInput): Promise<CardSaleView> {
  const { reference } = input
  if (till.cards.live(reference) !== null) throw new ProblemError('card_sale_open', { reference })
  const by = await approverOf(till, input)
  // The PIN took a moment: the terminal may be at work again.
  if (till.cards.live(reference) !== null) throw new ProblemError('card_sale_open', { reference })
  const sale = closeSale({ store: till.store }, reference, by)
  till.sync.nudge()
  return viewOf(till, sale)
}

/** Checked like a sign-in, with its counted tries; nobody is signed in or out. What is wrong anyway is said before a PIN is tried. */
async function approverOf(till: Till, { reference, approver, reason }: ApprovedInput): Promise<Approver> {
  const { store, integrator, clock, pinCheck, isUnattended } = till
  operatorOf(till)
  if (hasCardNumber(reason)) throw new ProblemError('card_number_refused')
  const sale = saleOf(till, reference)
  const named = store.masters()?.operators.find(({ code }) => code === approver.operatorCode)
  if (named !== undefined) requireSecond(sale, { approver: named, reason })
  const signed = await signIn({ store, integrator, clock, pinCheck, isUnattended }, approver)
  requireSecond(sale, { approver: signed, reason })
  return { approver: signed, reason, at: clock.read() }
}

export function cardStatus({ store, cards }: Till): TerminalStatus['card'] {
  const sales = store.openSales()
  return {
    terminalName: cards.terminal()?.name ?? null,
    openCount: sales.length,
    openPaise: addPaise(ZERO_PAISE, ...sales.map(({ amountPaise }) => amountPaise)),
  }
}

function requireTerminal({ cards }: Till): void {
  if (cards.terminal() === null) throw new ProblemError('card_terminal_absent')
}

function saleOf({ store }: Till, reference: string): CardSale {
  const sale = store.cardSale(reference)
  if (sale === null) throw new ProblemError('card_sale_not_found', { reference })
  return sale
}

function viewOf({ store, cards }: Till, sale: CardSale): CardSaleView {
  const names = new Map((store.masters()?.services ?? []).map(({ code, name }) => [code, name]))
  const { approval } = sale
  return {
    reference: sale.reference,
    state: sale.state,
    collectionId: sale.collectionId,
    amountPaise: sale.amountPaise,
    bills: sale.lines.map(({ businessService, consumerCode, amountPaise }) => ({
      serviceName: names.get(businessService) ?? businessService,
      consumerCode,
      amountPaise,
    })),
    payerName: sale.payer.paidBy,
    operatorName: sale.operatorName,
    terminalName: sale.terminal.name,
    startedAtMs: sale.startedAtMs,
    atMs: sale.atMs,
    live: cards.live(sale.reference),
    charged:
      approval === null
        ? null
        : {
            amountPaise: approval.amountPaise,
            scheme: approval.scheme,
            lastFour: approval.cardLastFour,
            transactionNumber: approval.transactionNumber,
          },
    reason: sale.reason,
    mayPost: isPostable(sale),
    postProblem: cards.postProblem(sale.reference),
  }
}
