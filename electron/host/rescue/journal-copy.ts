// A second copy of the journal, line by line, best on another medium (an SD card): when the record's file is destroyed, what the
// integrator does not have yet is here. Written after each commit, never read in normal work; a fault of it is an alarm and
// stops nothing. Called by start-host.
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { journalRecordSchema } from '#contract/journal-record.ts'
import type { JournalRecord } from '#contract/journal-record.ts'

export type JournalCopy = {
  /** Appends what is not there yet; at most `COPIED_AT_ONCE` records. Returns how many. Throws Error of the file system. */
  readonly follow: () => number
  readonly copiedSeq: () => number
}

export const COPIED_AT_ONCE = 500
/** A copy larger than this is not read back: months of a busy counter are less. */
const COPY_BYTES_MAX = 512 * 1024 * 1024

/** `recordsAfter` answers records of the journal in order. A copy of another journal (`head` differs) is put aside by the caller. */
export function openJournalCopy(
  path: string,
  recordsAfter: (seq: number, max: number) => readonly JournalRecord[],
): JournalCopy {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  let copiedSeq = readJournalCopy(path).at(-1)?.seq ?? 0
  return {
    copiedSeq: () => copiedSeq,
    follow: () => {
      const records = recordsAfter(copiedSeq, COPIED_AT_ONCE)
      const last = records.at(-1)
      if (last === undefined) return 0
      appendLines(path, records)
      copiedSeq = last.seq
      return records.length
    },
  }
}

/** Every whole line in order, up to the first that is not the next record: a torn end is what a power cut leaves. */
export function readJournalCopy(path: string): JournalRecord[] {
  if (!existsSync(path) || statSync(path).size > COPY_BYTES_MAX) return []
  const records: JournalRecord[] = []
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    const record = readLine(line)
    // a line that was written twice after a power cut says the same again
    if (record === null || record.seq <= (records.at(-1)?.seq ?? 0)) continue
    if (record.seq !== (records.at(-1)?.seq ?? 0) + 1) break
    records.push(record)
  }
  return records
}

function readLine(line: string): JournalRecord | null {
  if (line === '') return null
  try {
    const parsed = journalRecordSchema.safeParse(JSON.parse(line))
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}

/** Begins with a line end, so that a torn line before it stays by itself. */
function appendLines(path: string, records: readonly JournalRecord[]): void {
  const text = records
    .map(({ seq, body, signature }) => `\n${JSON.stringify({ seq, body, signature })}`)
    .join('')
  const handle = openSync(path, 'a', 0o600)
  try {
    const bytes = Buffer.from(`${text}\n`)
    let written = 0
    while (written < bytes.length) written += writeSync(handle, bytes, written)
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
