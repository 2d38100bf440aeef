// Goal: a till that is not known, speaks wrongly, or repeats itself gets a plain coded answer, and no record is lost.
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { RECORDS_MAX } from '#contract/records-api.ts'
import type { Bill } from '#contract/bill.ts'
import type { PaymentStatus } from '#contract/payment.ts'
import { problemSchema } from '#contract/problem.ts'
import type { Problem } from '#contract/problem.ts'
import { makeCode } from '#app/people/enrolment.ts'
import { DEMO_PIN } from '#app/people/seed-demo.ts'
import { drizzle } from 'drizzle-orm/node-postgres'
import { enrolTill, heldByDigit, startTestDatabases, startWorld, TENANT } from './integrator-kit.ts'
import type { TestDatabases, World } from './integrator-kit.ts'
import { askEnrolment, makeKeys, request } from './signed-client.ts'

let databases: TestDatabases
let world: World
let bill: Bill

beforeAll(async () => {
  databases = await startTestDatabases()
  world = await startWorld({ databaseUrl: await databases.create() })
  bill = await world.till.billOf('WS/DVG/2026-27/000016', 'WS')
})
afterAll(async () => {
  await world?.close()
  await databases?.close()
})

/** Every refused call answers with a problem of the closed list. */
function expectProblem(reply: { status: number; body: unknown }, code: string, status: number): Problem {
  const { code: seen, message, data } = reply.body as Problem
  const problem = problemSchema.parse({ code: seen, message, data })
  expect({ code: problem.code, status: reply.status }).toEqual({ code, status })
  return problem
}

describe('who is speaking', () => {
  it('is asked before what was said', async () => {
    const { url } = world.integrator
    const reply = await request(`${url}/v1/records`, { method: 'POST', body: { what: 1 } })
    expectProblem(reply, 'device_not_enrolled', 401)
  })

  it('sees only its own payments', async () => {
    const other = await enrolTill(world.integrator.url, 'Counter 2')
    const payment = other.payment(bill)
    await other.submit(payment)
    const reply = await world.till.call('GET', `/v1/payments/${payment.id}`)
    expectProblem(reply, 'payment_not_found', 404)
    await other.until(payment.id, 'CONFIRMED')
  })

  it('cannot submit for another device or municipality, and the record is kept for a person', async () => {
    const { till, pool } = world
    const elsewhere = { ...bill, tenantId: 'sr.chandnipur' }
    const outcomes = await till.submitBatch([
      { ...till.payment(bill), deviceId: 'someone-else' },
      till.payment(elsewhere),
    ])
    expect(outcomes).toMatchObject([
      { outcome: 'refused', problem: { code: 'input_invalid' } },
      { outcome: 'refused', problem: { code: 'bill_other_tenant' } },
    ])
    const kept = await pool.query(`select reason from tahsil.poison_records order by poison_id`)
    expect(kept.rows.map((row: { reason: string }) => row.reason)).toEqual([
      'the payment names another device',
      'the payment is of another municipality than the device',
    ])
  })
})

describe('enrolment', () => {
  it('takes a code once, five tries, and gives a new life the next letter', async () => {
    const { pool, integrator } = world
    const db = drizzle({ client: pool })
    const codeFor = (slotName: string | null, lifeMs?: number) =>
      makeCode(db, { tenantId: TENANT, slotName, ...(lifeMs === undefined ? {} : { lifeMs }) })
    const enrol = async (code: string, name = 'Counter 7') => {
      const reply = await askEnrolment(integrator.url, { code, name, keys: makeKeys() })
      return { status: reply.status, body: reply.body, device: reply.body.device }
    }
    const code = await codeFor(null)
    const first = await enrol(code.toLowerCase())
    expect(first.device).toMatchObject({ incarnation: 'A', tenantId: TENANT })
    expectProblem(await enrol(code), 'enrolment_refused', 403)

    const second = await codeFor('Counter 7')
    const wrong = `${second.slice(0, 4)}-0000-0000`
    for (let tries = 0; tries < 5; tries += 1) expectProblem(await enrol(wrong), 'enrolment_refused', 403)
    expectProblem(await enrol(second), 'enrolment_refused', 403)

    const third = await enrol(await codeFor('Counter 7'), 'other name')
    expect(third.device).toMatchObject({ incarnation: 'B', deviceCode: first.device.deviceCode })
    expect(third.device.deviceId).not.toBe(first.device.deviceId)

    const late = await codeFor(null, -1)
    expectProblem(await enrol(late), 'enrolment_refused', 403)
  })

  it('lets a new life hand over what the old one took', async () => {
    const { integrator } = world
    const old = await enrolTill(integrator.url, 'Counter 8')
    const orphan = old.payment(await world.till.billOf('PT-DVG-000013', 'PT'))
    const next = await enrolTill(integrator.url, 'Counter 8')
    expect(next.device).toMatchObject({ incarnation: 'B', deviceCode: old.device.deviceCode })
    expect((await next.submit(orphan)).id).toBe(orphan.id)
    await next.until(orphan.id, 'CONFIRMED')
  })
})

