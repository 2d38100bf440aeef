// One life of a posting worker in a simulated world: takes jobs as app's worker does, alone per consumer on all nodes, and drives the real postPayment with the real look-ups of app. Made by the simulated integrator at every start.
import type { Pool } from 'pg'
import type { Bill } from '#contract/bill.ts'
import { createBillSearch } from '#app/bills/search-bills.ts'
import type { MastersSource } from '#app/digit/masters.ts'
import { createPaymentCalls } from '#app/digit/payment-calls.ts'
import { createPostingPorts } from '#app/jobs/posting-ports.ts'
import { rulesOfService } from '#collection/collection-rules.ts'
import { postPayment } from '#collection/post-payment.ts'
import type { PostingPorts } from '#collection/post-payment.ts'
import { defaultPolicy } from '#collection/posting-facts.ts'
import type { Look, PostingFacts, PostingRecord } from '#collection/posting-facts.ts'
import type { BillQuery } from '#core/ports.ts'
import { ProblemError } from '#contract/problem.ts'
import { businessServices, taxHeads } from '#sandbox/masters/business-services.ts'
import { createSimulatedClient } from './digit-client.ts'
import type { Digit } from './digit.ts'
import type { Mutant } from './mutants.ts'
import { load, move, sweep, wakeFollower } from './table-payments.ts'
import { pendingOf } from './table-reads.ts'
import { addJob } from './table-store.ts'
import type { Job, TableStore } from './table-store.ts'
import { callOut } from './world.ts'
import type { Life, World } from './world.ts'

export type Posting = {
  start: () => void
  /** There may be a job now. */
  wake: () => void
  searchBills: (query: BillQuery) => Promise<Bill[]>
}

export type PostingWorld = {
  life: Life
  store: TableStore
  digit: Digit
  mutant: Mutant
  firstLookMs: Map<string, number>
  /** No other node can be at work: what was begun is nobody's any more. */
  isAlone: boolean
}

const jobsAtOnceMax = 4
const pollMs = 200
const sweepMs = 5 * 60_000
const busyRetryMs = 500

export function createPosting(world: World, parts: PostingWorld): Posting {
  const { life, store } = parts
  const { timeline } = world
  const makePorts = portsOf(world, parts)
  let running = 0
  let wakesAtMs = Number.POSITIVE_INFINITY

  const wake = () => {
    const nextMs = store.nextJobMs()
    if (life.isDead || nextMs === null || running >= jobsAtOnceMax) return
    const atMs = Math.max(nextMs, timeline.nowMs() + pollMs)
    if (atMs >= wakesAtMs) return
    wakesAtMs = atMs
    timeline.after(atMs - timeline.nowMs(), () => {
      // an earlier waking took this one's place
      if (life.isDead || wakesAtMs !== atMs) return
      wakesAtMs = Number.POSITIVE_INFINITY
      takeJobs()
    })
  }
  const takeJobs = () => {
    while (running < jobsAtOnceMax) {
      const job = store.takeJob()
      if (job === null) break
      running += 1
      void work(job)
    }
    wake()
  }
  const work = async (job: Job) => {
    try {
      await runPosting({ world, parts, makePorts, id: job.paymentId })
    } catch (error) {
      world.broke(error)
    }
    await callOut(world, life, () => store.endJob(job.jobId))
    running -= 1
    wake()
  }
  const sweepOften = () => {
    if (life.isDead) return
    sweep(store.at(), { lateMs: sweepMs, limit: 2_000 })
    timeline.after(sweepMs, sweepOften)
    wake()
  }
  return {
    wake,
    searchBills: (query) => makePorts.searchBills(query),
    start: () => {
      if (parts.isAlone) sweep(store.at(), { lateMs: 0, limit: 2_000 })
      timeline.after(sweepMs, sweepOften)
      wake()
    },
  }
}

type Running = {
  world: World
  parts: PostingWorld
  makePorts: ReturnType<typeof portsOf>
  id: string
}

