// A payment as collection-services prints it, right after creation and later from its tables; the two differ.
// Called by create-payment, search-payments, workflow. Read from: collection rowmappers.
import type { BillRow, PaymentDetailRow, PaymentRow } from '#sandbox/state/rows.ts'
import { serviceOf } from '#sandbox/masters/business-services.ts'
import { billDetailOnWire, billOnWire } from '#sandbox/billing/bill-wire.ts'
import { rupeesOf } from '#sandbox/wire/rupees.ts'
import type { PaymentInput } from './payment-input.ts'

function commonOf(payment: PaymentRow) {
  return {
    id: payment.id,
    tenantId: payment.tenantId,
    totalDue: rupeesOf(payment.totalDuePaise),
    totalAmountPaid: rupeesOf(payment.totalPaidPaise) as unknown,
    transactionNumber: payment.transactionNumber,
    transactionDate: payment.transactionDate,
    paymentMode: payment.paymentMode,
    instrumentDate: payment.instrumentDate,
    instrumentNumber: payment.instrumentNumber,
    instrumentStatus: payment.instrumentStatus,
    ifscCode: payment.ifscCode,
    auditDetails: {
      createdBy: payment.createdBy,
      lastModifiedBy: payment.createdBy,
      createdTime: payment.createdAtMs,
      lastModifiedTime: payment.lastModifiedAtMs,
    },
    additionalDetails: payment.additionalDetails,
    paidBy: payment.paidBy,
    mobileNumber: payment.mobileNumber,
    payerName: payment.payerName,
    payerAddress: payment.payerAddress,
    payerEmail: payment.payerEmail,
    payerId: payment.payerId,
    paymentStatus: payment.paymentStatus,
    fileStoreId: payment.fileStoreId,
  }
}

function detailOf(payment: PaymentRow, detail: PaymentDetailRow) {
  return {
    id: detail.id,
    paymentId: null,
    tenantId: payment.tenantId,
    totalDue: rupeesOf(detail.totalDuePaise),
    totalAmountPaid: rupeesOf(detail.totalPaidPaise) as unknown,
    receiptNumber: detail.receiptNumber,
    receiptDate: detail.receiptDate,
    receiptType: 'BILLBASED',
    businessService: detail.businessService,
    billId: detail.billId,
    manualReceiptNumber: detail.manualReceiptNumber,
    manualReceiptDate: detail.manualReceiptDate,
    additionalDetails: detail.additionalDetails,
    auditDetails: null,
  }
}

/** Amounts as they were sent, bill with payer, flags and amountPaid; `fileStoreId` is not known yet. */
export function createdPaymentOnWire(payment: PaymentRow, input: PaymentInput) {
  return {
    ...commonOf(payment),
    totalAmountPaid: input.totalPaidEcho,
    fileStoreId: null,
    paymentDetails: payment.details.map((detail, at) => {
      const service = serviceOf(detail.bill.businessService)
      return {
        ...detailOf(payment, detail),
        totalAmountPaid: input.details?.[at]?.totalPaidEcho,
        bill: {
          ...billOnWire(detail.bill),
          partPaymentAllowed: service?.partPaymentAllowed ?? null,
          isAdvanceAllowed: service?.isAdvanceAllowed ?? null,
          collectionModesNotAllowed: service?.collectionModesNotAllowed ?? null,
          amountPaid: input.details?.[at]?.totalPaidEcho,
          isCancelled: null,
          reasonForCancellation: null,
        },
      }
    }),
  }
}

/** From the tables: two decimals everywhere, manualReceiptDate 0 for none, a bill snapshot without payer data. */
export function storedPaymentOnWire(payment: PaymentRow) {
  return {
    ...commonOf(payment),
    paymentDetails: payment.details.map((detail) => ({
      ...detailOf(payment, detail),
      manualReceiptDate: detail.manualReceiptDate ?? 0,
      bill: snapshotOnWire(detail.bill),
    })),
  }
}

function snapshotOnWire(bill: BillRow) {
  return {
    id: bill.id,
    mobileNumber: null,
    paidBy: null,
    payerName: null,
    payerAddress: null,
    payerEmail: null,
    payerId: null,
    status: bill.status,
    reasonForCancellation: null,
    isCancelled: null,
    additionalDetails: bill.additionalDetails,
    billDetails: bill.details.map((detail) => billDetailOnWire(bill, detail)),
    tenantId: bill.tenantId,
    auditDetails: null,
    collectionModesNotAllowed: null,
    partPaymentAllowed: null,
    isAdvanceAllowed: null,
    minimumAmountToBePaid: null,
    businessService: bill.businessService,
    totalAmount: rupeesOf(bill.totalPaise),
    consumerCode: bill.consumerCode,
    billNumber: bill.billNumber,
    billDate: bill.billDate,
    amountPaid: null,
  }
}
