// The integrator's database in a simulated world: tables in memory with the meaning of app's SQL (migrations, payments, records
// and exceptions folders), the world's clock, the job queue, backups and restores. Every function of the other table files is
// one transaction on it. Made by the simulated integrator.
import type { Paise } from '#contract/money.ts'
import type { PostingState, SuspenseReason } from '#contract/payment.ts'
import type { ExceptionAct } from '#contract/exceptions-api.ts'
import type { LastRefusal, PostingRecord } from '#collection/posting-facts.ts'
import type { Life } from './world.ts'

export type PaymentRow = {
  readonly id: string
  readonly seq: number
  readonly slotId: string
  readonly tenantId: string
  readonly businessService: string
  readonly consumerCode: string
  readonly mode: string
  readonly amountPaise: number
  readonly receiptNumber: string
  readonly collectedAtMs: number
  readonly content: string
  readonly contentHash: string
  readonly state: PostingState
  readonly reason: SuspenseReason | null
  readonly billId: string
  readonly attemptCount: number
  readonly lastAttemptMs: number | null
  readonly lastRefusal: LastRefusal | null
  readonly lagSinceMs: number | null
  readonly waitCount: number
  readonly nextMs: number
  readonly lastNote: string
  readonly changedMs: number
  readonly postedSinceMs: number | null
  readonly postedAtMs: number | null
  readonly digitReceiptNumber: string | null
  readonly digitPaymentId: string | null
  readonly balancePaise: Paise | null
  readonly postPaise: Paise | null
  readonly settledAs: PostingRecord['settledAs']
  readonly isDecided: boolean
  readonly reversal: PostingRecord['reversal']
  /** Given up before a restore and looked up again. */
  readonly probeReason: SuspenseReason | null
  readonly isExplained: boolean
  readonly cursor: number
}

export type Step = { readonly state: PostingState; readonly note: string; readonly atMs: number }
export type Job = {
  readonly jobId: number
  readonly key: string | null
  readonly paymentId: string
  readonly runAtMs: number
  readonly isLocked: boolean
}
export type DeviceRow = {
  readonly number: number
  readonly publicKey: string
  readonly isRevoked: boolean
  readonly isForked: boolean
  readonly maxSeq: number
}
export type HeadRow = {
  readonly upto: number
  readonly hash: string
  readonly isSigned: boolean
  readonly turnoverPaise: number
  readonly paymentCount: number
}
export type RecordRow = { readonly seq: number; readonly hash: string; readonly body: string }
export type Remainder = { readonly amountPaise: number; readonly isSettled: boolean }
export type Decision = {
  readonly subject: string
  readonly act: ExceptionAct
  readonly stage: 'asked' | 'done'
  readonly operatorId: string
  readonly atMs: number
}

export type Tables = {
  payments: Map<string, PaymentRow>
  /** The trail, oldest first; lists are replaced, never changed. */
  steps: Map<string, readonly Step[]>
  attempts: Map<string, readonly { n: number; what: string }[]>
  jobs: Map<number, Job>
  slots: Map<string, number>
  devices: Map<string, DeviceRow>
  heads: Map<string, HeadRow>
  /** By device; lists are replaced, never changed. */
  records: Map<string, readonly RecordRow[]>
  aside: Map<string, readonly RecordRow[]>
  /** Last number of every receipt series, by device and series. */
  series: Map<string, number>
  findings: string[]
  epochs: { epoch: string; provedBy: string | null }[]
  remainders: Map<string, Remainder>
  decisions: Decision[]
  /** Posting is stopped until then. */
  holdUntilMs: number | null
  /** Records that could not be read, and the same id with other content: a world expects none. */
  oddities: string[]
  lastSeq: number
  lastJobId: number
}

/** The tables of this moment: what a transaction works on. */
export type At = { tables: Tables; nowMs: number }

export type TableStore = {
  at: () => At
  backup: () => Tables
  restore: (backup: Tables) => void
  takeJob: () => Job | null
  endJob: (jobId: number) => void
  nextJobMs: () => number | null
  /** Advisory locks of this database: by consumer, gone with the connection that holds them. */
  locks: Map<string, Life>
}

export function createTableStore(nowMs: () => number, firstEpoch: string): TableStore {
  let tables = emptyTables(firstEpoch)
  return {
    at: () => ({ tables, nowMs: Math.floor(nowMs()) }),
    backup: () => copyOf(tables),
    restore: (backup) => {
      tables = copyOf(backup)
    },
    takeJob: () => {
      const job = firstJob(tables)
      if (job === null || job.runAtMs > nowMs()) return null
      const taken = { ...job, isLocked: true }
      tables.jobs.set(job.jobId, taken)
      return taken
    },
    endJob: (jobId) => void tables.jobs.delete(jobId),
    nextJobMs: () => firstJob(tables)?.runAtMs ?? null,
    locks: new Map(),
  }
}

function emptyTables(epoch: string): Tables {
  return {
    payments: new Map(),
    steps: new Map(),
    attempts: new Map(),
    jobs: new Map(),
    slots: new Map(),
    devices: new Map(),
    heads: new Map(),
    records: new Map(),
    aside: new Map(),
    series: new Map(),
    findings: [],
    epochs: [{ epoch, provedBy: null }],
    remainders: new Map(),
    decisions: [],
    holdUntilMs: null,
    oddities: [],
    lastSeq: 0,
    lastJobId: 0,
  }
}

/** Rows are never changed in place, so copying the tables is enough. */
function copyOf(tables: Tables): Tables {
  const copied = Object.entries(tables).map(([name, table]): [string, unknown] => {
    if (table instanceof Map) return [name, new Map<unknown, unknown>(table)]
    return [name, Array.isArray(table) ? [...(table as unknown[])] : table]
  })
  return Object.fromEntries(copied) as Tables
}

function firstJob({ jobs }: Tables): Job | null {
  let first: Job | null = null
  for (const job of jobs.values()) {
    if (job.isLocked) continue
    if (first === null || job.runAtMs < first.runAtMs) first = job
  }
  return first
}

/** graphile-worker's add_job with a key: replaces a job that waits; one that runs loses its key and a new one waits. */
export function addJob({ tables }: At, paymentId: string, runAtMs: number): void {
  const key = `post:${paymentId}`
  for (const job of tables.jobs.values()) {
    if (job.key !== key) continue
    if (!job.isLocked) {
      tables.jobs.set(job.jobId, { ...job, runAtMs })
      return
    }
    tables.jobs.set(job.jobId, { ...job, key: null })
  }
  tables.lastJobId += 1
  const jobId = tables.lastJobId
  tables.jobs.set(jobId, { jobId, key, paymentId, runAtMs, isLocked: false })
}

export function hasWaitingJob({ tables }: At, paymentId: string): boolean {
  const key = `post:${paymentId}`
  return [...tables.jobs.values()].some((job) => job.key === key && !job.isLocked)
}

/** Like `tahsil.feed_floor`: never behind the clock, so that a restore does not go back. */
export function nextCursor({ tables, nowMs }: At, slotId: string): number {
  const cursor = Math.max(tables.slots.get(slotId) ?? 0, nowMs) + 1
  tables.slots.set(slotId, cursor)
  return cursor
}

export function addStep({ tables, nowMs }: At, id: string, step: Omit<Step, 'atMs'>): void {
  tables.steps.set(id, [...(tables.steps.get(id) ?? []), { ...step, atMs: nowMs }])
}
