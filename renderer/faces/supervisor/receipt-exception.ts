// A receipt of this till in the shape in which acts are decided: nobody asked for anything yet. Pure; used by reverse-receipt.tsx.
import type { Exception } from '#contract/exceptions-api.ts'
import type { Receipt } from '#contract/receipt.ts'
import type { PaymentRow } from '#rpc/procedures.ts'

export type ReceiptFacts = {
  readonly row: Pick<
    PaymentRow,
    | 'paymentId'
    | 'receiptNumber'
    | 'digitReceiptNumber'
    | 'consumerCode'
    | 'payerName'
    | 'amountPaise'
    | 'collectedAtMs'
    | 'state'
  >
  readonly receipt: Pick<Receipt, 'serviceCode' | 'paidBy' | 'deviceCode' | 'duePaise'>
}

/** Only what DIGIT has can be cancelled there. */
export function mayReverse({ state }: Pick<PaymentRow, 'state'>): boolean {
  return state === 'POSTED' || state === 'CONFIRMED'
}

/** Throws RangeError for a payment that DIGIT does not have: callers ask `mayReverse` first. */
export function exceptionOfReceipt({ row, receipt }: ReceiptFacts): Exception {
  if (row.state === null || !mayReverse(row)) throw new RangeError('only what is posted can be reversed')
  return {
    id: row.paymentId,
    kind: 'payment',
    state: row.state,
    reason: null,
    amountPaise: row.amountPaise,
    sinceMs: row.collectedAtMs,
    dueAtMs: null,
    note: '',
    receiptNumber: row.receiptNumber,
    consumerCode: row.consumerCode,
    businessService: receipt.serviceCode,
    payerName: row.payerName ?? receipt.paidBy,
    deviceCode: receipt.deviceCode,
    operatorCode: null,
    evidence: {
      collectedAtMs: row.collectedAtMs,
      billPaise: receipt.duePaise,
      billFetchedAtMs: null,
      packId: null,
      isAdvanceAgreed: false,
      isPartAgreed: false,
      attemptCount: 0,
      digitReceiptNumber: row.digitReceiptNumber,
    },
    acts: ['reverse'],
    asked: null,
  }
}
