// How a machine becomes a till of the municipality: it makes its keys, trades a one-time code, both sides show six digits, and a person
// who has compared them lets it in. Part of the API between terminal and integrator; spoken by host/identity/enrolment.ts and
// app/api/device-handlers.ts.
import { oc } from '@orpc/contract'
import * as z from 'zod'
import { epochMsSchema, tenantIdSchema } from './bill.ts'
import { mayAnswer } from './problem.ts'
import { publicKeySchema } from './signed.ts'

/** What every signed call may be answered besides its own problems. */
export const SIGNED_CALL_ERRORS = mayAnswer(
  'device_not_enrolled',
  'device_not_approved',
  'device_revoked',
  'signature_invalid',
  'request_out_of_time',
  'request_replayed',
  'input_invalid',
  'too_many_requests',
  'not_ready',
  'internal',
)

/** 32 bytes as base64url without padding: a nonce of enrolment, or the SHA-256 of one. */
const bytes32Schema = z.string().regex(/^[A-Za-z0-9_-]{43}$/)

export const deviceSchema = z.strictObject({
  deviceId: z.string().min(1).max(64),
  /** Short number in the receipt series, never reused, e.g. `0417`. */
  deviceCode: z.string().min(1).max(16),
  /** Changes when the device is enrolled anew: two lives never share a number. */
  incarnation: z.string().regex(/^[A-Z]{1,2}$/),
  tenantId: tenantIdSchema,
})
export type Device = z.infer<typeof deviceSchema>

export const enrolmentRequestSchema = z.strictObject({
  code: z.string().min(4).max(64),
  name: z.string().min(1).max(64),
  /** Ed25519, checks what this device signs. */
  publicKey: publicKeySchema,
  /** X25519, seals what only this device may read. */
  sealKey: publicKeySchema,
  /** SHA-256 of the nonce that `confirm` will show: whoever stands between cannot choose keys until the digits fit. */
  commitment: bytes32Schema,
})
export type EnrolmentRequest = z.infer<typeof enrolmentRequestSchema>

export const enrolmentAnswerSchema = z.strictObject({
  device: deviceSchema,
  /** Ed25519 of the integrator; the terminal believes no other from now on. */
  serverKey: publicKeySchema,
  serverNonce: bytes32Schema,
})
export type EnrolmentAnswer = z.infer<typeof enrolmentAnswerSchema>

export const approvalSchema = z.enum(['waiting', 'approved'])
export type Approval = z.infer<typeof approvalSchema>

export type EnrolmentFacts = {
  readonly publicKey: string
  readonly sealKey: string
  readonly serverKey: string
  readonly nonce: string
  readonly serverNonce: string
  readonly deviceId: string
}

/** What the short string is made of; both sides hash exactly this text with SHA-256. */
export function enrolmentTranscript(facts: EnrolmentFacts): string {
  const { publicKey, sealKey, serverKey, nonce, serverNonce, deviceId } = facts
  return ['tahsil-enrolment-1', publicKey, sealKey, serverKey, nonce, serverNonce, deviceId].join('\n')
}

/** The hash as a number modulo 10⁶, with leading zeros. `hashHex` is SHA-256 in hex. */
export function shortString(hashHex: string): string {
  if (!/^[0-9a-f]{64}$/.test(hashHex)) throw new RangeError('a SHA-256 in hex has 64 digits')
  return String(BigInt(`0x${hashHex}`) % 1_000_000n).padStart(6, '0')
}

export const devicesApi = {
  enrol: oc
    .route({
      method: 'POST',
      path: '/v1/devices/enrol',
      summary: 'Trade a one-time code and public keys for a device identity (not signed)',
    })
    .input(enrolmentRequestSchema)
    .output(enrolmentAnswerSchema)
    .errors(mayAnswer('enrolment_refused', 'input_invalid', 'too_many_requests', 'not_ready', 'internal')),
  confirm: oc
    .route({
      method: 'POST',
      path: '/v1/devices/confirm',
      summary: 'Show the nonce that enrolment was bound to; a person then compares six digits and approves',
    })
    .input(z.strictObject({ nonce: bytes32Schema }))
    .output(z.strictObject({ approval: approvalSchema }))
    .errors({ ...SIGNED_CALL_ERRORS, ...mayAnswer('enrolment_refused') }),
  me: oc
    .route({ method: 'GET', path: '/v1/devices/me', summary: 'What this device is to the integrator' })
    .output(
      z.strictObject({
        device: deviceSchema,
        /** unconfirmed: `confirm` has not come yet. */
        approval: z.enum(['unconfirmed', ...approvalSchema.options]),
        /** Two different records carried the same number: people are looking at it. */
        isForked: z.boolean(),
        serverTimeMs: epochMsSchema,
      }),
    )
    .errors(SIGNED_CALL_ERRORS),
}
