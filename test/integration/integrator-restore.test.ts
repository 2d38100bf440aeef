// Goal: a database that came back from a backup posts nothing until the lost hours are over, looks up what it had given up, goes on by
// itself and tells what differs; and the nightly check finds every kind of money that does not add up.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Payment } from '#contract/payment.ts'
import { heldByDigit, startTestDatabases, startWorld } from './integrator-kit.ts'
import type { TestDatabases, World } from './integrator-kit.ts'
import { createMoney } from './integrator-money.ts'
import { runToEnd } from './integrator-process.ts'

let databases: TestDatabases
let world: World
const { newConsumer, billOf, payAll, expectPostedOnce } = createMoney(() => world)

beforeAll(async () => {
  databases = await startTestDatabases()
  world = await startWorld({
    databaseUrl: await databases.create(),
    environment: { TAHSIL_FENCE_MS: '1200' },
  })
})
afterAll(async () => {
  await world?.close()
  await databases?.close()
})
afterEach(() => world.sandbox.admin.faults.clear())

const run = (...words: string[]) => runToEnd(words, world.environment)
const suspended = async (rupees: number): Promise<Payment> => {
  const consumer = newConsumer('PT', rupees)
  const payment = world.till.payment(await billOf(consumer), { isOffline: true })
  await world.sandbox.admin.payElsewhere(consumer)
  await world.till.submit(payment)
  await world.till.until(payment.id, 'SUSPENSE')
  return payment
}
/** DIGIT holds it, as if a supervisor's decision of the lost hours had posted it. */
const postedInLostHours = (payment: Payment) => {
  const consumer = { ...payment.bill, tenantId: payment.tenantId }
  const { users } = world.sandbox.admin.state
  const ours = [...users.all()].find(({ userName }) => userName === 'POS-DVG')
  const theirs = world.sandbox.admin
    .payments()
    .find((held) => held.details.some(({ bill }) => bill.consumerCode === consumer.consumerCode))
  world.sandbox.admin.state.payments.put({
    ...theirs!,
    id: `lost-${payment.id}`,
    createdBy: String(ours?.id),
    additionalDetails: { tahsil: { paymentId: payment.id } },
    totalPaidPaise: payment.amountPaise,
    details: theirs!.details.map((each) => ({
      ...each,
      id: `lost-${each.id}`,
      billId: `lost-${payment.id}`,
      receiptNumber: `LOST/${payment.deviceSeq}`,
    })),
  })
}

describe('after a restore', () => {
  it('posting is held for the fence; what was given up is looked up; then all goes on by itself', async () => {
    expect((await run('differences')).stdout).toContain('never restored')
    const given = await suspended(810)
    const lost = await suspended(820)
    postedInLostHours(lost)
    const restored = await world.pool.query<{ count: number }>(
      'select tahsil.reprobe_after_restore() as count',
    )
    expect(restored.rows[0]?.count).toBe(2)
    const fresh = await payAll(newConsumer('PT', 830))
    expect((await world.till.until(fresh.id, 'HOLD')).steps.at(-1)?.note).toContain('stopped')
    expect((await world.till.status(given.id)).state).not.toBe('SUSPENSE')
    expect(heldByDigit(world.sandbox, fresh)).toEqual([])

    expectPostedOnce(fresh, await world.till.until(fresh.id, 'CONFIRMED'))
    const again = await world.till.until(given.id, 'SUSPENSE')
    expect(again.reason).toBe('ALREADY_PAID')
    expect(again.steps.at(-1)?.note).toContain('waits as before')
    expect(heldByDigit(world.sandbox, given)).toEqual([])
    const found = await world.till.until(lost.id, 'POSTED', 'CONFIRMED')
    expect(found.digitReceiptNumber).toBe(`LOST/${lost.deviceSeq}`)

    const { stdout, code } = await run('differences')
    expect(code).toBe(0)
    expect(stdout).toMatch(new RegExp(`${lost.id} .*was SUSPENSE ALREADY_PAID, is (?:POSTED|CONFIRMED)`))
    expect(stdout).not.toContain(given.id)
  })

  it('tills hear again how everything stands, as they may have heard otherwise in the lost hours', async () => {
    const payment = await payAll(newConsumer('PT', 840))
    const before = await world.till.until(payment.id, 'CONFIRMED')
    await world.pool.query('select tahsil.reprobe_after_restore()')
    const after = await world.till.status(payment.id)
    expect(after.state).toBe('CONFIRMED')
    expect(after.cursor).toBeGreaterThan(before.cursor)
    const later = await world.pool.query<{ count: number }>(
      `select count(*)::int as count from tahsil.payments p join tahsil.slots s using (slot_id)
       where p.cursor > s.last_cursor`,
    )
    expect(later.rows[0]?.count).toBe(0)
  })

  it('a longer hold that a person set stays', async () => {
    expect((await run('hold-posting', '--minutes', '10')).code).toBe(0)
    await world.pool.query('select tahsil.reprobe_after_restore()')
    const rows = await world.pool.query<{ ms: number }>(
      `select (value #>> '{}')::bigint as ms from tahsil.settings where key = 'posting-hold-until'`,
    )
    expect(Number(rows.rows[0]?.ms)).toBeGreaterThan(Date.now() + 500_000)
    expect((await run('hold-posting', '--minutes', '0')).code).toBe(0)
  })
})

