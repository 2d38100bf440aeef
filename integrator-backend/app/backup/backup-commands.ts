// The commands `backup`, `backup-check` and `restore` of the integrator. Called by main.ts. They stand apart from the small
// commands because a check needs no database and a restore needs one that nobody has prepared.
import { parseArgs } from 'node:util'
import { openDatabase } from '#app/database/open-database.ts'
import type { Database } from '#app/database/open-database.ts'
import { StartupError } from '#app/startup-error.ts'
import { checkBackup } from './backup-file.ts'
import { makeBackup } from './make-backup.ts'
import { restoreBackup } from './restore-backup.ts'

const usages: Record<string, string> = {
  backup: '--out DIR [--data DIR]',
  'backup-check': '--from FILE',
  restore: '--from FILE [--data DIR]',
}

export const backupCommandNames: readonly string[] = Object.keys(usages)

/** Throws StartupError with one sentence for whatever is wrong. */
export async function runBackupCommand(name: string, words: readonly string[]): Promise<void> {
  const { out, from, data } = readOptions(name, words)
  process.stdout.write(`${await tell(name, { folder: out ?? '', file: from ?? '', dataFolder: data })}\n`)
}

type Wanted = { folder: string; file: string; dataFolder: string }

async function tell(name: string, { folder, file, dataFolder }: Wanted): Promise<string> {
  if (name === 'backup') {
    const { path, rowCount, tableCount } = await onDatabase({ dataFolder, isServer: false }, ({ pool }) =>
      makeBackup(pool, folder),
    )
    return `${path}\n${rowCount} rows of ${tableCount} tables, checked. Keep the signing key and the PIN pepper apart from it.`
  }
  if (name === 'backup-check') {
    const { header, trailer } = await checkBackup(file)
    const rowCount = trailer.tables.reduce((sum, { rows }) => sum + rows, 0)
    return `Whole: made ${header.madeAt}, ${rowCount} rows of ${trailer.tables.length} tables.`
  }
  const { rowCount, madeAt } = await onDatabase({ dataFolder, isServer: true }, ({ pool }) =>
    restoreBackup(pool, file),
  )
  return `${rowCount} rows as of ${madeAt} are back, and a new epoch has begun: posting is held while DIGIT is asked again. Start the integrator.`
}

/** A restore takes the folder for itself, so that no integrator starts on half of it. */
async function onDatabase<Result>(
  { dataFolder, isServer }: { dataFolder: string; isServer: boolean },
  run: (database: Database) => Promise<Result>,
): Promise<Result> {
  const database = await openDatabase({
    databaseUrl: process.env['DATABASE_URL'] ?? null,
    dataFolder,
    poolMax: 4,
    isServer,
    isLeftAsItIs: true,
  })
  try {
    return await run(database)
  } finally {
    await database.close()
  }
}

function readOptions(name: string, words: readonly string[]) {
  const needed = name === 'backup' ? 'out' : 'from'
  const options = {
    data: { type: 'string' as const, default: 'data/integrator' },
    out: { type: 'string' as const },
    from: { type: 'string' as const },
  }
  try {
    const { values } = parseArgs({ args: [...words], options, strict: true })
    if (values[needed] !== undefined && values[needed] !== '') return values
  } catch {
    // told below
  }
  throw new StartupError(`Usage: ${name} ${usages[name] ?? ''}`)
}
