// Checks a PIN against the verifier that the integrator sent, off the main thread. Slow on purpose (about 0.2 s). A port of
// core/sign-in; called only while the integrator is away.
import { scrypt, timingSafeEqual } from 'node:crypto'
import type { VerifyPin } from '#core/ports.ts'

/** scrypt needs 128 · cost · blockSize bytes, and a little more for each lane. */
const MEMORY_MAX = 256 * 1024 * 1024

export const verifyPin: VerifyPin = async (pin, verifier) => {
  const expected = Buffer.from(verifier.hash, 'base64')
  if (expected.length < 16) throw new Error('a PIN verifier has at least 128 bits')
  const options = { N: verifier.cost, r: verifier.blockSize, p: verifier.parallelization, maxmem: MEMORY_MAX }
  const actual = await new Promise<Buffer>((resolve, reject) => {
    scrypt(pin, Buffer.from(verifier.salt, 'base64'), expected.length, options, (error, key) => {
      if (error === null) resolve(key)
      else reject(error)
    })
  })
  return timingSafeEqual(expected, actual)
}
