// The tables of journals in PostgreSQL: heads, records, what is kept aside, epochs. Called by append.ts inside its transaction and by
// the heads command.
import type { Pool, PoolClient } from 'pg'
import type { JournalRecord } from '#contract/journal-record.ts'
import type { HeldHead } from './check-chain.ts'

type Connection = Pool | PoolClient

/** Locks the head of this life of the device until the transaction ends; makes it when there is none. */
export async function lockHead(
  client: PoolClient,
  deviceId: string,
  { after, head }: { after: number; head: string },
): Promise<HeldHead> {
  type Row = {
    upto: number
    hash: string
    is_signed: boolean
    turnover_paise: number
    payment_count: number
    is_forked: boolean
    hash_after: string | null
    is_on_fork: boolean
    epoch: string
  }
  const { rows } = await client.query<Row>({
    name: 'lock-head',
    text: `select upto, hash, is_signed, turnover_paise, payment_count, is_forked, hash_after, is_on_fork, epoch
      from tahsil.lock_head($1, $2, $3)`,
    values: [deviceId, after, head],
  })
  const [row] = rows
  if (row === undefined) throw new TypeError('every device has a head')
  return {
    upto: row.upto,
    hash: row.hash,
    isSigned: row.is_signed,
    turnoverPaise: row.turnover_paise,
    paymentCount: row.payment_count,
    isForked: row.is_forked,
    hashAfter: row.hash_after,
    isOnFork: row.is_on_fork,
    epoch: row.epoch,
  }
}

export async function readHashes(
  client: Connection,
  deviceId: string,
  { from, to }: { from: number; to: number },
): Promise<ReadonlyMap<number, string>> {
  const { rows } = await client.query<{ seq: number; hash: string }>({
    name: 'read-hashes',
    text: 'select seq, hash from tahsil.journal_records where device_id = $1 and seq between $2 and $3',
    values: [deviceId, from, to],
  })
  return new Map(rows.map(({ seq, hash }) => [seq, hash]))
}

type Kept = { after: number; records: readonly JournalRecord[]; hashes: readonly string[] }

export async function keepRecords(
  client: PoolClient,
  deviceId: string,
  kept: Kept & {
    turnoverPaise: number
    paymentCount: number
    receiptNumbers: readonly string[]
    epoch: string
  },
): Promise<void> {
  const { after, records, hashes, turnoverPaise, paymentCount, receiptNumbers, epoch } = kept
  if (records.length !== hashes.length || records.length === 0)
    throw new RangeError('each record has its hash')
  await client.query({
    name: 'keep-records',
    text: `select tahsil.keep_records($1, $2, $3::text[], $4::text[], $5::text[], $6, $7, $8::text[], $9)`,
    values: [
      deviceId,
      after,
      records.map(({ body }) => body),
      records.map(({ signature }) => signature),
      hashes,
      turnoverPaise,
      paymentCount,
      receiptNumbers,
      epoch,
    ],
  })
}

export async function keepAside(
  client: PoolClient,
  deviceId: string,
  { after, records, hashes, why }: Kept & { why: 'fork' | 'bad-signature' },
): Promise<void> {
  await client.query({
    name: 'keep-aside',
    text: 'select tahsil.keep_forks($1, $2, $3::text[], $4::text[], $5::text[], $6)',
    values: [
      deviceId,
      after,
      records.map(({ body }) => body),
      records.map(({ signature }) => signature),
      hashes,
      why,
    ],
  })
}

export async function noteFinding(
  client: PoolClient,
  deviceId: string,
  { kind, fromSeq, toSeq }: { kind: 'turnover' | 'rolled-back'; fromSeq: number; toSeq: number },
): Promise<void> {
  await client.query({
    name: 'note-finding',
    text: 'select tahsil.note_finding($1, $2, $3, $4)',
    values: [deviceId, kind, fromSeq, toSeq],
  })
}

/** Answers the epoch that holds now. The same proof never begins two. */
export async function beginEpoch(client: Connection, why: string, provedBy: string | null): Promise<string> {
  const { rows } = await client.query<{ epoch: string }>({
    name: 'begin-epoch',
    text: 'select tahsil.begin_epoch($1, $2) as epoch',
    values: [why, provedBy],
  })
  const [row] = rows
  if (row === undefined) throw new TypeError('there is always an epoch')
  return row.epoch
}

export type HeadRow = {
  deviceId: string
  incarnation: string
  deviceCode: string
  tenantId: string
  upto: number
  hash: string
  turnoverPaise: number
  paymentCount: number
  isForked: boolean
  epoch: string
}

/** Heads of all devices that ever handed something over. */
export async function readHeads(client: Connection): Promise<HeadRow[]> {
  const { rows } = await client.query<HeadRow>(
    `select h.device_id as "deviceId", d.incarnation, s.device_code as "deviceCode", s.tenant_id as "tenantId", h.upto,
       h.hash, h.turnover_paise as "turnoverPaise", h.payment_count as "paymentCount",
       d.is_forked as "isForked", tahsil.current_epoch() as epoch
     from tahsil.journal_heads h join tahsil.devices d using (device_id) join tahsil.slots s using (slot_id)
     order by s.device_code, d.incarnation`,
  )
  return rows
}
