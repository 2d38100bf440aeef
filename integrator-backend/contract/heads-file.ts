// The file of countersigned heads that the integrator writes and the verifier of a journal reads.
import * as z from 'zod'
import { hashSchema } from './journal-record.ts'
import { signedTextSchema } from './signed.ts'

/** Heads in one file. */
export const HEADS_MAX = 100_000

export const headsContentSchema = z.strictObject({
  atMs: z.int().min(0),
  heads: z
    .array(
      z.strictObject({
        deviceCode: z.string().max(16),
        tenantId: z.string().max(64),
        turnoverPaise: z.int().min(0),
        paymentCount: z.int().min(0),
        isForked: z.boolean(),
        /** Purpose `ack`. */
        ack: signedTextSchema,
      }),
    )
    .max(HEADS_MAX),
})

export const headsFileSchema = z.strictObject({
  kind: z.literal('tahsil-heads-1'),
  /** JSON of `headsContentSchema`, byte for byte what is hashed. */
  content: z.string(),
  sha256: hashSchema,
})
export type HeadsFile = z.infer<typeof headsFileSchema>
