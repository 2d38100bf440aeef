// Payments as lists, receipts and the queue show them: what was recorded, what the integrator said since, and how the paper did.
// Part of the store; reads only.
import { asc, desc, eq, inArray, sql, type SQL } from 'drizzle-orm'
import { paise } from '#contract/money.ts'
import type { Masters } from '#contract/api.ts'
import type { Payment, PaymentStatus, PostingState, PostingStep, SuspenseReason } from '#contract/payment.ts'
import type { Problem } from '#contract/problem.ts'
import { LINES_MAX, QUEUE_ROWS_MAX, SEARCH_ROWS_MAX } from '#core/limits.ts'
import { standingOf } from '#core/receipts/receipt.ts'
import type { OutboxLane, PaymentRecord, PaymentRow, PrintState, QueueRow } from '#core/records.ts'
import type { Gate } from '#store/gate.ts'
import { idsByPrefix, indexPayments } from './payment-search.ts'
import { outbox, payments, shifts, statuses } from '#store/schema.ts'
import { perSession, type Session, type Db } from '#store/session.ts'

const columns = {
  paymentId: payments.id,
  collectionId: payments.collectionId,
  receiptNumber: payments.receiptNumber,
  businessService: payments.businessService,
  consumerCode: payments.consumerCode,
  payerName: payments.payerName,
  amountPaise: payments.amountPaise,
  mode: payments.mode,
  collectedAtMs: payments.collectedAtMs,
  lane: outbox.lane,
  attempts: outbox.attempts,
  problem: outbox.problem,
  nextTryAtMs: outbox.nextTryAtMs,
  state: statuses.state,
  reason: statuses.reason,
  heldPaise: statuses.heldPaise,
  digitReceiptNumber: statuses.digitReceiptNumber,
  printState: sql<string>`(SELECT state FROM print_jobs WHERE payment_id = ${payments.id} ORDER BY copy_number DESC LIMIT 1)`,
  copies: sql<number>`(SELECT max(copy_number) FROM print_jobs WHERE payment_id = ${payments.id})`,
}

const fromPayments = (db: Db) =>
  db
    .select(columns)
    .from(payments)
    .innerJoin(outbox, eq(outbox.deviceSeq, payments.deviceSeq))
    .leftJoin(statuses, eq(statuses.paymentId, payments.id))
    .$dynamic()

/** The lane is written out, so that SQLite walks the small partial index of that lane and not the payments. */
const rowsInLane = (db: Db, isInLane: SQL) =>
  fromPayments(db).where(isInLane).orderBy(asc(outbox.deviceSeq)).limit(QUEUE_ROWS_MAX).prepare()

/** Payments have no index by collection: those of one collection follow one another. */
const firstSeq = sql`(SELECT first_device_seq FROM collections WHERE id = ${sql.placeholder('collectionId')})`

const statements = perSession((db) => ({
  ofCollection: fromPayments(db)
    .where(sql`${payments.deviceSeq} >= ${firstSeq} AND ${payments.deviceSeq} < ${firstSeq} + ${LINES_MAX}
      AND ${payments.collectionId} = ${sql.placeholder('collectionId')}`)
    .orderBy(asc(payments.deviceSeq))
    .prepare(),
  byId: fromPayments(db)
    .where(eq(payments.id, sql.placeholder('id')))
    .prepare(),
  newest: fromPayments(db).orderBy(desc(payments.deviceSeq)).limit(SEARCH_ROWS_MAX).prepare(),
  attention: rowsInLane(db, sql`${outbox.lane} = 'attention'`),
  waiting: rowsInLane(db, sql`${outbox.lane} = 'waiting'`),
  pending: rowsInLane(db, sql`${outbox.lane} = 'pending'`),
  last: db
    .select({
      paymentId: payments.id,
      receiptNumber: payments.receiptNumber,
      amountPaise: payments.amountPaise,
    })
    .from(payments)
    .orderBy(desc(payments.deviceSeq))
    .limit(1)
    .prepare(),
  record: db
    .select({
      body: payments.body,
      journalHash: payments.journalHash,
      shiftNumber: shifts.number,
      operatorName: shifts.operatorName,
      lane: outbox.lane,
      status: statuses,
      copies: columns.copies,
    })
    .from(payments)
    .innerJoin(outbox, eq(outbox.deviceSeq, payments.deviceSeq))
    .innerJoin(shifts, eq(shifts.id, sql`${payments.body} ->> 'shiftId'`))
    .leftJoin(statuses, eq(statuses.paymentId, payments.id))
    .where(eq(payments.id, sql.placeholder('id')))
    .prepare(),
}))

