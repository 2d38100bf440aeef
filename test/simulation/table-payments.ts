// The transactions of the money path as app's migrations and payments folder write them: accept, move, load, sweep, wake,
// hold, reopen. Called by the simulated integrator.
import { paymentSchema } from '#contract/payment.ts'
import type { Payment } from '#contract/payment.ts'
import type { Change } from '#collection/post-payment.ts'
import type { PostingRecord } from '#collection/posting-facts.ts'
import { addJob, addStep, nextCursor } from './table-store.ts'
import type { At, PaymentRow } from './table-store.ts'

const queuedStates = new Set(['RECEIVED', 'VERIFIED', 'HOLD', 'READY', 'POSTING', 'UNKNOWN', 'RESOLVE'])
const isQueued = (row: PaymentRow) => queuedStates.has(row.state)
/** Sent at least once and not settled. */
const isSent = (row: PaymentRow) => row.attemptCount > 0 && isQueued(row)

export type Sealed = { payment: Payment; slotId: string; content: string; hash: string }
export type Held = { isNew: boolean; heldHash: string }

/** Insert if absent by id, with first step and posting job; answers in the order of the input. */
export function accept(at: At, sealed: readonly Sealed[]): Held[] {
  return sealed.map(({ payment, slotId, content, hash }) => {
    const held = at.tables.payments.get(payment.id)
    if (held !== undefined) return { isNew: false, heldHash: held.contentHash }
    at.tables.lastSeq += 1
    const { bill } = payment
    at.tables.payments.set(payment.id, {
      ...newRow,
      id: payment.id,
      seq: at.tables.lastSeq,
      slotId,
      tenantId: payment.tenantId,
      businessService: bill.businessService,
      consumerCode: bill.consumerCode,
      amountPaise: payment.amountPaise,
      receiptNumber: payment.receiptNumber,
      collectedAtMs: payment.collectedAtMs,
      billId: bill.id,
      content,
      contentHash: hash,
      nextMs: at.nowMs,
      changedMs: at.nowMs,
      cursor: nextCursor(at, slotId),
    })
    addStep(at, payment.id, { state: 'RECEIVED', note: 'received from the terminal' })
    addJob(at, payment.id, at.nowMs)
    return { isNew: true, heldHash: hash }
  })
}

const newRow = {
  state: 'RECEIVED' as const,
  reason: null,
  attemptCount: 0,
  lastAttemptMs: null,
  lastRefusal: null,
  lagSinceMs: null,
  waitCount: 0,
  lastNote: '',
  postedSinceMs: null,
  postedAtMs: null,
  digitReceiptNumber: null,
  digitPaymentId: null,
  balancePaise: null,
  probeReason: null,
}

/** false when the record has moved on meanwhile. */
export function move(
  at: At,
  record: Pick<PostingRecord, 'state' | 'attemptCount'> & { id: string },
  change: Change,
): boolean {
  const { tables, nowMs } = at
  const { id } = record
  const { state: to, reason, note, runInMs, attempt } = change
  const patch = JSON.parse(JSON.stringify(change.patch)) as typeof change.patch
  const old = tables.payments.get(id)
  if (old === undefined || old.state !== record.state || old.attemptCount !== record.attemptCount)
    return false
  const isStep = old.state !== to || old.reason !== reason || old.lastNote !== note
  const cursor = isStep ? nextCursor(at, old.slotId) : old.cursor
  if (isStep) addStep(at, id, { state: to, note })
  const n = old.attemptCount + 1
  if (attempt !== null) {
    tables.attempts.set(id, [...(tables.attempts.get(id) ?? []), { n, billId: attempt.billId }])
  }
  const isReset = to === 'POSTED' || to === 'CONFIRMED' || 'billId' in patch
  const nextMs = nowMs + Math.ceil(runInMs ?? 0)
  tables.payments.set(id, {
    ...old,
    state: to,
    reason,
    lastNote: note,
    changedMs: nowMs,
    cursor,
    billId: patch.billId ?? old.billId,
    digitReceiptNumber: patch.digitReceiptNumber ?? old.digitReceiptNumber,
    digitPaymentId: patch.digitPaymentId ?? old.digitPaymentId,
    postedAtMs: patch.postedAtMs ?? old.postedAtMs,
    balancePaise: patch.balancePaise ?? old.balancePaise,
    probeReason: 'probeReason' in patch ? (patch.probeReason ?? null) : old.probeReason,
    lastRefusal: 'lastRefusal' in patch ? (patch.lastRefusal ?? null) : old.lastRefusal,
    lagSinceMs: 'lagSinceMs' in patch ? (patch.lagSinceMs ?? null) : old.lagSinceMs,
    postedSinceMs: to === 'POSTED' ? (old.postedSinceMs ?? nowMs) : old.postedSinceMs,
    attemptCount: attempt === null ? old.attemptCount : n,
    lastAttemptMs: attempt === null ? old.lastAttemptMs : nowMs,
    waitCount: runInMs !== null ? old.waitCount + 1 : isReset ? 0 : old.waitCount,
    nextMs,
  })
  if (runInMs !== null) addJob(at, id, nextMs)
  return true
}

