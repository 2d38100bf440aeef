// The invariants of money (I1–I6), checked from the tables and against DIGIT. Called by the command check-money, every night.
// Each breach is one line with its number; no personal data.
import type { Pool } from 'pg'
import { formatInr, paise } from '#contract/money.ts'
import type { DigitClient } from '#app/digit/digit-client.ts'
import { checkDigitMoney } from './check-digit-money.ts'

export type MoneyReport = { summary: string[]; breaches: string[] }
export type MoneyParts = { pool: Pool; client: DigitClient }

/** Breaches of one kind that are listed; more of them say nothing new. */
const perCheckMax = 200

/** `days`: how far back DIGIT and the findings are looked through. The tables are always checked whole. */
export async function checkMoney(
  parts: MoneyParts,
  asked: { tenantId: string; days: number },
): Promise<MoneyReport> {
  const breaches: string[] = []
  for (const { text, usesDays } of checks) {
    const values = usesDays ? [asked.tenantId, perCheckMax, asked.days] : [asked.tenantId, perCheckMax]
    const rows = await parts.pool.query<{ line: string }>(text, values)
    breaches.push(...rows.rows.map((row) => row.line))
  }
  breaches.push(...(await checkDigitMoney(parts, asked)))
  return { summary: await readSummary(parts.pool, asked.tenantId), breaches }
}

const checks: readonly { text: string; usesDays: boolean }[] = [
  {
    usesDays: false,
    text: `select format('I1 device %s: the journal has %s payments, %s are here', h.device_id, h.payment_count, p.count)
      as line
      from tahsil.journal_heads h
      join tahsil.devices d on d.device_id = h.device_id join tahsil.slots s on s.slot_id = d.slot_id
      cross join lateral (
        select (select count(*) from tahsil.payments p where p.device_id = h.device_id)
             + (select count(*) from tahsil.poison_records o where o.device_id = h.device_id) as count) p
      where s.tenant_id = $1 and p.count < h.payment_count limit $2`,
  },
  {
    usesDays: false,
    text: `select format('I2 %s is %s for more than 48 hours: %s', id, state, last_note) as line from tahsil.payments
      where tenant_id = $1 and received_at < clock_timestamp() - interval '48 hours'
        and state in ('RECEIVED', 'VERIFIED', 'HOLD', 'READY', 'POSTING', 'UNKNOWN', 'RESOLVE', 'POSTED', 'REVERSING')
      order by seq limit $2`,
  },
  {
    usesDays: false,
    text: `select format('I2 %s waits in %s beyond its date', id, state) as line from tahsil.payments
      where tenant_id = $1 and explained_at is null and state in ('SUSPENSE', 'POISON', 'QUARANTINE')
        and tahsil.due_at(state_since) < clock_timestamp()
      union all
      select format('I2 the rest of %s waits beyond its date', payment_id) from tahsil.remainders
      where tenant_id = $1 and state = 'HELD' and due_at < clock_timestamp() limit $2`,
  },
  {
    usesDays: false,
    text: `select format('I3 %s: %s paise were taken, %s posted and %s held', p.id, p.amount_paise,
        coalesce(p.post_paise, p.amount_paise), coalesce(r.amount_paise, 0)) as line
      from tahsil.payments p left join tahsil.remainders r on r.payment_id = p.id
      where p.tenant_id = $1 and p.state in ('POSTED', 'CONFIRMED', 'REVERSING')
        and coalesce(p.post_paise, p.amount_paise) + coalesce(r.amount_paise, 0) <> p.amount_paise
      order by p.seq limit $2`,
  },
  {
    usesDays: true,
    text: `select format('I5 device %s: %s, numbers %s to %s', f.device_id, f.kind, f.from_seq, f.to_seq) as line
      from tahsil.device_findings f
      join tahsil.devices d on d.device_id = f.device_id join tahsil.slots s on s.slot_id = d.slot_id
      where s.tenant_id = $1 and f.kind <> 'refund-posted' and f.at > clock_timestamp() - make_interval(days => $3::int)
        and (f.kind <> 'gap' or (
          select count(distinct p.device_seq) from tahsil.payments p
          where p.device_id = f.device_id and p.device_seq between f.from_seq and f.to_seq
        ) < f.to_seq - f.from_seq + 1)
      order by f.finding_id limit $2`,
  },
  {
    usesDays: false,
    text: `select format('I5 %s is %s, and record %s of device %s says that its money was given back', p.id, p.state, c.seq,
        c.device_id) as line
      from tahsil.payments p
      join lateral tahsil.open_claims(p.id) c on c.kind = 'payment'
      where p.tenant_id = $1 and p.state in ('POSTED', 'CONFIRMED')
        and p.id in (select k.payment_id from tahsil.decision_claims k where k.tenant_id = $1)
      order by p.seq limit $2`,
  },
]

async function readSummary(pool: Pool, tenantId: string): Promise<string[]> {
  const rows = await pool.query<{ state: string; count: number; sum: number }>(
    `select state, count(*)::int as count, sum(amount_paise)::bigint as sum from tahsil.payments
     where tenant_id = $1 group by state order by state`,
    [tenantId],
  )
  const held = await pool.query<{ count: number; sum: number }>(
    `select count(*)::int as count, coalesce(sum(amount_paise), 0)::bigint as sum from tahsil.remainders
     where tenant_id = $1 and state = 'HELD'`,
    [tenantId],
  )
  const lines = rows.rows.map(
    ({ state, count, sum }) => `${state}: ${count} payments, ${formatInr(paise(sum))}`,
  )
  const rest = held.rows[0]
  if (rest !== undefined && rest.count > 0) {
    lines.push(`held rests of posted payments: ${rest.count}, ${formatInr(paise(rest.sum))}`)
  }
  return lines
}
