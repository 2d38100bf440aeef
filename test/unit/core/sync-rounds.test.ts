// Goal: every record of the journal gets to the integrator, in order, in bounded batches, whatever happens on the way; a word that does
// not fit is an alarm; nothing is forgotten; and news come back. Runs on the real store.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { chainOf, readBody, type Ack } from '#contract/journal-record.ts'
import type { PaymentStatus, PostingState } from '#contract/payment.ts'
import { paise } from '#contract/money.ts'
import { problemOf, ProblemError, type ProblemCode } from '#contract/problem.ts'
import {
  ACK_EVERY_RECORDS,
  ALARM_RETRY_MS,
  BACKOFF_CAP_MS,
  BATCH_BYTES_MAX,
  IDLE_POLL_MS,
} from '#core/limits.ts'
import type { AppendedRecords, RecordBatch } from '#core/ports.ts'
import { FIRST_FEED_STATE, feedRound, type FeedPorts } from '#core/sync/feed-round.ts'
import { FIRST_SEND_STATE, sendRound, type SendPorts, type SendState } from '#core/sync/send-round.ts'
import { sha256 } from '#store/journal/check-file.ts'
import { DEVICE, makeTill, takeOne, type TillKit } from '#test/unit/store/till-kit.ts'

let till: TillKit
beforeEach(() => {
  till = makeTill()
})
afterEach(() => till.close())

type Answer = Partial<AppendedRecords> & { head?: string; upto?: number; epoch?: string }

/** An integrator that takes everything, unless `answer` says otherwise. */
function portsOf(answer: (batch: RecordBatch) => Answer = () => ({})): SendPorts & { sent: RecordBatch[] } {
  const sent: RecordBatch[] = []
  return {
    sent,
    store: till.store,
    clock: till.clock,
    random: () => 0.5,
    integrator: {
      appendRecords: async (batch) => {
        sent.push(batch)
        const { upto, head, epoch = 'e1', ...rest } = answer(batch)
        const hashes = chainOf({ owner: DEVICE, after: batch.after, hash: batch.head }, batch.records, sha256)
        const ack: Ack = {
          deviceId: DEVICE.deviceId,
          incarnation: 'A',
          upto: upto ?? batch.after + batch.records.length,
          head: head ?? hashes.at(-1)!,
          epoch,
          atMs: 1,
          retainUntilMs: 2,
        }
        const signed = { text: JSON.stringify(ack), key: 'k'.repeat(43), signature: 's'.repeat(86) }
        return await Promise.resolve({ ack, signed, outcomes: [], nextAfterMs: 0, maxBatch: 100, ...rest })
      },
    },
  }
}
const refusing =
  (code: ProblemCode, data: Record<string, string | number> = {}) =>
  () => {
    throw new ProblemError(code, data)
  }
const takeMany = (count: number): string[] =>
  Array.from({ length: count }, () => takeOne(till).view.payments[0]!.paymentId)
const lanes = () => till.store.queueTotals()
async function untilQuiet(ports: SendPorts, roundsMax = 50): Promise<SendState> {
  let state = FIRST_SEND_STATE
  for (let count = 0; count < roundsMax; count++) {
    const round = await sendRound(ports, state)
    state = round.state
    if (round.waitMs > 0) break
  }
  return state
}

