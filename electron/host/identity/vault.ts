// What keeps the till's secrets (device keys, PIN pepper) from whoever reads its disk. Three levels: the system's keyring (desktop shell,
// see desktop/keyring.ts), a passphrase in a file of root's, or nothing but the file's rights. A vault seals and opens; secret-files.ts
// keeps. Made by start-host and the shells.
import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto'
import { readFileSync } from 'node:fs'

export type VaultLevel = 'keyring' | 'passphrase' | 'plain'

export type SecretVault = {
  readonly level: VaultLevel
  /** Which one exactly, such as `gnome_libsecret`, `dpapi`, `scrypt`; a sealed text names it. */
  readonly backend: string
  /** true: it protects against nobody who can read this user's files. */
  readonly isDegraded: boolean
  /** Base64 of the sealed text. */
  readonly seal: (text: string) => Promise<string>
  /** @throws Error when it cannot be opened with what is here; its words carry no secret */
  readonly open: (blob: string) => Promise<Opened>
}

/** `shouldSealAgain`: the key behind the vault has changed; what was read must be sealed anew. */
export type Opened = { readonly text: string; readonly shouldSealAgain: boolean }

/** Where systemd or root leaves a passphrase that only this user may read. */
export const PASSPHRASE_FILE_SETTING = 'TAHSIL_VAULT_PASSPHRASE_FILE'
const PASSPHRASE_CHARS_MIN = 12

/** No keyring, no passphrase: the rights of the file are all there is. */
export const plainVault: SecretVault = {
  level: 'plain',
  backend: 'file',
  isDegraded: true,
  seal: async (text) => await Promise.resolve(Buffer.from(text).toString('base64')),
  open: async (blob) =>
    await Promise.resolve({ text: Buffer.from(blob, 'base64').toString('utf8'), shouldSealAgain: false }),
}

/**
 * The vault of a shell without a keyring: by passphrase when one is given, else plain.
 * @throws Error in words when the named file is not there or its passphrase is too short
 */
export function vaultOfMachine(environment: Record<string, string | undefined>): SecretVault {
  const file = environment[PASSPHRASE_FILE_SETTING] || null
  if (file === null) return plainVault
  const passphrase = passphraseOf(file)
  if (passphrase.length < PASSPHRASE_CHARS_MIN) {
    throw new Error(
      `The passphrase in the file of ${PASSPHRASE_FILE_SETTING} needs at least ${PASSPHRASE_CHARS_MIN} characters.`,
    )
  }
  return passphraseVault(passphrase)
}

function passphraseOf(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch {
    throw new Error(`The file of ${PASSPHRASE_FILE_SETTING} cannot be read.`)
  }
}

const SCRYPT = { N: 2 ** 15, r: 8, p: 3, maxmem: 128 * 1024 * 1024 }
const SALT_BYTES = 16
const NONCE_BYTES = 12
const TAG_BYTES = 16
const KEY_BYTES = 32

/** scrypt over the passphrase, AES-256-GCM over the text: salt ‖ nonce ‖ tag ‖ sealed text. */
export function passphraseVault(passphrase: string): SecretVault {
  return {
    level: 'passphrase',
    backend: 'scrypt',
    isDegraded: false,
    seal: async (text) => {
      const salt = randomBytes(SALT_BYTES)
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv('aes-256-gcm', await keyOf(passphrase, salt), nonce)
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      return Buffer.concat([salt, nonce, cipher.getAuthTag(), sealed]).toString('base64')
    },
    open: async (blob) => {
      const bytes = Buffer.from(blob, 'base64')
      const salt = bytes.subarray(0, SALT_BYTES)
      const nonce = bytes.subarray(SALT_BYTES, SALT_BYTES + NONCE_BYTES)
      const tag = bytes.subarray(SALT_BYTES + NONCE_BYTES, SALT_BYTES + NONCE_BYTES + TAG_BYTES)
      if (tag.length < TAG_BYTES) throw new Error('the sealed text is not whole')
      const key = await keyOf(passphrase, salt)
      const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
      decipher.setAuthTag(tag)
      const sealed = bytes.subarray(SALT_BYTES + NONCE_BYTES + TAG_BYTES)
      const text = Buffer.concat([decipher.update(sealed), decipher.final()]).toString('utf8')
      return { text, shouldSealAgain: false }
    },
  }
}

async function keyOf(passphrase: string, salt: Buffer): Promise<Buffer> {
  return await new Promise<Buffer>((resolve, reject) => {
    scrypt(passphrase, salt, KEY_BYTES, SCRYPT, (error, key) => {
      if (error === null) resolve(key)
      else reject(error)
    })
  })
}

/** What a keyring of the desktop shell can do, called over the port between main process and core. */
export type Keyring = {
  /** As the system names it; `basic_text` is a password that everybody knows. */
  readonly backend: string
  readonly seal: (text: string) => Promise<string>
  readonly open: (blob: string) => Promise<Opened>
}

const KNOWN_TO_ALL = new Set(['basic_text', 'unknown'])

export function keyringVault(keyring: Keyring): SecretVault {
  const isDegraded = KNOWN_TO_ALL.has(keyring.backend)
  return { ...keyring, level: isDegraded ? 'plain' : 'keyring', isDegraded }
}
