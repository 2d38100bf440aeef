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
import { enrolmentAnswerSchema, type EnrolmentAnswer } from '#contract/devices-api.ts'
import { publicKeySchema } from '#contract/signed.ts'

const FILE = 'device.json'

/** enrolled: the nonce was not shown yet. */
const APPROVALS = ['enrolled', 'waiting', 'approved', 'revoked'] as const

/** What the integrator answered (its key is the only one that is believed), and what became of it. */
export type EnrolledDevice = EnrolmentAnswer & {
  readonly version: 2
  /** The key it was enrolled with: keys of another life do not speak for it. */
  readonly publicKey: string
  readonly approval: (typeof APPROVALS)[number]
}

/** null: not enrolled, or the file cannot be read any more (then only a new enrolment helps; the record stays). */
export function readDevice(dataDir: string): EnrolledDevice | null {
  const path = join(dataDir, FILE)
  if (!existsSync(path)) return null
  try {
    return enrolledIn(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    return null
  }
}

function enrolledIn(value: unknown): EnrolledDevice | null {
  if (typeof value !== 'object' || value === null) return null
  const { version, publicKey, approval, ...rest } = value as Record<string, unknown>
  const answer = enrolmentAnswerSchema.safeParse(rest)
  const key = publicKeySchema.safeParse(publicKey)
  const known = APPROVALS.find((each) => each === approval)
  if (version !== 2 || !answer.success || !key.success || known === undefined) return null
  return { ...answer.data, version, publicKey: key.data, approval: known }
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
