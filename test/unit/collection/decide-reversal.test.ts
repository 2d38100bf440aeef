// Goal: a payment is undone in DIGIT once, only where DIGIT allows it, and a lost answer is looked up and never believed.
import { describe, expect, it } from 'vitest'
import { paise } from '#contract/money.ts'
import { decidePosting } from '#collection/decide-posting.ts'
import { REVERSAL_DENIALS_MAX } from '#collection/decide-reversal.ts'
import { afterReverse } from '#collection/post-payment.ts'
import { defaultPolicy } from '#collection/posting-facts.ts'
import type { FoundPayment, PostingFacts, PostingRecord, Reversal } from '#collection/posting-facts.ts'
import { madeFound, madePayment, madeRecord, NOW_MS } from './made-payment.ts'

const ok = <Value>(value: Value) => ({ kind: 'ok' as const, value })
const own = (change: Partial<FoundPayment> = {}) => madeFound({ ownPaymentId: madePayment().id, ...change })
const asked: Reversal = { action: 'CANCEL', why: 'wrong consumer', refusal: null, deniedCount: 0 }
const reversing = (change: Partial<PostingRecord> = {}) =>
  madeRecord({ state: 'REVERSING', reversal: asked, attemptCount: 1, ...change })
const decide = (found: FoundPayment[], change: Partial<PostingRecord> = {}) =>
  decidePosting(reversing(change), { payments: ok(found) }, defaultPolicy)

describe('a reversal', () => {
  it('looks first, and waits while DIGIT cannot be asked or posting is stopped', () => {
    expect(decidePosting(reversing(), {}, defaultPolicy)).toEqual({ do: 'look', at: 'payments' })
    const away: PostingFacts = { payments: { kind: 'unknown', why: 'x' } }
    expect(decidePosting(reversing(), away, defaultPolicy)).toMatchObject({ do: 'wait' })
    const held = decide([own()], { holdUntilMs: NOW_MS + 1 })
    expect(held).toMatchObject({ do: 'wait' })
    expect(held).not.toHaveProperty('state')
    expect(decide([])).toMatchObject({ do: 'wait' })
  })

  it('waits exactly as long as posting is stopped, and looks again after a pause', () => {
    const note = 'posting is stopped for now'
    const { retryBaseMs, retryMaxMs } = defaultPolicy
    expect(decide([own()], { holdUntilMs: NOW_MS + 7 })).toEqual({ do: 'wait', ms: 7, note })
    const longest = { do: 'wait', ms: retryMaxMs, note }
    expect(decide([own()], { holdUntilMs: NOW_MS + retryMaxMs + 1 })).toEqual(longest)
    expect(decide([own()], { holdUntilMs: NOW_MS })).toMatchObject({ do: 'reverse' })
    expect(decide([], { waitCount: 2 })).toMatchObject({ do: 'wait', ms: 4 * retryBaseMs })
  })

  it('says what it asks for, and who undid it is not claimed', () => {
    expect(decide([own()])).toEqual({
      do: 'reverse',
      action: 'CANCEL',
      digitPaymentId: 'digit-1',
      note: 'asking DIGIT to cancel the payment, call 2',
    })
    const dishonour = { ...asked, action: 'DISHONOUR' as const }
    expect(decide([own()], { reversal: dishonour })).toMatchObject({
      action: 'DISHONOUR',
      note: 'asking DIGIT to dishonour the payment, call 2',
    })
    expect(decide([own({ isLive: false })])).toMatchObject({ state: 'REVERSED', note: 'undone in DIGIT' })
  })

  it('that says nothing of what is to be done is a programming mistake', () => {
    expect(() => decide([own()], { reversal: null })).toThrow('what is to be done')
  })

  it('is asked for what is live, and done when it no longer is', () => {
    expect(decide([own()])).toMatchObject({ do: 'reverse', action: 'CANCEL', digitPaymentId: 'digit-1' })
    expect(decide([own({ isLive: false, instrumentStatus: 'CANCELLED' })])).toMatchObject({
      do: 'become',
      state: 'REVERSED',
    })
    const refused = { ...asked, refusal: 'RECEIPT_WORKFLOW_INVALID_RECEIPT' }
    // refused because it was done already
    expect(decide([own({ isLive: false })], { reversal: refused })).toMatchObject({ state: 'REVERSED' })
  })

  it.each([
    ['CANCEL', 'REMITTED', false],
    ['CANCEL', 'APPROVAL_PENDING', false],
    ['CANCEL', 'APPROVED', true],
    ['DISHONOUR', 'REMITTED', true],
    ['DISHONOUR', 'APPROVED', true],
    ['DISHONOUR', 'TO_BE_SUBMITTED', false],
  ] as const)('%s of a payment that is %s: %s', (action, instrumentStatus, isAllowed) => {
    const end = decide([own({ instrumentStatus })], { reversal: { ...asked, action } })
    expect(end).toMatchObject(
      isAllowed ? { do: 'reverse', action } : { state: 'SUSPENSE', reason: 'REVERSAL_REFUSED' },
    )
  })

  it('is for the latest payment of the consumer only', () => {
    const later = madeFound({ digitPaymentId: 'digit-2', receiptAtMs: NOW_MS })
    expect(decide([own(), later])).toMatchObject({ state: 'SUSPENSE', reason: 'REVERSAL_REFUSED' })
    expect(decide([own(), { ...later, isLive: false }])).toMatchObject({ do: 'reverse' })
    // a later card payment does not block (quirk 23)
    expect(decide([own(), { ...later, instrumentStatus: 'REMITTED' }])).toMatchObject({ do: 'reverse' })
  })

  it.each<[string, Partial<FoundPayment>, Partial<FoundPayment>, boolean]>([
    ['a millisecond later', {}, { receiptAtMs: NOW_MS - 9_999 }, true],
    ['at the same time', {}, {}, false],
    ['before', {}, { receiptAtMs: NOW_MS - 10_001 }, false],
    ['nobody knows when', {}, { receiptAtMs: null }, false],
    ['when ours has no time', { receiptAtMs: null }, {}, true],
    ['both without a time', { receiptAtMs: null }, { receiptAtMs: null }, false],
    ['of another bill of the same payment', {}, { digitPaymentId: 'digit-1', receiptAtMs: NOW_MS }, false],
  ])('another payment %s', (_name, ours, other, isInTheWay) => {
    const end = decide([own(ours), madeFound({ digitPaymentId: 'digit-2', ...other })])
    expect(end.do).toBe(isInTheWay ? 'become' : 'reverse')
  })

  it('a later remitted payment is in the way of a dishonour, one that waits for approval is not', () => {
    const reversal = { ...asked, action: 'DISHONOUR' as const }
    const later = (instrumentStatus: string) =>
      madeFound({ digitPaymentId: 'digit-2', receiptAtMs: NOW_MS, instrumentStatus })
    expect(decide([own(), later('REMITTED')], { reversal }).do).toBe('become')
    expect(decide([own(), later('APPROVAL_PENDING')], { reversal }).do).toBe('reverse')
  })

  it('what DIGIT says is cut to what a note may hold', () => {
    const long = decide([own()], { reversal: { ...asked, refusal: 'R'.repeat(400) } })
    expect(long).toMatchObject({ note: expect.stringMatching(/^it stays in DIGIT: R+$/) })
    expect('note' in long && long.note).toHaveLength(300)
    const status = decide([own({ instrumentStatus: 'S'.repeat(50) })])
    expect(status).toMatchObject({ note: expect.stringMatching(/ S{40} cannot/) })
  })

  it('refused by DIGIT it waits for a person, with the reason', () => {
    const refusal = 'RECEIPT_WORKFLOW_ACTION_NOT_APPLICABLE'
    const end = decide([own()], { reversal: { ...asked, refusal } })
    expect(end).toMatchObject({ state: 'SUSPENSE', reason: 'REVERSAL_REFUSED' })
    expect(end).toMatchObject({ note: expect.stringContaining(refusal) })
  })
})

