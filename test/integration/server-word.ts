// Checks what the integrator signed, as a till does that knows its key. For tests.
import { createPublicKey, verify } from 'node:crypto'
import { signingInput, type SignedPurpose, type SignedText } from '#contract/signed.ts'

export function createServerKeyCheck(serverKey: string) {
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: serverKey }, format: 'jwk' })
  return (purpose: SignedPurpose, signed: SignedText): boolean =>
    signed.key === serverKey &&
    verify(
      null,
      Buffer.from(signingInput(purpose, signed.text)),
      key,
      Buffer.from(signed.signature, 'base64url'),
    )
}