describe('operators', () => {
  const signIn = (operatorCode: string, pin: string) =>
    world.till.call<Problem>('POST', '/v1/operators/sign-in', { operatorCode, pin })

  it('sign in with their PIN, and are locked in steps when it is wrong', async () => {
    const good = await signIn('101', DEMO_PIN)
    expect(good.status).toBe(200)
    expectProblem(await signIn('777', DEMO_PIN), 'operator_unknown', 401)
    for (let tries = 0; tries < 3; tries += 1) expectProblem(await signIn('102', '111111'), 'wrong_pin', 401)
    const fourth = expectProblem(await signIn('102', '111111'), 'wrong_pin', 401)
    expect(fourth.data).toMatchObject({ waitMs: 30_000, isLocked: false, triesLeft: 3 })
    const waiting = expectProblem(await signIn('102', DEMO_PIN), 'operator_locked', 423)
    expect(waiting.data['isLocked']).toBe(false)
    // as if the waits were over
    for (let tries = 0; tries < 3; tries += 1) {
      await world.pool.query(`update tahsil.operators set wait_until = null where code = '102'`)
      expectProblem(await signIn('102', '111111'), 'wrong_pin', 401)
    }
    await world.pool.query(`update tahsil.operators set wait_until = null where code = '102'`)
    const locked = expectProblem(await signIn('102', DEMO_PIN), 'operator_locked', 423)
    expect(locked.data['isLocked']).toBe(true)
  })

  it('forgets failures after a right PIN', async () => {
    expectProblem(await signIn('900', '111111'), 'wrong_pin', 401)
    expect((await signIn('900', DEMO_PIN)).status).toBe(200)
    const row = await world.pool.query(`select failure_count from tahsil.operators where code = '900'`)
    expect(row.rows).toEqual([{ failure_count: 0 }])
  })

  it('come to the till with verifiers, never with PINs', async () => {
    const body = await world.till.masters()
    expect(body.operators.map((each) => [each.code, each.role])).toEqual([
      ['101', 'cashier'],
      ['102', 'collector'],
      ['900', 'supervisor'],
    ])
    expect(JSON.stringify(body)).not.toContain(DEMO_PIN)
    expect(body.tenants.map((tenant) => tenant.id).toSorted()).toEqual(['sr', TENANT])
    const water = body.services.find((service) => service.code === 'WS')
    expect(water).toMatchObject({
      name: 'Water Charges',
      rules: {
        isPartPaymentAllowed: true,
        isAdvanceAllowed: true,
        minimumPaise: 10_000,
        modesNotAllowed: ['DD'],
      },
    })
    expect(water?.taxHeadNames['WS_CHARGE']).toBe('Water charge')
    expect(body.isDemo).toBe(true)
  })
})

