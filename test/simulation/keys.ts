// Keys of simulated worlds: the same in every process, so that a seed is told again with the same signatures. Called by till-file
// and by the simulated integrator.
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openServerKey } from '#app/server-key.ts'
import type { ServerKey } from '#app/server-key.ts'
import type { DeviceSigner } from '#contract/signed.ts'
import { deviceSigner } from '#host/identity/device-key.ts'

/** PKCS#8 before the 32 secret bytes of an Ed25519 key. */
const PKCS8_START = '302e020100300506032b657004220420'

const signers = new Map<number, DeviceSigner>()
let server: ServerKey | null = null

export function signerOf(number: number): DeviceSigner {
  const known = signers.get(number) ?? deviceSigner(pemOf(`till ${number}`))
  signers.set(number, known)
  return known
}

export function serverKey(): ServerKey {
  if (server !== null) return server
  const folder = mkdtempSync(join(tmpdir(), 'tahsil-simulated-key-'))
  try {
    const file = join(folder, 'key.pem')
    writeFileSync(file, pemOf('integrator'), { mode: 0o600 })
    server = openServerKey({ file, dataFolder: folder })
    return server
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function pemOf(name: string): string {
  const secret = createHash('sha256').update(`tahsil simulation: ${name}`).digest()
  const der = Buffer.concat([Buffer.from(PKCS8_START, 'hex'), secret])
  return `-----BEGIN PRIVATE KEY-----\n${der.toString('base64')}\n-----END PRIVATE KEY-----\n`
}
