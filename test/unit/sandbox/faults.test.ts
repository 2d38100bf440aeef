// Goal: every fault does what it says, to the operation it is aimed at, as often as asked, and leaves the state it should.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { faultKinds } from '#sandbox/faults.ts'
import type { FaultKind } from '#sandbox/faults.ts'
import { at, billsOf, codesOf, devgaon, paymentsOf, startRig } from './rig.ts'
import type { Rig } from './rig.ts'

let rig: Rig
beforeEach(async () => {
  rig = await startRig()
})
afterEach(() => rig.close())

const storedCount = () => rig.admin.payments().length

test('a fault hits only its operation, and only as many calls as asked, after those it skips', async () => {
  rig.admin.faults.add({ kind: 'rate-limited', operation: 'create-payment', count: 2, skip: 1 })
  const bills = []
  for (const key of ['plain-due', 'rebate', 'licence', 'hall-rent']) bills.push(await rig.billOf(key))
  const statuses = []
  for (const bill of bills) statuses.push((await rig.pay(bill)).status)
  expect(statuses).toEqual([200, 429, 429, 200])
  expect(rig.admin.faults.list()).toEqual([])
})

test('drop-after-commit: the connection breaks, the payment is stored', async () => {
  rig.admin.faults.add({ kind: 'drop-after-commit', operation: 'create-payment' })
  const bill = await rig.billOf('plain-due')
  await expect(rig.pay(bill)).rejects.toThrow(/fetch failed|terminated|closed/)
  expect(paymentsOf(await rig.search('PT', { billIds: bill.id }))).toHaveLength(1)
})

test('reset-before: the connection breaks, nothing is stored', async () => {
  rig.admin.faults.add({ kind: 'reset-before', operation: 'create-payment' })
  const bill = await rig.billOf('plain-due')
  await expect(rig.pay(bill)).rejects.toThrow(/fetch failed|terminated|closed/)
  expect(storedCount()).toBe(0)
})

test('hang-then-500: 500 with a class name, and the work is done', async () => {
  rig.admin.faults.add({ kind: 'hang-then-500', operation: 'create-payment', delayMs: 30 })
  const reply = await rig.pay(await rig.billOf('plain-due'))
  expect(reply.status).toBe(500)
  expect(codesOf(reply)).toEqual(['SocketTimeoutException'])
  expect(storedCount()).toBe(1)
})

test.each([
  [502, false, 0],
  [503, true, 1],
  [504, true, 1],
])('html-error: an ingress page %d, work done: %s', async (status, isWorkDone, count) => {
  rig.admin.faults.add({ kind: 'html-error', operation: 'create-payment', status, isWorkDone })
  const reply = await rig.pay(await rig.billOf('plain-due'))
  expect(reply.status).toBe(status)
  expect(reply.headers.get('content-type')).toContain('text/html')
  expect(reply.text).toContain('<html>')
  expect(storedCount()).toBe(count)
})

test('half-json: the answer stops in the middle, the work is done', async () => {
  rig.admin.faults.add({ kind: 'half-json', operation: 'create-payment' })
  const reply = await rig.pay(await rig.billOf('plain-due'))
  expect(reply.status).toBe(200)
  expect(() => JSON.parse(reply.text) as unknown).toThrow(SyntaxError)
  expect(storedCount()).toBe(1)
})

test('evict-token: 401 until the next login', async () => {
  rig.admin.faults.add({ kind: 'evict-token', operation: 'fetch-bill' })
  expect(codesOf(await rig.fetchBill('plain-due'))).toEqual(['InvalidAccessTokenException'])
  expect((await rig.fetchBill('plain-due')).status).toBe(401)
  await rig.logIn()
  expect(rig.admin.evictTokens('POS-DVG')).toBe(1)
})

test.each([
  ['user-service-down', 500, 'CustomException'],
  ['backend-unreachable', 502, 'HttpHostConnectException'],
  ['not-found', 404, 'ResourceNotFoundException'],
  ['rate-limited', 429, 'RateLimitExceededException'],
  ['forbidden', 403, 'CustomException'],
  ['mdms-outage', 400, 'IllegalArgumentException'],
  ['billing-outage', 400, 'BILLING_SERVICE_ERROR'],
  ['idgen-failure', 400, 'IDGEN_SERVICE_ERROR'],
  ['apportion-failure', 400, 'APPORTIONING_FAILED_CODE'],
  ['unique-constraint', 400, 'PAYMENT_CREATION_FAILED'],
  ['kafka-failure', 400, 'COLLECTIONS_KAFKA_PUSH_FAILED'],
] as [FaultKind, number, string][])('%s: %d %s, and nothing is stored', async (kind, status, code) => {
  rig.admin.faults.add({ kind, operation: 'create-payment' })
  const bill = await rig.billOf('plain-due')
  const reply = await rig.pay(bill)
  expect(reply.status).toBe(status)
  expect(codesOf(reply)).toEqual([code])
  expect(storedCount()).toBe(0)
  expect(rig.admin.counters().pendingEventCount).toBe(0)
  expect((await rig.pay(bill)).status).toBe(200)
})

