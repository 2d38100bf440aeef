// Says what is wrong with the money after a disturbance. Shares no code with the product: reads the terminal's file with its own
// SQL, recomputes the chain and checks every signature by the documented formula, reads DIGIT's side from the sandbox's admin API.
// Called by kill.test.ts, kill-loops.ts and the power-cut rig.
import { createHash, createPublicKey, verify } from 'node:crypto'
import Database from 'better-sqlite3'
import * as z from 'zod'

/** A payment that somebody was told is recorded. */
export type Acknowledged = { paymentId: string; receiptNumber: string; amountPaise: number }

/** A payment as the terminal's file has it, by the auditor's own reading. */
export type AuditedPayment = Acknowledged & { consumerCode: string; lane: string }

export type TerminalAudit = { findings: string[]; payments: AuditedPayment[] }

const FINDINGS_MAX = 20

const JournalRows = z.array(
  z.object({
    seq: z.number(),
    type: z.string(),
    body: z.string(),
    previous: z.string(),
    hash: z.string(),
    signature: z.string().nullable(),
  }),
)
const PaymentRows = z.array(
  z.object({
    id: z.string(),
    receipt: z.string(),
    amount: z.number(),
    consumer: z.string(),
    deviceSeq: z.number(),
    year: z.string(),
    receiptSeq: z.number(),
    body: z.string(),
    lane: z.string().nullable(),
    prints: z.number(),
  }),
)
type PaymentRow = z.infer<typeof PaymentRows>[number]

/** Opens the file for writing too, though it writes nothing: what a killed program left in its WAL must be recovered. */
export const auditTerminal = (file: string, acknowledged: readonly Acknowledged[]): TerminalAudit => {
  const findings: string[] = []
  const found = (finding: string): void => {
    if (findings.length < FINDINGS_MAX) findings.push(finding)
  }
  const db = new Database(file, { fileMustExist: true })
  // One view of everything, also while the terminal goes on.
  db.exec('begin')
  try {
    const state = db.pragma('integrity_check', { simple: true })
    if (state !== 'ok') found(`integrity_check: ${String(state).slice(0, 200)}`)
    if ((db.pragma('foreign_key_check') as unknown[]).length > 0) found('a reference points to nothing')
    if (db.prepare("select 1 from sqlite_master where name = 'payments'").get() === undefined) {
      if (acknowledged.length > 0) found(`no tables, but ${acknowledged.length} payments were acknowledged`)
      return { findings, payments: [] }
    }
    const rows = PaymentRows.parse(db.prepare(PAYMENTS_SQL).all())
    const journal = JournalRows.parse(db.prepare(JOURNAL_SQL).all())
    auditChain(journal, ownerOf(db), found)
    auditBodies(journal, rows, found)
    auditNumbers(rows, found)
    auditCash(db, rows, found)
    auditAcknowledged(rows, acknowledged, found)
    const payments = rows.map(({ id, receipt, amount, consumer, lane }) => ({
      paymentId: id,
      receiptNumber: receipt,
      amountPaise: amount,
      consumerCode: consumer,
      lane: lane ?? 'none',
    }))
    return { findings, payments }
  } finally {
    db.close()
  }
}

type Found = (finding: string) => void

const PAYMENTS_SQL = `select p.id, p.receipt_number as receipt, p.amount_paise as amount, p.consumer_code as consumer,
  p.device_seq as deviceSeq, p.financial_year as year, p.receipt_seq as receiptSeq, p.body, o.lane,
  (select count(*) from print_jobs j where j.payment_id = p.id and j.copy_number = 0) as prints
  from payments p left join outbox o on o.device_seq = p.device_seq order by p.device_seq`
const JOURNAL_SQL = `select seq, type, body, previous_hash as previous, hash, signature from journal order by seq`

const Owner = z.object({ deviceId: z.string(), incarnation: z.string() })
/** `publicKey`: raw Ed25519, base64url; null while the till has none. */
type Owner = z.infer<typeof Owner> & { publicKey: string | null }

const ownerOf = (db: Database.Database): Owner | null => {
  const select = db.prepare('select value from meta where key = ?')
  const valueOf = (key: string): unknown => {
    const row = select.get(key) as { value: string } | undefined
    return row === undefined ? null : JSON.parse(row.value)
  }
  const device = valueOf('device')
  if (device === null) return null
  return { ...Owner.parse(device), publicKey: z.string().nullable().parse(valueOf('devicePublicKey')) }
}

