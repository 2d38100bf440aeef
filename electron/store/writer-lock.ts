// Keeps a second program away from the same record. A small SQLite file beside it is held with an exclusive lock for as long as the
// program lives; the system drops the lock with the process, so a crash leaves nothing behind. Called by open-store.ts.
import Database from 'better-sqlite3'
import { ProblemError } from '#contract/problem.ts'

export type WriterLock = { readonly release: () => void }

/** Throws store_busy with reason `in_use` when another program (or another host in this one) has the record. */
export function takeWriterLock(file: string): WriterLock {
  const raw = new Database(`${file}.lock`, { timeout: 0 })
  try {
    raw.pragma('locking_mode = EXCLUSIVE')
    raw.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    raw.close()
    if (error instanceof Database.SqliteError && /^SQLITE_(BUSY|LOCKED)/.test(error.code)) {
      throw new ProblemError('store_busy', { reason: 'in_use', file }, { cause: error })
    }
    throw error
  }
  return { release: () => raw.close() }
}