test('slow-commit: the client gives up, the payment is stored all the same', async () => {
  rig.admin.faults.add({ kind: 'slow-commit', operation: 'create-payment', delayMs: 80 })
  const bill = await rig.billOf('plain-due')
  const body = {
    RequestInfo: { authToken: rig.token, msgId: '1|en_IN' },
    Payment: {
      tenantId: devgaon,
      totalAmountPaid: 2100,
      paymentMode: 'CASH',
      paidBy: 'Asha Rao',
      paymentDetails: [{ billId: bill.id, totalAmountPaid: 2100 }],
    },
  }
  const call = fetch(`${rig.url}/collection-services/payments/_create`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(20),
  })
  await expect(call).rejects.toThrow(/timeout/)
  await expect.poll(storedCount).toBe(1)
})

test('delay: the request waits before it is looked at, others pass it', async () => {
  rig.admin.faults.add({ kind: 'delay', operation: 'fetch-bill', delayMs: 150 })
  const order: string[] = []
  const delayed = rig.fetchBill('plain-due').then(() => order.push('delayed'))
  await expect.poll(() => rig.admin.counters().calls['fetch-bill']).toBe(1)
  await rig.fetchBill('rebate').then(() => order.push('other'))
  await delayed
  expect(order).toEqual(['other', 'delayed'])
})

test('wrong-amount and other-tenant-bill: the answer lies, the stored bill does not', async () => {
  rig.admin.faults.add({ kind: 'wrong-amount', operation: 'fetch-bill', amountPaise: 5000 })
  const lie = await rig.billOf('plain-due')
  expect(lie.totalAmount).toBe(2150)
  expect(lie.billDetails[0]?.amount).toBe(2150)
  rig.admin.faults.add({ kind: 'other-tenant-bill', operation: 'fetch-bill' })
  expect((await rig.billOf('plain-due')).tenantId).toBe('sr.chandnipur')
  const truth = await rig.billOf('plain-due')
  expect([truth.id, truth.totalAmount, truth.tenantId]).toEqual([lie.id, 2100, devgaon])
})

test('the newer gateway turns an access-control outage into 401', async () => {
  rig.admin.setSettings({ gateway: 'core' })
  rig.admin.faults.add({ kind: 'forbidden', operation: 'any' })
  expect((await rig.fetchBill('plain-due')).status).toBe(401)
})

test('every kind of fault is described, and nonsense is refused', () => {
  for (const about of Object.values(faultKinds)) expect(about.length).toBeGreaterThan(10)
  expect(() => rig.admin.faults.add({ kind: 'nonsense' as FaultKind })).toThrow(/kind/)
  expect(() => rig.admin.faults.add({ kind: 'delay', count: 0 })).toThrow(/count/)
})

test('a storm of the same seed brings the same weather; clearing ends it', async () => {
  const weather = async (seed: string) => {
    rig.admin.reset()
    rig.token = String(at(await rig.logIn(), 'access_token'))
    rig.admin.faults.setStorm({
      seed,
      share: 0.5,
      kinds: ['html-error', 'forbidden', 'half-json'],
      delayMs: 0,
    })
    const seen: string[] = []
    for (let call = 0; call < 30; call++) {
      const reply = await rig.fetchBill('plain-due')
      seen.push(`${reply.status}${reply.body === null ? '!' : ''}`)
    }
    expect(rig.admin.faults.list()).toEqual([])
    rig.admin.faults.clear()
    return seen.join(' ')
  }
  const first = await weather('monsoon')
  expect(first).toMatch(/201/)
  expect(first).toMatch(/403/)
  expect(await weather('monsoon')).toBe(first)
  expect(await weather('drought')).not.toBe(first)
  for (let call = 0; call < 20; call++) expect((await rig.fetchBill('plain-due')).status).toBe(201)
})

test('reset goes back to the seed', async () => {
  const bill = await rig.billOf('plain-due')
  await rig.paid(bill)
  rig.admin.faults.add({ kind: 'delay' })
  rig.admin.clock.advance(1000)
  rig.admin.reset()
  expect(storedCount()).toBe(0)
  expect(rig.admin.faults.list()).toEqual([])
  expect((await rig.fetchBill('plain-due')).status).toBe(401)
  await rig.logIn()
})

test('closing does not wait for a hanging request', async () => {
  const other = await startRig()
  other.admin.faults.add({ kind: 'hang-then-500', operation: 'fetch-bill', delayMs: 600_000 })
  const hanging = other.fetchBill('plain-due').catch((error: unknown) => error)
  await expect.poll(() => other.admin.counters().calls['fetch-bill']).toBe(1)
  await other.close()
  expect(await hanging).toBeInstanceOf(Error)
  expect(billsOf(await rig.fetchBill('plain-due'))).toHaveLength(1)
})
