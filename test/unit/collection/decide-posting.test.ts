// Goal: every row of the posting table decides one way, and no row moves money without a look for our own reference first.
import { describe, expect, it } from 'vitest'
import { paise } from '#contract/money.ts'
import type { CollectionRules } from '#contract/bill.ts'
import { POSTING_STATES } from '#contract/payment.ts'
import { decidePosting } from '#collection/decide-posting.ts'
import { defaultPolicy } from '#collection/posting-facts.ts'
import { defaultSettlement } from '#collection/settle-changed-bill.ts'
import type { Action, FoundPayment, PostingFacts, PostingRecord } from '#collection/posting-facts.ts'
import { madeFound, madePayment, madeRecord, NOW_MS, openRules } from './made-payment.ts'

const ok = <Value>(value: Value) => ({ kind: 'ok' as const, value })
const own = (change: Partial<FoundPayment> = {}) => madeFound({ ownPaymentId: madePayment().id, ...change })
const bill = (billId: string, totalPaise = 100_000) =>
  ok({ billId, totalPaise: paise(totalPaise), expiresAtMs: NOW_MS + 1000 })
/** The demand equals the bill unless said otherwise. */
const facts = (change: PostingFacts = {}): PostingFacts => ({
  payments: ok([]),
  rules: ok(openRules),
  bill: bill('bill-1'),
  unappliedCount: ok(0),
  duePaise:
    change.bill?.kind === 'ok' && change.bill.value !== null
      ? ok(change.bill.value.totalPaise)
      : ok(paise(100_000)),
  ...change,
})
const decide = (record: Partial<PostingRecord>, known: PostingFacts = facts()) =>
  decidePosting(madeRecord(record), known, defaultPolicy)
const rules = (change: Partial<CollectionRules>) => ok({ ...openRules, ...change })
const words = (action: Action) =>
  [
    action.do,
    'state' in action ? action.state : '',
    'reason' in action ? action.reason : '',
    'at' in action ? action.at : '',
  ]
    .filter(Boolean)
    .join(' ')

const live = ['READY', 'UNKNOWN', 'RESOLVE', 'HOLD'] as const
const fenced = { attemptCount: 1, lastAttemptAtMs: NOW_MS - defaultPolicy.fenceMs + 1 }
const unfenced = { attemptCount: 1, lastAttemptAtMs: NOW_MS - defaultPolicy.fenceMs - 1 }

describe('the beginning', () => {
  it.each([
    ['legal', {}, 'become VERIFIED'],
    ['paise', { amountPaise: paise(150) }, 'become POISON'],
    [
      'a name DIGIT refuses',
      { payer: { paidBy: 'M/s X', mobileNumber: null, isOwner: true } },
      'become POISON',
    ],
  ])('%s', (_name, change, expected) => {
    expect(words(decide({ state: 'RECEIVED', payment: madePayment(change) }))).toBe(expected)
  })

  it('goes on, or holds while posting is stopped', () => {
    expect(words(decide({ state: 'VERIFIED' }))).toBe('become READY')
    expect(words(decide({ state: 'VERIFIED', holdUntilMs: NOW_MS + 1 }))).toBe('become HOLD')
    expect(words(decide({ state: 'READY', holdUntilMs: NOW_MS + 1 }))).toBe('wait HOLD')
    expect(words(decide({ state: 'HOLD', holdUntilMs: NOW_MS - 1 }))).toBe('create')
  })

  it('a call whose answer was not kept is unknown, never repeated at once', () => {
    expect(words(decide({ state: 'POSTING', attemptCount: 1, lastAttemptAtMs: NOW_MS }))).toBe(
      'become UNKNOWN',
    )
  })
})

