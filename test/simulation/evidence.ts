// Collects the plain facts for the auditor when a world has settled: the tills' files by their own SQL, the integrator's
// rows, DIGIT's tables. Called by run-seed.
import Database from 'better-sqlite3'
import type { DigitPayment, Evidence, Handed, TillFact } from './auditor.ts'
import type { Town } from './plot.ts'

type TillRow = { id: string; receipt: string; amount: number; state: string | null; digit: string | null }

export function evidenceOf({ digit, integrator, tills }: Town, book: readonly Handed[]): Evidence {
  const { tables } = integrator.store.at()
  return {
    handed: book,
    tills: tills.flatMap(({ name, file }) => readTill(name, file)),
    integrator: [...tables.payments.values()].map((row) => ({
      paymentId: row.id,
      state: row.state,
      reason: row.reason,
      amountPaise: row.amountPaise,
      digitReceiptNumber: row.digitReceiptNumber,
    })),
    oddities: tables.oddities,
    payments: [...digit.state.payments.all()].flatMap((payment): DigitPayment[] =>
      payment.details.map((detail) => ({
        id: payment.id,
        reference: referenceOf(payment.additionalDetails),
        consumer: `${detail.businessService} ${detail.bill.consumerCode}`,
        billId: detail.billId,
        receiptNumber: detail.receiptNumber,
        amountPaise: detail.totalPaidPaise,
        isCancelled: payment.instrumentStatus === 'CANCELLED',
      })),
    ),
    facts: digit.facts,
    firstLookMs: integrator.firstLookMs,
  }
}

function readTill(till: string, file: string): TillFact[] {
  const db = new Database(file, { readonly: true, fileMustExist: true })
  try {
    const rows = db
      .prepare<[], TillRow>(
        `select p.id, p.receipt_number as receipt, p.amount_paise as amount, s.state, s.digit_receipt_number as digit
         from payments p left join statuses s on s.payment_id = p.id order by p.device_seq`,
      )
      .all()
    return rows.map((row) => ({
      till,
      paymentId: row.id,
      receiptNumber: row.receipt,
      amountPaise: row.amount,
      state: row.state,
      digitReceiptNumber: row.digit,
    }))
  } finally {
    db.close()
  }
}

function referenceOf(details: unknown): string | null {
  const own = details as { tahsil?: { paymentId?: string } } | null
  return own?.tahsil?.paymentId ?? null
}
