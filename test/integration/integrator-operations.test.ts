// Goal: whoever runs an integrator sees what it does without seeing anybody's name, only the right people see it, and a node that
// ends says so first, finishes what it was asked and refuses nobody.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startIntegrator } from '#app/start-integrator.ts'
import {
  keyFolder,
  startTestDatabases,
  startWorld,
  type TestDatabases,
  type World,
} from './integrator-kit.ts'

const token = 'metrics-reader-0123456789'
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

const page = async (url: string, headers: Record<string, string> = {}) => {
  const answer = await fetch(`${url}/metrics`, { headers })
  return { status: answer.status, type: answer.headers.get('content-type') ?? '', text: await answer.text() }
}
/** The value of one line; NaN when there is none. */
const valueOf = (text: string, name: string): number =>
  Number(
    text
      .split('\n')
      .find((line) => line.startsWith(`${name} `))
      ?.slice(name.length + 1) ?? Number.NaN,
  )

describe('metrics', () => {
  it('tell calls, money on its way, DIGIT, queue, devices and the state of the process', async () => {
    const { till, sandbox, integrator } = world
    const bill = await till.billOf('PT-DVG-000001', 'PT')
    const payment = till.payment(bill)
    sandbox.admin.faults.add({ kind: 'delay', operation: 'create-payment', delayMs: 1000, count: 1 })
    await till.submit(payment)
    await till.until(payment.id, 'POSTING')
    const { status, type, text } = await page(integrator.url)
    expect(status).toBe(200)
    expect(type).toMatch(/^text\/plain/)
    expect(valueOf(text, 'tahsil_requests_total{operation="bills.search",status="200"}')).toBe(1)
    expect(valueOf(text, 'tahsil_payments{state="POSTING"}')).toBe(1)
    expect(valueOf(text, 'tahsil_oldest_waiting_seconds')).toBeGreaterThan(0)
    expect(valueOf(text, 'tahsil_devices{state="live"}')).toBe(1)
    expect(valueOf(text, 'tahsil_database_up')).toBe(1)
    expect(valueOf(text, 'tahsil_fence_seconds')).toBe(0.3)
    for (const name of [
      'tahsil_request_seconds_bucket',
      'TYPE tahsil_batch_records histogram',
      'tahsil_digit_calls_total{',
      'tahsil_digit_seconds_count{',
      'tahsil_digit_breaker_open 0',
      'tahsil_queue_jobs{state="running"}',
      'tahsil_hold_seconds 0',
      'tahsil_poison_records 0',
      'tahsil_event_loop_lag_seconds{quantile="0.99"}',
      'tahsil_database_connections{state="open"}',
      'tahsil_memory_bytes',
      'tahsil_draining 0',
    ]) {
      expect(text, name).toContain(name)
    }
    await till.until(payment.id, 'CONFIRMED')
    for (const word of ['Asha', '98765', 'PT-DVG-000001', payment.id, till.device.deviceId]) {
      expect(text).not.toContain(word)
    }
  })

  it('an address that means nothing makes no line of its own', async () => {
    await fetch(`${world.integrator.url}/v1/payments/9876512345/x`)
    await fetch(`${world.integrator.url}/9876512345`)
    const { text } = await page(world.integrator.url)
    expect(text).not.toContain('9876512345')
    expect(valueOf(text, 'tahsil_requests_total{operation="unknown",status="404"}')).toBe(2)
  })

  it('are for this machine, not for what a proxy hands on; with a token for its bearer alone', async () => {
    expect((await page(world.integrator.url, { 'x-forwarded-for': '203.0.113.9' })).status).toBe(403)
    const environment = { ...world.environment, TAHSIL_METRICS_TOKEN: token }
    const guarded = await startIntegrator({ environment, dataFolder: keyFolder() })
    try {
      expect((await page(guarded.url)).status).toBe(403)
      expect((await page(guarded.url, { authorization: 'Bearer wrong' })).status).toBe(403)
      expect((await page(guarded.url, { authorization: `Bearer ${token}` })).status).toBe(200)
    } finally {
      await guarded.close()
    }
  })
})

it('a node that ends says "not ready" first, still answers, then closes kept connections and stops', async () => {
  const node = await startIntegrator({
    environment: { ...world.environment, TAHSIL_DRAIN_MS: '1500' },
    dataFolder: keyFolder(),
  })
  const before = await fetch(`${node.url}/readyz`)
  expect([before.status, before.headers.get('connection')]).toEqual([200, 'keep-alive'])
  await before.body?.cancel()
  const closing = node.close()
  const during = await fetch(`${node.url}/readyz`)
  expect([during.status, during.headers.get('connection')]).toEqual([503, 'close'])
  expect(await during.json()).toMatchObject({ ready: false, database: { isReachable: true } })
  expect((await fetch(`${node.url}/v1/masters`)).status).not.toBe(503)
  await closing
  await expect(fetch(`${node.url}/healthz`)).rejects.toThrow('fetch failed')
})
