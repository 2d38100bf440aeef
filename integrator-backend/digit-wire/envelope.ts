// The envelopes every DIGIT call is wrapped in: RequestInfo going in, ResponseInfo and the error shapes coming back.
// Called by the integrator's DIGIT client and by the sandbox. Read from: egov tracer ExceptionAdvise, egov-user, zuul.
import * as z from 'zod'

/** Epoch milliseconds, as everywhere in DIGIT. */
export const epochMsSchema = z.number()

/** `msgId` carries the locale after a `|`, e.g. `1767249000000|en_IN`; a null msgId breaks SMS and PDF. */
export const requestInfoSchema = z.looseObject({
  apiId: z.string().nullish(),
  ver: z.string().nullish(),
  ts: epochMsSchema.nullish(),
  action: z.string().nullish(),
  did: z.string().nullish(),
  key: z.string().nullish(),
  msgId: z.string().nullish(),
  authToken: z.string().nullish(),
  correlationId: z.string().nullish(),
  userInfo: z.unknown().optional(),
})
export type RequestInfo = z.infer<typeof requestInfoSchema>

export const responseInfoSchema = z.looseObject({
  apiId: z.string().nullish(),
  ver: z.string().nullish(),
  ts: z.union([z.number(), z.string()]).nullish(),
  resMsgId: z.string().nullish(),
  msgId: z.string().nullish(),
  status: z.string().nullish(),
})
export type ResponseInfo = z.infer<typeof responseInfoSchema>

export const digitErrorSchema = z.looseObject({
  code: z.string(),
  message: z.string().nullish(),
  description: z.string().nullish(),
  params: z.unknown().optional(),
})
export type DigitErrorEntry = z.infer<typeof digitErrorSchema>

/** Every Java service and the gateway; the status says nothing, the code says everything. */
export const errorEnvelopeSchema = z.looseObject({
  ResponseInfo: responseInfoSchema.nullish(),
  Errors: z.array(digitErrorSchema).min(1),
})
export type ErrorEnvelope = z.infer<typeof errorEnvelopeSchema>

/** Failed `/user/_logout` and all deprecated v1 bill paths. */
export const legacyErrorSchema = z.looseObject({
  responseInfo: z.looseObject({}).nullish(),
  error: z.looseObject({
    code: z.number(),
    message: z.string().nullish(),
    description: z.string().nullish(),
    fields: z.unknown().optional(),
  }),
})
export type LegacyError = z.infer<typeof legacyErrorSchema>

/** Token endpoint only. */
export const oauthErrorSchema = z.looseObject({
  error: z.string(),
  error_description: z.string().nullish(),
})
export type OauthError = z.infer<typeof oauthErrorSchema>

/** What Spring answers for a wrong Basic header. */
export const springErrorSchema = z.looseObject({
  timestamp: z.union([z.string(), z.number()]),
  status: z.number(),
  error: z.string(),
  message: z.string().nullish(),
  path: z.string().nullish(),
})
export type SpringError = z.infer<typeof springErrorSchema>
