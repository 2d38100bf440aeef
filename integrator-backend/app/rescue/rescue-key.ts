// The integrator's X25519 key that rescues of terminals are sealed to, derived from the root secret: no further file to lose.
// Called by the masters handler (public half) and by the import (private half).
import { createPrivateKey, createPublicKey } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import type { RootSecret } from '#app/people/root-secret.ts'

/** What PKCS#8 says before the 32 bytes of an X25519 key (RFC 8410). */
const PKCS8_HEAD = Buffer.from('302e020100300506032b656e04220420', 'hex')

export function rescuePrivateKey(root: RootSecret): KeyObject {
  const secret = root.rescueSecret()
  if (secret.length !== 32) throw new TypeError('an X25519 key has 32 bytes')
  return createPrivateKey({ key: Buffer.concat([PKCS8_HEAD, secret]), format: 'der', type: 'pkcs8' })
}

/** Raw public key, base64url; part of the signed masters. */
export function rescuePublicKey(root: RootSecret): string {
  const { x } = createPublicKey(rescuePrivateKey(root)).export({ format: 'jwk' })
  if (x === undefined) throw new TypeError('an X25519 key has a public half')
  return x
}
