// Looks a record over before it is trusted: SQLite's own check, the chain of the journal, and payments against journal. Reads
// only, through a read-only connection, so that a damaged file stays as it was found. Called by open-store.ts at every start.
import { createHash, createPublicKey, verify } from 'node:crypto'
import { existsSync } from 'node:fs'
import Database from 'better-sqlite3'
import { ProblemError } from '#contract/problem.ts'
import {
  dataOfBody,
  EMPTY_HEAD,
  verifyEntries,
  type JournalEntry,
  type JournalHead,
  type CheckKeys,
  type JournalOwner,
  type Sha256,
} from '#core/journal.ts'

/** Records whose chain is followed at every start; the rest only on wish. */
export const TAIL_RECORDS = 1_000
/** Of them, the last ones whose signatures are checked too: each stands for all before it, and one costs a hundred chain steps. */
export const TAIL_SIGNATURES = 200

export const sha256: Sha256 = (parts) => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest('hex')
}

/** Columns of a JournalEntry; a file of the time before signatures has none. */
export function entryColumns(raw: Database.Database): string {
  const hasSignature = raw
    .prepare<[], { name: string }>("SELECT name FROM pragma_table_info('journal') WHERE name = 'signature'")
    .get()
  return `seq, type, body, previous_hash AS previousHash, hash, at_ms AS atMs, turnover_paise AS turnoverPaise,
    payment_count AS paymentCount, ${hasSignature === undefined ? 'NULL AS ' : ''}signature`
}

/** Checks signatures of one device; null when its key is not known. */
export function verifierOf(publicKey: string | null): CheckKeys['verify'] {
  if (publicKey === null) return null
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: publicKey }, format: 'jwk' })
  return (text, signature) => verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64url'))
}

/** Throws store_corrupt with what is wrong (`file`, `reason`, `seq`). A file that does not exist yet is fine. */
export function checkFile(file: string, depth: 'tail' | 'full'): void {
  if (!existsSync(file)) return
  let raw: Database.Database | null = null
  try {
    finishRollback(file)
    raw = new Database(file, { readonly: true, fileMustExist: true })
    checkPages(raw, file)
    if (hasTable(raw, 'journal')) checkJournal(raw, file, depth)
  } catch (error) {
    if (error instanceof Database.SqliteError && /^SQLITE_(CORRUPT|NOTADB)/.test(error.code)) {
      throw new ProblemError('store_corrupt', { file, reason: error.code }, { cause: error })
    }
    throw error
  } finally {
    raw?.close()
  }
}

/**
 * A power cut while the file was being made leaves a rollback journal, which SQLite plays back only through a connection that
 * may write; the read-only one would refuse the till for ever.
 */
function finishRollback(file: string): void {
  if (!existsSync(`${file}-journal`)) return
  const raw = new Database(file, { fileMustExist: true })
  try {
    raw.pragma('schema_version')
  } finally {
    raw.close()
  }
}

function checkPages(raw: Database.Database, file: string): void {
  const answer = raw.pragma('quick_check(1)', { simple: true })
  if (answer !== 'ok') throw damaged(file, String(answer).slice(0, 200), null)
}

function checkJournal(raw: Database.Database, file: string, depth: 'tail' | 'full'): void {
  const owner = ownerOf(raw)
  const last = raw.prepare<[], { seq: number }>('SELECT seq FROM journal ORDER BY seq DESC LIMIT 1').get()
  if (owner === null || last === undefined) {
    if (last !== undefined) throw damaged(file, 'the journal has no owner', last.seq)
    return
  }
  const from = depth === 'full' ? 0 : Math.max(0, last.seq - TAIL_RECORDS)
  const entries = raw
    .prepare<[number], JournalEntry>(`SELECT ${entryColumns(raw)} FROM journal WHERE seq > ? ORDER BY seq`)
    .iterate(from)
  const checks = verifierOf(readMeta<string>(raw, 'devicePublicKey'))
  const signedFrom = depth === 'full' ? 0 : last.seq - TAIL_SIGNATURES
  let seq = from
  const keys: CheckKeys = {
    owner,
    sha256,
    verify: checks === null ? null : (text, signature) => ++seq <= signedFrom || checks(text, signature),
  }
  const { fault, head } = verifyEntries(headAt(raw, file, from), entries, keys)
  if (fault !== null) throw damaged(file, fault.reason, fault.seq)
  checkPayments(raw, file, { from, head })
  checkDrawers(raw, file, from)
  checkSales(raw, file, from)
}

