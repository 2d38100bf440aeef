// Goal: a till finds the bill it is asked for, and never a bill that was paid already or belongs to somebody else.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { crc16 } from '#collection/bharat-qr.ts'
import { sampleOf } from '#sandbox/seed/sample-consumers.ts'
import { startTestDatabases, startWorld, TENANT } from './integrator-kit.ts'
import type { TestDatabases, World } from './integrator-kit.ts'

let databases: TestDatabases
let world: World

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
  world.sandbox.admin.setSettings({ gateway: 'zuul', isOldBilling: false, backUpdateDelayMs: 20 })
})

const search = (value: string) => world.till.search({ by: 'consumerCode', value })

describe('by consumer code', () => {
  it.each(['plain-due', 'part-paid', 'licence', 'hall-rent', 'road-cutting', 'market-stall', 'expired'])(
    'finds %s without being told the service',
    async (key) => {
      const { consumerCode, businessService } = sampleOf(key)
      const [bill, ...others] = await search(consumerCode)
      expect(others).toEqual([])
      expect(bill).toMatchObject({ consumerCode, businessService, tenantId: TENANT, status: 'ACTIVE' })
      expect(bill?.periods.reduce((sum, period) => sum + period.amountPaise, 0)).toBe(bill?.totalPaise)
    },
  )

  it('shows rules of the service and what is wrong with a bill, instead of hiding it', async () => {
    const [fractional] = await search(sampleOf('fractional').consumerCode)
    expect((fractional?.totalPaise ?? 0) % 100).not.toBe(0)
    expect(fractional?.rules).toMatchObject({
      isPartPaymentAllowed: false,
      isAdvanceAllowed: false,
      isOpen: true,
    })
  })

  it('asks only the likely service when the code says it', async () => {
    const { admin } = world.sandbox
    const before = admin.counters().calls['fetch-bill'] ?? 0
    await search(sampleOf('active-bill').consumerCode)
    expect((admin.counters().calls['fetch-bill'] ?? 0) - before).toBe(1)
  })

  it('tells "nothing due" from "paid lately"', async () => {
    const unknown = await world.till.searchProblem({ by: 'consumerCode', value: 'PT-DVG-999999' })
    expect(unknown).toMatchObject({ code: 'bill_not_found', data: { isPaidRecently: false } })
    const consumer = sampleOf('licence')
    const paid = await world.sandbox.admin.payElsewhere({ ...consumer })
    const problem = await world.till.searchProblem({ by: 'consumerCode', value: consumer.consumerCode })
    expect(problem).toMatchObject({
      code: 'bill_already_paid',
      data: { receiptNumber: paid.details[0]?.receiptNumber, amountPaise: paid.totalPaidPaise },
    })
  })

  it('does not offer a bill whose payment billing has not heard of yet', async () => {
    const { admin } = world.sandbox
    admin.setSettings({ backUpdateDelayMs: null })
    const consumer = sampleOf('one-payer-sewerage')
    const paid = await admin.payElsewhere({ ...consumer })
    const problem = await world.till.searchProblem({ by: 'consumerCode', value: consumer.consumerCode })
    expect(problem).toMatchObject({ code: 'bill_already_paid', data: { amountPaise: paid.totalPaidPaise } })
    admin.releaseEvents()
  })

  it('does not offer a bill whose money another till holds', async () => {
    const { till, sandbox } = world
    const bill = await till.billOf('PT-DVG-000013', 'PT')
    sandbox.admin.faults.add({ kind: 'backend-unreachable', operation: 'create-payment', count: null })
    const payment = till.payment(bill)
    await till.submit(payment)
    const problem = await till.searchProblem({ by: 'consumerCode', value: 'PT-DVG-000013' })
    expect(problem).toMatchObject({
      code: 'bill_already_paid',
      data: { receiptNumber: payment.receiptNumber, amountPaise: payment.amountPaise },
    })
    sandbox.admin.faults.clear()
    await till.until(payment.id, 'CONFIRMED')
  })

  it.each([
    { name: 'older billing that answers 400', settings: { isOldBilling: true } },
    { name: 'the newer gateway', settings: { gateway: 'core' as const } },
  ])('works with $name', async ({ settings }) => {
    world.sandbox.admin.setSettings(settings)
    expect(await search(sampleOf('many-periods').consumerCode)).toHaveLength(1)
    const nothing = await world.till.searchProblem({ by: 'consumerCode', value: 'PT-DVG-999998' })
    expect(nothing.code).toBe('bill_not_found')
  })
})