describe.each(live)('from %s', (state) => {
  it('looks for our own payment before anything else', () => {
    expect(words(decide({ state }, {}))).toBe('look payments')
    const everythingElse = facts()
    delete everythingElse.payments
    expect(words(decide({ state }, everythingElse))).toBe('look payments')
  })

  it('waits its turn, and waits while DIGIT cannot be asked', () => {
    expect(words(decide({ state, isBehindAnother: true }))).toBe('wait')
    for (const failure of [
      { kind: 'unknown' as const, why: 'x' },
      { kind: 'denied' as const, why: '403' },
      { kind: 'bad-answer' as const, why: 'html' },
      { kind: 'not-sent' as const, why: 'ECONNREFUSED' },
    ]) {
      expect(words(decide({ state }, facts({ payments: failure })))).toBe('wait')
      expect(words(decide({ state }, facts({ bill: failure })))).toBe('wait')
      expect(words(decide({ state }, facts({ rules: failure })))).toBe('wait')
    }
  })

  it('knows its own payment by id, and by receipt number only where no id is', () => {
    expect(words(decide({ state }, facts({ payments: ok([madeFound(), own()]) })))).toBe('become POSTED')
    const byNumber = madeFound({ manualReceiptNumber: madePayment().receiptNumber })
    expect(words(decide({ state }, facts({ payments: ok([byNumber]) })))).toBe('become POSTED')
    const otherId = { ...byNumber, ownPaymentId: 'another' }
    expect(words(decide({ state }, facts({ payments: ok([otherId]) })))).not.toContain('POSTED')
    const otherAmount = { ...byNumber, amountPaise: paise(5_000) }
    expect(words(decide({ state }, facts({ payments: ok([otherAmount]) })))).not.toContain('POSTED')
  })

  it('never takes a wrong amount or a cancelled payment for posted', () => {
    const wrong = own({ amountPaise: paise(99_900) })
    expect(words(decide({ state }, facts({ payments: ok([wrong]) })))).toBe('become QUARANTINE')
    expect(words(decide({ state }, facts({ payments: ok([own({ isLive: false })]) })))).toBe(
      'become REVERSED',
    )
    const both = ok([own({ isLive: false }), own({ digitPaymentId: 'second' })])
    expect(decide({ state }, facts({ payments: both }))).toMatchObject({
      state: 'POSTED',
      patch: { digitPaymentId: 'second' },
    })
  })
})

describe('that a till says was given back', () => {
  it.each(live)('from %s waits for people, whatever its bill, its turn or an earlier look says', (state) => {
    for (const change of [{}, { isBehindAnother: true }, { probeReason: 'ALREADY_PAID' }] as const) {
      const claimed = decide({ state, isRefundClaimed: true, ...change })
      expect(claimed).toMatchObject({
        state: 'SUSPENSE',
        reason: 'REFUND_CLAIMED',
        patch: { probeReason: null },
      })
    }
    expect(words(decide({ state, isRefundClaimed: true, isDecided: true }))).toBe(
      'become SUSPENSE REFUND_CLAIMED',
    )
  })

  it.each(live)('from %s is looked up first: what DIGIT holds is told as it is', (state) => {
    expect(words(decide({ state, isRefundClaimed: true }, {}))).toBe('look payments')
    expect(words(decide({ state, isRefundClaimed: true }, facts({ payments: ok([own()]) })))).toBe(
      'become POSTED',
    )
    const undone = facts({ payments: ok([own({ isLive: false })]) })
    expect(words(decide({ state, isRefundClaimed: true }, undone))).toBe('become REVERSED')
  })

  it('waits until an attempt can no longer arrive, and while posting is stopped', () => {
    const sent = { isRefundClaimed: true, attemptCount: 1, lastAttemptAtMs: NOW_MS - 1_000 }
    expect(words(decide({ state: 'UNKNOWN', ...sent }))).toBe('wait')
    expect(words(decide({ state: 'READY', isRefundClaimed: true, holdUntilMs: NOW_MS + 1 }))).toBe(
      'wait HOLD',
    )
  })

  it('is said before that it could never be posted', () => {
    const payment = madePayment({ amountPaise: paise(12_345) })
    expect(words(decide({ state: 'RECEIVED', payment }))).toBe('become POISON')
    expect(words(decide({ state: 'RECEIVED', payment, isRefundClaimed: true }))).toBe(
      'become SUSPENSE REFUND_CLAIMED',
    )
    expect(words(decide({ state: 'RECEIVED', isRefundClaimed: true }))).toBe('become VERIFIED')
  })
})