describe('sending', () => {
  test('the whole journal in order, at most a hundred records at a time, the very bytes that were sealed', async () => {
    const ids = takeMany(205)
    const ports = portsOf()
    await untilQuiet(ports)
    expect(ports.sent.slice(0, 2).map(({ records }) => records.length)).toEqual([100, 100])
    const records = ports.sent.flatMap((batch) => [...batch.records])
    expect(records.map(({ seq }) => seq)).toEqual(records.map((_, at) => at + 1))
    const paid = records.flatMap(({ body }) => {
      const facts = readBody(body)
      return facts?.type === 'PAY' ? [(JSON.parse(facts.dataJson) as { id: string }).id] : []
    })
    expect(paid).toEqual(ids)
    expect(records.every(({ signature }) => signature !== null)).toBe(true)
    expect(lanes()).toMatchObject({ waitingCount: 0, pendingCount: 205 })
  })

  test('its own acks do not keep the journal going: quiet after a few rounds, one word in fifty records', async () => {
    takeMany(120)
    const ports = portsOf()
    await untilQuiet(ports)
    const calls = ports.sent.length
    await sendRound(ports, FIRST_SEND_STATE)
    expect(ports.sent).toHaveLength(calls)
    const types = ports.sent.flatMap(({ records }) => records.map(({ body }) => readBody(body)?.type))
    expect(types.filter((type) => type === 'ACK').length).toBeLessThanOrEqual(
      Math.ceil(types.length / ACK_EVERY_RECORDS),
    )
    expect(till.store.handover().ack?.retainUntilMs).toBe(2)
  })

  test('a lost answer leaves the payment waiting, and the same bytes go again', async () => {
    takeMany(1)
    let isFirst = true
    const ports = portsOf(() => {
      if (!isFirst) return {}
      isFirst = false
      throw new ProblemError('integrator_unreachable')
    })
    const first = await sendRound(ports, FIRST_SEND_STATE)
    expect(first.problem?.code).toBe('integrator_unreachable')
    expect(till.store.queue()).toMatchObject([
      { attempts: 1, lastProblem: { code: 'integrator_unreachable' } },
    ])
    await sendRound(ports, first.state)
    expect(ports.sent[1]).toEqual(ports.sent[0])
    expect(lanes()).toMatchObject({ waitingCount: 0, pendingCount: 1 })
  })

  test('a slow line gets smaller batches, and larger ones again when they come through', async () => {
    takeMany(90)
    let isSlow = true
    const ports = portsOf(() => {
      if (isSlow) throw new ProblemError('integrator_unreachable', { reason: 'no_answer' })
      return {}
    })
    let state = FIRST_SEND_STATE
    for (let count = 0; count < 5; count++) state = (await sendRound(ports, state)).state
    expect(state.bytesMax).toBeLessThan(BATCH_BYTES_MAX / 16)
    const last = ports.sent.at(-1)!.records.length
    expect(last).toBeLessThan(ports.sent[0]!.records.length)
    isSlow = false
    state = (await sendRound(ports, state)).state
    const bytes = state.bytesMax
    state = (await sendRound(ports, state)).state
    expect(state.bytesMax).toBeGreaterThan(bytes)
  })
})

