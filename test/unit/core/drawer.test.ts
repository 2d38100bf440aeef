// Goal: the arithmetic of a drawer is exact and says everything: what is handed in, counted and closed follows from the facts of the
// moment, and facts that do not fit together stop it. On the real store: test/unit/store/drawer.test.ts.
import { describe, expect, test } from 'vitest'
import { AMOUNT_PAISE_MAX, paise, rupees, ZERO_PAISE } from '#contract/money.ts'
import {
  closeShift,
  countCash,
  expectedCash,
  handInCash,
  ownDrawer,
  sumOf,
  type CloseWish,
  type HandInWish,
} from '#core/drawer/drawer.ts'
import type { CashCount, DrawerFacts, HandIn } from '#core/drawer/drawer-records.ts'
import { FIRST_HASH } from '#core/journal.ts'
import { REASON_CHARS_MAX, SHIFT_COUNTS_MAX, SHIFT_HAND_INS_MAX } from '#core/limits.ts'
import type { ShiftRecord } from '#core/records.ts'
import {
  at,
  CASHIER,
  count,
  facts,
  handIn,
  open,
  openWith,
  OTHER,
  problem,
  shift,
  storeOf,
  SUPERVISOR,
} from './drawer-facts.ts'
import { NOW_MS } from './sample-bill.ts'

const wish = (change: Partial<HandInWish> = {}): HandInWish => ({
  id: 'hand-in-2',
  cash: { by: 'amount', amountPaise: rupees(200) },
  receiver: SUPERVISOR,
  ...change,
})
const amountOf = (amountPaise: number) => wish({ cash: { by: 'amount', amountPaise: paise(amountPaise) } })
const give = (given: HandInWish, known = facts, operator = CASHIER) => {
  const { store, plans } = storeOf(known)
  const record = handInCash({ store }, given, { operator, at })
  return { record, plans }
}

describe('handing in', () => {
  test('records who, whom, how much and what is left, and no money taken', () => {
    const record: HandIn = {
      ...handIn,
      id: 'hand-in-2',
      number: 2,
      atMs: NOW_MS,
      amountPaise: rupees(200),
      cashLeftPaise: rupees(1_000),
    }
    const journal = { type: 'CASH_OUT', at, dataJson: JSON.stringify(record), amountPaise: 0 }
    expect(give(wish())).toEqual({ record, plans: [{ record, journal }] })
  })

  test('by notes names the notes that were there', () => {
    const denominations = [
      { denominationPaise: rupees(500), count: 2 },
      { denominationPaise: rupees(50), count: 0 },
      { denominationPaise: rupees(1), count: 1 },
    ]
    expect(give(wish({ cash: { by: 'notes', denominations } })).record).toMatchObject({
      amountPaise: 1_001_00,
      cashLeftPaise: 199_00,
      denominations: [denominations[0], denominations[2]],
    })
  })

  test('takes the last rupee and the last number', () => {
    expect(give(amountOf(1_200_00)).record.cashLeftPaise).toBe(0)
    const zeros = Array.from({ length: SHIFT_HAND_INS_MAX - 2 }, () => ({
      ...handIn,
      amountPaise: ZERO_PAISE,
    }))
    const last = openWith({ handIns: [handIn, ...zeros] })
    expect(give(wish(), last).record.number).toBe(SHIFT_HAND_INS_MAX)
    const full = openWith({ handIns: [handIn, ...zeros, { ...handIn, amountPaise: ZERO_PAISE }] })
    expect(() => give(wish(), full)).toThrow(problem('input_invalid', { field: 'handInId' }))
  })

  const asSupervisor = openWith({ shift: { ...shift, operatorId: SUPERVISOR.id } })
  test.each<[string, () => unknown, object]>([
    ['nothing', () => give(amountOf(0)), problem('input_invalid', { field: 'amountPaise' })],
    ['less', () => give(amountOf(-100)), problem('input_invalid', { field: 'amountPaise' })],
    ['part of a rupee', () => give(amountOf(150)), problem('input_invalid', { field: 'amountPaise' })],
    [
      'more than is there',
      () => give(amountOf(1_201_00)),
      problem('cash_not_enough', { amountPaise: 1_201_00, cashInHandPaise: 1_200_00 }),
    ],
    ['to a cashier', () => give(wish({ receiver: OTHER })), problem('role_not_allowed', { role: 'cashier' })],
    ['to oneself', () => give(wish(), asSupervisor, SUPERVISOR), problem('second_person_needed')],
    [
      'by a supervisor',
      () => give(wish(), facts, SUPERVISOR),
      problem('shift_not_open', { isOpenForOther: true }),
    ],
    ['without a shift', () => give(wish(), { ...facts, open: null }), problem('shift_not_open')],
  ])('%s is refused', (_name, work, expected) => {
    expect(work).toThrow(expected)
  })

  test('again is the same; another wish under the same id is refused', () => {
    const recorded = { ...facts, recorded: handIn }
    const same = { ...amountOf(300_00), id: handIn.id }
    expect(give(same, recorded)).toEqual({ record: handIn, plans: [] })
    const invalid = problem('input_invalid', { field: 'handInId' })
    expect(() => give({ ...same, cash: { by: 'amount', amountPaise: rupees(1) } }, recorded)).toThrow(invalid)
    expect(() => give({ ...same, receiver: { ...SUPERVISOR, id: 'op-8' } }, recorded)).toThrow(invalid)
    expect(() => give(same, { ...facts, recorded: count })).toThrow(invalid)
  })
})