describe('the same payment again', () => {
  it('gets the same answer, and is one record', async () => {
    const { till } = world
    const due = await till.billOf('SW/DVG/2026-27/000010', 'SW')
    const payment = till.payment(due)
    const [first, second] = await Promise.all([till.submit(payment), till.submit(payment)])
    expect(second.id).toBe(first.id)
    const spelled = Object.fromEntries(Object.entries(payment).toReversed()) as typeof payment
    expect((await till.submit(spelled)).id).toBe(payment.id)
    const [again] = await till.submitBatch([payment])
    expect(again?.outcome).toBe('accepted')
    await till.until(payment.id, 'CONFIRMED')
    expect(heldByDigit(world.sandbox, payment)).toHaveLength(1)
  })

  it('with other content is a conflict; the first stands and both are kept', async () => {
    const { till, pool } = world
    const due = await till.billOf('PT-DVG-000009', 'PT')
    const payment = till.payment(due)
    await till.submit(payment)
    const other = { ...payment, receiptNumber: `${payment.receiptNumber}X` }
    const [outcome] = await till.submitBatch([other])
    expect(outcome).toMatchObject({ outcome: 'conflict', problem: { code: 'payment_conflict' } })
    const forks = await pool.query<{ content: string }>(
      `select content from tahsil.payment_forks where payment_id = $1`,
      [payment.id],
    )
    expect(forks.rows).toHaveLength(1)
    const status = await till.until(payment.id, 'CONFIRMED')
    expect(status.steps.filter((step) => step.state === 'QUARANTINE')).toHaveLength(1)
    expect(heldByDigit(world.sandbox, payment)[0]?.details[0]?.manualReceiptNumber).toBe(
      payment.receiptNumber,
    )
  })
})

describe('a batch', () => {
  it('with bad records among good ones takes the good ones and keeps the bad ones', async () => {
    const { till, pool } = world
    const due = await till.billOf('PT-DVG-000012', 'PT')
    const good = till.payment(due)
    const bad = [
      { id: 'not-even-a-uuid' },
      null,
      { ...till.payment(due), amountPaise: 12.5 },
      { ...till.payment(due), surprise: true },
      { ...till.payment({ ...due, consumerCode: `PT\u0000X` }) },
      { ...till.payment(due), deviceId: 'another' },
    ]
    const outcomes = await till.submitBatch([bad[0], good, ...bad.slice(1), good])
    expect(outcomes.map((each) => each.outcome)).toEqual([
      'refused',
      'accepted',
      'refused',
      'refused',
      'refused',
      'refused',
      'refused',
      'accepted',
    ])
    const kept = await pool.query<{ count: number }>(
      `select count(*)::int as count from tahsil.poison_records where at > now() - interval '1 minute' and (claimed_id = any($1) or claimed_id is null)`,
      [['not-even-a-uuid', ...bad.flatMap((each) => (each && 'amountPaise' in each ? [each.id] : []))]],
    )
    expect(kept.rows[0]?.count).toBe(6)
    await till.until(good.id, 'CONFIRMED')
  })

  it('is bounded', async () => {
    const { journal } = await enrolTill(world.integrator.url, 'Counter 8')
    for (let count = 0; count < RECORDS_MAX + 1; count += 1) journal.add('LOGIN', '{}')
    expectProblem(await world.till.call('POST', '/v1/records', journal.request(0)), 'input_invalid', 400)
    const large = { after: 0, records: ['x'.repeat(1_100_000)] }
    expectProblem(await world.till.call('POST', '/v1/records', large), 'batch_too_large', 413)
  })

  it('tells gaps and forks of a device’s sequence', async () => {
    const till = await enrolTill(world.integrator.url, 'Counter 9')
    const poor = await world.till.billOf('TL-DVG-2026-000001', 'TL')
    const at = (deviceSeq: number) =>
      till.payment(poor, { deviceSeq, payer: { paidBy: '9', mobileNumber: null, isOwner: true } })
    const oddities = async () => {
      const text = 'select kind from tahsil.device_findings where device_id = $1'
      const rows = await world.pool.query<{ kind: string }>(text, [till.device.deviceId])
      return rows.rows.map((row) => row.kind)
    }
    await till.submitBatch([at(1), at(2), at(5)])
    await till.submitBatch([at(6), at(2)])
    await till.submitBatch([at(4)])
    await expect.poll(oddities, { timeout: 10_000 }).toContain('fork')
    const found = await world.pool.query(
      `select kind, from_seq::int as from, to_seq::int as to from tahsil.device_findings where device_id = $1 and kind in ('gap', 'fork') order by finding_id`,
      [till.device.deviceId],
    )
    expect(found.rows).toEqual([
      { kind: 'gap', from: 3, to: 4 },
      { kind: 'fork', from: 2, to: 2 },
    ])
  })
})

