// The secret of this device: its signing key, its seal key and the nonce of its enrolment, in the vault. Written once, before the
// integrator hears of them; what cannot be read is never overwritten. Called by identity.ts alone.
import * as z from 'zod'
import { ProblemError } from '#contract/problem.ts'
import type { SecretFiles } from '#host/secret-files.ts'

const deviceKeysSchema = z.strictObject({
  version: z.literal(1),
  /** PKCS#8 PEM, Ed25519. */
  signKey: z.string().max(1_000),
  /** PKCS#8 PEM, X25519. */
  sealKey: z.string().max(1_000),
  /** 32 bytes, base64url: what the commitment of the enrolment was made of. */
  nonce: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
})
export type DeviceKeys = z.infer<typeof deviceKeysSchema>

export async function readDeviceKeys(files: SecretFiles): Promise<DeviceKeys | 'none' | 'unreadable'> {
  const kept = await files.read('device-keys')
  if (kept.kind !== 'open') return kept.kind
  try {
    const parsed = deviceKeysSchema.safeParse(JSON.parse(kept.text))
    return parsed.success ? parsed.data : 'unreadable'
  } catch {
    return 'unreadable'
  }
}

/** Throws secrets_unreadable when the vault does not take them: a till without kept keys would be nobody after its next start. */
export async function writeDeviceKeys(files: SecretFiles, keys: DeviceKeys): Promise<void> {
  try {
    await files.write('device-keys', JSON.stringify(keys))
  } catch (cause) {
    throw new ProblemError('secrets_unreadable', { reason: 'cannot_seal' }, { cause })
  }
}