/** Every payment record of the journal has its payment with the same bytes, and there are no others. */
function checkPayments(
  raw: Database.Database,
  file: string,
  { from, head }: { from: number; head: JournalHead },
): void {
  const row = raw
    .prepare<[], { count: number; last: number }>(
      'SELECT count(*) AS count, coalesce(max(device_seq), 0) AS last FROM payments',
    )
    .get()
  if (row?.count !== head.paymentCount || row.last !== head.paymentCount) {
    throw damaged(file, 'payments and journal do not count the same', head.seq)
  }
  const pairs = raw
    .prepare<[number], { seq: number; entry: string; body: string | null; same: number }>(
      `SELECT j.seq, j.body AS entry, p.body, p.journal_hash = j.hash AS same
       FROM journal j LEFT JOIN payments p ON p.device_seq = j.payment_count AND p.journal_seq = j.seq
       WHERE j.type = 'PAY' AND j.seq > ?`,
    )
    .iterate(from)
  for (const { seq, entry, body, same } of pairs) {
    if (body === null || same !== 1 || dataOfBody(entry) !== body) {
      throw damaged(file, 'a payment is not what its journal record says', seq)
    }
  }
}

/** Cash that the journal says was handed in has left the drawer, and a shift that it says was closed is. */
function checkDrawers(raw: Database.Database, file: string, from: number): void {
  const lost = raw
    .prepare<[number], { seq: number }>(
      `SELECT j.seq FROM journal j WHERE j.seq > ? AND CASE j.type
         WHEN 'CASH_OUT' THEN NOT EXISTS (
           SELECT 1 FROM cash_movements WHERE id = j.body ->> '$.data.id' AND kind = 'HAND_IN'
             AND shift_id = j.body ->> '$.data.shiftId' AND amount_paise = j.body ->> '$.data.amountPaise')
         WHEN 'CLOSE_SHIFT' THEN NOT EXISTS (
           SELECT 1 FROM shifts WHERE id = j.body ->> '$.data.shiftId' AND is_open = 0)
         ELSE 0 END LIMIT 1`,
    )
    .get(from)
  if (lost !== undefined) throw damaged(file, 'a drawer is not what its journal record says', lost.seq)
  const drawer = raw
    .prepare<[], { isRight: number }>(
      `SELECT s.cash_in_hand_paise = (
         SELECT coalesce(sum(CASE kind WHEN 'HAND_IN' THEN -amount_paise ELSE amount_paise END), 0)
         FROM cash_movements WHERE shift_id = s.id) AS isRight
       FROM shifts s WHERE s.is_open = 1`,
    )
    .get()
  if (drawer?.isRight === 0) throw damaged(file, 'a drawer does not hold what moved in it', null)
}

/** Every step of a card sale that the journal tells stands in its row, or a later one does. */
function checkSales(raw: Database.Database, file: string, from: number): void {
  const table = raw.prepare(`SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'card_sales'`).get()
  if (table === undefined) return
  const lost = raw
    .prepare<[number], { seq: number }>(
      `SELECT j.seq FROM journal j LEFT JOIN card_sales s ON s.reference = j.body ->> '$.data.reference'
       WHERE j.seq > ? AND j.type = 'CARD_SALE' AND (
         s.reference IS NULL OR s.journal_seq < j.seq
         OR (s.journal_seq = j.seq AND (s.state <> j.body ->> '$.data.state'
           OR s.amount_paise <> j.body ->> '$.data.amountPaise')))
       LIMIT 1`,
    )
    .get(from)
  if (lost !== undefined) throw damaged(file, 'a card sale is not what its journal record says', lost.seq)
}

function headAt(raw: Database.Database, file: string, seq: number): JournalHead {
  if (seq === 0) return EMPTY_HEAD
  const entry = raw
    .prepare<[number], JournalEntry>(`SELECT ${entryColumns(raw)} FROM journal WHERE seq = ?`)
    .get(seq)
  if (entry === undefined) throw damaged(file, 'a record is missing', seq)
  return entry
}

export function ownerOf(raw: Database.Database): JournalOwner | null {
  return readMeta<JournalOwner>(raw, 'device')
}

export function readMeta<T>(raw: Database.Database, key: string): T | null {
  const row = raw.prepare<[string], { value: string }>('SELECT value FROM meta WHERE key = ?').get(key)
  return row === undefined ? null : (JSON.parse(row.value) as T)
}

function hasTable(raw: Database.Database, name: string): boolean {
  return raw.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?").get(name) !== undefined
}

function damaged(file: string, reason: string, seq: number | null): ProblemError {
  return new ProblemError('store_corrupt', { file, reason, seq })
}
