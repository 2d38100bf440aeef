// Is this request from the device it names, whole, fresh and for the first time? Called before every handler but enrolment. The
// order is cheap before dear: form, device, signature, time, nonce; nothing is believed before the signature is right.
import { hash, verify } from 'node:crypto'
import { ProblemError } from '#contract/problem.ts'
import { isInTime, readSignature, signatureBase } from '#contract/request-signature.ts'
import type { Caller, Devices } from './devices.ts'
import type { Nonces } from './nonces.ts'

/** A request as it came over the wire, before anything was made of it. */
export type ReceivedRequest = {
  readonly method: string
  /** Path with query, as sent. */
  readonly target: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** The bytes as sent, packed or not; null: no body. */
  readonly body: Buffer | null
}

export type RequestCheck = (request: ReceivedRequest) => Promise<Caller>

export type RequestCheckParts = {
  readonly devices: Devices
  readonly nonces: Nonces
  readonly nowMs: () => number
}

/** Throws device_not_enrolled, signature_invalid, request_out_of_time {serverTimeMs}, request_replayed. */
export function createRequestCheck({ devices, nonces, nowMs }: RequestCheckParts): RequestCheck {
  return async ({ method, target, headers, body }) => {
    const signed = readSignature(headers)
    if (signed === null) {
      const isSigned = headers['signature-input'] !== undefined || headers['signature'] !== undefined
      throw new ProblemError(isSigned ? 'signature_invalid' : 'device_not_enrolled')
    }
    const bodyDigest = body === null || body.length === 0 ? null : hash('sha256', body, 'base64')
    if (signed.bodyDigest !== bodyDigest) throw new ProblemError('signature_invalid')
    const { caller, key } = await devices.callerOf(signed.keyId)
    const at = target.indexOf('?')
    const path = at < 0 ? target : target.slice(0, at)
    const query = at < 0 ? '' : target.slice(at)
    const base = signatureBase({ method, path, query, bodyDigest }, signed.params)
    if (!verify(null, Buffer.from(base), key, Buffer.from(signed.signature, 'base64'))) {
      throw new ProblemError('signature_invalid')
    }
    const now = nowMs()
    if (!isInTime(signed.createdSeconds, now)) {
      throw new ProblemError('request_out_of_time', { serverTimeMs: now })
    }
    if (method !== 'GET' && !(await nonces.use(caller.deviceId, signed.nonce))) {
      throw new ProblemError('request_replayed')
    }
    return caller
  }
}
