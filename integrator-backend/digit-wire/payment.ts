// Payments of collection-services: request key is singular `Payment`, answer key plural `Payments`, status 200.
// Called by the integrator's DIGIT client and by the sandbox. Read from: collection-services Payment, PaymentDetail.
import * as z from 'zod'
import { auditDetailsSchema, billDetailSchema } from './bill.ts'
import { epochMsSchema, responseInfoSchema } from './envelope.ts'

export const CREATE_PAYMENT_PATH = '/collection-services/payments/_create'
export const VALIDATE_PAYMENT_PATH = '/collection-services/payments/_validate'

/** Employees must name a module; services whose code has `/` or a space go through `UC` or `DEFAULT`. */
export function searchPaymentsPath(module: string): string {
  return `/collection-services/payments/${encodeURIComponent(module)}/_search`
}

/** The module is read by access control only. */
export function paymentWorkflowPath(module: string): string {
  return `/collection-services/payments/${encodeURIComponent(module)}/_workflow`
}

export const paymentModes = [
  'CASH',
  'CHEQUE',
  'DD',
  'ONLINE',
  'CARD',
  'OFFLINE_NEFT',
  'OFFLINE_RTGS',
  'ONLINE_NEFT',
  'ONLINE_RTGS',
  'POSTAL_ORDER',
] as const
export type PaymentMode = (typeof paymentModes)[number]

/** Only in the UPYOG fork. */
export const UPYOG_PAYMENT_MODE = 'QR_CODE'

export const instrumentStatuses = [
  'APPROVED',
  'APPROVAL_PENDING',
  'TO_BE_SUBMITTED',
  'REMITTED',
  'REJECTED',
  'CANCELLED',
  'DISHONOURED',
] as const
export type InstrumentStatus = (typeof instrumentStatuses)[number]

export const paymentStatuses = ['NEW', 'DEPOSITED', 'CANCELLED', 'DISHONOURED', 'RECONCILED'] as const
export type PaymentStatus = (typeof paymentStatuses)[number]

export const workflowActions = ['CANCEL', 'DISHONOUR', 'REMIT'] as const
export type WorkflowAction = (typeof workflowActions)[number]

/** What a client sends. Amounts are whole rupees; payer fields are null when unknown, never "". */
export const paymentDetailRequestSchema = z.object({
  billId: z.string(),
  businessService: z.string().optional(),
  totalAmountPaid: z.number(),
  manualReceiptNumber: z.string().nullish(),
  manualReceiptDate: epochMsSchema.nullish(),
  additionalDetails: z.record(z.string(), z.unknown()).nullish(),
})
export type PaymentDetailRequest = z.infer<typeof paymentDetailRequestSchema>

export const paymentRequestSchema = z.object({
  tenantId: z.string(),
  totalAmountPaid: z.number(),
  paymentMode: z.string(),
  paidBy: z.string(),
  mobileNumber: z.string().nullish(),
  payerName: z.string().nullish(),
  payerAddress: z.string().nullish(),
  payerEmail: z.string().nullish(),
  transactionNumber: z.string().nullish(),
  transactionDate: epochMsSchema.nullish(),
  instrumentNumber: z.string().nullish(),
  instrumentDate: epochMsSchema.nullish(),
  ifscCode: z.string().nullish(),
  additionalDetails: z.record(z.string(), z.unknown()).nullish(),
  paymentDetails: z.array(paymentDetailRequestSchema),
})
export type PaymentRequest = z.infer<typeof paymentRequestSchema>

/** In searches `status` is the snapshot: ACTIVE for a live payment, CANCELLED after a cancel, never PAID. */
export const paymentBillSchema = z.looseObject({
  id: z.string(),
  status: z.string().nullish(),
  totalAmount: z.number().nullish(),
  amountPaid: z.number().nullish(),
  businessService: z.string().nullish(),
  billNumber: z.string().nullish(),
  consumerCode: z.string().nullish(),
  partPaymentAllowed: z.boolean().nullish(),
  isAdvanceAllowed: z.boolean().nullish(),
  collectionModesNotAllowed: z.array(z.string()).nullish(),
  billDetails: z.array(billDetailSchema).nullish(),
})
export type PaymentBill = z.infer<typeof paymentBillSchema>

export const paymentDetailSchema = z.looseObject({
  id: z.string(),
  paymentId: z.string().nullish(),
  tenantId: z.string().nullish(),
  totalDue: z.number().nullish(),
  totalAmountPaid: z.number(),
  receiptNumber: z.string().nullish(),
  receiptDate: epochMsSchema.nullish(),
  receiptType: z.string().nullish(),
  businessService: z.string(),
  billId: z.string(),
  manualReceiptNumber: z.string().nullish(),
  manualReceiptDate: epochMsSchema.nullish(),
  additionalDetails: z.unknown().optional(),
  bill: paymentBillSchema.nullish(),
})
export type PaymentDetail = z.infer<typeof paymentDetailSchema>

export const paymentSchema = z.looseObject({
  id: z.string(),
  tenantId: z.string(),
  totalDue: z.number().nullish(),
  totalAmountPaid: z.number(),
  transactionNumber: z.string().nullish(),
  transactionDate: epochMsSchema.nullish(),
  paymentMode: z.string(),
  instrumentDate: epochMsSchema.nullish(),
  instrumentNumber: z.string().nullish(),
  instrumentStatus: z.string(),
  ifscCode: z.string().nullish(),
  auditDetails: auditDetailsSchema.nullish(),
  additionalDetails: z.unknown().optional(),
  paidBy: z.string().nullish(),
  mobileNumber: z.string().nullish(),
  payerName: z.string().nullish(),
  payerId: z.string().nullish(),
  paymentStatus: z.string(),
  fileStoreId: z.string().nullish(),
  paymentDetails: z.array(paymentDetailSchema),
})
export type Payment = z.infer<typeof paymentSchema>

export const paymentAnswerSchema = z.looseObject({
  ResponseInfo: responseInfoSchema.nullish(),
  Payments: z.array(paymentSchema),
})
export type PaymentAnswer = z.infer<typeof paymentAnswerSchema>

export const paymentCountAnswerSchema = z.looseObject({
  ResponseInfo: responseInfoSchema.nullish(),
  Count: z.number(),
})

export const paymentWorkflowSchema = z.object({
  paymentId: z.string(),
  tenantId: z.string(),
  action: z.string(),
  reason: z.string().nullish(),
  additionalDetails: z.record(z.string(), z.unknown()).nullish(),
})
export type PaymentWorkflow = z.infer<typeof paymentWorkflowSchema>
