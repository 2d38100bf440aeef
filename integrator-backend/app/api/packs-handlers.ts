// What tills ask about bill packs, answered from the database alone. Called by the router, which says whose till it is.
import type { Pool } from 'pg'
import { ProblemError } from '#contract/problem.ts'
import { readChunk, readManifest } from '#app/packs/pack-store.ts'
import { listRoutes } from '#app/packs/routes.ts'

/** Every answer is of the caller's own municipality; what belongs to another is not found. */
export function packHandlers(pool: Pool) {
  return {
    routes: async (tenantId: string) => ({ routes: await listRoutes(pool, tenantId) }),
    manifest: async (tenantId: string, { routeId }: { routeId: string }) => {
      const signed = await readManifest(pool, tenantId, routeId)
      if (signed === null) throw new ProblemError('pack_not_found')
      return signed
    },
    chunk: async (tenantId: string, { packId, index }: { packId: string; index: number }) => {
      const content = await readChunk(pool, { tenantId, packId, index })
      if (content === null) throw new ProblemError('pack_not_found')
      return { packId, index, gzipBase64: content.toString('base64') }
    },
  }
}
