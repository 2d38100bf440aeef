// Billing's consumer of payment events: settles demands and marks bills, seconds after the payment, once per payment id.
// Woken by start-sandbox.ts. Read from: BillingServiceConsumer, ReceiptServiceV2, DemandService.updateAsync.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type {
  AuditRow,
  BillAccountRow,
  BillRow,
  DemandRow,
  EventRow,
  PaymentRow,
} from '#sandbox/state/rows.ts'
import { advanceHeadOf } from '#sandbox/masters/business-services.ts'
import { storeReceiptFile } from '#sandbox/documents/receipts.ts'
import type { Sandbox } from '#sandbox/sandbox-context.ts'
import { codeKey } from '#sandbox/state/state.ts'
import type { State } from '#sandbox/state/state.ts'

/** Puts a payment on the bus. The snapshot travels in the event, not the row, as in Kafka. */
export function publishPayment(sandbox: Sandbox, topic: EventRow['topic'], payment: PaymentRow): void {
  const { state, settings, faults } = sandbox
  const isTwice = topic === 'payment-create' && faults.take('redeliver-event', 'create-payment') !== undefined
  for (let copy = 0; copy < (isTwice ? 2 : 1); copy++) {
    state.events.put({
      id: randomUUID(),
      topic,
      payment: structuredClone(payment),
      dueAtWallMs: settings.backUpdateDelayMs === null ? null : Date.now() + settings.backUpdateDelayMs,
    })
  }
}

/** Handles pending events in order; `isForced` takes those not yet due too. Returns how many were handled. */
export function consumeEvents(sandbox: Sandbox, isForced = false): number {
  let handledCount = 0
  for (const event of pendingEvents(sandbox.state)) {
    if (!isForced && (event.dueAtWallMs === null || event.dueAtWallMs > Date.now())) break
    sandbox.state.events.remove(event.id)
    sandbox.state.audits.put({
      id: event.id,
      topic: event.topic,
      paymentId: event.payment.id,
      ...consume(sandbox, event),
    })
    handledCount += 1
  }
  return handledCount
}

export function pendingEvents(state: State): EventRow[] {
  return [...state.events.all()]
}

function consume(sandbox: Sandbox, event: EventRow): Pick<AuditRow, 'status' | 'error'> {
  const { state, clock, faults } = sandbox
  const { payment, topic } = event
  const isRepeat = state.audits
    .find('payment', payment.id)
    .some((audit) => audit.topic === topic && audit.status === 'done')
  if (isRepeat) return { status: 'duplicate', error: null }
  if (faults.take('back-update-failure', topic === 'payment-create' ? 'create-payment' : 'workflow')) {
    return { status: 'failed', error: 'back update failed as asked by a fault' }
  }
  try {
    settleDemands(state, { payment, isCancel: topic === 'payment-cancel', nowMs: clock.nowMs() })
  } catch (error) {
    if (!(error instanceof BackUpdateError)) throw error
    return { status: 'failed', error: error.message }
  }
  const stored = topic === 'payment-create' ? state.payments.get(payment.id) : undefined
  if (stored && stored.fileStoreId === null) {
    state.payments.put({ ...stored, fileStoreId: storeReceiptFile(sandbox, stored) })
  }
  return { status: 'done', error: null }
}

class BackUpdateError extends Error {}

function settleDemands(
  state: State,
  { payment, isCancel, nowMs }: { payment: PaymentRow; isCancel: boolean; nowMs: number },
): void {
  const changed = new Map<string, DemandRow>()
  for (const { bill } of payment.details) {
    for (const detail of bill.details) {
      const stored = changed.get(detail.demandId) ?? state.demands.get(detail.demandId)
      if (stored === undefined) throw new BackUpdateError(`demand ${detail.demandId} not found`)
      const demand = changed.get(detail.demandId) ?? structuredClone(stored)
      changed.set(demand.id, demand)
      for (const account of detail.accounts) applyLine(demand, { account, bill, isCancel })
    }
  }
  for (const demand of changed.values()) {
    assertCollectable(demand)
    const openPaise = demand.lines.reduce((sum, line) => sum + line.taxPaise - line.collectedPaise, 0)
    demand.isPaymentCompleted = openPaise === 0
    demand.lastModifiedAtMs = nowMs
  }
  for (const demand of changed.values()) state.demands.put(demand)
  markBillsPaid(state, [...changed.values()], nowMs)
}

function applyLine(
  demand: DemandRow,
  { account, bill, isCancel }: { account: BillAccountRow; bill: BillRow; isCancel: boolean },
): void {
  assert.ok(Number.isSafeInteger(account.adjustedPaise), 'adjusted amounts are whole paise')
  const sign = isCancel ? -1 : 1
  const isAdvance = account.taxHeadCode === advanceHeadOf(bill.businessService)?.code
  const line = demand.lines.find((other) => other.taxHeadCode === account.taxHeadCode)
  if (line === undefined) {
    if (isCancel) return
    demand.lines.push({
      id: randomUUID(),
      taxHeadCode: account.taxHeadCode,
      taxPaise: account.amountPaise,
      collectedPaise: 0,
    })
    return
  }
  if (isAdvance) line.taxPaise -= sign * advanceAddedPaise(bill)
  line.collectedPaise += sign * account.adjustedPaise
}

/** The new advance of a payment is what its lines exceed the bill's total by. */
function advanceAddedPaise(bill: BillRow): number {
  const lines = bill.details.flatMap((detail) => detail.accounts)
  return bill.totalPaise - lines.reduce((sum, line) => sum + line.amountPaise, 0)
}

function assertCollectable(demand: DemandRow): void {
  for (const line of demand.lines) {
    const isOver = Math.abs(line.collectedPaise) > Math.abs(line.taxPaise)
    const isOpposite =
      line.collectedPaise !== 0 && Math.sign(line.collectedPaise) !== Math.sign(line.taxPaise)
    if (isOver || isOpposite) {
      throw new BackUpdateError(`collection amount of ${line.taxHeadCode} would exceed its tax amount`)
    }
  }
}

/**
 * Only the newest bill of each consumer code, only of the first demand's service, only when it is ACTIVE; PAID also
 * after a part payment, and also when the event is a cancellation (the newest ACTIVE bill then reads PAID, unpaid).
 */
function markBillsPaid(state: State, demands: readonly DemandRow[], nowMs: number): void {
  const first = demands[0]
  if (first === undefined) return
  for (const code of new Set(demands.map((demand) => demand.consumerCode))) {
    const newest = state.bills
      .find('code', codeKey(first.tenantId, code))
      .filter((bill) => bill.businessService === first.businessService)
      .reduce<BillRow | null>((best, bill) => (best && best.sequence > bill.sequence ? best : bill), null)
    if (newest?.status !== 'ACTIVE') continue
    newest.status = 'PAID'
    newest.lastModifiedAtMs = nowMs
    state.bills.put(newest)
  }
}
