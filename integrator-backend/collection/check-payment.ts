// DIGIT's rules for one payment, checked again on the server before it is posted (VERIFIED). Called by post-payment.
// A payment that breaks them can never be posted as it is: a person adds a correction. Nothing is dropped.
import { isWholeRupees } from '#contract/money.ts'
import type { Payment } from '#contract/payment.ts'
import { isDigitMobile, isDigitName } from './payer-rules.ts'

const dayMs = 86_400_000
/** collection-services PaymentValidator: whole days between instrument and receipt. */
const chequeAgeDaysMax = 90

/** null = fine; else plain words without personal data for the person who repairs it. */
export function whyUnpostable(payment: Payment): string | null {
  const { bill, instrument } = payment
  if (payment.amountPaise <= 0) return 'the amount is not more than zero'
  if (!isWholeRupees(payment.amountPaise)) return 'the amount has paise; DIGIT takes whole rupees'
  if (payment.mode !== instrument.mode) return 'the mode and the instrument differ'
  if (bill.tenantId !== payment.tenantId) return 'the bill is of another municipality'
  if (!isDigitName(payment.payer.paidBy)) return 'DIGIT does not take this payer name'
  const { mobileNumber } = payment.payer
  if (mobileNumber !== null && !isDigitMobile(mobileNumber)) return 'DIGIT does not take this mobile number'
  return whyInstrumentUnpostable(payment)
}

function whyInstrumentUnpostable({ instrument, collectedAtMs }: Payment): string | null {
  if (instrument.mode === 'CASH' || instrument.mode === 'CARD') return null
  if (instrument.mode === 'CHEQUE' || instrument.mode === 'DD') {
    // collection time is sent as transactionDate, so DIGIT measures against it (F12)
    if (instrument.dateMs > collectedAtMs) return 'the instrument was dated after the collection'
    const days = Math.floor((collectedAtMs - instrument.dateMs) / dayMs)
    return days > chequeAgeDaysMax ? 'the instrument was more than 90 days old at the collection' : null
  }
  return instrument.dateMs > collectedAtMs + dayMs ? 'the instrument was dated after the collection' : null
}
