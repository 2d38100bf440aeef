// The secret of this device: its signing key, its seal key and the nonce of its enrolment, in a file that only this user may read.
// Written once, before the integrator hears of them; what cannot be read is never overwritten. Called by identity.ts alone, so that
// a vault needs to stand around this one place only.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { writePrivately } from '#host/device-file.ts'

const FILE = 'device-keys.json'

const deviceKeysSchema = z.strictObject({
  version: z.literal(1),
  /** PKCS#8 PEM, Ed25519. */
  signKey: z.string().max(1_000),
  /** PKCS#8 PEM, X25519. */
  sealKey: z.string().max(1_000),
  /** 32 bytes, base64url: what the commitment of the enrolment was made of. */
  nonce: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
})
export type DeviceKeys = z.infer<typeof deviceKeysSchema>

export async function readDeviceKeys(dataDir: string): Promise<DeviceKeys | 'none' | 'unreadable'> {
  const path = join(dataDir, FILE)
  if (!existsSync(path)) return 'none'
  try {
    const parsed = deviceKeysSchema.safeParse(JSON.parse(readFileSync(path, 'utf8')))
    return await Promise.resolve(parsed.success ? parsed.data : 'unreadable')
  } catch {
    return 'unreadable'
  }
}

export async function writeDeviceKeys(dataDir: string, keys: DeviceKeys): Promise<void> {
  await Promise.resolve(writePrivately(dataDir, FILE, JSON.stringify(keys)))
}