describe('on the bill aimed at', () => {
  it.each([
    ['exact', 100_000, {}, 'create'],
    ['service closed', 100_000, { isOpen: false }, 'become SUSPENSE SERVICE_CLOSED'],
    ['mode not taken', 100_000, { modesNotAllowed: ['CASH'] }, 'become SUSPENSE MODE_NOT_ALLOWED'],
    ['bill with paise', 100_050, {}, 'become SUSPENSE REFUSED_BY_DIGIT'],
    ['less than due', 120_000, {}, 'become SUSPENSE BILL_HIGHER'],
    ['less than due, part allowed', 120_000, { isPartPaymentAllowed: true }, 'create'],
    ['more than due: the bill is paid, the rest is held', 80_000, {}, 'create'],
    ['more than due, advance allowed, same bill', 80_000, { isAdvanceAllowed: true }, 'create'],
  ])('%s', (_name, totalPaise, change, expected) => {
    const known = facts({
      bill: bill('bill-1', totalPaise),
      rules: rules(change),
      duePaise: ok(paise(totalPaise)),
    })
    expect(words(decide({}, known))).toBe(expected)
    // with an attempt that may still run, nothing is suspended
    const running = words(decide({ ...fenced, state: 'UNKNOWN' }, known))
    expect(running).toBe(expected === 'create' ? 'create' : 'wait')
    expect(words(decide({ ...unfenced, state: 'UNKNOWN' }, known))).toBe(expected)
  })

  it('an unknown service is closed', () => {
    expect(words(decide({}, facts({ rules: ok(null) })))).toBe('become SUSPENSE SERVICE_CLOSED')
  })

  it('waits for billing to apply earlier payments, and tells a person in time', () => {
    const earlier = facts({ payments: ok([madeFound({ billId: 'bill-0' })]) })
    const asked = { ...earlier }
    delete asked.unappliedCount
    expect(words(decide({}, asked))).toBe('look unappliedCount')
    expect(words(decide({}, earlier))).toBe('create')
    const lagging = { ...earlier, unappliedCount: ok(1) }
    expect(decide({}, lagging)).toMatchObject({ do: 'wait', patch: { lagSinceMs: NOW_MS } })
    const old = { lagSinceMs: NOW_MS - defaultPolicy.lagLimitMs - 1 }
    expect(words(decide(old, lagging))).toBe('wait HOLD LAGGING')
    expect(words(decide({ ...old, state: 'HOLD', reason: 'LAGGING' }, earlier))).toBe('create')
  })

  it('posts only when the bill equals its demand; says so when it may not look', () => {
    const differs = facts({ duePaise: ok(paise(90_000)) })
    expect(words(decide({}, differs))).toBe('wait')
    const seenBefore = { lagSinceMs: NOW_MS - 1 }
    expect(words(decide(seenBefore, differs))).toBe('cancel-bill')
    expect(words(decide({ ...seenBefore, ...fenced }, differs))).toBe('wait')
    for (const billCancel of [ok(null), { kind: 'denied' as const, why: '403' }]) {
      expect(words(decide(seenBefore, { ...differs, billCancel }))).toBe('wait')
    }
    const denied = decide({}, facts({ duePaise: { kind: 'denied', why: '403' } }))
    expect(denied).toMatchObject({ do: 'create', note: expect.stringContaining('may not be read') })
    expect(words(decide({}, facts({ duePaise: { kind: 'unknown', why: 'x' } })))).toBe('wait')
  })

  it('suspends what DIGIT refuses for good, on this bill only', () => {
    const lastRefusal = { billId: 'bill-1', code: 'INVALID_PAYMENTDETAIL', isPermanent: true }
    expect(words(decide({ ...fenced, lastRefusal }))).toBe('wait')
    expect(words(decide({ ...unfenced, lastRefusal }))).toBe('become SUSPENSE REFUSED_BY_DIGIT')
    expect(words(decide({ ...unfenced, lastRefusal: { ...lastRefusal, billId: 'bill-0' } }))).toBe('create')
    expect(words(decide({ ...unfenced, lastRefusal: { ...lastRefusal, isPermanent: false } }))).toBe('create')
  })
})

