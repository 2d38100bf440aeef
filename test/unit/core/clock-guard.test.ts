// Goal: the time of money is a moment only where the integrator's clock carries it, else an honest range; no jump of the wall clock
// moves certain time, the financial year or a record backwards; only a supervisor goes on with a clock that is far off.
import { randomUUID } from 'node:crypto'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { paymentSchema } from '#contract/payment.ts'
import { businessDateAt, businessDateIst } from '#core/time/business-date.ts'
import { clockAccepted, clockAfter, clockJump, judgeClock } from '#core/time/clock-guard.ts'
import type { ClockReading, ClockState } from '#core/records.ts'
import { openShift } from '#core/drawer/shift.ts'
import {
  CASHIER,
  cashFor,
  codeOf,
  keepBill,
  liftLimits,
  makeTill,
  take,
  testClock,
  type TillKit,
} from '#test/unit/store/till-kit.ts'
import { NOW_MS } from './sample-bill.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
const nothing: ClockState = {
  anchor: null,
  floorWallMs: null,
  certainMs: null,
  acceptedDriftMs: null,
  lastReading: null,
}
const at = (wallMs: number, monotonicMs: number, bootId = 'a'): ClockReading => ({
  wallMs,
  monotonicMs,
  bootId,
})
const anchored: ClockState = { ...nothing, anchor: { serverMs: NOW_MS, monotonicMs: 1_000, bootId: 'a' } }

describe('judging', () => {
  test.each([
    ['right', 0, false],
    ['half a day off', 12 * HOUR_MS, false],
    ['more than half a day ahead', 12 * HOUR_MS + 1, true],
    ['more than half a day behind', -12 * HOUR_MS - 1, true],
  ])('a clock that is %s', (_what, driftMs, isFarOff) => {
    const verdict = judgeClock(at(NOW_MS + 5_000 + driftMs, 6_000), anchored)
    expect(verdict).toMatchObject({
      nowMs: NOW_MS + 5_000,
      earliestMs: NOW_MS + 5_000,
      isTrusted: true,
      driftMs,
      isFarOff,
    })
  })

  test('a drift that a supervisor accepted stays accepted, another does not', () => {
    const wrong = at(NOW_MS - 30 * DAY_MS, 1_000)
    const accepted = clockAccepted(wrong, anchored)
    expect(judgeClock(at(wrong.wallMs + HOUR_MS, 1_000 + HOUR_MS), accepted).isFarOff).toBe(false)
    expect(judgeClock(at(wrong.wallMs + 3 * HOUR_MS, 1_000 + HOUR_MS), accepted).isFarOff).toBe(true)
  })

  test('a record of a clock that ran ahead does not stop one that was set right', () => {
    const ahead = clockAfter(at(NOW_MS + 8 * HOUR_MS, 1_000), anchored)
    expect(judgeClock(at(NOW_MS + MINUTE_MS, 1_000 + MINUTE_MS), ahead).isSetBack).toBe(false)
    const unknown = { ...ahead, anchor: null }
    expect(judgeClock(at(NOW_MS + MINUTE_MS, 1_000 + MINUTE_MS), unknown).isSetBack).toBe(true)
  })

  test.each([
    [4 * MINUTE_MS, 'a', 0],
    [-4 * MINUTE_MS, 'a', 0],
    [6 * MINUTE_MS, 'a', 6 * MINUTE_MS],
    [-30 * DAY_MS, 'a', -30 * DAY_MS],
    [-30 * DAY_MS, 'b', 0],
  ])('set by %i ms within boot %s is a jump of %i', (jump, bootId, expected) => {
    const state = { ...nothing, lastReading: at(NOW_MS, 1_000) }
    expect(clockJump(at(NOW_MS + HOUR_MS + jump, 1_000 + HOUR_MS, bootId), state)).toBe(expected)
  })
})

