// The one folder of everything on this machine: makes it, checks it, keeps a second launcher out of it, moves old data aside.
// Called by start.ts and demo.ts.
import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { formatInr, paise } from '#contract/money.ts'
import { RECORD_FILE } from '#host/start-host.ts'
import { unsentIn } from '#store/journal/salvage.ts'
import { lockFolder } from './folder-lock.ts'
import { LaunchError, wordsOf } from './launch-error.ts'

export type DataFolder = {
  readonly path: string
  readonly sandbox: string
  readonly integrator: string
  readonly terminal: string
  readonly logs: string
  /** Lets another launcher in. */
  release(): Promise<void>
}

export type DataFolderOptions = {
  readonly path: string
  /** Old data is renamed, never deleted: it may hold payments that were not sent yet. */
  readonly isFresh: boolean
}

/** Throws LaunchError: not a folder, not writable, in use, or to be emptied while it holds money that was not sent. */
export async function openDataFolder({
  path,
  isFresh,
}: DataFolderOptions): Promise<DataFolder & { movedTo: string | null }> {
  makeWritable(path)
  const lock = await lockFolder(path)
  if (lock.kind === 'held')
    throw new LaunchError(
      `Tahsil is already running on ${path} (process ${lock.holder}). Use its window, stop it with Ctrl-C there, or choose another folder with --data DIR.`,
    )
  const release = (): Promise<void> => lock.release()
  try {
    if (isFresh) refuseUnsent(join(path, 'terminal'))
    const movedTo = isFresh ? moveAside(path) : null
    const below = (name: string): string => join(path, name)
    mkdirSync(below('logs'), { recursive: true, mode: 0o700 })
    return {
      path,
      sandbox: below('sandbox'),
      integrator: below('integrator'),
      terminal: below('terminal'),
      logs: below('logs'),
      release,
      movedTo,
    }
  } catch (error) {
    await release()
    throw error
  }
}

/** Beginning anew must never be the way in which money is forgotten. */
function refuseUnsent(terminal: string): void {
  const unsent = unsentIn(join(terminal, RECORD_FILE))
  if (unsent?.count === 0) return
  const what =
    unsent === null
      ? 'a record that cannot be read'
      : `${unsent.count} payments (${formatInr(paise(unsent.amountPaise))}) that were not handed over`
  throw new LaunchError(
    `The till in ${terminal} holds ${what}. Start it without --fresh and let it send, or carry them out with \`npm run rescue -- --data ${terminal}\` and move the folder aside yourself.`,
  )
}

function makeWritable(path: string): void {
  try {
    const isNew = !existsSync(path)
    mkdirSync(path, { recursive: true })
    // The embedded PostgreSQL runs as another user when the launcher is root; it must get through to its own folder.
    if (isNew) chmodSync(path, 0o755)
    const probe = join(path, '.write-test')
    writeFileSync(probe, '')
    rmSync(probe)
  } catch (error) {
    throw new LaunchError(
      `The data folder ${path} cannot be written (${wordsOf(error)}). Choose another with --data DIR.`,
    )
  }
}

function moveAside(path: string): string | null {
  const time = new Date().toISOString().slice(0, 19).replaceAll(':', '').replace('T', '-')
  const aside = `${path}-${time}`
  try {
    renameSync(path, aside)
    mkdirSync(path)
    chmodSync(path, 0o755)
  } catch (error) {
    throw new LaunchError(`The old data in ${path} could not be moved aside (${wordsOf(error)}).`)
  }
  return aside
}