describe('counting', () => {
  const denominations = [
    { denominationPaise: rupees(100), count: 11 },
    { denominationPaise: rupees(2), count: 0 },
  ]
  const find = (known = facts, operator = CASHIER) => {
    const { store, plans } = storeOf(known)
    return { record: countCash({ store }, { id: 'count-2', denominations }, { operator, at }), plans }
  }

  test('records what was found beside what should be there', () => {
    const record: CashCount = {
      ...count,
      id: 'count-2',
      number: 2,
      atMs: NOW_MS,
      denominations: denominations.slice(0, 1),
      countedPaise: rupees(1_100),
      differencePaise: rupees(-100),
    }
    const journal = { type: 'CASH_COUNT', at, dataJson: JSON.stringify(record), amountPaise: 0 }
    expect(find()).toEqual({ record, plans: [{ record, journal }] })
    expect(find(facts, SUPERVISOR).record.operatorId).toBe(SUPERVISOR.id)
  })

  test('has an end, an owner and one content per id', () => {
    const counts = (length: number) => openWith({ counts: Array.from({ length }, () => count) })
    expect(find(counts(SHIFT_COUNTS_MAX - 1)).record.number).toBe(SHIFT_COUNTS_MAX)
    const invalid = problem('input_invalid', { field: 'countId' })
    expect(() => find(counts(SHIFT_COUNTS_MAX))).toThrow(invalid)
    expect(() => find(facts, OTHER)).toThrow(problem('shift_not_open', { isOpenForOther: true }))
    const found = { ...count, countedPaise: rupees(1_100) }
    expect(find({ ...facts, recorded: found })).toEqual({ record: found, plans: [] })
    expect(() => find({ ...facts, recorded: count })).toThrow(invalid)
    expect(() => find({ ...facts, recorded: handIn })).toThrow(invalid)
  })
})

