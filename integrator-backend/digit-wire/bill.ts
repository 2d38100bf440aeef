// Bills of billing-service v2. The envelope key is really misspelt `ResposneInfo`, and null when the bill was just made.
// Called by the integrator's DIGIT client and by the sandbox. Read from: billing-service BillV2, BillResponseV2.
import * as z from 'zod'
import { epochMsSchema, responseInfoSchema } from './envelope.ts'

export const FETCH_BILL_PATH = '/billing-service/bill/v2/_fetchbill'
export const SEARCH_BILL_PATH = '/billing-service/bill/v2/_search'
export const CANCEL_BILL_PATH = '/billing-service/bill/v2/_cancelbill'

/** PARTIALLY_PAID and PAYMENT_CANCELLED exist in the enum but are never stored. */
export const billStatuses = [
  'ACTIVE',
  'EXPIRED',
  'PAID',
  'PARTIALLY_PAID',
  'CANCELLED',
  'PAYMENT_CANCELLED',
] as const
export type BillStatus = (typeof billStatuses)[number]

export const auditDetailsSchema = z.looseObject({
  createdBy: z.string().nullish(),
  lastModifiedBy: z.string().nullish(),
  createdTime: epochMsSchema.nullish(),
  lastModifiedTime: epochMsSchema.nullish(),
})
export type AuditDetails = z.infer<typeof auditDetailsSchema>

/** `amount` and `adjustedAmount` are rupees; rebates and advances are negative. */
export const billAccountDetailSchema = z.looseObject({
  id: z.string().nullish(),
  tenantId: z.string().nullish(),
  billDetailId: z.string().nullish(),
  demandDetailId: z.string().nullish(),
  order: z.number().nullish(),
  amount: z.number(),
  adjustedAmount: z.number().nullish(),
  taxHeadCode: z.string(),
  additionalDetails: z.unknown().optional(),
})
export type BillAccountDetail = z.infer<typeof billAccountDetailSchema>

/** One per demand (tax period). `expiryDate` ends a bill when now >= expiryDate. */
export const billDetailSchema = z.looseObject({
  id: z.string().nullish(),
  tenantId: z.string().nullish(),
  demandId: z.string().nullish(),
  billId: z.string().nullish(),
  expiryDate: epochMsSchema,
  amount: z.number(),
  amountPaid: z.number().nullish(),
  fromPeriod: epochMsSchema,
  toPeriod: epochMsSchema,
  additionalDetails: z.unknown().optional(),
  billAccountDetails: z.array(billAccountDetailSchema),
})
export type BillDetail = z.infer<typeof billDetailSchema>

/** No part/advance/mode/minimum fields here: those rules live in MDMS. Payer fields may be null. */
export const billSchema = z.looseObject({
  id: z.string(),
  userId: z.string().nullish(),
  mobileNumber: z.string().nullish(),
  payerName: z.string().nullish(),
  payerAddress: z.string().nullish(),
  payerEmail: z.string().nullish(),
  status: z.string(),
  totalAmount: z.number(),
  businessService: z.string(),
  billNumber: z.string().nullish(),
  billDate: epochMsSchema.nullish(),
  consumerCode: z.string(),
  additionalDetails: z.unknown().optional(),
  billDetails: z.array(billDetailSchema),
  tenantId: z.string(),
  fileStoreId: z.string().nullish(),
  auditDetails: auditDetailsSchema.nullish(),
})
export type Bill = z.infer<typeof billSchema>

export const billAnswerSchema = z.looseObject({
  ResposneInfo: responseInfoSchema.nullish(),
  Bill: z.array(billSchema),
})
export type BillAnswer = z.infer<typeof billAnswerSchema>

export const cancelBillAnswerSchema = z.looseObject({
  ResponseInfo: responseInfoSchema.nullish(),
  message: z.string().nullish(),
})
export type CancelBillAnswer = z.infer<typeof cancelBillAnswerSchema>
