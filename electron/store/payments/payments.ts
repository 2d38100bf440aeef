// The commit of money: payments, receipt numbers, cash, outbox, journal and print jobs of one collection, all or nothing. Part of
// the store; each method is one transaction.
import { eq, max, sql } from 'drizzle-orm'
import type { Limits } from '#contract/limits.ts'
import { paise } from '#contract/money.ts'
import type { JournalEntry } from '#core/journal.ts'
import { LINES_MAX } from '#core/limits.ts'
import type { CollectionKey, PaymentStore } from '#core/ports.ts'
import type { CollectionView, KnownBill, PaymentRow } from '#core/records.ts'
import { seriesYear } from '#core/take-payment.ts'
import { readKnownBill } from '#store/bills.ts'
import { readOpenSales, writeStep } from './card-sales.ts'
import type { Gate } from '#store/gate.ts'
import { noteClock, readClock } from '#store/identity.ts'
import { prepareInsert } from '#store/insert.ts'
import { appendEntries } from '#store/journal/journal-table.ts'
import { getMeta } from '#store/meta.ts'
import { readUnsent } from './outbox.ts'
import { collections, outbox, payments, printJobs } from '#store/schema.ts'
import { perSession, type Session } from '#store/session.ts'
import { addToShift, readOpenShift } from '#store/shifts.ts'
import type { CollectionFacts, CollectionPlan, PaymentPlan } from '#core/plans.ts'

const statements = perSession((db) => ({
  collection: db
    .select()
    .from(collections)
    .where(eq(collections.id, sql.placeholder('id')))
    .prepare(),
  payment: db
    .select({ id: payments.id })
    .from(payments)
    .where(eq(payments.id, sql.placeholder('id')))
    .prepare(),
  lastSeq: db
    .select({ value: max(payments.deviceSeq) })
    .from(payments)
    .prepare(),
  lastReceiptSeq: db
    .select({ value: max(payments.receiptSeq) })
    .from(payments)
    .where(eq(payments.financialYear, sql.placeholder('financialYear')))
    .prepare(),
  insertCollection: prepareInsert(db, collections),
  insertPayment: prepareInsert(db, payments),
  insertOutbox: prepareInsert(db, outbox),
  insertPrintJob: prepareInsert(db, printJobs),
}))

type Reading = {
  readonly rowsOf: (session: Session, collectionId: string) => PaymentRow[]
  /** Of the masters that were kept last. */
  readonly limits: () => Limits
}

export function paymentTable(
  gate: Gate,
  { rowsOf, limits }: Reading,
): PaymentStore & { readonly collection: (id: string) => CollectionView | null } {
  const view = (session: Session, collectionId: string): CollectionView | null =>
    readCollection(session, collectionId, rowsOf)
  return {
    collectionFacts: (key) => gate.read((session) => readCollectionFacts(session, key, limits())),
    collection: (id) => gate.read((session) => view(session, id)),
    commitCollection: (key, plan) => {
      let written: CollectionPlan | null = null
      return gate.write(
        (session) => {
          written = plan(readCollectionFacts(session, key, limits()))
          if (written !== null) writeCollection(session, written)
          return mustView(view(session, key.collectionId))
        },
        (session) => {
          const found = view(session, key.collectionId)
          const contentHash = statements(session).collection.get({ id: key.collectionId })?.contentHash
          // Another content under this id would have been refused before anything was written.
          return found !== null && contentHash === written?.collection.contentHash ? found : null
        },
      )
    },
  }
}

export function readCollectionFacts(session: Session, key: CollectionKey, limits: Limits): CollectionFacts {
  if (key.paymentIds.length > LINES_MAX) throw new Error('a collection has a bounded number of bills')
  const { collection, payment, lastSeq, lastReceiptSeq } = statements(session)
  const recorded = collection.get({ id: key.collectionId })
  const shift = readOpenShift(session)
  const clock = readClock(session)
  const financialYear = seriesYear({ shift, clock }, key.at)
  return {
    device: getMeta(session, 'device'),
    shift,
    clock,
    recorded: recorded === undefined ? null : { contentHash: recorded.contentHash },
    knownPaymentIds: key.paymentIds.filter((id) => payment.get({ id }) !== undefined),
    bills: key.billIds
      .map((id) => readKnownBill(session, id))
      .filter((known): known is KnownBill => known !== null),
    nextDeviceSeq: (lastSeq.get()?.value ?? 0) + 1,
    nextReceiptSeq: (lastReceiptSeq.get({ financialYear })?.value ?? 0) + 1,
    limits,
    unsent: readUnsent(session),
    contact: getMeta(session, 'lastContact'),
    openSales: readOpenSales(session),
  }
}

