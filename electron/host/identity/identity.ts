// Who this till is: its keys, its place at the integrator, and the integrator it believes. Opened before the store, because the
// journal is signed from its first record on; read by the integrator client, changed by enrolment. Made by start-host.
import { createHash, createPublicKey, randomBytes, verify } from 'node:crypto'
import { enrolmentTranscript, shortString } from '#contract/devices-api.ts'
import type { EnrolmentAnswer } from '#contract/devices-api.ts'
import { ProblemError } from '#contract/problem.ts'
import { signingInput, type DeviceSigner, type SignedPurpose, type SignedText } from '#contract/signed.ts'
import { readDevice, removeDevice, writeDevice, type EnrolledDevice } from '#host/identity/device-file.ts'
import { deviceSigner, makeDeviceKey, makeSealKey, sealPublicKey } from '#host/identity/device-key.ts'
import type { SecretFiles } from '#host/identity/secret-files.ts'
import { readDeviceKeys, writeDeviceKeys, type DeviceKeys } from './device-keys-file.ts'

export type Identity = {
  /**
   * Signs journal and requests, always with the keys of now. Without keys its public key is empty, and signing throws
   * device_not_enrolled.
   */
  readonly signer: DeviceSigner
  /** none: never made, or gone; unreadable: here, and not to be overwritten. */
  readonly keys: () => 'held' | 'none' | 'unreadable'
  /** Makes keys when there are none. Only while the record is open, so that no second program makes others. */
  readonly prepare: () => Promise<void>
  /** PKCS#8 PEM of the X25519 key; null without keys. */
  readonly sealPrivateKey: () => string | null
  /** null: not enrolled, or enrolled with keys that are not these. */
  readonly enrolled: () => EnrolledDevice | null
  /** What goes into the request for enrolment. Throws device_not_enrolled without keys. */
  readonly offer: () => { publicKey: string; sealKey: string; commitment: string }
  readonly nonce: () => string
  readonly keep: (answer: EnrolmentAnswer) => void
  readonly note: (approval: EnrolledDevice['approval']) => void
  /** The office refused: other keys, and nothing of the old enrolment. */
  readonly renew: () => Promise<void>
  /** Six digits that the office compares; null before enrolment. */
  readonly digits: () => string | null
  /** true: signed by the very integrator this till was enrolled with. */
  readonly isTrusted: (purpose: SignedPurpose, signed: SignedText) => boolean
}

type Held = { readonly keys: DeviceKeys; readonly signer: DeviceSigner }

/** `files`: where the secret keys lie; what is public about the enrolment lies in `dataDir`. */
export async function openIdentity(dataDir: string, files: SecretFiles): Promise<Identity> {
  let held = await heldIn(files)
  let enrolled = enrolledWith(readDevice(dataDir), ownKeys(held))
  const mustHold = (): Held => {
    if (typeof held === 'string') throw new ProblemError('device_not_enrolled', { reason: 'key_missing' })
    return held
  }
  const signer: DeviceSigner = {
    get publicKey() {
      return ownKeys(held)?.signer.publicKey ?? ''
    },
    sign: (text) => mustHold().signer.sign(text),
  }
  const put = (next: EnrolledDevice): void => {
    writeDevice(dataDir, next)
    enrolled = next
  }
  return {
    signer,
    keys: () => (typeof held === 'string' ? held : 'held'),
    prepare: async () => {
      if (held === 'none') held = await newKeys(files)
    },
    sealPrivateKey: () => ownKeys(held)?.keys.sealKey ?? null,
    enrolled: () => enrolled,
    offer: () => {
      const { keys, signer: own } = mustHold()
      const commitment = createHash('sha256').update(Buffer.from(keys.nonce, 'base64url')).digest('base64url')
      return { publicKey: own.publicKey, sealKey: sealPublicKey(keys.sealKey), commitment }
    },
    nonce: () => mustHold().keys.nonce,
    keep: ({ device, serverKey, serverNonce }) =>
      put({
        version: 2,
        device,
        publicKey: mustHold().signer.publicKey,
        serverKey,
        serverNonce,
        approval: 'enrolled',
      }),
    note: (approval) => {
      if (enrolled === null) throw new Error('nobody is enrolled here')
      if (enrolled.approval !== approval) put({ ...enrolled, approval })
    },
    renew: async () => {
      mustHold()
      // in this order: an end in between leaves a device of other keys, which is nobody
      held = await newKeys(files)
      removeDevice(dataDir)
      enrolled = null
    },
    digits: () => (enrolled === null ? null : digitsOf(mustHold(), enrolled)),
    isTrusted: (purpose, signed) => enrolled !== null && isSignedBy(enrolled.serverKey, purpose, signed),
  }
}

async function heldIn(files: SecretFiles): Promise<Held | 'none' | 'unreadable'> {
  const kept = await readDeviceKeys(files)
  if (typeof kept === 'string') return kept
  try {
    return { keys: kept, signer: deviceSigner(kept.signKey) }
  } catch {
    return 'unreadable'
  }
}

function ownKeys(held: Held | string): Held | null {
  return typeof held === 'string' ? null : held
}

async function newKeys(files: SecretFiles): Promise<Held> {
  const keys: DeviceKeys = {
    version: 1,
    signKey: makeDeviceKey(),
    sealKey: makeSealKey(),
    nonce: randomBytes(32).toString('base64url'),
  }
  await writeDeviceKeys(files, keys)
  return { keys, signer: deviceSigner(keys.signKey) }
}

function enrolledWith(device: EnrolledDevice | null, held: Held | null): EnrolledDevice | null {
  return device !== null && device.publicKey === held?.signer.publicKey ? device : null
}

function digitsOf({ keys, signer }: Held, { serverKey, serverNonce, device }: EnrolledDevice): string {
  const transcript = enrolmentTranscript({
    publicKey: signer.publicKey,
    sealKey: sealPublicKey(keys.sealKey),
    serverKey,
    nonce: keys.nonce,
    serverNonce,
    deviceId: device.deviceId,
  })
  return shortString(createHash('sha256').update(transcript).digest('hex'))
}

function isSignedBy(
  serverKey: string,
  purpose: SignedPurpose,
  { text, key, signature }: SignedText,
): boolean {
  if (key !== serverKey) return false
  const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: serverKey }, format: 'jwk' })
  return verify(
    null,
    Buffer.from(signingInput(purpose, text)),
    publicKey,
    Buffer.from(signature, 'base64url'),
  )
}
