// Master data: business services (the amount and mode rules), tax heads, tenants. A missing master is an absent key.
// Called by the integrator's DIGIT client and by the sandbox. Read from: egov-mdms-service, egov-mdms-data.
import * as z from 'zod'
import { responseInfoSchema } from './envelope.ts'

export const MDMS_SEARCH_PATH = '/egov-mdms-service/v1/_search'

/** Flags come as boolean, null, or the string "true", by state. */
export const looseFlagSchema = z.union([z.boolean(), z.string()]).nullish()

export const businessServiceSchema = z.looseObject({
  code: z.string(),
  businessService: z.string().nullish(),
  collectionModesNotAllowed: z.array(z.string()).nullish(),
  partPaymentAllowed: looseFlagSchema,
  isAdvanceAllowed: looseFlagSchema,
  minAmountPayable: z.union([z.number(), z.string()]).nullish(),
  demandUpdateTime: z.number().nullish(),
  isVoucherCreationEnabled: looseFlagSchema,
  isActive: looseFlagSchema,
  type: z.string().nullish(),
  isBillAmendmentEnabled: looseFlagSchema,
})
export type BusinessService = z.infer<typeof businessServiceSchema>

/** `order` is a string here and an integer in a bill. */
export const taxHeadSchema = z.looseObject({
  category: z.string(),
  service: z.string(),
  name: z.string().nullish(),
  code: z.string(),
  isDebit: z.boolean().nullish(),
  isActualDemand: z.boolean().nullish(),
  order: z.union([z.string(), z.number()]).nullish(),
  isRequired: z.boolean().nullish(),
})
export type TaxHead = z.infer<typeof taxHeadSchema>

export const tenantSchema = z.looseObject({
  code: z.string(),
  name: z.string(),
  type: z.string().nullish(),
  city: z.looseObject({ code: z.string().nullish(), name: z.string().nullish() }).nullish(),
  contactNumber: z.string().nullish(),
  pincode: z.array(z.union([z.number(), z.string()])).nullish(),
})
export type Tenant = z.infer<typeof tenantSchema>

export const mdmsCriteriaSchema = z.looseObject({
  tenantId: z.string(),
  moduleDetails: z.array(
    z.looseObject({
      moduleName: z.string(),
      masterDetails: z.array(z.looseObject({ name: z.string(), filter: z.string().nullish() })),
    }),
  ),
})
export type MdmsCriteria = z.infer<typeof mdmsCriteriaSchema>

export const mdmsAnswerSchema = z.looseObject({
  ResponseInfo: responseInfoSchema.nullish(),
  MdmsRes: z.record(z.string(), z.record(z.string(), z.array(z.unknown()))),
})
export type MdmsAnswer = z.infer<typeof mdmsAnswerSchema>
