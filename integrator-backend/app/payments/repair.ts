// What a person does about payments that wait: look at one again, stop all posting for a while (after a restore).
// Called by the command line. Nothing is deleted; each act is a step of the trail.
import type { Pool } from 'pg'
import { HOLD_SETTING } from './posting-store.ts'

/** SUSPENSE, POISON and QUARANTINE are ends for the machine, not for a person (R10). false = not in such a state. */
export async function reopenPayment(pool: Pool, id: string, why: string): Promise<boolean> {
  const note = `opened again by a person: ${why}`.slice(0, 500)
  const moved = await pool.query<{ is_moved: boolean }>(
    `select tahsil.move_payment(p.id, p.state, p.attempt_count,
        case when p.state = 'POISON' then 'RECEIVED' else 'READY' end, null, $2, '{"lastRefusal": null, "probeReason": null}'::jsonb, 0, null)
        as is_moved
      from tahsil.payments p where p.id::text = $1 and p.state in ('SUSPENSE', 'POISON', 'QUARANTINE')`,
    [id, note],
  )
  return moved.rows[0]?.is_moved === true
}

/** By the database's clock. 0 minutes = posting goes on. */
export async function setHold(pool: Pool, minutes: number): Promise<void> {
  await pool.query(
    `insert into tahsil.settings (key, value)
     values ($1, to_jsonb(((extract(epoch from clock_timestamp()) + $2 * 60) * 1000)::bigint))
     on conflict (key) do update set value = excluded.value, changed_at = clock_timestamp()`,
    [HOLD_SETTING, minutes],
  )
}

/** What the database's own functions go by (a restore, due dates), as this program was told. */
export async function keepSettings(pool: Pool, values: Readonly<Record<string, number>>): Promise<void> {
  await pool.query(
    `insert into tahsil.settings (key, value) select key, value from jsonb_each($1::jsonb)
     on conflict (key) do update set value = excluded.value, changed_at = clock_timestamp()
     where tahsil.settings.value <> excluded.value`,
    [JSON.stringify(values)],
  )
}
