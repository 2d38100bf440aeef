// Demands: what a consumer owes by tax period and tax head. Due of a demand = sum of taxAmount - collectionAmount.
// Called by the integrator's DIGIT client and by the sandbox. Read from: billing-service Demand, DemandDetail.
import * as z from 'zod'
import { epochMsSchema, responseInfoSchema } from './envelope.ts'

export const SEARCH_DEMAND_PATH = '/billing-service/demand/_search'

/** Rupees; an advance or rebate line has a negative taxAmount. */
export const demandDetailSchema = z.looseObject({
  id: z.string().nullish(),
  demandId: z.string().nullish(),
  taxHeadMasterCode: z.string(),
  taxAmount: z.number(),
  collectionAmount: z.number(),
  tenantId: z.string().nullish(),
  additionalDetails: z.unknown().optional(),
})
export type DemandDetail = z.infer<typeof demandDetailSchema>

export const demandSchema = z.looseObject({
  id: z.string(),
  tenantId: z.string(),
  consumerCode: z.string(),
  consumerType: z.string().nullish(),
  businessService: z.string(),
  payer: z.looseObject({ uuid: z.string().nullish(), name: z.string().nullish() }).nullish(),
  taxPeriodFrom: epochMsSchema,
  taxPeriodTo: epochMsSchema,
  demandDetails: z.array(demandDetailSchema),
  fixedBillExpiryDate: epochMsSchema.nullish(),
  billExpiryTime: z.number().nullish(),
  minimumAmountPayable: z.number().nullish(),
  isPaymentCompleted: z.boolean().nullish(),
  status: z.string(),
})
export type Demand = z.infer<typeof demandSchema>

export const demandAnswerSchema = z.looseObject({
  ResponseInfo: responseInfoSchema.nullish(),
  Demands: z.array(demandSchema),
})
export type DemandAnswer = z.infer<typeof demandAnswerSchema>
