// One open connection to the till's record, with the settings that keep money safe. `synchronous=FULL` is set and asserted on
// every open: the library reopens an existing WAL file with NORMAL, which loses acknowledged payments in a power cut.
// Called by gate.ts (open and reopen) and check-file.ts.
import Database from 'better-sqlite3'
import type { DeviceSigner } from '#contract/signed.ts'
import { drizzle, type BetterSQLite3Database } from 'drizzle-orm/better-sqlite3'

export type Db = BetterSQLite3Database

export type Session = {
  readonly raw: Database.Database
  readonly db: Db
  /** Signs what is appended to the journal; null: the till has no key. */
  readonly signer: DeviceSigner | null
}

/** Longest wait for another connection's lock; the event loop stands still meanwhile. */
export const BUSY_TIMEOUT_MS = 1_000
const WAL_BYTES_KEPT = 16 * 1024 * 1024
const PAGE_BYTES = 4096
const FULL = 2

export type SessionOptions = {
  readonly file: string
  readonly busyTimeoutMs: number
  readonly signer: DeviceSigner | null
}

export function openSession({ file, busyTimeoutMs, signer }: SessionOptions): Session {
  const raw = new Database(file, { timeout: busyTimeoutMs })
  try {
    raw.pragma('journal_mode = WAL')
    raw.pragma('synchronous = FULL')
    raw.pragma('foreign_keys = ON')
    raw.pragma('recursive_triggers = ON')
    raw.pragma('trusted_schema = OFF')
    // A commit that finds the log full also moves it into the file; a full-size log makes that rare.
    raw.pragma(`wal_autocheckpoint = ${WAL_BYTES_KEPT / PAGE_BYTES}`)
    raw.pragma(`journal_size_limit = ${WAL_BYTES_KEPT}`)
    assertDurable(raw)
    return { raw, db: drizzle({ client: raw }), signer }
  } catch (error) {
    raw.close()
    throw error
  }
}

/** Throws when a commit would not be on the disk: money must not be taken on such a connection. */
export function assertDurable(raw: Database.Database): void {
  const mode = raw.pragma('journal_mode', { simple: true })
  const synchronous = raw.pragma('synchronous', { simple: true })
  const foreignKeys = raw.pragma('foreign_keys', { simple: true })
  if (mode !== 'wal') throw new Error(`the record must be kept in WAL mode, not ${String(mode)}`)
  if (synchronous !== FULL) throw new Error('the record must be written with synchronous=FULL')
  if (foreignKeys !== 1) throw new Error('the record must check its references')
}

/** Something made once per connection, such as prepared statements. */
export function perSession<T>(make: (db: Db) => T): (session: Session) => T {
  const made = new WeakMap<Session, T>()
  return (session) => {
    const known = made.get(session)
    if (known !== undefined) return known
    const fresh = make(session.db)
    made.set(session, fresh)
    return fresh
  }
}
