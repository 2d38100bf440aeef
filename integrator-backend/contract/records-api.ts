// How a till hands over its journal: the journal itself is the queue, and what is answered is a signed word of how far it got.
// Part of api.ts; served by app's records, called by the terminal's sync.
import { oc } from '@orpc/contract'
import * as z from 'zod'
import { hashSchema, journalRecordSchema } from './journal-record.ts'
import { mayAnswer, problemSchema } from './problem.ts'
import { signedTextSchema } from './signed.ts'

/** Records in one append. */
export const RECORDS_MAX = 100
/** An ack is a few hundred bytes. */
const ackTextSchema = signedTextSchema.extend({ text: z.string().max(2_000) })

export const appendSchema = z.strictObject({
  /** The records follow this one; 0 before the first. */
  after: z.int().min(0),
  /** Hash of record `after` as the till has it; tells a fork from a broken record. */
  head: hashSchema,
  records: z.array(journalRecordSchema).min(1).max(RECORDS_MAX),
  /** The last ack the till was given: proves a restored database when it says more than the database knows. */
  lastAck: ackTextSchema.optional(),
})
export type AppendRequest = z.infer<typeof appendSchema>

/** Only payments that did not simply get through: every other one up to the ack is held and will be posted. */
export const recordOutcomeSchema = z.strictObject({
  seq: z.int().min(1),
  /** Payment id as the record claims it; empty when it has none. */
  id: z.string().max(64),
  /** conflict: the same id is held with other content; refused: kept for a person, cannot be read as a payment of this till. */
  outcome: z.enum(['conflict', 'refused']),
  problem: problemSchema,
})
export type RecordOutcome = z.infer<typeof recordOutcomeSchema>

export const appendAnswerSchema = z.strictObject({
  ack: ackTextSchema,
  outcomes: z.array(recordOutcomeSchema).max(RECORDS_MAX),
  /** The server's wish: wait so long before the next append. */
  nextAfterMs: z.int().min(0),
  /** And hand over at most so many records at once. */
  maxBatch: z.int().min(1).max(RECORDS_MAX),
})
export type AppendAnswer = z.infer<typeof appendAnswerSchema>

export const recordsApi = {
  append: oc
    .route({
      method: 'POST',
      path: '/v1/records',
      summary: 'Hand over journal records; answered with a signed word after their commit',
    })
    .input(appendSchema)
    .output(appendAnswerSchema)
    .errors(
      mayAnswer(
        'device_not_enrolled',
        'device_not_approved',
        'signature_invalid',
        'request_replayed',
        'request_out_of_time',
        'sequence_gap',
        'sequence_fork',
        'batch_too_large',
        'input_invalid',
        'too_many_requests',
        'not_ready',
        'internal',
      ),
    ),
}
