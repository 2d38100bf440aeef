// How many payments are on their way and how many wait for a person. Called by readiness.
import type { Pool } from 'pg'

export async function readCounts(pool: Pool): Promise<{ live: number; waitingForPerson: number }> {
  const rows = await pool.query<{ live: number; waiting: number }>({
    name: 'count-payments',
    text: `select
      count(*) filter (where state in ('RECEIVED', 'VERIFIED', 'HOLD', 'READY', 'POSTING', 'UNKNOWN', 'RESOLVE',
        'POSTED', 'REVERSING'))::int as live,
      count(*) filter (where state in ('SUSPENSE', 'POISON', 'QUARANTINE') and explained_at is null or reason = 'LAGGING')::int as waiting
      from tahsil.payments where state not in ('CONFIRMED', 'REVERSED')`,
  })
  const row = rows.rows[0]
  return { live: row?.live ?? 0, waitingForPerson: row?.waiting ?? 0 }
}
