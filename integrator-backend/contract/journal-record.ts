// The journal record as both sides know it: how it is chained and signed, how it travels, and what its body says. Used by the
// terminal, which writes records, by the integrator, which follows the chain, and by the verifier. Pure: hashing is passed in.
import * as z from 'zod'
import { epochMsSchema } from './bill.ts'
import { signatureSchema } from './signed.ts'

/** SHA-256 of the parts one after another, in hex. */
export type Sha256 = (parts: readonly Uint8Array[]) => string

/** Whose journal it is: every life of a device (incarnation) has a journal of its own. */
export type JournalOwner = { readonly deviceId: string; readonly incarnation: string }

/** What the first record follows. */
export const FIRST_HASH = '0'.repeat(64)
export const hashSchema = z.string().regex(/^[0-9a-f]{64}$/)

/** Characters of one body: a payment and its few facts, below the size of a request. */
export const RECORD_CHARS_MAX = 1_000_000

/** One record on its way. `signature` is null only in journals of tills that had no key yet. */
export const journalRecordSchema = z.strictObject({
  seq: z.int().min(1),
  /** The exact text that was hashed and signed. */
  body: z
    .string()
    .min(2)
    .max(RECORD_CHARS_MAX)
    .refine((body) => !body.includes('\0'), 'a body holds no NUL'),
  signature: signatureSchema.nullable(),
})
export type JournalRecord = z.infer<typeof journalRecordSchema>

const encoder = new TextEncoder()

type Linked = {
  readonly owner: JournalOwner
  readonly seq: number
  readonly previousHash: string
  readonly body: string
  /** Decides the version of the chain: unsigned records are of the first version, "tahsil-j1", signed ones of "tahsil-j2". */
  readonly isSigned: boolean
}

/**
 * Hash of one record in hex. Version 2: SHA-256("tahsil-j2" 0 device 0 incarnation 0 ‖ u64 seq ‖ previous hash ‖ body bytes).
 * Version 1 had no separators and is only read, never written by a till with a key.
 */
export function chainHash({ owner, seq, previousHash, body, isSigned }: Linked, sha256: Sha256): string {
  const name = isSigned
    ? `tahsil-j2\0${owner.deviceId}\0${owner.incarnation}\0`
    : `tahsil-j1${owner.deviceId}${owner.incarnation}`
  return sha256([encoder.encode(name), u64(seq), bytesOfHex(previousHash), encoder.encode(body)])
}

/** The text that the device signs for a record: its hash stands for the record and for everything before it. */
export function recordSigningInput(hash: string): string {
  return `tahsil-journal-2\n${hash}`
}

/** Hashes of records that follow one another, first to last. */
export function chainOf(
  from: { readonly owner: JournalOwner; readonly after: number; readonly hash: string },
  records: readonly Omit<JournalRecord, 'seq'>[],
  sha256: Sha256,
): string[] {
  let previousHash = from.hash
  return records.map(({ body, signature }, at) => {
    const seq = from.after + 1 + at
    previousHash = chainHash(
      { owner: from.owner, seq, previousHash, body, isSigned: signature !== null },
      sha256,
    )
    return previousHash
  })
}

/** What a body says of itself. `dataJson` is what was recorded, byte for byte. */
export type BodyFacts = {
  readonly type: string
  readonly wallMs: number
  readonly turnoverPaise: number
  readonly paymentCount: number
  /** Small facts beside the data that tables are rebuilt from; an empty object when there are none. */
  readonly noteJson: string
  readonly dataJson: string
}

const FACTS =
  /^\{"type":"([A-Z_]{1,32})","wallMs":(-?\d{1,16}),"monotonicMs":(-?\d{1,16}),"bootId":"[^"\\]{0,128}","turnoverPaise":(\d{1,16}),"paymentCount":(\d{1,16})(?:,"note":(\{[^{}]{0,2000}\}))?,"data":/

/** null: not a body that any till of ours writes. Whether `dataJson` is JSON is for the reader of the data. */
export function readBody(body: string): BodyFacts | null {
  const found = FACTS.exec(body)
  if (found === null || !body.endsWith('}')) return null
  const [all, type = '', wallMs, , turnoverPaise, paymentCount, noteJson = '{}'] = found
  return {
    type,
    wallMs: Number(wallMs),
    turnoverPaise: Number(turnoverPaise),
    paymentCount: Number(paymentCount),
    noteJson,
    dataJson: body.slice(all.length, -1),
  }
}

/** What the integrator says it holds of a journal; travels as `SignedText` with purpose `ack`. */
export const ackSchema = z.strictObject({
  deviceId: z.string().min(1).max(64),
  incarnation: z.string().max(8),
  /** Every record up to this one is durable there. 0: none. */
  upto: z.int().min(0),
  /** Hash of that record. */
  head: hashSchema,
  /** Life of the integrator's database: changes when it was restored from a backup. */
  epoch: z.string().min(1).max(64),
  atMs: epochMsSchema,
  /** The till keeps what is acknowledged at least until then: an older backup may still come back. */
  retainUntilMs: epochMsSchema,
})
export type Ack = z.infer<typeof ackSchema>

/** null: not an ack. */
export function readAck(text: string): Ack | null {
  try {
    const parsed = ackSchema.safeParse(JSON.parse(text))
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}

function u64(value: number): Uint8Array {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value))
  return bytes
}

function bytesOfHex(hex: string): Uint8Array {
  return Uint8Array.from({ length: hex.length / 2 }, (_, at) =>
    Number.parseInt(hex.slice(at * 2, at * 2 + 2), 16),
  )
}
