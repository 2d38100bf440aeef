// The one door to the record. Every write is one whole transaction; and what a failure means is decided here: busy and full say
// "nothing was recorded"; an I/O error says nothing by itself, so the file is closed, opened again and *read* before anybody is told
// anything (a failed commit may be on the disk). Used by every store method.
import Database from 'better-sqlite3'
import { ProblemError, type ProblemCode } from '#contract/problem.ts'
import { openSession, type Session, type SessionOptions } from './session.ts'

export type Gate = {
  readonly read: <T>(work: (session: Session) => T) => T
  /**
   * @param recheck reads whether this very write is there; asked after a reopening. Without it the write must be one that may
   * be repeated.
   */
  readonly write: <T>(work: (session: Session) => T, recheck?: (session: Session) => T | null) => T
  /** Not null: the file is damaged and is not used any more. */
  readonly damage: () => ProblemError | null
  readonly close: () => void
}

export function openGate(options: SessionOptions): Gate {
  const { file } = options
  let session: Session | null = openSession(options)
  let damage: ProblemError | null = null
  let isClosed = false

  const current = (): Session => {
    if (isClosed) throw new ProblemError('store_busy', { reason: 'closed' })
    if (damage !== null) throw damage
    session ??= reopened()
    return session
  }
  const reopened = (): Session => {
    try {
      return openSession(options)
    } catch (error) {
      throw noted(new ProblemError('store_unknown', { reason: codeOf(error) }, { cause: error }), error)
    }
  }
  const dropSession = (): void => {
    const old = session
    session = null
    try {
      old?.raw.close()
    } catch {
      // A connection that cannot even be closed is gone; the next one reads what is on the disk.
    }
  }
  const noted = (problem: ProblemError, error: unknown): ProblemError => {
    if (!isDamage(error)) return problem
    damage = new ProblemError('store_corrupt', { file, reason: codeOf(error) }, { cause: error })
    return damage
  }

  const read = <T>(work: (session: Session) => T): T => {
    try {
      return work(current())
    } catch (error) {
      if (!isSqlite(error)) throw error
      if (!isInputOutput(error)) throw noted(problemFor(error), error)
      dropSession()
      return readAgain(work, error)
    }
  }
  const readAgain = <T>(work: (session: Session) => T, first: unknown): T => {
    try {
      return work(current())
    } catch (error) {
      if (!isSqlite(error)) throw error
      throw noted(new ProblemError('store_unknown', { reason: codeOf(first) }, { cause: error }), error)
    }
  }
  const write = <T>(work: (session: Session) => T, recheck?: (session: Session) => T | null): T => {
    const { raw } = current()
    let isCommitting = false
    try {
      raw.exec('BEGIN IMMEDIATE')
      const result = work(current())
      isCommitting = true
      raw.exec('COMMIT')
      return result
    } catch (error) {
      if (!rollBack(raw)) dropSession()
      if (!isSqlite(error)) throw error
      if (!isInputOutput(error) && !isCommitting) throw noted(problemFor(error), error)
      dropSession()
      const found = recheck === undefined ? null : readAgain(recheck, error)
      if (found !== null) return found
      // Read and not there: surely not recorded. Prove that the file can be read even when there was nothing to look for.
      if (recheck === undefined) readAgain(({ raw: again }) => again.pragma('schema_version'), error)
      throw problemFor(error)
    }
  }
  const close = (): void => {
    isClosed = true
    dropSession()
  }
  return { read, write, damage: () => damage, close }
}

/** false: the connection cannot be used any more (SQLite rolls back by itself on many errors, so this is rare). */
function rollBack(raw: Database.Database): boolean {
  try {
    if (raw.inTransaction) raw.exec('ROLLBACK')
    return true
  } catch {
    return false
  }
}

type SqliteError = InstanceType<typeof Database.SqliteError>

function isSqlite(error: unknown): error is SqliteError {
  return error instanceof Database.SqliteError
}

function codeOf(error: unknown): string {
  return isSqlite(error) ? error.code : 'unreadable'
}

function isInputOutput(error: SqliteError): boolean {
  return /^SQLITE_(IOERR|CANTOPEN|READONLY|PROTOCOL)/.test(error.code)
}

function isDamage(error: unknown): boolean {
  return isSqlite(error) && /^SQLITE_(CORRUPT|NOTADB)/.test(error.code)
}

/** What a failed statement means when it is known that nothing was recorded. */
function problemFor(error: SqliteError): ProblemError {
  const code: ProblemCode | null = error.code.startsWith('SQLITE_FULL')
    ? 'store_full'
    : /^SQLITE_(BUSY|LOCKED|IOERR|CANTOPEN|READONLY|PROTOCOL|INTERRUPT|NOMEM)/.test(error.code)
      ? 'store_busy'
      : isDamage(error)
        ? 'store_corrupt'
        : null
  // A broken constraint or a bad statement is a programming mistake.
  if (code === null) throw error
  return new ProblemError(code, { reason: error.code }, { cause: error })
}
