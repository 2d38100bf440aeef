// The bills one payer is about to pay and how much of each: what may be paid, and why not. Pure; drawn by home.tsx.
// The core checks everything again by its own record; these rules only tell the cashier before money is counted.
import { addPaise, formatInrDigits, isWholeRupees, type Paise } from '#contract/money.ts'
import type { PaymentMode } from '#contract/bill.ts'
import type { Problem } from '#contract/problem.ts'
import type { FoundBill } from '#rpc/procedures.ts'
import { paiseFromTyped, rupeeDigits } from '#renderer/parts/amount-text.ts'
import { makeProblem } from '#renderer/parts/problem-of.ts'
import { OWNER_PAYS, type PayerChoice } from './payer-choice.ts'

/** As many bills as one collection takes (electron/rpc COLLECTION_LINES_MAX). */
export const CART_LINES_MAX = 20

export type CartLine = {
  readonly found: FoundBill
  /** What was typed into pay-now; null: the whole amount due. */
  readonly typed: string | null
}

export type Cart = {
  readonly lines: readonly CartLine[]
  readonly selected: number
  readonly payer: PayerChoice
}

export const EMPTY_CART: Cart = { lines: [], selected: 0, payer: OWNER_PAYS }

/** Names the debt, not the bill: bill ids change when a bill is fetched again. */
export function debtKey({ bill }: FoundBill): string {
  return [bill.tenantId, bill.businessService, bill.consumerCode].join('|')
}

/** A bill whose debt is already in the cart takes its place, so that one debt is never paid twice in one go. */
export function addToCart(cart: Cart, found: FoundBill): Cart {
  const at = cart.lines.findIndex((line) => debtKey(line.found) === debtKey(found))
  if (at >= 0) return replaceFound({ ...cart, selected: at }, found)
  if (cart.lines.length >= CART_LINES_MAX) return cart
  return { ...cart, lines: [...cart.lines, { found, typed: null }], selected: cart.lines.length }
}

/** The same debt as it is now; a typed amount is dropped when the amount due changed. */
export function replaceFound(cart: Cart, found: FoundBill): Cart {
  const lines = cart.lines.map((line) => {
    if (debtKey(line.found) !== debtKey(found)) return line
    const isSameDue = line.found.bill.totalPaise === found.bill.totalPaise
    return { found, typed: isSameDue ? line.typed : null }
  })
  return { ...cart, lines }
}

export function removeLine(cart: Cart, at: number): Cart {
  const lines = cart.lines.filter((_, index) => index !== at)
  if (lines.length === 0) return EMPTY_CART
  return { ...cart, lines, selected: Math.min(cart.selected, lines.length - 1) }
}

export function typeAmount(cart: Cart, at: number, typed: string): Cart {
  const digits = rupeeDigits(typed)
  const lines = cart.lines.map((line, index) => (index === at ? { ...line, typed: digits } : line))
  return { ...cart, lines, selected: at }
}

/** Only where the service takes less or more than what is due. */
export function isAmountOpen({ found }: CartLine): boolean {
  const { rules } = found.bill
  return found.obstacle === null && (rules.isPartPaymentAllowed || rules.isAdvanceAllowed)
}

/** What will be paid now; null while the typed amount is no amount. */
export function payNow({ found, typed }: CartLine): Paise | null {
  return typed === null ? found.bill.totalPaise : paiseFromTyped(typed)
}

/** What the pay-now field shows. */
export function payNowText({ found, typed }: CartLine): string {
  return typed ?? formatInrDigits(found.bill.totalPaise).replaceAll(',', '')
}

/** What keeps this line from being paid, or null. */
export function lineProblem(line: CartLine): Problem | null {
  const { bill, obstacle } = line.found
  if (obstacle !== null) return obstacle
  const amountPaise = payNow(line)
  if (amountPaise === null || amountPaise <= 0) return makeProblem('amount_not_positive')
  if (!isWholeRupees(amountPaise)) return makeProblem('amount_not_whole')
  if (amountPaise > bill.totalPaise && !bill.rules.isAdvanceAllowed) return makeProblem('amount_above_due')
  if (amountPaise < bill.totalPaise && !bill.rules.isPartPaymentAllowed)
    return makeProblem('part_payment_not_allowed')
  if (amountPaise < bill.totalPaise && amountPaise < bill.rules.minimumPaise) {
    return makeProblem('amount_below_minimum', { minimumPaise: bill.rules.minimumPaise })
  }
  return null
}

/** The sum of all lines; null when the cart is empty or a line cannot be paid. */
export function cartTotal(cart: Cart): Paise | null {
  const amounts = cart.lines.map((line) => (lineProblem(line) === null ? payNow(line) : null))
  if (amounts.length === 0 || amounts.includes(null)) return null
  return addPaise(...amounts.filter((amount) => amount !== null))
}

/** The service that does not take this mode, or null when all do. */
export function serviceAgainst(cart: Cart, mode: PaymentMode): string | null {
  const line = cart.lines.find(({ found }) => found.bill.rules.modesNotAllowed.includes(mode))
  return line?.found.serviceName ?? null
}
