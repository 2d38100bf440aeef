// What the integrator told this device in secret: the PIN pepper and the unlock secret. Fetched sealed, opened with the device's X25519
// key, kept in the vault, held in memory while the till runs. Called by start-host; read by sign-in and unlock.
import { createHmac } from 'node:crypto'
import { compactDecrypt, importPKCS8 } from 'jose'
import type { Logger } from 'pino'
import {
  deviceSecretsSchema,
  SEAL_ALGORITHM,
  SEAL_CIPHER,
  unlockDigits,
  unlockText,
  type DeviceSecrets,
  type UnlockQuestion,
} from '#contract/device-secrets-api.ts'
import { ProblemError } from '#contract/problem.ts'
import type { Clock } from '#core/ports.ts'
import type { SecretFiles } from './secret-files.ts'

export type DeviceSecretsKeeper = {
  /** 32 bytes; null while they are not here. */
  readonly pepper: () => Uint8Array | null
  /** What the office would read out for this question; null while the unlock secret is not here. */
  readonly answerTo: (question: UnlockQuestion) => string | null
  /** Reads what is kept; a secret of another device is not used. */
  readonly load: (deviceId: string | null) => Promise<void>
  /** Asks the integrator once a day and keeps the answer. Throws ProblemError, integrator_not_trusted when it cannot be opened. */
  readonly refresh: (deviceId: string, fetchSealed: FetchSealed) => Promise<void>
}

/** One signed call: the compact JWE. */
type FetchSealed = () => Promise<string>

const REFRESH_EVERY_MS = 24 * 3_600_000

type KeeperPorts = {
  readonly files: SecretFiles
  readonly clock: Clock
  /** PKCS#8 PEM of the device's X25519 key; null while there is none. */
  readonly sealPrivateKey: () => string | null
  readonly logger: Pick<Logger, 'info' | 'warn'>
}

export function createDeviceSecrets(ports: KeeperPorts): DeviceSecretsKeeper {
  const { files, logger } = ports
  let held: DeviceSecrets | null = null
  let askedAtMs: number | null = null

  const load = async (deviceId: string | null): Promise<void> => {
    if (deviceId === null) return
    const kept = await files.read('device-secrets')
    if (kept.kind === 'unreadable')
      logger.warn({ reason: kept.reason }, 'the device secrets cannot be opened')
    held = kept.kind === 'open' ? secretsOf(kept.text, deviceId) : null
  }
  const refresh = async (deviceId: string, fetchSealed: FetchSealed): Promise<void> => {
    const pem = ports.sealPrivateKey()
    const nowMs = ports.clock.read().monotonicMs
    if (pem === null || (held !== null && askedAtMs !== null && nowMs - askedAtMs < REFRESH_EVERY_MS)) return
    const text = await openSealed(await fetchSealed(), pem)
    const fresh = secretsOf(text, deviceId)
    if (fresh === null) throw new ProblemError('integrator_not_trusted', { reason: 'secrets' })
    askedAtMs = nowMs
    if (held !== null && isSame(held, fresh)) return
    held = fresh
    try {
      await files.write('device-secrets', JSON.stringify(fresh))
      logger.info('the device secrets are kept')
    } catch {
      // In memory until the next start; then they are fetched again.
      logger.warn('the device secrets could not be kept')
    }
  }
  return {
    pepper: () => (held === null ? null : Buffer.from(held.pinPepper, 'base64url')),
    answerTo: (question) =>
      held === null
        ? null
        : unlockDigits(
            createHmac('sha256', Buffer.from(held.unlockSecret, 'base64url'))
              .update(unlockText(question))
              .digest(),
          ),
    load,
    refresh,
  }
}

/** Throws integrator_not_trusted: it was not sealed to this device, or was changed on its way. */
async function openSealed(sealed: string, pem: string): Promise<string> {
  try {
    const { plaintext } = await compactDecrypt(sealed, await importPKCS8(pem, SEAL_ALGORITHM), {
      keyManagementAlgorithms: [SEAL_ALGORITHM],
      contentEncryptionAlgorithms: [SEAL_CIPHER],
    })
    return Buffer.from(plaintext).toString('utf8')
  } catch {
    throw new ProblemError('integrator_not_trusted', { reason: 'secrets' })
  }
}

function secretsOf(text: string, deviceId: string): DeviceSecrets | null {
  try {
    const parsed = deviceSecretsSchema.safeParse(JSON.parse(text))
    return parsed.success && parsed.data.deviceId === deviceId ? parsed.data : null
  } catch {
    return null
  }
}

function isSame(left: DeviceSecrets, right: DeviceSecrets): boolean {
  return left.pinPepper === right.pinPepper && left.unlockSecret === right.unlockSecret
}
