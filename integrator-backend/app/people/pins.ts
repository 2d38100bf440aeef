// PINs as scrypt hashes that a terminal can check too (contract pinVerifier). Called by operators.
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import type { PinVerifier } from '#contract/api.ts'

/** 207 ms and 32 MiB on the machine it was measured on (security 6.4). */
const cost = 2 ** 15
const blockSize = 8
const parallelization = 3
const hashBytes = 32
const memoryMax = 128 * 1024 * 1024

export async function makePinVerifier(pin: string): Promise<PinVerifier> {
  const salt = randomBytes(16).toString('base64')
  const bare = { salt, cost, blockSize, parallelization }
  return { ...bare, hash: (await hashOf(pin, bare)).toString('base64') }
}

export async function isPinRight(pin: string, verifier: PinVerifier): Promise<boolean> {
  const expected = Buffer.from(verifier.hash, 'base64')
  const actual = await hashOf(pin, verifier)
  return expected.length === actual.length && timingSafeEqual(expected, actual)
}

function hashOf(pin: string, verifier: Omit<PinVerifier, 'hash'>): Promise<Buffer> {
  const options = {
    N: verifier.cost,
    r: verifier.blockSize,
    p: verifier.parallelization,
    maxmem: memoryMax,
  }
  return new Promise((done, fail) => {
    scrypt(pin, Buffer.from(verifier.salt, 'base64'), hashBytes, options, (error, key) => {
      if (error === null) done(key)
      else fail(error)
    })
  })
}
