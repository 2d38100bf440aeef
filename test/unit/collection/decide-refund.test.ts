// Goal: money is given back only when DIGIT itself says that it holds nothing live of it and nothing may still arrive there; every other
// answer, and none, keeps it.
import { describe, expect, it } from 'vitest'
import { paise } from '#contract/money.ts'
import { decideRefund } from '#collection/decide-refund.ts'
import type { RefundDecision } from '#collection/decide-refund.ts'
import type { DigitFailure } from '#collection/digit-outcome.ts'
import type { FoundPayment } from '#collection/posting-facts.ts'
import { madeFound, madePayment, madeRecord, NOW_MS } from './made-payment.ts'

const { id, receiptNumber } = madePayment()
const never = { fenceMs: 600_000, restoredAtMs: null }
const quarantined = madeRecord({ state: 'QUARANTINE', reason: 'REVOKED_DEVICE' })
const answers = (...value: FoundPayment[]) => ({ kind: 'ok' as const, value })
const stepOf = (decision: RefundDecision) => (decision.do === 'settle' ? decision.step : null)

describe('a payment that DIGIT holds', () => {
  it.each(['APPROVED', 'REMITTED'])('and shows as %s is settled, never given back', (instrumentStatus) => {
    const own = madeFound({ ownPaymentId: id, instrumentStatus })
    const cancelled = madeFound({ ownPaymentId: id, isLive: false, digitPaymentId: 'digit-0' })
    for (const found of [answers(own), answers(cancelled, own)]) {
      const decision = decideRefund(quarantined, found, never)
      expect(stepOf(decision)).toMatchObject({ state: 'POSTED', patch: { digitPaymentId: 'digit-1' } })
    }
  })

  it('under its receipt number alone is known too', () => {
    const entered = madeFound({ manualReceiptNumber: receiptNumber })
    expect(stepOf(decideRefund(quarantined, answers(entered), never))?.state).toBe('POSTED')
  })

  it('and never numbered is told so, and a number of any length fits into the trail', () => {
    const said = [null, '9'.repeat(300)].map((number) => {
      const decision = decideRefund(
        quarantined,
        answers(madeFound({ ownPaymentId: id, receiptNumber: number })),
        never,
      )
      return decision.do === 'settle' ? decision.said : ''
    })
    expect(said[0]).toBe('it holds this payment as receipt without a number')
    expect(said[1]).toMatch(/ 9{128}$/)
  })

  it('with another amount is for people, and not given back', () => {
    const own = madeFound({ ownPaymentId: id, amountPaise: paise(99_900) })
    expect(stepOf(decideRefund(quarantined, answers(own), never))?.state).toBe('QUARANTINE')
  })

  it('no longer live may be given back', () => {
    const own = madeFound({ ownPaymentId: id, isLive: false, instrumentStatus: 'CANCELLED' })
    expect(decideRefund(quarantined, answers(own), never)).toMatchObject({
      do: 'give',
      said: 'it held this payment as receipt 11/2026-27/000001, CANCELLED since',
    })
  })
})

it.each([
  ['never sent', null, null, 'give'],
  ['sent a while ago', NOW_MS - 600_001, null, 'give'],
  ['sent just before the fence was over', NOW_MS - 600_000, null, 'wait'],
  ['never sent, restored just now', null, NOW_MS - 0.5, 'wait'],
  ['sent and restored long ago', NOW_MS - 700_000, NOW_MS - 700_000, 'give'],
] as const)(
  'a payment that is not there, %s: %s, %s: %s',
  (_what, lastAttemptAtMs, restoredAtMs, expected) => {
    const other = madeFound({ ownPaymentId: 'another', manualReceiptNumber: receiptNumber })
    const record = { ...quarantined, lastAttemptAtMs, attemptCount: lastAttemptAtMs === null ? 0 : 1 }
    const decision = decideRefund(record, answers(other), { fenceMs: 600_000, restoredAtMs })
    expect(decision.do).toBe(expected)
    const againAtMs = decision.do === 'wait' ? decision.againAtMs : Number.POSITIVE_INFINITY
    expect(againAtMs).toBeGreaterThan(NOW_MS)
  },
)

describe('without an answer', () => {
  const refusal = (code: string): DigitFailure => ({ kind: 'refused', code, codes: [code], detail: '' })
  const failures: DigitFailure[] = [
    { kind: 'not-sent', why: 'ECONNREFUSED' },
    { kind: 'transient', code: 'RateLimitExceededException' },
    { kind: 'unknown', why: '500' },
    { kind: 'denied', why: 'login refused' },
    { kind: 'bad-answer', why: '200, not readable' },
    refusal('ResourceNotFoundException'),
    refusal('INVALID_USER_INFO'),
    refusal('X_INVALID_CODE'),
    { kind: 'transient', code: 'Pattern.consumerCodes' },
  ]
  it('nothing is given back, whatever waits', () => {
    for (const state of ['SUSPENSE', 'QUARANTINE', 'POISON'] as const) {
      for (const failure of failures)
        expect(decideRefund(madeRecord({ state }), failure, never)).toEqual({ do: 'refuse', failure })
    }
  })

  it('only what DIGIT refuses to look for, and was never sent, is given back', () => {
    const failure = refusal('Pattern.consumerCodes')
    const poison = madeRecord({ state: 'POISON' })
    expect(decideRefund(poison, failure, never)).toMatchObject({ do: 'give' })
    for (const record of [quarantined, { ...poison, attemptCount: 1 }])
      expect(decideRefund(record, failure, never)).toEqual({ do: 'refuse', failure })
  })
})
