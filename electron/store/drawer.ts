// Cash that leaves a drawer, counts, and the end of a shift: written with their journal records, and read back from them. Part of the
// store; each method is one transaction.
import { and, asc, count as countOf, desc, eq, gt, sql, sum } from 'drizzle-orm'
import type { PaymentMode } from '#contract/bill.ts'
import { paise, subtractPaise } from '#contract/money.ts'
import type {
  DrawerFacts,
  DrawerPlan,
  DrawerRecord,
  OpenDrawer,
  ShiftClose,
} from '#core/drawer/drawer-records.ts'
import { dataOfBody } from '#core/journal.ts'
import { DRAWER_RECORDS_MAX } from '#core/limits.ts'
import type { DrawerStore } from '#core/ports.ts'
import { readOpenSales } from './payments/card-sales.ts'
import type { Gate } from './gate.ts'
import { noteClock, readClock } from './identity.ts'
import { prepareInsert } from './insert.ts'
import { appendEntries, readHead } from './journal/journal-table.ts'
import { readUnsent } from './payments/outbox.ts'
import { cashMovements, journal, payments, shifts } from './schema.ts'
import { perSession, type Session } from './session.ts'
import { readOpenShift } from './shifts.ts'

const statements = perSession((db) => {
  const ofShift = gt(payments.deviceSeq, sql.placeholder('after'))
  const receipt = { receiptNumber: payments.receiptNumber }
  return {
    // Word for word the condition of the index journal_of_drawers.
    records: db
      .select({ type: journal.type, body: journal.body, paymentCount: journal.paymentCount })
      .from(journal)
      .where(sql`type IN ('OPEN_SHIFT', 'CASH_OUT', 'CASH_COUNT', 'CLOSE_SHIFT')`)
      .orderBy(desc(journal.seq))
      .limit(DRAWER_RECORDS_MAX)
      .prepare(),
    takings: db
      .select({ mode: payments.mode, count: countOf(), sumPaise: sum(payments.amountPaise).mapWith(Number) })
      .from(payments)
      .where(ofShift)
      .groupBy(payments.mode)
      .orderBy(payments.mode)
      .prepare(),
    services: db
      .select({
        businessService: payments.businessService,
        count: countOf(),
        sumPaise: sum(payments.amountPaise).mapWith(Number),
      })
      .from(payments)
      .where(ofShift)
      .groupBy(payments.businessService)
      .orderBy(payments.businessService)
      .prepare(),
    first: db
      .select(receipt)
      .from(payments)
      .where(ofShift)
      .orderBy(asc(payments.deviceSeq))
      .limit(1)
      .prepare(),
    last: db
      .select(receipt)
      .from(payments)
      .where(ofShift)
      .orderBy(desc(payments.deviceSeq))
      .limit(1)
      .prepare(),
    insertCash: prepareInsert(db, cashMovements),
    takeOut: db
      .update(shifts)
      .set({ cashInHandPaise: sql`cash_in_hand_paise - ${sql.placeholder('amountPaise')}` })
      .where(eq(shifts.id, sql.placeholder('id')))
      .prepare(),
    close: db
      .update(shifts)
      .set({ isOpen: 0 })
      .where(and(eq(shifts.id, sql.placeholder('id')), eq(shifts.isOpen, 1)))
      .prepare(),
  }
})

export function drawerTable(gate: Gate): DrawerStore {
  return {
    drawer: () => gate.read((session) => readDrawer(session, readRecords(session))),
    drawerRecord: (id) => gate.read((session) => recordBy(readRecords(session), id)),
    lastClose: () => gate.read((session) => lastCloseOf(readRecords(session))),
    commitDrawer: (id, plan) =>
      gate.write(
        (session) => {
          const facts = readFacts(session, id)
          const planned = plan(facts)
          if (planned === null) return mustBe(facts.recorded)
          if (planned.record.id !== id) throw new Error('a record carries the id that was asked for')
          write(session, planned)
          return planned.record
        },
        (session) => recordBy(readRecords(session), id),
      ),
  }
}

function readFacts(session: Session, id: string): DrawerFacts {
  const records = readRecords(session)
  return {
    recorded: recordBy(records, id),
    open: readDrawer(session, records),
    clock: readClock(session),
    unsent: readUnsent(session),
    head: readHead(session),
    openSales: readOpenSales(session),
  }
}

function write(session: Session, { record, journal: draft }: DrawerPlan): void {
  const before = readOpenShift(session)
  if (before?.id !== record.shiftId) throw new Error('only the open shift has a drawer')
  appendEntries(session, [draft])
  noteClock(session, draft.at)
  if (record.kind === 'COUNT') return
  if (record.kind === 'CLOSE') {
    statements(session).close.run({ id: record.shiftId })
    if (readOpenShift(session) !== null) throw new Error('a closed shift is not open')
    return
  }
  const { id, shiftId, amountPaise, atMs } = record
  statements(session).insertCash({ id, shiftId, collectionId: null, kind: 'HAND_IN', amountPaise, atMs })
  statements(session).takeOut.run({ id: shiftId, amountPaise })
  const after = readOpenShift(session)
  if (after?.cashInHandPaise !== subtractPaise(before.cashInHandPaise, amountPaise)) {
    throw new Error('the drawer holds what it held less what was handed in')
  }
}

/** Newest first. `record` null: the opening of a shift. */
type Row = { readonly shiftId: string; readonly paymentCount: number; readonly record: DrawerRecord | null }

function readRecords(session: Session): Row[] {
  return statements(session)
    .records.all()
    .map(({ type, body, paymentCount }) => {
      const data = JSON.parse(dataOfBody(body)) as DrawerRecord
      return { shiftId: data.shiftId, paymentCount, record: type === 'OPEN_SHIFT' ? null : data }
    })
}

function recordBy(rows: readonly Row[], id: string): DrawerRecord | null {
  return rows.find(({ record }) => record?.id === id)?.record ?? null
}

function lastCloseOf(rows: readonly Row[]): ShiftClose | null {
  for (const { record } of rows) if (record?.kind === 'CLOSE') return record
  return null
}

function readDrawer(session: Session, rows: readonly Row[]): OpenDrawer | null {
  const shift = readOpenShift(session)
  if (shift === null) return null
  const own = rows.filter(({ shiftId }) => shiftId === shift.id).toReversed()
  const [opening] = own
  if (opening === undefined || opening.record !== null)
    throw new Error('a shift has its opening in the journal')
  const records = own.flatMap(({ record }) => (record === null ? [] : [record]))
  // Money goes only into the open shift: its payments are all those since it was opened.
  const since = { after: opening.paymentCount }
  const { takings, services, first, last } = statements(session)
  return {
    shift,
    takings: takings.all(since).map((row) => ({
      mode: row.mode as PaymentMode,
      count: row.count,
      sumPaise: paise(row.sumPaise),
    })),
    services: services.all(since).map((row) => ({ ...row, sumPaise: paise(row.sumPaise) })),
    handIns: records.filter((record) => record.kind === 'HAND_IN'),
    counts: records.filter((record) => record.kind === 'COUNT'),
    firstReceiptNumber: first.get(since)?.receiptNumber ?? null,
    lastReceiptNumber: last.get(since)?.receiptNumber ?? null,
  }
}

function mustBe(record: DrawerRecord | null): DrawerRecord {
  if (record === null) throw new Error('what needs no plan is recorded already')
  return record
}
