// The system's keyring through Electron's safeStorage: only the main process may use it, and the core asks over messages. Called by
// main.ts once the app is ready; the core's side is core-keyring.ts.
import type { SafeStorage } from 'electron'
import type { Keyring } from '#host/identity/vault.ts'

/** An unlocked keyring answers at once; one that asks the user for its password may take long. */
export const KEYRING_WAIT_MS = 30_000

type Storage = Pick<
  SafeStorage,
  'isAsyncEncryptionAvailable' | 'encryptStringAsync' | 'decryptStringAsync' | 'getSelectedStorageBackend'
>

/** null: there is no keyring here, or it does not answer. Never throws: a till starts without one. */
export async function openKeyring(storage: Storage, platform: NodeJS.Platform): Promise<Keyring | null> {
  try {
    if (!(await withinWait(storage.isAsyncEncryptionAvailable()))) return null
    const backend = backendOf(storage, platform)
    return {
      backend,
      seal: async (text) => (await storage.encryptStringAsync(text)).toString('base64'),
      open: async (blob) => await openTwice(storage, Buffer.from(blob, 'base64')),
    }
  } catch {
    return null
  }
}

function backendOf(storage: Storage, platform: NodeJS.Platform): string {
  if (platform === 'win32') return 'dpapi'
  if (platform === 'darwin') return 'keychain'
  return storage.getSelectedStorageBackend()
}

/** Where the key was rotated Electron asks for a second look; what comes then is to be sealed again. */
async function openTwice(
  storage: Storage,
  blob: Buffer,
): Promise<{ text: string; shouldSealAgain: boolean }> {
  const first = await storage.decryptStringAsync(blob)
  if (!first.shouldReEncrypt) return { text: first.result, shouldSealAgain: false }
  const second = await storage.decryptStringAsync(blob)
  return { text: second.result, shouldSealAgain: true }
}

async function withinWait(answer: Promise<boolean>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), KEYRING_WAIT_MS)
  })
  try {
    return await Promise.race([answer, late])
  } finally {
    clearTimeout(timer)
  }
}
