// Collects the plain facts for the auditor when a world has settled: the tills' files by their own SQL, the integrator's
// rows, DIGIT's tables. Called by run-seed.
import Database from 'better-sqlite3'
import type { DigitPayment, Evidence, Given, Handed, TillFact } from './auditor.ts'
import type { JournalFact } from './auditor-records.ts'
import type { Town } from './plot.ts'

type PaymentRow = {
  id: string
  receipt: string
  amount: number
  state: string | null
  digit: string | null
  held: number | null
}

export function evidenceOf(
  town: Town,
  books: { handed: readonly Handed[]; given: readonly Given[] },
): Evidence {
  const { digit, integrator, tills } = town
  const { tables } = integrator.store.at()
  const read = tills.map((till) => ({ till, ...readTill(till.name, till.file) }))
  return {
    ...books,
    restoreCount: integrator.restoreCount(),
    tills: read.flatMap(({ payments }) => payments),
    integrator: [...tables.payments.values()].map((row) => {
      const rest = tables.remainders.get(row.id)
      return {
        paymentId: row.id,
        state: row.state,
        reason: row.reason,
        amountPaise: row.amountPaise,
        digitReceiptNumber: row.digitReceiptNumber,
        restPaise: rest?.amountPaise ?? 0,
        isRestSettled: rest?.isSettled ?? false,
      }
    }),
    oddities: tables.oddities,
    payments: [...digit.state.payments.all()].flatMap((payment): DigitPayment[] =>
      payment.details.map((detail) => ({
        id: payment.id,
        reference: referenceOf(payment.additionalDetails),
        consumer: `${detail.businessService} ${detail.bill.consumerCode}`,
        billId: detail.billId,
        receiptNumber: detail.receiptNumber,
        amountPaise: detail.totalPaidPaise,
        isUndone: ['CANCELLED', 'DISHONOURED'].includes(payment.instrumentStatus),
      })),
    ),
    facts: digit.facts,
    firstLookMs: integrator.firstLookMs,
    journals: read.map(({ till, journal }) => ({
      till: till.name,
      deviceId: till.deviceId,
      incarnation: 'A',
      isCopied: tills.some((other) => other !== till && other.deviceId === till.deviceId),
      isRevoked: integrator.isRevoked(till.deviceId),
      records: journal,
    })),
    kept: [...tables.devices].map(([deviceId, { isForked }]) => ({
      deviceId,
      isForked,
      records: tables.records.get(deviceId) ?? [],
      aside: tables.aside.get(deviceId) ?? [],
    })),
    findings: tables.findings,
  }
}

function readTill(till: string, file: string): { payments: TillFact[]; journal: JournalFact[] } {
  const db = new Database(file, { readonly: true, fileMustExist: true })
  try {
    const rows = db
      .prepare<[], PaymentRow>(
        `select p.id, p.receipt_number as receipt, p.amount_paise as amount, s.state, s.digit_receipt_number as digit,
           s.held_paise as held
         from payments p left join statuses s on s.payment_id = p.id order by p.device_seq`,
      )
      .all()
    const journal = db.prepare<[], JournalFact>('select seq, hash, body from journal order by seq').all()
    const payments = rows.map((row) => ({
      till,
      paymentId: row.id,
      receiptNumber: row.receipt,
      amountPaise: row.amount,
      state: row.state,
      digitReceiptNumber: row.digit,
      heldPaise: row.held ?? 0,
    }))
    return { payments, journal }
  } finally {
    db.close()
  }
}

function referenceOf(details: unknown): string | null {
  const own = details as { tahsil?: { paymentId?: string } } | null
  return own?.tahsil?.paymentId ?? null
}
