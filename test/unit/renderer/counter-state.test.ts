// Goal: from pressing Take until the outcome is known nothing but that outcome changes the screen, ids stay the same
// through every repeat, and leaving a screen never loses or takes money.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { rupees, ZERO_PAISE } from '#contract/money.ts'
import { makeProblem } from '#renderer/parts/problem-of.ts'
import {
  counterReducer,
  isMoneyMoving,
  PARKED_MAX,
  START,
  type CounterAction,
  type CounterState,
} from '#renderer/faces/counter/counter-state.ts'
import { OWNER_PAYS } from '#renderer/faces/counter/payer-choice.ts'
import type { Collection, TakeInput } from '#rpc/procedures.ts'
import type { ShiftClose } from '#rpc/shift.ts'
import { foundBill } from './bills.ts'

const collectionId = '0b1e4b2c-6b1d-4f9a-9d0b-8f1f6f0a0001'
const paymentId = '0b1e4b2c-6b1d-4f9a-9d0b-8f1f6f0a0002'
const input: TakeInput = {
  collectionId,
  lines: [{ paymentId, billId: 'bill-PT-1001', amountPaise: rupees(1247) }],
  instrument: { mode: 'CASH', tenderedPaise: rupees(1500) },
  payer: { paidBy: 'Ramesh Kumar', mobileNumber: null, isOwner: true },
  consent: { isAdvanceAgreed: false, isPartAgreed: false },
}
const collection: Collection = {
  collectionId,
  totalPaise: rupees(1247),
  tenderedPaise: rupees(1500),
  changePaise: rupees(253),
  isOffline: false,
  payments: [],
}

const close: ShiftClose = {
  kind: 'CLOSE',
  id: '0b1e4b2c-6b1d-4f9a-9d0b-8f1f6f0a0003',
  shiftId: '0b1e4b2c-6b1d-4f9a-9d0b-8f1f6f0a0004',
  number: 1,
  operatorId: 'op-1',
  operatorName: 'Meena Kulkarni',
  closedById: 'op-1',
  closedByName: 'Meena Kulkarni',
  openedAtMs: 1,
  closedAtMs: 2,
  businessDate: '2026-11-23',
  floatPaise: ZERO_PAISE,
  takings: [],
  services: [],
  collectedPaise: ZERO_PAISE,
  receiptCount: 0,
  firstReceiptNumber: null,
  lastReceiptNumber: null,
  handIns: [],
  countId: '0b1e4b2c-6b1d-4f9a-9d0b-8f1f6f0a0005',
  countNumber: 1,
  denominations: [],
  expectedPaise: ZERO_PAISE,
  countedPaise: ZERO_PAISE,
  differencePaise: ZERO_PAISE,
  reason: null,
  unsent: { count: 0, sumPaise: ZERO_PAISE },
  turnoverPaise: 0,
  headSeq: 1,
  headHash: '0'.repeat(64),
}

const run = (actions: readonly CounterAction[], from: CounterState = START): CounterState =>
  actions.reduce(counterReducer, from)

const addBill: CounterAction = { do: 'addBill', found: foundBill() }
const openTender: CounterAction = { do: 'openTender', mode: 'CASH', collectionId, paymentIds: [paymentId] }
const taking = run([addBill, openTender, { do: 'take', input }])

test('scan, tender, take, done, next', () => {
  const done = run([{ do: 'taken', collection }], taking)
  expect(done.screen).toEqual({ at: 'done', collection })
  expect(done.cart.lines).toEqual([])
  expect(run([{ do: 'nextCustomer' }], done).screen).toEqual({ at: 'home' })
})

test('a scan on the done screen starts the next customer with that bill', () => {
  const next = run(
    [
      { do: 'taken', collection },
      { do: 'addBill', found: foundBill({ consumerCode: 'WS-7' }) },
    ],
    taking,
  )
  expect(next.screen.at).toBe('home')
  expect(next.cart.lines.map(({ found }) => found.bill.consumerCode)).toEqual(['WS-7'])
})

test('leaving the tender screen keeps the bills; opening it again makes new ids', () => {
  const back = run([addBill, openTender, { do: 'back' }])
  expect(back.screen.at).toBe('home')
  expect(back.cart.lines).toHaveLength(1)
})

test('changing the way of paying keeps the ids', () => {
  const changed = run([addBill, openTender, { do: 'changeMode', mode: 'CHEQUE' }])
  expect(changed.screen).toMatchObject({ tender: { collectionId, paymentIds: [paymentId], mode: 'CHEQUE' } })
})

