// Goal: cash leaves a drawer only with its record and never more than is there; float and takings less hand-ins is always what is
// expected; a shift ends once, with what was counted. The real store on disk.
import { randomUUID } from 'node:crypto'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { paise, rupees } from '#contract/money.ts'
import type { CashAmount } from '#core/drawer/drawer.ts'
import { rebuildDerived } from '#store/journal/rebuild.ts'
import { card, drawerOf, OTHER, SUPERVISOR, SUPERVISOR_CASHIER } from './drawer-kit.ts'
import {
  cashFor,
  CASHIER,
  codeOf,
  keepBill,
  liftLimits,
  makeTill,
  take,
  takeOne,
  type TillKit,
} from './till-kit.ts'

let till: TillKit
let drawer: ReturnType<typeof drawerOf>
beforeEach(() => {
  till = makeTill()
  drawer = drawerOf(till)
  liftLimits(till.store)
})
afterEach(() => till.close())

describe('handing in', () => {
  test('cash leaves the drawer, turnover stays, and the next one has the next number', () => {
    takeOne(till)
    const before = till.store.openShift()!
    const first = drawer.handIn(200)
    expect(first).toMatchObject({ number: 1, shiftNumber: 1, amountPaise: rupees(200), denominations: null })
    expect(first.cashLeftPaise).toBe(before.cashInHandPaise - rupees(200))
    expect(drawer.inHand()).toBe(first.cashLeftPaise)
    expect(till.store.openShift()).toMatchObject({
      collectedPaise: before.collectedPaise,
      receiptCount: before.receiptCount,
    })
    expect(drawer.handIn(100).number).toBe(2)
    expect(till.store.drawerRecord(first.id)).toEqual(first)
  })

  test('counted by note: the sum is computed here', () => {
    const cash: CashAmount = {
      by: 'notes',
      denominations: [
        { denominationPaise: rupees(100), count: 3 },
        { denominationPaise: rupees(50), count: 0 },
      ],
    }
    const record = drawer.handInOf(cash)
    expect(record.amountPaise).toBe(rupees(300))
    expect(record.denominations).toEqual([{ denominationPaise: rupees(100), count: 3 }])
  })

  test.each<[string, () => unknown]>([
    ['cash_not_enough', () => drawer.handIn(501)],
    ['input_invalid', () => drawer.handIn(0)],
    ['input_invalid', () => drawer.handIn(-100)],
    [
      'second_person_needed',
      () => drawer.handIn(100, { operator: SUPERVISOR_CASHIER, receiver: SUPERVISOR_CASHIER }),
    ],
    ['role_not_allowed', () => drawer.handIn(100, { receiver: OTHER })],
    ['shift_not_open', () => drawer.handIn(100, { operator: OTHER })],
    [
      'shift_not_open',
      () => drawer.handIn(100, { operator: SUPERVISOR, receiver: { ...SUPERVISOR, id: 'op-8' } }),
    ],
    ['input_invalid', () => drawer.handIn(1.5)],
    [
      'input_invalid',
      () => drawer.handInOf({ by: 'notes', denominations: [{ denominationPaise: rupees(3), count: 1 }] }),
    ],
  ])('refused with %s, and nothing moved', (code, work) => {
    expect(codeOf(work)).toBe(code)
    expect(drawer.inHand()).toBe(rupees(500))
    expect(till.store.drawer()?.handIns).toEqual([])
  })

  test('the whole drawer may go, to the last rupee', () => {
    expect(drawer.handIn(500).cashLeftPaise).toBe(0)
    expect(codeOf(() => drawer.handIn(1))).toBe('cash_not_enough')
  })

  test('the same call again is done once; the same id with other content is refused', () => {
    const id = randomUUID()
    const first = drawer.handIn(200, { id })
    expect(drawer.handIn(200, { id })).toEqual(first)
    expect(drawer.inHand()).toBe(rupees(300))
    expect(codeOf(() => drawer.handIn(100, { id }))).toBe('input_invalid')
    expect(codeOf(() => drawer.count(rupees(1), CASHIER, id))).toBe('input_invalid')
    till.reopen()
    expect(drawer.handIn(200, { id })).toEqual(first)
    expect(drawer.inHand()).toBe(rupees(300))
  })
})

