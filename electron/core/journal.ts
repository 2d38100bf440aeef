// The tamper-evident journal: every record is chained to the one before (contract/journal-record.ts), signed with the device's key, and
// each body carries the running turnover, so that taking a record out breaks the chain, the signatures and the arithmetic. The store
// seals and keeps entries; the same code checks them at start and in the verifier.
import { chainHash, FIRST_HASH, readBody, recordSigningInput } from '#contract/journal-record.ts'
import type { JournalOwner, Sha256 } from '#contract/journal-record.ts'
import type { Paise } from '#contract/money.ts'
import type { ClockReading } from './records.ts'

export { FIRST_HASH }
export type { JournalOwner, Sha256 }

export type JournalType =
  | 'ENROL'
  | 'BOOT'
  | 'SERIES'
  | 'OPEN_SHIFT'
  /** Cash left the drawer: handed in to a supervisor. */
  | 'CASH_OUT'
  /** The drawer was counted, before anybody was told what should be in it. */
  | 'CASH_COUNT'
  | 'CLOSE_SHIFT'
  | 'PAY'
  /** A step of a card sale at a terminal: the first is written before the terminal hears of it. */
  | 'CARD_SALE'
  | 'REPRINT'
  | 'PRINT_UNKNOWN'
  /** A person looked: the slip of which the printer said nothing did come out. */
  | 'PRINT_CONFIRMED'
  | 'LOGIN'
  | 'PIN_WRONG'
  | 'LOCKOUT'
  | 'UNLOCK'
  | 'CLOCK_DRIFT'
  | 'CLOCK_JUMP'
  | 'CLOCK_ACCEPTED'
  | 'SUPERVISOR_ACT'
  /** The drawer was opened for a reason that is no payment; written before it opens. */
  | 'NO_SALE'
  | 'DRAWER_LEFT_OPEN'
  /** It opened though nobody had it opened. */
  | 'DRAWER_FORCED'
  /** The integrator's signed word of what it holds. */
  | 'ACK'
  /** Its database has begun another life: it was restored from a backup. */
  | 'EPOCH'
  /** It did not take a payment: a person must look. */
  | 'REFUSED'

/** What is to be recorded; `dataJson` goes into the body byte for byte. */
export type JournalDraft = {
  readonly type: JournalType
  readonly at: ClockReading
  readonly dataJson: string
  /** Money taken by this record; 0 for all but PAY. */
  readonly amountPaise: Paise
  /** Small facts that tables are rebuilt from and the data does not hold. */
  readonly note?: Readonly<Record<string, string | number | boolean | null>>
}

export type JournalHead = {
  /** 0 and 64 zeros before the first record. */
  readonly seq: number
  readonly hash: string
  readonly turnoverPaise: number
  readonly paymentCount: number
}

export type JournalEntry = {
  readonly seq: number
  readonly type: JournalType
  readonly body: string
  readonly previousHash: string
  readonly hash: string
  readonly atMs: number
  readonly turnoverPaise: number
  readonly paymentCount: number
  /** Of the device; null in records of the time before devices had keys (chain version 1). */
  readonly signature: string | null
}

export const EMPTY_HEAD: JournalHead = { seq: 0, hash: FIRST_HASH, turnoverPaise: 0, paymentCount: 0 }

export type SealKeys = {
  readonly owner: JournalOwner
  readonly sha256: Sha256
  /** null: the device has no key. */
  readonly sign: ((text: string) => string) | null
}

