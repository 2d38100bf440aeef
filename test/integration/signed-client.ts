// A client of the integrator that signs as a till does: enrols with keys of its own, confirms, and signs every call. For all tests,
// kits and benches that speak HTTP to the integrator.
import { createHash, randomBytes } from 'node:crypto'
import {
  enrolmentTranscript,
  shortString,
  type Approval,
  type Device,
  type EnrolmentAnswer,
} from '#contract/devices-api.ts'
import type { DeviceSigner } from '#contract/signed.ts'
import { deviceSigner, makeDeviceKey, makeSealKey, sealPublicKey } from '#host/identity/device-key.ts'
import { signRequest } from '#host/identity/sign-request.ts'

export type Reply<T> = { status: number; body: T }

/** Keys and nonce as a till makes them before it enrols. */
export type DeviceKeys = {
  readonly signer: DeviceSigner
  readonly sealKeyPem: string
  readonly sealKey: string
  readonly nonce: string
  readonly commitment: string
}

export type SignedDevice = DeviceKeys & {
  readonly device: Device
  readonly serverKey: string
  readonly serverNonce: string
}

export function makeKeys(): DeviceKeys {
  const sealKeyPem = makeSealKey()
  const nonce = randomBytes(32)
  return {
    signer: deviceSigner(makeDeviceKey()),
    sealKeyPem,
    sealKey: sealPublicKey(sealKeyPem),
    nonce: nonce.toString('base64url'),
    commitment: createHash('sha256').update(nonce).digest('base64url'),
  }
}

export async function askEnrolment(
  url: string,
  { code, name, keys }: { code: string; name: string; keys: DeviceKeys },
): Promise<Reply<EnrolmentAnswer>> {
  const { signer, sealKey, commitment } = keys
  const body = { code, name, publicKey: signer.publicKey, sealKey, commitment }
  return await request<EnrolmentAnswer>(`${url}/v1/devices/enrol`, { method: 'POST', body })
}

/** Enrols and confirms; in demo mode the device may then do everything. Throws when it is refused. */
export async function enrolDevice(
  url: string,
  { code, name, keys = makeKeys() }: { code: string; name: string; keys?: DeviceKeys },
): Promise<SignedDevice & { approval: Approval }> {
  const reply = await askEnrolment(url, { code, name, keys })
  if (reply.status !== 200) throw new Error(`enrol: ${reply.status} ${JSON.stringify(reply.body)}`)
  const signed = { ...keys, ...reply.body }
  const confirmed = await signedRequest<{ approval: Approval }>(`${url}/v1/devices/confirm`, {
    method: 'POST',
    body: { nonce: keys.nonce },
    as: signed,
  })
  if (confirmed.status !== 200) throw new Error(`confirm: ${JSON.stringify(confirmed.body)}`)
  return { ...signed, approval: confirmed.body.approval }
}

/** The six digits as this device shows them. */
export function digitsOf({ signer, sealKey, serverKey, nonce, serverNonce, device }: SignedDevice): string {
  const facts = {
    publicKey: signer.publicKey,
    sealKey,
    serverKey,
    nonce,
    serverNonce,
    deviceId: device.deviceId,
  }
  return shortString(createHash('sha256').update(enrolmentTranscript(facts)).digest('hex'))
}

export type Signing = Pick<SignedDevice, 'device' | 'signer'>

/** Headers of one signed request; `target` is path and query. */
export function signedHeaders(
  { device, signer }: Signing,
  made: { method: string; target: string; body: string | Buffer | null; nowMs?: number },
): Record<string, string> {
  const nowMs = () => made.nowMs ?? Date.now()
  return { ...signRequest({ deviceId: device.deviceId, signer, nowMs }, made) }
}

/** Signed by the device; the body goes as JSON. */
export async function signedRequest<T>(
  url: string,
  { method, body, as, nowMs }: { method: string; body?: unknown; as: Signing; nowMs?: number },
): Promise<Reply<T>> {
  const { pathname, search } = new URL(url)
  const text = body === undefined ? null : JSON.stringify(body)
  const made = {
    method,
    target: `${pathname}${search}`,
    body: text,
    ...(nowMs === undefined ? {} : { nowMs }),
  }
  return await send<T>(url, { method, text, headers: signedHeaders(as, made) })
}

/** Not signed. */
export async function request<T>(
  url: string,
  { method, body, headers = {} }: { method: string; body?: unknown; headers?: Record<string, string> },
): Promise<Reply<T>> {
  return await send<T>(url, { method, text: body === undefined ? null : JSON.stringify(body), headers })
}

async function send<T>(
  url: string,
  { method, text, headers }: { method: string; text: string | null; headers: Record<string, string> },
): Promise<Reply<T>> {
  const answer = await fetch(url, {
    method,
    headers: { ...(text === null ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(text === null ? {} : { body: text }),
  })
  return { status: answer.status, body: (await answer.json()) as T }
}
