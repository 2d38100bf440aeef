// The device's own Ed25519 key: signs every journal record and every request. Made on the device before enrolment; the private
// half never leaves it. Kept by key-vault rules in a file that only this user may read. Called by start-host.
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import type { DeviceSigner } from '#contract/signed.ts'

/** PKCS#8 PEM of a fresh key. */
export function makeDeviceKey(): string {
  const { privateKey } = generateKeyPairSync('ed25519')
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
}

/** @throws Error when the text holds no Ed25519 private key. */
export function deviceSigner(pem: string): DeviceSigner {
  const privateKey = ed25519Of(pem)
  const publicKey = createPublicKey(privateKey).export({ format: 'jwk' }).x
  if (publicKey === undefined) throw new TypeError('an Ed25519 key has a public half')
  return {
    publicKey,
    sign: (text) => sign(null, Buffer.from(text), privateKey).toString('base64url'),
  }
}

function ed25519Of(pem: string): KeyObject {
  const key = createPrivateKey(pem)
  if (key.asymmetricKeyType !== 'ed25519') throw new TypeError('the device key is not Ed25519')
  return key
}