describe('closing', () => {
  test('counted right: everything that was taken, how, and where the journal stood', () => {
    takeOne(till)
    const { bill } = takeOne(till)
    take(till, cashFor([keepBill(till.store)], { instrument: card }))
    drawer.handIn(300)
    const shift = till.store.openShift()!
    const headBefore = till.store.drawer()!
    const counted = drawer.count(shift.cashInHandPaise)
    expect(counted).toMatchObject({ number: 1, differencePaise: 0, expectedPaise: shift.cashInHandPaise })
    const z = drawer.close(counted.id)
    expect(z).toMatchObject({
      number: 1,
      floatPaise: rupees(500),
      collectedPaise: shift.collectedPaise,
      receiptCount: 3,
      takings: [
        { mode: 'CARD', count: 1, sumPaise: bill.totalPaise },
        { mode: 'CASH', count: 2, sumPaise: bill.totalPaise * 2 },
      ],
      handIns: [{ number: 1, amountPaise: rupees(300), receivedByName: SUPERVISOR.name }],
      lastReceiptNumber: headBefore.lastReceiptNumber,
      unsent: { count: 3, sumPaise: bill.totalPaise * 3 },
      turnoverPaise: bill.totalPaise * 3,
      reason: null,
      closedById: CASHIER.id,
    })
    expect(z.headHash).toMatch(/^[0-9a-f]{64}$/)
    expect(till.store.openShift()).toBeNull()
    expect(till.store.lastClose()).toEqual(z)
    expect(till.store.queueTotals().waitingCount).toBe(3)
    expect(till.store.search('')).toHaveLength(3)
  })

  test('a difference needs a reason and is recorded as it is; each count stays', () => {
    takeOne(till)
    const expected = drawer.inHand()
    const first = drawer.count(paise(expected - 5000))
    expect(first.differencePaise).toBe(-5000)
    expect(codeOf(() => drawer.close(first.id))).toBe('difference_unexplained')
    expect(codeOf(() => drawer.close(first.id, { reason: '   ' }))).toBe('difference_unexplained')
    const second = drawer.count(paise(expected + 200))
    expect(codeOf(() => drawer.close(first.id, { reason: 'old count' }))).toBe('count_outdated')
    const z = drawer.close(second.id, { reason: ' found in the tray ' })
    expect(z).toMatchObject({
      countNumber: 2,
      differencePaise: 200,
      expectedPaise: expected,
      reason: 'found in the tray',
    })
    expect(drawer.verify()).toMatchObject({ exitCode: 0 })
  })

  test.each<[string, () => unknown]>([
    ['a payment', () => takeOne(till)],
    ['a card payment', () => take(till, cashFor([keepBill(till.store)], { instrument: card }))],
    ['a hand-in', () => drawer.handIn(100)],
  ])('%s after the count: count again', (_what, work) => {
    const counted = drawer.count(drawer.inHand())
    work()
    expect(codeOf(() => drawer.close(counted.id))).toBe('count_outdated')
    expect(till.store.openShift()).not.toBeNull()
    expect(drawer.close(drawer.count(drawer.inHand()).id).countNumber).toBe(2)
  })

  test('not without a count, not twice, and not by another cashier; a supervisor may', () => {
    expect(codeOf(() => drawer.close(randomUUID()))).toBe('count_outdated')
    expect(codeOf(() => drawer.count(rupees(500), OTHER))).toBe('shift_not_open')
    const counted = drawer.count(rupees(500), SUPERVISOR)
    expect(codeOf(() => drawer.close(counted.id, { operator: OTHER }))).toBe('shift_not_open')
    const id = randomUUID()
    const z = drawer.close(counted.id, { operator: SUPERVISOR, id })
    expect(z).toMatchObject({ operatorId: CASHIER.id, closedById: SUPERVISOR.id })
    expect(drawer.close(counted.id, { id })).toEqual(z)
    expect(codeOf(() => drawer.close(counted.id))).toBe('shift_not_open')
    expect(codeOf(() => takeOne(till))).toBe('shift_not_open')
    expect(codeOf(() => drawer.handIn(100))).toBe('shift_not_open')
  })

  test('the next shift opens with the next number and counts only its own', () => {
    takeOne(till)
    drawer.close(drawer.count(drawer.inHand()).id)
    expect(drawer.openNext(OTHER)).toMatchObject({ number: 2, collectedPaise: 0, receiptCount: 0 })
    expect(till.store.drawer()).toMatchObject({
      takings: [],
      handIns: [],
      counts: [],
      lastReceiptNumber: null,
    })
    drawer.close(drawer.count(rupees(0), OTHER).id, { operator: OTHER })
    expect(till.store.lastClose()).toMatchObject({ number: 2, takings: [], firstReceiptNumber: null })
    expect(drawer.verify()).toMatchObject({ exitCode: 0 })
  })

  test('a drawer that was never opened on this till has nothing to close', () => {
    const empty = makeTill({ isShiftOpen: false })
    expect(empty.store.drawer()).toBeNull()
    expect(empty.store.lastClose()).toBeNull()
    empty.close()
  })
})

