// Goal: what the office allows a till comes whole from the device, else from the municipality, else from the contract; every change
// stays on record, and nothing that is no limit gets in. On a real PostgreSQL.
import { afterAll, beforeAll, expect, test } from 'vitest'
import pg from 'pg'
import { DEFAULT_LIMITS } from '#contract/limits.ts'
import { rupees } from '#contract/money.ts'
import { migrate } from '#app/database/migrate.ts'
import { readLimits, setLimits } from '#app/people/device-limits.ts'
import { startTestDatabases, TENANT, type TestDatabases } from './integrator-kit.ts'

let databases: TestDatabases
let pool: pg.Pool
let slotId: string
beforeAll(async () => {
  databases = await startTestDatabases()
  pool = new pg.Pool({ connectionString: await databases.create(), max: 2 })
  pool.on('error', () => undefined)
  await migrate(pool)
  const made = await pool.query<{ slot_id: string }>(
    `insert into tahsil.slots (tenant_id, name, device_code) values ($1, 'Counter 1', '0417') returning slot_id`,
    [TENANT],
  )
  slotId = made.rows[0]!.slot_id
})
afterAll(async () => {
  await pool.end()
  await databases.close()
})
const ofDevice = () => readLimits(pool, { tenantId: TENANT, slotId })

test('device, municipality, contract, in this order, and cleared again', async () => {
  expect(await ofDevice()).toEqual(DEFAULT_LIMITS)
  await setLimits(pool, TENANT, { 'cash-in-hand': '60000' })
  expect(await ofDevice()).toEqual({ ...DEFAULT_LIMITS, cashInHandPaise: rupees(60_000) })
  const told = await setLimits(pool, TENANT, { device: '0417', 'offline-hours': '8', 'unsent-count': '50' })
  expect(told).toContain('8 hours without the integrator')
  expect(told).toContain('60,000 rupees of cash in hand')
  const own = {
    ...DEFAULT_LIMITS,
    cashInHandPaise: rupees(60_000),
    offlineMs: 8 * 3_600_000,
    unsentCount: 50,
  }
  expect(await ofDevice()).toEqual(own)
  await setLimits(pool, TENANT, { 'cash-in-hand': '70000' })
  expect(await ofDevice()).toEqual(own)
  expect(await readLimits(pool, { tenantId: 'sr.elsewhere', slotId: null })).toEqual(DEFAULT_LIMITS)
  await setLimits(pool, TENANT, { device: '0417', clear: 'yes' })
  expect((await ofDevice()).cashInHandPaise).toBe(rupees(70_000))
  const kept = await pool.query('select 1 from tahsil.limit_settings')
  expect(kept.rowCount).toBe(4)
})

test.each<[Record<string, string>, RegExp]>([
  [{ device: '9999', receipt: '5' }, /no device 9999/],
  [{ receipt: '-5' }, /--receipt must be a whole number/],
  [{ receipt: '0' }, /cannot be a limit: receiptPaise/],
  [{ 'warn-at': '101' }, /cannot be a limit: warnAtPercent/],
  [{ 'offline-hours': '99999' }, /cannot be a limit: offlineMs/],
  [{ clear: 'yes', receipt: '5' }, /Usage: set-limits/],
])('%j is refused in words', async (values, words) => {
  await expect(setLimits(pool, TENANT, values)).rejects.toThrow(words)
})

test('without a figure it only tells', async () => {
  const before = await pool.query('select 1 from tahsil.limit_settings')
  expect(await setLimits(pool, TENANT, {})).toContain('rupees of cash on one receipt')
  expect((await pool.query('select 1 from tahsil.limit_settings')).rowCount).toBe(before.rowCount)
})
