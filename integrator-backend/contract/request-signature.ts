// How every request of a terminal is signed: HTTP message signatures (RFC 9421) over a Content-Digest (RFC 9530), in one strict
// profile. Pure text: the terminal signs and the integrator checks with their own crypto. Written by host/identity/sign-request.ts, read
// by the integrator's request check. A proxy in between may add a prefix to the path only if it takes it off again.

/** Label of the one signature. */
const LABEL = 'tahsil'
const TAG = 'tahsil'
/** How far `created` may be from the integrator's clock, either way. */
export const SIGNATURE_WINDOW_MS = 300_000
/** Random bytes of a nonce, and its length as base64url without padding. */
export const NONCE_BYTES = 16
const NONCE = '[A-Za-z0-9_-]{22}'
const KEY_ID = '[A-Za-z0-9._~-]{1,64}'
/** Longest header that is looked at. */
const HEADER_CHARS_MAX = 512

export type SignedParts = {
  /** Upper case. */
  readonly method: string
  /** As sent: absolute, encoded, without query. */
  readonly path: string
  /** As sent, with its `?`; empty when there is none. */
  readonly query: string
  /** Base64 of SHA-256 over the bytes of the body as sent, compressed or not; null: no body. */
  readonly bodyDigest: string | null
}

export type SignatureFacts = {
  /** Epoch seconds by the clock of the signer, corrected by what the integrator said of it. */
  readonly createdSeconds: number
  readonly nonce: string
  /** Device id. */
  readonly keyId: string
}

export type SignatureHeaders = {
  readonly 'signature-input': string
  readonly signature: string
  readonly 'content-digest'?: string
}

/** What was read from the headers; `params` is the text that is signed with the parts. */
export type ReadSignature = SignatureFacts & {
  readonly params: string
  /** Base64 as in `SignedParts.bodyDigest`; null: the signature covers no body. */
  readonly bodyDigest: string | null
  /** Base64 of the 64 bytes. */
  readonly signature: string
}

/** The `@signature-params` of this profile: one order, one spelling. */
export function signatureParams(hasBody: boolean, { createdSeconds, nonce, keyId }: SignatureFacts): string {
  if (!Number.isSafeInteger(createdSeconds) || createdSeconds < 0)
    throw new RangeError('created is whole seconds')
  if (!new RegExp(`^${NONCE}$`).test(nonce)) throw new RangeError('a nonce is 16 bytes as base64url')
  if (!new RegExp(`^${KEY_ID}$`).test(keyId)) throw new RangeError('this key id cannot be written')
  return `(${componentsOf(hasBody)});created=${createdSeconds};nonce="${nonce}";keyid="${keyId}";alg="ed25519";tag="${TAG}"`
}

function componentsOf(hasBody: boolean): string {
  return `"@method" "@path" "@query"${hasBody ? ' "content-digest"' : ''}`
}

/** The text that is signed (RFC 9421, 2.5). An absent query is `?` (2.2.7). */
export function signatureBase({ method, path, query, bodyDigest }: SignedParts, params: string): string {
  return [
    `"@method": ${method}`,
    `"@path": ${path}`,
    `"@query": ${query === '' ? '?' : query}`,
    ...(bodyDigest === null ? [] : [`"content-digest": ${digestHeader(bodyDigest)}`]),
    `"@signature-params": ${params}`,
  ].join('\n')
}

function digestHeader(bodyDigest: string): string {
  return `sha-256=:${bodyDigest}:`
}

/** `signature` is base64 of the 64 bytes over `signatureBase`. */
export function signatureHeaders(signed: {
  readonly params: string
  readonly signature: string
  readonly bodyDigest: string | null
}): SignatureHeaders {
  const headers = {
    'signature-input': `${LABEL}=${signed.params}`,
    signature: `${LABEL}=:${signed.signature}:`,
  }
  return signed.bodyDigest === null
    ? headers
    : { ...headers, 'content-digest': digestHeader(signed.bodyDigest) }
}

const INPUT = new RegExp(
  `^${LABEL}=(\\("@method" "@path" "@query"( "content-digest")?\\);created=(\\d{1,11});nonce="(${NONCE})";keyid="(${KEY_ID})";alg="ed25519";tag="${TAG}")$`,
)
const SIGNATURE = new RegExp(`^${LABEL}=:([A-Za-z0-9+/]{86}==):$`)
const DIGEST = /^sha-256=:([A-Za-z0-9+/]{43}=):$/

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>

/**
 * Reads the three headers; null unless they are exactly of this profile: one signature, these components in this order, no other
 * parameter. Names of headers are lower case.
 */
export function readSignature(headers: Headers): ReadSignature | null {
  const input = matchOf(INPUT, headers['signature-input'])
  const signature = matchOf(SIGNATURE, headers['signature'])?.[1]
  if (input === null || signature === undefined) return null
  const [, params = '', covered, created = '', nonce = '', keyId = ''] = input
  const digest = covered === undefined ? null : matchOf(DIGEST, headers['content-digest'])?.[1]
  if (digest === undefined) return null
  return { params, createdSeconds: Number(created), nonce, keyId, signature, bodyDigest: digest }
}

function matchOf(form: RegExp, header: string | readonly string[] | undefined): RegExpExecArray | null {
  if (typeof header !== 'string' || header.length > HEADER_CHARS_MAX) return null
  return form.exec(header)
}

export function isInTime(createdSeconds: number, nowMs: number): boolean {
  return Math.abs(createdSeconds * 1000 - nowMs) <= SIGNATURE_WINDOW_MS
}
