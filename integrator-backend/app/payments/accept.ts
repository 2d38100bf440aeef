// Takes payments from terminals into the database: insert if absent by id and hash of the exact content, with the posting
// job, in one transaction. Called by the API. Answers leave only after the commit (R2).
import { createHash } from 'node:crypto'
import type { Pool } from 'pg'
import * as z from 'zod'
import type { PaymentOutcome } from '#contract/api.ts'
import { paymentSchema } from '#contract/payment.ts'
import type { Payment, PaymentStatus } from '#contract/payment.ts'
import { problemOf, ProblemError } from '#contract/problem.ts'
import { outcomeOf, whyRefused } from '#collection/accept-payment.ts'
import type { Refusal, Submitter } from '#collection/accept-payment.ts'
import { canonicalJson } from '#collection/canonical-json.ts'
import { createGroupCommit } from './group-commit.ts'
import { statusColumns, statusOf } from './payment-row.ts'
import type { StatusRow } from './payment-row.ts'

export type SubmittingDevice = Submitter & { slotId: string; deviceId: string }

export type Acceptance = {
  submit: (device: SubmittingDevice, payment: Payment) => Promise<PaymentStatus>
  submitBatch: (device: SubmittingDevice, records: readonly unknown[]) => Promise<PaymentOutcome[]>
  /** Keeps what could not be read: money may have been taken. */
  keepPoison: (deviceId: string, record: unknown, reason: string) => Promise<void>
}

type Sealed = { payment: Payment; slotId: string; deviceId: string; content: string; hash: Buffer }
type Held = { isNew: boolean; heldHash: string }

/** A request body is at most 1 MB, so a poison record is smaller. */
const poisonCharsMax = 1_100_000

export function createAcceptance(pool: Pool): Acceptance {
  const commitGroup = createGroupCommit<Sealed, Held>((sealed) => insert(pool, sealed))

  const keepPoison = async (deviceId: string, record: unknown, reason: string) => {
    const content = (JSON.stringify(record) ?? 'null').slice(0, poisonCharsMax)
    const hash = createHash('sha256').update(content).digest()
    await pool.query({
      name: 'keep-poison',
      text: `insert into tahsil.poison_records (device_id, claimed_id, reason, content, content_hash)
        values ($1, $2, $3, $4, $5) on conflict do nothing`,
      values: [deviceId, claimedIdOf(record), reason.slice(0, 500), content, hash],
    })
  }

  return {
    keepPoison,
    submit: async (device, payment) => {
      const refusal = whyRefused(payment, device)
      if (refusal !== null) {
        await keepPoison(device.deviceId, payment, refusal.why)
        throw problemOfRefusal(refusal)
      }
      const sealed = seal(payment, device)
      const held = await commitGroup(sealed).catch(async (error: unknown) => {
        if (!isDataError(error)) throw error
        await keepPoison(device.deviceId, payment, 'the database cannot hold a value of it')
        throw new ProblemError('input_invalid', { why: 'a value cannot be kept' })
      })
      const outcome = outcomeOf({ ...held, sentHash: hex(sealed.hash) })
      if (outcome === 'conflict') {
        await keepForks(pool, [sealed])
        throw new ProblemError('payment_conflict')
      }
      const [status] = await readStatuses(pool, [sealed.payment.id])
      if (status === undefined) throw new TypeError('an accepted payment must be there')
      return status
    },
    submitBatch: async (device, records) => {
      const read = records.map((record) => readRecord(record, device))
      const sealed = read.flatMap((each) => ('sealed' in each ? [each.sealed] : []))
      const held = await insertEach(pool, sealed)
      const ids = sealed.map((each) => each.payment.id)
      const verdicts = new Map<Sealed, Verdict>()
      for (const each of sealed) {
        const known = held.get(each)
        verdicts.set(
          each,
          known === undefined ? 'refused' : outcomeOf({ ...known, sentHash: hex(each.hash) }),
        )
      }
      await keepForks(
        pool,
        sealed.filter((each) => verdicts.get(each) === 'conflict'),
      )
      const statuses = new Map((await readStatuses(pool, ids)).map((status) => [status.id, status]))
      const outcomes: PaymentOutcome[] = []
      for (const each of read) {
        const verdict = 'sealed' in each ? (verdicts.get(each.sealed) ?? 'refused') : 'refused'
        if (verdict === 'refused' || !('sealed' in each)) {
          outcomes.push(await refuse(device, each))
          continue
        }
        const { id } = each.sealed.payment
        const problem = verdict === 'conflict' ? problemOf(new ProblemError('payment_conflict')) : null
        outcomes.push({ id, outcome: verdict, status: statuses.get(id) ?? null, problem })
      }
      return outcomes
    },
  }

  /** Kept for a person before the terminal hears of it. */
  async function refuse(device: SubmittingDevice, read: Read): Promise<PaymentOutcome> {
    const { record, refusal } =
      'refusal' in read
        ? read
        : {
            record: read.sealed.payment,
            refusal: { code: 'input_invalid' as const, why: 'the database cannot hold a value of it' },
          }
    await keepPoison(device.deviceId, record, refusal.why)
    const problem = problemOf(problemOfRefusal(refusal))
    return { id: claimedIdOf(record) ?? '', outcome: 'refused', status: null, problem }
  }
}

