// The tamper-evident journal: every record is chained to the one before by
// SHA-256("tahsil-j1" ‖ device ‖ incarnation ‖ u64 seq ‖ previous hash ‖ exact body bytes), and each body carries the running
// turnover, so that taking a record out breaks both the chain and the arithmetic. The store seals and keeps entries; the
// same code checks them at start.
import type { Paise } from '#contract/money.ts'
import type { ClockReading, DeviceIdentity } from './records.ts'

export type JournalType =
  | 'ENROL'
  | 'BOOT'
  | 'SERIES'
  | 'OPEN_SHIFT'
  | 'PAY'
  | 'REPRINT'
  | 'PRINT_UNKNOWN'
  | 'LOGIN'
  | 'PIN_WRONG'
  | 'LOCKOUT'
  | 'UNLOCK'
  | 'CLOCK_DRIFT'
  | 'CLOCK_ACCEPTED'
  | 'SUPERVISOR_ACT'

/** What is to be recorded; `dataJson` goes into the body byte for byte. */
export type JournalDraft = {
  readonly type: JournalType
  readonly at: ClockReading
  readonly dataJson: string
  /** Money taken by this record; 0 for all but PAY. */
  readonly amountPaise: Paise
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
}

/** SHA-256 of the parts one after another, in hex. */
export type Sha256 = (parts: readonly Uint8Array[]) => string

export type JournalOwner = Pick<DeviceIdentity, 'deviceId' | 'incarnation'>

export const FIRST_HASH = '0'.repeat(64)
export const EMPTY_HEAD: JournalHead = { seq: 0, hash: FIRST_HASH, turnoverPaise: 0, paymentCount: 0 }

const DOMAIN = 'tahsil-j1'
const encoder = new TextEncoder()

export function sealEntry(
  head: JournalHead,
  draft: JournalDraft,
  { owner, sha256 }: { owner: JournalOwner; sha256: Sha256 },
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
  })
  const body = `${facts.slice(0, -1)},"data":${draft.dataJson}}`
  const hash = hashEntry({ owner, seq, previousHash: head.hash, body }, sha256)
  return {
    seq,
    type: draft.type,
    body,
    previousHash: head.hash,
    hash,
    atMs: draft.at.wallMs,
    turnoverPaise,
    paymentCount,
  }
}

type Hashed = { owner: JournalOwner; seq: number; previousHash: string; body: string }

export function hashEntry({ owner, seq, previousHash, body }: Hashed, sha256: Sha256): string {
  return sha256([
    encoder.encode(DOMAIN),
    encoder.encode(owner.deviceId),
    encoder.encode(owner.incarnation),
    u64(seq),
    bytesOfHex(previousHash),
    encoder.encode(body),
  ])
}

export type JournalFault = { readonly seq: number; readonly reason: string }

/** Follows a run of entries, which must come after `head`. Returns the first fault, or null and the new head. */
export function verifyEntries(
  head: JournalHead,
  entries: Iterable<JournalEntry>,
  { owner, sha256 }: { owner: JournalOwner; sha256: Sha256 },
): { readonly fault: JournalFault | null; readonly head: JournalHead } {
  let last = head
  for (const entry of entries) {
    const reason = faultOf(last, entry, { owner, sha256 })
    if (reason !== null) return { fault: { seq: entry.seq, reason }, head: last }
    last = entry
  }
  return { fault: null, head: last }
}

function faultOf(
  last: JournalHead,
  entry: JournalEntry,
  { owner, sha256 }: { owner: JournalOwner; sha256: Sha256 },
): string | null {
  const { seq, previousHash, body } = entry
  if (seq !== last.seq + 1) return `record ${last.seq + 1} is missing`
  if (previousHash !== last.hash) return 'does not follow the record before it'
  if (hashEntry({ owner, seq, previousHash, body }, sha256) !== entry.hash) return 'was changed'
  const amountPaise = entry.turnoverPaise - last.turnoverPaise
  const count = entry.paymentCount - last.paymentCount
  const isPay = entry.type === 'PAY'
  if (count !== (isPay ? 1 : 0) || (isPay ? amountPaise <= 0 : amountPaise !== 0)) {
    return 'breaks the running total'
  }
  const facts = `{"type":"${entry.type}",`
  const totals = `"turnoverPaise":${entry.turnoverPaise},"paymentCount":${entry.paymentCount},"data":`
  return body.startsWith(facts) && body.includes(totals) ? null : 'does not say what its columns say'
}

/** The exact JSON that was recorded in a body. */
export function dataOfBody(body: string): string {
  const at = body.indexOf(',"data":')
  if (at < 0) throw new RangeError('a journal body carries data')
  return body.slice(at + ',"data":'.length, -1)
}

function u64(value: number): Uint8Array {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value))
  return bytes
}

function bytesOfHex(hex: string): Uint8Array {
  return Uint8Array.from({ length: hex.length / 2 }, (_, at) =>
    Number.parseInt(hex.slice(at * 2, at * 2 + 2), 16),
  )
}