/**
 * SHA-256(name ‖ seq as 8 bytes ‖ previous hash ‖ exact body); the name is "tahsil-j2" 0 device 0 incarnation 0 for signed records
 * and "tahsil-j1" device incarnation for those of the time before the till had a key. The device signs "tahsil-journal-2", a line
 * feed and the hash.
 */
const auditChain = (journal: z.infer<typeof JournalRows>, owner: Owner | null, found: Found): void => {
  if (owner === null) {
    if (journal.length > 0) found('the journal has no owner')
    return
  }
  const { deviceId, incarnation, publicKey } = owner
  let previous = '0'.repeat(64)
  let isSignedBefore = false
  journal.forEach((entry, at) => {
    const isSigned = entry.signature !== null
    if (isSignedBefore && !isSigned) found(`journal: record ${entry.seq} is not signed`)
    isSignedBefore = isSigned
    if (entry.seq !== at + 1) found(`journal: record ${at + 1} is missing`)
    if (entry.previous !== previous) found(`journal: record ${entry.seq} does not follow the one before`)
    const seq = Buffer.alloc(8)
    seq.writeBigUInt64BE(BigInt(entry.seq))
    const hash = createHash('sha256')
      .update(isSigned ? `tahsil-j2\0${deviceId}\0${incarnation}\0` : `tahsil-j1${deviceId}${incarnation}`)
      .update(seq)
      .update(Buffer.from(entry.previous, 'hex'))
      .update(entry.body)
      .digest('hex')
    if (hash !== entry.hash) found(`journal: record ${entry.seq} was changed`)
    if (entry.signature !== null && !isSignedBy(publicKey, entry.hash, entry.signature))
      found(`journal: the signature of record ${entry.seq} is wrong`)
    previous = entry.hash
  })
}

/** Thousands of images of one till hold the same records; each signature is looked at once. */
const checked = new Map<string, boolean>()
const CHECKED_MAX = 100_000

const isSignedBy = (publicKey: string | null, hash: string, signature: string): boolean => {
  if (publicKey === null) return false
  const what = `${publicKey} ${hash} ${signature}`
  const known = checked.get(what)
  if (known !== undefined) return known
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: publicKey }, format: 'jwk' })
  const isRight = verify(
    null,
    Buffer.from(`tahsil-journal-2\n${hash}`),
    key,
    Buffer.from(signature, 'base64url'),
  )
  if (checked.size >= CHECKED_MAX) checked.clear()
  checked.set(what, isRight)
  return isRight
}

const PayBody = z.object({
  turnoverPaise: z.number(),
  paymentCount: z.number(),
  data: z.object({ id: z.string(), amountPaise: z.number(), receiptNumber: z.string() }),
})

/** The journal's payments are the table's payments, in the same order, and its running totals add up. */
const auditBodies = (
  journal: z.infer<typeof JournalRows>,
  rows: readonly PaymentRow[],
  found: Found,
): void => {
  const paid = journal.filter(({ type }) => type === 'PAY')
  if (paid.length !== rows.length)
    found(`${paid.length} payments in the journal, ${rows.length} in the table`)
  let turnover = 0
  paid.forEach((entry, at) => {
    const { data, turnoverPaise, paymentCount } = PayBody.parse(JSON.parse(entry.body))
    const row = rows[at]
    turnover += data.amountPaise
    if (turnoverPaise !== turnover || paymentCount !== at + 1) found(`journal: totals of record ${entry.seq}`)
    if (row === undefined) return
    if (data.id !== row.id || data.amountPaise !== row.amount || data.receiptNumber !== row.receipt) {
      found(`journal record ${entry.seq} and payment ${row.receipt} differ`)
    }
    if (!entry.body.endsWith(`"data":${row.body}}`))
      found(`the bytes of payment ${row.receipt} differ from the journal's`)
  })
}

const auditNumbers = (rows: readonly PaymentRow[], found: Found): void => {
  const nextOfYear = new Map<string, number>()
  rows.forEach((row, at) => {
    const due = (nextOfYear.get(row.year) ?? 0) + 1
    nextOfYear.set(row.year, due)
    if (row.deviceSeq !== at + 1) found(`device sequence ${at + 1} is missing`)
    if (row.receiptSeq !== due) found(`receipt ${row.receipt} should be number ${due} of ${row.year}`)
    if (!row.receipt.includes(`/${row.year}/${String(row.receiptSeq).padStart(6, '0')}-`)) {
      found(`receipt number ${row.receipt} does not carry its sequence ${row.receiptSeq}`)
    }
    if (row.lane === null) found(`payment ${row.receipt} will never be sent`)
    if (row.prints !== 1) found(`payment ${row.receipt} has ${row.prints} original print jobs`)
  })
}

