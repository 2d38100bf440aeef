// Builds the screens and the desktop shell when what is in `dist` was not built from what is in the source tree.
// Called by start.ts, and by tests that need the built terminal.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
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
const STAMP = join(ROOT, 'dist', 'electron', 'built-from.txt')
const BUILD_MS_MAX = 10 * 60_000
const WORDS_MAX = 4_000

/** Throws LaunchError with the last words of a failed build. */
export async function buildIfStale(say: (words: string) => void): Promise<void> {
  const vite = join(ROOT, 'node_modules', 'vite', 'bin', 'vite.js')
  const hasResults = RESULTS.every((path) => existsSync(join(ROOT, path)))
  // An installation without build tools runs what it came with.
  if (hasResults && !existsSync(vite)) return
  const hash = hashSources()
  if (hasResults && existsSync(STAMP) && readFileSync(STAMP, 'utf8') === hash) return
  say('Building the screens, once …')
  await run(vite)
  writeFileSync(STAMP, hash)
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

function run(vite: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [vite, 'build', '--config', 'electron/vite.config.ts'], {
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
