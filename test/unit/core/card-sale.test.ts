// Goal: what a card sale may become is a short list: nothing leaves an end, nothing but an approval of the very amount is posted, money that
// moved is never hidden by an earlier word, and what a terminal says is kept bounded, clean and in DIGIT's form.
import { describe, expect, test } from 'vitest'
import { rupees } from '#contract/money.ts'
import {
  CARD_SALE_STATES,
  instrumentOfSale,
  isDoubtful,
  isOpenSale,
  isPostable,
  keptApproval,
  keptWords,
  mayFollow,
  saleReference,
  stepTo,
  type CardSale,
  type CardSaleState,
  type KeptApproval,
} from '#core/cards/card-sale.ts'
import { requireSecond } from '#core/cards/card-steps.ts'
import { codeOf } from '#test/unit/store/till-kit.ts'
import { CASHIER, OTHER, SUPERVISOR } from './drawer-facts.ts'

const approval: KeptApproval = {
  amountPaise: rupees(100),
  transactionNumber: '612345678901',
  approvalCode: 'A12345',
  scheme: 'RUPAY',
  cardLastFour: '4321',
  terminalId: 'T1',
  reversalKey: 'K1',
  approvedAtMs: 5,
  slipLines: ['APPROVED'],
}
const saleWith = (changes: Partial<CardSale>): CardSale => ({
  reference: '0417A00001',
  state: 'approved',
  collectionId: 'c',
  lines: [],
  payer: { paidBy: 'Asha Rao', mobileNumber: null, isOwner: true },
  consent: { isAdvanceAgreed: false, isPartAgreed: false },
  amountPaise: rupees(100),
  shiftId: 's',
  operatorId: CASHIER.id,
  operatorName: CASHIER.name,
  terminal: { kind: 'virtual', name: 'Virtual' },
  startedAtMs: 1,
  atMs: 1,
  terminalReference: null,
  approval,
  reason: null,
  reversalNumber: null,
  decision: null,
  ...changes,
})

describe('which step may follow', () => {
  const ends: readonly CardSaleState[] = ['posted', 'reversed']
  test.each(ends)('nothing follows %s', (end) => {
    expect(CARD_SALE_STATES.filter((next) => mayFollow(end, next))).toEqual([])
  })

  test('only what was charged is posted or given back', () => {
    const before = (state: CardSaleState) => CARD_SALE_STATES.filter((each) => mayFollow(each, state))
    expect(before('posted')).toEqual(['approved', 'reversal_refused'])
    expect(before('reversing')).toEqual(['approved', 'reversing', 'reversal_refused'])
    expect(before('reversed')).toEqual(['reversing'])
    expect(before('started')).toEqual([])
  })

  test('an approval is heard after every word but an end or an approval', () => {
    const deaf = CARD_SALE_STATES.filter((each) => !mayFollow(each, 'approved'))
    expect(deaf).toEqual(['approved', 'posted', 'reversing', 'reversed', 'reversal_refused'])
  })

  test('doubt and openness: what nobody knows, and what waits for somebody', () => {
    expect(CARD_SALE_STATES.filter((state) => isDoubtful({ state }))).toEqual([
      'started',
      'handed_over',
      'unknown',
      'reversing',
    ])
    expect(CARD_SALE_STATES.filter((state) => !isOpenSale({ state }))).toEqual([
      'declined',
      'cancelled',
      'posted',
      'reversed',
      'closed_by_person',
    ])
  })

  test('a step that may not follow is a problem, and a wrong amount can never be posted', () => {
    const declined = saleWith({ state: 'declined', approval: null })
    expect(codeOf(() => stepTo(declined, 'posted', { atMs: 2 }))).toBe('card_sale_not_allowed')
    const other = saleWith({ approval: { ...approval, amountPaise: rupees(99) } })
    expect(isPostable(other)).toBe(false)
    expect(() => stepTo(other, 'posted', { atMs: 2 })).toThrow('charged as asked')
    expect(() => instrumentOfSale(other)).toThrow('charged as asked')
    expect(stepTo(saleWith({}), 'posted', { atMs: 2 })).toMatchObject({ state: 'posted', atMs: 2 })
  })
})