describe('when the bill is gone or replaced', () => {
  const replaced = facts({ bill: bill('bill-2') })
  const nothing = facts({ bill: ok(null), aimedStatus: ok('EXPIRED') })

  it('stops to resolve first', () => {
    expect(words(decide({}, replaced))).toBe('become RESOLVE')
    expect(words(decide({}, nothing))).toBe('become RESOLVE')
  })

  it('changes the bill id only behind the fence', () => {
    expect(decide({ state: 'RESOLVE' }, replaced)).toMatchObject({
      do: 'become',
      state: 'READY',
      patch: { billId: 'bill-2' },
    })
    const waiting = decide({ state: 'RESOLVE', ...fenced }, replaced)
    expect(waiting).toMatchObject({ do: 'wait', ms: 2 })
    expect(words(decide({ state: 'RESOLVE', ...unfenced }, replaced))).toBe('become READY')
  })

  it.each([
    ['higher', 120_000, {}, 'become SUSPENSE BILL_HIGHER'],
    ['higher, part allowed', 120_000, { isPartPaymentAllowed: true }, 'become READY'],
    ['lower', 80_000, {}, 'become READY'],
  ])('the new one is %s', (_name, totalPaise, change, expected) => {
    const known = facts({ bill: bill('bill-2', totalPaise), rules: rules(change) })
    expect(words(decide({ state: 'RESOLVE' }, known))).toBe(expected)
  })

  it('posts what is due of a bill that became lower, and keeps the amount with the attempt', () => {
    const known = facts({ bill: bill('bill-2', 80_000), duePaise: ok(paise(80_000)) })
    expect(decide({ billId: 'bill-2' }, known)).toMatchObject({
      do: 'create',
      postPaise: 80_000,
      settledAs: 'split',
    })
    const policy = {
      ...defaultPolicy,
      settlement: { '*': { ...defaultSettlement, otherwise: 'suspense' as const } },
    }
    const held = decidePosting(madeRecord({ state: 'RESOLVE' }), known, policy)
    expect(words(held)).toBe('become SUSPENSE BILL_LOWER')
  })

  it('tells a bill that was withdrawn', () => {
    const asked = facts({ bill: ok(null) })
    expect(words(decide({ state: 'RESOLVE' }, asked))).toBe('look aimedStatus')
    const withdrawn = { ...asked, aimedStatus: ok('CANCELLED') }
    expect(words(decide({ state: 'RESOLVE' }, withdrawn))).toBe('become SUSPENSE BILL_CANCELLED')
    const unseen = { ...asked, aimedStatus: { kind: 'denied' as const, why: '403' } }
    expect(words(decide({ state: 'RESOLVE' }, unseen))).toBe('become SUSPENSE NOTHING_DUE')
  })

  it('never decides about a bill that still asks for what was paid', () => {
    const known = facts({ bill: bill('bill-2', 120_000), payments: ok([madeFound({ billId: 'bill-0' })]) })
    const pending = { ...known, unappliedCount: ok(1) }
    expect(words(decide({ state: 'RESOLVE' }, pending))).toBe('wait')
    expect(words(decide({ state: 'RESOLVE' }, known))).toBe('become SUSPENSE BILL_HIGHER')
  })

  it('tells "already paid" from "nothing due"', () => {
    const paidBy = (change: Partial<FoundPayment>) =>
      words(decide({ state: 'RESOLVE' }, { ...nothing, payments: ok([madeFound(change)]) }))
    expect(paidBy({})).toBe('become SUSPENSE ALREADY_PAID')
    expect(paidBy({ billId: 'bill-9' })).toBe('become SUSPENSE ALREADY_PAID')
    const before = madePayment().bill.billDateMs - 1
    expect(paidBy({ billId: 'bill-0', receiptAtMs: before })).toBe('become SUSPENSE NOTHING_DUE')
    expect(words(decide({ state: 'RESOLVE' }, nothing))).toBe('become SUSPENSE NOTHING_DUE')
    expect(words(decide({ state: 'RESOLVE', ...fenced }, nothing))).toBe('wait')
  })

  it('waits for dues that a cancellation will bring back', () => {
    const cancelled = { ...nothing, payments: ok([madeFound({ isLive: false })]) }
    expect(words(decide({ state: 'RESOLVE' }, cancelled))).toBe('wait')
    const longAgo = madeFound({ isLive: false, changedAtMs: NOW_MS - defaultPolicy.lagLimitMs })
    expect(words(decide({ state: 'RESOLVE' }, { ...nothing, payments: ok([longAgo]) }))).toBe(
      'become SUSPENSE NOTHING_DUE',
    )
  })
})

