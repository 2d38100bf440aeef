// Opens what was carried here from a dying terminal: a sealed text or its QR codes, one per line. Believes nothing before it is
// parsed. Called by the command rescue-import.
import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { compactDecrypt } from 'jose'
import { ProblemError } from '#contract/problem.ts'
import {
  joinFrames,
  readFrame,
  RESCUE_ALGORITHM,
  RESCUE_BYTES_MAX,
  RESCUE_CHARS_MAX,
  RESCUE_CIPHER,
  rescueSchema,
} from '#contract/rescue.ts'
import type { Rescue } from '#contract/rescue.ts'
import type { RootSecret } from '#app/people/root-secret.ts'
import { rescuePrivateKey } from './rescue-key.ts'

const unzip = promisify(gunzip)

/**
 * The sealed text of a file: itself, or scanned QR codes in any order, each on a line of its own.
 * @throws ProblemError rescue_invalid, with the numbers of the codes that are missing
 */
export function sealedTextOf(text: string): { sealed: string; id: string } {
  if (text.length > RESCUE_CHARS_MAX) throw invalid('it is too large')
  const lines = text.split(/\r\n|[\r\n]/).filter((line) => line.trim() !== '')
  const frames = lines.map(readFrame)
  if (frames.every((frame) => frame === null)) {
    const sealed = text.trim()
    if (!/^[A-Za-z0-9_.-]+$/.test(sealed)) throw invalid('it is not a rescue')
    return { sealed, id: idOf(sealed) }
  }
  const bad = frames.findIndex((frame) => frame === null)
  if (bad >= 0) throw invalid(`line ${bad + 1} is not a code of a rescue`)
  const joined = joinFrames(
    frames.flatMap((frame) => frame ?? []),
    idOf,
  )
  if (joined.kind === 'whole') return joined
  if (joined.kind === 'mixed') throw invalid('the codes are of different rescues')
  const shown = joined.numbers.slice(0, 20).join(', ')
  throw invalid(`${joined.numbers.length} of ${joined.count} codes are missing: ${shown}`)
}

/** @throws ProblemError rescue_invalid: sealed to another integrator, changed, or not a rescue */
export async function openRescue(sealed: string, root: RootSecret): Promise<Rescue> {
  const parsed = rescueSchema.safeParse(await readJson(sealed, root))
  if (!parsed.success) throw invalid('it does not hold what a rescue holds')
  const { after, records } = parsed.data
  if (records.some(({ seq }, at) => seq !== after + 1 + at))
    throw invalid('its records do not follow one another')
  return parsed.data
}

async function readJson(sealed: string, root: RootSecret): Promise<unknown> {
  try {
    const { plaintext } = await compactDecrypt(sealed, rescuePrivateKey(root), {
      keyManagementAlgorithms: [RESCUE_ALGORITHM],
      contentEncryptionAlgorithms: [RESCUE_CIPHER],
    })
    const bytes = await unzip(plaintext, { maxOutputLength: RESCUE_BYTES_MAX })
    return JSON.parse(bytes.toString('utf8')) as unknown
  } catch {
    throw invalid('it was changed, or it is sealed to another integrator')
  }
}

function idOf(sealed: string): string {
  return createHash('sha256').update(sealed).digest('hex').slice(0, 16)
}

function invalid(why: string): ProblemError {
  return new ProblemError('rescue_invalid', { why })
}