describe('what is kept', () => {
  test('the instrument is in the form of the record, whatever the terminal calls things', () => {
    expect(instrumentOfSale(saleWith({}))).toEqual({
      mode: 'CARD',
      lastFour: '4321',
      rrn: '612345678901',
      approvalCode: 'A12345',
      scheme: 'RUPAY',
      saleReference: '0417A00001',
    })
    const of = (changes: Partial<KeptApproval>) =>
      instrumentOfSale(saleWith({ approval: { ...approval, ...changes } }))
    expect(of({ transactionNumber: '47' }).rrn).toBe('000047')
    expect(of({ transactionNumber: '' }).rrn).toBe('0417A00001')
    expect(of({ transactionNumber: 'BV0q-0016.4389' }).rrn).toBe('BV0q00164389')
    expect(of({ approvalCode: '1' }).approvalCode).toBeNull()
    expect(of({ approvalCode: null, cardLastFour: null, scheme: null })).toEqual({
      mode: 'CARD',
      lastFour: null,
      rrn: '612345678901',
      approvalCode: null,
      saleReference: '0417A00001',
    })
  })

  test('a card number in an approval is gone; half a number finds nothing, so ours stands for it', () => {
    const pan = '4111 1111 1111 1111'
    const kept = keptApproval({
      ...approval,
      transactionNumber: pan,
      approvalCode: pan,
      cardLastFour: pan,
      reversalKey: pan,
      slipLines: ['ONE', '4111 1111', '1111 1111'],
    })
    expect(kept).toMatchObject({
      transactionNumber: '',
      approvalCode: '****1111',
      cardLastFour: '1111',
      reversalKey: null,
      slipLines: [],
    })
  })

  test('a slip keeps its columns, bounded and without control marks', () => {
    const lines = [
      '  PAID\u0007',
      'TOTAL      12.00  ',
      'x'.repeat(500),
      ...Array.from({ length: 90 }, () => 'y'),
    ]
    const kept = keptApproval({ ...approval, slipLines: lines, merchantLines: ['SIGN'] })
    expect(kept.slipLines.slice(0, 3)).toEqual(['  PAID', 'TOTAL      12.00', 'x'.repeat(200)])
    expect(kept.slipLines).toHaveLength(60)
    expect(kept.merchantLines).toEqual(['SIGN'])
  })

  test('words are bounded and without control marks', () => {
    expect(keptWords('a\u0000b\nc')).toBe('a b c')
    expect(keptWords('x'.repeat(500))).toHaveLength(200)
  })

  test('references: ten characters, never the same, whose till it is', () => {
    const owner = { deviceCode: '0417', incarnation: 'A' }
    expect(saleReference(owner, 0)).toBe('0417A00001')
    expect(saleReference(owner, 35)).toBe('0417A00010')
    expect(saleReference({ deviceCode: 'T/long-12345', incarnation: 'b' }, 1)).toBe('2345B00002')
    expect(() => saleReference(owner, 36 ** 5)).toThrow('no more')
    expect(() => saleReference(owner, -1)).toThrow('counted')
  })
})

test('a second person is a supervisor who did not take the card, with a reason', () => {
  const sale = saleWith({ operatorId: SUPERVISOR.id })
  const reason = 'The citizen went away'
  expect(codeOf(() => requireSecond(sale, { approver: OTHER, reason }))).toBe('role_not_allowed')
  expect(codeOf(() => requireSecond(sale, { approver: SUPERVISOR, reason }))).toBe('second_person_needed')
  expect(codeOf(() => requireSecond(saleWith({}), { approver: SUPERVISOR, reason: ' ' }))).toBe(
    'input_invalid',
  )
  expect(codeOf(() => requireSecond(saleWith({}), { approver: SUPERVISOR, reason }))).toBe('none')
})