describe('after a restore', () => {
  it('what was given up is only looked up: found it is posted, else it waits as before', () => {
    const probed = { state: 'UNKNOWN' as const, probeReason: 'BILL_HIGHER' as const }
    expect(words(decide(probed, {}))).toBe('look payments')
    expect(decide(probed)).toMatchObject({
      state: 'SUSPENSE',
      reason: 'BILL_HIGHER',
      patch: { probeReason: null },
    })
    expect(words(decide({ ...probed, ...fenced }))).toBe('wait')
    expect(words(decide(probed, facts({ payments: ok([own()]) })))).toBe('become POSTED')
  })

  it('a split is known again by what DIGIT was told, and only by that', () => {
    const part = { amountPaise: paise(80_000), heldPaise: paise(20_000) }
    expect(decide({}, facts({ payments: ok([own(part)]) }))).toMatchObject({
      state: 'POSTED',
      reason: 'BILL_LOWER',
      patch: { heldPaise: 20_000, postPaise: 80_000, settledAs: 'split' },
    })
    for (const heldPaise of [paise(0), paise(10_000)]) {
      const wrong = facts({ payments: ok([own({ ...part, heldPaise })]) })
      expect(words(decide({}, wrong))).toBe('become QUARANTINE')
    }
  })
})

describe('the end', () => {
  it('is confirmed when billing shows it, however long that takes', () => {
    const posted = { state: 'POSTED' as const, postedSinceMs: NOW_MS, waitCount: 1 }
    expect(words(decide({ ...posted, waitCount: 0 }, {}))).toBe('wait')
    expect(words(decide(posted, {}))).toBe('look confirmation')
    const shown = { confirmation: ok({ isApplied: true, balancePaise: paise(500) }) }
    expect(decide(posted, shown)).toMatchObject({ state: 'CONFIRMED', patch: { balancePaise: 500 } })
    const not = { confirmation: ok({ isApplied: false, balancePaise: null }) }
    expect(words(decide(posted, not))).toBe('wait')
    const long = { ...posted, postedSinceMs: NOW_MS - defaultPolicy.lagLimitMs - 1 }
    expect(words(decide(long, not))).toBe('look payments')
    const late = decide(long, { ...not, payments: ok([]) })
    expect(late).toMatchObject({ do: 'wait', note: expect.stringContaining('a person must look') })
  })

  it('rests in every state that is nobody’s turn', () => {
    const moving = [
      'REVERSING',
      'RECEIVED',
      'VERIFIED',
      'HOLD',
      'READY',
      'POSTING',
      'UNKNOWN',
      'RESOLVE',
      'POSTED',
    ]
    for (const state of POSTING_STATES.filter((each) => !moving.includes(each))) {
      expect(words(decide({ state })), state).toBe('rest')
    }
  })

  it('waits longer each time, up to a limit', () => {
    const waits = [0, 1, 2, 5, 50].map((waitCount) => {
      const action = decide({ waitCount }, facts({ bill: { kind: 'unknown', why: 'x' } }))
      return action.do === 'wait' ? action.ms : -1
    })
    expect(waits).toEqual([1000, 2000, 4000, 32_000, 300_000])
  })
})
