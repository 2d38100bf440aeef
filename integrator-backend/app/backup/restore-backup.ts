// Puts a backup into an empty database, in one transaction: either all of it is there and a new epoch has begun, or nothing.
// Called by the command `restore`. The new epoch holds posting and looks again at everything that the backup believes open,
// because DIGIT went on after the backup was made (payment-states 3.4).
import { pipeline } from 'node:stream/promises'
import { Readable } from 'node:stream'
import type { Pool, PoolClient } from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { migrate, readMigrations } from '#app/database/migrate.ts'
import { StartupError } from '#app/startup-error.ts'
import { checkBackup, readBackup } from './backup-file.ts'
import type { BackupHeader, BackupPart, BackupTrailer } from './backup-file.ts'
import { readTables } from './tables.ts'

/** Tables that only work fills; a schema alone is still empty. */
const worked = ['payments', 'devices', 'slots', 'operators', 'poison_records', 'journal_records']
const why = 'restored from backup'

export type Restored = { rowCount: number; madeAt: string; epoch: string }

/** Throws StartupError when the file is damaged, the database is not empty, or the versions do not fit. */
export async function restoreBackup(pool: Pool, path: string): Promise<Restored> {
  const { header, trailer } = await checkBackup(path)
  const count = knownMigrations(header)
  await requireEmpty(pool, count)
  await migrate(pool, count)
  const epoch = await fillAtOnce(pool, path, trailer)
  await migrate(pool)
  const rowCount = trailer.tables.reduce((sum, { rows }) => sum + rows, 0)
  return { rowCount, madeAt: header.madeAt, epoch }
}

async function fillAtOnce(pool: Pool, path: string, trailer: BackupTrailer): Promise<string> {
  const client = await pool.connect()
  let isBroken = true
  try {
    await client.query('begin')
    await fill(client, path, trailer)
    const begun = await client.query<{ epoch: string }>('select tahsil.begin_epoch($1) as epoch', [why])
    await client.query('commit')
    isBroken = false
    return begun.rows[0]?.epoch ?? ''
  } finally {
    // a connection in the middle of it is closed, which undoes everything
    client.release(isBroken)
  }
}

/** How many of our migrations the backup had; they must be the same ones. */
function knownMigrations({ migrations }: BackupHeader): number {
  const ours = readMigrations()
  const isKnown = migrations.every(({ checksum }, at) => ours[at]?.checksum === checksum)
  if (!isKnown) {
    throw new StartupError(
      'The backup was made by another version of the integrator. Restore it with that version.',
    )
  }
  return migrations.length
}

async function requireEmpty(pool: Pool, migrationCount: number): Promise<void> {
  const tables = await pool.query<{ name: string }>(
    `select tablename as name from pg_tables where schemaname = 'tahsil' and tablename = any($1)`,
    [worked],
  )
  for (const { name } of tables.rows) {
    const found = await pool.query(`select 1 from tahsil.${name} limit 1`)
    if (found.rows.length > 0) {
      throw new StartupError(
        'The database is not empty: nothing was changed. Restore into a new folder (--data) or a new database (DATABASE_URL).',
      )
    }
  }
  const schema = await pool.query<{ isThere: boolean }>(
    `select to_regclass('tahsil.migrations') is not null as "isThere"`,
  )
  if (schema.rows[0]?.isThere !== true) return
  const applied = await pool.query<{ count: number }>('select count(*)::int as count from tahsil.migrations')
  if ((applied.rows[0]?.count ?? 0) > migrationCount) {
    throw new StartupError('The database already has a newer schema than the backup. Restore into a new one.')
  }
}

async function fill(client: PoolClient, path: string, trailer: BackupTrailer): Promise<void> {
  const tables = await readTables(client)
  const names = new Set(tables.map(({ name }) => name))
  const strange = trailer.tables.find(({ table }) => !names.has(table))
  if (strange !== undefined)
    throw new StartupError(`The backup has a table that is unknown here (${strange.table}).`)
  // they forbid change and write trails of their own; every row comes as it was
  for (const { name } of tables) await client.query(`alter table ${name} disable trigger user`)
  for (const { name } of tables.toReversed()) await client.query(`delete from ${name}`)
  await copyAll(client, path)
  for (const { table, rows } of trailer.tables) {
    const held = await client.query<{ count: number }>(`select count(*)::int as count from ${table}`)
    if (held.rows[0]?.count !== rows) throw new StartupError(`Not every row of ${table} could be restored.`)
  }
  for (const { name, lastValue } of trailer.sequences) {
    if (lastValue !== null) await client.query('select setval($1::regclass, $2::bigint)', [name, lastValue])
  }
  for (const { name } of tables) await client.query(`alter table ${name} enable trigger user`)
  // whoever held them is not there any more
  await client.query('update graphile_worker._private_jobs set locked_at = null, locked_by = null')
  await client.query('update graphile_worker._private_job_queues set locked_at = null, locked_by = null')
}

async function copyAll(client: PoolClient, path: string): Promise<void> {
  const parts = readBackup(path)
  for await (const part of parts) {
    if (part.kind !== 'table') continue
    const target = client.query(copyFrom(`copy ${part.table} (${part.columns.join(', ')}) from stdin`))
    await pipeline(Readable.from(rowsOf(parts), { objectMode: false }), target)
  }
}

/** The rows up to the end of this table; `next` and not `for`, which would end the whole file with it. */
async function* rowsOf(parts: AsyncGenerator<BackupPart>): AsyncGenerator<Buffer> {
  for (;;) {
    const next = await parts.next()
    if (next.done === true || next.value.kind !== 'rows') return
    yield next.value.bytes
  }
}
