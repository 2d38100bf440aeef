// The usual append, in one round trip and one statement: signed records that follow the head, all of them readable, with payments
// that nobody has seen. Called by append.ts, which does everything else step by step when this answers null.
import type { Pool } from 'pg'
import { chainOf, readAck } from '#contract/journal-record.ts'
import type { JournalOwner } from '#contract/journal-record.ts'
import type { AppendRequest } from '#contract/records-api.ts'
import { columnsOf } from '#app/payments/insert-payments.ts'
import type { Sealed } from '#app/payments/insert-payments.ts'
import { isSignatureOf, sha256 } from './check-chain.ts'
import { brokenTotal } from './read-records.ts'
import type { ReadBatch } from './read-records.ts'

type Following = {
  pool: Pool
  owner: JournalOwner
  publicKey: string
  request: AppendRequest
  batch: ReadBatch
}

/** Raised by tahsil.append_records, with nothing done. */
const heldWithOtherContent = 'TA001'

/** null: not so simple, and nothing was done. Throws what insertPayments throws. */
export async function appendFollowing(
  following: Following,
): Promise<{ upto: number; head: string; epoch: string } | null> {
  const { pool, owner, publicKey, request, batch } = following
  const { after, head, records, lastAck } = request
  const last = records.at(-1)
  const before = totalsBefore(batch, after)
  if (last === undefined || before === null) return null
  if (records.some(({ seq, signature }, at) => seq !== after + 1 + at || signature === null)) return null
  // Our word about more than this may prove a restored database; whether it is ours is looked at step by step.
  if (lastAck !== undefined && (readAck(lastAck.text)?.upto ?? 0) > after) return null
  const sealed = sealedOf(batch)
  if (sealed === null) return null
  const hashes = chainOf({ owner, after, hash: head }, records, sha256)
  const hash = hashes.at(-1)
  const total = batch.totals.at(-1)
  if (hash === undefined || total === undefined) throw new TypeError('each record has its hash and its total')
  if (last.signature === null || !(await isSignatureOf(publicKey, hash, last.signature))) return null
  const bodies = records.map(({ body }) => body)
  const signatures = records.map(({ signature }) => signature)
  const epoch = await askDatabase(pool, [
    owner.deviceId,
    after,
    head,
    bodies,
    signatures,
    hashes,
    before.turnoverPaise,
    before.paymentCount,
    total.turnoverPaise,
    total.paymentCount,
    ...columnsOf(sealed),
  ])
  return epoch === null ? null : { upto: after + records.length, head: hash, epoch }
}

/** What the totals say stood before the first record; null: they do not add up among themselves, or one cannot be read. */
function totalsBefore(
  { totals }: ReadBatch,
  after: number,
): { turnoverPaise: number; paymentCount: number } | null {
  const [first] = totals
  if (first?.seq !== after + 1) return null
  const turnoverPaise = first.turnoverPaise - first.amountPaise
  const paymentCount = first.paymentCount - (first.amountPaise > 0 ? 1 : 0)
  const isSound = brokenTotal({ turnoverPaise, paymentCount, upto: after }, totals) === null
  return isSound ? { turnoverPaise, paymentCount } : null
}

/** null: one of the records about money cannot be read. */
function sealedOf({ records }: ReadBatch): Sealed[] | null {
  const sealed: Sealed[] = []
  for (const record of records) {
    if (record.kind !== 'payment') return null
    sealed.push(record.sealed)
  }
  return sealed
}

async function askDatabase(pool: Pool, values: unknown[]): Promise<string | null> {
  try {
    const { rows } = await pool.query<{ epoch: string | null }>({
      name: 'append-records',
      text: `select tahsil.append_records($1, $2, $3, $4::text[], $5::text[], $6::text[], $7, $8, $9, $10,
        $11::uuid[], $12::uuid[], $13::text[], $14::text[], $15::bigint[], $16::uuid[], $17::uuid[], $18::text[],
        $19::text[], $20::text[], $21::text[], $22::bigint[], $23::text[], $24::bigint[], $25::text[], $26::text[],
        $27::bytea[]) as epoch`,
      values,
    })
    return rows[0]?.epoch ?? null
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === heldWithOtherContent) return null
    throw error
  }
}