export type PaymentRows = {
  readonly payment: (id: string) => PaymentRecord | null
  readonly row: (id: string) => PaymentRow | null
  /** The latest payment in short; null before the first. */
  readonly lastReceipt: () => LastReceipt | null
  /** Newest first; an empty text gives the newest of all. */
  readonly search: (text: string) => PaymentRow[]
  /** What is not settled, oldest first. */
  readonly queue: () => QueueRow[]
}

export type LastReceipt = Pick<PaymentRow, 'paymentId' | 'receiptNumber' | 'amountPaise'>

type Names = () => Masters | null

export function paymentRows(gate: Gate, names: Names): PaymentRows {
  return {
    payment: (id) => gate.read((session) => readRecord(session, id)),
    row: (id) =>
      gate.read((session) => {
        const raw = statements(session).byId.get({ id })
        return raw === undefined ? null : rowOf(raw, names())
      }),
    lastReceipt: () =>
      gate.read((session) => {
        const raw = statements(session).last.get()
        return raw === undefined ? null : { ...raw, amountPaise: paise(raw.amountPaise) }
      }),
    search: (text) => {
      const isByText = text.trim() !== ''
      if (isByText) indexPayments(gate)
      return gate.read((session) => {
        const found = isByText ? byPrefix(session, text) : statements(session).newest.all()
        return found.map((raw) => rowOf(raw, names()))
      })
    },
    queue: () => gate.read((session) => readQueue(session, names())),
  }
}

export function rowsOfCollection(
  session: Session,
  collectionId: string,
  masters: Masters | null,
): PaymentRow[] {
  return statements(session)
    .ofCollection.all({ collectionId })
    .map((raw) => rowOf(raw, masters))
}

function byPrefix(session: Session, text: string): RawRow[] {
  const ids = idsByPrefix(session, text)
  if (ids.length === 0) return []
  return fromPayments(session.db)
    .where(inArray(payments.id, ids))
    .orderBy(desc(payments.deviceSeq))
    .limit(SEARCH_ROWS_MAX)
    .all()
}

function readQueue(session: Session, masters: Masters | null): QueueRow[] {
  const { attention, waiting, pending } = statements(session)
  const rows = [attention, waiting, pending].flatMap((lane) => lane.all())
  return rows.slice(0, QUEUE_ROWS_MAX).map((raw) => {
    const { attempts, problem, nextTryAtMs } = raw
    const lastProblem = problem === null ? null : (JSON.parse(problem) as Problem)
    return { ...rowOf(raw, masters), attempts, lastProblem, nextTryAtMs }
  })
}

type RawRow = NonNullable<ReturnType<ReturnType<typeof statements>['byId']['get']>>

function rowOf(raw: RawRow, masters: Masters | null): PaymentRow {
  const state = raw.state as PostingState | null
  return {
    paymentId: raw.paymentId,
    collectionId: raw.collectionId,
    receiptNumber: raw.receiptNumber,
    digitReceiptNumber: raw.digitReceiptNumber,
    standing: standingOf(state, raw.lane as OutboxLane),
    serviceName:
      masters?.services.find(({ code }) => code === raw.businessService)?.name ?? raw.businessService,
    consumerCode: raw.consumerCode,
    payerName: raw.payerName,
    amountPaise: paise(raw.amountPaise),
    mode: raw.mode,
    collectedAtMs: raw.collectedAtMs,
    state,
    reason: raw.reason as SuspenseReason | null,
    heldPaise: paise(raw.heldPaise ?? 0),
    printState: raw.printState as PrintState,
    copies: raw.copies,
  }
}

function readRecord(session: Session, id: string): PaymentRecord | null {
  const row = statements(session).record.get({ id })
  if (row === undefined) return null
  return {
    payment: JSON.parse(row.body) as Payment,
    journalHash: row.journalHash,
    shiftNumber: row.shiftNumber,
    operatorName: row.operatorName,
    lane: row.lane as OutboxLane,
    status: row.status === null ? null : statusOf(row.status),
    copies: row.copies,
  }
}

function statusOf(row: typeof statuses.$inferSelect): PaymentStatus {
  return {
    id: row.paymentId,
    state: row.state as PostingState,
    reason: row.reason as SuspenseReason | null,
    digitReceiptNumber: row.digitReceiptNumber,
    digitPaymentId: row.digitPaymentId,
    postedAtMs: row.postedAtMs,
    balancePaise: row.balancePaise === null ? null : paise(row.balancePaise),
    heldPaise: paise(row.heldPaise),
    steps: JSON.parse(row.steps) as PostingStep[],
    cursor: row.cursor,
  }
}