test('a shift keeps its date over midnight until noon, then follows certain time', () => {
  const evening = Date.parse('2027-03-31T20:00:00+05:30')
  const opened = businessDateIst(evening)
  expect(businessDateAt(opened, Date.parse('2027-04-01T00:30:00+05:30'))).toBe('2027-03-31')
  expect(businessDateAt(opened, Date.parse('2027-04-01T11:59:59+05:30'))).toBe('2027-03-31')
  expect(businessDateAt(opened, Date.parse('2027-04-01T12:00:00+05:30'))).toBe('2027-04-01')
  expect(businessDateAt(opened, 0)).toBe('2027-03-31')
})

const events = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 2 * DAY_MS }) }),
    fc.record({
      kind: fc.constant('jump' as const),
      ms: fc.integer({ min: -400 * DAY_MS, max: 400 * DAY_MS }),
    }),
    fc.record({ kind: fc.constant('reboot' as const), downMs: fc.integer({ min: 0, max: 2 * DAY_MS }) }),
    fc.record({ kind: fc.constant('contact' as const) }),
  ),
  { minLength: 1, maxLength: 25 },
)

type ClockEvent = typeof events extends fc.Arbitrary<(infer E)[]> ? E : never
type ClockWorld = { trueMs: number; clock: ClockReading; boots: number; state: ClockState }

function after({ trueMs, clock, boots, state }: ClockWorld, event: ClockEvent): ClockWorld {
  const { wallMs, monotonicMs, bootId } = clock
  switch (event.kind) {
    case 'pass':
      return {
        trueMs: trueMs + event.ms,
        clock: at(wallMs + event.ms, monotonicMs + event.ms, bootId),
        boots,
        state,
      }
    case 'jump':
      return { trueMs, clock: at(Math.max(0, wallMs + event.ms), monotonicMs, bootId), boots, state }
    case 'reboot':
      return {
        trueMs: trueMs + event.downMs,
        clock: at(wallMs + event.downMs, 0, `boot ${boots + 1}`),
        boots: boots + 1,
        state,
      }
    case 'contact':
      return { trueMs, clock, boots, state: { ...state, anchor: { serverMs: trueMs, monotonicMs, bootId } } }
  }
}

test('whatever the clocks do: true time lies in the range, certain time and the year never go back', () => {
  fc.assert(
    fc.property(events, (list) => {
      let world: ClockWorld = { trueMs: NOW_MS, clock: at(NOW_MS, 0, 'boot 0'), boots: 0, state: nothing }
      const opened = businessDateIst(NOW_MS)
      let last = { earliestMs: 0, date: opened }
      for (const event of list) {
        world = after(world, event)
        const { trueMs, clock, state } = world
        const verdict = judgeClock(clock, state)
        expect(verdict.earliestMs).toBeLessThanOrEqual(trueMs)
        expect(verdict.isTrusted ? verdict.nowMs : trueMs).toBe(trueMs)
        expect(verdict.nowMs).toBeGreaterThanOrEqual(verdict.earliestMs)
        expect(verdict.earliestMs).toBeGreaterThanOrEqual(last.earliestMs)
        const date = businessDateAt(opened, verdict.earliestMs)
        expect(date >= last.date).toBe(true)
        last = { earliestMs: verdict.earliestMs, date }
        world = { ...world, state: clockAfter(clock, state) }
      }
    }),
    { numRuns: 2_000 },
  )
})

