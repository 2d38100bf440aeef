// Login: the token answer of `POST /user/oauth/token`. Note the snake_case ResponseInfo, found nowhere else in DIGIT.
// Called by the integrator's DIGIT client and by the sandbox. Read from: egov-user CustomTokenEnhancer.
import * as z from 'zod'

export const TOKEN_PATH = '/user/oauth/token'
export const LOGOUT_PATH = '/user/_logout'

export const userTypes = ['EMPLOYEE', 'CITIZEN', 'SYSTEM', 'BUSINESS'] as const
export type UserType = (typeof userTypes)[number]

export const roleSchema = z.looseObject({
  name: z.string().nullish(),
  code: z.string(),
  tenantId: z.string().nullish(),
})
export type Role = z.infer<typeof roleSchema>

export const userRequestSchema = z.looseObject({
  id: z.number(),
  uuid: z.string(),
  userName: z.string(),
  name: z.string().nullish(),
  mobileNumber: z.string().nullish(),
  emailId: z.string().nullish(),
  locale: z.string().nullish(),
  type: z.string(),
  active: z.boolean().nullish(),
  tenantId: z.string(),
  permanentCity: z.string().nullish(),
  roles: z.array(roleSchema),
})
export type UserRequest = z.infer<typeof userRequestSchema>

/** `expires_in` is seconds; a second login of the same user returns the same token with fewer seconds left. */
export const tokenAnswerSchema = z.looseObject({
  access_token: z.string(),
  token_type: z.string(),
  refresh_token: z.string().nullish(),
  expires_in: z.number(),
  scope: z.string().nullish(),
  ResponseInfo: z.looseObject({ status: z.string().nullish() }).nullish(),
  UserRequest: userRequestSchema.nullish(),
})
export type TokenAnswer = z.infer<typeof tokenAnswerSchema>
