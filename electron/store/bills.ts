// The cache of bills: every snapshot that was ever found, with its age, so that the till works with no network. Part of the store;
// each method is one transaction.
import { and, desc, eq, gt, lt, ne, or, sql } from 'drizzle-orm'
import type { Bill } from '#contract/bill.ts'
import type { PostingState } from '#contract/payment.ts'
import type { PackedBill, PackMark } from '#core/bills/packs.ts'
import type { BillStore, PackStore } from '#core/ports.ts'
import type { EarlierPayment, KnownBill } from '#core/records.ts'
import { normalTerm } from '#core/bills/search-terms.ts'
import type { Gate } from './gate.ts'
import { bills, outbox, payments, statuses } from './schema.ts'
import { perSession, type Session } from './session.ts'

/** Snapshots that are kept; the ones seen longest ago go first. Payments carry their own copy. */
export const BILLS_KEPT_MAX = 50_000
const FOUND_MAX = 200
/** Newest payments of one debt that are looked at; beyond them `payments.bill_id` is unique all the same. */
const EARLIER_MAX = 50

const statements = perSession((db) => ({
  save: db
    .insert(bills)
    .values({
      id: sql.placeholder('id'),
      tenantId: sql.placeholder('tenantId'),
      businessService: sql.placeholder('businessService'),
      consumerCode: sql.placeholder('consumerCode'),
      codeTerm: sql.placeholder('codeTerm'),
      numberTerm: sql.placeholder('numberTerm'),
      mobileNumber: sql.placeholder('mobileNumber'),
      fetchedAtMs: sql.placeholder('fetchedAtMs'),
      seenAtMs: sql.placeholder('seenAtMs'),
      body: sql.placeholder('body'),
      pack: sql.placeholder('pack'),
    })
    .onConflictDoUpdate({
      target: bills.id,
      set: {
        codeTerm: sql`excluded.code_term`,
        numberTerm: sql`excluded.number_term`,
        mobileNumber: sql`excluded.mobile_number`,
        fetchedAtMs: sql`excluded.fetched_at_ms`,
        seenAtMs: sql`excluded.seen_at_ms`,
        body: sql`excluded.body`,
        pack: sql`excluded.pack`,
      },
      // what is kept from a pack never takes the place of a later look at the same bill
      setWhere: sql`excluded.pack is null or excluded.fetched_at_ms > ${bills.fetchedAtMs}`,
    })
    .prepare(),
  byId: db
    .select({ body: bills.body, pack: bills.pack })
    .from(bills)
    .where(eq(bills.id, sql.placeholder('id')))
    .prepare(),
  byCode: db
    .select({ body: bills.body })
    .from(bills)
    .where(
      or(
        eq(bills.codeTerm, sql.placeholder('term')),
        eq(bills.numberTerm, sql.placeholder('term')),
        eq(bills.id, sql.placeholder('value')),
      ),
    )
    .orderBy(desc(bills.fetchedAtMs))
    .limit(FOUND_MAX)
    .prepare(),
  byMobile: db
    .select({ body: bills.body })
    .from(bills)
    .where(eq(bills.mobileNumber, sql.placeholder('value')))
    .orderBy(desc(bills.fetchedAtMs))
    .limit(FOUND_MAX)
    .prepare(),
  newer: db
    .select({ body: bills.body })
    .from(bills)
    .where(
      and(
        eq(bills.consumerCode, sql.placeholder('consumerCode')),
        eq(bills.businessService, sql.placeholder('businessService')),
        eq(bills.tenantId, sql.placeholder('tenantId')),
        ne(bills.id, sql.placeholder('id')),
        gt(bills.fetchedAtMs, sql.placeholder('fetchedAtMs')),
      ),
    )
    .orderBy(desc(bills.fetchedAtMs), desc(bills.seenAtMs))
    .limit(1)
    .prepare(),
  earlier: db
    .select({
      receiptNumber: payments.receiptNumber,
      billId: payments.billId,
      state: statuses.state,
      isRefused: outbox.isRefused,
      postedAtMs: statuses.postedAtMs,
    })
    .from(payments)
    .innerJoin(outbox, eq(outbox.deviceSeq, payments.deviceSeq))
    .leftJoin(statuses, eq(statuses.paymentId, payments.id))
    .where(
      and(
        eq(payments.consumerCode, sql.placeholder('consumerCode')),
        eq(payments.businessService, sql.placeholder('businessService')),
        eq(payments.tenantId, sql.placeholder('tenantId')),
      ),
    )
    .orderBy(desc(payments.deviceSeq))
    .limit(EARLIER_MAX)
    .prepare(),
  seenBefore: db
    .select({ seenAtMs: bills.seenAtMs })
    .from(bills)
    .orderBy(desc(bills.seenAtMs))
    .limit(1)
    .offset(BILLS_KEPT_MAX)
    .prepare(),
  prune: db
    .delete(bills)
    .where(lt(bills.seenAtMs, sql.placeholder('seenAtMs')))
    .prepare(),
}))