describe('what the integrator says', () => {
  test.each(['refused', 'conflict'] as const)('%s: only that one waits for a person', async (outcome) => {
    const ids = takeMany(3)
    const problem = problemOf(new ProblemError(outcome === 'refused' ? 'input_invalid' : 'payment_conflict'))
    await sendRound(
      portsOf(() => ({ outcomes: [{ seq: 5, id: ids[1]!, outcome, problem }] })),
      FIRST_SEND_STATE,
    )
    expect(lanes()).toMatchObject({ waitingCount: 0, pendingCount: 2, attentionCount: 1 })
    expect(till.store.queue()[0]).toMatchObject({ paymentId: ids[1], lastProblem: { code: problem.code } })
    const types = till.store
      .nextBatch({ recordsMax: 50, bytesMax: 1e6 })
      .records.map(({ body }) => readBody(body)?.type)
    expect(types).toContain('REFUSED')
  })

  test('a gap: everything from there goes again, at once, and a new life is journaled', async () => {
    takeMany(5)
    await untilQuiet(portsOf())
    takeMany(1)
    let hasLost = true
    const ports = portsOf(() => {
      if (!hasLost) return { epoch: 'e2' }
      hasLost = false
      throw new ProblemError('sequence_gap', { expectedSeq: 3, epoch: 'e2' })
    })
    const round = await sendRound(ports, FIRST_SEND_STATE)
    expect(round).toMatchObject({ waitMs: 0, problem: null })
    expect(lanes().waitingCount).toBe(6)
    await sendRound(ports, round.state)
    expect(ports.sent[1]).toMatchObject({ after: 2, records: [{ seq: 3 }, {}, {}, {}, {}, {}, {}] })
    expect(ports.sent[1]?.lastAck).not.toBeNull()
    expect(lanes()).toMatchObject({ waitingCount: 0, pendingCount: 6 })
    const rest = till.store.nextBatch({ recordsMax: 50, bytesMax: 1e6 }).records
    expect(rest.map(({ body }) => readBody(body)?.type)).toContain('EPOCH')
  })

  test('a fork: the money is shown to a person, what comes after goes on, and the alarm stays', async () => {
    const [first] = takeMany(1)
    const ports = portsOf(refusing('sequence_fork', { upto: 4 }))
    const round = await sendRound(ports, FIRST_SEND_STATE)
    expect(round.problem?.code).toBe('sequence_fork')
    expect(till.store.queue()).toMatchObject([{ paymentId: first, lastProblem: { code: 'sequence_fork' } }])
    takeMany(1)
    await sendRound(ports, round.state)
    expect(ports.sent[1]).toMatchObject({ after: 4 })
    expect(till.store.handover().alarm?.code).toBe('sequence_fork')
  })

  test('a word about more than this journal has, or about another one, is an alarm and moves nothing', async () => {
    takeMany(2)
    const ports = portsOf(() => ({ upto: 99, head: 'f'.repeat(64) }))
    const round = await sendRound(ports, FIRST_SEND_STATE)
    expect(round).toMatchObject({ waitMs: ALARM_RETRY_MS, problem: { code: 'sequence_fork' } })
    expect(lanes().waitingCount).toBe(2)
    expect(till.store.handover()).toMatchObject({ sentSeq: 0, alarm: { code: 'sequence_fork' } })
  })

  test('its pace is honoured: between batches, their size, and after 429', async () => {
    takeMany(101)
    const paced = await sendRound(
      portsOf(() => ({ nextAfterMs: 1_234, maxBatch: 10 })),
      FIRST_SEND_STATE,
    )
    expect(paced).toMatchObject({ waitMs: 1_234, state: { recordsMax: 10 } })
    const full = await sendRound(
      portsOf(refusing('too_many_requests', { retryAfterMs: 90_000 })),
      paced.state,
    )
    expect(full).toMatchObject({ waitMs: 90_000, state: { failures: 0 } })
  })

  test('a batch that is not taken is halved down to one record, which then seldom knocks', async () => {
    takeMany(6)
    const ports = portsOf(refusing('batch_too_large'))
    let state = FIRST_SEND_STATE
    let waitMs = 0
    for (let count = 0; count < 5; count++) ({ state, waitMs } = await sendRound(ports, state))
    expect(ports.sent.map(({ records }) => records.length)).toEqual([9, 4, 2, 1, 1])
    expect(waitMs).toBe(ALARM_RETRY_MS)
    expect(lanes().waitingCount).toBe(6)
  })

  test.each<ProblemCode>(['device_not_enrolled', 'not_ready', 'internal', 'integrator_not_trusted'])(
    '%s keeps everything, with a back-off that doubles below its cap',
    async (code) => {
      takeMany(2)
      const ports = portsOf(refusing(code))
      let state = FIRST_SEND_STATE
      const waits: number[] = []
      for (let count = 0; count < 8; count++) {
        const round = await sendRound(ports, state)
        state = round.state
        waits.push(round.waitMs)
      }
      // At the cap in its upper half.
      expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 45_000, 45_000, 45_000])
      expect(Math.max(...waits)).toBe(BACKOFF_CAP_MS * 0.75)
      expect(lanes().waitingCount).toBe(2)
    },
  )

  test('a fault of the till itself is not taken for a network problem', async () => {
    takeMany(1)
    const ports = portsOf(() => {
      throw new TypeError('a mistake')
    })
    await expect(sendRound(ports, FIRST_SEND_STATE)).rejects.toThrow(TypeError)
  })
})

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