/** null = no such payment. */
export function load({ tables, nowMs }: At, id: string): PostingRecord | null {
  const row = tables.payments.get(id)
  if (row === undefined) return null
  const isBehindAnother = [...tables.payments.values()].some(
    (other) =>
      other.id !== row.id &&
      isQueued(other) &&
      isSameConsumer(row, other) &&
      (isSent(row) ? isSent(other) && other.seq < row.seq : isSent(other) || other.seq < row.seq),
  )
  return {
    payment: paymentSchema.parse(JSON.parse(row.content)),
    state: row.state,
    reason: row.reason,
    billId: row.billId,
    attemptCount: row.attemptCount,
    lastAttemptAtMs: row.lastAttemptMs,
    lastRefusal: row.lastRefusal,
    lagSinceMs: row.lagSinceMs,
    waitCount: row.waitCount,
    postedSinceMs: row.postedSinceMs,
    digitPaymentId: row.digitPaymentId,
    // in these worlds nobody decides, splits or undoes
    postPaise: null,
    settledAs: null,
    isDecided: false,
    reversal: null,
    probeReason: row.probeReason,
    nowMs,
    isBehindAnother,
    holdUntilMs: tables.holdUntilMs,
  }
}

function isSameConsumer(one: PaymentRow, other: PaymentRow): boolean {
  return (
    one.tenantId === other.tenantId &&
    one.consumerCode === other.consumerCode &&
    one.businessService === other.businessService
  )
}

/** Live payments whose time has come and that no job took. */
export function sweep(at: At, { lateMs, limit }: { lateMs: number; limit: number }): number {
  const due = [...at.tables.payments.values()]
    .filter((row) => isQueued(row) || row.state === 'POSTED')
    .filter((row) => row.nextMs < at.nowMs - lateMs && row.changedMs < at.nowMs - lateMs)
    .toSorted((one, other) => one.nextMs - other.nextMs)
    .slice(0, limit)
  for (const row of due) addJob(at, row.id, at.nowMs)
  return due.length
}

/** The next of the same consumer may go now. */
export function wakeFollower(at: At, { payment }: PostingRecord): void {
  const next = [...at.tables.payments.values()]
    .filter((row) => isQueued(row) && row.tenantId === payment.tenantId)
    .filter(
      (row) =>
        row.consumerCode === payment.bill.consumerCode &&
        row.businessService === payment.bill.businessService,
    )
    .toSorted((one, other) => one.seq - other.seq)[0]
  if (next !== undefined) addJob(at, next.id, at.nowMs)
}

export function setHold(at: At, minutes: number): void {
  at.tables.holdUntilMs = at.nowMs + minutes * 60_000
}

/** As `tahsil.reprobe_after_restore` does: only looked up, and given up again when DIGIT does not hold it. */
export function reprobe(at: At, id: string): void {
  const row = at.tables.payments.get(id)
  if (row === undefined || row.state !== 'SUSPENSE')
    throw new TypeError('only what was given up is looked up again')
  move(
    at,
    { ...row, id },
    {
      state: 'UNKNOWN',
      reason: null,
      note: 'looked up again after a restore',
      patch: { probeReason: row.reason },
      runInMs: 0,
      attempt: null,
    },
  )
}

/** As the command reopen-payment does. false = not in such a state. */
export function reopen(at: At, id: string, why: string): boolean {
  const row = at.tables.payments.get(id)
  const isOpen = row !== undefined && ['SUSPENSE', 'POISON', 'QUARANTINE'].includes(row.state)
  if (!isOpen) return false
  return move(
    at,
    { ...row, id },
    {
      state: row.state === 'POISON' ? 'RECEIVED' : 'READY',
      reason: null,
      note: `opened again by a person: ${why}`,
      patch: { lastRefusal: null, probeReason: null },
      runInMs: 0,
      attempt: null,
    },
  )
}
