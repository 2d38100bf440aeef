// One payment's next step towards DIGIT, from its record and what is known. Pure: called in a loop by post-payment and,
// row by row, by its tests. The rules R1…R12 are those of exactly-once posting (UNIQUE(billId) is DIGIT's only key).
import type { CollectionRules } from '#contract/bill.ts'
import { isWholeRupees } from '#contract/money.ts'
import type { SuspenseReason } from '#contract/payment.ts'
import { whyUnpostable } from './check-payment.ts'
import { failureWords } from './digit-outcome.ts'
import type { DigitFailure } from './digit-outcome.ts'
import type {
  Action,
  CurrentBill,
  FoundPayment,
  PostingFacts,
  PostingPolicy,
  PostingRecord,
} from './posting-facts.ts'

export function decidePosting(record: PostingRecord, facts: PostingFacts, policy: PostingPolicy): Action {
  switch (record.state) {
    case 'RECEIVED': {
      const why = whyUnpostable(record.payment)
      if (why !== null) return { do: 'become', state: 'POISON', note: why }
      return { do: 'become', state: 'VERIFIED', note: 'the record keeps DIGIT’s rules' }
    }
    case 'VERIFIED':
      return isHeld(record)
        ? { do: 'become', state: 'HOLD', note: 'posting is stopped for now' }
        : { do: 'become', state: 'READY', note: 'waiting to be posted' }
    case 'HOLD':
    case 'READY':
    case 'RESOLVE':
    case 'UNKNOWN':
      return decideLive(record, facts, policy)
    case 'POSTING':
      return { do: 'become', state: 'UNKNOWN', note: 'the answer to the last attempt was not kept' }
    case 'POSTED':
      return decideConfirmation(record, facts, policy)
    default:
      return { do: 'rest' }
  }
}

function isHeld(record: PostingRecord): boolean {
  return record.holdUntilMs !== null && record.holdUntilMs > record.nowMs
}

/** Every way on starts with a look for our own reference (R5), whatever the state. */
function decideLive(record: PostingRecord, facts: PostingFacts, policy: PostingPolicy): Action {
  if (isHeld(record)) {
    const ms = Math.min((record.holdUntilMs ?? 0) - record.nowMs, policy.retryMaxMs)
    const note = 'posting is stopped for now'
    return record.state === 'HOLD' ? { do: 'wait', ms, note } : { do: 'wait', ms, note, state: 'HOLD' }
  }
  if (facts.payments === undefined) return { do: 'look', at: 'payments' }
  if (facts.payments.kind !== 'ok') return waitFor(facts.payments, record, policy)
  const own = findOwn(record, facts.payments.value)
  if (own !== null) return settleOwn(record, own)
  // after a restore the order may be another one: what DIGIT holds already waits for nobody
  if (record.isBehindAnother) {
    return { do: 'wait', ms: pause(record, policy), note: 'an earlier payment of this consumer goes first' }
  }

  if (facts.rules === undefined) return { do: 'look', at: 'rules' }
  if (facts.rules.kind !== 'ok') return waitFor(facts.rules, record, policy)
  if (facts.bill === undefined) return { do: 'look', at: 'bill' }
  if (facts.bill.kind !== 'ok') return waitFor(facts.bill, record, policy)
  const seen = { found: facts.payments.value, rules: facts.rules.value, bill: facts.bill.value }
  return seen.bill !== null && seen.bill.billId === record.billId
    ? decideOnBill(record, { ...seen, bill: seen.bill, facts }, policy)
    : decideOtherBill(record, { ...seen, facts }, policy)
}

/** The id inside additionalDetails decides; the receipt number only for payments that carry no id of ours. */
export function findOwn(record: PostingRecord, found: readonly FoundPayment[]): FoundPayment | null {
  const { id, receiptNumber, amountPaise } = record.payment
  const byId = found.filter((each) => each.ownPaymentId === id)
  const byNumber = found.filter(
    (each) =>
      each.ownPaymentId === null &&
      each.manualReceiptNumber === receiptNumber &&
      each.amountPaise === amountPaise,
  )
  const own = byId.length > 0 ? byId : byNumber
  return own.find((each) => each.isLive) ?? own[0] ?? null
}