type BillTable = BillStore & Pick<PackStore, 'savePackedBills'> & { readonly pruneBills: () => void }

export function billTable(gate: Gate): BillTable {
  return {
    saveBills: (found, seenAtMs) =>
      gate.write((session) => {
        for (const bill of found) saveBill(session, bill, { seenAtMs, pack: null })
      }),
    savePackedBills: (found, seenAtMs) => {
      const fresh = gate.read((session) => found.filter((each) => !isKept(session, each)))
      if (fresh.length === 0) return
      gate.write((session) => {
        for (const { bill, pack } of fresh) saveBill(session, bill, { seenAtMs, pack })
      })
    },
    cachedBills: (query) => gate.read((session) => newestOfEachDebt(findCached(session, query))),
    knownBill: (billId) => gate.read((session) => readKnownBill(session, billId)),
    pruneBills: () =>
      gate.write((session) => {
        const { seenBefore, prune } = statements(session)
        const oldest = seenBefore.get()
        if (oldest !== undefined) prune.run({ seenAtMs: oldest.seenAtMs })
      }),
  }
}

/** The same look at the same bill, or a later one: nothing to write. */
function isKept(session: Session, { bill }: PackedBill): boolean {
  const row = statements(session).byId.get({ id: bill.id })
  return row !== undefined && (JSON.parse(row.body) as Bill).fetchedAtMs >= bill.fetchedAtMs
}

function saveBill(
  session: Session,
  bill: Bill,
  { seenAtMs, pack }: { seenAtMs: number; pack: PackMark | null },
): void {
  const { id, tenantId, businessService, consumerCode, mobileNumber, fetchedAtMs } = bill
  statements(session).save.run({
    id,
    tenantId,
    businessService,
    consumerCode,
    codeTerm: normalTerm(consumerCode),
    numberTerm: normalTerm(bill.billNumber),
    mobileNumber,
    fetchedAtMs,
    seenAtMs,
    body: JSON.stringify(bill),
    pack: pack === null ? null : JSON.stringify(pack),
  })
}

function findCached(session: Session, { by, value }: Parameters<BillStore['cachedBills']>[0]): Bill[] {
  const { byCode, byMobile } = statements(session)
  const codes = by === 'mobile' ? [] : byCode.all({ term: normalTerm(value), value })
  const mobiles = by === 'code' ? [] : byMobile.all({ value })
  return [...codes, ...mobiles].map(({ body }) => JSON.parse(body) as Bill)
}

function newestOfEachDebt(found: readonly Bill[]): Bill[] {
  const newest = new Map<string, Bill>()
  for (const bill of found) {
    const key = JSON.stringify([bill.tenantId, bill.businessService, bill.consumerCode])
    const known = newest.get(key)
    if (known === undefined || bill.fetchedAtMs > known.fetchedAtMs) newest.set(key, bill)
  }
  return [...newest.values()]
}

/** The bill by id with what this till knows of its debt; null when the till has never seen it. */
export function readKnownBill(session: Session, billId: string): KnownBill | null {
  const { byId, newer, earlier } = statements(session)
  const row = byId.get({ id: billId })
  if (row === undefined) return null
  const bill = JSON.parse(row.body) as Bill
  const { consumerCode, businessService, tenantId } = bill
  const later = newer.get({
    consumerCode,
    businessService,
    tenantId,
    id: bill.id,
    fetchedAtMs: bill.fetchedAtMs,
  })
  const known = earlier.all({ consumerCode, businessService, tenantId }).map((payment): EarlierPayment => ({
    receiptNumber: payment.receiptNumber,
    billId: payment.billId,
    state: payment.state as PostingState | null,
    isRefused: payment.isRefused === 1,
    postedAtMs: payment.postedAtMs,
  }))
  return {
    bill,
    newerBill: later === undefined ? null : (JSON.parse(later.body) as Bill),
    pack: row.pack === null ? null : (JSON.parse(row.pack) as PackMark),
    earlier: known,
  }
}