type Move = { readonly what: 'cash' | 'card' | 'handIn' | 'count' | 'close'; readonly value: number }
const moves = fc.array(
  fc.record({
    what: fc.constantFrom<Move['what']>('cash', 'cash', 'card', 'handIn', 'handIn', 'count', 'close'),
    value: fc.integer({ min: 1, max: 3_000 }),
  }),
  { maxLength: 25 },
)

test('float and takings less hand-ins is always expected, whatever happens; tables made anew are the same', () => {
  fc.assert(
    fc.property(moves, (list) => {
      const kit = makeTill()
      const own = drawerOf(kit)
      try {
        liftLimits(kit.store)
        const told: [number | string, number | string][] = []
        let shift = { float: rupees(500) as number, cash: 0, out: 0 }
        const expected = () => shift.float + shift.cash - shift.out
        for (const { what, value } of list) {
          if (what === 'cash' || what === 'card') {
            const bill = keepBill(kit.store)
            take(kit, cashFor([bill], what === 'card' ? { instrument: card } : {}))
            if (what === 'cash') shift.cash += bill.totalPaise
          } else if (what === 'handIn') {
            const isThere = value * 100 <= expected()
            told.push([codeOf(() => own.handIn(value)), isThere ? 'none' : 'cash_not_enough'])
            if (isThere) shift.out += value * 100
          } else {
            const counted = own.count(rupees(value))
            told.push([counted.expectedPaise, expected()])
            told.push([counted.differencePaise, value * 100 - expected()])
            if (what === 'close') {
              const z = own.close(counted.id, { reason: 'counted so' })
              told.push([z.countedPaise - z.differencePaise, expected()])
              own.openNext()
              shift = { float: 0, cash: 0, out: 0 }
            }
          }
          told.push([own.inHand(), expected()])
        }
        expect(told.map(([actual]) => actual)).toEqual(told.map(([, right]) => right))
        expect(own.inHand()).toBeGreaterThanOrEqual(0)
        expect(own.verify()).toMatchObject({ exitCode: 0 })
        const before = own.dump()
        kit.store.close()
        const raw = new Database(kit.file)
        rebuildDerived(raw)
        raw.close()
        expect(own.dump()).toEqual(before)
        kit.store = kit.open({ check: 'full' })
      } finally {
        kit.close()
      }
    }),
    { numRuns: 25 },
  )
}, 120_000)
