// What is carried out of a dying terminal by hand: its journal records that the integrator has not acknowledged, sealed to the
// integrator, as one text in a file or as a series of QR codes. Pure; sealing and opening (JWE) is done by host and app.
import * as z from 'zod'
import { tenantIdSchema } from './bill.ts'
import { hashSchema, journalRecordSchema } from './journal-record.ts'
import { publicKeySchema } from './signed.ts'

/** JWE of a rescue: X25519 agreement with the integrator's rescue key, AES-256-GCM over the gzip of the JSON. */
export const RESCUE_ALGORITHM = 'ECDH-ES'
export const RESCUE_CIPHER = 'A256GCM'
/** Records of one rescue: months of a busy counter. */
export const RESCUE_RECORDS_MAX = 50_000
/** Bytes of the JSON, and characters of the sealed text. */
export const RESCUE_BYTES_MAX = 128 * 1024 * 1024
export const RESCUE_CHARS_MAX = 64 * 1024 * 1024

export const rescueSchema = z.strictObject({
  kind: z.literal('tahsil-rescue'),
  version: z.literal(1),
  deviceId: z.string().min(1).max(64),
  deviceCode: z.string().min(1).max(16),
  incarnation: z.string().max(8),
  tenantId: tenantIdSchema,
  /** The key that the records are signed with; the integrator believes only the one it enrolled. */
  publicKey: publicKeySchema,
  /** The records follow this one; the hash is of that record. */
  after: z.int().min(0),
  head: hashSchema,
  records: z.array(journalRecordSchema).min(1).max(RESCUE_RECORDS_MAX),
})
export type Rescue = z.infer<typeof rescueSchema>

/** Characters of the sealed text in one QR code: read by any hand scanner from a screen. */
export const FRAME_CHARS = 700
/** More codes than this nobody scans: then only the file remains. */
export const FRAMES_MAX = 400

const MARK = 'TAHSIL-RESCUE'

export type RescueFrame = {
  readonly id: string
  readonly number: number
  readonly count: number
  readonly text: string
}

/**
 * The sealed text cut into codes, `TAHSIL-RESCUE/id/number/count/text`. `id` are the first 16 hex digits of the SHA-256 of the
 * whole text. null: more codes than anybody would scan.
 */
export function framesOf(sealed: string, id: string): string[] | null {
  if (!/^[0-9a-f]{16}$/.test(id)) throw new RangeError('a rescue is named by 16 hex digits')
  const count = Math.ceil(sealed.length / FRAME_CHARS)
  if (count === 0) throw new RangeError('a rescue is not empty')
  if (count > FRAMES_MAX) return null
  return Array.from({ length: count }, (_, at) => {
    const text = sealed.slice(at * FRAME_CHARS, (at + 1) * FRAME_CHARS)
    return `${MARK}/${id}/${at + 1}/${count}/${text}`
  })
}

/** null: not a code of a rescue. */
export function readFrame(text: string): RescueFrame | null {
  const found = /^TAHSIL-RESCUE\/([0-9a-f]{16})\/(\d{1,4})\/(\d{1,4})\/([A-Za-z0-9_.-]{1,700})$/.exec(
    text.trim(),
  )
  if (found === null) return null
  const [, id = '', number, count, part = ''] = found
  const frame = { id, number: Number(number), count: Number(count), text: part }
  const isOne = frame.number >= 1 && frame.number <= frame.count && frame.count <= FRAMES_MAX
  return isOne ? frame : null
}

export type JoinedFrames =
  | { readonly kind: 'whole'; readonly sealed: string; readonly id: string }
  | { readonly kind: 'missing'; readonly numbers: readonly number[]; readonly count: number }
  /** Codes of several rescues, or two different codes with one number. */
  | { readonly kind: 'mixed' }

/** Codes in any order, also twice. `idOf` gives the first 16 hex digits of the SHA-256 of a text. */
export function joinFrames(frames: readonly RescueFrame[], idOf: (sealed: string) => string): JoinedFrames {
  const [first] = frames
  if (first === undefined) return { kind: 'missing', numbers: [], count: 0 }
  const parts = new Map<number, string>()
  for (const { id, number, count, text } of frames) {
    const known = parts.get(number)
    if (id !== first.id || count !== first.count || (known !== undefined && known !== text))
      return { kind: 'mixed' }
    parts.set(number, text)
  }
  const all = Array.from({ length: first.count }, (_, at) => at + 1)
  const numbers = all.filter((number) => !parts.has(number))
  if (numbers.length > 0) return { kind: 'missing', numbers, count: first.count }
  const sealed = all.map((number) => parts.get(number) ?? '').join('')
  return idOf(sealed) === first.id ? { kind: 'whole', sealed, id: first.id } : { kind: 'mixed' }
}
