// The data folder: one log file, a header, every row once, then one line per commit, each synced to disk before its answer leaves.
// Called by start-sandbox.ts. A torn last line (power cut, kill) is dropped; a long log is rewritten at start.
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  truncateSync,
  writeSync,
  existsSync,
  rmSync,
} from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import type { SeedOptions } from '#sandbox/seed/seed-state.ts'
import type { State } from './state.ts'
import type { Table } from './table.ts'

const logName = 'sandbox-log.jsonl'
const lockName = 'sandbox.lock'
/** Above this the log is rewritten as one full copy at the next start. */
const logBytesMax = 32 * 1024 * 1024
const rowsPerLineMax = 1000

const headerSchema = z.object({
  header: z.object({
    version: z.literal(1),
    seed: z.string(),
    seededAtMs: z.number(),
    zone: z.string(),
    consumerCount: z.number(),
  }),
})
type Header = z.infer<typeof headerSchema>['header']

export class SaveFileError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'SaveFileError'
  }
}

export type SaveFile = {
  /** What the state was seeded with at the first start; null when the folder is new. */
  header: Header | null
  /** Puts the saved rows into an empty state. */
  replay: (state: State) => void
  /** Starts a new log on top of a freshly seeded state. */
  begin: (options: SeedOptions, state: State) => void
  append: (state: State) => void
  close: () => void
}

/** Throws SaveFileError with a sentence for people when the folder cannot be used. */
export function openSaveFile(folder: string): SaveFile {
  const path = join(folder, logName)
  const lockPath = join(folder, lockName)
  takeLock(folder, lockPath)
  const lines = readLines(path)
  let header = lines.header
  let handle = openSync(path, 'a')
  const rewrite = (next: Header, state: State) => {
    closeSync(handle)
    const copy = `${path}.new`
    const out = openSync(copy, 'w')
    writeSync(out, `${JSON.stringify({ header: next })}\n`)
    writeAll(out, state)
    fsyncSync(out)
    closeSync(out)
    renameSync(copy, path)
    handle = openSync(path, 'a')
    header = next
  }
  return {
    header,
    replay: (state) => {
      for (const line of lines.commits) applyCommit(state, line)
      for (const table of tablesOf(state)) table.takeChanges()
      if (header !== null && lines.bytes > logBytesMax) rewrite(header, state)
    },
    begin: (options, state) => {
      rewrite({ version: 1, ...options }, state)
      for (const table of tablesOf(state)) table.takeChanges()
    },
    append: (state) => {
      const line = commitLine(state)
      if (line === null) return
      writeSync(handle, line)
      fsyncSync(handle)
    },
    close: () => {
      closeSync(handle)
      rmSync(lockPath, { force: true })
    },
  }
}

function takeLock(folder: string, lockPath: string): void {
  try {
    mkdirSync(folder, { recursive: true })
    if (existsSync(lockPath)) {
      const owner = Number(readFileSync(lockPath, 'utf8'))
      if (owner !== process.pid && isAlive(owner)) {
        throw new SaveFileError(`The data folder ${folder} is in use by another sandbox (process ${owner}).`)
      }
    }
    const handle = openSync(lockPath, 'w')
    writeSync(handle, String(process.pid))
    closeSync(handle)
  } catch (error) {
    if (error instanceof SaveFileError) throw error
    throw new SaveFileError(`The data folder ${folder} cannot be written: ${(error as Error).message}`)
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

type Commit = Record<string, [string, unknown][]>

function readLines(path: string): { header: Header | null; commits: Commit[]; bytes: number } {
  if (!existsSync(path)) return { header: null, commits: [], bytes: 0 }
  const text = readFileSync(path, 'utf8')
  const end = text.lastIndexOf('\n') + 1
  if (end < text.length) truncateSync(path, Buffer.byteLength(text.slice(0, end)))
  const lines = text
    .slice(0, end)
    .split('\n')
    .filter((line) => line !== '')
  const [first, ...rest] = lines
  if (first === undefined) return { header: null, commits: [], bytes: 0 }
  try {
    const { header } = headerSchema.parse(JSON.parse(first))
    return { header, commits: rest.map((line) => JSON.parse(line) as Commit), bytes: end }
  } catch {
    throw new SaveFileError(
      `The file ${path} is not a sandbox log; move it away or choose another data folder.`,
    )
  }
}

function tablesOf(state: State): Table<unknown>[] {
  return Object.values(state) as Table<unknown>[]
}

function applyCommit(state: State, commit: Commit): void {
  for (const table of tablesOf(state)) {
    for (const [id, row] of commit[table.name] ?? []) {
      if (row === null) table.remove(id)
      else table.put(row)
    }
  }
}

function commitLine(state: State): string | null {
  const commit: Commit = {}
  for (const table of tablesOf(state)) {
    const changes = table.takeChanges()
    if (changes.length > 0) commit[table.name] = changes
  }
  return Object.keys(commit).length === 0 ? null : `${JSON.stringify(commit)}\n`
}

function writeAll(handle: number, state: State): void {
  for (const table of tablesOf(state)) {
    let rows: [string, unknown][] = []
    for (const row of table.all()) {
      rows.push(['', row])
      if (rows.length < rowsPerLineMax) continue
      writeSync(handle, `${JSON.stringify({ [table.name]: rows })}\n`)
      rows = []
    }
    if (rows.length > 0) writeSync(handle, `${JSON.stringify({ [table.name]: rows })}\n`)
  }
}