describe('the feed', () => {
  type Feed = { payments: PaymentStatus[]; nextCursor: number; hasMore: boolean }
  const feedOf = (look: (since: number, waitMs: number) => Feed | Promise<Feed>): FeedPorts => ({
    store: till.store,
    clock: till.clock,
    random: () => 0.5,
    integrator: { changes: async (since, waitMs) => await look(since, waitMs) },
  })
  const nothing = (since: number): Feed => ({ payments: [], nextCursor: since, hasMore: false })

  test('pages are read from where it stopped; a later word counts, an earlier one does not', async () => {
    const [a, b] = takeMany(2)
    await untilQuiet(portsOf())
    const pages: Record<number, Feed> = {
      0: { payments: [statusOf(a!, 'RECEIVED', 1), statusOf(b!, 'POSTED', 4)], nextCursor: 4, hasMore: true },
      4: { payments: [statusOf(a!, 'POSTED', 6), statusOf(b!, 'READY', 3)], nextCursor: 6, hasMore: false },
    }
    const asked: number[][] = []
    const ports = feedOf((since, waitMs) => {
      asked.push([since, waitMs])
      return pages[since] ?? nothing(since)
    })
    const { state } = await feedRound(ports, FIRST_FEED_STATE)
    await feedRound(ports, state)
    // waits for news only where there is none yet
    expect(asked).toEqual([
      [0, 20_000],
      [4, 0],
      [6, 20_000],
    ])
    expect(till.store.row(a!)).toMatchObject({ state: 'POSTED', digitReceiptNumber: '11/2026-27/6' })
    expect(till.store.row(b!)).toMatchObject({ state: 'POSTED', digitReceiptNumber: '11/2026-27/4' })
    expect(lanes()).toMatchObject({ waitingCount: 0, pendingCount: 0, attentionCount: 0 })
  })

  test('an integrator that lets us wait is asked again at once; one that does not, ever more seldom', async () => {
    const held = feedOf((since) => {
      till.clock.pass(20_000)
      return nothing(since)
    })
    expect((await feedRound(held, FIRST_FEED_STATE)).waitMs).toBe(0)
    const hasty = feedOf(nothing)
    expect((await feedRound(hasty, FIRST_FEED_STATE)).waitMs).toBe(IDLE_POLL_MS)
    takeMany(1)
    await untilQuiet(portsOf())
    let state = FIRST_FEED_STATE
    const waits: number[] = []
    for (let count = 0; count < 9; count++) {
      const round = await feedRound(hasty, state)
      state = round.state
      waits.push(round.waitMs)
    }
    expect(waits).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000])
  })

  test('while nobody answers it backs off, and then first looks without waiting', async () => {
    const asked: number[] = []
    let isAway = true
    const ports = feedOf((since, waitMs) => {
      asked.push(waitMs)
      if (isAway) throw new ProblemError('integrator_unreachable')
      return nothing(since)
    })
    const first = await feedRound(ports, FIRST_FEED_STATE)
    expect(first).toMatchObject({ waitMs: 1_000, state: { failures: 1 } })
    isAway = false
    await feedRound(ports, first.state)
    expect(asked).toEqual([20_000, 0])
  })

  test('a feed that never ends is left after some pages', async () => {
    let asked = 0
    const ports = feedOf((since) => {
      asked += 1
      const other = statusOf('9d3a6f5e-7b0e-4f43-9a55-0d6b0c6b1f10', 'POSTED', since + 1)
      return { payments: [other], nextCursor: since + 1, hasMore: true }
    })
    await feedRound(ports, FIRST_FEED_STATE)
    expect(asked).toBe(10)
    expect(till.store.feedCursor()).toBe(10)
  })
})
