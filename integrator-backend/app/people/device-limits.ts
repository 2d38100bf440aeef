// What the office allows each till to hold: read with its masters, set by the command `set-limits`. A device's own limits
// stand whole; else the municipality's; else those of the contract. Nothing is changed or deleted: the newest row counts.
import type { Pool } from 'pg'
import { DEFAULT_LIMITS, limitsSchema, type Limits } from '#contract/limits.ts'
import { rupees } from '#contract/money.ts'
import { StartupError } from '#app/startup-error.ts'

type Place = { readonly tenantId: string; readonly slotId: string | null }

/** Limits of one device slot; `slotId` null: of the municipality. */
export async function readLimits(pool: Pool, { tenantId, slotId }: Place): Promise<Limits> {
  const found = await pool.query<{ limits: unknown }>(
    `(select limits, 1 as rank from tahsil.limit_settings
        where tenant_id = $1 and slot_id = $2::uuid order by setting_id desc limit 1)
     union all
     (select limits, 2 from tahsil.limit_settings
        where tenant_id = $1 and slot_id is null order by setting_id desc limit 1)
     order by rank`,
    [tenantId, slotId],
  )
  const kept = found.rows.find(({ limits }) => limits !== null)
  return kept === undefined ? DEFAULT_LIMITS : limitsSchema.parse(kept.limits)
}

async function writeLimits(pool: Pool, { tenantId, slotId }: Place, limits: Limits | null): Promise<void> {
  await pool.query(`insert into tahsil.limit_settings (tenant_id, slot_id, limits) values ($1, $2, $3)`, [
    tenantId,
    slotId,
    limits === null ? null : JSON.stringify(limits),
  ])
}

/** Options of the command, each with the limit it sets and what one of its unit is. */
const OPTIONS = {
  receipt: { limit: 'receiptPaise', of: rupees, unit: 'rupees of cash on one receipt' },
  shift: { limit: 'shiftPaise', of: rupees, unit: 'rupees collected in one shift' },
  'cash-in-hand': { limit: 'cashInHandPaise', of: rupees, unit: 'rupees of cash in hand' },
  unsent: { limit: 'unsentPaise', of: rupees, unit: 'rupees not yet sent' },
  'unsent-count': { limit: 'unsentCount', of: Number, unit: 'payments not yet sent' },
  'offline-hours': { limit: 'offlineMs', of: hoursInMs, unit: 'hours without the integrator' },
  'warn-at': { limit: 'warnAtPercent', of: Number, unit: 'percent from which the till warns' },
} as const satisfies Record<string, { limit: keyof Limits; of: (value: number) => number; unit: string }>
type OptionName = keyof typeof OPTIONS

export const limitOptions: readonly string[] = ['device', 'clear', ...Object.keys(OPTIONS)]
export const limitUsage = `[--device 0417] ${Object.keys(OPTIONS)
  .map((name) => `[--${name} N]`)
  .join(' ')} | --clear yes`

type Values = Readonly<Record<string, string | undefined>>

/**
 * Changes the limits that are named and keeps the others; without any, tells what stands. Without `device`: of the whole
 * municipality. Throws StartupError with one sentence for whatever is wrong.
 */
export async function setLimits(pool: Pool, tenantId: string, values: Values): Promise<string> {
  const place = { tenantId, slotId: await slotOf(pool, tenantId, values['device'] ?? null) }
  const named = (Object.keys(OPTIONS) as OptionName[]).filter((name) => values[name] !== undefined)
  if (values['clear'] !== undefined) {
    if (values['clear'] !== 'yes' || named.length > 0)
      throw new StartupError(`Usage: set-limits ${limitUsage}`)
    await writeLimits(pool, place, null)
  } else if (named.length > 0) {
    const wanted = { ...(await readLimits(pool, place)) } as Record<keyof Limits, number>
    for (const name of named) wanted[OPTIONS[name].limit] = numberOf(name, values[name] ?? '')
    const checked = limitsSchema.safeParse(wanted)
    if (!checked.success) {
      throw new StartupError(`This cannot be a limit: ${checked.error.issues[0]?.path.join('.') ?? ''}.`)
    }
    await writeLimits(pool, place, checked.data)
  }
  return words(await readLimits(pool, place))
}

function numberOf(name: OptionName, text: string): number {
  const { of, unit } = OPTIONS[name]
  if (!/^\d{1,9}$/.test(text)) throw new StartupError(`--${name} must be a whole number: ${unit}.`)
  return of(Number(text))
}

async function slotOf(pool: Pool, tenantId: string, deviceCode: string | null): Promise<string | null> {
  if (deviceCode === null) return null
  const found = await pool.query<{ slot_id: string }>(
    'select slot_id from tahsil.slots where tenant_id = $1 and device_code = $2',
    [tenantId, deviceCode],
  )
  const slotId = found.rows[0]?.slot_id
  if (slotId === undefined) throw new StartupError(`There is no device ${deviceCode} in ${tenantId}.`)
  return slotId
}

function hoursInMs(hours: number): number {
  return hours * 3_600_000
}

function words(limits: Limits): string {
  const lines = (Object.keys(OPTIONS) as OptionName[]).map((name) => {
    const { limit, of, unit } = OPTIONS[name]
    return `${(limits[limit] / of(1)).toLocaleString('en-IN')} ${unit}`
  })
  return `${lines.join('\n')}\nTills take them over with their next look at the masters, within ten minutes.`
}
