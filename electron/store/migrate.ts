// Brings the file to this program's version, step by step, and refuses a file that a newer program has written or whose
// applied steps are not the ones this program knows. Called by open-session.ts.
import { createHash } from 'node:crypto'
import type Database from 'better-sqlite3'
import { firstTables } from './migrations/0001-first-tables.ts'
import { signedJournal } from './migrations/0002-signed-journal.ts'
import { billPacks } from './migrations/0003-bill-packs.ts'
import { limitFacts } from './migrations/0004-limits.ts'
import { heldMoney } from './migrations/0005-held-money.ts'
import { shiftClose } from './migrations/0006-shift-close.ts'
import { cardSales } from './migrations/0007-card-sales.ts'
import { printWords } from './migrations/0008-print-words.ts'

type Migration = { readonly number: number; readonly name: string; readonly sql: string }
type Applied = { readonly number: number; readonly checksum: string }

export const MIGRATIONS: readonly Migration[] = [
  firstTables,
  signedJournal,
  billPacks,
  limitFacts,
  heldMoney,
  shiftClose,
  cardSales,
  printWords,
]

/** Throws Error with the reason when the file's history is not the one of this program. */
export function migrate(raw: Database.Database, nowMs: number): void {
  raw.exec(`CREATE TABLE IF NOT EXISTS migrations (
    number INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at_ms INTEGER NOT NULL
  ) STRICT`)
  const applied = raw.prepare<[], Applied>('SELECT number, checksum FROM migrations ORDER BY number').all()
  checkHistory(applied)
  const note = raw.prepare(
    'INSERT INTO migrations (number, name, checksum, applied_at_ms) VALUES (?, ?, ?, ?)',
  )
  const step = raw.transaction((migration: Migration) => {
    raw.exec(migration.sql)
    note.run(migration.number, migration.name, checksumOf(migration), nowMs)
  })
  for (const migration of MIGRATIONS.slice(applied.length)) step.immediate(migration)
}

function checkHistory(applied: readonly Applied[]): void {
  if (applied.length > MIGRATIONS.length) {
    throw new Error('this record was written by a newer version of the program')
  }
  applied.forEach(({ number, checksum }, at) => {
    const own = MIGRATIONS[at]
    if (own === undefined || own.number !== number || checksumOf(own) !== checksum) {
      throw new Error(`step ${number} of this record is not the one this program knows`)
    }
  })
}

function checksumOf({ sql }: Migration): string {
  return createHash('sha256').update(sql).digest('hex')
}
