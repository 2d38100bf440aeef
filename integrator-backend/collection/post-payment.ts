// Drives one payment as far as it can go now: look, decide, record, act. Called by app's posting job with real ports and
// by tests with any. The record is committed before every act; a crash anywhere leaves a state that a look-up resolves.
import type { Paise } from '#contract/money.ts'
import type { PostingState, SuspenseReason } from '#contract/payment.ts'
import { decidePosting } from './decide-posting.ts'
import { REVERSAL_DENIALS_MAX } from './decide-reversal.ts'
import { findOwn, pause, settleOwn } from './posting-actions.ts'
import { failureWords, saysAlreadyRecorded, saysStaleBill } from './digit-outcome.ts'
import type { DigitFailure, DigitOutcome } from './digit-outcome.ts'
import type {
  Action,
  FoundPayment,
  Look,
  PostingFacts,
  PostingPolicy,
  PostingRecord,
  RecordPatch,
  Reversal,
  ReversalAction,
} from './posting-facts.ts'

export type Change = {
  state: PostingState
  reason: SuspenseReason | null
  note: string
  patch: RecordPatch
  /** Ask again after so long; null = at once in this run, or never when the state is an end. */
  runInMs: number | null
  /** Commits an attempt row with this change, before the call is made (R3). */
  attempt: { billId: string; amountPaise: Paise } | null
  /** The same for a call that undoes a payment. */
  reversalAttempt?: { digitPaymentId: string; action: ReversalAction }
}

export type PostingPorts = {
  policy: PostingPolicy
  /** null when there is no such payment. Reads the database's clock with it. */
  load: () => Promise<PostingRecord | null>
  look: <L extends Look>(at: L, record: PostingRecord, facts: PostingFacts) => Promise<PostingFacts[L]>
  /** `_create` on one bill id; `ok` carries what DIGIT answered. */
  create: (record: PostingRecord, billId: string) => Promise<DigitOutcome<FoundPayment>>
  /** `_cancelbill` on a bill that differs from its demand; `denied` where the role may not. */
  cancelBill: (record: PostingRecord, billId: string) => Promise<DigitOutcome<null>>
  /** `_workflow`; `ok` carries the payment as DIGIT holds it now. */
  reverse: (
    record: PostingRecord,
    asked: { action: ReversalAction; digitPaymentId: string },
  ) => Promise<DigitOutcome<FoundPayment>>
  /** One transaction; false when the record has moved on meanwhile. */
  commit: (record: PostingRecord, change: Change) => Promise<boolean>
}

/** Steps of one run: more than any path needs, so more is a programming mistake. */
export const STEPS_PER_RUN_MAX = 24

/** Returns the state it stopped in, or null when there was nothing to do. Throws on database failure. */
export async function postPayment(ports: PostingPorts): Promise<PostingState | null> {
  let record = await ports.load()
  let facts: PostingFacts = {}
  for (let step = 0; record !== null; step += 1) {
    if (step >= STEPS_PER_RUN_MAX) throw new RangeError('the posting of one payment goes in a circle')
    const action: Action = decidePosting(record, facts, ports.policy)
    if (action.do === 'rest') return record.state
    if (action.do === 'look') {
      const value = await ports.look(action.at, record, facts)
      if (value === undefined) throw new TypeError('a look-up must answer')
      Object.assign(facts, { [action.at]: value })
      continue
    }
    const change = changeFor(action, record)
    if (!(await ports.commit(record, change))) return null
    if (action.do === 'wait') return change.state
    if (action.do === 'create') {
      const { postPaise, settledAs } = action
      const sent = { ...sentOf(record), state: 'POSTING' as const, postPaise, settledAs }
      if (!(await attempt(ports, sent, action.billId))) return null
      facts = {}
    }
    if (action.do === 'reverse') {
      if (!(await attemptReversal(ports, sentOf(record), action))) return null
      facts = {}
    }
    // everything is looked at anew; only that it was tried is kept, so that it is tried once in a run
    if (action.do === 'cancel-bill') facts = { billCancel: await ports.cancelBill(record, action.billId) }
    record = await ports.load()
  }
  return null
}

type Step = Exclude<Action, { do: 'look' } | { do: 'rest' }>

function changeFor(action: Step, record: PostingRecord): Change {
  switch (action.do) {
    case 'create':
      return attemptOf(action, record)
    case 'reverse': {
      const { action: asked, digitPaymentId } = action
      if (record.state !== 'REVERSING') throw new RangeError('a payment is undone while REVERSING only')
      if (digitPaymentId === '') throw new RangeError('what is undone must be named')
      return { ...same(record, action.note), reversalAttempt: { digitPaymentId, action: asked } }
    }
    case 'cancel-bill':
      return same(record, action.note)
    default:
      return changeOf(action, record)
  }
}

function same({ state, reason }: PostingRecord, note: string): Change {
  return { state, reason, note, patch: {}, runInMs: null, attempt: null }
}

function sentOf(record: PostingRecord): PostingRecord {
  return { ...record, attemptCount: record.attemptCount + 1 }
}

