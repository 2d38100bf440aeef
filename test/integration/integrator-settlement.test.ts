// Goal: money that meets a changed bill goes the way the municipality's policy and the citizen's word allow; what is held is a
// remainder with a date; a bill that differs from its demand is never posted on.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { CollectionEvidence } from '#contract/payment.ts'
import { decideByTwo, addSecondSupervisor, actAt, shownAt } from './exceptions-kit.ts'
import { heldByDigit, startTestDatabases, startWorld } from './integrator-kit.ts'
import type { TestDatabases, World } from './integrator-kit.ts'
import { createMoney } from './integrator-money.ts'
import type { Consumer } from './integrator-money.ts'

let databases: TestDatabases
let world: World
const { newConsumer, billOf, payAll, expectPostedOnce } = createMoney(() => world)
const settlement = {
  PT: { isPartConsentNeeded: true, lower: 'suspense' },
  WS: { otherwise: 'suspense' },
}

beforeAll(async () => {
  databases = await startTestDatabases()
  world = await startWorld({
    databaseUrl: await databases.create(),
    environment: { TAHSIL_SETTLEMENT: JSON.stringify(settlement), TAHSIL_LAG_LIMIT_MS: '1500' },
  })
  await addSecondSupervisor(world)
})
afterAll(async () => {
  await world?.close()
  await databases?.close()
})
afterEach(() => world.sandbox.admin.faults.clear())

const heads = { PT: 'PT_TAX', WS: 'WS_CHARGE', TL: 'TL_TAX' } as const
const changeTax = (consumer: Consumer, taxRupees: number) => {
  const taxHeadCode = heads[consumer.businessService as keyof typeof heads]
  world.sandbox.admin.changeTax({ ...consumer, taxHeadCode, taxRupees })
}
const evidence = (change: Partial<CollectionEvidence>): CollectionEvidence => ({
  source: 'cache',
  packId: null,
  isAdvanceAgreed: false,
  isPartAgreed: false,
  earliestMs: Date.now(),
  latestMs: null,
  ...change,
})
/** The bill is shown at 800 rupees, then the tax changes, then the money comes. */
const payLate = async (service: keyof typeof heads, taxRupees: number, agreed = evidence({})) => {
  const consumer = newConsumer(service, 800)
  const bill = await billOf(consumer)
  changeTax(consumer, taxRupees)
  const payment = world.till.payment(bill, { isOffline: true, evidence: agreed })
  await world.till.submit(payment)
  return { consumer, payment }
}
const postedPaise = (payment: Parameters<typeof heldByDigit>[1]) =>
  heldByDigit(world.sandbox, payment).map((held) => held.totalPaidPaise)

describe('a bill that became higher', () => {
  it('is held where consent is needed and was not given', async () => {
    const { payment } = await payLate('PT', 950)
    expect((await world.till.until(payment.id, 'SUSPENSE')).reason).toBe('BILL_HIGHER')
    expect(postedPaise(payment)).toEqual([])
  })

  it('counts as a part payment when the citizen agreed', async () => {
    const { payment } = await payLate('PT', 950, evidence({ isPartAgreed: true }))
    const status = await world.till.until(payment.id, 'CONFIRMED')
    expect(status).toMatchObject({ reason: 'BILL_HIGHER', heldPaise: 0, balancePaise: 15_000 })
    expectPostedOnce(payment, status)
  })

  it('is posted as a part when a supervisor decides it, through every guard of posting', async () => {
    const { payment } = await payLate('PT', 950)
    await world.till.until(payment.id, 'SUSPENSE')
    expect((await actAt(world.till, { payment, act: 'post-to-bill' })).status).toBe(200)
    const status = await world.till.until(payment.id, 'CONFIRMED')
    expect(status).toMatchObject({ reason: 'BILL_HIGHER', balancePaise: 15_000 })
    expect(status.steps.some((step) => step.state === 'RESOLVE')).toBe(true)
    expectPostedOnce(payment, status)
  })
})

