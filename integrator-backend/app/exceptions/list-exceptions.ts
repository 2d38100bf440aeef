// What waits for a person, of one municipality: payments, remainders, records that cannot be read. Called by the exceptions API, by
// acts for what stands afterwards, and by the command line. A position never changes, so paging loses and repeats nothing.
import type { Pool, PoolClient } from 'pg'
import * as z from 'zod'
import type { Exception } from '#contract/exceptions-api.ts'
import { exceptionSchema } from '#contract/exceptions-api.ts'
import { paise } from '#contract/money.ts'
import type { Paise } from '#contract/money.ts'
import { allowedActs } from '#collection/exception-acts.ts'
import type { Subject } from '#collection/exception-acts.ts'

export type ExceptionQuery = {
  tenantId: string
  after: number
  limit: number
  /** Only this one, when it still waits. */
  only?: { kind: Exception['kind']; id: string }
}
export type ExceptionsParts = { unknownShownMs: number; lagLimitMs: number }
export type ExceptionsPage = {
  exceptions: Exception[]
  next: number | null
  totalCount: number
  totalPaise: Paise
}

/** A first person's wish is forgotten after so long. */
export const ASKED_LIFE_HOURS = 24
/** Payments come first, then remainders, then records; each in the order in which the integrator got them. */
const remainderBase = 2 ** 51
const recordBase = 2 ** 52

type Row = {
  position: number
  kind: Exception['kind']
  id: string
  state: string
  reason: string | null
  amount_paise: number | null
  since_ms: number
  due_ms: number | null
  note: string
  content: string
  device_code: string | null
  operator_code: string | null
  attempt_count: number
  digit_receipt_number: string | null
  asked_act: string | null
  asked_by: string | null
  asked_ms: number | null
}

const ms = (column: string) => `(extract(epoch from ${column}) * 1000)::bigint`

/** $1 tenant, $2 unknown shown after ms, $3 lag limit ms. */
const waiting = `
  asked as (
    select distinct on (d.subject_kind, d.subject_id) d.subject_kind, d.subject_id, d.act, d.operator_id, d.at, d.stage
    from tahsil.decisions d
    where d.tenant_id = $1 and d.at > clock_timestamp() - make_interval(hours => ${ASKED_LIFE_HOURS})
    order by d.subject_kind, d.subject_id, d.decision_id desc
  ), waiting as (
    select p.seq as position, 'payment' as kind, p.id::text as id, p.state, p.reason, p.amount_paise,
      p.state_since as since,
      case when p.state in ('SUSPENSE', 'POISON', 'QUARANTINE') then tahsil.due_at(p.state_since) end as due_at,
      p.last_note as note, p.id as payment_id, null::bigint as poison_id
    from tahsil.payments p
    where p.tenant_id = $1 and p.explained_at is null and p.state in ('SUSPENSE', 'POISON', 'QUARANTINE', 'REVERSING', 'UNKNOWN', 'HOLD')
      and (p.state in ('SUSPENSE', 'POISON', 'QUARANTINE', 'REVERSING')
        or (p.state = 'UNKNOWN' and p.state_since <= clock_timestamp() - make_interval(secs => $2 / 1000.0))
        or (p.state = 'HOLD' and p.reason = 'LAGGING'))
    union all
    select p.seq, 'payment', p.id::text, p.state, p.reason, p.amount_paise, p.state_since, null, p.last_note, p.id, null
    from tahsil.payments p
    where p.tenant_id = $1 and p.state = 'POSTED'
      and p.posted_since <= clock_timestamp() - make_interval(secs => $3 / 1000.0)
    union
    select p.seq, 'payment', p.id::text, p.state, p.reason, p.amount_paise, p.state_since, null, p.last_note, p.id, null
    from tahsil.payments p
    where p.tenant_id = $1 and p.state in ('POSTED', 'CONFIRMED') and p.id = any(array(
      select a.subject_id::uuid from asked a where a.subject_kind = 'payment' and a.stage = 'asked'))
    union all
    select r.seq + ${remainderBase}, 'remainder', r.payment_id::text, p.state, r.reason, r.amount_paise, r.at, r.due_at,
      case when exists (select 1 from tahsil.open_claims(p.id) c where c.kind = 'remainder')
        then 'a till’s journal says that this rest was given back; the decision is not known here'
        else 'the rest of a payment that was posted in part' end, p.id, null
    from tahsil.remainders r join tahsil.payments p on p.id = r.payment_id
    where r.tenant_id = $1 and r.state = 'HELD'
    union all
    select o.poison_id + ${recordBase}, 'record', o.poison_id::text, 'POISON', null, null, o.at, tahsil.due_at(o.at),
      o.reason, null, o.poison_id
    from tahsil.poison_records o
    join tahsil.devices v on v.device_id = o.device_id join tahsil.slots s on s.slot_id = v.slot_id
    where s.tenant_id = $1 and not exists (
      select 1 from tahsil.decisions d
      where d.subject_kind = 'record' and d.subject_id = o.poison_id::text and d.stage = 'done')
  )`

