// Makes every derived table of a till anew from its journal: payments, collections, cash, shifts, lanes, search terms. What only the
// integrator knows (statuses) is asked for again from its feed; print jobs stay as they are. Called by the verifier, which compares,
// and by rescue, which puts a record in order.
import type Database from 'better-sqlite3'
import type { Payment } from '#contract/payment.ts'
import { readBody, type BodyFacts } from '#contract/journal-record.ts'
import { entryColumns, readMeta } from './check-file.ts'
import type { CardSale } from '#core/cards/card-sale.ts'
import type { DrawerRecord } from '#core/drawer/drawer-records.ts'
import type { JournalEntry, JournalType } from '#core/journal.ts'
import type { Handover } from '#core/ports.ts'

/** Tables that hold nothing but what the journal says. Children first. */
export const DERIVED_TABLES = [
  'search_terms',
  'statuses',
  'outbox',
  'cash_movements',
  'card_sales',
  'payments',
  'collections',
  'shifts',
] as const

/**
 * Drops and rebuilds the derived tables in one transaction. The connection must be the only one, and not in a transaction.
 * Throws Error when a record cannot be read: check the journal first.
 */
export function rebuildDerived(raw: Database.Database): void {
  raw.pragma('foreign_keys = OFF')
  try {
    raw.exec('BEGIN EXCLUSIVE')
    for (const table of DERIVED_TABLES) emptyTable(raw, table)
    const entries = raw
      .prepare<[], JournalEntry>(`SELECT ${entryColumns(raw)} FROM journal ORDER BY seq`)
      .all()
    insertAll(raw, entries)
    forgetFeed(raw)
    const broken = raw.pragma('foreign_key_check') as unknown[]
    if (broken.length > 0) throw new Error('the rebuilt tables do not fit together')
    raw.exec('COMMIT')
  } catch (error) {
    if (raw.inTransaction) raw.exec('ROLLBACK')
    throw error
  } finally {
    raw.pragma('foreign_keys = ON')
  }
}

/** Rows are never deleted by the till, and its triggers see to that; here the whole table is made anew with all that belongs to it. */
function emptyTable(raw: Database.Database, table: string): void {
  const parts = raw
    .prepare<[string], { sql: string }>(
      `SELECT sql FROM sqlite_master WHERE tbl_name = ? AND sql IS NOT NULL
       ORDER BY CASE type WHEN 'table' THEN 0 WHEN 'index' THEN 1 ELSE 2 END`,
    )
    .all(table)
  if (parts.length === 0) throw new Error(`the record has no table ${table}`)
  raw.exec(`DROP TABLE ${table}`)
  for (const { sql } of parts) raw.exec(sql)
}

/** Sums first, rows after: a collection and a shift are known only with their last payment. */
function insertAll(raw: Database.Database, entries: readonly JournalEntry[]): void {
  const facts = entries.map((entry) => ({ entry, facts: factsOf(entry) }))
  const paid = facts
    .filter(({ entry }) => entry.type === 'PAY')
    .map(({ entry, facts: own }) => paidOf(entry, own))
  const drawers = facts.filter(({ entry }) => DRAWER_TYPES.includes(entry.type)).map(drawerOf)
  for (const { entry, facts: own } of facts) {
    if (entry.type === 'OPEN_SHIFT') insertShift(raw, own, { paid, drawers })
  }
  const collections = Map.groupBy(paid, ({ payment }) => payment.collectionId)
  for (const payments of collections.values()) insertCollection(raw, payments)
  const sentSeq = readMeta<Handover>(raw, 'handover')?.sentSeq ?? 0
  for (const each of paid) insertPayment(raw, each, sentSeq)
  insertSales(raw, facts)
  for (const { entry, facts: own } of facts) if (entry.type === 'REFUSED') refuse(raw, own)
}

const DRAWER_TYPES: readonly JournalType[] = ['CASH_OUT', 'CLOSE_SHIFT']

