// The municipality's root secret: 32 random bytes in a file beside the signing key, never in the database, so that a copy of the
// operators table alone says nothing about a PIN. What devices need is derived from it; it leaves the server never. Every node of one
// database must have the same file (TAHSIL_PIN_PEPPER_FILE). Called by start-integrator and by the commands.
import { hkdfSync, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { eq } from 'drizzle-orm'
import type { NodePgDatabase } from 'drizzle-orm/node-postgres'
import { operatorBadges, settings } from '#app/database/schema.ts'
import { StartupError } from '#app/startup-error.ts'

export type RootSecret = {
  /** Key of the HMAC over the PINs of one municipality. */
  readonly pinPepper: (tenantId: string) => Buffer
  /** Key of the unlock codes of one device. */
  readonly unlockSecret: (deviceId: string) => Buffer
  /** Private half of the key that rescues of terminals are sealed to. */
  readonly rescueSecret: () => Buffer
  /** Tells two secrets apart and says nothing about either. */
  readonly fingerprint: string
}

const FILE = 'pin-pepper.key'
const SECRET_BYTES = 32
const FINGERPRINT_KEY = 'pin-pepper-fingerprint'

/** Throws StartupError when a file was named that is not there, or when the file is not such a secret. */
export function openRootSecret({
  file,
  dataFolder,
}: {
  file: string | null
  dataFolder: string
}): RootSecret {
  const path = file ?? join(dataFolder, FILE)
  if (!existsSync(path)) {
    if (file !== null) throw new StartupError('Settings: the file of TAHSIL_PIN_PEPPER_FILE is not there.')
    makeFile(path)
  }
  return secretOver(readSecret(path))
}

/**
 * Holds the file against the one this database was used with first, so that nobody makes PINs that no device can check.
 * @throws StartupError when it is another one
 */
export async function requireSameSecret(db: NodePgDatabase, root: RootSecret): Promise<void> {
  await db.insert(settings).values({ key: FINGERPRINT_KEY, value: root.fingerprint }).onConflictDoNothing()
  const [kept] = await db.select().from(settings).where(eq(settings.key, FINGERPRINT_KEY))
  if (kept?.value === root.fingerprint) return
  throw new StartupError(
    'The PIN pepper file is not the one this database was used with. Put it back (TAHSIL_PIN_PEPPER_FILE or pin-pepper.key in the data folder). If it is lost, run accept-new-pepper and give every operator a new PIN.',
  )
}

/** The old secret is lost: the new one counts from now on, every peppered PIN must be set anew, and no card is anybody's badge any more. */
export async function acceptNewSecret(db: NodePgDatabase, root: RootSecret): Promise<void> {
  const value = root.fingerprint
  await db.transaction(async (tx) => {
    const [kept] = await tx.select().from(settings).where(eq(settings.key, FINGERPRINT_KEY))
    if (kept?.value === value) return
    await tx
      .insert(settings)
      .values({ key: FINGERPRINT_KEY, value })
      .onConflictDoUpdate({ target: settings.key, set: { value } })
    await tx.delete(operatorBadges)
  })
}

/** `wx`: of two programs that start at once, one makes the secret and the other reads it. */
function makeFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const text = `${randomBytes(SECRET_BYTES).toString('base64url')}\n`
  try {
    writeFileSync(path, text, { flag: 'wx', mode: 0o600, flush: true })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
}

function readSecret(path: string): Buffer {
  const text = readFileSync(path, 'utf8').trim()
  const bytes = Buffer.from(text, 'base64url')
  if (/^[\w-]{43}$/.test(text) && bytes.length === SECRET_BYTES) return bytes
  throw new StartupError(
    'The PIN pepper file does not hold 32 bytes in base64url. Put the right file back: with another one every PIN must be set anew.',
  )
}

function secretOver(root: Buffer): RootSecret {
  const derived = (purpose: string, whose: string): Buffer =>
    Buffer.from(hkdfSync('sha256', root, Buffer.alloc(0), `${purpose}\n${whose}`, SECRET_BYTES))
  return {
    pinPepper: (tenantId) => derived('tahsil-pin-pepper-1', tenantId),
    unlockSecret: (deviceId) => derived('tahsil-unlock-secret-1', deviceId),
    rescueSecret: () => derived('tahsil-rescue-key-1', ''),
    fingerprint: derived('tahsil-secret-fingerprint-1', '').toString('base64url'),
  }
}
