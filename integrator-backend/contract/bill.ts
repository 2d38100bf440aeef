// A bill as the terminal and the integrator speak of it: DIGIT's bill reduced to what a till needs, in paise.
import * as z from 'zod'
import { paiseSchema } from './money.ts'

/** DIGIT's payment modes (collection-services PaymentModeEnum) that a till offers. */
export const PAYMENT_MODES = [
  'CASH',
  'CHEQUE',
  'DD',
  'CARD',
  'OFFLINE_NEFT',
  'OFFLINE_RTGS',
  'POSTAL_ORDER',
] as const
export const paymentModeSchema = z.enum(PAYMENT_MODES)
export type PaymentMode = z.infer<typeof paymentModeSchema>

export const tenantIdSchema = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[a-z0-9]+(\.[a-z0-9_-]+)?$/)
export const consumerCodeSchema = z.string().trim().min(1).max(128)
export const businessServiceSchema = z.string().min(1).max(256)
/** Epoch milliseconds. */
export const epochMsSchema = z.int().min(0).max(8_640_000_000_000_000)

/** What a business service permits at the till; merged by the integrator from MDMS and the bill itself. */
export const collectionRulesSchema = z.strictObject({
  isPartPaymentAllowed: z.boolean(),
  isAdvanceAllowed: z.boolean(),
  /** 0 = no minimum. DIGIT's server does not enforce it; the till does. */
  minimumPaise: paiseSchema,
  /** DIGIT mode names, also of modes that this till does not offer. */
  modesNotAllowed: z.array(z.string().max(64)).max(32),
  /** false: the service takes no counter payments at all. */
  isOpen: z.boolean(),
})
export type CollectionRules = z.infer<typeof collectionRulesSchema>

export const taxHeadAmountSchema = z.strictObject({
  taxHeadCode: z.string().max(256),
  amountPaise: paiseSchema,
  order: z.int(),
})
export type TaxHeadAmount = z.infer<typeof taxHeadAmountSchema>

/** One demand period of a bill. Times in epoch ms. */
export const billPeriodSchema = z.strictObject({
  demandId: z.string().max(64),
  fromMs: epochMsSchema,
  toMs: epochMsSchema,
  amountPaise: paiseSchema,
  expiresAtMs: epochMsSchema,
  heads: z.array(taxHeadAmountSchema).max(100),
})
export type BillPeriod = z.infer<typeof billPeriodSchema>

export const billSchema = z.strictObject({
  /** DIGIT's bill id: regenerated whenever the bill expires, so it names a *snapshot*, not a debt. */
  id: z.string().min(1).max(64),
  billNumber: z.string().max(64),
  tenantId: tenantIdSchema,
  businessService: businessServiceSchema,
  consumerCode: consumerCodeSchema,
  status: z.string().max(32),
  /** May be fractional or ≤ 0; both are then not payable and say so. */
  totalPaise: paiseSchema,
  billDateMs: epochMsSchema,
  /** The earliest expiry of its periods: DIGIT refuses the bill when any is over. Epoch ms. */
  expiresAtMs: epochMsSchema,
  payerName: z.string().max(256).nullable(),
  mobileNumber: z.string().max(64).nullable(),
  address: z.string().max(1024).nullable(),
  periods: z.array(billPeriodSchema).min(1).max(200),
  rules: collectionRulesSchema,
  /** When the integrator read it from DIGIT, by the integrator's clock. Epoch ms. */
  fetchedAtMs: epochMsSchema,
})
export type Bill = z.infer<typeof billSchema>

export const tenantSchema = z.strictObject({
  id: tenantIdSchema,
  name: z.string().max(256),
  cityCode: z.string().max(64),
  contactNumber: z.string().max(64).nullable(),
  isState: z.boolean(),
})
export type Tenant = z.infer<typeof tenantSchema>

export const serviceSchema = z.strictObject({
  code: businessServiceSchema,
  name: z.string().max(256),
  rules: collectionRulesSchema,
  /** Printable names of tax heads: code → name. */
  taxHeadNames: z.record(z.string(), z.string().max(256)),
})
export type Service = z.infer<typeof serviceSchema>
