// Bill packs: the bills of one route or ward as the integrator read them from DIGIT, signed, for a till that works without a network.
// Part of the API between terminal and integrator; both sides check every pack against these shapes.
import { oc } from '@orpc/contract'
import * as z from 'zod'
import { billSchema, epochMsSchema, tenantIdSchema } from './bill.ts'
import { SIGNED_CALL_ERRORS } from './devices-api.ts'
import { mayAnswer } from './problem.ts'
import { signedTextSchema } from './signed.ts'

/** Bills in one chunk. */
export const PACK_CHUNK_BILLS_MAX = 500
/** Chunks of one pack: a route of 50,000 connections. */
export const PACK_CHUNKS_MAX = 200
/** Bytes of one chunk, packed and unpacked. A larger one is not believed. */
export const PACK_CHUNK_BYTES_MAX = 2_000_000
export const PACK_TEXT_BYTES_MAX = 32_000_000
/** Routes of one municipality in one answer. */
export const ROUTES_MAX = 500

export const routeIdSchema = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/)
export const packIdSchema = z.uuid()

/** The text that is signed (purpose `pack`): what the pack is, how long it may be used, and the hash of every part of it. */
export const packManifestSchema = z.strictObject({
  packId: packIdSchema,
  routeId: routeIdSchema,
  routeName: z.string().max(128),
  tenantId: tenantIdSchema,
  /** Counts up for each route. */
  version: z.int().min(1),
  /** When the first of its bills was read from DIGIT, by the integrator's clock. Ages count from here. Epoch ms. */
  preparedAtMs: epochMsSchema,
  /** Older than this the till warns. */
  warnAfterMs: z.int().min(0),
  /** Older than this the till takes no money on it. */
  refuseAfterMs: z.int().min(0),
  billCount: z.int().min(0),
  /** In order. */
  chunks: z
    .array(
      z.strictObject({
        /** SHA-256 of the gzip bytes, hex. */
        sha256: z.string().regex(/^[0-9a-f]{64}$/),
        bytes: z.int().min(1).max(PACK_CHUNK_BYTES_MAX),
        billCount: z.int().min(1).max(PACK_CHUNK_BILLS_MAX),
      }),
    )
    .max(PACK_CHUNKS_MAX),
})
export type PackManifest = z.infer<typeof packManifestSchema>

/** What a chunk holds once unpacked. */
export const packChunkSchema = z.array(billSchema).max(PACK_CHUNK_BILLS_MAX)

export const packRouteSchema = z.strictObject({
  routeId: routeIdSchema,
  name: z.string().max(128),
  /** Connections of the route; not all of them have a bill. */
  consumerCount: z.int().min(0),
  /** The newest pack that is ready; null: none yet. */
  pack: z
    .strictObject({
      packId: packIdSchema,
      version: z.int().min(1),
      preparedAtMs: epochMsSchema,
      billCount: z.int().min(0),
      chunkCount: z.int().min(0),
    })
    .nullable(),
  /** A newer one is being prepared now: connections asked so far. */
  preparingCount: z.int().min(0).nullable(),
})
export type PackRoute = z.infer<typeof packRouteSchema>

const problems = SIGNED_CALL_ERRORS

export const packsApi = {
  routes: oc
    .route({
      method: 'GET',
      path: '/v1/packs/routes',
      summary: 'Routes of this municipality and their packs',
    })
    .output(z.strictObject({ routes: z.array(packRouteSchema).max(ROUTES_MAX) }))
    .errors(problems),
  manifest: oc
    .route({ method: 'GET', path: '/v1/packs/manifest', summary: 'Signed manifest of a route’s newest pack' })
    .input(z.strictObject({ routeId: routeIdSchema }))
    .output(signedTextSchema)
    .errors({ ...problems, ...mayAnswer('pack_not_found') }),
  chunk: oc
    .route({ method: 'GET', path: '/v1/packs/chunk', summary: 'One part of a pack' })
    .input(
      z.strictObject({ packId: packIdSchema, index: z.coerce.number().int().min(0).max(PACK_CHUNKS_MAX) }),
    )
    .output(
      z.strictObject({
        packId: packIdSchema,
        index: z.int().min(0),
        /** gzip of a JSON array of bills. */
        gzipBase64: z.base64().max(Math.ceil(PACK_CHUNK_BYTES_MAX / 3) * 4),
      }),
    )
    .errors({ ...problems, ...mayAnswer('pack_not_found') }),
}
