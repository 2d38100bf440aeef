// Says what became of the journals of a simulated world: every record of every till at the integrator, once, chained, and every
// receipt number there without a gap. Part of the auditor; shares no code with the product: the chain is computed here again.
import { createHash } from 'node:crypto'
import type { Found, Handed } from './auditor.ts'

export type JournalFact = { seq: number; hash: string; body: string }

export type TillJournal = {
  till: string
  deviceId: string
  incarnation: string
  /** Another program ran on a copy of this file. */
  isCopied: boolean
  isRevoked: boolean
  records: readonly JournalFact[]
}

export type KeptJournal = {
  deviceId: string
  isForked: boolean
  records: readonly JournalFact[]
  /** Other records under numbers that are taken. */
  aside: readonly JournalFact[]
}

export type RecordEvidence = {
  journals: readonly TillJournal[]
  kept: readonly KeptJournal[]
  /** What the integrator noted about journals. */
  findings: readonly string[]
}

export function auditRecords(evidence: RecordEvidence & { handed: readonly Handed[] }, found: Found): void {
  const { journals, kept, handed, findings } = evidence
  for (const journal of kept) auditChain(journal, journals, found)
  for (const journal of journals) auditTill(journal, kept, found)
  for (const each of handed) {
    if (each.fate === 'receipt') auditReceiptRecord(each, kept, found)
  }
  for (const journal of journals) auditSeries(journal, found)
  const isCopied = journals.some((journal) => journal.isCopied)
  for (const text of isCopied ? [] : findings) found('told wrong', null, `a finding without a cause: ${text}`)
}

/** SHA-256("tahsil-j2" 0 device 0 incarnation 0, number as 8 bytes, hash before, body). */
function linkOf(
  owner: { deviceId: string; incarnation: string },
  before: string,
  record: JournalFact,
): string {
  const number = Buffer.alloc(8)
  number.writeBigUInt64BE(BigInt(record.seq))
  return createHash('sha256')
    .update(`tahsil-j2\0${owner.deviceId}\0${owner.incarnation}\0`)
    .update(number)
    .update(Buffer.from(before, 'hex'))
    .update(record.body)
    .digest('hex')
}

function auditChain(kept: KeptJournal, journals: readonly TillJournal[], found: Found): void {
  const { deviceId, records } = kept
  const incarnation = journals.find((each) => each.deviceId === deviceId)?.incarnation ?? 'A'
  let before = '0'.repeat(64)
  for (const [at, record] of records.entries()) {
    if (record.seq !== at + 1) found('records', null, `${deviceId}: record ${at + 1} is not in its place`)
    if (linkOf({ deviceId, incarnation }, before, record) !== record.hash) {
      found('records', null, `${deviceId}: record ${record.seq} does not follow the one before`)
      return
    }
    before = record.hash
  }
}

/** Everything that the till wrote is there; of a copied till it may be aside. */
function auditTill(journal: TillJournal, kept: readonly KeptJournal[], found: Found): void {
  const own = kept.find(({ deviceId }) => deviceId === journal.deviceId)
  const { till, records, isCopied } = journal
  const held = new Set(own?.records.map(({ hash }) => hash))
  const aside = new Set(own?.aside.map(({ hash }) => hash))
  const missing = records.filter(({ hash }) => !held.has(hash) && !(isCopied && aside.has(hash)))
  if (missing.length > 0) {
    const numbers = missing.slice(0, 5).map(({ seq, body }) => `${seq} ${typeOf(body)}`)
    found('records', null, `${till}: ${missing.length} records never arrived: ${numbers.join(', ')}`)
  }
  if (!isCopied && own !== undefined && (own.isForked || own.aside.length > 0))
    found('records', null, `${till} is called forked, and nobody copied it`)
  const isParted = isCopied && records.some(({ hash }) => aside.has(hash) && !held.has(hash))
  if (isParted && own?.isForked === false) found('records', null, `${till} has parted and nobody says so`)
}

function auditReceiptRecord({ paymentId }: Handed, kept: readonly KeptJournal[], found: Found): void {
  const isOwn = ({ body }: JournalFact) =>
    typeOf(body) === 'PAY' && body.includes(`"data":{"id":"${paymentId}"`)
  const held = kept.flatMap(({ records }) => records.filter(isOwn))
  const hashes = new Set(
    [...held, ...kept.flatMap(({ aside }) => aside.filter(isOwn))].map(({ hash }) => hash),
  )
  if (hashes.size === 0) found('records', paymentId, 'the record of a receipt is not at the integrator')
  if (held.length > 1 || hashes.size > 1) found('records', paymentId, 'a receipt has more than one record')
}

/** The till's own receipts count from 1 without a gap. */
function auditSeries({ till, records }: TillJournal, found: Found): void {
  const numbers = records
    .filter(({ body }) => typeOf(body) === 'PAY')
    .map(({ body }) => Number(/"receiptNumber":"[^"]*\/(\d{6})-.","isOffline"/.exec(body)?.[1] ?? Number.NaN))
  const gap = numbers.findIndex((number, at) => number !== at + 1)
  if (gap >= 0) found('records', null, `${till}: receipt ${gap + 1} has the number ${numbers[gap]}`)
}

function typeOf(body: string): string {
  return /^\{"type":"([A-Z_]+)"/.exec(body)?.[1] ?? ''
}