function drawerOf({ facts }: { facts: BodyFacts }): DrawerRecord {
  return JSON.parse(facts.dataJson) as DrawerRecord
}

type Paid = {
  readonly entry: JournalEntry
  readonly payment: Payment
  readonly body: string
  readonly contentHash: string
}

function factsOf({ seq, body }: JournalEntry): BodyFacts {
  const facts = readBody(body)
  if (facts === null) throw new Error(`record ${seq} cannot be read`)
  return facts
}

function paidOf(entry: JournalEntry, { dataJson, noteJson }: BodyFacts): Paid {
  const payment = JSON.parse(dataJson) as Payment
  if (payment.deviceSeq !== entry.paymentCount)
    throw new Error('the n-th payment is in the n-th payment record')
  const { contentHash = '' } = JSON.parse(noteJson) as { contentHash?: string }
  return { entry, payment, body: dataJson, contentHash }
}

function sumOf(paid: readonly Paid[]): number {
  return paid.reduce((sum, { payment }) => sum + payment.amountPaise, 0)
}

function insertShift(
  raw: Database.Database,
  { dataJson, wallMs }: BodyFacts,
  { paid, drawers }: { paid: readonly Paid[]; drawers: readonly DrawerRecord[] },
): void {
  const data = JSON.parse(dataJson) as {
    readonly shiftId: string
    readonly number: number
    readonly operatorId: string
    readonly operatorName?: string
    readonly openedAtMs?: number
    readonly businessDate?: string
    readonly floatPaise: number
  }
  const { shiftId, operatorId, floatPaise } = data
  // Records of the time before these facts were written say the same by the clock of the record.
  const openedAtMs = data.openedAtMs ?? wallMs
  const own = paid.filter(({ payment }) => payment.shiftId === shiftId)
  const cash = own.filter(({ payment }) => payment.mode === 'CASH')
  const records = drawers.filter((record) => record.shiftId === shiftId)
  const handIns = records.filter((record) => record.kind === 'HAND_IN')
  const handedInPaise = handIns.reduce((sum, { amountPaise }) => sum + amountPaise, 0)
  insert(raw, 'shifts', {
    id: shiftId,
    number: data.number,
    operator_id: operatorId,
    operator_name: data.operatorName ?? operatorId,
    opened_at_ms: openedAtMs,
    business_date: data.businessDate ?? dateIst(openedAtMs),
    float_paise: floatPaise,
    cash_in_hand_paise: floatPaise + sumOf(cash) - handedInPaise,
    collected_paise: sumOf(own),
    receipt_count: own.length,
    is_open: records.some(({ kind }) => kind === 'CLOSE') ? 0 : 1,
  })
  const movement = { id: shiftId, shift_id: shiftId, collection_id: null, kind: 'FLOAT' }
  insert(raw, 'cash_movements', { ...movement, amount_paise: floatPaise, at_ms: openedAtMs })
  for (const { id, amountPaise, atMs } of handIns) {
    const out = { id, shift_id: shiftId, collection_id: null, kind: 'HAND_IN' }
    insert(raw, 'cash_movements', { ...out, amount_paise: amountPaise, at_ms: atMs })
  }
}

function insertCollection(raw: Database.Database, paid: readonly Paid[]): void {
  const [first] = paid
  if (first === undefined) throw new Error('a collection has payments')
  const { collectionId, shiftId, operatorId, instrument, isOffline, collectedAtMs, deviceSeq } = first.payment
  const totalPaise = sumOf(paid)
  const isCash = instrument.mode === 'CASH'
  insert(raw, 'collections', {
    id: collectionId,
    content_hash: first.contentHash,
    shift_id: shiftId,
    operator_id: operatorId,
    total_paise: totalPaise,
    tendered_paise: isCash ? instrument.tenderedPaise : null,
    change_paise: isCash ? instrument.changePaise : 0,
    is_offline: isOffline ? 1 : 0,
    collected_at_ms: collectedAtMs,
    first_device_seq: deviceSeq,
  })
  if (!isCash) return
  const movement = { id: collectionId, shift_id: shiftId, collection_id: collectionId, kind: 'COLLECTION' }
  insert(raw, 'cash_movements', { ...movement, amount_paise: totalPaise, at_ms: collectedAtMs })
}