type Verdict = PaymentOutcome['outcome']

/** All together; when one value does not fit the database, one by one, so that it never blocks the others. */
async function insertEach(pool: Pool, sealed: readonly Sealed[]): Promise<Map<Sealed, Held>> {
  const held = new Map<Sealed, Held>()
  try {
    for (const [at, each] of (await insert(pool, sealed)).entries()) held.set(sealed[at] ?? missing(), each)
    return held
  } catch (error) {
    if (!isDataError(error)) throw error
  }
  for (const each of sealed) {
    try {
      const [one] = await insert(pool, [each])
      held.set(each, one ?? missing())
    } catch (error) {
      if (!isDataError(error)) throw error
    }
  }
  return held
}

function missing(): never {
  throw new TypeError('every accepted payment must be there')
}

/** SQLSTATE classes 22 and 23: the value, not the database, is at fault. */
function isDataError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && /^2[23]/.test(String(error.code))
}

type Read = { sealed: Sealed } | { refusal: Refusal; record: unknown }

function readRecord(record: unknown, device: SubmittingDevice): Read {
  const parsed = paymentSchema.safeParse(record)
  if (!parsed.success) {
    const where = z.prettifyError(parsed.error).replaceAll(/\s+/g, ' ')
    return { record, refusal: { code: 'input_invalid', why: `cannot be read: ${where}`.slice(0, 500) } }
  }
  const refusal = whyRefused(parsed.data, device)
  return refusal === null ? { sealed: seal(parsed.data, device) } : { record, refusal }
}

function seal(given: Payment, { slotId, deviceId }: SubmittingDevice): Sealed {
  // PostgreSQL spells a uuid in lower case
  const payment = { ...given, id: given.id.toLowerCase() }
  const content = canonicalJson(payment)
  return { payment, slotId, deviceId, content, hash: createHash('sha256').update(content).digest() }
}

/** One round trip and one commit for all; answers in the order of the input. */
async function insert(pool: Pool, sealed: readonly Sealed[]): Promise<Held[]> {
  if (sealed.length === 0) return []
  const of = <Value>(pick: (each: Sealed) => Value) => sealed.map(pick)
  const rows = await pool.query<{ id: string; is_new: boolean; held_hash: Buffer }>({
    name: 'accept-payments',
    text: `select id, is_new, held_hash from tahsil.accept_payments(
      $1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::bigint[], $6::uuid[], $7::uuid[], $8::text[], $9::text[],
      $10::text[], $11::text[], $12::bigint[], $13::text[], $14::bigint[], $15::text[], $16::text[], $17::bytea[])`,
    values: [
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
    ],
  })
  const held = new Map(rows.rows.map((row) => [row.id, row]))
  const seen = new Set<string>()
  return sealed.map(({ payment }) => {
    const row = held.get(payment.id)
    if (row === undefined) throw new TypeError('an accepted payment must be there')
    const isNew = row.is_new && !seen.has(row.id)
    seen.add(row.id)
    return { isNew, heldHash: hex(row.held_hash) }
  })
}

/** QUARANTINE note: the original stays as it is, the other content is kept beside it, the trail tells. */
async function keepForks(pool: Pool, forks: readonly Sealed[]): Promise<void> {
  for (const { payment, hash, content, deviceId } of forks) {
    await pool.query({
      name: 'keep-fork',
      text: `with kept as (
          insert into tahsil.payment_forks (payment_id, content_hash, device_id, content)
          values ($1, $2, $3, $4) on conflict do nothing returning payment_id
        ), slot as (
          update tahsil.slots s set last_cursor = s.last_cursor + 1
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

export async function readStatuses(pool: Pool, ids: readonly string[]): Promise<PaymentStatus[]> {
  if (ids.length === 0) return []
  const rows = await pool.query<StatusRow>({
    name: 'read-statuses',
    text: `select ${statusColumns} from tahsil.payments p where p.id = any($1::uuid[])`,
    values: [ids],
  })
  return rows.rows.map(statusOf)
}

function problemOfRefusal({ code, why }: Refusal): ProblemError {
  return code === 'bill_other_tenant'
    ? new ProblemError(code)
    : new ProblemError(code, { why: why.slice(0, 200) })
}

function claimedIdOf(record: unknown): string | null {
  if (typeof record !== 'object' || record === null || !('id' in record)) return null
  // oxlint-disable-next-line no-control-regex
  return typeof record.id === 'string' ? record.id.slice(0, 64).replaceAll(/[\u0000-\u001f]/g, '') : null
}

function hex(hash: Buffer): string {
  return hash.toString('hex')
}