test('a tender screen never opens for an empty cart or with the wrong number of ids', () => {
  expect(run([openTender]).screen.at).toBe('home')
  expect(run([addBill, { ...openTender, paymentIds: [] }]).screen.at).toBe('home')
})

test('the shift that has ended stays on the screen until it was seen, and the bills stay', () => {
  const desk = run([addBill, { do: 'showShift', isHandIn: false }])
  expect(desk.screen).toEqual({ at: 'shift', isHandIn: false })
  const closed = run([{ do: 'shiftClosed', close }], desk)
  expect(closed.screen).toEqual({ at: 'closed', close })
  const seen = run([{ do: 'back' }], closed)
  expect(seen.screen.at).toBe('home')
  expect(seen.cart.lines).toHaveLength(1)
})

const disturbances: readonly CounterAction[] = [
  addBill,
  { do: 'replaceBill', found: foundBill({ billId: 'other' }) },
  { do: 'removeLine', at: 0 },
  { do: 'typeAmount', at: 0, typed: '1' },
  { do: 'choosePayer', payer: OWNER_PAYS },
  { do: 'select', at: 0 },
  { do: 'park' },
  { do: 'recall', at: 0 },
  { do: 'nextCustomer' },
  { do: 'back' },
  { do: 'showQueue' },
  { do: 'showShift', isHandIn: true },
  { do: 'shiftClosed', close },
  { do: 'showReceipts', text: '', paymentId: null },
  { do: 'changeMode', mode: 'CARD' },
  { do: 'take', input },
  { do: 'resume', collectionId },
  { ...openTender, collectionId: '0b1e4b2c-6b1d-4f9a-9d0b-8f1f6f0a0099' },
]

test('nothing anyone does while money is moving changes anything', () => {
  const lost = run([{ do: 'answerLost' }], taking)
  for (const from of [taking, lost]) {
    expect(isMoneyMoving(from.screen)).toBe(true)
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...disturbances), { maxLength: 30 }), (actions) => {
        expect(run(actions, from)).toBe(from)
      }),
    )
  }
})

test('a lost answer ends in the outcome that was found, with the input kept for the same ids', () => {
  const lost = run([{ do: 'answerLost' }], taking)
  expect(run([{ do: 'taken', collection }], lost).screen.at).toBe('done')
  const absent = run([{ do: 'nothingRecorded' }], lost)
  expect(absent.screen).toMatchObject({
    at: 'tender',
    tender: { collectionId, input, step: { at: 'notPaid' } },
  })
  const again = run([{ do: 'take', input }], absent)
  expect(again.screen).toMatchObject({ tender: { collectionId, step: { at: 'taking' } } })
})

test('a refusal keeps the bills and says why', () => {
  const problem = makeProblem('bill_already_paid')
  const refused = run([{ do: 'refused', problem }], taking)
  expect(refused.screen).toMatchObject({ at: 'tender', tender: { step: { at: 'entering', problem } } })
  expect(refused.cart.lines).toHaveLength(1)
})

test('an answer that nobody waits for changes nothing', () => {
  const home = run([addBill])
  for (const late of [
    { do: 'taken', collection },
    { do: 'answerLost' },
    { do: 'nothingRecorded' },
  ] as const) {
    expect(run([late], home)).toBe(home)
  }
})

test('a payment that was under way when the window ended is looked up first', () => {
  const resumed = run([{ do: 'resume', collectionId }])
  expect(isMoneyMoving(resumed.screen)).toBe(true)
  expect(resumed.screen).toMatchObject({ tender: { collectionId, input: null, step: { at: 'notKnown' } } })
})

test('customers are put aside and brought back whole; one who is being served changes places', () => {
  const other = foundBill({ consumerCode: 'WS-7' })
  const parked = run([addBill, { do: 'park' }, { do: 'addBill', found: other }])
  expect(parked.parked).toHaveLength(1)
  const swapped = run([{ do: 'recall', at: 0 }], parked)
  expect(swapped.cart.lines[0]?.found.bill.consumerCode).toBe('PT-1001')
  expect(swapped.parked[0]?.lines[0]?.found.bill.consumerCode).toBe('WS-7')
})

test('no more customers are put aside than have a key, and none is dropped', () => {
  let state = START
  for (let at = 0; at <= PARKED_MAX; at += 1) {
    state = run([{ do: 'addBill', found: foundBill({ consumerCode: `PT-${at}` }) }, { do: 'park' }], state)
  }
  expect(state.parked).toHaveLength(PARKED_MAX)
  expect(state.cart.lines.map(({ found }) => found.bill.consumerCode)).toEqual([`PT-${PARKED_MAX}`])
  expect(state.cart.lines[0]?.found.bill.totalPaise).toBeGreaterThan(ZERO_PAISE)
})
