// The API between a terminal and the integrator, under /v1. The server serves it, OpenAPI describes it, the terminal's
// client checks answers against it. Times are epoch ms, money is paise.
import { oc } from '@orpc/contract'
import * as z from 'zod'
import { BADGES_MAX } from './badge.ts'
import { billSchema, businessServiceSchema, epochMsSchema, serviceSchema, tenantSchema } from './bill.ts'
import { deviceSecretsApi } from './device-secrets-api.ts'
import { devicesApi, SIGNED_CALL_ERRORS } from './devices-api.ts'
import { DEFAULT_LIMITS, limitsSchema } from './limits.ts'
import { exceptionsApi } from './exceptions-api.ts'
import { packsApi } from './packs-api.ts'
import { paymentIdSchema, paymentStatusSchema } from './payment.ts'
import { mayAnswer } from './problem.ts'
import { recordsApi } from './records-api.ts'
import { publicKeySchema, signedTextSchema } from './signed.ts'

/** Bytes of one request body. */
export const BODY_BYTES_MAX = 1_048_576
/** Statuses in one page of the feed. */
export const STATUS_PAGE_MAX = 200
/** Longest wait for news of the feed, below the patience of common proxies. */
export const FEED_WAIT_MAX_MS = 25_000
/** Bills in one answer. */
export const BILLS_MAX = 50

/** kiosk: stands for a machine that nobody attends; it never signs in at a counter. */
export const ROLES = ['collector', 'cashier', 'supervisor', 'kiosk'] as const
export const roleSchema = z.enum(ROLES)
export type Role = z.infer<typeof roleSchema>

/** scrypt of the PIN, so that a terminal can check it with no network: salt and hash are base64. */
export const pinVerifierSchema = z.strictObject({
  /** peppered: scrypt takes HMAC-SHA-256(pepper, PIN); plain or absent: the PIN itself, as before there was a pepper. */
  kind: z.enum(['plain', 'peppered']).optional(),
  salt: z.string().max(64),
  hash: z.string().max(128),
  cost: z.int().min(1024).max(1_048_576),
  blockSize: z.int().min(1).max(32),
  parallelization: z.int().min(1).max(16),
})
export type PinVerifier = z.infer<typeof pinVerifierSchema>

export const operatorSchema = z.strictObject({
  id: z.string().min(1).max(64),
  /** What the operator types or scans: short, printed on the badge. */
  code: z.string().min(1).max(32),
  name: z.string().min(1).max(128),
  role: roleSchema,
  pinVerifier: pinVerifierSchema,
  /** HMACs of chip and stripe badges (badge.ts), in hex. Absent: none, and so it is sent, so that tills from before go on. */
  badges: z
    .array(z.string().regex(/^[0-9a-f]{64}$/))
    .max(BADGES_MAX)
    .optional(),
})
export type Operator = z.infer<typeof operatorSchema>

export const mastersSchema = z.strictObject({
  tenants: z.array(tenantSchema).max(500),
  services: z.array(serviceSchema).max(500),
  operators: z.array(operatorSchema).max(500),
  helpLine: z.string().max(64).nullable(),
  isDemo: z.boolean(),
  serverTimeMs: epochMsSchema,
  /** Of the asking device. Absent from an integrator that knows of none: then the ones of the contract. */
  limits: limitsSchema.default(DEFAULT_LIMITS),
  /** X25519 public key that rescues of dying terminals are sealed to; null: this integrator takes none. */
  rescueKey: publicKeySchema.nullable().default(null),
})
export type Masters = z.infer<typeof mastersSchema>

export const billSearchSchema = z.discriminatedUnion('by', [
  z.strictObject({
    by: z.literal('consumerCode'),
    value: z.string().trim().min(1).max(128),
    /** Absent: the integrator tries the tenant's services that such a code fits. */
    businessService: businessServiceSchema.optional(),
  }),
  z.strictObject({ by: z.literal('mobile'), value: z.string().regex(/^\d{10}$/) }),
  /** Raw text of a barcode or QR. */
  z.strictObject({ by: z.literal('scan'), value: z.string().min(1).max(2048) }),
])
export type BillSearch = z.infer<typeof billSearchSchema>

const common = SIGNED_CALL_ERRORS
const digit = mayAnswer('digit_unreachable', 'digit_bad_answer', 'digit_refused', 'digit_login_failed')

export const api = {
  devices: { ...devicesApi, secrets: deviceSecretsApi },
  operators: {
    signIn: oc
      .route({ method: 'POST', path: '/v1/operators/sign-in', summary: 'Check an operator’s PIN' })
      .input(z.strictObject({ operatorCode: z.string().min(1).max(32), pin: z.string().regex(/^\d{6,12}$/) }))
      .output(z.strictObject({ operator: operatorSchema, expiresAtMs: epochMsSchema }))
      .errors({ ...common, ...mayAnswer('wrong_pin', 'operator_locked', 'operator_unknown') }),
  },
  masters: {
    get: oc
      .route({
        method: 'GET',
        path: '/v1/masters',
        summary: 'Municipality, services with rules, operators; signed',
      })
      // the JSON of mastersSchema, so that a terminal can prove what it was told
      .output(signedTextSchema)
      .errors({ ...common, ...digit }),
  },
  bills: {
    search: oc
      .route({ method: 'POST', path: '/v1/bills/search', summary: 'Bills by number, mobile or scanned text' })
      .input(billSearchSchema)
      .output(z.strictObject({ bills: z.array(billSchema).max(BILLS_MAX) }))
      .errors({
        ...common,
        ...digit,
        ...mayAnswer('bill_not_found', 'bill_already_paid', 'scan_not_understood', 'bill_other_tenant'),
      }),
  },
  packs: packsApi,
  exceptions: exceptionsApi,
  records: recordsApi,
  payments: {
    get: oc
      .route({
        method: 'GET',
        path: '/v1/payments/{id}',
        summary: 'One payment and its way through every state',
      })
      .input(z.strictObject({ id: paymentIdSchema }))
      .output(paymentStatusSchema)
      .errors({ ...common, ...mayAnswer('payment_not_found') }),
    changes: oc
      .route({
        method: 'GET',
        path: '/v1/payments',
        summary: 'Statuses of this device’s payments changed since',
      })
      .input(
        z.strictObject({
          since: z.coerce.number().int().min(0).default(0),
          limit: z.coerce.number().int().min(1).max(STATUS_PAGE_MAX).default(STATUS_PAGE_MAX),
          /** When nothing is new: answer as soon as something is, and after so long at the latest. */
          waitMs: z.coerce.number().int().min(0).max(FEED_WAIT_MAX_MS).default(0),
        }),
      )
      .output(
        z.strictObject({
          payments: z.array(paymentStatusSchema).max(STATUS_PAGE_MAX),
          nextCursor: z.int().min(0),
          hasMore: z.boolean(),
        }),
      )
      .errors(common),
  },
}
export type Api = typeof api
