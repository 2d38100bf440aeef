// Who this till is to the integrator, and which integrator it believes, in a file that only this user may read. Written whole before
// the store learns of it, so that a crash during enrolment loses nothing. The secret keys lie apart (identity/device-keys-file.ts).
// Called by identity/identity.ts.
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { deviceSchema } from '#contract/devices-api.ts'
import { publicKeySchema } from '#contract/signed.ts'

const FILE = 'device.json'

const enrolledDeviceSchema = z.strictObject({
  version: z.literal(2),
  device: deviceSchema,
  /** The key it was enrolled with: keys of another life do not speak for it. */
  publicKey: publicKeySchema,
  /** The only integrator that is believed. */
  serverKey: publicKeySchema,
  serverNonce: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
  /** enrolled: the nonce was not shown yet. */
  approval: z.enum(['enrolled', 'waiting', 'approved', 'revoked']),
})
export type EnrolledDevice = z.infer<typeof enrolledDeviceSchema>

/** null: not enrolled, or the file cannot be read any more (then only a new enrolment helps; the record stays). */
export function readDevice(dataDir: string): EnrolledDevice | null {
  const path = join(dataDir, FILE)
  if (!existsSync(path)) return null
  try {
    const parsed = enrolledDeviceSchema.safeParse(JSON.parse(readFileSync(path, 'utf8')))
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}

export function writeDevice(dataDir: string, device: EnrolledDevice): void {
  writePrivately(dataDir, FILE, JSON.stringify(device))
}

/** Only for an enrolment that the office refused before any money was recorded under it. */
export function removeDevice(dataDir: string): void {
  rmSync(join(dataDir, FILE), { force: true })
  syncNames(dataDir)
}

/** Whole or not at all, and on the disk when this returns. */
export function writePrivately(dataDir: string, name: string, text: string): void {
  const path = join(dataDir, name)
  const draft = `${path}.new`
  const handle = openSync(draft, 'w', 0o600)
  try {
    writeSync(handle, text)
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
  renameSync(draft, path)
  syncNames(dataDir)
}

/** Without it a power cut may undo the renaming after the store has learnt of the device. Windows does not open folders. */
function syncNames(folder: string): void {
  if (process.platform === 'win32') return
  const handle = openSync(folder, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
