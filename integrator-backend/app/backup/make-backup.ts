// One backup of everything an integrator keeps, as of one moment, while it works on: all tables are copied inside one
// snapshot. Called by the command `backup`. The signing key and the PIN pepper are files and not part of it.
import { createWriteStream, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import type { Pool, PoolClient } from 'pg'
import { to as copyTo } from 'pg-copy-streams'
import {
  BACKUP_FORMAT,
  BACKUP_VERSION,
  checkBackup,
  createTally,
  sha256OfFile,
  TABLE_END,
} from './backup-file.ts'
import type { BackupHeader, BackupTrailer } from './backup-file.ts'
import { readSequences, readTables } from './tables.ts'

export type MadeBackup = { path: string; rowCount: number; tableCount: number }

/** `FOLDER/tahsil-20260401T101500Z.backup.gz` and its `.sha256`, readable by this user alone, checked before it is named. */
export async function makeBackup(pool: Pool, folder: string): Promise<MadeBackup> {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const client = await pool.connect()
  let isBroken = true
  try {
    const made = await writeBackup(client, folder)
    isBroken = false
    return made
  } finally {
    client.release(isBroken)
  }
}

async function writeBackup(client: PoolClient, folder: string): Promise<MadeBackup> {
  const madeAt = new Date().toISOString()
  const path = join(folder, `tahsil-${madeAt.replaceAll(/[-:]|\.\d+/g, '')}.backup.gz`)
  const unfinished = `${path}.part`
  await client.query('begin isolation level repeatable read, read only')
  try {
    const file = createWriteStream(unfinished, { mode: 0o600, flush: true, flags: 'wx' })
    await pipeline(Readable.from(lines(client, madeAt), { objectMode: false }), createGzip(), file)
    await client.query('commit')
    const { trailer } = await checkBackup(unfinished)
    renameSync(unfinished, path)
    writeFileSync(`${path}.sha256`, `${await sha256OfFile(path)}  ${basename(path)}\n`, {
      mode: 0o600,
      flush: true,
    })
    const rowCount = trailer.tables.reduce((sum, { rows }) => sum + rows, 0)
    return { path, rowCount, tableCount: trailer.tables.length }
  } catch (error) {
    rmSync(unfinished, { force: true })
    throw error
  }
}

async function* lines(client: PoolClient, madeAt: string): AsyncGenerator<Buffer> {
  yield Buffer.from(`${JSON.stringify(await headerOf(client, madeAt))}\n`)
  const tables: BackupTrailer['tables'] = []
  for (const { name, columns } of await readTables(client)) {
    yield Buffer.from(`${JSON.stringify({ table: name, columns })}\n`)
    const tally = createTally()
    const rows = client.query(copyTo(`copy ${name} (${columns.join(', ')}) to stdout`))
    for await (const chunk of rows) {
      tally.add(chunk as Buffer)
      yield chunk as Buffer
    }
    yield Buffer.from(TABLE_END)
    tables.push({ table: name, ...tally.end() })
  }
  const trailer: BackupTrailer = { end: true, tables, sequences: await readSequences(client) }
  yield Buffer.from(`${JSON.stringify(trailer)}\n`)
}

async function headerOf(client: PoolClient, madeAt: string): Promise<BackupHeader> {
  const migrations = await client.query<{ name: string; checksum: string }>(
    'select name, checksum from tahsil.migrations order by version',
  )
  const server = await client.query<{ server_version: string }>('show server_version')
  return {
    format: BACKUP_FORMAT,
    version: BACKUP_VERSION,
    madeAt,
    postgres: server.rows[0]?.server_version ?? '',
    migrations: migrations.rows,
  }
}
