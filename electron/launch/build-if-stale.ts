// Builds the screens and the desktop shell when what is in `dist` was not built from what is in the source tree.
// Called by start.ts, build.ts, and by tests that need the built terminal.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { lockFolder } from './folder-lock.ts'
import { LaunchError } from './launch-error.ts'

const ROOT = join(import.meta.dirname, '..', '..')
/** Whatever the build may read. */
const SOURCES = ['renderer', 'electron', 'drivers', 'integrator-backend/contract', 'package-lock.json']
const RESULTS = [
  'dist/renderer/index.html',
  'dist/electron/main.js',
  'dist/electron/preload.cjs',
  'dist/electron/core.js',
]
const DIST = join(ROOT, 'dist')
/** Beside what it speaks of: a build that empties the folder takes it along. */
const STAMP = join(DIST, 'renderer', 'built-from.sha256')
const VITE = join(ROOT, 'node_modules', 'vite', 'bin', 'vite.js')
const LOCK_POLL_MS = 200
const BUILD_MS_MAX = 10 * 60_000
const WORDS_MAX = 4_000

/** Throws LaunchError with the last words of a failed build. */
export async function buildIfStale(say: (words: string) => void): Promise<void> {
  // An installation without build tools runs what it came with.
  if (hasResults() && !existsSync(VITE)) return
  if (isFresh(hashSources())) return
  mkdirSync(DIST, { recursive: true })
  const lock = await waitForLock()
  try {
    // Another process may have built it meanwhile.
    const hash = hashSources()
    if (isFresh(hash)) return
    say('Building the screens, once …')
    rmSync(STAMP, { force: true })
    await run()
    writeFileSync(STAMP, hash)
  } finally {
    await lock.release()
  }
}

function hasResults(): boolean {
  return RESULTS.every((path) => existsSync(join(ROOT, path)))
}

function isFresh(hash: string): boolean {
  return hasResults() && existsSync(STAMP) && readFileSync(STAMP, 'utf8') === hash
}

async function waitForLock(): Promise<{ release(): Promise<void> }> {
  const endMs = Date.now() + BUILD_MS_MAX
  for (;;) {
    const lock = await lockFolder(DIST)
    if (lock.kind === 'mine') return lock
    if (Date.now() > endMs)
      throw new LaunchError(`Process ${lock.holder} is building the screens for too long.`)
    await new Promise((resolve) => {
      setTimeout(resolve, LOCK_POLL_MS)
    })
  }
}

function hashSources(): string {
  const hash = createHash('sha256')
  for (const path of SOURCES.flatMap(listFiles).toSorted()) {
    hash.update(`${path}\0`)
    hash.update(readFileSync(join(ROOT, path)))
  }
  return hash.digest('hex')
}

function listFiles(path: string): string[] {
  if (path.includes('.')) return [path]
  return readdirSync(join(ROOT, path), { withFileTypes: true }).flatMap((entry) => {
    const below = `${path}/${entry.name}`
    return entry.isDirectory() ? listFiles(below) : [below]
  })
}

function run(): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [VITE, 'build', '--config', 'electron/vite.config.ts'], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: BUILD_MS_MAX,
    })
    let words = ''
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (words = (words + text).slice(-WORDS_MAX)))
    child.on('error', reject)
    child.on('close', (code) => {
      if (code === 0) resolve()
      else reject(new LaunchError(`The screens could not be built:\n${words.trimEnd()}`))
    })
  })
}