describe('the feed of changes', () => {
  it('tells every change once, in order, page by page', async () => {
    const till = await enrolTill(world.integrator.url, 'Counter 10')
    const payments = ['MS-DVG-000001', 'RC-DVG-000001', 'HR-DVG-000001']
    const ids: string[] = []
    for (const code of payments) {
      const [due] = await till.search({ by: 'consumerCode', value: code })
      const payment = till.payment(due!)
      ids.push(payment.id)
      await till.submit(payment)
    }
    for (const id of ids) await till.until(id, 'CONFIRMED')
    const seen = new Map<string, PaymentStatus>()
    let since = 0
    for (let page = 0; page < 20; page += 1) {
      const { body } = await till.call<{ payments: PaymentStatus[]; nextCursor: number; hasMore: boolean }>(
        'GET',
        `/v1/payments?since=${since}&limit=1`,
      )
      for (const status of body.payments) {
        expect(status.cursor).toBeGreaterThan(since)
        seen.set(status.id, status)
      }
      since = body.nextCursor
      if (!body.hasMore) break
    }
    expect([...seen.keys()].toSorted()).toEqual(ids.toSorted())
    const { body } = await till.call<{ payments: PaymentStatus[] }>('GET', `/v1/payments?since=${since}`)
    expect(body.payments).toEqual([])
  })
})

describe('what is never changed', () => {
  it('is refused by the database itself', async () => {
    const { pool } = world
    for (const table of [
      'payment_steps',
      'payment_attempts',
      'poison_records',
      'payment_forks',
      'security_events',
    ]) {
      await expect(pool.query(`delete from tahsil.${table}`), table).rejects.toThrow(
        /never changed or deleted/,
      )
      await expect(pool.query(`truncate tahsil.${table} cascade`), table).rejects.toThrow(
        /never changed or deleted/,
      )
    }
    await expect(pool.query(`update tahsil.payment_steps set note = ''`)).rejects.toThrow(/never changed/)
    await expect(pool.query(`delete from tahsil.payments`)).rejects.toThrow(/never deleted/)
    await expect(pool.query(`update tahsil.payments set amount_paise = 1`)).rejects.toThrow(/never changed/)
  })
})

describe('questions about the machine', () => {
  it('are answered without a signature', async () => {
    const { url } = world.integrator
    const ready = await request<{ ready: boolean; digit: string }>(`${url}/readyz`, {
      method: 'GET',
    })
    expect(ready).toMatchObject({ status: 200, body: { ready: true, digit: 'reachable' } })
    const document = await request<{ paths: object }>(`${url}/openapi.json`, { method: 'GET' })
    const paths = [
      '/v1/devices/enrol',
      '/v1/devices/confirm',
      '/v1/devices/me',
      '/v1/masters',
      '/v1/bills/search',
    ]
    expect(Object.keys(document.body.paths)).toEqual(expect.arrayContaining(paths))
    const page = await (await fetch(`${url}/docs`)).text()
    expect(page).toContain('/v1/records')
    expect(page).not.toMatch(/<script|https?:\/\//)
    expectProblem(await request(`${url}/v1/nothing`, { method: 'GET' }), 'input_invalid', 404)
  })

  it('an unknown id is a plain problem', async () => {
    expectProblem(await world.till.call('GET', `/v1/payments/${randomUUID()}`), 'payment_not_found', 404)
    expectProblem(await world.till.call('GET', '/v1/payments/nonsense'), 'input_invalid', 400)
    expectProblem(await world.till.call('GET', '/v1/payments?since=-1'), 'input_invalid', 400)
  })
})
