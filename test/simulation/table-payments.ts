// The transactions of the money path as app's migrations and payments folder write them: accept, move, load, sweep, wake.
// Called by the simulated integrator and by the other table files.
import { paymentSchema } from '#contract/payment.ts'
import type { Payment } from '#contract/payment.ts'
import type { Change } from '#collection/post-payment.ts'
import type { PostingRecord } from '#collection/posting-facts.ts'
import { addJob, addStep, hasWaitingJob, nextCursor } from './table-store.ts'
import type { At, PaymentRow } from './table-store.ts'

const queuedStates = new Set(['RECEIVED', 'VERIFIED', 'HOLD', 'READY', 'POSTING', 'UNKNOWN', 'RESOLVE'])
const isQueued = (row: PaymentRow) => queuedStates.has(row.state)
/** Sent at least once and not settled. */
const isSent = (row: PaymentRow) => row.attemptCount > 0 && isQueued(row)

export type Kept = { payment: Payment; slotId: string; deviceId: string; content: string; hash: Uint8Array }
export type Held = { isNew: boolean; heldHash: string }

/** Insert if absent by id, with first step and posting job; answers in the order of the input. */
export function accept(at: At, kept: readonly Kept[]): Held[] {
  return kept.map(({ payment, slotId, deviceId, content, hash }) => {
    const held = at.tables.payments.get(payment.id)
    if (held !== undefined) return { isNew: false, heldHash: held.contentHash }
    at.tables.lastSeq += 1
    const { bill, deviceSeq } = payment
    const contentHash = Buffer.from(hash).toString('hex')
    at.tables.payments.set(payment.id, {
      ...newRow,
      id: payment.id,
      seq: at.tables.lastSeq,
      slotId,
      tenantId: payment.tenantId,
      businessService: bill.businessService,
      consumerCode: bill.consumerCode,
      mode: payment.mode,
      amountPaise: payment.amountPaise,
      receiptNumber: payment.receiptNumber,
      collectedAtMs: payment.collectedAtMs,
      billId: bill.id,
      content,
      contentHash,
      nextMs: at.nowMs,
      changedMs: at.nowMs,
      cursor: nextCursor(at, slotId),
    })
    const device = at.tables.devices.get(deviceId)
    if (device === undefined) throw new TypeError('payments come from known devices')
    if (deviceSeq > device.maxSeq + 1) at.tables.findings.push(`gap ${deviceId} ${deviceSeq}`)
    at.tables.devices.set(deviceId, { ...device, maxSeq: Math.max(device.maxSeq, deviceSeq) })
    addStep(at, payment.id, { state: 'RECEIVED', note: 'received from the terminal' })
    addJob(at, payment.id, at.nowMs)
    return { isNew: true, heldHash: contentHash }
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
  postPaise: null,
  settledAs: null,
  isDecided: false,
  reversal: null,
  probeReason: null,
  isExplained: false,
}

type From = Pick<PostingRecord, 'state' | 'attemptCount'> & { id: string }

/** false when the record has moved on meanwhile. */
export function move(at: At, record: From, change: Change): boolean {
  const { tables, nowMs } = at
  const { id } = record
  const { state: to, reason, note, runInMs } = change
  const patch = JSON.parse(JSON.stringify(change.patch)) as typeof change.patch
  const old = tables.payments.get(id)
  if (old === undefined || old.state !== record.state || old.attemptCount !== record.attemptCount)
    return false
  const isStep = old.state !== to || old.reason !== reason || old.lastNote !== note
  const cursor = isStep ? nextCursor(at, old.slotId) : old.cursor
  if (isStep) addStep(at, id, { state: to, note })
  const isAttempt = keepAttempt(at, old, change)
  const { heldPaise = 0 } = patch
  if (heldPaise > 0 && !tables.remainders.has(id))
    tables.remainders.set(id, { amountPaise: heldPaise, isSettled: false })
  const isReset = to === 'POSTED' || to === 'CONFIRMED' || 'billId' in patch
  const nextMs = nowMs + Math.ceil(runInMs ?? 0)
  tables.payments.set(id, {
    ...old,
    ...patched(old, patch),
    state: to,
    reason,
    lastNote: note,
    changedMs: nowMs,
    cursor,
    isExplained: old.state === to && old.isExplained,
    postedSinceMs: to === 'POSTED' ? (old.postedSinceMs ?? nowMs) : old.postedSinceMs,
    attemptCount: old.attemptCount + (isAttempt ? 1 : 0),
    lastAttemptMs: isAttempt ? nowMs : old.lastAttemptMs,
    waitCount: runInMs !== null ? old.waitCount + 1 : isReset ? 0 : old.waitCount,
    nextMs,
  })
  if (runInMs !== null) addJob(at, id, nextMs)
  return true
}

function keepAttempt({ tables }: At, old: PaymentRow, { attempt, reversalAttempt }: Change): boolean {
  const what = attempt?.billId ?? reversalAttempt?.digitPaymentId
  if (what === undefined) return false
  tables.attempts.set(old.id, [...(tables.attempts.get(old.id) ?? []), { n: old.attemptCount + 1, what }])
  return true
}

/** What a patch names, as the SQL takes it: null clears what may be cleared, and is "as before" for the others. */
function patched(old: PaymentRow, patch: Change['patch']): Partial<PaymentRow> {
  return {
    billId: patch.billId ?? old.billId,
    digitReceiptNumber: patch.digitReceiptNumber ?? old.digitReceiptNumber,
    digitPaymentId: patch.digitPaymentId ?? old.digitPaymentId,
    postedAtMs: patch.postedAtMs ?? old.postedAtMs,
    balancePaise: patch.balancePaise ?? old.balancePaise,
    isDecided: patch.isDecided ?? old.isDecided,
    postPaise: 'postPaise' in patch ? (patch.postPaise ?? null) : old.postPaise,
    settledAs: 'settledAs' in patch ? (patch.settledAs ?? null) : old.settledAs,
    reversal: 'reversal' in patch ? (patch.reversal ?? null) : old.reversal,
    probeReason: 'probeReason' in patch ? (patch.probeReason ?? null) : old.probeReason,
    lastRefusal: 'lastRefusal' in patch ? (patch.lastRefusal ?? null) : old.lastRefusal,
    lagSinceMs: 'lagSinceMs' in patch ? (patch.lagSinceMs ?? null) : old.lagSinceMs,
  }
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
    postPaise: row.postPaise,
    settledAs: row.settledAs,
    isDecided: row.isDecided,
    reversal: row.reversal,
    probeReason: row.probeReason,
    isRefundClaimed: false,
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
    .filter((row) => isQueued(row) || row.state === 'POSTED' || row.state === 'REVERSING')
    .filter((row) => row.nextMs < at.nowMs - lateMs && row.changedMs < at.nowMs - lateMs)
    .filter((row) => !hasWaitingJob(at, row.id))
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
