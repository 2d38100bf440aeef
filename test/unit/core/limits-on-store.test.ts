// Goal: on the real store the office's limits stop cash and nothing else, and never undo what is recorded.
import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Limits } from '#contract/limits.ts'
import { rupees } from '#contract/money.ts'
import { contactNow } from '#core/time/last-contact.ts'
import { contentHashOf } from '#core/content-hash.ts'
import { sha256 } from '#store/journal/check-file.ts'
import { cashFor, codeOf, keepBill, makeTill, take, type TillKit } from '#test/unit/store/till-kit.ts'
import { NOW_MS, sampleMasters, WIDE_LIMITS } from './sample-bill.ts'

const HOUR_MS = 3_600_000

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