export function sealEntry(
  head: JournalHead,
  draft: JournalDraft,
  { owner, sha256, sign }: SealKeys,
): JournalEntry {
  if (draft.amountPaise < 0) throw new RangeError('turnover never goes down')
  if (draft.type !== 'PAY' && draft.amountPaise !== 0) throw new RangeError('only payments carry money')
  const seq = head.seq + 1
  const turnoverPaise = head.turnoverPaise + draft.amountPaise
  const paymentCount = head.paymentCount + (draft.type === 'PAY' ? 1 : 0)
  if (!Number.isSafeInteger(turnoverPaise)) throw new RangeError('turnover is out of range')
  const facts = JSON.stringify({
    type: draft.type,
    wallMs: draft.at.wallMs,
    monotonicMs: Math.round(draft.at.monotonicMs),
    bootId: draft.at.bootId,
    turnoverPaise,
    paymentCount,
    note: draft.note,
  })
  const body = `${facts.slice(0, -1)},"data":${draft.dataJson}}`
  if (readBody(body) === null) throw new RangeError('a record must be readable as one')
  const isSigned = sign !== null
  const hash = chainHash({ owner, seq, previousHash: head.hash, body, isSigned }, sha256)
  return {
    seq,
    type: draft.type,
    body,
    previousHash: head.hash,
    hash,
    atMs: draft.at.wallMs,
    turnoverPaise,
    paymentCount,
    signature: isSigned ? sign(recordSigningInput(hash)) : null,
  }
}

export type FaultKind =
  | 'gap'
  | 'chain'
  | 'body'
  | 'columns'
  | 'turnover'
  | 'signature'
  /** Only the verifier, which sees all records, tells these from `chain`. */
  | 'reordered'
  | 'deleted'
export type JournalFault = { readonly seq: number; readonly kind: FaultKind; readonly reason: string }

export type CheckKeys = {
  readonly owner: JournalOwner
  readonly sha256: Sha256
  /** Checks a signature of the device; null: its key is not known. */
  readonly verify: ((text: string, signature: string) => boolean) | null
}

export type Followed = { readonly fault: JournalFault | null; readonly head: JournalHead }

/** Follows a run of entries, which must come after `head`. Returns the first fault, or null and the new head. */
export function verifyEntries(
  head: JournalHead & { readonly signature?: string | null },
  entries: Iterable<JournalEntry>,
  keys: CheckKeys,
): Followed {
  let last = head
  let hasSignature = typeof head.signature === 'string'
  for (const entry of entries) {
    const fault = faultOf(last, entry, { ...keys, hasSignature })
    if (fault !== null) return { fault: { seq: entry.seq, ...fault }, head: last }
    hasSignature ||= entry.signature !== null
    last = entry
  }
  return { fault: null, head: last }
}

type Fault = Omit<JournalFault, 'seq'>

export function faultOf(
  last: JournalHead,
  entry: JournalEntry,
  { owner, sha256, verify, hasSignature }: CheckKeys & { readonly hasSignature: boolean },
): Fault | null {
  const { seq, previousHash, body, signature, hash } = entry
  if (seq !== last.seq + 1) return { kind: 'gap', reason: `record ${last.seq + 1} is missing` }
  if (previousHash !== last.hash) return { kind: 'chain', reason: 'does not follow the record before it' }
  const isSigned = signature !== null
  if (chainHash({ owner, seq, previousHash, body, isSigned }, sha256) !== hash) {
    return { kind: 'body', reason: 'was changed' }
  }
  if (!isSigned && hasSignature) return { kind: 'signature', reason: 'has lost its signature' }
  if (isSigned && verify !== null && !verify(recordSigningInput(hash), signature)) {
    return { kind: 'signature', reason: 'is not signed by this device' }
  }
  return factsFault(last, entry)
}

/** Columns say what the body says, and the running totals follow from the record before. */
function factsFault(last: JournalHead, entry: JournalEntry): Fault | null {
  const facts = readBody(entry.body)
  const isSame =
    facts !== null &&
    facts.type === entry.type &&
    facts.wallMs === entry.atMs &&
    facts.turnoverPaise === entry.turnoverPaise &&
    facts.paymentCount === entry.paymentCount
  if (!isSame) return { kind: 'columns', reason: 'does not say what its columns say' }
  const amountPaise = entry.turnoverPaise - last.turnoverPaise
  const count = entry.paymentCount - last.paymentCount
  const isPay = entry.type === 'PAY'
  const isRight = count === (isPay ? 1 : 0) && (isPay ? amountPaise > 0 : amountPaise === 0)
  return isRight ? null : { kind: 'turnover', reason: 'breaks the running total' }
}

/** The exact JSON that was recorded in a body. */
export function dataOfBody(body: string): string {
  const facts = readBody(body)
  if (facts === null) throw new RangeError('a journal body carries data')
  return facts.dataJson
}