describe('on the real store', () => {
  let till: TillKit
  beforeEach(() => {
    till = makeTill()
  })
  afterEach(() => till.close())
  const anchor = () => {
    const { monotonicMs, bootId } = till.clock.now
    till.store.saveAnchor({ serverMs: NOW_MS, monotonicMs, bootId })
  }
  const takeAt = (changes: Parameters<typeof keepBill>[1] = {}) => {
    const bill = keepBill(till.store, { expiresAtMs: NOW_MS + 900 * DAY_MS, ...changes })
    const view = take(till, cashFor([bill]))
    return till.store.payment(view.payments[0]!.paymentId)!.payment
  }

  test('evidence is a moment while the integrator’s time is known, and fits the contract', () => {
    anchor()
    till.clock.pass(HOUR_MS)
    const payment = takeAt({ fetchedAtMs: NOW_MS + 50 * MINUTE_MS })
    expect(paymentSchema.parse(payment).evidence).toEqual({
      source: 'integrator',
      packId: null,
      isAdvanceAgreed: false,
      isPartAgreed: false,
      earliestMs: NOW_MS + HOUR_MS,
      latestMs: NOW_MS + HOUR_MS,
    })
  })

  test('after a restart with no network it is a range from the last trusted moment, and an old bill is the till’s own copy', () => {
    anchor()
    till.clock.pass(HOUR_MS)
    takeAt()
    till.clock.reboot()
    till.clock.pass(10 * MINUTE_MS)
    till.clock.setWall(NOW_MS + 3 * HOUR_MS)
    const { evidence, collectedAtMs } = takeAt()
    expect(evidence).toMatchObject({
      source: 'cache',
      earliestMs: NOW_MS + HOUR_MS + 10 * MINUTE_MS,
      latestMs: null,
    })
    expect(collectedAtMs).toBe(NOW_MS + 3 * HOUR_MS)
  })

  test('a clock that is set mid-shift changes neither year nor series, and the journal says by how much', () => {
    anchor()
    expect(takeAt().receiptNumber).toContain('/26-27/000001-')
    till.clock.setWall(NOW_MS + 6 * HOUR_MS)
    expect(takeAt().receiptNumber).toContain('/26-27/000002-')
    const file = new Database(till.file, { readonly: true })
    const jumps = file.prepare("SELECT body FROM journal WHERE type = 'CLOCK_JUMP'").pluck().all() as string[]
    file.close()
    expect(jumps.map((body) => (JSON.parse(body) as { data: unknown }).data)).toEqual([
      { jumpMs: 6 * HOUR_MS },
    ])
    till.clock.reboot()
    till.clock.setWall(NOW_MS + 300 * DAY_MS)
    expect(takeAt().receiptNumber).toContain('/26-27/000003-')
  })

  test('more than 12 hours off needs a supervisor, for money and for a shift', () => {
    anchor()
    till.clock.setWall(NOW_MS + 13 * HOUR_MS)
    expect(codeOf(takeAt)).toBe('clock_far_off')
    const open = () =>
      openShift({ store: till.store, newId: randomUUID }, [], { operator: CASHIER, at: till.clock.read() })
    expect(codeOf(open)).toBe('clock_far_off')
    till.store.acceptClock(till.draft('CLOCK_ACCEPTED'))
    expect(takeAt().collectedAtMs).toBe(NOW_MS)
  })

  test('random clocks: numbers of a year follow one another, and handing over never looks at the clock', () => {
    liftLimits(till.store)
    anchor()
    const jumps = fc.integer({ min: -2 * DAY_MS, max: 2 * DAY_MS })
    let expected = 0
    fc.assert(
      fc.property(fc.array(jumps, { maxLength: 6 }), (list) => {
        for (const jump of list) {
          till.clock.setWall(Math.max(0, till.clock.now.wallMs + jump))
          const code = codeOf(takeAt)
          expect(['none', 'clock_far_off', 'clock_set_back']).toContain(code)
          if (code === 'none') expected += 1
          till.clock.setWall(NOW_MS)
          expect(till.store.queueTotals().waitingCount).toBe(expected)
        }
      }),
      { numRuns: 20 },
    )
    const numbers = till.store.search('').map(({ receiptNumber }) => receiptNumber)
    expect(numbers.every((number) => number.includes('/26-27/'))).toBe(true)
    expect(testClock().now.wallMs).toBe(NOW_MS)
  })
})
