// One payment of a till in DIGIT's words. Called by the posting ports just before `_create`; one bill per request.
// Our own reference travels in additionalDetails and manualReceiptNumber, the only fields DIGIT keeps (F6).
import { isWholeRupees, subtractPaise, toWholeRupees } from '#contract/money.ts'
import type { Paise } from '#contract/money.ts'
import type { Instrument, Payment } from '#contract/payment.ts'
import { isDigitMobile, isDigitName } from '#collection/payer-rules.ts'
import type { PaymentRequest } from '#digit-wire/payment.ts'

/** Throws RangeError when the payment breaks DIGIT's rules: it was checked before, so that is a programming mistake. */
export function paymentRequestOf(
  payment: Payment,
  billId: string,
  options: { isIfscSent: boolean; postPaise?: Paise },
): PaymentRequest {
  const postPaise = options.postPaise ?? payment.amountPaise
  const heldPaise = subtractPaise(payment.amountPaise, postPaise)
  if (!isWholeRupees(postPaise) || postPaise <= 0) throw new RangeError('not a payable amount')
  if (heldPaise < 0) throw new RangeError('more than was taken is never posted')
  if (!isDigitName(payment.payer.paidBy)) throw new RangeError('not a name that DIGIT takes')
  const amount = toWholeRupees(postPaise)
  const { payerName } = payment.bill
  const { mobileNumber } = payment.payer
  // never a field called tenantId in here: the gateway would take it for the tenant of the call (quirk 7)
  const reference = {
    tahsil: {
      paymentId: payment.id,
      collectionId: payment.collectionId,
      deviceId: payment.deviceId,
      deviceSeq: payment.deviceSeq,
      receiptNumber: payment.receiptNumber,
      collectedAtMs: payment.collectedAtMs,
      isOffline: payment.isOffline,
      // tells after a restore that the rest was kept back on purpose
      ...(heldPaise > 0 ? { heldPaise } : {}),
    },
  }
  return {
    tenantId: payment.tenantId,
    totalAmountPaid: amount,
    paymentMode: payment.mode,
    paidBy: payment.payer.paidBy,
    mobileNumber: mobileNumber !== null && isDigitMobile(mobileNumber) ? mobileNumber : null,
    payerName: payerName !== null && isDigitName(payerName) ? payerName : null,
    ...instrumentFields(payment, options),
    additionalDetails: reference,
    paymentDetails: [
      {
        billId,
        businessService: payment.bill.businessService,
        totalAmountPaid: amount,
        manualReceiptNumber: payment.receiptNumber,
        manualReceiptDate: payment.collectedAtMs,
        additionalDetails: reference,
      },
    ],
  }
}

function instrumentFields(
  { instrument, collectedAtMs }: Payment,
  { isIfscSent }: { isIfscSent: boolean },
): Partial<PaymentRequest> {
  switch (instrument.mode) {
    case 'CASH':
      return {}
    case 'CARD':
      return { transactionNumber: instrument.rrn, instrumentNumber: instrument.lastFour ?? instrument.rrn }
    case 'CHEQUE':
    case 'DD':
      return {
        ...numbered(instrument.number, instrument),
        // without it a cheque taken on its 89th day would die in the queue (F12)
        transactionDate: collectedAtMs,
        ...(isIfscSent && instrument.ifsc !== null ? { ifscCode: instrument.ifsc } : {}),
      }
    case 'POSTAL_ORDER':
      return numbered(instrument.number, instrument)
    case 'OFFLINE_NEFT':
    case 'OFFLINE_RTGS':
      return numbered(instrument.utr, instrument)
  }
}

/** transactionNumber is NOT NULL in DIGIT's table though its validator does not ask for it (quirk 26). */
function numbered(
  number: string,
  { dateMs }: Extract<Instrument, { dateMs: number }>,
): Partial<PaymentRequest> {
  return { transactionNumber: number, instrumentNumber: number, instrumentDate: dateMs }
}
