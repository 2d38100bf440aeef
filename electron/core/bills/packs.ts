// What a bill pack is worth: whether it may be believed, and for how long it may be used. Pure; signatures and hashes are checked by what
// is passed in. Used by the host's pack downloader, by the store and by the rules of payments.
import { packChunkSchema, packManifestSchema } from '#contract/packs-api.ts'
import type { PackManifest } from '#contract/packs-api.ts'
import type { Bill } from '#contract/bill.ts'
import { ProblemError } from '#contract/problem.ts'
import type { SignedText } from '#contract/signed.ts'
import { CLOCK_TOLERANCE_MS } from '#core/limits.ts'

/** The pack a bill came from, as it is kept beside the bill. */
export type PackMark = Pick<PackManifest, 'packId' | 'preparedAtMs' | 'warnAfterMs' | 'refuseAfterMs'>

export type PackedBill = { readonly bill: Bill; readonly pack: PackMark }

/** aging: a newer one should be fetched. too_old: no money is taken on its bills. */
export type PackStanding = 'fresh' | 'aging' | 'too_old'

export function packStanding(
  { preparedAtMs, warnAfterMs, refuseAfterMs }: PackMark,
  nowMs: number,
): PackStanding {
  const ageMs = nowMs - preparedAtMs
  // from the future: the clock here is wrong, and the age is not known
  if (ageMs < -CLOCK_TOLERANCE_MS) return 'aging'
  if (ageMs > refuseAfterMs) return 'too_old'
  return ageMs > warnAfterMs ? 'aging' : 'fresh'
}

export function packProblem(pack: PackMark, nowMs: number): ProblemError | null {
  if (packStanding(pack, nowMs) !== 'too_old') return null
  const { preparedAtMs, refuseAfterMs } = pack
  return new ProblemError('pack_too_old', { preparedAtMs, refuseAfterMs })
}

type Trust = {
  readonly tenantId: string
  readonly routeId: string
  /** Signed as a pack by the integrator that this till was enrolled with. */
  readonly isTrusted: (signed: SignedText) => boolean
}

/** Throws pack_not_trusted with the reason. */
export function trustedManifest(signed: SignedText, trust: Trust): PackManifest {
  if (!trust.isTrusted(signed)) throw untrusted('signature')
  const read = packManifestSchema.safeParse(jsonOf(signed.text))
  if (!read.success) throw untrusted('content')
  const manifest = read.data
  if (manifest.tenantId !== trust.tenantId) throw untrusted('tenant')
  if (manifest.routeId !== trust.routeId) throw untrusted('route')
  const billCount = manifest.chunks.reduce((sum, chunk) => sum + chunk.billCount, 0)
  if (billCount !== manifest.billCount) throw untrusted('count')
  return manifest
}

/** The n-th chunk as it came is the one that was signed. Throws pack_not_trusted. */
export function requireChunk(
  manifest: PackManifest,
  index: number,
  came: { readonly bytes: number; readonly sha256: string },
): void {
  const chunk = manifest.chunks[index]
  if (chunk === undefined || chunk.bytes !== came.bytes || chunk.sha256 !== came.sha256) {
    throw untrusted('chunk')
  }
}

/** The bills of an unpacked chunk. Throws pack_not_trusted: what was signed must still be readable and of this municipality. */
export function billsOfChunk(text: string, manifest: PackManifest, index: number): Bill[] {
  const read = packChunkSchema.safeParse(jsonOf(text))
  if (!read.success) throw untrusted('bills')
  if (read.data.length !== manifest.chunks[index]?.billCount) throw untrusted('count')
  if (read.data.some(({ tenantId }) => tenantId !== manifest.tenantId)) throw untrusted('tenant')
  return read.data
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

export function untrusted(reason: string): ProblemError {
  return new ProblemError('pack_not_trusted', { reason })
}
