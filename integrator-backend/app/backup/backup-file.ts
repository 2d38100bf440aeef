// The form of a backup: one gzip file of lines. A header, then each table as PostgreSQL's COPY text between a line that names
// it and `\.`, and at the end the row count and SHA-256 of every table. Written by make-backup, read by restore-backup and
// by `backup-check`. Whatever was cut off or changed is found before anything of it is used.
import { createHash } from 'node:crypto'
import type { Hash } from 'node:crypto'
import { createReadStream, existsSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import * as z from 'zod'
import { StartupError } from '#app/startup-error.ts'

export const BACKUP_FORMAT = 'tahsil-backup'
export const BACKUP_VERSION = 1
export const TABLE_END = '\\.\n'
const lineBytesMax = 64 * 1024 * 1024
const newline = 10

export const headerSchema = z.strictObject({
  format: z.literal(BACKUP_FORMAT),
  version: z.literal(BACKUP_VERSION),
  madeAt: z.iso.datetime(),
  postgres: z.string().max(64),
  migrations: z.array(z.strictObject({ name: z.string(), checksum: z.string() })).max(10_000),
})
export type BackupHeader = z.infer<typeof headerSchema>

export const tableSchema = z.strictObject({ table: z.string(), columns: z.array(z.string()).max(1600) })

export const trailerSchema = z.strictObject({
  end: z.literal(true),
  tables: z
    .array(z.strictObject({ table: z.string(), rows: z.int().min(0), sha256: z.string() }))
    .max(10_000),
  sequences: z.array(z.strictObject({ name: z.string(), lastValue: z.string().nullable() })).max(10_000),
})
export type BackupTrailer = z.infer<typeof trailerSchema>

export type BackupPart =
  | { kind: 'header'; header: BackupHeader }
  | { kind: 'table'; table: string; columns: string[] }
  | { kind: 'rows'; bytes: Buffer }
  | { kind: 'table-end' }
  | { kind: 'trailer'; trailer: BackupTrailer }

/** Counts and hashes what passes of one table. */
export function createTally(): { add: (bytes: Buffer) => void; end: () => { rows: number; sha256: string } } {
  const hash = createHash('sha256')
  let rows = 0
  return {
    add: (bytes) => {
      hash.update(bytes)
      // a newline inside a value is written as \n by COPY
      for (let at = bytes.indexOf(newline); at !== -1; at = bytes.indexOf(newline, at + 1)) rows += 1
    },
    end: () => ({ rows, sha256: hash.digest('hex') }),
  }
}

type Reader = {
  state: 'header' | 'between' | 'rows' | 'over'
  rest: Buffer
  tally: ReturnType<typeof createTally>
  seen: BackupTrailer['tables']
}

/** Throws StartupError for what is not a backup, is cut off, or is not what it says of itself. */
export async function* readBackup(path: string): AsyncGenerator<BackupPart> {
  const source = createReadStream(path)
  const plain = source.pipe(createGunzip())
  source.on('error', (error) => plain.destroy(error))
  const reader: Reader = { state: 'header', rest: Buffer.alloc(0), tally: createTally(), seen: [] }
  try {
    for await (const chunk of plain) {
      reader.rest = Buffer.concat([reader.rest, chunk as Buffer])
      yield* partsOf(reader)
      if (reader.rest.length > lineBytesMax) throw damaged('a line of it has no end')
    }
  } catch (error) {
    throw error instanceof StartupError ? error : damaged('it cannot be unpacked')
  } finally {
    source.destroy()
  }
  if (reader.state !== 'over' || reader.rest.length > 0) throw damaged('its end is missing')
}

/** As far as whole lines are there. */
function* partsOf(reader: Reader): Generator<BackupPart> {
  for (;;) {
    const hasMore = reader.state === 'rows' ? yield* rowsFrom(reader) : yield* lineFrom(reader)
    if (!hasMore) return
  }
}

function* rowsFrom(reader: Reader): Generator<BackupPart, boolean> {
  const { rows, isOver, left } = takeRows(reader.rest)
  reader.rest = left
  reader.tally.add(rows)
  if (rows.length > 0) yield { kind: 'rows', bytes: rows }
  if (!isOver) return false
  Object.assign(reader.seen.at(-1) ?? {}, reader.tally.end())
  reader.state = 'between'
  yield { kind: 'table-end' }
  return true
}

function* lineFrom(reader: Reader): Generator<BackupPart, boolean> {
  const end = reader.rest.indexOf(newline)
  if (end === -1) return false
  if (reader.state === 'over') throw damaged('something follows its end')
  const part = partOf(reader.rest.subarray(0, end).toString('utf8'), reader.state === 'header')
  reader.rest = reader.rest.subarray(end + 1)
  reader.state = 'between'
  if (part.kind === 'table') {
    reader.seen.push({ table: part.table, rows: 0, sha256: '' })
    reader.tally = createTally()
    reader.state = 'rows'
  }
  if (part.kind === 'trailer') {
    requireSame(reader.seen, part.trailer)
    reader.state = 'over'
  }
  yield part
  return true
}

/** Whole rows up to the end of the table, or up to the last newline that is there. */
function takeRows(bytes: Buffer): { rows: Buffer; isOver: boolean; left: Buffer } {
  const whole = bytes.subarray(0, bytes.lastIndexOf(newline) + 1)
  const atStart = whole.subarray(0, TABLE_END.length).toString('latin1') === TABLE_END
  const at = atStart ? 0 : whole.indexOf(`\n${TABLE_END}`) + 1
  if (!atStart && at === 0) return { rows: whole, isOver: false, left: bytes.subarray(whole.length) }
  return { rows: whole.subarray(0, at), isOver: true, left: bytes.subarray(at + TABLE_END.length) }
}

function partOf(line: string, isFirst: boolean): BackupPart {
  const json = parseJson(line)
  if (isFirst) {
    const header = headerSchema.safeParse(json)
    if (!header.success) throw new StartupError('This is no backup of Tahsil, or one of another version.')
    return { kind: 'header', header: header.data }
  }
  const table = tableSchema.safeParse(json)
  if (table.success) return { kind: 'table', ...table.data }
  const trailer = trailerSchema.safeParse(json)
  if (trailer.success) return { kind: 'trailer', trailer: trailer.data }
  throw damaged('a line of it cannot be read')
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}

function requireSame(seen: BackupTrailer['tables'], { tables }: BackupTrailer): void {
  const isSame = JSON.stringify(seen) === JSON.stringify(tables)
  if (!isSame) throw damaged('its rows are not those that were written')
}

function damaged(why: string): StartupError {
  return new StartupError(`The backup is damaged: ${why}. Take another one.`)
}

/** SHA-256 of a whole file, hex. */
export async function sha256OfFile(path: string): Promise<string> {
  const hash: Hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}

/**
 * Reads all of it and holds it against its own sums and against FILE.sha256 when that is there.
 * Throws StartupError with one sentence when anything is wrong.
 */
export async function checkBackup(path: string): Promise<{ header: BackupHeader; trailer: BackupTrailer }> {
  if (!existsSync(path)) throw new StartupError('There is no such backup file.')
  const sidecar = `${path}.sha256`
  if (existsSync(sidecar)) {
    const [wanted = ''] = readFileSync(sidecar, 'utf8').split(/\s/)
    if (wanted !== (await sha256OfFile(path))) {
      throw damaged(`${basename(path)} is not the file that ${basename(sidecar)} tells of`)
    }
  }
  let header: BackupHeader | null = null
  let trailer: BackupTrailer | null = null
  for await (const part of readBackup(path)) {
    if (part.kind === 'header') header = part.header
    if (part.kind === 'trailer') trailer = part.trailer
  }
  if (header === null || trailer === null) throw damaged('its end is missing')
  return { header, trailer }
}