describe('closing', () => {
  const closeOf = (known = facts, change: Partial<CloseWish> = {}, operator = CASHIER) => {
    const { store, plans } = storeOf(known)
    const asked = { id: 'close-1', countId: 'count-1', reason: null, ...change }
    return { record: closeShift({ store }, asked, { operator, at }), plans }
  }
  const counted = (change: Partial<CashCount>) =>
    openWith({
      counts: [
        { ...count, id: 'count-0' },
        { ...count, ...change },
      ],
    })
  const missing = counted({ number: 2, countedPaise: rupees(1_150), differencePaise: rupees(-50) })

  test('says everything that was taken, handed in, counted and not yet sent, and where the journal stood', () => {
    const { record, plans } = closeOf(facts, {}, SUPERVISOR)
    expect(record).toEqual({
      kind: 'CLOSE',
      id: 'close-1',
      shiftId: 'shift-4',
      number: 4,
      operatorId: CASHIER.id,
      operatorName: CASHIER.name,
      closedById: SUPERVISOR.id,
      closedByName: SUPERVISOR.name,
      openedAtMs: shift.openedAtMs,
      closedAtMs: NOW_MS,
      businessDate: '2026-11-23',
      floatPaise: 500_00,
      takings: open.takings,
      services: open.services,
      collectedPaise: 1_200_00,
      receiptCount: 3,
      firstReceiptNumber: 'TST/1',
      lastReceiptNumber: 'TST/3',
      handIns: [{ number: 1, amountPaise: 300_00, receivedByName: SUPERVISOR.name, atMs: handIn.atMs }],
      countId: 'count-1',
      countNumber: 1,
      denominations: count.denominations,
      expectedPaise: 1_200_00,
      countedPaise: 1_200_00,
      differencePaise: 0,
      reason: null,
      unsent: facts.unsent,
      turnoverPaise: 9_000_00,
      headSeq: 40,
      headHash: FIRST_HASH,
    })
    const journal = { type: 'CLOSE_SHIFT', at, dataJson: JSON.stringify(record), amountPaise: 0 }
    expect(plans).toEqual([{ record, journal }])
  })

  test('is never before the opening, whatever the clock says', () => {
    const early = openWith({ shift: { ...shift, openedAtMs: NOW_MS + 1 } })
    expect(closeOf(early).record.closedAtMs).toBe(NOW_MS + 1)
  })

  test.each<[string, DrawerFacts]>([
    ['no count', openWith({ counts: [] })],
    ['counted again since', counted({ id: 'count-2' })],
    ['cash moved since', counted({ expectedPaise: rupees(1_199) })],
    ['another receipt since', counted({ receiptCount: 2 })],
  ])('%s: count again', (_name, known) => {
    expect(() => closeOf(known)).toThrow(problem('count_outdated'))
  })

  test.each<[string, string | null]>([
    ['without a reason', null],
    ['with an empty one', ''],
    ['with blanks', '  '],
  ])('a difference %s is not closed', (_name, reason) => {
    const data = { countedPaise: 1_150_00, expectedPaise: 1_200_00, differencePaise: -50_00 }
    expect(() => closeOf(missing, { reason })).toThrow(problem('difference_unexplained', data))
  })

  test('a reason is kept with a difference, and only with one', () => {
    expect(closeOf(missing, { reason: ' lost \n' }).record).toMatchObject({ reason: 'lost', countNumber: 2 })
    expect(closeOf(facts, { reason: 'none needed' }).record.reason).toBeNull()
    const longest = 'x'.repeat(REASON_CHARS_MAX)
    expect(closeOf(missing, { reason: ` ${longest} ` }).record.reason).toBe(longest)
    const tooLong = () => closeOf(missing, { reason: `${longest}x` })
    expect(tooLong).toThrow(problem('input_invalid', { field: 'reason' }))
  })

  test('again is the same; another close under the same id is refused', () => {
    const { record } = closeOf()
    const recorded = { ...facts, open: null, recorded: record }
    expect(closeOf(recorded)).toEqual({ record, plans: [] })
    const invalid = problem('input_invalid', { field: 'closeId' })
    expect(() => closeOf(recorded, { countId: 'count-9' })).toThrow(invalid)
    expect(() => closeOf({ ...recorded, recorded: count })).toThrow(invalid)
  })
})

describe('a drawer', () => {
  test('is for its operator and for a supervisor', () => {
    expect(ownDrawer(facts, CASHIER)).toBe(open)
    expect(ownDrawer(facts, SUPERVISOR)).toBe(open)
    expect(() => ownDrawer(facts, OTHER)).toThrow(problem('shift_not_open', { isOpenForOther: true }))
    expect(() => ownDrawer({ open: null }, SUPERVISOR)).toThrow(problem('shift_not_open'))
  })

  test.each<[string, Partial<ShiftRecord>, string]>([
    ['collected', { collectedPaise: rupees(1_199) }, 'collected'],
    ['receipts', { receiptCount: 2 }, 'receipts'],
    ['cash', { cashInHandPaise: rupees(1_201) }, 'drawer'],
    ['float', { floatPaise: rupees(499) }, 'drawer'],
  ])('whose figures do not fit together moves nothing: %s', (_name, change, words) => {
    expect(() => give(wish(), openWith({ shift: { ...shift, ...change } }))).toThrow(words)
  })

  test('holds float and cash, less what was handed in', () => {
    expect(expectedCash({ floatPaise: rupees(500), takings: open.takings, handIns: [handIn, handIn] })).toBe(
      900_00,
    )
    expect(expectedCash({ floatPaise: rupees(7), takings: [], handIns: [] })).toBe(7_00)
  })
})

describe('notes', () => {
  const sum = (denomination: number, times: number) =>
    sumOf({ by: 'notes', denominations: [{ denominationPaise: paise(denomination), count: times }] })
  test('sum up to the largest amount', () => {
    expect(sumOf({ by: 'notes', denominations: [] })).toBe(0)
    expect(sumOf({ by: 'amount', amountPaise: paise(5) })).toBe(5)
    expect(sum(500_00, 3)).toBe(1_500_00)
    expect(sum(1_00, AMOUNT_PAISE_MAX / 100)).toBe(AMOUNT_PAISE_MAX)
    const tooMuch = () => sum(1_00, AMOUNT_PAISE_MAX / 100 + 1)
    expect(tooMuch).toThrow(problem('input_invalid', { field: 'denominations' }))
  })

  test.each([
    [3_00, 1],
    [100_00, -1],
    [100_00, 0.5],
    [100_00, Number.NaN],
  ])('of %d paise, %d times, are none', (denominationPaise, times) => {
    const invalid = problem('input_invalid', { field: 'denominations', denominationPaise })
    expect(() => sum(denominationPaise, times)).toThrow(invalid)
  })
})
