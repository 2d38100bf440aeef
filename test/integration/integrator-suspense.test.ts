// Goal: money that meets another bill, another payer or a rule of DIGIT's is posted where it may be, and otherwise waits for
// a person with its reason. Never booked as somebody else's.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Paise } from '#contract/money.ts'
import { paise } from '#contract/money.ts'
import type { Instrument } from '#contract/payment.ts'
import { enrolTill, heldByDigit, startTestDatabases, startWorld, TENANT } from './integrator-kit.ts'
import type { TestDatabases, World } from './integrator-kit.ts'
import { createMoney } from './integrator-money.ts'

let databases: TestDatabases
let world: World
const { newConsumer, billOf, payAll, expectPostedOnce } = createMoney(() => world)

beforeAll(async () => {
  databases = await startTestDatabases()
  world = await startWorld({ databaseUrl: await databases.create() })
})
afterAll(async () => {
  await world?.close()
  await databases?.close()
})
afterEach(() => {
  world.sandbox.admin.faults.clear()
  world.sandbox.admin.setSettings({ backUpdateDelayMs: 20, gateway: 'zuul' })
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
    'lower (%s): the bill is paid, the rest held; never turned into an advance unasked',
    async (service) => {
      const heads = { PT: 'PT_TAX', WS: 'WS_CHARGE' }
      const consumer = newConsumer(service, 800)
      const bill = await billOf(consumer)
      world.sandbox.admin.changeTax({ ...consumer, taxHeadCode: heads[service], taxRupees: 650 })
      const payment = world.till.payment(bill, { isOffline: true })
      await world.till.submit(payment)
      const status = await world.till.until(payment.id, 'CONFIRMED')
      expect(status).toMatchObject({ reason: 'BILL_LOWER', heldPaise: 15_000, balancePaise: 0 })
      const held = heldByDigit(world.sandbox, payment)
      expect(held.map((each) => each.totalPaidPaise)).toEqual([65_000])
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
