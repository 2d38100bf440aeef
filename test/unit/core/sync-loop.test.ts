// Goal: every recorded payment gets to the integrator, in order, in bounded batches, whatever happens on the way; nothing is sent as
// something else, nothing is forgotten, and one bad record holds up no other. Runs on the real store.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { PaymentOutcome } from '#contract/api.ts'
import { paise } from '#contract/money.ts'
import type { Payment, PaymentStatus, PostingState } from '#contract/payment.ts'
import { PROBLEMS, ProblemError, type ProblemCode } from '#contract/problem.ts'
import { BACKOFF_CAP_MS, IDLE_POLL_MS, POISON_RETRY_MS } from '#core/limits.ts'
import { FIRST_SYNC_STATE, syncRound, type SyncPorts, type SyncState } from '#core/sync-loop.ts'
import { makeTill, takeOne, type TillKit } from '#test/unit/store/till-kit.ts'

let till: TillKit
beforeEach(() => {
  till = makeTill()
})
afterEach(() => till.close())

type Answer = { outcomes: PaymentOutcome[]; nextAfterMs: number }
type Feed = { payments: PaymentStatus[]; nextCursor: number; hasMore: boolean }
const noNews = async (since: number): Promise<Feed> =>
  await Promise.resolve({ payments: [], nextCursor: since, hasMore: false })

function statusOf(id: string, state: PostingState, cursor: number): PaymentStatus {
  return {
    id,
    state,
    reason: null,
    digitReceiptNumber: state === 'POSTED' ? `11/2026-27/${cursor}` : null,
    digitPaymentId: null,
    postedAtMs: null,
    balancePaise: null,
    heldPaise: paise(0),
    steps: [],
    cursor,
  }
}

function portsOf(
  submit: (bodies: readonly string[], ids: string[]) => Answer | Promise<Answer>,
  changes: (since: number) => Promise<Feed> = noNews,
): SyncPorts & { sent: string[][] } {
  const sent: string[][] = []
  return {
    sent,
    store: till.store,
    clock: till.clock,
    random: () => 0.5,
    integrator: {
      submitBatch: async (bodies) => {
        const ids = bodies.map((body) => (JSON.parse(body) as Payment).id)
        sent.push(ids)
        return await submit(bodies, ids)
      },
      changes,
    },
  }
}
const accept = (_bodies: readonly string[], ids: string[]): Answer => ({
  outcomes: ids.map((id) => ({ id, outcome: 'accepted', status: null, problem: null })),
  nextAfterMs: 0,
})
const takeMany = (count: number): string[] =>
  Array.from({ length: count }, () => takeOne(till).view.payments[0]!.paymentId)
const lanes = () => till.store.queueTotals()
async function untilQuiet(ports: SyncPorts, roundsMax = 50): Promise<SyncState> {
  let state = FIRST_SYNC_STATE
  for (let count = 0; count < roundsMax; count++) {
    const round = await syncRound(ports, state)
    state = round.state
    if (round.sentCount === 0 && round.waitMs > 0) break
  }
  return state
}

describe('sending', () => {
  test('oldest first, at most a hundred at a time, the very bytes that were journaled', async () => {
    const ids = takeMany(205)
    const bodies: string[] = []
    const ports = portsOf((batch, batchIds) => {
      bodies.push(...batch)
      return accept(batch, batchIds)
    })
    await untilQuiet(ports)
    expect(ports.sent.map((batch) => batch.length)).toEqual([100, 100, 5])
    expect(ports.sent.flat()).toEqual(ids)
    expect(bodies.map((body) => JSON.parse(body) as Payment)).toEqual(
      ids.map((id) => till.store.payment(id)?.payment),
    )
    expect(lanes()).toMatchObject({ waitingCount: 0, pendingCount: 205 })
  })

  test('a lost answer leaves the record waiting; the same bytes go again and the second answer counts', async () => {
    const [id] = takeMany(1)
    let isFirst = true
    const bodies: string[] = []
    const ports = portsOf((batch, ids) => {
      bodies.push(...batch)
      if (!isFirst)
        return {
          ...accept(batch, ids),
          outcomes: [{ id: id!, outcome: 'duplicate', status: null, problem: null }],
        }
      isFirst = false
      throw new ProblemError('integrator_unreachable')
    })
    const first = await syncRound(ports, FIRST_SYNC_STATE)
    expect(first.problem?.code).toBe('integrator_unreachable')
    expect(till.store.queue()).toMatchObject([
      { attempts: 1, lastProblem: { code: 'integrator_unreachable' } },
    ])
    await syncRound(ports, first.state)
    expect(bodies[0]).toBe(bodies[1])
    expect(lanes()).toMatchObject({ waitingCount: 0, pendingCount: 1 })
  })

  test('an answer without an outcome for a record is no answer for it', async () => {
    const ids = takeMany(2)
    const ports = portsOf((batch) => ({ ...accept(batch, [ids[0]!]), nextAfterMs: 0 }))
    await syncRound(ports, FIRST_SYNC_STATE)
    expect(till.store.queue().map(({ paymentId, state, attempts }) => [paymentId, state, attempts])).toEqual([
      [ids[1], null, 1],
      [ids[0], null, 1],
    ])
    expect(lanes()).toMatchObject({ waitingCount: 1, pendingCount: 1 })
  })

  test('outcomes of payments that were not in the batch are passed over', async () => {
    const [id] = takeMany(1)
    const stranger = { id: 'other', outcome: 'accepted', status: null, problem: null } as const
    const ports = portsOf((batch, ids) => ({
      nextAfterMs: 0,
      outcomes: [stranger, ...accept(batch, ids).outcomes],
    }))
    expect((await syncRound(ports, FIRST_SYNC_STATE)).sentCount).toBe(1)
    expect(till.store.queue()).toMatchObject([{ paymentId: id }])
  })
})

