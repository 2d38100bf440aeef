// The devices of the fake integrator: enrols, confirms, approves when told, checks signatures as the real one does, and signs what
// terminals must believe. Called by fake-integrator.ts.
import {
  createHash,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  randomUUID,
  sign,
  verify,
} from 'node:crypto'
import { sealDeviceSecrets } from '#app/people/device-secrets.ts'
import type { RootSecret } from '#app/people/root-secret.ts'
import type { Device, EnrolmentAnswer, EnrolmentRequest } from '#contract/devices-api.ts'
import { ProblemError } from '#contract/problem.ts'
import { isInTime, readSignature, signatureBase } from '#contract/request-signature.ts'
import { signingInput, type SignedPurpose, type SignedText } from '#contract/signed.ts'

export type FakeDevice = {
  readonly device: Device
  readonly publicKey: string
  readonly sealKey: string
  readonly commitment: string
  approval: 'unconfirmed' | 'waiting' | 'approved'
  isRevoked: boolean
}

/** The municipality's secrets of the tests. */
export const ROOT: Pick<RootSecret, 'pinPepper' | 'unlockSecret'> = {
  pinPepper: () => Buffer.alloc(32, 7),
  unlockSecret: (deviceId) => createHash('sha256').update(deviceId).digest(),
}

type Received = {
  readonly method: string
  readonly target: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Buffer
}

export type FakeDevices = ReturnType<typeof createFakeDevices>

export function createFakeDevices({ code, tenantId }: { code: string; tenantId: string }) {
  const serverKey = generateKeyPairSync('ed25519')
  const publicKey = serverKey.publicKey.export({ format: 'jwk' }).x ?? ''
  const nonces = new Set<string>()
  const known = new Map<string, FakeDevice>()
  const fake = {
    known,
    serverKey: publicKey,
    /** false: somebody must call `approveAll` first. */
    isApprovedAtOnce: true,
    /** How far the fake's clock is from this machine's. */
    clockOffsetMs: 0,
    nowMs: () => Date.now() + fake.clockOffsetMs,
    approveAll: () => {
      for (const each of known.values()) each.approval = 'approved'
    },
    revokeAll: () => {
      for (const each of known.values()) each.isRevoked = true
    },
    sign: (purpose: SignedPurpose, text: string): SignedText => ({
      text,
      key: publicKey,
      signature: sign(null, Buffer.from(signingInput(purpose, text)), serverKey.privateKey).toString(
        'base64url',
      ),
    }),
    enrol: (input: EnrolmentRequest): EnrolmentAnswer => {
      if (input.code !== code) throw new ProblemError('enrolment_refused')
      const device = { deviceId: randomUUID(), deviceCode: '0417', incarnation: 'A', tenantId }
      const { publicKey: deviceKey, sealKey, commitment } = input
      const fresh = { device, publicKey: deviceKey, sealKey, commitment, isRevoked: false }
      known.set(device.deviceId, { ...fresh, approval: 'unconfirmed' })
      return { device, serverKey: publicKey, serverNonce: randomBytes(32).toString('base64url') }
    },
    confirm: (device: FakeDevice, nonce: string): { approval: 'waiting' | 'approved' } => {
      const shown = createHash('sha256').update(Buffer.from(nonce, 'base64url')).digest('base64url')
      if (shown !== device.commitment) throw new ProblemError('enrolment_refused')
      if (device.approval === 'unconfirmed') device.approval = fake.isApprovedAtOnce ? 'approved' : 'waiting'
      return { approval: device.approval === 'approved' ? 'approved' : 'waiting' }
    },
    secrets: async ({ device, sealKey }: FakeDevice) => ({
      sealed: await sealDeviceSecrets(ROOT, { ...device, sealKey }),
    }),
    me: ({ device, approval }: FakeDevice) => ({
      device,
      approval,
      isForked: false,
      serverTimeMs: fake.nowMs(),
    }),
    /** Whose signed request this is. Throws ProblemError. */
    deviceOf: ({ method, target, headers, body }: Received): FakeDevice => {
      const signed = readSignature(headers)
      const device = known.get(signed?.keyId ?? '')
      if (signed === null || device === undefined) throw new ProblemError('device_not_enrolled')
      const bodyDigest = body.length === 0 ? null : createHash('sha256').update(body).digest('base64')
      const [path = '', query] = target.split('?')
      const parts = { method, path, query: query === undefined ? '' : `?${query}`, bodyDigest }
      const base = Buffer.from(signatureBase(parts, signed.params))
      const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: device.publicKey }, format: 'jwk' })
      const isRight = verify(null, base, key, Buffer.from(signed.signature, 'base64'))
      if (!isRight || signed.bodyDigest !== bodyDigest) throw new ProblemError('signature_invalid')
      const serverTimeMs = fake.nowMs()
      if (!isInTime(signed.createdSeconds, serverTimeMs)) {
        throw new ProblemError('request_out_of_time', { serverTimeMs })
      }
      if (nonces.has(signed.nonce)) throw new ProblemError('request_replayed')
      nonces.add(signed.nonce)
      return device
    },
  }
  return fake
}
