// Signs one request with the device's key (contract/request-signature.ts). Each try of a call is signed anew, with a nonce of its
// own. Called by the integrator client and by the tests' signing client.
import { createHash, randomBytes } from 'node:crypto'
import {
  NONCE_BYTES,
  signatureBase,
  signatureHeaders,
  signatureParams,
  type SignatureHeaders,
} from '#contract/request-signature.ts'
import type { DeviceSigner } from '#contract/signed.ts'

export type RequestSigner = {
  readonly deviceId: string
  readonly signer: DeviceSigner
  /** Epoch ms as the integrator counts it, as far as is known. */
  readonly nowMs: () => number
}

export type UnsignedRequest = {
  readonly method: string
  /** Below the integrator's address, with the query, as it is sent. */
  readonly target: string
  /** The bytes as they are sent; null: none. */
  readonly body: string | Buffer | null
}

export function signRequest(
  { deviceId, signer, nowMs }: RequestSigner,
  { method, target, body }: UnsignedRequest,
): SignatureHeaders {
  const at = target.indexOf('?')
  const path = at < 0 ? target : target.slice(0, at)
  const query = at < 0 ? '' : target.slice(at)
  const hasBody = body !== null && body.length > 0
  const bodyDigest = hasBody ? createHash('sha256').update(body).digest('base64') : null
  const params = signatureParams(hasBody, {
    createdSeconds: Math.floor(nowMs() / 1000),
    nonce: randomBytes(NONCE_BYTES).toString('base64url'),
    keyId: deviceId,
  })
  const base = signatureBase({ method, path, query, bodyDigest }, params)
  // base64 differs from base64url in letters and padding only
  const signature = Buffer.from(signer.sign(base), 'base64url').toString('base64')
  return signatureHeaders({ params, signature, bodyDigest })
}