describe('bad records', () => {
  test.each([
    ['refused', 'input_invalid'],
    ['conflict', 'payment_conflict'],
  ] as const)(
    '%s: set aside for a person, the others get through, nothing is deleted',
    async (outcome, code) => {
      const ids = takeMany(3)
      const ports = portsOf((batch, batchIds) => ({
        ...accept(batch, batchIds),
        outcomes: batchIds.map((id) =>
          id === ids[1]
            ? { id, outcome, status: null, problem: { code, message: PROBLEMS[code], data: {} } }
            : { id, outcome: 'accepted', status: null, problem: null },
        ),
      }))
      await untilQuiet(ports)
      expect(lanes()).toMatchObject({ waitingCount: 0, pendingCount: 2, attentionCount: 1 })
      expect(till.store.queue()[0]).toMatchObject({
        paymentId: ids[1],
        standing: 'held',
        lastProblem: { code },
      })
      expect(ports.sent).toHaveLength(1)
    },
  )

  test('what becomes of another content under the same id says nothing about ours', async () => {
    const [id] = takeMany(1)
    const ports = portsOf(
      () => ({ outcomes: [{ id: id!, outcome: 'conflict', status: null, problem: null }], nextAfterMs: 0 }),
      async () =>
        await Promise.resolve({ payments: [statusOf(id!, 'POSTED', 5)], nextCursor: 5, hasMore: false }),
    )
    await syncRound(ports, FIRST_SYNC_STATE)
    expect(till.store.row(id!)).toMatchObject({ standing: 'held', state: null, digitReceiptNumber: null })
  })

  test('a batch that cannot be read is halved until the one record is alone, and only that one waits', async () => {
    const ids = takeMany(7)
    const ports = portsOf((batch, batchIds) => {
      if (batchIds.includes(ids[4]!)) throw new ProblemError('input_invalid')
      return accept(batch, batchIds)
    })
    let state = FIRST_SYNC_STATE
    for (let count = 0; count < 20; count++) state = (await syncRound(ports, state)).state
    expect(lanes()).toMatchObject({ waitingCount: 1, pendingCount: 6 })
    const [row] = till.store.queue()
    expect(row).toMatchObject({ paymentId: ids[4], nextTryAtMs: till.clock.now.wallMs + POISON_RETRY_MS })
    const calls = ports.sent.length
    const quiet = await syncRound(ports, state)
    expect(ports.sent).toHaveLength(calls)
    expect(quiet.waitMs).toBeGreaterThan(0)
    till.clock.pass(POISON_RETRY_MS)
    await syncRound(ports, state)
    expect(ports.sent.at(-1)).toEqual([ids[4]])
  })
})

