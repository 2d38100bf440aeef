// The money in a batch of records: payments through the acceptance of every payment, what cannot be read into the poison lane, the
// same id with other content beside the first. Called by append.ts inside its transaction; doing it twice changes nothing.
import { createHash } from 'node:crypto'
import type { PoolClient } from 'pg'
import type { SuspenseReason } from '#contract/payment.ts'
import { problemOf, ProblemError } from '#contract/problem.ts'
import type { Problem } from '#contract/problem.ts'
import type { RecordOutcome } from '#contract/records-api.ts'
import { outcomeOf } from '#collection/accept-payment.ts'
import type { Refusal } from '#collection/accept-payment.ts'
import { hexOf, insertPayments, isDataError, keepForks } from '#app/payments/insert-payments.ts'
import type { Held, Sealed } from '#app/payments/insert-payments.ts'
import type { ReadBatch, ReadRecord } from './read-records.ts'

type Money = {
  deviceId: string
  batch: ReadBatch
  /** Not null: nobody may post these before a person has looked. */
  quarantine: SuspenseReason | null
  /** Each payment on its own; slow, only after a value did not fit. */
  isCareful: boolean
}

type Kept = { outcomes: RecordOutcome[]; receipts: { seq: number; number: string }[] }
type PaymentRecord = ReadRecord & { kind: 'payment' }

const poisonCharsMax = 1_100_000
const doesNotFit: Refusal = { code: 'input_invalid', why: 'the database cannot hold a value of it' }
const quarantineNotes: Partial<Record<SuspenseReason, string>> = {
  REVOKED_DEVICE: 'handed over by a device that was withdrawn',
  SEQUENCE_FORK: 'two different records carry its number',
}

/** Throws a data error (SQLSTATE 22, 23) unless `isCareful`. */
export async function keepMoney(client: PoolClient, money: Money): Promise<Kept> {
  const payments = money.batch.records.filter((record) => record.kind === 'payment')
  const held = money.isCareful ? await insertOneByOne(client, payments) : await insertAll(client, payments)
  const conflicts = payments.filter((record) => isConflict(record, held))
  await keepForks(
    client,
    conflicts.map(({ sealed }) => sealed),
  )
  const outcomes: RecordOutcome[] = []
  for (const record of money.batch.records) {
    const outcome = await outcomeOfRecord(client, record, { held, deviceId: money.deviceId })
    if (outcome !== null) outcomes.push(outcome)
  }
  await quarantineFresh(client, money, held)
  const receipts = payments
    .filter((record) => held.has(record.sealed))
    .map(({ seq, sealed }) => ({ seq, number: sealed.payment.receiptNumber }))
  return { outcomes, receipts }
}

async function insertAll(client: PoolClient, payments: readonly PaymentRecord[]): Promise<Map<Sealed, Held>> {
  const sealed = payments.map((record) => record.sealed)
  const held = await insertPayments(client, sealed)
  if (held.length !== sealed.length) throw new RangeError('one answer for each payment')
  return new Map(sealed.map((each, at) => [each, held[at] as Held]))
}

async function insertOneByOne(
  client: PoolClient,
  payments: readonly PaymentRecord[],
): Promise<Map<Sealed, Held>> {
  const kept = new Map<Sealed, Held>()
  for (const { sealed } of payments) {
    await client.query('savepoint one_payment')
    try {
      const [held] = await insertPayments(client, [sealed])
      if (held !== undefined) kept.set(sealed, held)
      await client.query('release savepoint one_payment')
    } catch (error) {
      if (!isDataError(error)) throw error
      await client.query('rollback to savepoint one_payment')
    }
  }
  return kept
}

function isConflict({ sealed }: PaymentRecord, kept: ReadonlyMap<Sealed, Held>): boolean {
  const held = kept.get(sealed)
  if (held === undefined) return false
  const { isNew, heldHash } = held
  return outcomeOf({ isNew, heldHash, sentHash: hexOf(sealed.hash) }) === 'conflict'
}

/** null: it simply got through. A poison record is kept for a person before the till hears of it. */
async function outcomeOfRecord(
  client: PoolClient,
  record: ReadRecord,
  { held, deviceId }: { held: ReadonlyMap<Sealed, Held>; deviceId: string },
): Promise<RecordOutcome | null> {
  const { seq } = record
  if (record.kind === 'payment' && held.has(record.sealed)) {
    if (!isConflict(record, held)) return null
    const problem = problemOf(new ProblemError('payment_conflict'))
    return { seq, id: record.sealed.payment.id, outcome: 'conflict', problem }
  }
  const poison =
    record.kind === 'poison' ? record : { record: record.sealed.payment as unknown, refusal: doesNotFit }
  await insertPoison(client, { deviceId, record: poison.record, reason: poison.refusal.why })
  const id = claimedIdOf(poison.record) ?? ''
  return { seq, id, outcome: 'refused', problem: problemOfRefusal(poison.refusal) }
}

async function quarantineFresh(
  client: PoolClient,
  { quarantine }: Money,
  held: ReadonlyMap<Sealed, Held>,
): Promise<void> {
  if (quarantine === null) return
  const ids = [...held].filter(([, { isNew }]) => isNew).map(([{ payment }]) => payment.id)
  if (ids.length === 0) return
  await client.query({
    name: 'quarantine-payments',
    text: 'select tahsil.quarantine($1::uuid[], $2, $3)',
    values: [ids, quarantine, quarantineNotes[quarantine] ?? 'a person must look at it'],
  })
}

async function insertPoison(
  client: PoolClient,
  { deviceId, record, reason }: { deviceId: string; record: unknown; reason: string },
): Promise<void> {
  const content = (JSON.stringify(record) ?? 'null').slice(0, poisonCharsMax)
  const hash = createHash('sha256').update(content).digest()
  await client.query({
    name: 'keep-poison',
    text: `insert into tahsil.poison_records (device_id, claimed_id, reason, content, content_hash)
      values ($1, $2, $3, $4, $5) on conflict do nothing`,
    values: [deviceId, claimedIdOf(record), reason.slice(0, 500), content, hash],
  })
}

function problemOfRefusal({ code, why }: Refusal): Problem {
  const data = code === 'bill_other_tenant' ? {} : { why: why.slice(0, 200) }
  return problemOf(new ProblemError(code, data))
}

function claimedIdOf(record: unknown): string | null {
  if (typeof record !== 'object' || record === null || !('id' in record)) return null
  // oxlint-disable-next-line no-control-regex -- the database takes no control characters
  return typeof record.id === 'string' ? record.id.slice(0, 64).replaceAll(/[\u0000-\u001f]/g, '') : null
}
