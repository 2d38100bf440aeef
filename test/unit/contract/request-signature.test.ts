// Goal: one request has one signed text, spelled as RFC 9421 and RFC 9530 say, and headers that differ from the profile in anything are
// not read at all.
import { createHash, createPublicKey, verify } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import {
  isInTime,
  readSignature,
  SIGNATURE_WINDOW_MS,
  signatureBase,
  signatureHeaders,
  signatureParams,
} from '#contract/request-signature.ts'
import { deviceSigner, makeDeviceKey } from '#host/identity/device-key.ts'
import { signRequest } from '#host/identity/sign-request.ts'

const facts = { createdSeconds: 1_790_000_000, nonce: 'AAAAAAAAAAAAAAAAAAAAAA', keyId: 'device-1' }
const bodyDigest = createHash('sha256').update('{"a":1}').digest('base64')

test('the signed text is the one of the standards, line by line', () => {
  const params = signatureParams(true, facts)
  const base = signatureBase({ method: 'POST', path: '/v1/records', query: '', bodyDigest }, params)
  expect(base.split('\n')).toEqual([
    '"@method": POST',
    '"@path": /v1/records',
    '"@query": ?',
    `"content-digest": sha-256=:${bodyDigest}:`,
    '"@signature-params": ("@method" "@path" "@query" "content-digest");created=1790000000;nonce="AAAAAAAAAAAAAAAAAAAAAA";keyid="device-1";alg="ed25519";tag="tahsil"',
  ])
  const get = signatureBase(
    { method: 'GET', path: '/v1/payments', query: '?since=0&limit=200', bodyDigest: null },
    signatureParams(false, facts),
  )
  expect(get.split('\n').slice(0, 3)).toEqual([
    '"@method": GET',
    '"@path": /v1/payments',
    '"@query": ?since=0&limit=200',
  ])
  expect(get).not.toContain('content-digest')
})

test('what is written is read, and the signature is one of the very key over the very text', () => {
  const signer = deviceSigner(makeDeviceKey())
  const made = { method: 'POST', target: '/v1/records?x=1', body: Buffer.from('{"a":1}') }
  const headers = signRequest({ deviceId: 'device-1', signer, nowMs: () => 1_790_000_000_999 }, made)
  const read = readSignature({ ...headers })
  expect(read).toMatchObject({ createdSeconds: 1_790_000_000, keyId: 'device-1', bodyDigest })
  const base = signatureBase({ method: 'POST', path: '/v1/records', query: '?x=1', bodyDigest }, read!.params)
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: signer.publicKey }, format: 'jwk' })
  expect(verify(null, Buffer.from(base), key, Buffer.from(read!.signature, 'base64'))).toBe(true)
  const again = signRequest({ deviceId: 'device-1', signer, nowMs: () => 1_790_000_000_999 }, made)
  expect(readSignature({ ...again })!.nonce).not.toBe(read!.nonce)
})

describe('headers', () => {
  const signature = Buffer.alloc(64, 7).toString('base64')
  const good = { ...signatureHeaders({ params: signatureParams(true, facts), signature, bodyDigest }) }
  const input = good['signature-input']

  test('as they should be are read', () => {
    expect(readSignature(good)).toEqual({
      ...facts,
      params: signatureParams(true, facts),
      bodyDigest,
      signature,
    })
    const bare = signatureHeaders({ params: signatureParams(false, facts), signature, bodyDigest: null })
    expect(readSignature({ ...bare })).toMatchObject({ bodyDigest: null })
  })

  test.each<[string, Record<string, string | string[] | undefined>]>([
    ['no signature', { signature: undefined }],
    ['no input', { 'signature-input': undefined }],
    ['no digest though it is signed', { 'content-digest': undefined }],
    ['two headers', { 'signature-input': [input, input] }],
    ['two signatures', { signature: `${good.signature}, other=:${signature}:` }],
    ['another label', { 'signature-input': input.replace('tahsil=', 'sig1=') }],
    ['another order', { 'signature-input': input.replace('"@method" "@path"', '"@path" "@method"') }],
    ['a component less', { 'signature-input': input.replace(' "@query"', '') }],
    ['a component more', { 'signature-input': input.replace('"@query"', '"@query" "@authority"') }],
    ['another algorithm', { 'signature-input': input.replace('ed25519', 'hmac-sha256') }],
    ['another tag', { 'signature-input': input.replace('tag="tahsil"', 'tag="else"') }],
    ['a parameter more', { 'signature-input': `${input};expires=1` }],
    ['a negative time', { 'signature-input': input.replace('=1790000000', '=-1') }],
    ['a short nonce', { 'signature-input': input.replace('AAAA"', '"') }],
    ['a quote in the key id', { 'signature-input': input.replace('device-1', 'device"1') }],
    ['a line break', { 'signature-input': `${input}\n` }],
    ['a short signature', { signature: 'tahsil=:AAAA:' }],
    ['another digest', { 'content-digest': `sha-512=:${bodyDigest}:` }],
    ['two digests', { 'content-digest': `${good['content-digest']}, sha-512=:AAAA:` }],
    ['more than any honest one', { 'signature-input': `${input}${' '.repeat(600)}` }],
  ])('with %s are not read', (_what, change) => {
    expect(readSignature({ ...good, ...change })).toBeNull()
  })
})

test('what cannot be written is a mistake of the program', () => {
  expect(() => signatureParams(true, { ...facts, createdSeconds: 1.5 })).toThrow(RangeError)
  expect(() => signatureParams(true, { ...facts, nonce: 'short' })).toThrow(RangeError)
  expect(() => signatureParams(true, { ...facts, keyId: 'a"b' })).toThrow(RangeError)
})

test('the window has two sides', () => {
  const nowMs = 1_790_000_000_000
  const seconds = (offMs: number) => (nowMs + offMs) / 1000
  expect(isInTime(seconds(-SIGNATURE_WINDOW_MS), nowMs)).toBe(true)
  expect(isInTime(seconds(SIGNATURE_WINDOW_MS), nowMs)).toBe(true)
  expect(isInTime(seconds(-SIGNATURE_WINDOW_MS - 1000), nowMs)).toBe(false)
  expect(isInTime(seconds(SIGNATURE_WINDOW_MS + 1000), nowMs)).toBe(false)
})
