// Goal: whatever DIGIT and the network do to a payment, it ends as exactly one DIGIT payment with our reference and the
// right receipt number, or waits for a person with its money named. Never twice, never lost, never somebody else's.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Bill } from '#contract/bill.ts'
import type { Paise } from '#contract/money.ts'
import { paise } from '#contract/money.ts'
import type { Instrument, Payment, PaymentStatus } from '#contract/payment.ts'
import type { FaultInput } from '#sandbox/faults.ts'
import { enrolTill, heldByDigit, startTestDatabases, startWorld, TENANT } from './integrator-kit.ts'
import type { TestDatabases, World } from './integrator-kit.ts'

let databases: TestDatabases
let world: World
let consumerCount = 0

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
beforeEach(() => {
  consumerCount += 1
})
afterEach(() => {
  world.sandbox.admin.faults.clear()
  world.sandbox.admin.setSettings({ backUpdateDelayMs: 20, gateway: 'zuul' })
})

type Consumer = { tenantId: string; businessService: string; consumerCode: string }

/** A consumer of this test alone. */
function newConsumer(businessService: 'PT' | 'WS' | 'TL', taxRupees: number): Consumer {
  const heads = { PT: 'PT_TAX', WS: 'WS_CHARGE', TL: 'TL_TAX' }
  const consumer = {
    tenantId: TENANT,
    businessService,
    consumerCode: `${businessService}-TEST-${consumerCount}`,
  }
  world.sandbox.admin.postDemand({ ...consumer, taxHeadCode: heads[businessService], taxRupees })
  return consumer
}

const billOf = (consumer: Consumer): Promise<Bill> =>
  world.till.billOf(consumer.consumerCode, consumer.businessService)

/** Exactly one live payment in DIGIT, ours, whole, and its receipt number told to the till. */
function expectPostedOnce(payment: Payment, status: PaymentStatus): void {
  const held = heldByDigit(world.sandbox, payment)
  expect(held, JSON.stringify(status.steps, null, 1)).toHaveLength(1)
  expect(held[0]?.totalPaidPaise).toBe(payment.amountPaise)
  expect(held[0]?.details[0]?.manualReceiptNumber).toBe(payment.receiptNumber)
  expect(held[0]?.details[0]?.manualReceiptDate).toBe(payment.collectedAtMs)
  expect(status.digitReceiptNumber).toBe(held[0]?.details[0]?.receiptNumber)
  expect(status.digitPaymentId).toBe(held[0]?.id)
}

async function payAll(consumer: Consumer, change: Partial<Payment> = {}): Promise<Payment> {
  const payment = world.till.payment(await billOf(consumer), change)
  await world.till.submit(payment)
  return payment
}

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

describe('a bill that changed while the till was away', () => {
  it('same amount, new id: posted on the new bill', async () => {
    const { till, sandbox } = world
    const consumer = newConsumer('PT', 800)
    const bill = await billOf(consumer)
    // the demand is touched without changing what is due: DIGIT makes a new bill id
    sandbox.admin.changeTax({ ...consumer, taxHeadCode: 'PT_TAX', taxRupees: 800 })
    const payment = till.payment(bill, { isOffline: true })
    await till.submit(payment)
    const status = await till.until(payment.id, 'CONFIRMED')
    expectPostedOnce(payment, status)
    expect(status.steps.map((step) => step.state)).toContain('RESOLVE')
    expect(heldByDigit(sandbox, payment)[0]?.details[0]?.billId).not.toBe(bill.id)
  })

  it('higher, part payment allowed: posted, the rest stays due', async () => {
    const { till, sandbox } = world
    const consumer = newConsumer('PT', 800)
    const bill = await billOf(consumer)
    sandbox.admin.changeTax({ ...consumer, taxHeadCode: 'PT_TAX', taxRupees: 950 })
    const payment = till.payment(bill, { isOffline: true })
    await till.submit(payment)
    const status = await till.until(payment.id, 'CONFIRMED')
    expectPostedOnce(payment, status)
    expect(status.balancePaise).toBe(15_000)
  })

  it('higher, no part payment: held with its reason', async () => {
    const consumer = newConsumer('TL', 800)
    const bill = await billOf(consumer)
    world.sandbox.admin.changeTax({ ...consumer, taxHeadCode: 'TL_TAX', taxRupees: 950 })
    const payment = world.till.payment(bill, { isOffline: true })
    await world.till.submit(payment)
    expect((await world.till.until(payment.id, 'SUSPENSE')).reason).toBe('BILL_HIGHER')
    expect(heldByDigit(world.sandbox, payment)).toEqual([])
  })

  it.each(['PT', 'WS'] as const)(
    'lower (%s): held, never turned into an advance unasked',
    async (service) => {
      const heads = { PT: 'PT_TAX', WS: 'WS_CHARGE' }
      const consumer = newConsumer(service, 800)
      const bill = await billOf(consumer)
      world.sandbox.admin.changeTax({ ...consumer, taxHeadCode: heads[service], taxRupees: 650 })
      const payment = world.till.payment(bill, { isOffline: true })
      await world.till.submit(payment)
      expect((await world.till.until(payment.id, 'SUSPENSE')).reason).toBe('BILL_LOWER')
      expect(heldByDigit(world.sandbox, payment)).toEqual([])
    },
  )

  it('an advance that the citizen wanted is posted', async () => {
    const consumer = newConsumer('WS', 300)
    const payment = await payAll(consumer, { amountPaise: paise(50_000) })
    expectPostedOnce(payment, await world.till.until(payment.id, 'CONFIRMED'))
  })
})