describe('by mobile number', () => {
  it('finds the bills of every service', async () => {
    const bills = await world.till.search({ by: 'mobile', value: '9876500004' })
    expect(bills.map((bill) => bill.businessService).toSorted()).toEqual(['PT', 'WS'])
  })

  it('says so when there is none', async () => {
    expect((await world.till.searchProblem({ by: 'mobile', value: '6000000001' })).code).toBe(
      'bill_not_found',
    )
  })
})

describe('by scan', () => {
  const scan = (value: string) => world.till.search({ by: 'scan', value })
  const scanProblem = async (value: string) => (await world.till.searchProblem({ by: 'scan', value })).code
  const water = 'WS/DVG/2026-27/000016'

  it('reads a plain code, links, a UPI intent and a Bharat QR', async () => {
    const field = `01${String(water.length).padStart(2, '0')}${water}`
    const qr = `00020101021162${String(field.length).padStart(2, '0')}${field}6304`
    const texts = [
      water,
      `WS:${water}`,
      `https://pay.example.in/digit-ui/citizen/payment/my-bills/WS/${water.replaceAll('/', '+')}?tenantId=${TENANT}`,
      `https://pay.example.in/open-view?consumerCode=${encodeURIComponent(water)}&businessService=WS&tenantId=${TENANT}`,
      `upi://pay?pa=devgaon@example&am=10&tr=${encodeURIComponent(water)}`,
      `${qr}${crc16(qr)}`,
    ]
    for (const text of texts) {
      const [bill] = await scan(text)
      expect(bill?.consumerCode, text).toBe(water)
    }
  })

  it('knows receipts of this till and finds what is due since', async () => {
    const { till, sandbox } = world
    const bill = await till.billOf('WS/DVG/2026-27/000003', 'WS')
    const payment = till.payment(bill, { amountPaise: 10_000 as typeof bill.totalPaise })
    await till.submit(payment)
    const status = await till.until(payment.id, 'CONFIRMED')
    expect(
      sandbox.admin.bills({ tenantId: TENANT, businessService: 'WS', consumerCode: bill.consumerCode }),
    ).not.toEqual([])
    for (const text of [
      payment.receiptNumber,
      `tahsil:r1:${payment.receiptNumber}:${payment.amountPaise}:${payment.id}:0123456789`,
    ]) {
      const [next] = await scan(text)
      expect(next?.totalPaise, text).toBe(status.balancePaise)
    }
  })

  it('refuses what is no bill, and bills of another town', async () => {
    expect(await scanProblem('hello there')).toBe('scan_not_understood')
    expect(await scanProblem('https://example.com/menu')).toBe('scan_not_understood')
    expect(
      await scanProblem(
        'tahsil:r1:X/0001A/26-27/000001-K:100:00000000-0000-4000-8000-000000000000:0123456789',
      ),
    ).toBe('scan_not_understood')
    expect(await scanProblem('https://x.example/?consumerCode=PT-CHP-000001&tenantId=sr.chandnipur')).toBe(
      'bill_other_tenant',
    )
  })
})

describe('a DIGIT that answers badly', () => {
  const problemOf = async (fault: Parameters<World['sandbox']['admin']['faults']['add']>[0]) => {
    world.sandbox.admin.faults.clear()
    world.sandbox.admin.faults.add({ count: null, ...fault })
    const value = 'PT-DVG-000002'
    return (await world.till.searchProblem({ by: 'consumerCode', value, businessService: 'PT' })).code
  }

  it('is never believed', async () => {
    expect(await problemOf({ kind: 'other-tenant-bill' })).toBe('digit_bad_answer')
    expect(await problemOf({ kind: 'half-json', operation: 'fetch-bill' })).toBe('digit_bad_answer')
    expect(await problemOf({ kind: 'html-error', operation: 'fetch-bill' })).toBe('digit_unreachable')
    expect(await problemOf({ kind: 'backend-unreachable', operation: 'fetch-bill' })).toBe(
      'digit_unreachable',
    )
    expect(await problemOf({ kind: 'reset-before', operation: 'fetch-bill' })).toBe('digit_unreachable')
    expect(await problemOf({ kind: 'forbidden', operation: 'fetch-bill' })).toBe('digit_refused')
  })

  it('that evicted our token is asked again after one login', async () => {
    const { admin } = world.sandbox
    const before = admin.counters().calls['token'] ?? 0
    admin.evictTokens('POS-DVG')
    expect(await search('PT-DVG-000002')).toHaveLength(1)
    expect((admin.counters().calls['token'] ?? 0) - before).toBe(1)
  })
})
