// Takes the records of a rescue as if the terminal had handed them over itself: the same chain, the same signature of the device,
// the same acceptance. What is known already is passed over, so nothing comes twice. Called by the command rescue-import.
import { createHash } from 'node:crypto'
import type { Pool } from 'pg'
import { chainOf } from '#contract/journal-record.ts'
import type { JournalRecord, Sha256 } from '#contract/journal-record.ts'
import { ProblemError } from '#contract/problem.ts'
import { RECORDS_MAX } from '#contract/records-api.ts'
import type { RecordOutcome } from '#contract/records-api.ts'
import type { Rescue } from '#contract/rescue.ts'
import type { Caller } from '#app/people/devices.ts'
import type { Records } from '#app/records/append.ts'

export type Imported = {
  deviceCode: string
  recordCount: number
  /** Of these, what the integrator did not have. */
  freshCount: number
  /** Payments that wait for a person instead of DIGIT. */
  outcomes: RecordOutcome[]
  /** This very rescue was imported before: nothing was done. */
  isKnown: boolean
}

export type ImportParts = {
  pool: Pool
  records: Records
  /** Throws device_not_enrolled. */
  callerOf: (deviceId: string) => Promise<{ caller: Caller }>
}

/** Throws ProblemError: rescue_invalid, device_not_enrolled, sequence_gap, sequence_fork, signature_invalid. */
export async function importRescue(
  { pool, records, callerOf }: ImportParts,
  { sealed, rescue }: { sealed: string; rescue: Rescue },
): Promise<Imported> {
  const hash = createHash('sha256').update(sealed).digest('hex')
  const { deviceCode, records: all } = rescue
  const told = { deviceCode, recordCount: all.length }
  if (await isKnown(pool, hash)) return { ...told, freshCount: 0, outcomes: [], isKnown: true }
  const { caller } = await callerOf(rescue.deviceId)
  if (caller.publicKey !== rescue.publicKey || caller.incarnation !== rescue.incarnation) {
    throw new ProblemError('rescue_invalid', {
      why: 'it carries another key than this device was enrolled with',
    })
  }
  const before = await headOf(pool, caller.deviceId)
  const outcomes: RecordOutcome[] = []
  let at = { after: rescue.after, head: rescue.head }
  for (const batch of batchesOf(all)) {
    const answer = await records.append(caller, { ...at, records: batch })
    outcomes.push(...answer.outcomes)
    const last = chainOf({ owner: caller, after: at.after, hash: at.head }, batch, sha256).at(-1)
    if (last === undefined) throw new TypeError('a batch has records')
    at = { after: at.after + batch.length, head: last }
  }
  const freshCount = (await headOf(pool, caller.deviceId)) - before
  await pool.query(
    `insert into tahsil.rescues (sealed_hash, device_id, from_seq, to_seq, fresh_records)
     values ($1, $2, $3, $4, $5) on conflict do nothing`,
    [hash, caller.deviceId, rescue.after + 1, at.after, freshCount],
  )
  return { ...told, freshCount, outcomes, isKnown: false }
}

function batchesOf(records: readonly JournalRecord[]): JournalRecord[][] {
  const count = Math.ceil(records.length / RECORDS_MAX)
  return Array.from({ length: count }, (_, at) => records.slice(at * RECORDS_MAX, (at + 1) * RECORDS_MAX))
}

async function isKnown(pool: Pool, hash: string): Promise<boolean> {
  const found = await pool.query('select 1 from tahsil.rescues where sealed_hash = $1', [hash])
  return found.rowCount !== 0
}

async function headOf(pool: Pool, deviceId: string): Promise<number> {
  const found = await pool.query<{ upto: string }>(
    'select upto from tahsil.journal_heads where device_id = $1',
    [deviceId],
  )
  return Number(found.rows[0]?.upto ?? 0)
}

const sha256: Sha256 = (parts) => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest('hex')
}
