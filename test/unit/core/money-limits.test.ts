// Goal: the office's limits warn at their share and stop cash when they are full. On the real store: limits-on-store.test.ts.
import { describe, expect, test } from 'vitest'
import { DEFAULT_LIMITS, limitsSchema, type LimitName, type Limits } from '#contract/limits.ts'
import { paise, rupees, ZERO_PAISE } from '#contract/money.ts'
import { cashProblem, judgeLimits, limitsOf, type HeldFacts } from '#core/money-limits.ts'
import { sampleMasters } from './sample-bill.ts'

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

  test('says what is held and how much may be', () => {
    const facts = { ...shiftOf(1, 2), ...unsentOf(3, 4), offlineMs: 5.9 }
    expect(judgeLimits(held(facts))).toEqual([
      { limit: 'shift', value: 1_00, max: 50_000_00, level: 'ok' },
      { limit: 'cashInHand', value: 2_00, max: 20_000_00, level: 'ok' },
      { limit: 'unsent', value: 4_00, max: 30_000_00, level: 'ok' },
      { limit: 'unsentCount', value: 3, max: 10, level: 'ok' },
      { limit: 'offline', value: 5, max: 10 * HOUR_MS, level: 'ok' },
    ])
    // a clock that went back has been offline for no time, and not for less
    expect(judgeLimits(held({ offlineMs: -5 })).at(-1)?.value).toBe(0)
  })

  test('without a shift there is no drawer to judge', () => {
    const names = judgeLimits(held({ shift: null })).map(({ limit }) => limit)
    expect(names).toEqual(['unsent', 'unsentCount', 'offline'])
  })

  test('masters of an older program and none at all mean the limits of the contract', () => {
    const { limits: _limits, ...older } = sampleMasters()
    expect(limitsOf(older as never)).toEqual(DEFAULT_LIMITS)
    expect(limitsOf(null)).toEqual(DEFAULT_LIMITS)
    expect(limitsOf(sampleMasters({ limits }))).toBe(limits)
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
    expect(cashProblem(held({ shift: null, offlineMs: 10 * HOUR_MS - 1 }), adding)).toBeNull()
  })

  test('of several payments at once counts each of them', () => {
    const two = { totalPaise: rupees(100), count: 2 }
    expect(cashProblem(held(unsentOf(8, 0)), two)).toBeNull()
    expect(cashProblem(held(unsentOf(9, 0)), two)?.data).toMatchObject({
      limit: 'unsentCount',
      valueCount: 11,
    })
  })

  test('of nothing is a programming mistake', () => {
    for (const wrong of [
      { totalPaise: ZERO_PAISE, count: 1 },
      { totalPaise: rupees(-1), count: 1 },
      { totalPaise: rupees(1), count: 0 },
    ]) {
      expect(() => cashProblem(held(), wrong)).toThrow(RangeError)
    }
    expect(cashProblem(held(), { totalPaise: paise(1), count: 1 })).toBeNull()
  })

  test('too much on one receipt', () => {
    const problem = cashProblem(held(), { totalPaise: paise(10_000_01), count: 1 })
    expect(problem?.data).toEqual({ limit: 'receipt', limitPaise: 10_000_00, valuePaise: 10_000_01 })
  })
})
