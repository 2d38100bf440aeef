// Takes payments from terminals: checks who may hand over what, keeps them, answers after the commit (R2).
// Called by the API. The same id and content again gets the same answer; what cannot be read is kept for a person.
import { createHash } from 'node:crypto'
import type { Pool } from 'pg'
import * as z from 'zod'
import type { PaymentOutcome } from '#contract/api.ts'
import { paymentSchema } from '#contract/payment.ts'
import type { Payment, PaymentStatus } from '#contract/payment.ts'
import { problemOf, ProblemError } from '#contract/problem.ts'
import { outcomeOf, whyRefused } from '#collection/accept-payment.ts'
import type { Refusal, Submitter } from '#collection/accept-payment.ts'
import { createGroupCommit } from './group-commit.ts'
import { hexOf, insertEach, insertPayments, isDataError, keepForks, seal } from './insert-payments.ts'
import type { Held, Sealed } from './insert-payments.ts'
import { freshStatus, statusColumns, statusOf } from './payment-row.ts'
import type { StatusRow } from './payment-row.ts'

export type SubmittingDevice = Submitter & { slotId: string; deviceId: string }

export type Acceptance = {
  submit: (device: SubmittingDevice, payment: Payment) => Promise<PaymentStatus>
  submitBatch: (device: SubmittingDevice, records: readonly unknown[]) => Promise<PaymentOutcome[]>
  /** Keeps what could not be read: money may have been taken. */
  keepPoison: (deviceId: string, record: unknown, reason: string) => Promise<void>
}

/** A request body is at most 1 MB, so a poison record is smaller. */
const poisonCharsMax = 1_100_000
const doesNotFit: Refusal = { code: 'input_invalid', why: 'the database cannot hold a value of it' }

export function createAcceptance(pool: Pool): Acceptance {
  const commitGroup = createGroupCommit<Sealed, Held>((sealed) => insertPayments(pool, sealed))
  const keepPoison: Acceptance['keepPoison'] = (deviceId, record, reason) =>
    insertPoison(pool, { deviceId, record, reason })
  return {
    keepPoison,
    submit: async (device, payment) => {
      const refusal = whyRefused(payment, device)
      const sealed = seal(payment, device)
      const held = refusal ?? (await commitGroup(sealed).catch(doesNotFitOrThrow))
      if ('why' in held) {
        await keepPoison(device.deviceId, payment, held.why)
        throw problemOfRefusal(held)
      }
      const outcome = verdictOf(sealed, held)
      if (outcome === 'conflict') {
        await keepForks(pool, [sealed])
        throw new ProblemError('payment_conflict')
      }
      const statuses = await statusesOf(pool, [{ sealed, held }])
      return statuses.get(sealed) ?? missing()
    },
    submitBatch: (device, records) => submitBatch(pool, device, records),
  }
}

type Read = { sealed: Sealed } | { refusal: Refusal; record: unknown }

async function submitBatch(
  pool: Pool,
  device: SubmittingDevice,
  records: readonly unknown[],
): Promise<PaymentOutcome[]> {
  const read = records.map((record) => readRecord(record, device))
  const sealed = read.flatMap((each) => ('sealed' in each ? [each.sealed] : []))
  const kept = await insertEach(pool, sealed)
  const isConflict = (each: Sealed) => {
    const held = kept.get(each)
    return held !== undefined && verdictOf(each, held) === 'conflict'
  }
  await keepForks(pool, sealed.filter(isConflict))
  const mine = sealed.flatMap((each) => {
    const held = kept.get(each)
    return held === undefined || isConflict(each) ? [] : [{ sealed: each, held }]
  })
  const statuses = await statusesOf(pool, mine)
  const outcomes: PaymentOutcome[] = []
  for (const each of read) {
    const held = 'sealed' in each ? kept.get(each.sealed) : undefined
    outcomes.push(
      'sealed' in each && held !== undefined
        ? outcomeOfHeld(each.sealed, held, statuses.get(each.sealed) ?? null)
        : await refuse(pool, device, each),
    )
  }
  return outcomes
}

