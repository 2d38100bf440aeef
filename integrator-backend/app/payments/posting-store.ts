// Reads and changes payments for their posting, each change one transaction. Called by the posting ports and the sweeper.
import type { Pool } from 'pg'
import type { PostingRecord } from '#collection/posting-facts.ts'
import type { Change } from '#collection/post-payment.ts'
import { recordOf } from './payment-row.ts'
import type { PostingRow } from './payment-row.ts'

export const LIVE_STATES = [
  'RECEIVED',
  'VERIFIED',
  'HOLD',
  'READY',
  'POSTING',
  'UNKNOWN',
  'RESOLVE',
  'POSTED',
  'REVERSING',
] as const
/** States in which money is not yet in DIGIT: they queue behind each other per consumer (R7). */
const queued = `('RECEIVED', 'VERIFIED', 'HOLD', 'READY', 'POSTING', 'UNKNOWN', 'RESOLVE')`
/** Sent at least once and not settled: it goes before everything that was never sent. */
const sent = (alias: string) => `(${alias}.attempt_count > 0 and ${alias}.state in ${queued})`

export const HOLD_SETTING = 'posting-hold-until'

/** Database time with it, so that all arithmetic on time uses one clock (R12). null = no such payment. */
export async function loadRecord(pool: Pool, id: string): Promise<PostingRecord | null> {
  const rows = await pool.query<PostingRow>({
    name: 'load-posting',
    text: `select p.id, p.content, p.state, p.reason, p.bill_id, p.attempt_count, p.last_refusal, p.wait_count,
        p.digit_payment_id, p.post_paise, p.settled_as, p.is_decided, p.reversal, p.probe_reason,
        case when exists (select 1 from tahsil.decision_claims c where c.payment_id = p.id)
          then tahsil.is_refund_claimed(p.id) else false end as is_refund_claimed,
        (extract(epoch from p.last_attempt_at) * 1000)::bigint as last_attempt_ms,
        (extract(epoch from p.lag_since) * 1000)::bigint as lag_since_ms,
        (extract(epoch from p.posted_since) * 1000)::bigint as posted_since_ms,
        (extract(epoch from clock_timestamp()) * 1000)::bigint as now_ms,
        (select (s.value #>> '{}')::bigint from tahsil.settings s where s.key = '${HOLD_SETTING}') as hold_until_ms,
        exists (
          select 1 from tahsil.payments o
          where o.tenant_id = p.tenant_id and o.consumer_code = p.consumer_code
            and o.business_service = p.business_service and o.id <> p.id and o.state in ${queued}
            and case when ${sent('p')} then ${sent('o')} and o.seq < p.seq
                     else ${sent('o')} or o.seq < p.seq end
        ) as is_behind
      from tahsil.payments p where p.id = $1`,
    values: [id],
  })
  const [row] = rows.rows
  return row === undefined ? null : recordOf(row)
}

/** false when another worker changed it first: the caller stops. */
export async function moveRecord(pool: Pool, record: PostingRecord, change: Change): Promise<boolean> {
  if (change.attempt !== null && change.state !== 'POSTING')
    throw new RangeError('an attempt is made while POSTING')
  if (change.reversalAttempt !== undefined && change.state !== 'REVERSING')
    throw new RangeError('a payment is undone while REVERSING')
  const attempt = change.attempt ?? change.reversalAttempt ?? null
  if (change.runInMs !== null && change.runInMs < 0) throw new RangeError('a wait is never negative')
  const moved = await pool.query<{ is_moved: boolean }>({
    name: 'move-payment',
    text: `select tahsil.move_payment($1, $2, $3, $4, $5, $6, $7, $8, $9) as is_moved`,
    values: [
      record.payment.id,
      record.state,
      record.attemptCount,
      change.state,
      change.reason,
      change.note.slice(0, 500),
      JSON.stringify(change.patch),
      change.runInMs,
      attempt === null ? null : JSON.stringify(attempt),
    ],
  })
  return moved.rows[0]?.is_moved === true
}

/** A posting job for each payment of a batch: kept out of the way of the till's answer. */
export async function spreadPayments(pool: Pool, ids: readonly string[]): Promise<void> {
  await pool.query({
    name: 'spread-payments',
    text: 'select tahsil.spread_payments($1::uuid[])',
    values: [ids],
  })
}

/** Records a second payment with the same sequence number or receipt number; the payment itself goes on. */
export async function findOddities(pool: Pool, id: string): Promise<void> {
  await pool.query({ name: 'find-oddities', text: 'select tahsil.find_oddities($1)', values: [id] })
}

/** The next of the same consumer may go now. */
export async function wakeFollower(pool: Pool, { payment }: PostingRecord): Promise<void> {
  await pool.query({
    name: 'wake-follower',
    text: `select graphile_worker.add_job('post-payment', json_build_object('id', n.id), max_attempts => 3,
        job_key => 'post:' || n.id)
      from (
        select p.id from tahsil.payments p
        where p.tenant_id = $1 and p.consumer_code = $2 and p.business_service = $3 and p.state in ${queued}
        order by p.seq limit 1
      ) n`,
    values: [payment.tenantId, payment.bill.consumerCode, payment.bill.businessService],
  })
}

/**
 * Every live payment whose time has come and that no job took: after a crash, a lost job, a restore. The payments table
 * is the truth, the queue only hurries it. Returns how many were put back.
 */
export async function sweep(
  pool: Pool,
  { lateMs, limit }: { lateMs: number; limit: number },
): Promise<number> {
  const swept = await pool.query<{ count: number }>({
    name: 'sweep-payments',
    text: `with due as (
        select p.id from tahsil.payments p
        where p.state in ('RECEIVED', 'VERIFIED', 'HOLD', 'READY', 'POSTING', 'UNKNOWN', 'RESOLVE', 'POSTED', 'REVERSING')
          and p.next_at < clock_timestamp() - make_interval(secs => $1 / 1000.0)
          and p.changed_at < clock_timestamp() - make_interval(secs => $1 / 1000.0)
          and not exists (
            select 1 from graphile_worker.jobs j
            where j.key = 'post:' || p.id and j.locked_at is null and j.attempts < j.max_attempts)
        order by p.next_at limit $2
      )
      select count(*)::int as count from graphile_worker.add_jobs(array(
        select row('post-payment', json_build_object('id', due.id), null, now(), 3::smallint, 'post:' || due.id,
          0::smallint, null)::graphile_worker.job_spec
        from due))`,
    values: [lateMs, limit],
  })
  return swept.rows[0]?.count ?? 0
}
