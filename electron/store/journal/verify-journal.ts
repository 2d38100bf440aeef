// Holds a journal against everything that can be known of it: its own chain, signatures and sums, the words of the integrator in it and
// beside it, and the tables made from it. Reads only. Called by the journal-verify command and by tests that tamper.
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { readAck, type Ack } from '#contract/journal-record.ts'
import {
  EMPTY_HEAD,
  dataOfBody,
  faultOf,
  type FaultKind,
  type JournalEntry,
  type JournalHead,
  type JournalOwner,
} from '#core/journal.ts'
import type { Handover } from '#core/ports.ts'
import { cardFaults } from './check-cards.ts'
import { drawerFaults } from './check-drawers.ts'
import { entryColumns, ownerOf, readMeta, sha256, verifierOf } from './check-file.ts'
import { DERIVED_TABLES, rebuildDerived } from './rebuild.ts'

export type FindingKind =
  | FaultKind
  | 'shift'
  | 'card'
  | 'truncated'
  | 'rolled-back'
  | 'derived'
  | 'unreadable'

export type Finding = { readonly kind: FindingKind; readonly seq: number | null; readonly words: string }

export type JournalFacts = {
  readonly owner: JournalOwner
  readonly publicKey: string | null
  readonly entries: readonly JournalEntry[]
}

/** More than these are not told: the first ones say what happened. */
const FINDINGS_MAX = 100

/** Chain, signatures and sums. Goes on behind a fault, so that each is told, as far as it can be told apart. */
export function checkEntries({ owner, publicKey, entries }: JournalFacts): Finding[] {
  const findings: Finding[] = []
  const keys = { owner, sha256, verify: verifierOf(publicKey) }
  const hashes = new Set(entries.map(({ hash }) => hash))
  let last: JournalHead = EMPTY_HEAD
  let hasSignature = false
  for (const entry of entries) {
    if (findings.length >= FINDINGS_MAX) break
    const fault = faultOf(last, entry, { ...keys, hasSignature })
    if (fault !== null) {
      const isKnown = hashes.has(entry.previousHash)
      const kind = fault.kind === 'chain' ? (isKnown ? 'reordered' : 'deleted') : fault.kind
      findings.push({ kind, seq: entry.seq, words: `record ${entry.seq} ${fault.reason}` })
    }
    hasSignature ||= entry.signature !== null
    last = entry
  }
  return findings
}

/** Hand-ins, counts and closes must say what follows from the payments before them. */
export function checkShifts({ entries }: JournalFacts): Finding[] {
  return drawerFaults(entries)
    .slice(0, FINDINGS_MAX)
    .map(({ seq, reason }) => ({ kind: 'shift', seq, words: `record ${seq} ${reason}` }))
}

/** Card sales must go on as they may, and be paid into their collections once. */
export function checkCards({ entries }: JournalFacts): Finding[] {
  return cardFaults(entries)
    .slice(0, FINDINGS_MAX)
    .map(({ seq, reason }) => ({ kind: 'card', seq, words: `record ${seq} ${reason}` }))
}

/** Every word of the integrator must be about this very journal, and none about more than there is. */
export function checkHeads({ owner, entries }: JournalFacts, acks: readonly Ack[]): Finding[] {
  const findings: Finding[] = []
  const own = acks.filter(
    ({ deviceId, incarnation }) => deviceId === owner.deviceId && incarnation === owner.incarnation,
  )
  const hashBySeq = new Map(entries.map(({ seq, hash }) => [seq, hash]))
  const lastSeq = entries.at(-1)?.seq ?? 0
  for (const { upto, head } of own) {
    if (upto === 0) continue
    if (upto > lastSeq) {
      const words = `the integrator holds ${upto} records, this journal ends at ${lastSeq}`
      findings.push({ kind: 'truncated', seq: upto, words })
    } else if (hashBySeq.get(upto) !== head) {
      const words = `record ${upto} is not the one that the integrator countersigned`
      findings.push({ kind: 'rolled-back', seq: upto, words })
    }
  }
  return findings.slice(0, FINDINGS_MAX)
}

