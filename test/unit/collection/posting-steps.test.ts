// Goal: the steps of posting are exact: what is asked and in which order, how long is waited, and on which side of each limit in time
// a decision falls. The table of decisions is in decide-posting.test.ts.
import { describe, expect, it } from 'vitest'
import { paise } from '#contract/money.ts'
import { decidePosting } from '#collection/decide-posting.ts'
import { defaultPolicy } from '#collection/posting-facts.ts'
import type { FoundPayment, PostingFacts, PostingRecord } from '#collection/posting-facts.ts'
import { settlementNotes } from '#collection/settle-changed-bill.ts'
import { madeFound, madePayment, madeRecord, NOW_MS, openRules } from './made-payment.ts'

const { lagLimitMs, fenceMs, retryBaseMs, retryMaxMs } = defaultPolicy
const ok = <Value>(value: Value) => ({ kind: 'ok' as const, value })
const away = { kind: 'unknown' as const, why: 'x' }
const billOf = (billId: string, totalPaise = 100_000) =>
  ok({ billId, totalPaise: paise(totalPaise), expiresAtMs: NOW_MS + 1 })
const known = { payments: ok([]), rules: ok(openRules), bill: billOf('bill-1'), duePaise: ok(paise(100_000)) }
const nothingDue = { payments: ok([]), rules: ok(openRules), bill: ok(null), aimedStatus: ok('EXPIRED') }
const earlier = madeFound({ billId: 'bill-0', receiptAtMs: madePayment().bill.billDateMs - 1 })
const cancelled = { ...earlier, isLive: false }
const decide = (record: Partial<PostingRecord>, facts: PostingFacts = known) =>
  decidePosting(madeRecord(record), facts, defaultPolicy)
const create = { do: 'create', billId: 'bill-1', postPaise: 100_000, settledAs: null, note: 'attempt 1' }

describe('what is asked', () => {
  it('is our own payment, the rules, the bill and its demand, and then it is posted', () => {
    expect(decide({}, {})).toEqual({ do: 'look', at: 'payments' })
    const { payments, rules, bill } = known
    expect(decide({}, { payments })).toEqual({ do: 'look', at: 'rules' })
    expect(decide({}, { payments, rules })).toEqual({ do: 'look', at: 'bill' })
    expect(decide({}, { payments, rules, bill })).toEqual({ do: 'look', at: 'duePaise' })
    expect(decide({}, known)).toEqual(create)
  })

  it.each<[string, FoundPayment[], object]>([
    ['a cancelled one', [cancelled], create],
    ['a live one', [earlier], { do: 'look', at: 'unappliedCount' }],
    ['both', [cancelled, earlier], { do: 'look', at: 'unappliedCount' }],
  ])(
    'whether billing knows earlier payments, only where there are live ones: %s',
    (_name, found, expected) => {
      expect(decide({}, { ...known, payments: ok(found) })).toEqual(expected)
    },
  )

  it.each<[string, Partial<PostingRecord>, PostingFacts]>([
    ['payments', {}, { ...known, payments: away }],
    ['rules', {}, { ...known, rules: away }],
    ['bill', {}, { ...known, bill: away }],
    ['demand', {}, { ...known, duePaise: away }],
    ['earlier payments', {}, { ...known, payments: ok([earlier]), unappliedCount: away }],
    ['status of the bill', { state: 'RESOLVE' }, { ...nothingDue, aimedStatus: away }],
    ['confirmation', { state: 'POSTED' }, { confirmation: away }],
  ])('is waited for and never guessed: %s', (_name, record, facts) => {
    const note = expect.stringContaining('DIGIT')
    expect(decide({ waitCount: 1, ...record }, facts)).toEqual({ do: 'wait', ms: 2 * retryBaseMs, note })
  })
})

describe('while posting is stopped', () => {
  const note = 'posting is stopped for now'
  it.each([
    ['READY', 1, { do: 'wait', ms: 1, state: 'HOLD', note }],
    ['HOLD', 1, { do: 'wait', ms: 1, note }],
    ['HOLD', retryMaxMs + 1, { do: 'wait', ms: retryMaxMs, note }],
    ['HOLD', 0, create],
    ['VERIFIED', 0, { do: 'become', state: 'READY', note: 'waiting to be posted' }],
  ] as const)('%s for %d ms', (state, heldMs, expected) => {
    expect(decide({ state, holdUntilMs: NOW_MS + heldMs })).toEqual(expected)
  })
})

