// Goal: what simulated worlds once found wrong in the posting rules stays right. Each test names the story and its seed.
import { expect, test } from 'vitest'
import { paise } from '#contract/money.ts'
import { isPaidMarkDoubtful, isShownByDemands } from '#collection/applied-payments.ts'
import { decidePosting } from '#collection/decide-posting.ts'
import { defaultPolicy } from '#collection/posting-facts.ts'
import type { PostingFacts } from '#collection/posting-facts.ts'
import { madeFound, madeRecord, NOW_MS } from './made-payment.ts'

const ok = <Value>(value: Value) => ({ kind: 'ok' as const, value })

test('after a restore, a payment that DIGIT holds is told so though another of its consumer goes first (seed 139)', () => {
  const record = madeRecord({ state: 'READY', isBehindAnother: true })
  const own = madeFound({ ownPaymentId: record.payment.id })
  const held: PostingFacts = { payments: ok([own]) }
  expect(decidePosting(record, {}, defaultPolicy)).toMatchObject({ do: 'look', at: 'payments' })
  expect(decidePosting(record, held, defaultPolicy)).toMatchObject({ do: 'become', state: 'POSTED' })
  expect(decidePosting(record, { payments: ok([]) }, defaultPolicy)).toMatchObject({ do: 'wait' })
})

test('a payment cancelled in DIGIT before billing showed it ends as reversed, not as posted for ever (seed 138)', () => {
  const postedSinceMs = NOW_MS - defaultPolicy.lagLimitMs - 1
  const record = madeRecord({ state: 'POSTED', waitCount: 9, postedSinceMs })
  const own = madeFound({ ownPaymentId: record.payment.id, isLive: false })
  const facts: PostingFacts = {
    confirmation: ok({ isApplied: false, balancePaise: null }),
    payments: ok([own]),
  }
  expect(decidePosting(record, facts, defaultPolicy)).toMatchObject({ do: 'become', state: 'REVERSED' })
})

test('payments whose bills share some demands are seen once billing has taken in all of them (seed 52)', () => {
  const first = madeFound({ billId: 'b1', amountPaise: paise(30_000), demandIds: ['d1', 'd2'] })
  const second = madeFound({ billId: 'b2', amountPaise: paise(20_000), demandIds: ['d2', 'd3'] })
  const live = [first, second]
  const demands = [
    { demandId: 'd1', collectedPaise: paise(25_000) },
    { demandId: 'd2', collectedPaise: paise(5_000) },
    { demandId: 'd3', collectedPaise: paise(20_000) },
  ]
  expect(isShownByDemands(second, { live, demands })).toBe(true)
  const lagging = demands.map((each) =>
    each.demandId === 'd3' ? { ...each, collectedPaise: paise(0) } : each,
  )
  expect(isShownByDemands(second, { live, demands: lagging })).toBe(false)
  expect(isShownByDemands(second, { live, demands: demands.slice(1) })).toBe(false)
  expect(isShownByDemands({ demandIds: [] }, { live, demands })).toBe(false)
})

test('a PAID bill proves nothing when a payment of the consumer was cancelled lately (seeds 3256, 13814)', () => {
  const paid = madeFound({ receiptAtMs: NOW_MS })
  const cancelledAt = (changedAtMs: number) => madeFound({ billId: 'b0', isLive: false, changedAtMs })
  expect(isPaidMarkDoubtful(paid, [paid])).toBe(false)
  expect(isPaidMarkDoubtful(paid, [paid, cancelledAt(NOW_MS - 6 * 3_600_000)])).toBe(true)
  expect(isPaidMarkDoubtful(paid, [paid, cancelledAt(NOW_MS + 60_000)])).toBe(true)
  expect(isPaidMarkDoubtful(paid, [paid, cancelledAt(NOW_MS - 30 * 86_400_000)])).toBe(false)
})
