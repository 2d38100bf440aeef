// The device's identity with its token, in a file that only this user may read. Written whole before the store learns of it, so that
// a crash during enrolment never loses a code that was already used up. Called by enrolment and start-host.
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { deviceSchema, type Device } from '#contract/api.ts'

const FILE = 'device.json'

/** null: not enrolled, or the file cannot be read any more (then only a new enrolment helps; the record stays). */
export function readDevice(dataDir: string): Device | null {
  const path = join(dataDir, FILE)
  if (!existsSync(path)) return null
  try {
    const parsed = deviceSchema.safeParse(JSON.parse(readFileSync(path, 'utf8')))
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}

export function writeDevice(dataDir: string, device: Device): void {
  const path = join(dataDir, FILE)
  const draft = `${path}.new`
  const handle = openSync(draft, 'w', 0o600)
  try {
    writeSync(handle, JSON.stringify(device))
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