describe('after the call', () => {
  const after = (outcome: Parameters<typeof afterReverse>[0]['outcome'], change: Partial<Reversal> = {}) =>
    afterReverse({
      record: reversing({ reversal: { ...asked, ...change } }),
      outcome,
      policy: defaultPolicy,
    })

  it('only our own payment, no longer live, is the end', () => {
    expect(after(ok(own({ isLive: false })))).toMatchObject({ state: 'REVERSED', runInMs: null })
    for (const value of [own(), madeFound({ isLive: false })]) {
      expect(after(ok(value))).toMatchObject({ state: 'REVERSING', runInMs: defaultPolicy.probeDelayMs })
    }
  })

  it('a lost answer is looked up, a refusal kept, access control asked a few times', () => {
    const lost = after({ kind: 'unknown', why: 'ECONNABORTED' })
    expect(lost).toMatchObject({ state: 'REVERSING', patch: { reversal: { refusal: null } } })
    const refused = { kind: 'refused' as const, code: 'RECEIPT_WORKFLOW_X', codes: [], detail: '' }
    expect(after(refused)).toMatchObject({
      state: 'REVERSING',
      patch: { reversal: { refusal: 'RECEIPT_WORKFLOW_X' } },
    })
    const denied = { kind: 'denied' as const, why: '403' }
    expect(after(denied)).toMatchObject({ patch: { reversal: { deniedCount: 1, refusal: null } } })
    const last = after(denied, { deniedCount: REVERSAL_DENIALS_MAX - 1 })
    expect(last.patch.reversal?.refusal).toContain('may not undo')
  })

  it('of a split payment is about the part that DIGIT holds', () => {
    const part = own({ amountPaise: paise(80_000), heldPaise: paise(20_000), isLive: false })
    expect(after(ok(part))).toMatchObject({ state: 'REVERSED', patch: { heldPaise: 20_000 } })
  })
})