describe('money that somebody else took too', () => {
  it('paid at another counter while we were offline: ours is held, never booked as theirs', async () => {
    const { till, sandbox } = world
    const consumer = newConsumer('PT', 1100)
    const bill = await billOf(consumer)
    const theirs = await sandbox.admin.payElsewhere(consumer)
    const payment = till.payment(bill, { isOffline: true })
    await till.submit(payment)
    const status = await till.until(payment.id, 'SUSPENSE')
    expect(status).toMatchObject({ reason: 'ALREADY_PAID', digitReceiptNumber: null })
    expect(heldByDigit(sandbox, payment)).toEqual([])
    expect(theirs.details[0]?.billId).toBe(bill.id)
  })

  it('paid at another counter while our attempt runs: looked up, fenced, held', async () => {
    const { till, sandbox } = world
    const consumer = newConsumer('PT', 1150)
    const bill = await billOf(consumer)
    sandbox.admin.faults.add({ kind: 'slow-commit', operation: 'create-payment', delayMs: 400 })
    const payment = till.payment(bill)
    await till.submit(payment)
    await till.until(payment.id, 'POSTING')
    await sandbox.admin.payElsewhere(consumer)
    const status = await till.until(payment.id, 'SUSPENSE')
    expect(status.reason).toBe('ALREADY_PAID')
    expect(heldByDigit(sandbox, payment)).toEqual([])
    const posting = status.steps.findLast((step) => step.state === 'POSTING')
    const end = status.steps.at(-1)
    expect((end?.atMs ?? 0) - (posting?.atMs ?? 0)).toBeGreaterThanOrEqual(300)
  })

  it('two of our tills with the same bill: one is posted, one is held', async () => {
    const { till, sandbox, integrator } = world
    const consumer = newConsumer('PT', 1300)
    const bill = await billOf(consumer)
    const other = await enrolTill(integrator.url, 'Counter 2')
    const one = till.payment(bill, { isOffline: true })
    const two = other.payment(bill, { isOffline: true })
    await Promise.all([till.submit(one), other.submit(two)])
    const ends = await Promise.all([
      till.until(one.id, 'CONFIRMED', 'SUSPENSE'),
      other.until(two.id, 'CONFIRMED', 'SUSPENSE'),
    ])
    expect(ends.map((end) => end.state).toSorted()).toEqual(['CONFIRMED', 'SUSPENSE'])
    expect(ends.find((end) => end.state === 'SUSPENSE')?.reason).toBe('ALREADY_PAID')
    expect([...heldByDigit(sandbox, one), ...heldByDigit(sandbox, two)]).toHaveLength(1)
  })
})

