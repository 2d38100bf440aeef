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

/** PKCS#8 PEM of a fresh X25519 key: what is sealed to its public half can be read on this device only. */
export function makeSealKey(): string {
  const { privateKey } = generateKeyPairSync('x25519')
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
}

/** Raw X25519 public half, base64url. @throws Error when the text holds no X25519 private key. */
export function sealPublicKey(pem: string): string {
  const key = createPrivateKey(pem)
  if (key.asymmetricKeyType !== 'x25519') throw new TypeError('the seal key is not X25519')
  return publicHalf(key)
}

/** @throws Error when the text holds no Ed25519 private key. */
export function deviceSigner(pem: string): DeviceSigner {
  const privateKey = ed25519Of(pem)
  return {
    publicKey: publicHalf(privateKey),
    sign: (text) => sign(null, Buffer.from(text), privateKey).toString('base64url'),
  }
}

function ed25519Of(pem: string): KeyObject {
  const key = createPrivateKey(pem)
  if (key.asymmetricKeyType !== 'ed25519') throw new TypeError('the device key is not Ed25519')
  return key
}

function publicHalf(key: KeyObject): string {
  const { x } = createPublicKey(key).export({ format: 'jwk' })
  if (x === undefined) throw new TypeError('a key pair has a public half')
  return x
}