describe('the nightly check', () => {
  it('is content with a sound day, and says where money stands', async () => {
    const sound = await startWorld({ databaseUrl: await databases.create() })
    try {
      const { till, sandbox, environment } = sound
      const consumer = { tenantId: 'sr.devgaon', businessService: 'PT', consumerCode: 'PT-SOUND' }
      sandbox.admin.postDemand({ ...consumer, taxHeadCode: 'PT_TAX', taxRupees: 500 })
      const payment = till.payment(await till.billOf('PT-SOUND', 'PT'))
      await till.submit(payment)
      await till.until(payment.id, 'CONFIRMED')
      const { stdout, code } = await runToEnd(['check-money'], environment)
      expect({ stdout, code }).toMatchObject({ code: 0 })
      expect(stdout).toContain('CONFIRMED: 1 payments, ₹500')
      expect(stdout).toContain('All money is accounted for.')
    } finally {
      await sound.close()
    }
  })

  it('finds what DIGIT holds twice, not at all, without us, and what waits too long', async () => {
    const { sandbox, till, pool } = world
    const twice = await payAll(newConsumer('PT', 510))
    const gone = await payAll(newConsumer('PT', 520))
    const waiting = await suspended(530)
    for (const { id } of [twice, gone]) await till.until(id, 'CONFIRMED')
    const [one] = heldByDigit(sandbox, twice)
    const [other] = heldByDigit(sandbox, gone)
    const { payments } = sandbox.admin.state
    const again = one!.details.map((each) => ({ ...each, id: 'second-detail', billId: 'second-bill' }))
    payments.put({ ...one!, id: 'second', details: again })
    const stray = again.map((each) => ({
      ...each,
      id: 'stray-detail',
      billId: 'stray-bill',
      additionalDetails: null,
    }))
    payments.put({ ...one!, id: 'stray', additionalDetails: null, details: stray })
    payments.put({ ...other!, instrumentStatus: 'CANCELLED', paymentStatus: 'CANCELLED' })
    await pool.query(
      `update tahsil.payments set state_since = state_since - interval '8 days' where id = $1`,
      [waiting.id],
    )
    const { stdout, code } = await run('check-money')
    expect(code).toBe(1)
    expect(stdout).toContain(`I4 ${twice.id} is in DIGIT 2 times`)
    expect(stdout).toContain(`I4 ${gone.id} is CONFIRMED here and not live in DIGIT`)
    expect(stdout).toContain('I4 DIGIT payment stray is of our login and not known here')
    expect(stdout).toContain(`I2 ${waiting.id} waits in SUSPENSE beyond its date`)
    expect(stdout).toMatch(/I6 PT PT-TEST-\d+: ₹1,530 paid on demands of ₹510/)
  })

  it('does not call money accounted for when DIGIT cannot be asked', async () => {
    world.sandbox.admin.faults.add({ kind: 'html-error', operation: 'search-payment', count: null })
    const { stdout, code } = await run('check-money', '--days', '1')
    expect(code).toBe(1)
    expect(stdout).toContain('DIGIT could not be asked')
    expect(await run('check-money', '--days', '0')).toMatchObject({ code: 2 })
  })
})
