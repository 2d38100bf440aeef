// Reads out of a till's file, however damaged, the journal records that the integrator does not have: through a copy, so that the
// file stays as it was found, from both ends of the damage, filled up from the second copy of the journal. Only records that follow
// the chain and carry the device's signature are believed. Called by the rescue command.
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { chainHash, FIRST_HASH, recordSigningInput } from '#contract/journal-record.ts'
import type { JournalRecord } from '#contract/journal-record.ts'
import type { Masters } from '#contract/api.ts'
import type { Handover } from '#core/ports.ts'
import type { DeviceIdentity } from '#core/records.ts'
import { entryColumns, readMeta, sha256, verifierOf } from './check-file.ts'

export type Salvaged = {
  readonly device: DeviceIdentity | null
  readonly publicKey: string | null
  readonly masters: Masters | null
  /** The last word of the integrator that could be read. */
  readonly ack: Handover['ack']
  /** Everything kept by name that could be read, as it stands in the file. */
  readonly meta: ReadonlyMap<string, string>
  /** Number of the last record; null: the end of the journal cannot be read. */
  readonly lastSeq: number | null
  /** By number; only what could be read, not yet believed. */
  readonly records: ReadonlyMap<number, JournalRecord>
  /** Words of SQLite about the damage; null: everything could be read. */
  readonly damage: string | null
}

/** What may be handed over: records that follow `after` without a gap, each proved. */
export type ProvedRecords = {
  readonly after: number
  readonly head: string
  readonly records: readonly JournalRecord[]
  /** Why it ends where it ends; null: at the end of what could be read. */
  readonly stop: { readonly seq: number; readonly reason: 'missing' | 'changed' } | null
  /** Records that were read and cannot be handed over, because something before them is missing. */
  readonly beyondCount: number
}

/** @throws Error when there is no such file */
export function salvageFile(file: string): Salvaged {
  return throughCopy(file, readAll)
}

export type UnsentMoney = { readonly count: number; readonly amountPaise: number }

/** Payments that the integrator has not acknowledged. null: that cannot be read, so there may be some. */
export function unsentIn(file: string): UnsentMoney | null {
  if (!existsSync(file)) return { count: 0, amountPaise: 0 }
  return throughCopy(file, (copy) => {
    let raw: Database.Database | null = null
    try {
      raw = new Database(copy, { fileMustExist: true })
      const sum = 'SELECT count(*) AS count, coalesce(sum(amount_paise), 0) AS amountPaise FROM outbox'
      return raw.prepare<[], UnsentMoney>(`${sum} WHERE lane = 'waiting'`).get() ?? null
    } catch (error) {
      if (error instanceof Database.SqliteError) return null
      throw error
    } finally {
      raw?.close()
    }
  })
}