function insertPayment(raw: Database.Database, { entry, payment, body }: Paid, sentSeq: number): void {
  const { deviceSeq, bill, amountPaise, collectedAtMs } = payment
  const [, financialYear = '', receiptSeq = ''] =
    /\/(\d{2}-\d{2})\/(\d{1,12})-.$/.exec(payment.receiptNumber) ?? []
  insert(raw, 'payments', {
    device_seq: deviceSeq,
    id: payment.id,
    collection_id: payment.collectionId,
    receipt_number: payment.receiptNumber,
    financial_year: financialYear,
    receipt_seq: Number(receiptSeq),
    bill_id: bill.id,
    tenant_id: payment.tenantId,
    business_service: bill.businessService,
    consumer_code: bill.consumerCode,
    payer_name: bill.payerName,
    amount_paise: amountPaise,
    mode: payment.mode,
    collected_at_ms: collectedAtMs,
    body,
    journal_seq: entry.seq,
    journal_hash: entry.hash,
  })
  insert(raw, 'outbox', {
    device_seq: deviceSeq,
    amount_paise: amountPaise,
    collected_at_ms: collectedAtMs,
    lane: entry.seq <= sentSeq ? 'pending' : 'waiting',
    is_refused: 0,
    is_conflict: 0,
    attempts: 0,
  })
}

/** Every record of a sale is the whole sale as it stood then: the last one counts. */
function insertSales(
  raw: Database.Database,
  facts: readonly { readonly entry: JournalEntry; readonly facts: BodyFacts }[],
): void {
  const last = new Map<string, { sale: CardSale; seq: number; body: string }>()
  for (const { entry, facts: own } of facts) {
    if (entry.type !== 'CARD_SALE') continue
    const sale = JSON.parse(own.dataJson) as CardSale
    last.set(sale.reference, { sale, seq: entry.seq, body: own.dataJson })
  }
  for (const { sale, seq, body } of last.values()) {
    insert(raw, 'card_sales', {
      reference: sale.reference,
      collection_id: sale.collectionId,
      state: sale.state,
      amount_paise: sale.amountPaise,
      body,
      journal_seq: seq,
    })
  }
}

function refuse(raw: Database.Database, { dataJson, wallMs }: BodyFacts): void {
  const { paymentId, outcome, problem } = JSON.parse(dataJson) as {
    readonly paymentId: string
    readonly outcome: string
    readonly problem: unknown
  }
  raw
    .prepare(
      `UPDATE outbox SET lane = 'attention', is_refused = 1, is_conflict = ?, problem = ?, acknowledged_at_ms = ?
       WHERE device_seq = (SELECT device_seq FROM payments WHERE id = ?)`,
    )
    .run(outcome === 'conflict' ? 1 : 0, JSON.stringify(problem), wallMs, paymentId)
}

/** Statuses and search terms come again: the feed is read from its beginning, terms with the next search. */
function forgetFeed(raw: Database.Database): void {
  raw.exec("DELETE FROM meta WHERE key IN ('feedCursor', 'searchableSeq')")
}

function insert(raw: Database.Database, table: string, row: Readonly<Record<string, unknown>>): void {
  const names = Object.keys(row)
  const places = names.map((name) => `@${name}`).join(', ')
  raw.prepare(`INSERT INTO ${table} (${names.join(', ')}) VALUES (${places})`).run(row)
}

/** Days in India: UTC+05:30, no summer time. */
function dateIst(epochMs: number): string {
  return new Date(epochMs + 19_800_000).toISOString().slice(0, 10)
}