function readRecord(record: unknown, device: SubmittingDevice): Read {
  const parsed = paymentSchema.safeParse(record)
  if (!parsed.success) {
    const where = z.prettifyError(parsed.error).replaceAll(/\s+/g, ' ')
    return { record, refusal: { code: 'input_invalid', why: `cannot be read: ${where}`.slice(0, 500) } }
  }
  const refusal = whyRefused(parsed.data, device)
  return refusal === null ? { sealed: seal(parsed.data, device) } : { record, refusal }
}

function verdictOf(sealed: Sealed, held: Held) {
  return outcomeOf({ isNew: held.isNew, heldHash: held.heldHash, sentHash: hexOf(sealed.hash) })
}

function outcomeOfHeld(sealed: Sealed, held: Held, status: PaymentStatus | null): PaymentOutcome {
  const outcome = verdictOf(sealed, held)
  const problem = outcome === 'conflict' ? problemOf(new ProblemError('payment_conflict')) : null
  return { id: sealed.payment.id, outcome, status, problem }
}

/** Kept for a person before the terminal hears of it. */
async function refuse(pool: Pool, { deviceId }: SubmittingDevice, read: Read): Promise<PaymentOutcome> {
  const { record, refusal } = 'refusal' in read ? read : { record: read.sealed.payment, refusal: doesNotFit }
  await insertPoison(pool, { deviceId, record, reason: refusal.why })
  const problem = problemOf(problemOfRefusal(refusal))
  return { id: claimedIdOf(record) ?? '', outcome: 'refused', status: null, problem }
}

async function insertPoison(
  pool: Pool,
  { deviceId, record, reason }: { deviceId: string; record: unknown; reason: string },
): Promise<void> {
  const content = (JSON.stringify(record) ?? 'null').slice(0, poisonCharsMax)
  const hash = createHash('sha256').update(content).digest()
  await pool.query({
    name: 'keep-poison',
    text: `insert into tahsil.poison_records (device_id, claimed_id, reason, content, content_hash)
      values ($1, $2, $3, $4, $5) on conflict do nothing`,
    values: [deviceId, claimedIdOf(record), reason.slice(0, 500), content, hash],
  })
}

/** Of payments taken this instant it is known; of the others it is read. */
async function statusesOf(
  pool: Pool,
  kept: readonly { sealed: Sealed; held: Held }[],
): Promise<Map<Sealed, PaymentStatus>> {
  const older = kept.filter(({ held }) => !held.isNew).map(({ sealed }) => sealed.payment.id)
  const read = new Map((await readStatuses(pool, older)).map((status) => [status.id, status]))
  return new Map(
    kept.map(({ sealed, held }) => {
      const { id } = sealed.payment
      return [sealed, held.isNew ? freshStatus({ id, ...held }) : (read.get(id) ?? missing())]
    }),
  )
}

async function readStatuses(pool: Pool, ids: readonly string[]): Promise<PaymentStatus[]> {
  if (ids.length === 0) return []
  const rows = await pool.query<StatusRow>({
    name: 'read-statuses',
    text: `select ${statusColumns} from tahsil.payments p where p.id = any($1::uuid[])`,
    values: [ids],
  })
  return rows.rows.map(statusOf)
}

function doesNotFitOrThrow(error: unknown): Refusal {
  if (!isDataError(error)) throw error
  return doesNotFit
}

function missing(): never {
  throw new TypeError('an accepted payment must be there')
}

function problemOfRefusal({ code, why }: Refusal): ProblemError {
  return code === 'bill_other_tenant'
    ? new ProblemError(code)
    : new ProblemError(code, { why: why.slice(0, 200) })
}

function claimedIdOf(record: unknown): string | null {
  if (typeof record !== 'object' || record === null || !('id' in record)) return null
  // oxlint-disable-next-line no-control-regex -- the database takes no control characters
  return typeof record.id === 'string' ? record.id.slice(0, 64).replaceAll(/[\u0000-\u001f]/g, '') : null
}
