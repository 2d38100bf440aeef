// The one folder of everything on this machine: makes it, checks it, keeps a second launcher out of it, moves old data aside.
// Called by start.ts and demo.ts.
import { createHash } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createConnection, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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

const ASK_MS = 2_000

export type DataFolderOptions = {
  readonly path: string
  /** Old data is renamed, never deleted: it may hold payments that were not sent yet. */
  readonly isFresh: boolean
}

/** Throws LaunchError: not a folder, not writable, in use. */
export async function openDataFolder({
  path,
  isFresh,
}: DataFolderOptions): Promise<DataFolder & { movedTo: string | null }> {
  makeWritable(path)
  const release = await lock(path)
  try {
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

/**
 * A listening socket is the lock: the system ends it with the process, however that ended, so no stale lock can keep
 * anybody out. Whoever connects is told which process it is.
 */
async function lock(path: string): Promise<() => Promise<void>> {
  const name = lockName(path)
  const holder = await askHolder(name)
  if (holder !== null)
    throw new LaunchError(
      `Tahsil is already running on ${path} (process ${holder}). Use its window, stop it with Ctrl-C there, or choose another folder with --data DIR.`,
    )
  if (process.platform !== 'win32') rmSync(name, { force: true })
  const server = createServer((socket) => socket.end(String(process.pid)))
  server.unref()
  await listen(server, name).catch((error: unknown) => {
    throw new LaunchError(`The data folder ${path} could not be locked (${wordsOf(error)}).`)
  })
  return () => new Promise((resolve) => server.close(() => resolve()))
}

/** Short and the same for every way of writing the folder's path. */
function lockName(path: string): string {
  const hash = createHash('sha256').update(realpathSync(path)).digest('hex').slice(0, 24)
  return process.platform === 'win32' ? `\\\\.\\pipe\\tahsil-${hash}` : join(tmpdir(), `tahsil-${hash}.sock`)
}

function askHolder(name: string): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = createConnection(name)
    let text = ''
    socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
    socket.setTimeout(ASK_MS, () => socket.destroy())
    socket.on('error', () => resolve(null))
    socket.on('close', () => resolve(/^\d+$/.test(text) ? text : null))
  })
}

function listen(server: Server, name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(name, () => resolve())
  })
}
