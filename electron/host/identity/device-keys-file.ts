// The secret of this device: its signing key, its seal key and the nonce of its enrolment, in the vault. Written once, before the
// integrator hears of them; what cannot be read is never overwritten. Called by identity.ts alone.
import { ProblemError } from '#contract/problem.ts'
import type { SecretFiles } from '#host/identity/secret-files.ts'

export type DeviceKeys = {
  readonly version: 1
  /** PKCS#8 PEM, Ed25519. */
  readonly signKey: string
  /** PKCS#8 PEM, X25519. */
  readonly sealKey: string
  /** 32 bytes, base64url: what the commitment of the enrolment was made of. */
  readonly nonce: string
}

export async function readDeviceKeys(files: SecretFiles): Promise<DeviceKeys | 'none' | 'unreadable'> {
  const kept = await files.read('device-keys')
  if (kept.kind !== 'open') return kept.kind
  try {
    return keysIn(JSON.parse(kept.text)) ?? 'unreadable'
  } catch {
    return 'unreadable'
  }
}

function keysIn(value: unknown): DeviceKeys | null {
  if (typeof value !== 'object' || value === null) return null
  const { version, signKey, sealKey, nonce } = value as Record<string, unknown>
  if (version !== 1 || typeof signKey !== 'string' || typeof sealKey !== 'string') return null
  if (typeof nonce !== 'string' || !/^[\w-]{43}$/.test(nonce)) return null
  return { version, signKey, sealKey, nonce }
}

/** Throws secrets_unreadable when the vault does not take them: a till without kept keys would be nobody after its next start. */
export async function writeDeviceKeys(files: SecretFiles, keys: DeviceKeys): Promise<void> {
  try {
    await files.write('device-keys', JSON.stringify(keys))
  } catch (cause) {
    throw new ProblemError('secrets_unreadable', { reason: 'cannot_seal' }, { cause })
  }
}
