// The lanes of payments: what waits, what was answered, what became of it. Nothing is ever deleted. How records get to the integrator
// is in handover.ts. Part of the store; each method is one transaction.
import { eq, sql } from 'drizzle-orm'
import { paise, type Paise } from '#contract/money.ts'
import type { PaymentStatus } from '#contract/payment.ts'
import type { OutboxStore } from '#core/ports.ts'
import { laneOf } from '#core/receipts/receipt.ts'
import { normalTerm } from '#core/bills/search-terms.ts'
import type { Gate } from '#store/gate.ts'
import { getMeta, setMeta } from '#store/meta.ts'
import { addTerms } from './payment-search.ts'
import { outbox, statuses } from '#store/schema.ts'
import { perSession, type Session } from '#store/session.ts'

export type QueueTotals = {
  readonly waitingCount: number
  readonly waitingPaise: Paise
  readonly oldestMs: number | null
  readonly pendingCount: number
  readonly attentionCount: number
}

const isOfPayment = eq(
  outbox.deviceSeq,
  sql`(SELECT device_seq FROM payments WHERE id = ${sql.placeholder('id')})`,
)

const statements = perSession((db) => ({
  totals: db
    .select({
      count: sql<number>`count(*)`,
      sum: sql<number>`coalesce(sum(amount_paise), 0)`,
      oldestMs: sql<number | null>`min(collected_at_ms)`,
    })
    .from(outbox)
    .where(sql`${outbox.lane} = 'waiting'`)
    .prepare(),
  pending: db
    .select({ count: sql<number>`count(*)` })
    .from(outbox)
    .where(sql`${outbox.lane} = 'pending'`)
    .prepare(),
  attention: db
    .select({ count: sql<number>`count(*)` })
    .from(outbox)
    .where(sql`${outbox.lane} = 'attention'`)
    .prepare(),
  setLane: db
    .update(outbox)
    .set({
      lane: sql`${sql.placeholder('lane')}`,
      isRefused: 0,
      problem: null,
      nextTryAtMs: null,
    })
    .where(isOfPayment)
    .prepare(),
  known: db
    .select({ isConflict: outbox.isConflict, cursor: statuses.cursor })
    .from(outbox)
    .leftJoin(statuses, eq(statuses.paymentId, sql.placeholder('id')))
    .where(isOfPayment)
    .prepare(),
  saveStatus: db
    .insert(statuses)
    .values({
      paymentId: sql.placeholder('paymentId'),
      state: sql.placeholder('state'),
      reason: sql.placeholder('reason'),
      digitReceiptNumber: sql.placeholder('digitReceiptNumber'),
      digitPaymentId: sql.placeholder('digitPaymentId'),
      postedAtMs: sql.placeholder('postedAtMs'),
      balancePaise: sql.placeholder('balancePaise'),
      heldPaise: sql.placeholder('heldPaise'),
      cursor: sql.placeholder('cursor'),
      steps: sql.placeholder('steps'),
    })
    .onConflictDoUpdate({
      target: statuses.paymentId,
      set: {
        state: sql`excluded.state`,
        reason: sql`excluded.reason`,
        digitReceiptNumber: sql`excluded.digit_receipt_number`,
        digitPaymentId: sql`excluded.digit_payment_id`,
        postedAtMs: sql`excluded.posted_at_ms`,
        balancePaise: sql`excluded.balance_paise`,
        heldPaise: sql`excluded.held_paise`,
        cursor: sql`excluded.cursor`,
        steps: sql`excluded.steps`,
      },
    })
    .prepare(),
}))

type LaneStore = Pick<OutboxStore, 'waitingCount' | 'pendingCount' | 'feedCursor' | 'applyStatuses'>

export function outboxTable(gate: Gate): LaneStore & { readonly queueTotals: () => QueueTotals } {
  const count = (session: Session, lane: 'pending' | 'attention') =>
    statements(session)[lane].get()?.count ?? 0
  return {
    waitingCount: () => gate.read((session) => statements(session).totals.get()?.count ?? 0),
    pendingCount: () => gate.read((session) => count(session, 'pending')),
    queueTotals: () =>
      gate.read((session) => {
        const waiting = statements(session).totals.get()
        return {
          waitingCount: waiting?.count ?? 0,
          waitingPaise: paise(waiting?.sum ?? 0),
          oldestMs: waiting?.oldestMs ?? null,
          pendingCount: count(session, 'pending'),
          attentionCount: count(session, 'attention'),
        }
      }),
    feedCursor: () => gate.read((session) => getMeta<number>(session, 'feedCursor') ?? 0),
    applyStatuses: (fresh, nextCursor) =>
      gate.write((session) => {
        for (const status of fresh) applyStatus(session, status)
        // Two looks may be under way at once, and the slower one must not turn back the other.
        const cursor = getMeta<number>(session, 'feedCursor') ?? 0
        setMeta(session, 'feedCursor', Math.max(cursor, nextCursor))
      }),
  }
}

/** Inside the caller's transaction: what the integrator has not acknowledged. */
export function readUnsent(session: Session): { count: number; sumPaise: Paise } {
  const waiting = statements(session).totals.get()
  return { count: waiting?.count ?? 0, sumPaise: paise(waiting?.sum ?? 0) }
}

/**
 * Statuses may come twice and out of order: only a later one counts. Payments of another till are passed over, and so is a
 * payment that the integrator holds with other content: what happens to that one says nothing about ours.
 */
function applyStatus(session: Session, status: PaymentStatus): void {
  const { known, saveStatus, setLane } = statements(session)
  const row = known.get({ id: status.id })
  if (row === undefined || row.isConflict === 1) return
  if (row.cursor !== null && row.cursor > status.cursor) return
  const { id, steps, ...facts } = status
  saveStatus.run({ ...facts, paymentId: id, steps: JSON.stringify(steps) })
  setLane.run({ id, lane: laneOf(status) })
  if (status.digitReceiptNumber !== null) addTerms(session, id, [normalTerm(status.digitReceiptNumber)])
}