describe('a call may still run inside DIGIT', () => {
  const lastRefusal = { billId: 'bill-1', code: 'X', isPermanent: true }
  it('to the last millisecond of the fence, and not after it', () => {
    const at = decide({ lastRefusal, lastAttemptAtMs: NOW_MS - fenceMs })
    expect(at).toMatchObject({ do: 'wait', ms: 1 })
    const after = decide({ lastRefusal, lastAttemptAtMs: NOW_MS - fenceMs - 1 })
    expect(after).toMatchObject({ do: 'become', state: 'SUSPENSE', reason: 'REFUSED_BY_DIGIT' })
  })
})

describe('what is said of an attempt', () => {
  it('is which it is, how it met the bill, and what could not be read', () => {
    const lower = { ...known, bill: billOf('bill-1', 80_000), duePaise: ok(paise(80_000)) }
    expect(decide({ attemptCount: 4 }, lower)).toEqual({
      do: 'create',
      billId: 'bill-1',
      postPaise: 80_000,
      settledAs: 'split',
      note: `attempt 5; ${settlementNotes.split}`,
    })
    const denied = decide({}, { ...known, duePaise: { kind: 'denied', why: '403' } })
    expect(denied).toMatchObject({ note: expect.stringMatching(/^attempt 1; the demand may not be read/) })
  })

  it('tells nothing due from a replaced bill', () => {
    expect(decide({}, nothingDue)).toMatchObject({ note: expect.stringContaining('nothing due') })
    const replaced = { ...known, bill: billOf('bill-2') }
    expect(decide({}, replaced)).toMatchObject({ note: expect.stringContaining('replaced') })
  })
})

describe('a bill that differs from its demand', () => {
  const differs = { ...known, duePaise: ok(paise(90_000)) }
  const paidBefore = { ...differs, payments: ok([earlier]) }
  const seen = { lagSinceMs: NOW_MS - 1 }
  const cancelBill = { do: 'cancel-bill', billId: 'bill-1' }

  it('is cancelled at the second look only, which is later than the first', () => {
    expect(decide({ lagSinceMs: NOW_MS }, differs)).toMatchObject({ do: 'wait' })
    expect(decide(seen, differs)).toMatchObject(cancelBill)
  })

  it('is not cancelled while billing has yet to apply an earlier payment, and is once it has', () => {
    expect(decide(seen, { ...paidBefore, unappliedCount: ok(1) })).toMatchObject({
      do: 'wait',
      note: settlementNotes.pending,
    })
    expect(decide(seen, { ...paidBefore, unappliedCount: ok(0) })).toMatchObject(cancelBill)
  })

  it('is not believed in place of another one either', () => {
    const replaced = { ...differs, bill: billOf('bill-2') }
    expect(decide({ state: 'RESOLVE' }, replaced)).toMatchObject({
      do: 'wait',
      patch: { lagSinceMs: NOW_MS },
    })
    expect(decide({ state: 'RESOLVE', ...seen }, replaced)).toMatchObject({ ...cancelBill, billId: 'bill-2' })
  })

  it('becomes a task after the limit, not at it', () => {
    const billCancel = ok(null)
    const at = { lagSinceMs: NOW_MS - lagLimitMs }
    const waiting = { do: 'wait', ms: retryBaseMs, note: expect.any(String), patch: at }
    expect(decide(at, { ...differs, billCancel })).toEqual(waiting)
    const after = { lagSinceMs: NOW_MS - lagLimitMs - 1 }
    const task = { ...waiting, ms: retryMaxMs, state: 'HOLD', reason: 'LAGGING', patch: after }
    expect(decide(after, { ...differs, billCancel })).toEqual(task)
  })
})

