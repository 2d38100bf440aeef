// Goal: a payer is asked only what can matter, nothing is agreed by silence, and what is not shown never counts.
import { describe, expect, test } from 'vitest'
import { addToCart, EMPTY_CART } from '#renderer/faces/counter/cart.ts'
import { consentAsked, consentGiven } from '#renderer/faces/counter/consent.ts'
import { counterReducer, START } from '#renderer/faces/counter/counter-state.ts'
import type { FoundBill } from '#rpc/procedures.ts'
import { foundBill } from './bills.ts'

const cartOf = (found: FoundBill) => addToCart(EMPTY_CART, found)
const bill = (source: FoundBill['source'], isPart: boolean, isAdvance: boolean): FoundBill => ({
  ...foundBill({ rules: { isPartPaymentAllowed: isPart, isAdvanceAllowed: isAdvance } }),
  source,
})

describe('asked', () => {
  test.each([
    ['integrator', true, { isPartAsked: false, isAdvanceAsked: false }],
    ['integrator', false, { isPartAsked: true, isAdvanceAsked: true }],
    ['cache', true, { isPartAsked: true, isAdvanceAsked: true }],
    ['pack', true, { isPartAsked: true, isAdvanceAsked: true }],
  ] as const)('of a bill from %s while online is %s', (source, isOnline, asked) => {
    expect(consentAsked(cartOf(bill(source, true, true)), { isOnline })).toEqual(asked)
  })

  test('only what the service takes', () => {
    const asked = (isPart: boolean, isAdvance: boolean) =>
      consentAsked(cartOf(bill('cache', isPart, isAdvance)), { isOnline: false })
    expect(asked(true, false)).toEqual({ isPartAsked: true, isAdvanceAsked: false })
    expect(asked(false, true)).toEqual({ isPartAsked: false, isAdvanceAsked: true })
    expect(asked(false, false)).toEqual({ isPartAsked: false, isAdvanceAsked: false })
  })
})

test('a tick that is no longer shown does not count', () => {
  const both = { isPartAgreed: true, isAdvanceAgreed: true }
  expect(consentGiven(both, { isPartAsked: true, isAdvanceAsked: false })).toEqual({
    isPartAgreed: true,
    isAdvanceAgreed: false,
  })
})

test('off when the tender opens, kept when the way of paying changes, forgotten with the next tender', () => {
  const open = { do: 'openTender', mode: 'CASH', collectionId: 'c', paymentIds: ['p'] } as const
  const start = counterReducer(START, { do: 'addBill', found: bill('cache', true, true) })
  const consentOf = (state: typeof start) => state.screen.at === 'tender' && state.screen.tender.consent
  const opened = counterReducer(start, open)
  expect(consentOf(opened)).toEqual({ isPartAgreed: false, isAdvanceAgreed: false })
  const agreed = counterReducer(opened, {
    do: 'agree',
    consent: { isPartAgreed: true, isAdvanceAgreed: false },
  })
  const changed = counterReducer(agreed, { do: 'changeMode', mode: 'CARD' })
  expect(consentOf(changed)).toEqual({ isPartAgreed: true, isAdvanceAgreed: false })
  const again = counterReducer(counterReducer(changed, { do: 'back' }), open)
  expect(consentOf(again)).toEqual({ isPartAgreed: false, isAdvanceAgreed: false })
})
