// Goal: two thousand tills that come back at once are drained nearly as fast as the node can work, and nobody is served in vain. The
// real admission and the real sending rounds, on time that the test moves.
import { expect, test } from 'vitest'
import { createAdmission } from '#app/api/admission.ts'
import { FIRST_HASH } from '#contract/journal-record.ts'
import { ProblemError } from '#contract/problem.ts'
import type { OutboxStore } from '#core/ports.ts'
import { FIRST_SEND_STATE, sendRound } from '#core/sync/send-round.ts'

const TILLS = 2_000
const BATCHES_EACH = 5
/** The node takes one batch after another, 40 in a second. */
const SERVICE_MS = 25
const TIMEOUT_MS = 30_000
const IDEAL_MS = TILLS * BATCHES_EACH * SERVICE_MS

type Event = { atMs: number; order: number; run: () => void }

/** Time that stands still until nothing is left to do at this moment. */
function createTime() {
  const events: Event[] = []
  let nowMs = 0
  let order = 0
  const swap = (a: number, b: number): void => {
    ;[events[a], events[b]] = [events[b]!, events[a]!]
  }
  const isBefore = (a: Event, b: Event) => a.atMs - b.atMs || a.order - b.order
  const push = (event: Event): void => {
    let at = events.push(event) - 1
    while (at > 0 && isBefore(events[at]!, events[(at - 1) >> 1]!) < 0) {
      swap(at, (at - 1) >> 1)
      at = (at - 1) >> 1
    }
  }
  const pop = (): Event | undefined => {
    if (events.length <= 1) return events.pop()
    const first = events[0]
    events[0] = events.pop()!
    for (let at = 0; ;) {
      const [left, right] = [at * 2 + 1, at * 2 + 2]
      let least = at
      if (left < events.length && isBefore(events[left]!, events[least]!) < 0) least = left
      if (right < events.length && isBefore(events[right]!, events[least]!) < 0) least = right
      if (least === at) return first
      swap(at, least)
      at = least
    }
  }
  return {
    nowMs: () => nowMs,
    pause: (ms: number) =>
      new Promise<void>((run) => {
        push({ atMs: nowMs + ms, order: (order += 1), run })
      }),
    run: async () => {
      for (let event = pop(); event !== undefined; event = pop()) {
        nowMs = event.atMs
        event.run()
        await new Promise((done) => setImmediate(done))
      }
    },
  }
}

test('a storm of 2,000 tills drains within 1.2 times the ideal, with no dead request', async () => {
  const time = createTime()
  const { nowMs } = time
  const admission = createAdmission({ nowMs, runningMax: 12, waitingMax: 64 })
  let freeAtMs = 0
  let served = 0
  let dead = 0
  let asked = 0
  let seed = 7
  const random = () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647
  const work = async (): Promise<void> => {
    freeAtMs = Math.max(freeAtMs, nowMs()) + SERVICE_MS
    await time.pause(freeAtMs - nowMs())
    served += 1
  }
  const tillOf = async (): Promise<void> => {
    let left = BATCHES_EACH
    const record = { seq: 1, body: '{}', signature: null }
    const store: OutboxStore = {
      nextBatch: () => ({
        after: BATCHES_EACH - left,
        head: FIRST_HASH,
        records: left > 0 ? [record] : [],
        lastAck: null,
      }),
      applyAck: () => (left -= 1),
      handover: () => ({
        sentSeq: BATCHES_EACH - left,
        ack: null,
        signedAck: null,
        notedSeq: 0,
        alarm: null,
      }),
      markTried: () => undefined,
      rewind: () => undefined,
      setAside: () => undefined,
      waitingCount: () => left,
      pendingCount: () => 0,
      feedCursor: () => 0,
      applyStatuses: () => undefined,
    }
    const appendRecords = async () => {
      asked += 1
      const startedMs = nowMs()
      await admission.enter(work)
      if (nowMs() - startedMs > TIMEOUT_MS) {
        dead += 1
        throw new ProblemError('integrator_unreachable')
      }
      const ack = {
        deviceId: 'd',
        incarnation: 'A',
        upto: 1,
        head: FIRST_HASH,
        epoch: 'e',
        atMs: 1,
        retainUntilMs: 1,
      }
      const signed = { text: '', key: '', signature: '' }
      return { ack, signed, outcomes: [], ...admission.pace(true) }
    }
    const clock = { read: () => ({ wallMs: nowMs(), monotonicMs: nowMs(), bootId: 'b' }) }
    await time.pause(Math.floor(random() * 1_000))
    let state = FIRST_SEND_STATE
    for (;;) {
      const round = await sendRound({ store, integrator: { appendRecords }, clock, random }, state)
      state = round.state
      if (left === 0) return
      await time.pause(round.waitMs)
    }
  }
  const all = Promise.all(Array.from({ length: TILLS }, tillOf))
  await time.run()
  await all
  expect(served).toBe(TILLS * BATCHES_EACH)
  expect(dead).toBe(0)
  expect(nowMs()).toBeLessThanOrEqual(IDEAL_MS * 1.2)
  // nobody is sent away again and again: a few knocks for each batch at most
  expect(asked).toBeLessThan(TILLS * BATCHES_EACH * 2)
}, 60_000)
