// What an approved device is told in secret, sealed to its own X25519 key; and the unlock codes that a supervisor reads out by
// telephone. Called by the API and by the command unlock-code.
import { createHmac } from 'node:crypto'
import { CompactEncrypt, importJWK } from 'jose'
import {
  SEAL_ALGORITHM,
  SEAL_CIPHER,
  unlockDigits,
  unlockText,
  type DeviceSecrets,
  type UnlockQuestion,
} from '#contract/device-secrets-api.ts'
import type { RootSecret } from './root-secret.ts'

type Wanted = { readonly tenantId: string; readonly deviceId: string; readonly sealKey: string }

/** `sealKey`: the device's raw X25519 public key, base64url, as it was enrolled. Returns a compact JWE. */
export async function sealDeviceSecrets(
  root: Pick<RootSecret, 'pinPepper' | 'unlockSecret'>,
  { tenantId, deviceId, sealKey }: Wanted,
): Promise<string> {
  const secrets: DeviceSecrets = {
    version: 1,
    deviceId,
    pinPepper: root.pinPepper(tenantId).toString('base64url'),
    unlockSecret: root.unlockSecret(deviceId).toString('base64url'),
  }
  const key = await importJWK({ kty: 'OKP', crv: 'X25519', x: sealKey }, SEAL_ALGORITHM)
  return await new CompactEncrypt(Buffer.from(JSON.stringify(secrets)))
    .setProtectedHeader({ alg: SEAL_ALGORITHM, enc: SEAL_CIPHER })
    .encrypt(key)
}

/** The eight digits that free this operator on this device, once. */
export function unlockCode(root: Pick<RootSecret, 'unlockSecret'>, question: UnlockQuestion): string {
  return unlockDigits(
    createHmac('sha256', root.unlockSecret(question.deviceId)).update(unlockText(question)).digest(),
  )
}
