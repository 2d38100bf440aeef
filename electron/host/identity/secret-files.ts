// The till's sealed secrets on disk, one file each: {backend, createdAtMs, blob}. What cannot be opened is never deleted and never
// overwritten: a keyring that comes back opens it again, and until then a new secret lies beside it. Called by start-host and whoever
// keeps a secret (device keys, PIN pepper).
import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { plainVault, type SecretVault } from './vault.ts'

export const SECRETS_FOLDER = 'secrets'

/** What a secret is about; also its file's name. */
export type SecretName = 'device-keys' | 'device-secrets'

export type KeptSecret =
  | { readonly kind: 'none' }
  | { readonly kind: 'open'; readonly text: string }
  | { readonly kind: 'unreadable'; readonly reason: UnreadableReason }

/** backend_changed: it was sealed by another keyring than the one here; cannot_open: by this one, which refuses. */
export type UnreadableReason = 'backend_changed' | 'cannot_open' | 'file_damaged'

export type SecretFiles = {
  readonly vault: SecretVault
  readonly read: (name: SecretName) => Promise<KeptSecret>
  readonly write: (name: SecretName, text: string) => Promise<void>
  /** Secrets that lie here and could not be opened when they were last read. */
  readonly unreadable: () => readonly { readonly name: SecretName; readonly reason: UnreadableReason }[]
}

type Sealed = { readonly backend: string; readonly createdAtMs: number; readonly blob: string }

type FilePorts = {
  readonly dataDir: string
  /** Seals from now on. */
  readonly vault: SecretVault
  /** Vaults of before, such as a passphrase where there is a keyring now: they only open. */
  readonly others?: readonly SecretVault[]
  readonly nowMs: () => number
}

export function openSecretFiles({ dataDir, vault, others = [], nowMs }: FilePorts): SecretFiles {
  const folder = join(dataDir, SECRETS_FOLDER)
  const unreadable = new Map<SecretName, UnreadableReason>()
  const pathOf = (name: SecretName): string => join(folder, `${name}.json`)

  const write = async (name: SecretName, text: string): Promise<void> => {
    const fresh: Sealed = { backend: vault.backend, createdAtMs: nowMs(), blob: await vault.seal(text) }
    // A vault that cannot open what it has just sealed must not replace one that can.
    if ((await vault.open(fresh.blob)).text !== text)
      throw new Error('the vault did not give back what it took')
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    keepOld(pathOf(name))
    replaceFile(folder, pathOf(name), JSON.stringify(fresh))
    unreadable.delete(name)
  }
  const read = async (name: SecretName): Promise<KeptSecret> => {
    if (!existsSync(pathOf(name))) return { kind: 'none' }
    const found = await openFile(pathOf(name), [vault, plainVault, ...others])
    if (typeof found === 'string') {
      unreadable.set(name, found)
      return { kind: 'unreadable', reason: found }
    }
    unreadable.delete(name)
    if (found.shouldSealAgain) await write(name, found.text).catch(() => undefined)
    return { kind: 'open', text: found.text }
  }
  return {
    vault,
    read,
    write,
    unreadable: () => [...unreadable].map(([name, reason]) => ({ name, reason })),
  }
}

async function openFile(
  path: string,
  vaults: readonly [SecretVault, ...SecretVault[]],
): Promise<{ text: string; shouldSealAgain: boolean } | UnreadableReason> {
  const sealed = readSealed(path)
  if (sealed === null) return 'file_damaged'
  const [vault] = vaults
  const isOther = sealed.backend !== vault.backend
  const own = vaults.find(({ backend }) => backend === sealed.backend)
  // A plain vault opens anything and would take a sealed text for the secret; another keyring may still know the key.
  if (own === undefined && vault.backend === plainVault.backend) return 'backend_changed'
  const opener = own ?? vault
  try {
    const { text, shouldSealAgain } = await opener.open(sealed.blob)
    return { text, shouldSealAgain: shouldSealAgain || isOther }
  } catch {
    return isOther ? 'backend_changed' : 'cannot_open'
  }
}

/** A copy of a wrapped secret stays for good; a plain one would only undo the better vault it was moved into. */
function keepOld(path: string): void {
  if (!existsSync(path)) return
  const sealed = readSealed(path)
  if (sealed?.backend === plainVault.backend) return
  const stamp = sealed === null ? 'damaged' : String(sealed.createdAtMs)
  for (let count = 0; count < KEPT_MAX; count++) {
    const kept = path.replace(/\.json$/, `.${stamp}${count === 0 ? '' : `-${count}`}.kept`)
    if (existsSync(kept)) continue
    copyFileSync(path, kept, constants.COPYFILE_EXCL)
    return
  }
  throw new Error('too many copies of old secrets are kept here: a person must look at the folder')
}

const KEPT_MAX = 1_000
const FILE_CHARS_MAX = 256 * 1024

function readSealed(path: string): Sealed | null {
  try {
    const text = readFileSync(path, 'utf8')
    const parsed: unknown = text.length > FILE_CHARS_MAX ? null : JSON.parse(text)
    return isSealed(parsed) ? parsed : null
  } catch {
    return null
  }
}

function isSealed(value: unknown): value is Sealed {
  if (typeof value !== 'object' || value === null) return false
  const { backend, createdAtMs, blob } = value as Record<string, unknown>
  return typeof backend === 'string' && Number.isSafeInteger(createdAtMs) && typeof blob === 'string'
}

function replaceFile(folder: string, path: string, text: string): void {
  const draft = `${path}.new`
  const handle = openSync(draft, 'w', 0o600)
  try {
    writeSync(handle, text)
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
  renameSync(draft, path)
  // Windows does not open folders.
  if (process.platform === 'win32') return
  const names = openSync(folder, 'r')
  try {
    fsyncSync(names)
  } finally {
    closeSync(names)
  }
}