export async function listExceptions(
  pool: Pool | PoolClient,
  { unknownShownMs, lagLimitMs }: ExceptionsParts,
  query: ExceptionQuery,
): Promise<ExceptionsPage> {
  const { tenantId, after, limit, only } = query
  if (limit < 1) throw new RangeError('a page has at least one place')
  const rows = await pool.query<Row>({
    name: 'list-exceptions',
    text: `with ${waiting}
      select w.position, w.kind, w.id, w.state, w.reason, w.amount_paise, ${ms('w.since')} as since_ms,
        ${ms('w.due_at')} as due_ms, w.note, coalesce(p.content, o.content) as content,
        s.device_code, n.code as operator_code, coalesce(p.attempt_count, 0) as attempt_count,
        p.digit_receipt_number, a.act as asked_act, a.operator_id as asked_by, ${ms('a.at')} as asked_ms
      from waiting w
      left join tahsil.payments p on p.id = w.payment_id
      left join tahsil.poison_records o on o.poison_id = w.poison_id
      left join tahsil.devices v on v.device_id = coalesce(p.device_id, o.device_id)
      left join tahsil.slots s on s.slot_id = coalesce(p.slot_id, v.slot_id)
      left join tahsil.operators n on n.operator_id = p.operator_id
      left join asked a on a.subject_kind = w.kind and a.subject_id = w.id and a.stage = 'asked'
      where w.position > $4 and ($6::text is null or (w.kind = $6 and w.id = $7))
      order by w.position limit $5`,
    values: [tenantId, unknownShownMs, lagLimitMs, after, limit + 1, only?.kind ?? null, only?.id ?? null],
  })
  const totals = await pool.query<{ count: number; sum: number }>({
    name: 'count-exceptions',
    text: `with ${waiting}
      select count(*)::int as count, coalesce(sum(amount_paise), 0)::bigint as sum from waiting`,
    values: [tenantId, unknownShownMs, lagLimitMs],
  })
  const page = rows.rows.slice(0, limit)
  return {
    exceptions: page.map(exceptionOf),
    next: rows.rows.length > limit ? (page.at(-1)?.position ?? null) : null,
    totalCount: totals.rows[0]?.count ?? 0,
    totalPaise: paise(totals.rows[0]?.sum ?? 0),
  }
}

function exceptionOf(row: Row): Exception {
  const subject: Subject = {
    kind: row.kind,
    state: row.state as Subject['state'],
    reason: row.reason as Subject['reason'],
  }
  const facts = factsOf(row.content)
  const asked =
    row.asked_act === null
      ? null
      : { act: row.asked_act, byOperatorId: row.asked_by, atMs: Number(row.asked_ms) }
  return exceptionSchema.parse({
    ...subject,
    id: row.id,
    amountPaise: row.kind === 'record' ? (facts.amountPaise ?? null) : row.amount_paise,
    sinceMs: row.since_ms,
    dueAtMs: row.due_ms,
    note: row.note,
    receiptNumber: facts.receiptNumber ?? null,
    consumerCode: facts.bill?.consumerCode ?? null,
    businessService: facts.bill?.businessService ?? null,
    payerName: facts.payer?.paidBy ?? null,
    deviceCode: row.device_code,
    operatorCode: row.operator_code,
    evidence: {
      collectedAtMs: facts.collectedAtMs ?? null,
      billPaise: facts.bill?.totalPaise ?? null,
      billFetchedAtMs: facts.bill?.fetchedAtMs ?? null,
      packId: facts.evidence?.packId ?? null,
      isAdvanceAgreed: facts.evidence?.isAdvanceAgreed ?? false,
      isPartAgreed: facts.evidence?.isPartAgreed ?? false,
      attemptCount: row.attempt_count,
      digitReceiptNumber: row.digit_receipt_number,
    },
    acts: allowedActs(subject),
    asked,
  })
}

/** Of an unreadable record whatever can be read: each field on its own. */
const readable = <T extends z.ZodType>(schema: T) => schema.optional().catch(undefined)
const factsSchema = z.object({
  amountPaise: readable(exceptionSchema.shape.amountPaise.unwrap()),
  receiptNumber: readable(z.string().max(64)),
  collectedAtMs: readable(z.int().min(0)),
  bill: readable(
    z.object({
      consumerCode: readable(exceptionSchema.shape.consumerCode.unwrap()),
      businessService: readable(exceptionSchema.shape.businessService.unwrap()),
      totalPaise: readable(exceptionSchema.shape.amountPaise.unwrap()),
      fetchedAtMs: readable(z.int().min(0)),
    }),
  ),
  payer: readable(z.object({ paidBy: readable(z.string().max(256)) })),
  evidence: readable(
    z.object({
      packId: readable(z.string().max(64).nullable()),
      isAdvanceAgreed: readable(z.boolean()),
      isPartAgreed: readable(z.boolean()),
    }),
  ),
})

function factsOf(content: string): z.infer<typeof factsSchema> {
  try {
    return factsSchema.catch({}).parse(JSON.parse(content))
  } catch {
    return {}
  }
}
