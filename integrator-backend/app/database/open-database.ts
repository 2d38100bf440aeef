// Opens the database of an integrator: the embedded one or the one of DATABASE_URL, migrated and exclusively ours where
// it must be. Called by start-integrator and by the command line's small commands.
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import pg from 'pg'
import { StartupError } from '#app/startup-error.ts'
import { startEmbedded } from './embedded.ts'
import type { EmbeddedDatabase } from './embedded.ts'
import { migrate } from './migrate.ts'

export type Database = {
  pool: pg.Pool
  kind: 'embedded' | 'external'
  migrationCount: number
  close: () => Promise<void>
}

export type DatabaseOptions = {
  /** null = embedded. */
  databaseUrl: string | null
  dataFolder: string
  poolMax?: number
  /** A small command works beside a running integrator; a server does not. */
  isServer: boolean
  /** No migration is applied: the caller reads what is there, or fills what is empty. */
  isLeftAsItIs?: boolean
  onError?: (error: Error) => void
  /** The embedded server is gone, and with it our hold on the folder. It is not started again from here. */
  onLost?: () => void
}

export const POOL_MAX_DEFAULT = 40
/** One integrator per embedded folder: held for life on a connection of its own, freed by the kernel when we die. */
const folderLock = 7_264_402

const OPEN_TRIES_MAX = 40
const OPEN_WAIT_MS = 250
/** Nobody listens, the line broke, shutting down, crashed just now, starting up. */
const GOING_OR_COMING = new Set(['ECONNREFUSED', 'ECONNRESET', '57P01', '57P02', '57P03', 'no answer'])

/** bigint columns are paise, sequence numbers and milliseconds: all safe integers. */
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid, format) =>
    oid === pg.types.builtins.INT8
      ? Number
      : (pg.types.getTypeParser(oid, format) as (text: string) => unknown),
}

export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  if (options.databaseUrl !== null) return await openExternal(options, options.databaseUrl)
  const { embedded, holder } = await openEmbedded(join(options.dataFolder, 'database'))
  try {
    if (options.isServer && !(await tryFolder(holder))) {
      throw new StartupError(
        `Another integrator already works on ${options.dataFolder}. Stop it first, or choose another --data.`,
      )
    }
    const opened = await openPool({ ...embedded.connection }, options)
    let isClosing = false
    holder.once('end', () => {
      if (!isClosing && options.isServer) options.onLost?.()
    })
    const close = async () => {
      isClosing = true
      await opened.pool.end()
      await letGo(holder, embedded)
    }
    return { ...opened, kind: 'embedded', close }
  } catch (error) {
    await letGo(holder, embedded)
    throw error
  }
}

/**
 * A server that was found running may be a dead one that the system has not cleared away yet, or one that is still
 * recovering: it is looked for again, and a new one is started once it is gone.
 */
async function openEmbedded(folder: string): Promise<{ embedded: EmbeddedDatabase; holder: pg.Client }> {
  for (let attempt = 1; ; attempt += 1) {
    const embedded = await startEmbedded(folder)
    const holder = new pg.Client({ ...embedded.connection, application_name: 'tahsil-lock' })
    holder.on('error', () => undefined)
    try {
      await holder.connect()
      return { embedded, holder }
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'no answer'
      if (attempt >= OPEN_TRIES_MAX || !GOING_OR_COMING.has(code)) {
        throw new StartupError(`The database in ${folder} cannot be opened (${code}).`, { cause: error })
      }
      await setTimeout(OPEN_WAIT_MS)
    }
  }
}

async function tryFolder(holder: pg.Client): Promise<boolean> {
  const taken = await holder.query<{ is_ours: boolean }>('select pg_try_advisory_lock($1) as is_ours', [
    folderLock,
  ])
  return taken.rows[0]?.is_ours === true
}

/** Stops the server unless another integrator holds the folder. */
async function letGo(holder: pg.Client, embedded: EmbeddedDatabase): Promise<void> {
  const isOurs = await tryFolder(holder).catch(() => true)
  await holder.end().catch(() => undefined)
  if (isOurs) await embedded.stop()
}

async function openExternal(options: DatabaseOptions, url: string): Promise<Database> {
  try {
    const opened = await openPool({ connectionString: url }, options)
    return { ...opened, kind: 'external', close: () => opened.pool.end() }
  } catch (error) {
    if (error instanceof StartupError) throw error
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'no answer'
    throw new StartupError(`The database of DATABASE_URL cannot be opened (${code}).`, { cause: error })
  }
}

async function openPool(connection: pg.PoolConfig, options: DatabaseOptions) {
  const pool = new pg.Pool({
    ...connection,
    max: options.poolMax ?? POOL_MAX_DEFAULT,
    application_name: 'tahsil-integrator',
    connectionTimeoutMillis: 10_000,
    types,
  })
  const onError = (error: Error) => options.onError?.(error)
  pool.on('error', onError)
  pool.on('connect', (client) => client.on('error', onError))
  try {
    return { pool, migrationCount: options.isLeftAsItIs === true ? 0 : await migrate(pool) }
  } catch (error) {
    await pool.end().catch(() => undefined)
    throw error
  }
}
