// Seals journal records to the integrator, so that anybody may carry them and nobody else can read them. Called by the rescue
// procedure of a running till and by the command for a dead one.
import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { CompactEncrypt, importJWK } from 'jose'
import {
  framesOf,
  RESCUE_ALGORITHM,
  RESCUE_BYTES_MAX,
  RESCUE_CHARS_MAX,
  RESCUE_CIPHER,
  rescueSchema,
} from '#contract/rescue.ts'
import type { Rescue } from '#contract/rescue.ts'

const zip = promisify(gzip)

export type SealedRescue = {
  /** The text of the file. */
  readonly sealed: string
  readonly fileName: string
  /** The same text as QR codes; null: too much for anybody to scan. */
  readonly frames: readonly string[] | null
}

/** `rescueKey`: the integrator's raw X25519 public key, base64url, from its signed masters. */
export async function sealRescue(rescue: Rescue, rescueKey: string): Promise<SealedRescue> {
  const json = Buffer.from(JSON.stringify(rescueSchema.parse(rescue)))
  if (json.length > RESCUE_BYTES_MAX) throw new RangeError('a rescue this large must be made in parts')
  const key = await importJWK({ kty: 'OKP', crv: 'X25519', x: rescueKey }, RESCUE_ALGORITHM)
  const sealed = await new CompactEncrypt(await zip(json, { level: 9 }))
    .setProtectedHeader({ alg: RESCUE_ALGORITHM, enc: RESCUE_CIPHER })
    .encrypt(key)
  if (sealed.length > RESCUE_CHARS_MAX) throw new RangeError('a rescue this large must be made in parts')
  const id = createHash('sha256').update(sealed).digest('hex').slice(0, 16)
  const from = rescue.after + 1
  const to = rescue.after + rescue.records.length
  const fileName = `tahsil-rescue-${rescue.deviceCode}${rescue.incarnation}-${from}-${to}.txt`
  return { sealed, fileName, frames: framesOf(sealed, id) }
}
