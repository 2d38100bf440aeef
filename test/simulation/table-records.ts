// The transactions of journals as migration 0004 and app's record-tables write them: head, records, what is kept aside, series,
// epochs with the hold and the new look after a restore. Called by records.
import type { HeldHead } from '#app/records/check-chain.ts'
import { FIRST_HASH } from '#contract/journal-record.ts'
import type { JournalRecord } from '#contract/journal-record.ts'
import type { Mutant } from './mutants.ts'
import { move } from './table-payments.ts'
import { nextCursor } from './table-store.ts'
import type { At, HeadRow, RecordRow, Tables } from './table-store.ts'

const FENCE_MS = 600_000
const emptyHead: HeadRow = {
  upto: 0,
  hash: FIRST_HASH,
  isSigned: false,
  turnoverPaise: 0,
  paymentCount: 0,
}

export function currentEpoch({ tables }: At): string {
  const last = tables.epochs.at(-1)
  if (last === undefined) throw new TypeError('there is always an epoch')
  return last.epoch
}

/** As `tahsil.lock_head`. */
export function readHead(at: At, deviceId: string, place: { after: number; head: string }): HeldHead {
  const { tables } = at
  const head = tables.heads.get(deviceId) ?? emptyHead
  const device = tables.devices.get(deviceId)
  if (device === undefined) throw new TypeError('a head belongs to a device')
  const { after, head: hash } = place
  const known = (tables.records.get(deviceId) ?? []).find(({ seq }) => seq === after)
  return {
    ...head,
    isForked: device.isForked,
    hashAfter: after === 0 ? FIRST_HASH : after === head.upto ? head.hash : (known?.hash ?? null),
    isOnFork:
      device.isForked &&
      (tables.aside.get(deviceId) ?? []).some((each) => each.seq === after && each.hash === hash),
    epoch: currentEpoch(at),
  }
}

type Fresh = {
  after: number
  records: readonly JournalRecord[]
  hashes: readonly string[]
  turnoverPaise: number
  paymentCount: number
  receiptNumbers: readonly string[]
}

/** As `tahsil.keep_records`: records, the new head, the series of receipts. */
export function keepRecords(at: At, deviceId: string, fresh: Fresh): void {
  const { tables } = at
  const old = tables.heads.get(deviceId) ?? emptyHead
  if (old.upto !== fresh.after) throw new RangeError('the head has moved on')
  tables.records.set(deviceId, [...(tables.records.get(deviceId) ?? []), ...rowsOf(fresh)])
  tables.heads.set(deviceId, {
    upto: fresh.after + fresh.records.length,
    hash: fresh.hashes.at(-1) ?? old.hash,
    isSigned: old.isSigned || fresh.records.at(-1)?.signature !== null,
    turnoverPaise: Math.max(old.turnoverPaise, fresh.turnoverPaise),
    paymentCount: Math.max(old.paymentCount, fresh.paymentCount),
  })
  for (const number of fresh.receiptNumbers) followSeries(at, deviceId, number)
}

function rowsOf({ after, records, hashes }: Pick<Fresh, 'after' | 'records' | 'hashes'>): RecordRow[] {
  return records.map(({ body }, at) => ({ seq: after + 1 + at, hash: hashes[at] ?? '', body }))
}

function followSeries({ tables }: At, deviceId: string, receiptNumber: string): void {
  const [, series = '', digits = ''] = /^(.{1,48}\/)(\d{1,12})-.$/.exec(receiptNumber) ?? []
  const key = `${deviceId} ${series}`
  const last = tables.series.get(key) ?? 0
  if (Number(digits) > last + 1) tables.findings.push(`receipt-gap ${receiptNumber}`)
  tables.series.set(key, Math.max(last, Number(digits)))
}

type Aside = { after: number; records: readonly JournalRecord[]; hashes: readonly string[] }

/** As `tahsil.keep_forks`. */
export function keepAside(at: At, deviceId: string, aside: Aside & { why: string }): void {
  const { tables } = at
  const kept = tables.aside.get(deviceId) ?? []
  const rows = rowsOf(aside).filter((row) => !kept.some((each) => isSame(each, row)))
  tables.aside.set(deviceId, [...kept, ...rows])
  const { after, records } = aside
  tables.findings.push(`${aside.why} ${deviceId} ${after + 1}-${after + records.length}`)
  const device = tables.devices.get(deviceId)
  if (aside.why === 'fork' && device !== undefined)
    tables.devices.set(deviceId, { ...device, isForked: true })
}

function isSame(one: RecordRow, other: RecordRow): boolean {
  return one.seq === other.seq && one.hash === other.hash
}

/** As `tahsil.quarantine`: fresh payments that nobody may post before a person has looked. */
export function quarantine(at: At, ids: readonly string[], reason: 'REVOKED_DEVICE' | 'SEQUENCE_FORK'): void {
  for (const id of ids) {
    const row = at.tables.payments.get(id)
    if (row === undefined || row.state !== 'RECEIVED' || row.attemptCount !== 0) continue
    const note = 'a person must look at it'
    move(at, row, { state: 'QUARANTINE', reason, note, patch: {}, runInMs: null, attempt: null })
  }
}

/** A word of that epoch says something new about these tables: it was not told by an earlier restore already. */
export function isNews({ epochs }: Tables, epoch: string): boolean {
  if (epochs.some((each) => each.provedBy === epoch)) return false
  return epochs.at(-1)?.epoch === epoch || epochs.every((each) => each.epoch !== epoch)
}

type Begin = { epoch: string; provedBy: string | null; mutant: Mutant }

/** As `tahsil.begin_epoch`: the same proof never begins two lives. false: nothing has begun. */
export function beginEpoch(at: At, { epoch, provedBy, mutant }: Begin): boolean {
  if (provedBy !== null && !isNews(at.tables, provedBy)) return false
  at.tables.epochs.push({ epoch, provedBy })
  if (mutant.isHoldLeftOut !== true)
    at.tables.holdUntilMs = Math.max(at.tables.holdUntilMs ?? 0, at.nowMs + FENCE_MS)
  // tills may have heard otherwise in the lost hours
  for (const row of at.tables.payments.values())
    at.tables.payments.set(row.id, { ...row, cursor: nextCursor(at, row.slotId) })
  if (mutant.isReprobeLeftOut !== true) reprobe(at)
  return true
}

/** As `tahsil.reprobe_after_restore`: what was given up is looked up once more. */
function reprobe(at: At): void {
  for (const row of at.tables.payments.values()) {
    if (row.state !== 'SUSPENSE' || row.isExplained) continue
    move(at, row, {
      state: 'UNKNOWN',
      reason: null,
      note: 'looked up again after a restore',
      patch: { probeReason: row.reason },
      runInMs: FENCE_MS,
      attempt: null,
    })
  }
}