describe('a bill that became lower', () => {
  it('keeps the rest as an advance when the citizen agreed and DIGIT allows it', async () => {
    const { payment } = await payLate('WS', 650, evidence({ isAdvanceAgreed: true }))
    const status = await world.till.until(payment.id, 'CONFIRMED')
    expect(status).toMatchObject({ reason: 'BILL_LOWER', heldPaise: 0, balancePaise: -15_000 })
    expectPostedOnce(payment, status)
  })

  it('is held whole where the policy says so', async () => {
    for (const service of ['PT', 'WS'] as const) {
      const { payment } = await payLate(service, 650)
      expect((await world.till.until(payment.id, 'SUSPENSE')).reason).toBe('BILL_LOWER')
      expect(postedPaise(payment)).toEqual([])
    }
  })

  it('is split: the bill is paid, and the rest waits with a date until two people give it back', async () => {
    const { payment } = await payLate('TL', 650)
    const status = await world.till.until(payment.id, 'CONFIRMED')
    expect(status).toMatchObject({ reason: 'BILL_LOWER', heldPaise: 15_000 })
    expect(postedPaise(payment)).toEqual([65_000])
    expect(await shownAt(world.till, payment.id)).toMatchObject({
      kind: 'remainder',
      reason: 'BILL_LOWER',
      amountPaise: 15_000,
      acts: ['refund', 'mark'],
      dueAtMs: expect.any(Number) as number,
    })
    const done = await decideByTwo(world.till, { payment, act: 'refund', kind: 'remainder' })
    expect(done).toEqual({ result: 'done', exception: null })
    const after = await world.till.status(payment.id)
    expect(after).toMatchObject({ state: 'CONFIRMED', heldPaise: 0 })
    expect(after.cursor).toBeGreaterThan(status.cursor)
    const again = await actAt(world.till, { payment, act: 'refund', kind: 'remainder' })
    expect(again.body).toMatchObject({ code: 'payment_not_found' })
  })

  it('is split once, whatever happens to the answer', async () => {
    const consumer = newConsumer('TL', 800)
    const bill = await billOf(consumer)
    changeTax(consumer, 650)
    world.sandbox.admin.faults.add({ kind: 'drop-after-commit', operation: 'create-payment' })
    const payment = world.till.payment(bill, { isOffline: true })
    await world.till.submit(payment)
    const status = await world.till.until(payment.id, 'CONFIRMED')
    expect(status.heldPaise).toBe(15_000)
    expect(postedPaise(payment)).toEqual([65_000])
    const attempts = await world.pool.query<{ amount: number }>(
      'select amount_paise::int as amount from tahsil.payment_attempts where payment_id = $1',
      [payment.id],
    )
    expect(attempts.rows).toEqual([{ amount: 65_000 }])
  })

  it('that was withdrawn altogether is told so', async () => {
    const consumer = newConsumer('TL', 800)
    const payment = world.till.payment(await billOf(consumer), { isOffline: true })
    const { state } = world.sandbox.admin
    for (const each of world.sandbox.admin.bills(consumer)) state.bills.put({ ...each, status: 'CANCELLED' })
    changeTax(consumer, 0)
    for (const each of world.sandbox.admin.demands(consumer)) {
      state.demands.put({ ...each, status: 'CANCELLED' })
    }
    await world.till.submit(payment)
    expect((await world.till.until(payment.id, 'SUSPENSE')).reason).toBe('BILL_CANCELLED')
  })
})

describe('a bill that differs from its demand', () => {
  /** As after a fault in billing: the demand changes and the ACTIVE bill does not. */
  const stale = async () => {
    const consumer = newConsumer('WS', 800)
    const payment = world.till.payment(await billOf(consumer))
    for (const demand of world.sandbox.admin.demands(consumer)) {
      const lines = demand.lines.map((line) => ({ ...line, taxPaise: 95_000 }))
      world.sandbox.admin.state.demands.put({ ...demand, lines })
    }
    return { consumer, payment }
  }
  const cancelCalls = () => world.sandbox.admin.counters().calls['cancel-bill'] ?? 0

  it('is cancelled in DIGIT, and the money goes to the true one', async () => {
    const { payment, consumer } = await stale()
    await world.till.submit(payment)
    const status = await world.till.until(payment.id, 'CONFIRMED')
    expectPostedOnce(payment, status)
    expect(status.balancePaise).toBe(15_000)
    expect(heldByDigit(world.sandbox, payment)[0]?.details[0]?.billId).not.toBe(payment.bill.id)
    expect(world.sandbox.admin.bills(consumer).map((bill) => bill.status)).toContain('CANCELLED')
  })

  it('is waited for where the role may not, without asking again and again', async () => {
    world.sandbox.admin.faults.add({ kind: 'forbidden', operation: 'cancel-bill', count: null })
    const before = cancelCalls()
    const one = await stale()
    const two = await stale()
    for (const { payment, consumer } of [one, two]) {
      await world.till.submit(payment)
      const held = await world.till.until(payment.id, 'HOLD')
      expect(held.reason).toBe('LAGGING')
      expect(heldByDigit(world.sandbox, payment)).toEqual([])
      // the module touches the demand, and billing makes a new bill
      changeTax(consumer, 950)
    }
    expect(cancelCalls() - before).toBe(1)
    for (const { payment } of [one, two]) {
      expectPostedOnce(payment, await world.till.until(payment.id, 'CONFIRMED'))
    }
  })
})

describe('answers that must not be trusted', () => {
  it.each([
    { kind: 'other-tenant-bill', operation: 'fetch-bill', count: 3 },
    { kind: 'html-error', operation: 'fetch-bill', count: 3 },
    { kind: 'half-json', operation: 'search-payment', count: 3 },
    { kind: 'wrong-amount', operation: 'fetch-bill', count: 2, amountPaise: -5_000 },
  ] as const)('$kind of $operation: nothing is posted on it, nothing is lost', async (fault) => {
    const consumer = newConsumer('PT', 640)
    const payment = world.till.payment(await billOf(consumer))
    world.sandbox.admin.faults.add(fault)
    await world.till.submit(payment)
    expectPostedOnce(payment, await world.till.until(payment.id, 'CONFIRMED'))
  })

  it('our reference on another consumer or amount is never taken for ours', async () => {
    const payment = await payAll(newConsumer('PT', 640))
    await world.till.until(payment.id, 'CONFIRMED')
    const [held] = heldByDigit(world.sandbox, payment)
    const forged = world.till.payment(await billOf(newConsumer('PT', 990)))
    // DIGIT shows a payment with our id, but of 990 rupees less one
    const own = { tahsil: { paymentId: forged.id } }
    const bill = { ...held!.details[0]!.bill, consumerCode: forged.bill.consumerCode }
    world.sandbox.admin.state.payments.put({
      ...held!,
      id: 'forged',
      additionalDetails: own,
      details: held!.details.map((each) => ({ ...each, id: 'forged-detail', bill })),
    })
    await world.till.submit(forged)
    const status = await world.till.until(forged.id, 'QUARANTINE')
    expect(status.steps.at(-1)?.note).toContain('another amount')
    expect(await shownAt(world.till, forged.id)).toMatchObject({ acts: ['look-again', 'mark'] })
  })
})
