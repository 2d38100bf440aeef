// What an approved device is told in secret: the pepper of the municipality's PINs and its own unlock secret. They travel sealed to
// the device's X25519 key, so that neither a proxy nor a log ever holds them. One line of `api.ts`; spoken by app and host.
import { oc } from '@orpc/contract'
import * as z from 'zod'
import { SIGNED_CALL_ERRORS } from './devices-api.ts'

const secretSchema = z.string().regex(/^[A-Za-z0-9_-]{43}$/)

/** What lies inside the sealed text, as JSON: 32 bytes each, base64url without padding. */
export const deviceSecretsSchema = z.strictObject({
  version: z.literal(1),
  /** Whom they are for: a sealed text of another device is refused. */
  deviceId: z.string().min(1).max(64),
  /** Key of the HMAC over a PIN before scrypt; one per municipality. */
  pinPepper: secretSchema,
  /** Key of the HMAC over an unlock challenge; one per device. */
  unlockSecret: secretSchema,
})
export type DeviceSecrets = z.infer<typeof deviceSecretsSchema>

/** JWE in its compact form (RFC 7516): ECDH-ES on X25519, A256GCM. */
export const SEAL_ALGORITHM = 'ECDH-ES'
export const SEAL_CIPHER = 'A256GCM'
export const sealedTextSchema = z
  .string()
  .max(8192)
  .regex(/^[\w-]+\.[\w-]*\.[\w-]+\.[\w-]+\.[\w-]+$/)

/** Digits of a challenge on the locked screen, and of the answer by telephone. */
export const UNLOCK_CHALLENGE_DIGITS = 6
export const UNLOCK_ANSWER_DIGITS = 8
export const unlockChallengeSchema = z.string().regex(/^\d{6}$/)
export const unlockAnswerSchema = z.string().regex(/^\d{8}$/)

export type UnlockQuestion = {
  readonly deviceId: string
  readonly operatorCode: string
  readonly challenge: string
}

/** What both sides take the HMAC-SHA-256 of: this device, this operator, this challenge, nothing else. */
export function unlockText({ deviceId, operatorCode, challenge }: UnlockQuestion): string {
  return JSON.stringify(['tahsil-unlock-1', deviceId, operatorCode, challenge])
}

/** The first 8 bytes of the HMAC as a number, modulo 10⁸, with leading zeros. */
export function unlockDigits(mac: Uint8Array): string {
  if (mac.length < 8) throw new RangeError('a MAC has at least 8 bytes')
  const number = new DataView(mac.buffer, mac.byteOffset, 8).getBigUint64(0)
  return String(number % 10n ** BigInt(UNLOCK_ANSWER_DIGITS)).padStart(UNLOCK_ANSWER_DIGITS, '0')
}

export const deviceSecretsApi = oc
  .route({
    method: 'GET',
    path: '/v1/devices/secrets',
    summary: 'PIN pepper and unlock secret, sealed to the key of this approved device',
  })
  .output(z.strictObject({ sealed: sealedTextSchema }))
  .errors(SIGNED_CALL_ERRORS)
