// Goal: whatever comes back over the network, the till believes only what fits the contract, says the rest as "not reachable" or as the
// coded problem it is, never waits for ever, and never puts its token or a body into an error.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createIntegratorClient, type IntegratorClient } from '#host/integrator-client.ts'
import { createLinkState, type LinkState } from '#host/link-state.ts'
import { testClock } from '#test/unit/store/till-kit.ts'
import { CODE, PIN, startFakeIntegrator, type FakeIntegrator, type Fault } from './fake-integrator.ts'
import { todaysBill } from './host-kit.ts'

const bill = todaysBill()
let fake: FakeIntegrator
let client: IntegratorClient
let link: LinkState
let token: string | null
beforeEach(async () => {
  fake = await startFakeIntegrator({ bills: [bill] })
  link = createLinkState(testClock())
  token = null
  client = createIntegratorClient({
    baseUrl: `${fake.url}/`,
    token: () => token,
    link,
    times: { signInMs: 400, billsMs: 400, batchMs: 400, otherMs: 400, awayMs: 100 },
  })
})
afterEach(async () => {
  client.close()
  await fake.close()
})
const enrol = async () => {
  token = (await client.enrol({ code: CODE, name: 'Counter 1' })).token
}

test('enrols without a token, and everything else only with one', async () => {
  await expect(client.masters()).rejects.toMatchObject({ code: 'device_not_enrolled' })
  expect(fake.state.calls).toEqual([])
  await enrol()
  expect((await client.masters()).tenants).toHaveLength(1)
  expect((await client.signIn({ operatorCode: '101', pin: PIN })).name).toBe('Meena Kulkarni')
  expect(await client.searchBills({ by: 'consumerCode', value: bill.consumerCode })).toEqual([bill])
  expect(await client.changes(0)).toEqual({ payments: [], nextCursor: 0, hasMore: false })
  expect(fake.state.calls).toEqual([
    'POST /v1/devices/enrol',
    'GET /v1/masters',
    'POST /v1/operators/sign-in',
    'POST /v1/bills/search',
    'GET /v1/payments',
  ])
})

test('coded problems come through with their code', async () => {
  await expect(client.enrol({ code: 'WRONG', name: 'x' })).rejects.toMatchObject({
    code: 'enrolment_refused',
  })
  await enrol()
  await expect(client.signIn({ operatorCode: '101', pin: '000000' })).rejects.toMatchObject({
    code: 'wrong_pin',
  })
  await expect(client.searchBills({ by: 'consumerCode', value: 'x' })).rejects.toMatchObject({
    code: 'bill_not_found',
  })
  token = 'x'.repeat(40)
  await expect(client.masters()).rejects.toMatchObject({ code: 'device_not_enrolled' })
  expect(link.isOnline()).toBe(true)
})

describe('trouble', () => {
  beforeEach(enrol)

  test.each<[Fault, object]>([
    ['down', { reason: 'status_502' }],
    ['html', { reason: 'bad_answer' }],
    ['half', { reason: 'bad_answer' }],
    ['other_shape', { reason: 'bad_answer' }],
    ['reset_before', { reason: 'no_answer' }],
    ['reset_after', { reason: 'no_answer' }],
    ['hang', { reason: 'no_answer' }],
  ])('%s is "not reachable" and shows as offline', async (fault, data) => {
    expect(link.isOnline()).toBe(true)
    fake.setFault(fault)
    await expect(client.searchBills({ by: 'consumerCode', value: bill.consumerCode })).rejects.toMatchObject({
      code: 'integrator_unreachable',
      data,
    })
    expect(link.isOnline()).toBe(false)
    fake.setFault('none')
    expect(await client.searchBills({ by: 'consumerCode', value: bill.consumerCode })).toHaveLength(1)
    expect(link.isOnline()).toBe(true)
  })

  test('429 tells how long to wait', async () => {
    fake.setFault('too_many')
    await expect(client.changes(0)).rejects.toMatchObject({
      code: 'too_many_requests',
      data: { retryAfterMs: 7_000 },
    })
    expect(link.isOnline()).toBe(true)
  })

  test('nobody listens', async () => {
    await fake.close()
    const error: unknown = await client.masters().catch((caught: unknown) => caught)
    expect(error).toMatchObject({ code: 'integrator_unreachable', data: { networkCode: 'ECONNREFUSED' } })
    expect(JSON.stringify(error)).not.toContain(token)
    fake = await startFakeIntegrator()
  })

  test('an answer larger than any honest one is not read to its end', async () => {
    fake.state.masters = { ...fake.state.masters, helpLine: 'x'.repeat(9 * 1024 * 1024) }
    await expect(client.masters()).rejects.toMatchObject({ code: 'integrator_unreachable' })
  })
})

test('a batch is sent byte for byte as it was recorded', async () => {
  await enrol()
  const odd = '{"b":1,"a":  2.50,"name":"आशा"}'
  const { outcomes } = await client.submitBatch([odd])
  expect(outcomes).toMatchObject([{ outcome: 'refused' }])
  expect(fake.state.lastBatch).toBe(`{"payments":[${odd}]}`)
  await expect(client.submitBatch([])).rejects.toThrow(RangeError)
})