function throughCopy<T>(file: string, read: (copy: string) => T): T {
  if (!existsSync(file)) throw new Error(`there is no ${file}`)
  const folder = mkdtempSync(join(tmpdir(), 'tahsil-salvage-'))
  const copy = join(folder, 'copy.db')
  try {
    for (const suffix of ['', '-wal', '-journal']) {
      if (existsSync(file + suffix)) copyFileSync(file + suffix, copy + suffix)
    }
    return read(copy)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function readAll(copy: string): Salvaged {
  const records = new Map<number, JournalRecord>()
  const faults: string[] = []
  const attempt = <T>(read: () => T): T | null => {
    try {
      return read()
    } catch (error) {
      if (!(error instanceof Database.SqliteError) && !(error instanceof SyntaxError)) throw error
      faults.push(error instanceof Database.SqliteError ? error.code : 'SYNTAX')
      return null
    }
  }
  const raw = attempt(() => new Database(copy, { fileMustExist: true }))
  const meta = <T>(key: string): T | null => (raw === null ? null : attempt(() => readMeta<T>(raw, key)))
  const salvaged = {
    device: meta<DeviceIdentity>('device'),
    publicKey: meta<string>('devicePublicKey'),
    masters: meta<Masters>('masters'),
    ack: meta<Handover>('handover')?.ack ?? null,
  }
  const kept = new Map<string, string>()
  let lastSeq: number | null = null
  if (raw !== null) {
    attempt(() => collectMeta(raw, kept))
    lastSeq = attempt(() => lastSeqOf(raw))
    // From the front up to the damage, then from the back down to it.
    for (const order of ['ASC', 'DESC'] as const) attempt(() => collect(raw, order, records))
    raw.close()
  }
  return { ...salvaged, meta: kept, lastSeq, records, damage: faults[0] ?? null }
}

function collectMeta(raw: Database.Database, into: Map<string, string>): void {
  const rows = raw.prepare<[], { key: string; value: string }>('SELECT key, value FROM meta').iterate()
  for (const { key, value } of rows) into.set(key, value)
}

/** The record itself must be readable: its number alone could come from a page above it. */
function lastSeqOf(raw: Database.Database): number {
  const last = raw
    .prepare<[], { seq: number; body: string }>('SELECT seq, body FROM journal ORDER BY seq DESC LIMIT 1')
    .get()
  return last?.seq ?? 0
}

function collect(raw: Database.Database, order: 'ASC' | 'DESC', into: Map<number, JournalRecord>): void {
  const rows = raw
    .prepare<[], JournalRecord>(`SELECT ${entryColumns(raw)} FROM journal ORDER BY seq ${order}`)
    .iterate()
  for (const { seq, body, signature } of rows) {
    if (order === 'DESC' && into.has(seq)) return
    into.set(seq, { seq, body, signature })
  }
}

/**
 * Follows the chain from the last acknowledged record (or from the first with `isWhole`) as far as every record is there, is
 * chained and is signed. `copy` are records of the second copy of the journal.
 * @throws Error when it cannot be known whose journal it is
 */
export function proveRecords(
  { device, publicKey, ack, records }: Salvaged,
  { copy, isWhole }: { copy: readonly JournalRecord[]; isWhole: boolean },
): ProvedRecords {
  if (device === null || publicKey === null) throw new Error('it cannot be read whose journal this is')
  const checks = verifierOf(publicKey)
  if (checks === null) throw new TypeError('a key checks signatures')
  const second = new Map(copy.map((record) => [record.seq, record]))
  const start = ack === null || isWhole ? { after: 0, head: FIRST_HASH } : { after: ack.upto, head: ack.head }
  const proved: JournalRecord[] = []
  let head = start.head
  let stop: ProvedRecords['stop'] = null
  // From the first signed record on, every record is signed; behind an acknowledgement they all are.
  let isSigned = start.after > 0
  const last = Math.max(0, ...records.keys(), ...second.keys())
  for (let seq = start.after + 1; seq <= last && stop === null; seq++) {
    const candidates = [records.get(seq), second.get(seq)].filter((each) => each !== undefined)
    const next = candidates
      .map((record) => ({ record, hash: hashOf(device, record, head) }))
      .find(({ record: { signature }, hash }) =>
        signature === null ? !isSigned : checks(recordSigningInput(hash), signature),
      )
    if (next === undefined) {
      stop = { seq, reason: candidates.length === 0 ? 'missing' : 'changed' }
      continue
    }
    proved.push(next.record)
    isSigned ||= next.record.signature !== null
    head = next.hash
  }
  const reached = start.after + proved.length
  const beyond = new Set([...records.keys(), ...second.keys()].filter((seq) => seq > reached))
  return { ...start, records: proved, stop, beyondCount: beyond.size }
}

function hashOf(
  owner: DeviceIdentity,
  { seq, body, signature }: JournalRecord,
  previousHash: string,
): string {
  return chainHash({ owner, seq, previousHash, body, isSigned: signature !== null }, sha256)
}
