// Goal: the office's limits warn at their share, stop cash and nothing else when they are full, and never undo what is recorded.
// Tables of the rule, then the real store.
import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { DEFAULT_LIMITS, limitsSchema, type LimitName, type Limits } from '#contract/limits.ts'
import { paise, rupees, ZERO_PAISE } from '#contract/money.ts'
import { contactNow } from '#core/last-contact.ts'
import { cashProblem, judgeLimits, limitsOf, type HeldFacts } from '#core/money-limits.ts'
import { contentHashOf } from '#core/take-payment.ts'
import { sha256 } from '#store/check-file.ts'
import { cashFor, codeOf, keepBill, makeTill, take, type TillKit } from '#test/unit/store/till-kit.ts'
import { NOW_MS, sampleMasters, WIDE_LIMITS } from './sample-bill.ts'

const HOUR_MS = 3_600_000
const limits: Limits = {
  receiptPaise: rupees(10_000),
  shiftPaise: rupees(50_000),
  cashInHandPaise: rupees(20_000),
  unsentPaise: rupees(30_000),
  unsentCount: 10,
  offlineMs: 10 * HOUR_MS,
  warnAtPercent: 80,
}
const held = (changes: Partial<HeldFacts> = {}): HeldFacts => ({
  limits,
  shift: { collectedPaise: ZERO_PAISE, cashInHandPaise: ZERO_PAISE },
  unsent: { count: 0, sumPaise: ZERO_PAISE },
  offlineMs: 0,
  ...changes,
})
const shiftOf = (collected: number, cash: number) => ({
  shift: { collectedPaise: rupees(collected), cashInHandPaise: rupees(cash) },
})
const unsentOf = (count: number, sum: number) => ({ unsent: { count, sumPaise: rupees(sum) } })

describe('standing', () => {
  test.each<[LimitName, string, Partial<HeldFacts>]>([
    ['shift', 'ok', shiftOf(39_999, 0)],
    ['shift', 'warn', shiftOf(40_000, 0)],
    ['shift', 'warn', shiftOf(49_999, 0)],
    ['shift', 'stop', shiftOf(50_000, 0)],
    ['cashInHand', 'ok', shiftOf(0, 15_999)],
    ['cashInHand', 'warn', shiftOf(0, 16_000)],
    ['cashInHand', 'stop', shiftOf(0, 20_000)],
    ['cashInHand', 'stop', shiftOf(0, 90_000)],
    ['unsent', 'warn', unsentOf(1, 24_000)],
    ['unsent', 'stop', unsentOf(1, 30_000)],
    ['unsentCount', 'ok', unsentOf(7, 0)],
    ['unsentCount', 'warn', unsentOf(8, 0)],
    ['unsentCount', 'stop', unsentOf(10, 0)],
    ['offline', 'ok', { offlineMs: 8 * HOUR_MS - 1 }],
    ['offline', 'warn', { offlineMs: 8 * HOUR_MS }],
    ['offline', 'stop', { offlineMs: 10 * HOUR_MS }],
  ])('%s is %s', (limit, level, facts) => {
    const standings = judgeLimits(held(facts))
    expect(standings.find((each) => each.limit === limit)?.level).toBe(level)
    expect(standings.filter((each) => each.level !== 'ok' && each.limit !== limit)).toEqual([])
  })

  test('without a shift there is no drawer to judge', () => {
    const names = judgeLimits(held({ shift: null })).map(({ limit }) => limit)
    expect(names).toEqual(['unsent', 'unsentCount', 'offline'])
  })

  test('masters of an older program and none at all mean the limits of the contract', () => {
    const { limits: _limits, ...older } = sampleMasters()
    expect(limitsOf(older as never)).toEqual(DEFAULT_LIMITS)
    expect(limitsOf(null)).toEqual(DEFAULT_LIMITS)
    expect(limitsSchema.parse(DEFAULT_LIMITS)).toEqual(DEFAULT_LIMITS)
  })
})

