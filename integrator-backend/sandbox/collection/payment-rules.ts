// The checks of `_create` once the bills are known: instrument, existing payments, expiry, amounts against MDMS flags.
// Several problems share one code and the last text wins, as in the service. Read from: PaymentValidator.
import type { BillRow } from '#sandbox/state/rows.ts'
import type { BusinessServiceMaster } from '#sandbox/masters/business-services.ts'
import { isWholeRupees } from '#sandbox/wire/rupees.ts'
import type { State } from '#sandbox/state/state.ts'
import type { PaymentInput } from './payment-input.ts'

const dayMs = 86_400_000
const chequeAgeDaysMax = 90
const offlineModes = ['OFFLINE_NEFT', 'OFFLINE_RTGS', 'POSTAL_ORDER', 'QR_CODE']
const onlineModes = ['CARD', 'ONLINE', 'ONLINE_NEFT', 'ONLINE_RTGS']

export type BillToPay = { bill: BillRow; service: BusinessServiceMaster; paidPaise: number }

export type RuleContext = { state: State; nowMs: number; isUpyog: boolean }

/** code -> message; empty when the payment may be made. */
export function brokenRules(
  payment: PaymentInput,
  bills: readonly BillToPay[],
  context: RuleContext,
): Map<string, string> {
  const errors = new Map<string, string>()
  checkInstrument(payment, context.nowMs, errors)
  checkExisting(bills, { state: context.state, tenantId: payment.tenantId }, errors)
  for (const item of bills) {
    checkBill(item, context, errors)
    checkAmount(item, payment.paymentMode, errors)
  }
  return errors
}

function checkInstrument(payment: PaymentInput, nowMs: number, errors: Map<string, string>): void {
  const { paymentMode, instrumentNumber, instrumentDate, transactionNumber } = payment
  const isCheque = paymentMode === 'CHEQUE' || paymentMode === 'DD'
  const isOffline = offlineModes.includes(paymentMode) && paymentMode !== 'QR_CODE'
  if (isCheque || isOffline) {
    if (!instrumentNumber) errors.set('INVALID_INST_NUMBER', 'Instrument number is mandatory for this mode')
    if (instrumentDate === null) errors.set('INVALID_INST_DATE', 'Instrument date is mandatory for this mode')
    else if (isCheque) checkChequeDate(payment, instrumentDate, { nowMs, errors })
    else if (instrumentDate > nowMs) {
      errors.set('INVALID_NEFT_RTGS_DATE', 'NEFT/RTGS/postal order date cannot be in the future')
    }
  }
  if (onlineModes.includes(paymentMode)) {
    if (!transactionNumber) errors.set('INVALID_TXN_NUMBER', 'Transaction number is mandatory for this mode')
    if (!instrumentNumber)
      errors.set('INVALID_INSTRUMENT_NUMBER', 'Instrument number is mandatory for this mode')
  }
}

/** Measured against transactionDate when it is sent, else against now. 90 d 23 h still passes: whole days count. */
function checkChequeDate(
  payment: PaymentInput,
  instrumentDate: number,
  { nowMs, errors }: { nowMs: number; errors: Map<string, string> },
): void {
  const { transactionDate } = payment
  const days = Math.floor(((transactionDate ?? nowMs) - instrumentDate) / dayMs)
  if (transactionDate !== null) {
    if (instrumentDate > transactionDate) {
      errors.set('INVALID_CHEQUE_DD_DATE', 'Cheque/DD date cannot be after the receipt date')
    }
    if (days > chequeAgeDaysMax) {
      errors.set(
        'CHEQUE_DD_DATE_WITH_MANUAL_RECEIPT_DATE',
        'Cheque/DD is older than 90 days on the receipt date',
      )
    }
    return
  }
  if (days > chequeAgeDaysMax)
    errors.set('CHEQUE_DD_DATE_WITH_RECEIPT_DATE', 'Cheque/DD is older than 90 days')
  if (instrumentDate > nowMs) errors.set('CHEQUE_DD_DATE_WITH_FUTURE_DATE', 'Cheque/DD date is in the future')
}

const openStatuses = ['APPROVED', 'APPROVAL_PENDING', 'REMITTED']

function checkExisting(
  bills: readonly BillToPay[],
  { state, tenantId }: { state: State; tenantId: string },
  errors: Map<string, string>,
): void {
  const isHeld = bills.some(({ bill }) =>
    state.payments
      .find('bill', bill.id)
      .some((other) => other.tenantId === tenantId && openStatuses.includes(other.instrumentStatus)),
  )
  if (isHeld) errors.set('BILL_ALREADY_PAID', 'Bill has already been paid or is in pending state')
}

/** Status is never looked at: an EXPIRED or CANCELLED bill with a future expiryDate is accepted. */
function checkBill({ bill }: BillToPay, context: RuleContext, errors: Map<string, string>): void {
  if (bill.details.some((detail) => context.nowMs >= detail.expiryDate)) {
    errors.set('BILL_EXPIRED', 'Bill expired or invalid, regenerate the bill')
  }
  if (context.isUpyog) {
    const roundedPaise = Math.round(bill.totalPaise / 100) * 100
    if (roundedPaise !== bill.totalPaise) errors.set('INVALID_BILL', 'The bill total and totalDue differ')
    return
  }
  if (!isWholeRupees(bill.totalPaise) || bill.totalPaise < 0) {
    errors.set('INVALID_BILL', 'The bill amount has fractions or is negative')
    errors.set('INVALID_BILL_AMOUNT', 'The bill amount must be zero or more and without fractions')
  }
}

function checkAmount(
  { bill, service, paidPaise }: BillToPay,
  mode: string,
  errors: Map<string, string>,
): void {
  const refuse = (text: string) => errors.set('INVALID_PAYMENTDETAIL', text)
  if (service.collectionModesNotAllowed.includes(mode))
    refuse(`The mode ${mode} is not allowed for this service`)
  if (paidPaise < bill.totalPaise && service.partPaymentAllowed !== true) {
    refuse('The amount paid is less than the bill and part payment is not allowed')
  }
  if (paidPaise > bill.totalPaise && !service.isAdvanceAllowed) {
    refuse('The amount paid is more than the bill and advance is not allowed')
  }
  if (paidPaise < 0 || !isWholeRupees(paidPaise)) refuse('The amount paid is negative or has fractions')
  if (paidPaise === 0 && bill.totalPaise > 0) refuse('The amount paid cannot be zero')
}
