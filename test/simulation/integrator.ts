// The integrator in a simulated world: the real rules of acceptance and posting, the real bill search and look-ups, over a
// database in memory; it may crash at every call, start again, and be restored from an old backup. Made by run-seed.
import { createHash } from 'node:crypto'
import type { Bill } from '#contract/bill.ts'
import { chainOf, readBody } from '#contract/journal-record.ts'
import type { Ack } from '#contract/journal-record.ts'
import { paymentSchema } from '#contract/payment.ts'
import type { PaymentStatus } from '#contract/payment.ts'
import { ProblemError, problemOf } from '#contract/problem.ts'
import { outcomeOf, whyRefused } from '#collection/accept-payment.ts'
import { canonicalJson } from '#collection/canonical-json.ts'
import { RECORDS_MAX } from '#contract/records-api.ts'
import type { RecordOutcome } from '#contract/records-api.ts'
import type { AppendedRecords, BillQuery, RecordBatch } from '#core/ports.ts'
import type { Digit } from './digit.ts'
import { TENANT } from './digit.ts'
import { createPosting } from './posting.ts'
import type { Posting } from './posting.ts'
import type { Mutant } from './mutants.ts'
import { accept, reprobe, setHold } from './table-payments.ts'
import type { Sealed } from './table-payments.ts'
import { changesOf } from './table-reads.ts'
import { sha256 } from '#store/check-file.ts'
import { createTableStore, nextCursor } from './table-store.ts'
import type { Tables, TableStore } from './table-store.ts'
import { callOut } from './world.ts'
import type { Life, World } from './world.ts'

export type Changes = { payments: PaymentStatus[]; nextCursor: number; hasMore: boolean }

export type Integrator = {
  /** null while it is down. */
  life: () => Life | null
  /** Changes at every restore: tills hand everything over again. */
  epoch: () => number
  appendRecords: (deviceId: string, batch: RecordBatch) => Promise<AppendedRecords>
  changes: (deviceId: string, since: number) => Promise<Changes>
  searchBills: (query: BillQuery) => Promise<Bill[]>
  crash: (downMs: number) => void
  start: () => void
  backup: () => void
  /** What the operators do with a lost database: any of the last backups, then the restore drill. */
  restore: () => void
  store: TableStore
  firstLookMs: ReadonlyMap<string, number>
}

/** As the restore drill of the runbook: no posting for longer than any request may live. */
export const HOLD_MINUTES = 11
const backupsMax = 6
const flushMs = 20_000

