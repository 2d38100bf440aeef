// The integrator's own signing key: acknowledgements, masters and bill packs carry its signature, so that a terminal can prove
// what it was told. Made on first start, or given by TAHSIL_SIGNING_KEY_FILE to every node of one database. Called by
// start-integrator and by the commands.
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { signingInput } from '#contract/signed.ts'
import type { SignedPurpose, SignedText } from '#contract/signed.ts'
import { StartupError } from './startup-error.ts'

export type ServerKey = {
  /** Raw Ed25519 public key, base64url. */
  readonly publicKey: string
  readonly sign: (purpose: SignedPurpose, text: string) => SignedText
  /** true when the text carries a signature of this very key. */
  readonly isOurs: (purpose: SignedPurpose, signed: SignedText) => boolean
}

const FILE = 'signing-key.pem'

/** Throws StartupError when the file is there but holds no Ed25519 private key. */
export function openServerKey({ file, dataFolder }: { file: string | null; dataFolder: string }): ServerKey {
  const path = file ?? join(dataFolder, FILE)
  if (!existsSync(path)) {
    if (file !== null) throw new StartupError('Settings: the file of TAHSIL_SIGNING_KEY_FILE is not there.')
    makeKeyFile(path)
  }
  return keyOver(readKey(path))
}

/** `wx`: of two programs that start at once, one makes the key and the other reads it. */
function makeKeyFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const { privateKey } = generateKeyPairSync('ed25519')
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' })
  try {
    writeFileSync(path, pem, { flag: 'wx', mode: 0o600, flush: true })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
}

function readKey(path: string): KeyObject {
  try {
    const key = createPrivateKey(readFileSync(path))
    if (key.asymmetricKeyType === 'ed25519') return key
  } catch {
    // told below, without a word of the file's content
  }
  throw new StartupError('The signing key file holds no Ed25519 private key (PEM, PKCS#8).')
}

function keyOver(privateKey: KeyObject): ServerKey {
  const publicObject = createPublicKey(privateKey)
  const publicKey = publicObject.export({ format: 'jwk' }).x
  if (publicKey === undefined) throw new TypeError('an Ed25519 key has a public half')
  return {
    publicKey,
    sign: (purpose, text) => ({
      text,
      key: publicKey,
      signature: sign(null, Buffer.from(signingInput(purpose, text)), privateKey).toString('base64url'),
    }),
    isOurs: (purpose, { text, key, signature }) =>
      key === publicKey &&
      verify(
        null,
        Buffer.from(signingInput(purpose, text)),
        publicObject,
        Buffer.from(signature, 'base64url'),
      ),
  }
}
