// What a restore changed: what this database believed then against what is known now. Called by the command differences.
import type { Pool } from 'pg'

/** null: it was never restored. One line per payment, no personal data. */
export async function readDifferences(
  pool: Pool,
  tenantId: string,
  linesMax: number,
): Promise<string[] | null> {
  const setting = await pool.query(`select 1 from tahsil.settings where key = 'restored-at'`)
  if (setting.rows.length === 0) return null
  const rows = await pool.query<{ line: string }>(
    `with restore as (
       select to_timestamp((value #>> '{}')::double precision) as at from tahsil.settings where key = 'restored-at'
     ), changed as (
       select p.seq, format('%s %s: was %s%s, is %s%s', p.id, p.receipt_number, l.state_before,
         coalesce(' ' || l.reason_before, ''), p.state, coalesce(' ' || p.reason, '')) as line
       from tahsil.restore_looks l join tahsil.payments p on p.id = l.payment_id
       where l.restored_at = (select max(restored_at) from tahsil.restore_looks) and p.tenant_id = $1
         and (p.state, p.reason) is distinct from (l.state_before, l.reason_before)
     ), again as (
       select p.seq, format('%s %s: was not in the backup, is %s%s%s', p.id, p.receipt_number, p.state,
         coalesce(' ' || p.reason, ''),
         case when p.digit_payment_id is not null and p.attempt_count = 0 then ', found in DIGIT' else '' end) as line
       from tahsil.payments p, restore r
       where p.tenant_id = $1 and p.received_at >= r.at
         and p.collected_at_ms < extract(epoch from r.at) * 1000
     )
     select line from (select * from changed union all select * from again) d order by d.seq limit $2`,
    [tenantId, linesMax],
  )
  return rows.rows.map((row) => row.line)
}
