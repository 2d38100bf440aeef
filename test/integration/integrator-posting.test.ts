// Goal: whatever DIGIT and the network do to a payment, it ends as exactly one DIGIT payment with our reference and the
// right receipt number. Never twice, never lost.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { paise } from '#contract/money.ts'
import type { FaultInput } from '#sandbox/faults.ts'
import { heldByDigit, startTestDatabases, startWorld } from './integrator-kit.ts'
import type { TestDatabases, World } from './integrator-kit.ts'
import { createMoney } from './integrator-money.ts'

let databases: TestDatabases
let world: World
const { newConsumer, billOf, payAll, expectPostedOnce } = createMoney(() => world)

beforeAll(async () => {
  databases = await startTestDatabases()
  world = await startWorld({
    databaseUrl: await databases.create(),
    environment: { TAHSIL_LAG_LIMIT_MS: '1500' },
  })
})
afterAll(async () => {
  await world?.close()
  await databases?.close()
})
afterEach(() => {
  world.sandbox.admin.faults.clear()
  world.sandbox.admin.setSettings({ backUpdateDelayMs: 20, gateway: 'zuul' })
})

describe('a fault in the way to DIGIT', () => {
  const faults: (FaultInput & { name: string })[] = [
    { name: 'answer lost after the commit', kind: 'drop-after-commit' },
    { name: 'half an answer', kind: 'half-json' },
    { name: 'gateway time-out after the work', kind: 'hang-then-500', delayMs: 50 },
    { name: 'no answer in time, work done late', kind: 'slow-commit', delayMs: 2_200 },
    { name: 'HTML page of the ingress, work done', kind: 'html-error', status: 504, isWorkDone: true },
    { name: 'HTML page of the ingress, no work done', kind: 'html-error', status: 502 },
    { name: 'connection closed before anything', kind: 'reset-before' },
    { name: 'token evicted', kind: 'evict-token' },
    { name: 'access control down for a while', kind: 'forbidden', count: 5 },
    { name: 'rate limit', kind: 'rate-limited', count: 3 },
    { name: 'user service down', kind: 'user-service-down', count: 3 },
    { name: 'backend unreachable', kind: 'backend-unreachable', count: 3 },
    { name: 'masters unreachable inside', kind: 'mdms-outage', count: 2 },
    { name: 'billing unreachable inside', kind: 'billing-outage', count: 2 },
    { name: 'numbers not given', kind: 'idgen-failure', count: 2 },
    { name: 'apportioning fails', kind: 'apportion-failure' },
    { name: 'unique constraint', kind: 'unique-constraint' },
    { name: 'event bus fails, rolled back', kind: 'kafka-failure', count: 2 },
    { name: 'event twice', kind: 'redeliver-event' },
  ]
  it.each(faults)('$name: posted once', async ({ name: _name, ...fault }) => {
    const consumer = newConsumer('PT', 1200)
    const bill = await billOf(consumer)
    world.sandbox.admin.faults.add({ ...fault, operation: 'create-payment' })
    const payment = world.till.payment(bill)
    await world.till.submit(payment)
    const status = await world.till.until(payment.id, 'CONFIRMED')
    expectPostedOnce(payment, status)
    expect(status.balancePaise).toBe(0)
  })

  it('faults of every look-up do not stop it', async () => {
    const consumer = newConsumer('PT', 900)
    const bill = await billOf(consumer)
    for (const operation of ['search-payment', 'fetch-bill', 'search-demand', 'search-bill'] as const) {
      world.sandbox.admin.faults.add({ kind: 'html-error', operation, count: 2 })
      world.sandbox.admin.faults.add({ kind: 'half-json', operation })
      world.sandbox.admin.faults.add({ kind: 'forbidden', operation })
    }
    const payment = world.till.payment(bill)
    await world.till.submit(payment)
    expectPostedOnce(payment, await world.till.until(payment.id, 'CONFIRMED'))
  })

  it('a bill answered with a wrong amount is never posted on', async () => {
    const consumer = newConsumer('PT', 700)
    const bill = await billOf(consumer)
    world.sandbox.admin.faults.add({
      kind: 'wrong-amount',
      operation: 'fetch-bill',
      count: 3,
      amountPaise: 5_000,
    })
    const payment = world.till.payment(bill)
    await world.till.submit(payment)
    const status = await world.till.until(payment.id, 'CONFIRMED')
    expectPostedOnce(payment, status)
    expect(status.steps.some((step) => step.note.includes('differ'))).toBe(true)
  })

  it('a DIGIT role that may not read demands is said so, and does not stop it', async () => {
    world.sandbox.admin.faults.add({ kind: 'forbidden', operation: 'search-demand', count: null })
    const payment = await payAll(newConsumer('PT', 910))
    const status = await world.till.until(payment.id, 'CONFIRMED')
    expectPostedOnce(payment, status)
    expect(status.balancePaise).toBeNull()
    expect(status.steps.find((step) => step.state === 'POSTING')?.note).toContain('may not be read')
  })

  it('an attempt is on record before the call, and only one where one was enough', async () => {
    const payment = await payAll(newConsumer('PT', 640))
    await world.till.until(payment.id, 'CONFIRMED')
    const attempts = await world.pool.query(
      `select n, bill_id, amount_paise::int as amount from tahsil.payment_attempts where payment_id = $1`,
      [payment.id],
    )
    expect(attempts.rows).toEqual([{ n: 1, bill_id: payment.bill.id, amount: payment.amountPaise }])
  })
})

describe('billing that is slow or silent', () => {
  it('is waited for: POSTED first, CONFIRMED when it shows', async () => {
    world.sandbox.admin.setSettings({ backUpdateDelayMs: null })
    const payment = await payAll(newConsumer('WS', 500))
    const posted = await world.till.until(payment.id, 'POSTED')
    expectPostedOnce(payment, posted)
    world.sandbox.admin.releaseEvents()
    expect((await world.till.until(payment.id, 'CONFIRMED')).balancePaise).toBe(0)
  })

  it('holds back the next payment of the same consumer, and tells a person when it lasts', async () => {
    const { till, sandbox } = world
    const consumer = newConsumer('WS', 500)
    const bill = await billOf(consumer)
    sandbox.admin.setSettings({ backUpdateDelayMs: null })
    const first = till.payment(bill, { amountPaise: paise(20_000) })
    const second = till.payment(bill, { amountPaise: paise(10_000) })
    await till.submitBatch([first, second])
    await till.until(first.id, 'POSTED')
    const held = await till.until(second.id, 'HOLD')
    expect(held.reason).toBe('LAGGING')
    expect(heldByDigit(sandbox, second)).toEqual([])
    sandbox.admin.setSettings({ backUpdateDelayMs: 20 })
    sandbox.admin.releaseEvents()
    const status = await till.until(second.id, 'CONFIRMED')
    expectPostedOnce(second, status)
    expect(status.balancePaise).toBe(20_000)
    expectPostedOnce(first, await till.until(first.id, 'CONFIRMED'))
  })
})