export function settleOwn(record: PostingRecord, own: FoundPayment): Action {
  const patch = {
    billId: own.billId,
    digitReceiptNumber: own.receiptNumber,
    digitPaymentId: own.digitPaymentId,
    postedAtMs: own.receiptAtMs ?? record.nowMs,
    lagSinceMs: null,
    lastRefusal: null,
  }
  if (own.amountPaise !== record.payment.amountPaise || own.tenantId !== record.payment.tenantId) {
    return {
      do: 'become',
      state: 'QUARANTINE',
      note: 'DIGIT holds our reference with another amount or municipality',
    }
  }
  if (!own.isLive) {
    return { do: 'become', state: 'REVERSED', note: 'posted, and reversed in DIGIT since', patch }
  }
  return { do: 'become', state: 'POSTED', note: 'DIGIT holds the payment', patch }
}

type Seen = { found: readonly FoundPayment[]; rules: CollectionRules | null; facts: PostingFacts }

/** The bill aimed at is gone or replaced: changing the bill id is the dangerous act (D3), so the fence comes first (R6). */
function decideOtherBill(
  record: PostingRecord,
  seen: Seen & { bill: CurrentBill | null },
  policy: PostingPolicy,
): Action {
  const { bill } = seen
  if (record.state !== 'RESOLVE') {
    const note = bill === null ? 'DIGIT shows nothing due now' : 'DIGIT has replaced the bill'
    return { do: 'become', state: 'RESOLVE', note }
  }
  const fence = waitForFence(record, policy)
  if (fence !== null) return fence
  if (bill === null) {
    const lagging = waitForReopening(record, seen.found, policy)
    if (lagging !== null) return lagging
    const isPaid = seen.found.some((each) => each.isLive && isAfterBill(record, each))
    return isPaid
      ? suspend('ALREADY_PAID', 'another payment settled this bill; ours is held for the citizen')
      : suspend('NOTHING_DUE', 'nothing is due for this consumer; the money is held for the citizen')
  }
  const refusal = whyNotOn(record, { rules: seen.rules, bill }, policy)
  if (refusal !== null) return refusal
  return {
    do: 'become',
    state: 'READY',
    note:
      bill.totalPaise === record.payment.amountPaise ? 'the new bill fits' : 'the new bill takes this amount',
    patch: { billId: bill.billId, lastRefusal: null },
  }
}

/** The bill aimed at is DIGIT's current one: repeating on it can never record twice (F1). */
function decideOnBill(
  record: PostingRecord,
  seen: Seen & { bill: CurrentBill },
  policy: PostingPolicy,
): Action {
  const { bill, facts } = seen
  const refusal = whyNotOn(record, seen, policy)
  if (refusal !== null) return waitForFence(record, policy) ?? refusal
  const last = record.lastRefusal
  if (last !== null && last.isPermanent && last.billId === bill.billId) {
    const held = suspend('REFUSED_BY_DIGIT', `DIGIT refuses it: ${last.code.slice(0, 80)}`)
    return waitForFence(record, policy) ?? held
  }
  if (seen.found.some((each) => each.isLive)) {
    if (facts.unappliedCount === undefined) return { do: 'look', at: 'unappliedCount' }
    if (facts.unappliedCount.kind !== 'ok') return waitFor(facts.unappliedCount, record, policy)
    if (facts.unappliedCount.value > 0) {
      return waitForLag(record, 'billing has not applied an earlier payment of this consumer', policy)
    }
  }
  if (facts.duePaise === undefined) return { do: 'look', at: 'duePaise' }
  if (facts.duePaise.kind !== 'ok' && facts.duePaise.kind !== 'denied') {
    return waitFor(facts.duePaise, record, policy)
  }
  if (facts.duePaise.kind === 'ok' && facts.duePaise.value !== bill.totalPaise) {
    return waitForLag(record, 'the bill and its demand differ; waiting for a new bill', policy)
  }
  const unseen = facts.duePaise.kind === 'denied' ? '; the demand may not be read with this DIGIT role' : ''
  return { do: 'create', billId: bill.billId, note: `attempt ${record.attemptCount + 1}${unseen}` }
}

/** What DIGIT's own rules say against this amount and mode on this bill; null = it may be posted. */
function whyNotOn(
  record: PostingRecord,
  { rules, bill }: { rules: CollectionRules | null; bill: CurrentBill },
  policy: PostingPolicy,
): Action | null {
  const { payment } = record
  if (rules === null || !rules.isOpen)
    return suspend('SERVICE_CLOSED', 'the service takes no counter payments now')
  if (rules.modesNotAllowed.includes(payment.mode)) {
    return suspend('MODE_NOT_ALLOWED', 'the service does not take this way of paying now')
  }
  if (!isWholeRupees(bill.totalPaise)) {
    return suspend('REFUSED_BY_DIGIT', 'the bill has paise in it; the demand must be rounded first')
  }
  if (payment.amountPaise < bill.totalPaise && !rules.isPartPaymentAllowed) {
    return suspend('BILL_HIGHER', 'the bill is higher now and must be paid in full')
  }
  if (payment.amountPaise > bill.totalPaise) {
    const isIntended = payment.amountPaise > payment.bill.totalPaise || bill.billId === payment.bill.id
    if (!rules.isAdvanceAllowed || !(isIntended || policy.isExcessPosted)) {
      return suspend('BILL_LOWER', 'the bill is lower than the money taken')
    }
  }
  return null
}