/** Words of the integrator that the till itself keeps: in ACK records and beside the journal. Not checked for who signed them. */
function acksOf(raw: Database.Database, entries: readonly JournalEntry[]): Ack[] {
  const kept = readMeta<Handover>(raw, 'handover')?.ack ?? null
  const inside = entries
    .filter(({ type }) => type === 'ACK')
    .flatMap(({ body }) => {
      const data = safeJson(body) as { ack?: { text?: unknown } } | null
      const text = data?.ack?.text
      const ack = typeof text === 'string' ? readAck(text) : null
      return ack === null ? [] : [ack]
    })
  return kept === null ? inside : [...inside, kept]
}

function safeJson(body: string): unknown {
  try {
    return JSON.parse(dataOfBody(body))
  } catch {
    return null
  }
}

/** null: the file has no journal with an owner. `publicKey` given: that one counts, not what the file says. */
export function readJournal(raw: Database.Database, publicKey: string | null): JournalFacts | null {
  const owner = ownerOf(raw)
  if (owner === null) return null
  const entries = raw
    .prepare<[], JournalEntry>(`SELECT ${entryColumns(raw)} FROM journal ORDER BY rowid`)
    .all()
  return { owner, publicKey: publicKey ?? readMeta<string>(raw, 'devicePublicKey'), entries }
}

export type ReadFile = {
  readonly facts: JournalFacts
  readonly own: readonly Ack[]
  readonly derived: readonly Finding[]
}

/** Works on a copy: what is looked at as evidence is not touched. null: no journal in it. */
export function readRecordFile({
  file,
  publicKey,
}: {
  file: string
  publicKey: string | null
}): ReadFile | null {
  const folder = mkdtempSync(join(tmpdir(), 'tahsil-verify-'))
  try {
    const path = copyTo(join(folder, 'looked-at.db'))(file)
    const raw = new Database(path)
    try {
      const facts = readJournal(raw, publicKey)
      if (facts === null) return null
      const own = acksOf(raw, facts.entries)
      raw.close()
      return { facts, own, derived: checkDerived(path, copyTo(join(folder, 'made-anew.db'))) }
    } finally {
      raw.close()
    }
  } catch (error) {
    const isSqlite = error instanceof Database.SqliteError
    if (!isSqlite) throw error
    return null
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function copyTo(target: string): (file: string) => string {
  return (file) => {
    copyFileSync(file, target)
    if (existsSync(`${file}-wal`)) copyFileSync(`${file}-wal`, `${target}-wal`)
    return target
  }
}

/** Columns that come from elsewhere than the journal: what the network said and when. */
const LEFT_OUT: Readonly<Record<string, readonly string[]>> = {
  outbox: [
    'lane',
    'is_refused',
    'is_conflict',
    'attempts',
    'problem',
    'next_try_at_ms',
    'acknowledged_at_ms',
  ],
}
const NOT_COMPARED = new Set(['search_terms', 'statuses'])

/** Makes the tables anew in a copy and compares. */
function checkDerived(file: string, makeCopy: (file: string) => string): Finding[] {
  const path = makeCopy(file)
  const raw = new Database(path)
  try {
    const before = contentOf(raw)
    try {
      rebuildDerived(raw)
    } catch (error) {
      const words = `the tables cannot be made anew: ${error instanceof Error ? error.message : 'unreadable'}`
      return [{ kind: 'derived', seq: null, words }]
    }
    const after = contentOf(raw)
    return [...before].flatMap(([table, rows]) =>
      rows === after.get(table)
        ? []
        : [{ kind: 'derived' as const, seq: null, words: `table ${table} is not what the journal says` }],
    )
  } finally {
    raw.close()
  }
}

function contentOf(raw: Database.Database): Map<string, string> {
  const tables = DERIVED_TABLES.filter((table) => !NOT_COMPARED.has(table))
  return new Map(
    tables.map((table) => {
      const columns = (raw.pragma(`table_info(${table})`) as { name: string }[])
        .map(({ name }) => name)
        .filter((name) => !(LEFT_OUT[table] ?? []).includes(name))
        .toSorted()
      const rows = raw.prepare(`SELECT ${columns.join(', ')} FROM ${table} ORDER BY 1, 2, 3`).all()
      return [table, JSON.stringify(rows)]
    }),
  )
}
