// Goal: a claim that money was given back and an attempt to post it can never pass each other, on whatever node each is, and what rests
// already is told of the claim. Nothing posts here by itself: the tests make the attempts.
import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Bill } from '#contract/bill.ts'
import { countOfClaims as countOf, findingsOf } from './exceptions-kit.ts'
import { enrolTill, startTestDatabases, startWorld } from './integrator-kit.ts'
import type { TestDatabases, World } from './integrator-kit.ts'

let databases: TestDatabases
let still: World
let bill: Bill
beforeAll(async () => {
  databases = await startTestDatabases()
  still = await startWorld({
    databaseUrl: await databases.create(),
    environment: { TAHSIL_POSTING_CONCURRENCY: '0' },
  })
  bill = await still.till.billOf('PT-DVG-000001', 'PT')
})
afterAll(async () => {
  await still?.close()
  await databases?.close()
})

const claim = (client: pg.ClientBase, id: string) =>
  client.query(
    `select tahsil.claim_refunds($1, array[1::bigint], array[$2::uuid], array['payment'], array[null::text], 'told')`,
    [still.till.device.deviceId, id],
  )
const attempt = async (id: string): Promise<boolean> => {
  const rows = await still.pool.query<{ isMoved: boolean }>(
    `select tahsil.move_payment($1, 'RECEIVED', 0, 'POSTING', null, 'attempt 1', '{}', null,
       '{"billId":"bill-1","amountPaise":100}') as "isMoved"`,
    [id],
  )
  return rows.rows[0]!.isMoved
}
const attemptCount = async (id: string): Promise<number> => {
  const text = 'select count(*)::int as count from tahsil.payment_attempts where payment_id = $1'
  return (await still.pool.query<{ count: number }>(text, [id])).rows[0]!.count
}
const onOwnClient = async (work: (client: pg.Client) => Promise<void>) => {
  const client = new pg.Client({ connectionString: still.environment['DATABASE_URL']! })
  await client.connect()
  try {
    await work(client)
  } finally {
    await client.end()
  }
}

it.each([true, false])(
  'of two nodes wait for each other (payment here before the claim: %s)',
  async (isHere) => {
    const payment = still.till.payment(bill)
    if (isHere) await still.till.submit(payment)
    await onOwnClient(async (client) => {
      await client.query('begin')
      await claim(client, payment.id)
      if (!isHere) await still.till.submit(payment)
      const trying = attempt(payment.id)
      await expect
        .poll(async () => {
          const text = `select count(*)::int as count from pg_stat_activity where wait_event_type = 'Lock'
          and query like '%move_payment%' and datname = current_database() and pid <> pg_backend_pid()`
          return (await still.pool.query<{ count: number }>(text)).rows[0]!.count
        })
        .toBe(1)
      await client.query('commit')
      expect(await trying).toBe(false)
    })
    expect(await attemptCount(payment.id)).toBe(0)
    expect(await attempt(payment.id)).toBe(false)
  },
)

const standing = async (id: string) => {
  const text = 'select state, reason from tahsil.payments where id = $1'
  const [row] = (await still.pool.query<{ state: string; reason: string | null }>(text, [id])).rows
  return `${row?.state} ${row?.reason ?? ''}`.trim()
}

it.each([
  ['POISON', null, 'SUSPENSE REFUND_CLAIMED'],
  ['QUARANTINE', 'REVOKED_DEVICE', 'SUSPENSE REFUND_CLAIMED'],
  ['QUARANTINE', 'SEQUENCE_FORK', 'SUSPENSE REFUND_CLAIMED'],
  ['SUSPENSE', 'BILL_HIGHER', 'SUSPENSE REFUND_CLAIMED'],
  // these DIGIT holds, or a part of it
  ['SUSPENSE', 'REVERSAL_REFUSED', 'SUSPENSE REVERSAL_REFUSED'],
  ['QUARANTINE', null, 'QUARANTINE'],
  ['POSTED', null, 'POSTED'],
  ['REVERSED', null, 'REVERSED'],
])('meet what rests as %s %s: %s', async (state, reason, expected) => {
  const payment = still.till.payment(bill)
  await still.till.submit(payment)
  const text = 'update tahsil.payments set state = $2, reason = $3 where id = $1'
  await still.pool.query(text, [payment.id, state, reason])
  await onOwnClient(async (client) => {
    await claim(client, payment.id)
    await claim(client, payment.id)
  })
  expect(await standing(payment.id)).toBe(expected)
  const isFinding = expected !== 'SUSPENSE REFUND_CLAIMED' && state !== 'REVERSED'
  expect(await findingsOf(still, payment)).toEqual(isFinding ? ['refund-posted'] : [])
})

it('come before money that nobody vouches for: it is said of it first', async () => {
  const payment = still.till.payment(bill)
  await onOwnClient(async (client) => {
    await claim(client, payment.id)
  })
  await still.till.submit(payment)
  await still.pool.query('select tahsil.quarantine(array[$1::uuid], $2, $3)', [
    payment.id,
    'REVOKED_DEVICE',
    'handed over by a device that was withdrawn',
  ])
  expect(await standing(payment.id)).toBe('SUSPENSE REFUND_CLAIMED')
})

it('of another municipality are no claims here, and none is ever changed', async () => {
  const payment = still.till.payment(bill)
  await still.till.submit(payment)
  const other = await enrolTill(still.integrator.url, 'Far away')
  const far = `update tahsil.slots set tenant_id = $2 where device_code = $1`
  await still.pool.query(far, [other.device.deviceCode, 'sr.chandnipur'])
  await still.pool.query(
    `select tahsil.claim_refunds($1, array[9::bigint], array[$2::uuid], array['payment'], array[null::text], 'told')`,
    [other.device.deviceId, payment.id],
  )
  expect(await countOf(still, payment)).toBe(1)
  expect(await attempt(payment.id)).toBe(true)
  for (const text of [
    `update tahsil.decision_claims set kind = 'remainder'`,
    'delete from tahsil.decision_claims',
    'truncate tahsil.decision_claims',
  ]) {
    await expect(still.pool.query(text)).rejects.toThrow(/never changed or deleted/)
  }
})
