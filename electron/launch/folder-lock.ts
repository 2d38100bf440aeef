// Keeps a second process out of a folder for as long as the first one lives. Called by data-folder.ts and build-if-stale.ts.
import { createHash } from 'node:crypto'
import { realpathSync, rmSync } from 'node:fs'
import { createConnection, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const ASK_MS = 2_000

export type Lock =
  | { readonly kind: 'mine'; release(): Promise<void> }
  /** `holder`: the process id of who has it. */
  | { readonly kind: 'held'; readonly holder: string }

/**
 * A listening socket is the lock: the system ends it with the process, however that ended, so no stale lock can keep
 * anybody out. Whoever connects is told which process it is. The folder must exist.
 */
export async function lockFolder(path: string): Promise<Lock> {
  const name = lockName(path)
  const holder = await askHolder(name)
  if (holder !== null) return { kind: 'held', holder }
  if (process.platform !== 'win32') rmSync(name, { force: true })
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.end(String(process.pid))
  })
  server.unref()
  await listen(server, name)
  return {
    kind: 'mine',
    release: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
      }),
  }
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
