// A payment's standing and the facts of its receipt, from what the till recorded and what the integrator has said since.
// Used by the host (receipt procedures, print jobs) and by the store (rows of lists).
import type { Masters } from '#contract/api.ts'
import { subtractPaise, ZERO_PAISE } from '#contract/money.ts'
import type { Payment, PaymentStatus, PostingState } from '#contract/payment.ts'
import type { Receipt, ReceiptStanding } from '#contract/receipt.ts'
import { cardSlipOf, type CardSale } from '#core/cards/card-sale.ts'
import type { DeviceIdentity, OutboxLane, PaymentRecord } from '#core/records.ts'

/** Hex digits of the journal's hash that are printed. */
const PROOF_DIGITS = 10
const QR_PREFIX = 'tahsil:r1:'

export function standingOf(state: PostingState | null, lane: OutboxLane): ReceiptStanding {
  if (state === 'REVERSED') return 'cancelled'
  if (state === 'POSTED' || state === 'CONFIRMED' || state === 'REVERSING') return 'final'
  return lane === 'attention' ? 'held' : 'provisional'
}

/** A part that is held waits for a person too. */
export function laneOf({ state, heldPaise }: Pick<PaymentStatus, 'state' | 'heldPaise'>): OutboxLane {
  if (heldPaise > 0) return 'attention'
  switch (state) {
    case 'POSTED':
    case 'CONFIRMED':
    case 'REVERSED':
      return 'settled'
    case 'SUSPENSE':
    case 'POISON':
    case 'QUARANTINE':
      return 'attention'
    case 'RECEIVED':
    case 'VERIFIED':
    case 'HOLD':
    case 'READY':
    case 'POSTING':
    case 'UNKNOWN':
    case 'RESOLVE':
    case 'REVERSING':
      return 'pending'
  }
}

export type ReceiptSources = {
  readonly device: DeviceIdentity
  readonly masters: Masters | null
  /** The sale at the terminal that this payment used up; null: there was none. */
  readonly cardSale?: CardSale | null
}

export function receiptOf(
  record: PaymentRecord,
  { device, masters, cardSale = null }: ReceiptSources,
): Receipt {
  const { payment, status } = record
  const { bill } = payment
  const service = masters?.services.find(({ code }) => code === bill.businessService)
  const tenant = masters?.tenants.find(({ id }) => id === payment.tenantId)
  return {
    paymentId: payment.id,
    collectionId: payment.collectionId,
    standing: standingOf(status?.state ?? null, record.lane),
    state: status?.state ?? null,
    reason: status?.reason ?? null,
    heldPaise: status?.heldPaise ?? ZERO_PAISE,
    tenantId: payment.tenantId,
    municipalityName: tenant?.name ?? payment.tenantId,
    receiptNumber: payment.receiptNumber,
    digitReceiptNumber: status?.digitReceiptNumber ?? null,
    collectedAtMs: payment.collectedAtMs,
    serviceCode: bill.businessService,
    serviceName: service?.name ?? bill.businessService,
    consumerCode: bill.consumerCode,
    billNumber: bill.billNumber,
    payerName: bill.payerName,
    paidBy: payment.payer.paidBy,
    periods: bill.periods,
    taxHeadNames: headNamesOf(payment, service?.taxHeadNames ?? {}),
    duePaise: bill.totalPaise,
    amountPaise: payment.amountPaise,
    balancePaise: balanceOf(payment, status),
    agreed: {
      isAdvanceAgreed: payment.evidence?.isAdvanceAgreed ?? false,
      isPartAgreed: payment.evidence?.isPartAgreed ?? false,
    },
    revisionAfterMs: revisionAfter(payment, status),
    instrument: payment.instrument,
    cardSlip: cardSale === null ? [] : cardSlipOf(cardSale, payment.id),
    operatorName: record.operatorName,
    deviceCode: device.deviceCode,
    shiftNumber: record.shiftNumber,
    journalHash: record.journalHash.slice(0, PROOF_DIGITS),
    helpLine: masters?.helpLine ?? tenant?.contactNumber ?? null,
    isDemo: masters?.isDemo ?? false,
  }
}

/** Once DIGIT has taken it nothing is revised; a bill that was fresh is what DIGIT asks for. */
function revisionAfter({ bill, evidence, isOffline }: Payment, status: PaymentStatus | null): number | null {
  if ((status?.digitReceiptNumber ?? null) !== null) return null
  const isFresh = evidence?.source === 'integrator' && !isOffline
  return isFresh || evidence === undefined ? null : bill.expiresAtMs
}

/** Only the names that this bill needs: a service may have hundreds. */
function headNamesOf({ bill }: Payment, names: Record<string, string>): Record<string, string> {
  const codes = new Set(bill.periods.flatMap(({ heads }) => heads.map(({ taxHeadCode }) => taxHeadCode)))
  return Object.fromEntries([...codes].map((code) => [code, names[code] ?? code]))
}

function balanceOf(payment: Payment, status: PaymentStatus | null): Receipt['balancePaise'] {
  return status?.balancePaise ?? subtractPaise(payment.bill.totalPaise, payment.amountPaise)
}

/** What the QR of a receipt says: number, amount, payment and proof, without a name. */
export function receiptQr(
  receipt: Pick<Receipt, 'receiptNumber' | 'amountPaise' | 'paymentId' | 'journalHash'>,
): string {
  const { receiptNumber, amountPaise, paymentId, journalHash } = receipt
  return `${QR_PREFIX}${receiptNumber}:${amountPaise}:${paymentId}:${journalHash}`
}

export type ReceiptQr = {
  readonly receiptNumber: string
  readonly amountPaise: number
  readonly paymentId: string
  readonly proof: string
}

/** Reads a scanned receipt; null when the text is something else. */
export function readReceiptQr(text: string): ReceiptQr | null {
  const match = /^tahsil:r1:([^:]{1,64}):(\d{1,10}):([0-9a-f-]{36}):([0-9a-f]{10})$/i.exec(text.trim())
  if (match === null) return null
  const [, receiptNumber = '', amount = '', paymentId = '', proof = ''] = match
  return {
    receiptNumber,
    amountPaise: Number(amount),
    paymentId: paymentId.toLowerCase(),
    proof: proof.toLowerCase(),
  }
}