describe('cash', () => {
  const adding = { totalPaise: rupees(10_000), count: 1 }

  test.each<[Partial<HeldFacts>, Record<string, unknown>]>([
    [shiftOf(40_001, 0), { limit: 'shift', limitPaise: 50_000_00, valuePaise: 50_001_00 }],
    [shiftOf(0, 10_001), { limit: 'cashInHand', limitPaise: 20_000_00, valuePaise: 20_001_00 }],
    [unsentOf(1, 20_001), { limit: 'unsent', limitPaise: 30_000_00, valuePaise: 30_001_00 }],
    [unsentOf(10, 0), { limit: 'unsentCount', limitCount: 10, valueCount: 11 }],
    [{ offlineMs: 10 * HOUR_MS }, { limit: 'offline', limitMs: 10 * HOUR_MS, valueMs: 10 * HOUR_MS }],
  ])('beyond a limit is refused with the figures: %j', (facts, data) => {
    expect(cashProblem(held(facts), adding)).toMatchObject({ code: 'limit_reached', data })
  })

  test('may fill a limit to the brim', () => {
    expect(cashProblem(held(shiftOf(40_000, 10_000)), adding)).toBeNull()
    expect(cashProblem(held(unsentOf(9, 20_000)), adding)).toBeNull()
  })

  test('too much on one receipt', () => {
    const problem = cashProblem(held(), { totalPaise: paise(10_000_01), count: 1 })
    expect(problem?.data).toEqual({ limit: 'receipt', limitPaise: 10_000_00, valuePaise: 10_000_01 })
  })
})

describe('on the real store', () => {
  let till: TillKit
  beforeEach(() => {
    till = makeTill()
  })
  afterEach(() => till.close())
  const setLimits = (changes: Partial<Limits>) =>
    till.store.saveMasters(sampleMasters({ limits: { ...WIDE_LIMITS, ...changes } }))
  const cheque = {
    mode: 'CHEQUE',
    number: '004512',
    dateMs: NOW_MS - 1,
    bank: 'State Bank',
    ifsc: null,
  } as const
  const billOf = (amount: number) => keepBill(till.store, { totalPaise: rupees(amount) })

  test('at 100 % cash stops and a cheque goes on; a repeat of what is recorded gives its answer', () => {
    setLimits({ cashInHandPaise: rupees(2_500) })
    const input = cashFor([billOf(2_000)])
    const first = take(till, input)
    expect(codeOf(() => take(till, cashFor([billOf(1)])))).toBe('limit_reached')
    expect(take(till, input)).toEqual(first)
    expect(take(till, cashFor([billOf(9_000)], { instrument: cheque })).totalPaise).toBe(9_000_00)
    expect(till.store.openShift()).toMatchObject({ cashInHandPaise: 2_500_00, collectedPaise: 11_000_00 })
  })

  test('a limit that is lowered below what is held takes nothing back', () => {
    const input = cashFor([billOf(2_000)])
    const first = take(till, input)
    setLimits({ cashInHandPaise: rupees(1) })
    const { collectionId, totalPaise } = first
    expect(take(till, input)).toMatchObject({ collectionId, totalPaise })
    expect(till.store.openShift()?.cashInHandPaise).toBe(2_500_00)
  })

  test('hours without the integrator count while it does not answer, also over a restart', () => {
    setLimits({ offlineMs: 10 * HOUR_MS })
    till.store.saveContact(contactNow(NOW_MS, till.clock.read(), till.store.clockState()))
    till.clock.pass(9 * HOUR_MS)
    take(till, cashFor([billOf(100)]), { isOffline: true })
    till.clock.reboot()
    till.clock.pass(2 * HOUR_MS)
    const late = cashFor([billOf(100)])
    expect(codeOf(() => take(till, late, { isOffline: true }))).toBe('limit_reached')
    take(till, late, { isOffline: false })
  })

  test('the drawer never holds more than the limit, whatever is tried and however often', () => {
    setLimits({ cashInHandPaise: rupees(20_000), unsentCount: 40 })
    const tries = fc.array(fc.tuple(fc.integer({ min: 1, max: 9_000 }), fc.boolean()), { maxLength: 8 })
    fc.assert(
      fc.property(tries, (payments) => {
        for (const [amount, isCash] of payments) {
          const before = till.store.openShift()!.cashInHandPaise
          const count = till.store.queueTotals().waitingCount
          const input = cashFor([billOf(amount)], isCash ? {} : { instrument: cheque })
          const code = codeOf(() => take(till, input))
          const fits = before + amount * 100 <= 20_000_00 && count < 40
          expect(code).toBe(isCash && !fits ? 'limit_reached' : 'none')
          expect(till.store.openShift()!.cashInHandPaise).toBeLessThanOrEqual(20_000_00)
        }
      }),
      { numRuns: 15 },
    )
  })

  test('consent is part of what was confirmed', () => {
    const input = cashFor([billOf(100)], { collectionId: randomUUID() })
    const agreed = { ...input, consent: { isAdvanceAgreed: false, isPartAgreed: true } }
    expect(contentHashOf(agreed, sha256)).not.toBe(contentHashOf(input, sha256))
    take(till, agreed)
    expect(codeOf(() => take(till, input))).toBe('payment_conflict')
  })
})
