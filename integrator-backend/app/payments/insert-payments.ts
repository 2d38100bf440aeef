// Puts sealed payments into the database: one round trip and one commit for many, insert if absent, posting job included.
// Called by records. What stands in the table first stands for ever; other content is kept beside it.
import { createHash } from 'node:crypto'
import type { Pool, PoolClient } from 'pg'
import type { Payment } from '#contract/payment.ts'
import { canonicalJson } from '#collection/canonical-json.ts'

/** A payment with the exact text that is kept and its SHA-256. */
export type Sealed = { payment: Payment; slotId: string; deviceId: string; content: string; hash: Buffer }

/** A connection of its own keeps the payments in the caller's transaction. */
type Connection = Pool | PoolClient

/** What the table holds under the id now. */
export type Held = { isNew: boolean; heldHash: string; cursor: number; receivedMs: number }

type HeldRow = { id: string; is_new: boolean; held_hash: Buffer; cursor: number; received_ms: number }

export function seal(given: Payment, { slotId, deviceId }: { slotId: string; deviceId: string }): Sealed {
  // PostgreSQL spells a uuid in lower case
  const payment = { ...given, id: given.id.toLowerCase() }
  const content = canonicalJson(payment)
  return { payment, slotId, deviceId, content, hash: createHash('sha256').update(content).digest() }
}

/** Answers in the order of the input. Throws when one value does not fit (SQLSTATE class 22 or 23). */
export async function insertPayments(pool: Connection, sealed: readonly Sealed[]): Promise<Held[]> {
  if (sealed.length === 0) return []
  const rows = await pool.query<HeldRow>({
    name: 'accept-payments',
    text: `select id, is_new, held_hash, cursor, received_ms from tahsil.accept_payments(
      $1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::bigint[], $6::uuid[], $7::uuid[], $8::text[], $9::text[],
      $10::text[], $11::text[], $12::bigint[], $13::text[], $14::bigint[], $15::text[], $16::text[], $17::bytea[])`,
    values: columnsOf(sealed),
  })
  const held = new Map(rows.rows.map((row) => [row.id, row]))
  const seen = new Set<string>()
  return sealed.map(({ payment }) => {
    const row = held.get(payment.id)
    if (row === undefined) throw new TypeError('an accepted payment must be there')
    const isNew = row.is_new && !seen.has(row.id)
    seen.add(row.id)
    return { isNew, heldHash: hexOf(row.held_hash), cursor: row.cursor, receivedMs: row.received_ms }
  })
}

/** One array for each parameter of `tahsil.accept_payments`, in its order. */
export function columnsOf(sealed: readonly Sealed[]): unknown[][] {
  const of = <Value>(pick: (each: Sealed) => Value) => sealed.map(pick)
  return [
    of((each) => each.payment.id),
    of((each) => each.slotId),
    of((each) => each.payment.tenantId),
    of((each) => each.payment.deviceId),
    of((each) => each.payment.deviceSeq),
    of((each) => each.payment.collectionId),
    of((each) => each.payment.shiftId),
    of((each) => each.payment.operatorId),
    of((each) => each.payment.bill.businessService),
    of((each) => each.payment.bill.consumerCode),
    of((each) => each.payment.mode),
    of((each) => each.payment.amountPaise),
    of((each) => each.payment.receiptNumber),
    of((each) => each.payment.collectedAtMs),
    of((each) => each.payment.bill.id),
    of((each) => each.content),
    of((each) => each.hash),
  ]
}

/** SQLSTATE classes 22 and 23: the value, not the database, is at fault. */
export function isDataError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && /^2[23]/.test(String(error.code))
}

/** QUARANTINE note: the original stays as it is, the other content is kept beside it, the trail tells. */
export async function keepForks(pool: Connection, forks: readonly Sealed[]): Promise<void> {
  for (const { payment, hash, content, deviceId } of forks) {
    await pool.query({
      name: 'keep-fork',
      text: `with kept as (
          insert into tahsil.payment_forks (payment_id, content_hash, device_id, content)
          values ($1, $2, $3, $4) on conflict do nothing returning payment_id
        ), slot as (
          update tahsil.slots s set last_cursor = tahsil.feed_floor(s.last_cursor) + 1
          from tahsil.payments p, kept where p.id = kept.payment_id and s.slot_id = p.slot_id
          returning s.last_cursor
        ), shown as (
          update tahsil.payments p set cursor = slot.last_cursor from slot, kept where p.id = kept.payment_id
        )
        insert into tahsil.payment_steps (payment_id, state, note)
        select payment_id, 'QUARANTINE', 'the same payment id came with other content; the first content stands' from kept`,
      values: [payment.id, hash, deviceId, content],
    })
  }
}

export function hexOf(hash: Buffer): string {
  return hash.toString('hex')
}
