// Brings a database to this program's schema: numbered SQL files, each applied once, each remembered with its checksum.
// Called at every start. A file that was changed after it was applied, or a newer schema, stops the start.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { runMigrations } from 'graphile-worker'
import type { Pool, PoolClient } from 'pg'
import { StartupError } from '#app/startup-error.ts'

const folder = join(import.meta.dirname, 'migrations')
/** Any number: one name for "somebody migrates" within a database. */
const migrationLock = 7_264_401

export type Migration = { version: number; name: string; sql: string; checksum: string }

export function readMigrations(): Migration[] {
  return readdirSync(folder)
    .filter((name) => /^\d{4}-.+\.sql$/.test(name))
    .toSorted()
    .map((name, at) => {
      const sql = readFileSync(join(folder, name), 'utf8').replaceAll('\r\n', '\n')
      const version = Number(name.slice(0, 4))
      if (version !== at + 1) throw new Error(`migration ${name} is out of order`)
      return { version, name, sql, checksum: createHash('sha256').update(sql).digest('hex') }
    })
}

/** Returns how many are applied in all. `upto`: only the first so many, for a backup of that age. */
export async function migrate(pool: Pool, upto = Number.POSITIVE_INFINITY): Promise<number> {
  const client = await pool.connect()
  try {
    await client.query('select pg_advisory_lock($1)', [migrationLock])
    await runMigrations({ pgPool: pool })
    return await applyMissing(client, readMigrations().slice(0, upto))
  } finally {
    await client.query('select pg_advisory_unlock($1)', [migrationLock]).catch(() => undefined)
    client.release()
  }
}

async function applyMissing(client: PoolClient, migrations: readonly Migration[]): Promise<number> {
  await client.query('create schema if not exists tahsil')
  await client.query(`create table if not exists tahsil.migrations (
    version integer primary key, name text not null, checksum text not null,
    applied_at timestamptz not null default clock_timestamp())`)
  const applied = await client.query<{ version: number; name: string; checksum: string }>(
    'select version, name, checksum from tahsil.migrations order by version',
  )
  for (const row of applied.rows) {
    const known = migrations.find((migration) => migration.version === row.version)
    if (known === undefined) {
      throw new StartupError(
        `The database was written by a newer integrator (migration ${row.name}). Start that version, or restore a backup.`,
      )
    }
    if (known.checksum !== row.checksum) {
      throw new StartupError(
        `Migration ${row.name} was changed after it was applied to this database. Put the original file back.`,
      )
    }
  }
  for (const migration of migrations.slice(applied.rows.length)) await apply(client, migration)
  return migrations.length
}

async function apply(client: PoolClient, migration: Migration): Promise<void> {
  await client.query('begin')
  try {
    await client.query(migration.sql)
    await client.query('insert into tahsil.migrations (version, name, checksum) values ($1, $2, $3)', [
      migration.version,
      migration.name,
      migration.checksum,
    ])
    await client.query('commit')
  } catch (error) {
    await client.query('rollback')
    throw error
  }
}
