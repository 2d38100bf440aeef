// One payment's next step towards DIGIT, from its record and what is known. Pure: called in a loop by post-payment and,
// row by row, by its tests. The rules R1…R12 are those of exactly-once posting (UNIQUE(billId) is DIGIT's only key).
import type { CollectionRules } from '#contract/bill.ts'
import { whyUnpostable } from './check-payment.ts'
import { decideReversal } from './decide-reversal.ts'
import { findOwn, pause, settleOwn, suspend, waitFor } from './posting-actions.ts'
import { settleChangedBill, settlementPolicyOf } from './settle-changed-bill.ts'
import type { Settlement } from './settle-changed-bill.ts'
import type {
  Action,
  CurrentBill,
  FoundPayment,
  PostingFacts,
  PostingPolicy,
  PostingRecord,
} from './posting-facts.ts'

/** For the trail, wherever a claim is met. */
export const REFUND_CLAIMED_NOTE =
  'a till’s journal says that its money was given back; the decision is not known here'

export function decidePosting(record: PostingRecord, facts: PostingFacts, policy: PostingPolicy): Action {
  switch (record.state) {
    case 'RECEIVED': {
      const why = whyUnpostable(record.payment)
      if (why !== null && record.isRefundClaimed) return suspend('REFUND_CLAIMED', REFUND_CLAIMED_NOTE)
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
    case 'REVERSING':
      return decideReversal(record, facts, policy)
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
  if (record.isRefundClaimed) {
    const claimed = { ...suspend('REFUND_CLAIMED', REFUND_CLAIMED_NOTE), patch: { probeReason: null } }
    return waitForFence(record, policy) ?? claimed
  }
  if (record.probeReason !== null) {
    const note = 'looked up after a restore: DIGIT does not hold it, so it waits as before'
    const back = { ...suspend(record.probeReason, note), patch: { probeReason: null } }
    return waitForFence(record, policy) ?? back
  }
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

type Seen = { found: readonly FoundPayment[]; rules: CollectionRules | null; facts: PostingFacts }

/** The bill aimed at is gone or replaced: changing the bill id is the dangerous act (D3), so the fence comes first (R6). */
function decideOtherBill(
  record: PostingRecord,
  seen: Seen & { bill: CurrentBill | null },
  policy: PostingPolicy,
): Action {
  const { bill, facts } = seen
  if (record.state !== 'RESOLVE') {
    const note = bill === null ? 'DIGIT shows nothing due now' : 'DIGIT has replaced the bill'
    return { do: 'become', state: 'RESOLVE', note }
  }
  const fence = waitForFence(record, policy)
  if (fence !== null) return fence
  if (bill === null) {
    const lagging = waitForReopening(record, seen.found, policy)
    if (lagging !== null) return lagging
    if (facts.aimedStatus === undefined) return { do: 'look', at: 'aimedStatus' }
    if (facts.aimedStatus.kind !== 'ok' && facts.aimedStatus.kind !== 'denied') {
      return waitFor(facts.aimedStatus, record, policy)
    }
  } else {
    const doubt = doubtBill(record, { ...seen, bill }, policy)
    if (doubt !== null) return doubt
  }
  const settlement = settle(record, seen, policy)
  if (settlement.do !== 'post') return actOn(settlement, record, policy)
  if (bill === null) throw new TypeError('nothing is posted where nothing is due')
  const patch = { billId: bill.billId, lastRefusal: null, lagSinceMs: null }
  return { do: 'become', state: 'READY', note: `a new bill: ${settlement.note}`, patch }
}

/** The bill aimed at is DIGIT's current one: repeating on it can never record twice (F1). */
function decideOnBill(
  record: PostingRecord,
  seen: Seen & { bill: CurrentBill },
  policy: PostingPolicy,
): Action {
  const { bill, facts } = seen
  const doubt = doubtBill(record, seen, policy)
  if (doubt !== null) return doubt
  const settlement = settle(record, seen, policy)
  if (settlement.do !== 'post') return actOn(settlement, record, policy)
  const last = record.lastRefusal
  if (last !== null && last.isPermanent && last.billId === bill.billId) {
    const held = suspend('REFUSED_BY_DIGIT', `DIGIT refuses it: ${last.code.slice(0, 80)}`)
    return waitForFence(record, policy) ?? held
  }
  if (facts.duePaise === undefined) throw new TypeError('a bill is held against its demand before it is paid')
  const attempt = `attempt ${record.attemptCount + 1}`
  const unseen = facts.duePaise.kind === 'denied' ? '; the demand may not be read with this DIGIT role' : ''
  const met = settlement.as === null ? '' : `; ${settlement.note}`
  const { postPaise, as } = settlement
  return { do: 'create', billId: bill.billId, postPaise, settledAs: as, note: `${attempt}${met}${unseen}` }
}

/**
 * A bill that differs from its demand is never posted on (R9). Seen twice, DIGIT is asked to cancel it, so that a true one can
 * be made; where our role may not, it is waited for until it expires.
 */
function replaceBill(
  record: PostingRecord,
  { bill, facts }: { bill: CurrentBill; facts: PostingFacts },
  policy: PostingPolicy,
): Action {
  const isSeenBefore = record.lagSinceMs !== null && record.lagSinceMs < record.nowMs
  if (!isSeenBefore || facts.billCancel !== undefined) {
    return waitForLag(record, 'the bill and its demand differ; waiting for a new bill', policy)
  }
  const note = 'the bill and its demand differ; asking DIGIT to cancel the bill'
  return waitForFence(record, policy) ?? { do: 'cancel-bill', billId: bill.billId, note }
}

function settle(
  record: PostingRecord,
  { bill, rules, found, facts }: Seen & { bill: CurrentBill | null },
  policy: PostingPolicy,
): Settlement {
  const { payment } = record
  const isPaid = found.some((each) => each.isLive && isAfterBill(record, each))
  const isCancelled = facts.aimedStatus?.kind === 'ok' && facts.aimedStatus.value === 'CANCELLED'
  return settleChangedBill({
    payment,
    bill,
    rules,
    ifNone: isPaid ? 'paid' : isCancelled ? 'cancelled' : 'nothing',
    policy: settlementPolicyOf(policy.settlement, payment.bill.businessService),
    isDecided: record.isDecided,
    isPartPending: bill !== null && facts.unappliedCount?.kind === 'ok' && facts.unappliedCount.value > 0,
  })
}

function actOn(
  settlement: Exclude<Settlement, { do: 'post' }>,
  record: PostingRecord,
  policy: PostingPolicy,
): Action {
  if (settlement.do === 'wait') return waitForLag(record, settlement.note, policy)
  return waitForFence(record, policy) ?? suspend(settlement.reason, settlement.note)
}

/**
 * Nothing is decided about money on a bill that may still ask for what was already paid (R8) or differs from its demand (R9), on
 * every path. null: the bill may be believed, or settlement says to wait.
 */
function doubtBill(
  record: PostingRecord,
  { found, bill, facts }: Seen & { bill: CurrentBill },
  policy: PostingPolicy,
): Action | null {
  if (found.some((each) => each.isLive)) {
    if (facts.unappliedCount === undefined) return { do: 'look', at: 'unappliedCount' }
    if (facts.unappliedCount.kind !== 'ok') return waitFor(facts.unappliedCount, record, policy)
    if (facts.unappliedCount.value > 0) return null
  }
  if (facts.duePaise === undefined) return { do: 'look', at: 'duePaise' }
  if (facts.duePaise.kind === 'denied') return null
  if (facts.duePaise.kind !== 'ok') return waitFor(facts.duePaise, record, policy)
  return facts.duePaise.value === bill.totalPaise ? null : replaceBill(record, { bill, facts }, policy)
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
    ...(record.reason === null ? {} : { reason: record.reason }),
    ...(balancePaise === null ? {} : { patch: { balancePaise } }),
  }
}
