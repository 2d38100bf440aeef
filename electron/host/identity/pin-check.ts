// Checks a PIN against the verifier that the integrator sent, off the main thread. Slow on purpose (about 0.2 s). A port of
// core/sign-in; called only while the integrator is away.
import { createHmac, scrypt, timingSafeEqual } from 'node:crypto'
import type { PinVerifier } from '#contract/api.ts'
import type { PinCheck } from '#core/ports.ts'

/** scrypt needs 128 · cost · blockSize bytes, and a little more for each lane. */
const MEMORY_MAX = 256 * 1024 * 1024
const PEPPER_BYTES = 32

/** `pepper` gives the 32 bytes of the municipality; null while this device does not have them (see device-secrets.ts). */
export function createPinCheck(pepper: () => Uint8Array | null): PinCheck {
  return {
    canCheck: (verifier) => verifier.kind !== 'peppered' || pepper() !== null,
    isRight: async (pin, verifier) => {
      const expected = Buffer.from(verifier.hash, 'base64')
      if (expected.length < 16) throw new Error('a PIN verifier has at least 128 bits')
      const input = verifier.kind === 'peppered' ? peppered(pin, pepper()) : pin
      return timingSafeEqual(expected, await keyOf(input, verifier, expected.length))
    },
  }
}

/** HMAC-SHA-256(pepper, PIN), the same as the integrator's. */
function peppered(pin: string, pepper: Uint8Array | null): Buffer {
  if (pepper?.length !== PEPPER_BYTES) throw new RangeError('a pepper has 32 bytes')
  return createHmac('sha256', pepper).update(pin).digest()
}

async function keyOf(input: string | Buffer, verifier: PinVerifier, bytes: number): Promise<Buffer> {
  const { cost, blockSize, parallelization } = verifier
  const options = { N: cost, r: blockSize, p: parallelization, maxmem: MEMORY_MAX }
  return await new Promise<Buffer>((resolve, reject) => {
    scrypt(input, Buffer.from(verifier.salt, 'base64'), bytes, options, (error, key) => {
      if (error === null) resolve(key)
      else reject(error)
    })
  })
}