describe('every way of paying', () => {
  const dayMs = 86_400_000
  const instruments: Instrument[] = [
    { mode: 'CARD', lastFour: '4321', rrn: '600112233445', approvalCode: 'A1B2C3' },
    {
      mode: 'CHEQUE',
      number: '000123',
      dateMs: Date.now() - 89 * dayMs,
      bank: 'State Bank',
      ifsc: 'SBIN0000001',
    },
    { mode: 'OFFLINE_NEFT', utr: 'UTR0001', dateMs: Date.now() - dayMs },
    { mode: 'OFFLINE_RTGS', utr: 'UTR0002', dateMs: Date.now() - dayMs },
    { mode: 'POSTAL_ORDER', number: 'PO77', dateMs: Date.now() - dayMs, postOffice: 'Devgaon' },
  ]
  it.each(instruments)('$mode reaches DIGIT whole', async (instrument) => {
    const payment = await payAll(newConsumer('WS', 450), { instrument, mode: instrument.mode })
    expectPostedOnce(payment, await world.till.until(payment.id, 'CONFIRMED'))
    const [held] = heldByDigit(world.sandbox, payment)
    const number = {
      CARD: '600112233445',
      CHEQUE: '000123',
      OFFLINE_NEFT: 'UTR0001',
      OFFLINE_RTGS: 'UTR0002',
    }
    const transactionNumber = { POSTAL_ORDER: 'PO77', ...number }[instrument.mode as keyof typeof number]
    const instrumentNumber = instrument.mode === 'CARD' ? '4321' : transactionNumber
    expect(held).toMatchObject({
      paymentMode: instrument.mode,
      transactionNumber,
      instrumentNumber,
      ifscCode: null,
    })
  })

  it('a mode that the service does not take is held', async () => {
    const instrument = {
      mode: 'DD' as const,
      number: '778899',
      dateMs: Date.now() - dayMs,
      bank: 'Bank',
      ifsc: null,
    }
    const payment = await payAll(newConsumer('WS', 450), { instrument, mode: 'DD' })
    expect((await world.till.until(payment.id, 'SUSPENSE')).reason).toBe('MODE_NOT_ALLOWED')
  })

  it('services whose code is no path go through another module', async () => {
    for (const code of ['RC-DVG-000001', 'MS-DVG-000001', 'HR-DVG-000001']) {
      const [bill] = await world.till.search({ by: 'consumerCode', value: code })
      const payment = world.till.payment(bill!)
      await world.till.submit(payment)
      expectPostedOnce(payment, await world.till.until(payment.id, 'CONFIRMED'))
    }
  })
})

describe('a record that can never be posted', () => {
  it.each([
    {
      why: 'a name DIGIT refuses',
      change: { payer: { paidBy: 'M/s Rao & Sons', mobileNumber: null, isOwner: true } },
    },
    { why: 'paise', change: { amountPaise: 12_345 as Paise } },
    { why: 'nothing', change: { amountPaise: 0 as Paise } },
  ])('$why: POISON, and kept', async ({ change }) => {
    const payment = await payAll(newConsumer('PT', 500), change)
    const status = await world.till.until(payment.id, 'POISON')
    expect(status.steps.at(-1)?.note).not.toContain('Rao')
    expect(heldByDigit(world.sandbox, payment)).toEqual([])
  })

  it('a bill with paise is held', async () => {
    const consumer = newConsumer('PT', 500.5)
    const payment = await payAll(consumer, { amountPaise: paise(50_000) })
    expect((await world.till.until(payment.id, 'SUSPENSE')).reason).toBe('REFUSED_BY_DIGIT')
  })
})

describe('a payment cancelled in DIGIT', () => {
  it('does not stand in the way of the next one', async () => {
    const { till, sandbox } = world
    const consumer = newConsumer('PT', 620)
    const payment = await payAll(consumer)
    await till.until(payment.id, 'CONFIRMED')
    const [held] = heldByDigit(sandbox, payment)
    expect(held).toBeDefined()
    const token = await login()
    const answer = await fetch(`${sandbox.url}/collection-services/payments/PT/_workflow`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        RequestInfo: { apiId: 'x', msgId: '1|en_IN', authToken: token },
        PaymentWorkflows: [{ paymentId: held?.id, tenantId: TENANT, action: 'CANCEL', reason: 'test' }],
      }),
    })
    expect(answer.status).toBe(200)
    sandbox.admin.releaseEvents()
    const next = await payAll(consumer)
    expect(next.bill.id).not.toBe(payment.bill.id)
    expectPostedOnce(next, await till.until(next.id, 'CONFIRMED'))
  })
})

async function login(): Promise<string> {
  const { sandbox, environment } = world
  const basic = Buffer.from(`${sandbox.clientId}:${sandbox.clientSecret}`).toString('base64')
  const answer = await fetch(`${sandbox.url}/user/oauth/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${basic}`, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      grant_type: 'password',
      username: 'POS-DVG',
      password: environment['DIGIT_PASSWORD'] ?? '',
      tenantId: TENANT,
      userType: 'EMPLOYEE',
      scope: 'read',
    }),
  })
  return ((await answer.json()) as { access_token: string }).access_token
}
