// Ed25519 keys and signatures as they travel between terminal and integrator. Every signed text begins with its purpose, so that
// a signature made for one thing never stands for another. Pure: the sides sign and check with their own crypto.
import * as z from 'zod'

/** Raw 32-byte Ed25519 or X25519 public key, base64url without padding. */
export const publicKeySchema = z.string().regex(/^[A-Za-z0-9_-]{43}$/)
/** Raw 64-byte Ed25519 signature, base64url without padding. */
export const signatureSchema = z.string().regex(/^[A-Za-z0-9_-]{86}$/)

/** What a signature of the integrator may be about. */
export const SIGNED_PURPOSES = ['masters', 'pack', 'ack', 'unlock'] as const
export type SignedPurpose = (typeof SIGNED_PURPOSES)[number]

/** A JSON text with the integrator's signature over exactly these bytes. */
export const signedTextSchema = z.strictObject({
  text: z.string().max(4_000_000),
  /** The integrator's public key that checks it. */
  key: publicKeySchema,
  signature: signatureSchema,
})
export type SignedText = z.infer<typeof signedTextSchema>

/** The exact text that is signed: purpose, version, content. */
export function signingInput(purpose: SignedPurpose, text: string): string {
  return `tahsil-${purpose}-1\n${text}`
}

/** Signs with the device's own key, which never leaves the device. */
export type DeviceSigner = {
  readonly publicKey: string
  /** Signature of the UTF-8 bytes of a text. */
  readonly sign: (text: string) => string
}