const auditCash = (db: Database.Database, rows: readonly PaymentRow[], found: Found): void => {
  const cash = db.prepare(
    "select coalesce(sum(amount_paise), 0) as sum from cash_movements where kind = 'COLLECTION'",
  )
  const shifts = db.prepare('select coalesce(sum(collected_paise), 0) as sum from shifts')
  const expected = rows.reduce((sum, row) => sum + row.amount, 0)
  for (const [name, statement] of Object.entries({ cash, shifts })) {
    const { sum } = statement.get() as { sum: number }
    if (sum !== expected) found(`${name} say ${sum} paise, payments ${expected}`)
  }
}

const auditAcknowledged = (
  rows: readonly PaymentRow[],
  acknowledged: readonly Acknowledged[],
  found: Found,
): void => {
  const byId = new Map(rows.map((row) => [row.id, row]))
  for (const each of acknowledged) {
    const row = byId.get(each.paymentId)
    if (row === undefined) found(`LOST: ${each.receiptNumber} was acknowledged and is not recorded`)
    else if (row.receipt !== each.receiptNumber || row.amount !== each.amountPaise) {
      found(`${each.receiptNumber} was acknowledged with another number or amount than recorded`)
    }
  }
}

const Reference = z.object({ tahsil: z.object({ paymentId: z.string(), receiptNumber: z.string() }) })
const DigitPayments = z.object({
  payments: z.array(
    z.object({
      totalAmountPaid: z.number(),
      paymentStatus: z.string(),
      additionalDetails: Reference.nullish().catch(null),
      paymentDetails: z.array(
        z.object({
          totalAmountPaid: z.number(),
          receiptNumber: z.string(),
          manualReceiptNumber: z.string().nullish(),
          bill: z.object({ consumerCode: z.string() }).nullish(),
        }),
      ),
    }),
  ),
})

/** Rows that one answer of the admin API holds. */
const DIGIT_PAYMENTS_MAX = 10_000

/** Every payment of the terminals is in DIGIT exactly once with its reference, number and amount, and nothing else of ours. */
export const auditDigit = async (
  sandboxUrl: string,
  payments: readonly AuditedPayment[],
): Promise<string[]> => {
  const answer = await fetch(`${sandboxUrl}/sandbox-admin/payments?limit=${DIGIT_PAYMENTS_MAX}`)
  const stored = DigitPayments.parse(await answer.json()).payments
  const findings: string[] = []
  const byId = new Map<string, typeof stored>()
  for (const each of stored) {
    const reference = each.additionalDetails?.tahsil
    if (reference === undefined) continue
    byId.set(reference.paymentId, [...(byId.get(reference.paymentId) ?? []), each])
  }
  for (const payment of payments) {
    const found = byId.get(payment.paymentId) ?? []
    byId.delete(payment.paymentId)
    const [first] = found
    const [detail] = first?.paymentDetails ?? []
    if (found.length > 1) findings.push(`DOUBLE: ${payment.receiptNumber} is ${found.length} times in DIGIT`)
    if (first === undefined || detail === undefined) {
      findings.push(`MISSING: ${payment.receiptNumber} is not in DIGIT`)
    } else {
      if (first.paymentStatus === 'CANCELLED') findings.push(`${payment.receiptNumber} is cancelled in DIGIT`)
      if (detail.manualReceiptNumber !== payment.receiptNumber)
        findings.push(`${payment.receiptNumber}: DIGIT has ${detail.manualReceiptNumber}`)
      if (Math.round(first.totalAmountPaid * 100) !== payment.amountPaise) {
        findings.push(
          `${payment.receiptNumber}: DIGIT has ${first.totalAmountPaid} rupees of ${payment.amountPaise} paise`,
        )
      }
      if (detail.bill != null && detail.bill.consumerCode !== payment.consumerCode) {
        findings.push(`${payment.receiptNumber}: DIGIT booked it for ${detail.bill.consumerCode}`)
      }
    }
  }
  for (const paymentId of byId.keys())
    findings.push(`STRANGER: DIGIT has payment ${paymentId}, the terminal has not`)
  return findings.slice(0, FINDINGS_MAX)
}
