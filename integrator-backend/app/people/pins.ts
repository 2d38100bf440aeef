// PINs as scrypt hashes that a terminal can check too (contract pinVerifier). New ones are peppered; those made before there was a
// pepper stay readable. Called by operators.
import { createHmac, randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import type { PinVerifier } from '#contract/api.ts'

/** 207 ms and 32 MiB on the machine it was measured on (security 6.4). */
const cost = 2 ** 15
const blockSize = 8
const parallelization = 3
const hashBytes = 32
const memoryMax = 128 * 1024 * 1024
const pepperBytes = 32

export async function makePinVerifier(pin: string, pepper: Buffer): Promise<PinVerifier> {
  const salt = randomBytes(16).toString('base64')
  const bare = { kind: 'peppered', salt, cost, blockSize, parallelization } as const
  return { ...bare, hash: (await hashOf(inputOf(pin, pepper), bare)).toString('base64') }
}

export async function isPinRight(pin: string, verifier: PinVerifier, pepper: Buffer): Promise<boolean> {
  const expected = Buffer.from(verifier.hash, 'base64')
  const input = verifier.kind === 'peppered' ? inputOf(pin, pepper) : pin
  const actual = await hashOf(input, verifier)
  return expected.length === actual.length && timingSafeEqual(expected, actual)
}

/** HMAC-SHA-256(pepper, PIN): without the pepper a stolen list of hashes is worth nothing. */
function inputOf(pin: string, pepper: Buffer): Buffer {
  if (pepper.length !== pepperBytes) throw new RangeError('a pepper has 32 bytes')
  return createHmac('sha256', pepper).update(pin).digest()
}

function hashOf(input: string | Buffer, verifier: Omit<PinVerifier, 'hash'>): Promise<Buffer> {
  const options = {
    N: verifier.cost,
    r: verifier.blockSize,
    p: verifier.parallelization,
    maxmem: memoryMax,
  }
  return new Promise((done, fail) => {
    scrypt(input, Buffer.from(verifier.salt, 'base64'), hashBytes, options, (error, key) => {
      if (error === null) done(key)
      else fail(error)
    })
  })
}
