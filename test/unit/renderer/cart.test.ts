// Goal: the cart says before money is counted what DIGIT's rules say afterwards, and never holds one debt twice.
import { expect, test } from 'vitest'
import { rupees } from '#contract/money.ts'
import { makeProblem } from '#renderer/parts/problem-of.ts'
import {
  addToCart,
  CART_LINES_MAX,
  cartTotal,
  EMPTY_CART,
  isAmountOpen,
  lineProblem,
  payNow,
  removeLine,
  replaceFound,
  serviceAgainst,
  typeAmount,
  type Cart,
} from '#renderer/faces/counter/cart.ts'
import { COLLECTION_LINES_MAX } from '#rpc/procedures.ts'
import { foundBill } from './bills.ts'

const cartOf = (...bills: Parameters<typeof foundBill>): Cart => addToCart(EMPTY_CART, foundBill(...bills))

test('the cart holds as many bills as one collection takes, and no more', () => {
  expect(CART_LINES_MAX).toBe(COLLECTION_LINES_MAX)
  let cart = EMPTY_CART
  for (let at = 0; at < CART_LINES_MAX + 3; at += 1)
    cart = addToCart(cart, foundBill({ consumerCode: `PT-${at}` }))
  expect(cart.lines).toHaveLength(CART_LINES_MAX)
})

test('a second scan of the same debt selects it and takes the newer bill', () => {
  const first = addToCart(cartOf({ consumerCode: 'A' }), foundBill({ consumerCode: 'B' }))
  const again = addToCart(first, foundBill({ consumerCode: 'A', billId: 'newer', totalRupees: 2000 }))
  expect(again.lines).toHaveLength(2)
  expect(again.selected).toBe(0)
  expect(again.lines[0]?.found.bill.id).toBe('newer')
})

test('the total is the sum of what is paid now, and unknown while any line cannot be paid', () => {
  const cart = addToCart(
    cartOf({ consumerCode: 'A', totalRupees: 100 }),
    foundBill({ consumerCode: 'B', totalRupees: 250 }),
  )
  expect(cartTotal(cart)).toBe(rupees(350))
  expect(cartTotal(EMPTY_CART)).toBeNull()
  const blocked = addToCart(cart, foundBill({ consumerCode: 'C', obstacle: makeProblem('bill_expired') }))
  expect(cartTotal(blocked)).toBeNull()
  expect(cartTotal(removeLine(blocked, 2))).toBe(rupees(350))
})

test.each([
  [
    'less where no part payment is taken',
    { rules: { isAdvanceAllowed: true } },
    '100',
    'part_payment_not_allowed',
  ],
  ['more where no advance is taken', { rules: { isPartPaymentAllowed: true } }, '2000', 'amount_above_due'],
  [
    'less than the least amount',
    { rules: { isPartPaymentAllowed: true, minimumPaise: rupees(500) } },
    '499',
    'amount_below_minimum',
  ],
  [
    'the least amount itself',
    { rules: { isPartPaymentAllowed: true, minimumPaise: rupees(500) } },
    '500',
    null,
  ],
  ['nothing', { rules: { isPartPaymentAllowed: true } }, '', 'amount_not_positive'],
  ['an advance where one is taken', { rules: { isAdvanceAllowed: true } }, '5000', null],
])('%s', (_, wanted, typed, code) => {
  const cart = typeAmount(cartOf(wanted), 0, typed)
  const [line] = cart.lines
  expect(lineProblem(line!)?.code ?? null).toBe(code)
})

test('the whole amount may be below the least amount', () => {
  const cart = cartOf({ totalRupees: 300, rules: { isPartPaymentAllowed: true, minimumPaise: rupees(500) } })
  expect(lineProblem(cart.lines[0]!)).toBeNull()
})

test('an amount can be typed only where the service lets it differ, and only as digits', () => {
  expect(isAmountOpen(cartOf().lines[0]!)).toBe(false)
  const cart = cartOf({ rules: { isPartPaymentAllowed: true } })
  expect(isAmountOpen(cart.lines[0]!)).toBe(true)
  expect(payNow(typeAmount(cart, 0, ' ₹1,०00.x').lines[0]!)).toBe(rupees(1000))
})

test('a refreshed bill keeps the typed amount only while the same is due', () => {
  const cart = typeAmount(cartOf({ rules: { isPartPaymentAllowed: true } }), 0, '500')
  const same = replaceFound(cart, foundBill({ billId: 'b2', rules: { isPartPaymentAllowed: true } }))
  expect(same.lines[0]?.typed).toBe('500')
  const changed = replaceFound(cart, foundBill({ billId: 'b2', totalRupees: 900 }))
  expect(changed.lines[0]?.typed).toBeNull()
})

test('one bill that does not take a mode stops it for the whole cart', () => {
  const cart = addToCart(cartOf(), foundBill({ consumerCode: 'B', rules: { modesNotAllowed: ['CARD'] } }))
  expect(serviceAgainst(cart, 'CARD')).toBe('Property Tax')
  expect(serviceAgainst(cart, 'CASH')).toBeNull()
})