describe('pace', () => {
  test('the wish of the integrator is honoured while there is more to send', async () => {
    takeMany(101)
    const ports = portsOf((batch, ids) => ({ ...accept(batch, ids), nextAfterMs: 1_234 }))
    expect((await syncRound(ports, FIRST_SYNC_STATE)).waitMs).toBe(1_234)
  })

  test('Retry-After is the least wait', async () => {
    takeMany(1)
    const ports = portsOf(() => {
      throw new ProblemError('too_many_requests', { retryAfterMs: 90_000 })
    })
    expect((await syncRound(ports, FIRST_SYNC_STATE)).waitMs).toBe(90_000)
  })

  test('back-off doubles below its cap, with the whole range as jitter', async () => {
    takeMany(1)
    const ports = portsOf(() => {
      throw new ProblemError('integrator_unreachable')
    })
    let state = FIRST_SYNC_STATE
    const waits: number[] = []
    for (let count = 0; count < 9; count++) {
      const round = await syncRound(ports, state)
      state = round.state
      waits.push(round.waitMs)
    }
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000, 30_000])
    expect(Math.max(...waits)).toBe(BACKOFF_CAP_MS * 0.5)
  })

  test('with nothing to do it is a slow heartbeat; while numbers are awaited it looks sooner, then slower', async () => {
    const ports = portsOf(accept)
    expect((await syncRound(ports, FIRST_SYNC_STATE)).waitMs).toBe(IDLE_POLL_MS)
    takeMany(1)
    let { state, waitMs } = await syncRound(ports, FIRST_SYNC_STATE)
    const waits = [waitMs]
    for (let count = 0; count < 8; count++) {
      ;({ state, waitMs } = await syncRound(ports, state))
      waits.push(waitMs)
    }
    expect(waits).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000])
  })
})

describe('the status feed', () => {
  test('pages are read from where it stopped; a later word counts, an earlier one does not', async () => {
    const [a, b] = takeMany(2)
    const pages: Record<number, Feed> = {
      0: { payments: [statusOf(a!, 'RECEIVED', 1), statusOf(b!, 'POSTED', 4)], nextCursor: 4, hasMore: true },
      4: { payments: [statusOf(a!, 'POSTED', 6), statusOf(b!, 'READY', 3)], nextCursor: 6, hasMore: false },
    }
    const asked: number[] = []
    const ports = portsOf(accept, async (since) => {
      asked.push(since)
      return await Promise.resolve(pages[since] ?? { payments: [], nextCursor: since, hasMore: false })
    })
    const { state } = await syncRound(ports, FIRST_SYNC_STATE)
    await syncRound(ports, state)
    expect(asked).toEqual([0, 4, 6])
    expect(till.store.row(a!)).toMatchObject({
      state: 'POSTED',
      digitReceiptNumber: '11/2026-27/6',
      standing: 'final',
    })
    expect(till.store.row(b!)).toMatchObject({ state: 'POSTED', digitReceiptNumber: '11/2026-27/4' })
    expect(till.store.search('11/2026-27/4')).toMatchObject([{ paymentId: b }])
    expect(lanes()).toMatchObject({ waitingCount: 0, pendingCount: 0, attentionCount: 0 })
  })

  test.each<[PostingState, string]>([
    ['HOLD', 'pendingCount'],
    ['UNKNOWN', 'pendingCount'],
    ['SUSPENSE', 'attentionCount'],
    ['QUARANTINE', 'attentionCount'],
  ])('%s counts under %s', async (state, counter) => {
    const [id] = takeMany(1)
    const feed = { payments: [statusOf(id!, state, 1)], nextCursor: 1, hasMore: false }
    await syncRound(
      portsOf(accept, async () => await Promise.resolve(feed)),
      FIRST_SYNC_STATE,
    )
    expect(lanes()).toMatchObject({ [counter]: 1, waitingCount: 0 })
  })

  test('payments of another till and a feed that never ends do no harm', async () => {
    let asked = 0
    const ports = portsOf(accept, async (since) => {
      asked += 1
      return await Promise.resolve({
        payments: [statusOf('9d3a6f5e-7b0e-4f43-9a55-0d6b0c6b1f10', 'POSTED', since + 1)],
        nextCursor: since + 1,
        hasMore: true,
      })
    })
    await syncRound(ports, FIRST_SYNC_STATE)
    expect(asked).toBe(10)
    expect(till.store.feedCursor()).toBe(10)
  })
})

test('a fault of the till itself is not taken for a network problem', async () => {
  takeMany(1)
  const ports = portsOf(() => {
    throw new TypeError('a mistake')
  })
  await expect(syncRound(ports, FIRST_SYNC_STATE)).rejects.toThrow(TypeError)
})

test.each<ProblemCode>(['device_not_enrolled', 'not_ready', 'internal'])(
  '%s keeps everything',
  async (code) => {
    takeMany(2)
    const ports = portsOf(() => {
      throw new ProblemError(code)
    })
    const round = await syncRound(ports, FIRST_SYNC_STATE)
    expect(round).toMatchObject({ sentCount: 0, problem: { code } })
    expect(lanes().waitingCount).toBe(2)
  },
)