function attemptOf(action: Extract<Action, { do: 'create' }>, record: PostingRecord): Change {
  const { postPaise, settledAs } = action
  if (postPaise <= 0) throw new RangeError('an attempt must move money')
  if (postPaise > record.payment.amountPaise) throw new RangeError('more than was taken is never posted')
  if (action.billId !== record.billId) throw new RangeError('an attempt is made on the bill aimed at only')
  const attemptRow = { billId: action.billId, amountPaise: postPaise }
  const patch = { lagSinceMs: null, postPaise, settledAs }
  return { state: 'POSTING', reason: null, note: action.note, patch, runInMs: null, attempt: attemptRow }
}

function changeOf(action: Extract<Action, { do: 'become' | 'wait' }>, record: PostingRecord): Change {
  const isWait = action.do === 'wait'
  return {
    state: action.state ?? record.state,
    reason: action.reason ?? (isWait && action.state === undefined ? record.reason : null),
    note: action.note,
    patch: action.patch ?? {},
    runInMs: isWait ? action.ms : null,
    attempt: null,
  }
}

/** Makes the call and records its end. Returns true when the run may go on at once. */
async function attempt(ports: PostingPorts, record: PostingRecord, billId: string): Promise<boolean> {
  const outcome = await ports.create(record, billId)
  const change = afterCreate({ record, billId, outcome, policy: ports.policy })
  const isKept = await ports.commit(record, change)
  return isKept && change.runInMs === null
}

/** Only a parsed answer with our reference is POSTED; everything else is looked up first (R4). */
export function afterCreate(end: {
  record: PostingRecord
  billId: string
  outcome: DigitOutcome<FoundPayment>
  policy: PostingPolicy
}): Change {
  const { record, billId, outcome, policy } = end
  const blank = { reason: null, patch: {}, attempt: null }
  if (outcome.kind === 'ok') {
    const own = findOwn(record, [outcome.value])
    const settled = own === null || own.billId !== billId ? null : settleOwn(record, own)
    if (settled?.do === 'become' && settled.state === 'POSTED') {
      return { ...changeOf(settled, record), note: 'DIGIT took the payment' }
    }
    const note = 'DIGIT answered for another payment; looking ours up'
    return { ...blank, state: 'UNKNOWN', note, runInMs: policy.probeDelayMs }
  }
  const note = `DIGIT: ${failureWords(outcome)}`
  if (isSurelyNotStored(outcome)) return { ...blank, state: 'READY', note, runInMs: pause(record, policy) }
  if (outcome.kind !== 'refused') return { ...blank, state: 'UNKNOWN', note, runInMs: policy.probeDelayMs }
  const isPermanent = isPermanentRefusal(outcome)
  const patch = { lastRefusal: { billId, code: outcome.code, isPermanent } }
  const isQuick = saysAlreadyRecorded(outcome) || isPermanent
  return {
    ...blank,
    patch,
    state: 'UNKNOWN',
    note,
    runInMs: isQuick ? policy.probeDelayMs : pause(record, policy),
  }
}

/** Makes the call and records its end. Returns true when the run may go on at once. */
async function attemptReversal(
  ports: PostingPorts,
  record: PostingRecord,
  asked: { action: ReversalAction; digitPaymentId: string },
): Promise<boolean> {
  const outcome = await ports.reverse(record, asked)
  const change = afterReverse({ record, outcome, policy: ports.policy })
  const isKept = await ports.commit(record, change)
  return isKept && change.runInMs === null
}

/** Only our own payment, shown as no longer live, is REVERSED; a refusal is believed after another look. */
export function afterReverse(end: {
  record: PostingRecord
  outcome: DigitOutcome<FoundPayment>
  policy: PostingPolicy
}): Change {
  const { record, outcome, policy } = end
  const { reversal } = record
  if (reversal === null) throw new TypeError('a reversal must say what is to be done')
  const again = (note: string, next: Partial<Reversal> = {}, ms = policy.probeDelayMs): Change => ({
    ...same(record, note),
    state: 'REVERSING',
    patch: { reversal: { ...reversal, ...next } },
    runInMs: ms,
  })
  if (outcome.kind === 'ok') {
    const own = findOwn(record, [outcome.value])
    if (own === null || own.isLive) return again('DIGIT answered, but does not show it undone; looking it up')
    return { ...changeOf(settleOwn(record, own), record), note: 'DIGIT has undone the payment' }
  }
  const note = `DIGIT: ${failureWords(outcome)}`
  if (outcome.kind === 'denied') {
    const deniedCount = reversal.deniedCount + 1
    if (deniedCount < REVERSAL_DENIALS_MAX) return again(note, { deniedCount }, pause(record, policy))
    return again(note, { deniedCount, refusal: 'the DIGIT login may not undo payments' })
  }
  if (outcome.kind === 'refused') return again(note, { refusal: outcome.code.slice(0, 80) })
  return again(note, {}, outcome.kind === 'unknown' ? policy.probeDelayMs : pause(record, policy))
}

function isSurelyNotStored(failure: DigitFailure): boolean {
  return failure.kind === 'not-sent' || failure.kind === 'transient' || failure.kind === 'denied'
}

/** The same content will be refused again: validation codes. Data and set-up faults of DIGIT are retried instead. */
function isPermanentRefusal(failure: Extract<DigitFailure, { kind: 'refused' }>): boolean {
  if (saysAlreadyRecorded(failure) || saysStaleBill(failure)) return false
  return /^(?:INVALID_|CHEQUE_DD_|NotNull|Size\.|Pattern\.|SafeHtml\.|Email\.|DUPLICATE_BILLID)/.test(
    failure.code,
  )
}