describe('nothing is due', () => {
  const suspended = (found: FoundPayment[], record: Partial<PostingRecord> = {}) => {
    const end = decide({ state: 'RESOLVE', ...record }, { ...nothingDue, payments: ok(found) })
    return 'reason' in end ? end.reason : end.do
  }
  const billDateMs = madePayment().bill.billDateMs

  it.each<[string, Partial<FoundPayment>, string]>([
    ['on the bill aimed at, whenever', { billId: 'bill-7' }, 'ALREADY_PAID'],
    ['on the bill of the screen, whenever', { billId: 'bill-1' }, 'ALREADY_PAID'],
    ['on another bill, as ours was made', { receiptAtMs: billDateMs }, 'ALREADY_PAID'],
    ['on another bill, before ours was made', {}, 'NOTHING_DUE'],
    ['on another bill, nobody knows when', { receiptAtMs: null }, 'NOTHING_DUE'],
  ])('and somebody paid %s', (_name, change, reason) => {
    expect(suspended([{ ...earlier, ...change }], { billId: 'bill-7' })).toBe(reason)
  })

  it('though billing has yet to apply something: there is no bill that could be too high', () => {
    const facts = { ...nothingDue, unappliedCount: ok(1) }
    expect(decide({ state: 'RESOLVE' }, facts)).toMatchObject({ reason: 'NOTHING_DUE' })
  })

  it('after a cancellation is not the truth yet, for as long as the limit says', () => {
    const lately = (changedAtMs: number | null) => ({ ...cancelled, changedAtMs })
    const facts = { ...nothingDue, payments: ok([lately(NOW_MS - lagLimitMs + 1), earlier]) }
    expect(decide({ state: 'RESOLVE' }, facts)).toEqual({
      do: 'wait',
      ms: retryBaseMs,
      note: expect.any(String),
      patch: { lagSinceMs: NOW_MS },
    })
    const at = { lagSinceMs: NOW_MS - lagLimitMs }
    expect(decide({ state: 'RESOLVE', ...at }, facts)).toMatchObject({ do: 'wait', patch: at })
    expect(suspended([lately(NOW_MS)], { lagSinceMs: NOW_MS - lagLimitMs - 1 })).toBe('NOTHING_DUE')
    expect(suspended([lately(NOW_MS - lagLimitMs)])).toBe('NOTHING_DUE')
    expect(suspended([lately(null)])).toBe('NOTHING_DUE')
    // paid by somebody since: no dues will come back
    expect(suspended([lately(NOW_MS), madeFound()])).toBe('ALREADY_PAID')
  })
})

describe('the confirmation', () => {
  const posted = { state: 'POSTED' as const, waitCount: 1 }
  const notYet = { confirmation: ok({ isApplied: false, balancePaise: null }) }
  const own = madeFound({ ownPaymentId: madePayment().id })
  const long = { ...posted, postedSinceMs: NOW_MS - lagLimitMs - 1 }

  it('is never asked for in the same instant', () => {
    const note = 'waiting for billing'
    expect(decide({ ...posted, waitCount: 0 }, {})).toEqual({ do: 'wait', ms: retryBaseMs, note })
    expect(decide({ ...posted, waitCount: 3 }, notYet)).toEqual({ do: 'wait', ms: 8 * retryBaseMs, note })
  })

  it('is late after the limit, not at it', () => {
    expect(decide({ ...posted, postedSinceMs: NOW_MS - lagLimitMs }, notYet)).toMatchObject({ do: 'wait' })
    expect(decide(long, notYet)).toEqual({ do: 'look', at: 'payments' })
  })

  it.each([
    ['DIGIT cannot be asked', away, 'wait'],
    ['DIGIT does not show it', ok([]), 'wait'],
    ['DIGIT holds it', ok([own]), 'wait'],
    ['it was cancelled', ok([{ ...own, isLive: false }]), 'become'],
  ] as const)('is late and %s', (_name, payments, expected) => {
    const end = decide(long, { ...notYet, payments })
    expect(end).toMatchObject(
      expected === 'wait' ? { do: 'wait', ms: 2 * retryBaseMs } : { do: 'become', state: 'REVERSED' },
    )
  })

  it('keeps why it met another bill, and the balance when billing tells it', () => {
    const applied = (balancePaise: number | null) => ({
      confirmation: ok({ isApplied: true, balancePaise: balancePaise === null ? null : paise(balancePaise) }),
    })
    const confirmed = { do: 'become', state: 'CONFIRMED', note: 'billing has applied it' }
    expect(decide(posted, applied(null))).toEqual(confirmed)
    expect(decide({ ...posted, reason: 'BILL_HIGHER' }, applied(0))).toEqual({
      ...confirmed,
      reason: 'BILL_HIGHER',
      patch: { balancePaise: 0 },
    })
  })
})