export function createIntegrator(world: World, parts: { digit: Digit; mutant: Mutant }): Integrator {
  const { timeline, random } = world
  const { digit, mutant } = parts
  const store = createTableStore(timeline.nowMs)
  /** For the auditor: when the integrator looked before it first tried a payment. */
  const firstLookMs = new Map<string, number>()
  const backups: Tables[] = []
  let epoch = 1
  let running: { life: Life; posting: Posting } | null = null
  let flushed: { atMs: number; tables: Tables } = { atMs: timeline.nowMs(), tables: store.backup() }

  const start = () => {
    if (running !== null) return
    const life: Life = { name: 'integrator', isDead: false, end: () => crash(random.whole(1_000, 120_000)) }
    running = { life, posting: createPosting(world, { life, store, digit, mutant, firstLookMs }) }
    world.log('integrator', 'starts')
    running.posting.start()
  }
  const stop = () => {
    if (running === null) return
    running.life.isDead = true
    running = null
  }
  const crash = (downMs: number) => {
    if (running === null) return
    stop()
    world.log('integrator', `crashes; back in ${Math.round(downMs / 1000)} s`)
    // a database that answers before its commit is on the disk loses the last seconds
    if (mutant.isVolatile === true) store.restore(flushed.tables)
    timeline.after(downMs, start)
  }
  const flush = () => {
    if (mutant.isVolatile !== true || timeline.nowMs() - flushed.atMs < flushMs) return
    flushed = { atMs: timeline.nowMs(), tables: store.backup() }
  }
  const alive = () => {
    if (running === null) throw new TypeError('an integrator that is down serves nobody')
    return running
  }
  const restore = () => {
    if (backups.length === 0) return
    stop()
    store.restore(random.pick(backups))
    flushed = { atMs: timeline.nowMs(), tables: store.backup() }
    epoch += 1
    const at = store.at()
    world.log('integrator', `is restored from a backup with ${at.tables.payments.size} payments`)
    if (mutant.isHoldLeftOut !== true) setHold(at, HOLD_MINUTES)
    const held = [...at.tables.payments.values()].filter((row) => row.state === 'SUSPENSE')
    for (const { id } of mutant.isReprobeLeftOut === true ? [] : held) reprobe(at, id)
    // tills may know later news of lost branches: everything is told again
    for (const row of at.tables.payments.values()) {
      at.tables.payments.set(row.id, { ...row, cursor: nextCursor(at, row.slotId) })
    }
    timeline.after(random.whole(1_000, 60_000), start)
  }
  return {
    life: () => running?.life ?? null,
    epoch: () => epoch,
    store,
    firstLookMs,
    start,
    crash,
    restore,
    backup: () => {
      backups.push(store.backup())
      if (backups.length > backupsMax) backups.shift()
    },
    appendRecords: async (deviceId, batch) => {
      const { life, posting } = alive()
      flush()
      const { length } = batch.records
      if (length === 0 || length > RECORDS_MAX) throw new RangeError('a batch has 1 to 100')
      const outcomes = await callOut(world, life, () => append(store, deviceId, batch))
      posting.wake()
      const head = headOf(deviceId, batch)
      const atMs = timeline.nowMs()
      const upto = batch.after + length
      const ack: Ack = {
        deviceId,
        incarnation: 'A',
        upto,
        head,
        epoch: String(epoch),
        atMs,
        retainUntilMs: atMs,
      }
      const signed = { text: JSON.stringify(ack), key: 'x'.repeat(43), signature: 'x'.repeat(86) }
      return { ack, signed, outcomes, nextAfterMs: 0, maxBatch: RECORDS_MAX }
    },
    changes: (deviceId, since) =>
      callOut(world, alive().life, () => changesOf(store.at(), deviceId, { since, limit: 200 })),
    searchBills: (query) => alive().posting.searchBills(query),
  }
}

/** Hash of the last record, on the till's own word of where it follows. */
export function headOf(deviceId: string, { after, head, records }: RecordBatch): string {
  const owner = { deviceId, incarnation: 'A' }
  return chainOf({ owner, after, hash: head }, records, sha256).at(-1) ?? head
}

/** Acceptance as app does it: read, check who may hand over what, keep by id and hash, answer after the commit. */
function append(store: TableStore, deviceId: string, { records }: RecordBatch): RecordOutcome[] {
  const at = store.at()
  return records.flatMap(({ seq, body }): RecordOutcome[] => {
    const facts = readBody(body)
    if (facts?.type !== 'PAY') return []
    const parsed = paymentSchema.safeParse(JSON.parse(facts.dataJson))
    const refusal = parsed.success
      ? whyRefused(parsed.data, { tenantId: TENANT, deviceIds: [deviceId] })
      : { why: 'cannot be read' }
    if (!parsed.success || refusal !== null) {
      at.tables.oddities.push(`the integrator refuses a record: ${refusal?.why}`)
      const problem = problemOf(new ProblemError('input_invalid', { why: refusal?.why ?? '' }))
      return [{ seq, id: parsed.data?.id ?? '', outcome: 'refused', problem }]
    }
    const payment = { ...parsed.data, id: parsed.data.id.toLowerCase() }
    const content = canonicalJson(payment)
    const sealed: Sealed = { payment, slotId: deviceId, content, hash: hashOf(content) }
    const [held] = accept(at, [sealed])
    if (held === undefined) throw new TypeError('an accepted payment must be there')
    if (outcomeOf({ ...held, sentHash: sealed.hash }) !== 'conflict') return []
    at.tables.oddities.push(`the payment ${payment.id} came with other content`)
    return [
      { seq, id: payment.id, outcome: 'conflict', problem: problemOf(new ProblemError('payment_conflict')) },
    ]
  })
}

function hashOf(content: string): string {
  return createHash('sha256').update(content).digest('hex')
}