function isAfterBill(record: PostingRecord, found: FoundPayment): boolean {
  if (found.billId === record.billId || found.billId === record.payment.bill.id) return true
  return found.receiptAtMs !== null && found.receiptAtMs >= record.payment.bill.billDateMs
}

/** After a cancellation DIGIT re-opens the dues only later: nothing due is then not the truth yet. */
function waitForReopening(
  record: PostingRecord,
  found: readonly FoundPayment[],
  policy: PostingPolicy,
): Action | null {
  const isReopening = found.some(
    (each) =>
      !each.isLive && each.changedAtMs !== null && record.nowMs - each.changedAtMs < policy.lagLimitMs,
  )
  if (!isReopening || found.some((each) => each.isLive && isAfterBill(record, each))) return null
  const since = record.lagSinceMs ?? record.nowMs
  if (record.nowMs - since > policy.lagLimitMs) return null
  return {
    do: 'wait',
    ms: pause(record, policy),
    note: 'a payment was cancelled lately; waiting for the dues to come back',
    patch: { lagSinceMs: since },
  }
}

/** Never posts through a lag (R8): after the limit it becomes a task, and goes on by itself when DIGIT catches up. */
function waitForLag(record: PostingRecord, note: string, policy: PostingPolicy): Action {
  const since = record.lagSinceMs ?? record.nowMs
  const patch = { lagSinceMs: since }
  if (record.nowMs - since <= policy.lagLimitMs) return { do: 'wait', ms: pause(record, policy), note, patch }
  return { do: 'wait', ms: policy.retryMaxMs, note, state: 'HOLD', reason: 'LAGGING', patch }
}

function waitForFence(record: PostingRecord, policy: PostingPolicy): Action | null {
  if (record.lastAttemptAtMs === null) return null
  const overAtMs = record.lastAttemptAtMs + policy.fenceMs
  if (record.nowMs > overAtMs) return null
  const note = 'an attempt may still be running inside DIGIT; waiting before the bill is changed'
  return { do: 'wait', ms: overAtMs - record.nowMs + 1, note }
}

function suspend(reason: SuspenseReason, note: string): Action {
  return { do: 'become', state: 'SUSPENSE', reason, note }
}

function waitFor(failure: DigitFailure, record: PostingRecord, policy: PostingPolicy): Action {
  return { do: 'wait', ms: pause(record, policy), note: `DIGIT: ${failureWords(failure)}` }
}

/** Doubles from the base to the maximum. */
export function pause(record: PostingRecord, policy: PostingPolicy): number {
  return Math.min(policy.retryBaseMs * 2 ** Math.min(record.waitCount, 20), policy.retryMaxMs)
}

/** POSTED → CONFIRMED when billing shows it; until then the dues of this consumer are not trusted. */
function decideConfirmation(record: PostingRecord, facts: PostingFacts, policy: PostingPolicy): Action {
  if (record.waitCount === 0) {
    // billing hears of it through the event bus: never in the same instant
    return { do: 'wait', ms: policy.retryBaseMs, note: 'waiting for billing' }
  }
  if (facts.confirmation === undefined) return { do: 'look', at: 'confirmation' }
  if (facts.confirmation.kind !== 'ok') return waitFor(facts.confirmation, record, policy)
  const { isApplied, balancePaise } = facts.confirmation.value
  if (!isApplied) {
    const since = record.postedSinceMs ?? record.nowMs
    const isLate = record.nowMs - since > policy.lagLimitMs
    if (!isLate) return { do: 'wait', ms: pause(record, policy), note: 'waiting for billing' }
    if (facts.payments === undefined) return { do: 'look', at: 'payments' }
    const own = facts.payments.kind === 'ok' ? findOwn(record, facts.payments.value) : null
    // cancelled before billing showed it: there is nothing left to wait for
    if (own !== null && !own.isLive) return settleOwn(record, own)
    const note = 'billing has not applied it for too long; a person must look'
    return { do: 'wait', ms: pause(record, policy), note }
  }
  return {
    do: 'become',
    state: 'CONFIRMED',
    note: 'billing has applied it',
    ...(balancePaise === null ? {} : { patch: { balancePaise } }),
  }
}
