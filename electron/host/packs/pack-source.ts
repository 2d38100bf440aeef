// Where packs come from, as the downloader sees it. Implemented by the integrator client.
import type { PackRoute } from '#contract/packs-api.ts'
import type { SignedText } from '#contract/signed.ts'

/** Every method throws ProblemError; pack_not_found when the integrator has no such pack (any more). */
export type PackSource = {
  readonly packRoutes: () => Promise<PackRoute[]>
  /** Not yet believed. */
  readonly packManifest: (routeId: string) => Promise<SignedText>
  /** gzip bytes, not yet believed. */
  readonly packChunk: (packId: string, index: number) => Promise<Buffer>
}
