// What a batch of journal records is, seen from the head that we hold: the next ones, ones we have, a gap, a fork, or ones that the
// device did not sign. Called by append.ts inside its transaction; writes nothing.
import { createHash, createPublicKey, verify } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { chainOf, recordSigningInput } from '#contract/journal-record.ts'
import type { Ack, JournalOwner, JournalRecord, Sha256 } from '#contract/journal-record.ts'
import { RECORDS_MAX } from '#contract/records-api.ts'

export const sha256: Sha256 = (parts) => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest('hex')
}

export type HeldHead = {
  upto: number
  hash: string
  isSigned: boolean
  turnoverPaise: number
  paymentCount: number
  isForked: boolean
  /** Hash of the record that the append follows; null when we do not have it. */
  hashAfter: string | null
  /** true: it follows a record that is kept aside. */
  isOnFork: boolean
  epoch: string
}

export type Handed = { after: number; head: string; records: readonly JournalRecord[] }

export type Verdict =
  /** `known` records are held already; `hashes` belong to all records of the batch. */
  | { kind: 'follows'; hashes: string[]; known: number }
  /** It must be sent again from `expectedSeq` on. */
  | { kind: 'gap'; expectedSeq: number }
  | { kind: 'fork'; hashes: string[] }
  | { kind: 'bad-signature'; hashes: string[] }
  | { kind: 'out-of-order' }

type Sides = {
  owner: JournalOwner
  publicKey: string | null
  /** A running till, which still has every record before these; a rescue has only what it brings. */
  hasEarlier: boolean
  /** Hashes that we hold for these places, by place. */
  heldHashes: (from: number, to: number) => Promise<ReadonlyMap<number, string>>
}

/**
 * Our own word about this journal that these tables do not bear out: about more records than they have, or about another record
 * under its number. Nobody but a database that was put back forgets what it signed.
 */
export function isProofOfRestore(word: Ack, held: HeldHead, after: number): boolean {
  if (word.upto > held.upto) return true
  return word.upto === after && held.hashAfter !== null && held.hashAfter !== word.head
}

export async function checkChain(held: HeldHead, handed: Handed, sides: Sides): Promise<Verdict> {
  const { after, head, records } = handed
  if (records.some(({ seq }, at) => seq !== after + 1 + at)) return { kind: 'out-of-order' }
  const isKnownPlace = held.hashAfter !== null
  if (!isKnownPlace && !held.isOnFork) return { kind: 'gap', expectedSeq: held.upto + 1 }
  const isOurs = held.hashAfter === head
  if (!isOurs && !held.isOnFork && sides.hasEarlier && after > 0) {
    // Parted before this batch, on records that we do not have, as after a restore: they are money too, so it goes back to them.
    return { kind: 'gap', expectedSeq: Math.max(1, after + 1 - RECORDS_MAX) }
  }
  const hashes = chainOf({ owner: sides.owner, after, hash: head }, records, sha256)
  if (!(await isSignedByDevice(held, { hashes, records }, sides.publicKey))) {
    return { kind: 'bad-signature', hashes }
  }
  if (!isOurs) return { kind: 'fork', hashes }
  const known = Math.min(records.length, held.upto - after)
  if (known <= 0) return { kind: 'follows', hashes, known: 0 }
  const ours = await sides.heldHashes(after + 1, after + known)
  const isSame = hashes.slice(0, known).every((hash, at) => ours.get(after + 1 + at) === hash)
  return isSame ? { kind: 'follows', hashes, known } : { kind: 'fork', hashes }
}

/** The last signature stands for all before it. Unsigned records are taken only from journals that never had a signature. */
async function isSignedByDevice(
  held: HeldHead,
  { hashes, records }: { hashes: readonly string[]; records: readonly JournalRecord[] },
  publicKey: string | null,
): Promise<boolean> {
  const last = records.at(-1)
  const hash = hashes.at(-1)
  if (last === undefined || hash === undefined) throw new TypeError('a batch has records')
  const firstSigned = records.findIndex(({ signature }) => signature !== null)
  if (firstSigned >= 0 && records.slice(firstSigned).some(({ signature }) => signature === null)) return false
  if (last.signature === null) return !held.isSigned
  if (publicKey === null) return false
  return await isSignatureOf(publicKey, hash, last.signature)
}

const keysKeptMax = 5_000
const keys = new Map<string, KeyObject>()

function keyOf(publicKey: string): KeyObject {
  const known = keys.get(publicKey)
  if (known !== undefined) return known
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: publicKey }, format: 'jwk' })
  if (keys.size >= keysKeptMax) keys.clear()
  keys.set(publicKey, key)
  return key
}

/** Off the main thread, so that a hundred tills do not wait for each other's curves. */
export async function isSignatureOf(publicKey: string, hash: string, signature: string): Promise<boolean> {
  const text = recordSigningInput(hash)
  return await new Promise((resolve, reject) => {
    verify(
      null,
      Buffer.from(text),
      keyOf(publicKey),
      Buffer.from(signature, 'base64url'),
      (error, isRight) => {
        if (error === null) resolve(isRight)
        else reject(error)
      },
    )
  })
}
