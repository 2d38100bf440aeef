// Makes a whole record anew out of a damaged one and the second copy of its journal: only when every record from the first to the last
// is proved, so that no receipt number can come twice. The damaged file stays as it is. Called by the recover command.
import { renameSync, rmSync } from 'node:fs'
import Database from 'better-sqlite3'
import { chainHash, FIRST_HASH, readBody } from '#contract/journal-record.ts'
import type { JournalRecord } from '#contract/journal-record.ts'
import type { DeviceIdentity } from '#core/records.ts'
import { checkFile, sha256 } from './check-file.ts'
import { migrate } from '#store/migrate.ts'
import { rebuildDerived } from './rebuild.ts'
import { proveRecords, type Salvaged } from './salvage.ts'

export type RecoverPlan =
  | { readonly kind: 'whole'; readonly records: readonly JournalRecord[] }
  /** Something is missing, or it cannot be known where the journal ended: the till goes on only in a new life. */
  | { readonly kind: 'not-whole'; readonly why: string }

/** May this journal go on? `copy` are records of its second copy. Throws Error when it cannot be read whose journal it is. */
export function planRecovery(salvaged: Salvaged, copy: readonly JournalRecord[]): RecoverPlan {
  const { records, stop } = proveRecords(salvaged, { copy, isWhole: true })
  if (stop !== null) {
    const why = stop.reason === 'missing' ? 'cannot be read anywhere' : 'was changed'
    return { kind: 'not-whole', why: `record ${stop.seq} ${why}` }
  }
  if (salvaged.lastSeq === null) {
    return { kind: 'not-whole', why: 'the end of the journal cannot be read, so a receipt may be missing' }
  }
  const known = salvaged.ack?.upto ?? 0
  if (records.length < known) {
    return {
      kind: 'not-whole',
      why: `the integrator holds ${known} records, only ${records.length} are here`,
    }
  }
  return { kind: 'whole', records }
}

type Building = {
  readonly file: string
  readonly nowMs: number
  readonly device: DeviceIdentity
  readonly records: readonly JournalRecord[]
  /** Facts kept by name that could be read: masters, the last word of the integrator, the clock. */
  readonly meta: ReadonlyMap<string, string>
}

/** Builds `file` beside the damaged one, checks it as every start does, and only then puts it in place. */
export function buildRecord({ file, nowMs, device, records, meta }: Building): void {
  const draft = `${file}.recovered`
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(draft + suffix, { force: true })
  const raw = new Database(draft)
  try {
    raw.pragma('synchronous = FULL')
    migrate(raw, nowMs)
    raw.transaction(() => {
      const keep = raw.prepare('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)')
      for (const [key, value] of meta) keep.run(key, value)
      keep.run('device', JSON.stringify(device))
      insertJournal(raw, device, records)
    })()
    rebuildDerived(raw)
    forgetPrints(raw)
    raw.pragma('wal_checkpoint(TRUNCATE)')
  } finally {
    raw.close()
  }
  checkFile(draft, 'full')
  renameSync(draft, file)
}

function insertJournal(
  raw: Database.Database,
  owner: DeviceIdentity,
  records: readonly JournalRecord[],
): void {
  const insert = raw.prepare(
    `INSERT INTO journal (seq, type, body, previous_hash, hash, at_ms, turnover_paise, payment_count, signature)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  let previousHash = FIRST_HASH
  for (const { seq, body, signature } of records) {
    const facts = readBody(body)
    if (facts === null) throw new Error(`record ${seq} cannot be read`)
    const { type, wallMs, turnoverPaise, paymentCount } = facts
    const hash = chainHash({ owner, seq, previousHash, body, isSigned: signature !== null }, sha256)
    insert.run(seq, type, body, previousHash, hash, wallMs, turnoverPaise, paymentCount, signature)
    previousHash = hash
  }
}

/** Whether an original came out of the printer is not in the journal: its state is unknown, never "not printed". */
function forgetPrints(raw: Database.Database): void {
  raw.exec(`INSERT INTO print_jobs (payment_id, copy_number, state, attempts, queued_at_ms, at_ms)
    SELECT id, 0, 'unknown', 1, collected_at_ms, collected_at_ms FROM payments`)
}