/** As app's worker: one payment as far as it can go now, alone for its consumer (R7), then the next of that consumer. */
async function runPosting({ world, parts, makePorts, id }: Running): Promise<void> {
  const { life, store } = parts
  const before = await callOut(world, life, () => load(store.at(), id))
  if (before === null || isOver(before)) return
  const { bill } = before.payment
  const consumer = `${bill.businessService} ${bill.consumerCode}`
  // an advisory lock of a session: it ends with the connection of whoever died
  const holder = store.locks.get(consumer)
  if (holder !== undefined && !holder.isDead) {
    addJob(store.at(), id, world.timeline.nowMs() + busyRetryMs)
    return
  }
  store.locks.set(consumer, life)
  try {
    const state = await postPayment(makePorts.ports(id))
    world.log('posting', `${id.slice(0, 8)} ${state ?? 'stops'}`)
  } finally {
    if (store.locks.get(consumer) === life) store.locks.delete(consumer)
  }
  const after = await callOut(world, life, () => load(store.at(), id))
  if (isQueued(before) && after !== null && !isQueued(after)) wakeFollower(store.at(), before)
}

const overStates = ['CONFIRMED', 'SUSPENSE', 'POISON', 'QUARANTINE', 'REVERSED']
const isOver = ({ state }: PostingRecord) => overStates.includes(state)
const isQueued = (record: PostingRecord) =>
  !isOver(record) && record.state !== 'POSTED' && record.state !== 'REVERSING'

/** The ports as app makes them, over the simulated line and database; the mutant may bend them. */
function portsOf(world: World, { life, store, digit, mutant, firstLookMs }: PostingWorld) {
  const { timeline } = world
  const client = createSimulatedClient(world, { life, digit })
  const payments = createPaymentCalls(client)
  const masters = mastersOf()
  const policy = { ...defaultPolicy, ...mutant.policy }
  // load and commit are replaced below, the looks ask DIGIT only
  const noPool = {} as Pool
  const search = createBillSearch({
    client,
    payments,
    masters,
    codePatterns: [],
    scanRules: [],
    pendingOf: (tenantId, codes) => callOut(world, life, () => pendingOf(store.at(), tenantId, codes)),
    receiptOf: () => Promise.resolve(null),
    nowMs: timeline.nowMs,
  })
  const ports = (id: string): PostingPorts => {
    const real = createPostingPorts(
      { pool: noPool, client, payments, masters, policy, isIfscSent: false },
      id,
    )
    let lookMs = timeline.nowMs()
    const simulated: PostingPorts = {
      policy,
      load: () => callOut(world, life, () => load(store.at(), id)),
      commit: (record, change) =>
        callOut(world, life, () => {
          const isMoved = move(store.at(), { ...record, id }, change)
          if (change.note !== '') world.log('posting', `${id.slice(0, 8)} → ${change.state}: ${change.note}`)
          return isMoved
        }),
      look: async <L extends Look>(at: L, record: PostingRecord, facts: PostingFacts) => {
        if (at === 'payments') lookMs = timeline.nowMs()
        return await real.look(at, record, facts)
      },
      cancelBill: (record, billId) =>
        world.weather.isBillCancelAllowed
          ? real.cancelBill(record, billId)
          : Promise.resolve({ kind: 'denied', why: 'role' }),
      reverse: (record, asked) => real.reverse(record, asked),
      create: async (record, billId) => {
        if (!firstLookMs.has(id)) firstLookMs.set(id, lookMs)
        return await real.create(record, billId)
      },
    }
    return mutant.ports?.(simulated) ?? simulated
  }
  return {
    ports,
    searchBills: async (query: BillQuery): Promise<Bill[]> => {
      if (query.by !== 'consumerCode') throw new ProblemError('bill_not_found')
      return await search('sr.devgaon', query)
    },
  }
}

/** The sandbox's own masters, always at hand. */
function mastersOf(): MastersSource {
  const services = businessServices.map((service) => ({
    code: service.code,
    name: service.businessService,
    rules: rulesOfService(service),
    taxHeadNames: Object.fromEntries(
      taxHeads.filter((head) => head.service === service.code).map((head) => [head.code, head.name]),
    ),
  }))
  return {
    get: () => Promise.resolve({ kind: 'ok', value: { tenants: [], services } }),
    refresh: () => undefined,
  }
}