function writeCollection(session: Session, plan: CollectionPlan): void {
  const { collection, payments: planned } = plan
  const sum = planned.reduce((total, { payment }) => total + payment.amountPaise, 0)
  if (sum !== collection.totalPaise) throw new Error('a collection is the sum of its payments')
  const shift = readOpenShift(session)
  if (shift?.id !== collection.shiftId) throw new Error('money goes into the open shift')
  const firstDeviceSeq = firstSeqOf(planned)
  statements(session).insertCollection({
    ...collection,
    isOffline: collection.isOffline ? 1 : 0,
    firstDeviceSeq,
  })
  const entries = appendEntries(session, plan.journal)
  const paying = entries.filter(({ type }) => type === 'PAY')
  if (paying.length !== planned.length) throw new Error('every payment has its journal record')
  planned.forEach((payment, at) => {
    const entry = paying[at]
    if (entry === undefined) throw new Error('every payment has its journal record')
    writePayment(session, payment, { entry, plan })
  })
  if (plan.usedSale !== null) {
    const used = entries.find(({ type }) => type === 'CARD_SALE')
    if (used === undefined) throw new Error('a used sale has its journal record')
    writeStep(session, plan.usedSale, used)
  }
  addToShift(session, shift, {
    collectionId: collection.id,
    totalPaise: collection.totalPaise,
    cashPaise: plan.cashPaise,
    count: planned.length,
    atMs: collection.collectedAtMs,
  })
  const [first] = plan.journal
  if (first === undefined) throw new Error('every payment has its journal record')
  noteClock(session, first.at)
}

/** Rows are found again by their collection's first number, so its numbers must follow one another. */
function firstSeqOf(planned: readonly PaymentPlan[]): number {
  const first = planned[0]?.payment.deviceSeq
  if (first === undefined) throw new Error('a collection has payments')
  if (planned.length > LINES_MAX) throw new Error('a collection has a bounded number of bills')
  if (planned.some(({ payment }, at) => payment.deviceSeq !== first + at)) {
    throw new Error('payments of a collection are numbered without gaps')
  }
  return first
}

function writePayment(
  session: Session,
  { payment, body, receiptSeq }: PaymentPlan,
  { entry, plan }: { entry: JournalEntry; plan: CollectionPlan },
): void {
  const { insertPayment, insertOutbox, insertPrintJob } = statements(session)
  const { bill, deviceSeq, amountPaise, collectedAtMs } = payment
  insertPayment({
    id: payment.id,
    collectionId: payment.collectionId,
    deviceSeq,
    receiptNumber: payment.receiptNumber,
    financialYear: plan.financialYear,
    receiptSeq,
    billId: bill.id,
    tenantId: payment.tenantId,
    businessService: bill.businessService,
    consumerCode: bill.consumerCode,
    payerName: bill.payerName,
    amountPaise,
    mode: payment.mode,
    collectedAtMs,
    body,
    journalSeq: entry.seq,
    journalHash: entry.hash,
  })
  insertOutbox({
    deviceSeq,
    amountPaise,
    collectedAtMs,
    lane: 'waiting',
    isRefused: 0,
    isConflict: 0,
    attempts: 0,
    problem: null,
    nextTryAtMs: null,
    acknowledgedAtMs: null,
  })
  insertPrintJob({
    id: null,
    paymentId: payment.id,
    copyNumber: 0,
    state: plan.printState,
    attempts: 0,
    processId: null,
    printer: null,
    problem: null,
    requestedBy: null,
    queuedAtMs: collectedAtMs,
    atMs: collectedAtMs,
  })
}

function readCollection(session: Session, id: string, rowsOf: Reading['rowsOf']): CollectionView | null {
  const row = statements(session).collection.get({ id })
  if (row === undefined) return null
  return {
    collectionId: row.id,
    totalPaise: paise(row.totalPaise),
    tenderedPaise: row.tenderedPaise === null ? null : paise(row.tenderedPaise),
    changePaise: paise(row.changePaise),
    isOffline: row.isOffline === 1,
    payments: rowsOf(session, id),
  }
}

function mustView(view: CollectionView | null): CollectionView {
  if (view === null) throw new Error('a collection that was just written can be read')
  return view
}
