// Thousands of tills with full journals come back to one node: the product's own admission at the node and its own rounds of sending at
// the tills, on time that is moved. Called by storm.test.ts and run-storm.ts.
import { createAdmission } from '#app/api/admission.ts'
import { FIRST_HASH } from '#contract/journal-record.ts'
import { ProblemError } from '#contract/problem.ts'
import type { OutboxStore } from '#core/ports.ts'
import { FIRST_SEND_STATE, sendRound } from '#core/sync/send-round.ts'
import { createMovedTime, type MovedTime } from '#test/reliability/moved-time.ts'
import { createRandom } from '#test/reliability/random.ts'

export type StormOptions = {
  readonly tills: number
  readonly batchesEach: number
  /** The node takes one batch after another. */
  readonly serviceMs: number
  readonly roundTripMs: number
  /** How long nobody has answered the tills; 0: they all start within one second of the node's start. */
  readonly awayMs: number
  readonly seed: number
}

export type Storm = {
  /** From the moment the node answers until the last batch is acknowledged. */
  readonly drainMs: number
  /** All batches one after another with no pause. */
  readonly idealMs: number
  readonly served: number
  /** Asked of the node, served or sent away. */
  readonly asked: number
  /** Served when the till had given up waiting. */
  readonly dead: number
  /** Most requests that came in any one second. */
  readonly peakPerSecond: number
  /** The same without the first request of each till, which nobody can time. */
  readonly peakLaterPerSecond: number
  readonly capacityPerSecond: number
}

const TIMEOUT_MS = 30_000
const START_SPREAD_MS = 1_000

export const runStorm = async (options: StormOptions): Promise<Storm> => {
  const { tills, batchesEach, serviceMs, awayMs, seed } = options
  const time = createMovedTime()
  const node = createNode(time, options)
  const random = createRandom(seed)
  const fraction = () => random.below(1_000_000) / 1_000_000
  const all = Promise.all(
    Array.from({ length: tills }, () => runTill({ time, node, random: fraction, options })),
  )
  await time.run()
  await all
  return {
    drainMs: time.nowMs() - awayMs,
    idealMs: tills * batchesEach * serviceMs,
    served: node.count.served,
    asked: node.arrivals.length,
    dead: node.count.dead,
    peakPerSecond: peakOf(node.arrivals.map(({ atMs }) => atMs)),
    peakLaterPerSecond: peakOf(node.arrivals.filter(({ isFirst }) => !isFirst).map(({ atMs }) => atMs)),
    capacityPerSecond: 1000 / serviceMs,
  }
}

type Node = ReturnType<typeof createNode>

const createNode = (time: MovedTime, { serviceMs, awayMs, roundTripMs }: StormOptions) => {
  const admission = createAdmission({ nowMs: time.nowMs })
  const arrivals: { atMs: number; isFirst: boolean }[] = []
  const count = { served: 0, dead: 0 }
  let freeAtMs = 0
  const work = async (): Promise<void> => {
    freeAtMs = Math.max(freeAtMs, time.nowMs()) + serviceMs
    await time.pause(freeAtMs - time.nowMs())
    count.served += 1
  }
  return {
    arrivals,
    count,
    /** Throws as the till's client does. */
    append: async (isFirst: boolean) => {
      const startedMs = time.nowMs()
      await time.pause(roundTripMs / 2)
      if (time.nowMs() < awayMs) throw new ProblemError('integrator_unreachable')
      arrivals.push({ atMs: time.nowMs(), isFirst })
      try {
        await admission.enter(work)
      } finally {
        await time.pause(roundTripMs / 2)
      }
      if (time.nowMs() - startedMs <= TIMEOUT_MS) return admission.pace(true)
      count.dead += 1
      throw new ProblemError('integrator_unreachable')
    },
  }
}

type Till = { time: MovedTime; node: Node; random: () => number; options: StormOptions }

const runTill = async ({ time, node, random, options }: Till): Promise<void> => {
  const { store, left } = journalOf(options.batchesEach)
  let isFirst = true
  const integrator = {
    appendRecords: async () => {
      const isFirstHere = isFirst
      if (time.nowMs() + options.roundTripMs / 2 >= options.awayMs) isFirst = false
      return { ...ANSWER, ...(await node.append(isFirstHere)) }
    },
  }
  const clock = { read: () => ({ wallMs: time.nowMs(), monotonicMs: time.nowMs(), bootId: 'b' }) }
  await time.pause(Math.floor(random() * START_SPREAD_MS))
  for (let state = FIRST_SEND_STATE; left() > 0;) {
    const round = await sendRound({ store, integrator, clock, random }, state)
    state = round.state
    if (left() > 0) await time.pause(round.waitMs)
  }
}

const ANSWER = {
  ack: {
    deviceId: 'd',
    incarnation: 'A',
    upto: 1,
    head: FIRST_HASH,
    epoch: 'e',
    atMs: 1,
    retainUntilMs: 1,
  },
  signed: { text: '', key: '', signature: '' },
  outcomes: [],
}

/** As much of a till's journal as a round of sending asks for: so many batches of one record. */
const journalOf = (batches: number): { store: OutboxStore; left: () => number } => {
  let left = batches
  const record = { seq: 1, body: '{}', signature: null }
  const store: OutboxStore = {
    nextBatch: () => ({
      after: batches - left,
      head: FIRST_HASH,
      records: left > 0 ? [record] : [],
      lastAck: null,
    }),
    applyAck: () => (left -= 1),
    handover: () => ({ sentSeq: batches - left, ack: null, signedAck: null, notedSeq: 0, alarm: null }),
    markTried: () => undefined,
    rewind: () => undefined,
    setAside: () => undefined,
    waitingCount: () => left,
    pendingCount: () => 0,
    feedCursor: () => 0,
    applyStatuses: () => undefined,
  }
  return { store, left: () => left }
}

/** Most of the times, which never go back, within any one second. */
const peakOf = (timesMs: readonly number[]): number => {
  let peak = 0
  let from = 0
  timesMs.forEach((atMs, at) => {
    while ((timesMs[from] ?? atMs) <= atMs - 1_000) from += 1
    peak = Math.max(peak, at - from + 1)
  })
  return peak
}
