// Goal: a demo in another process can do all of it over HTTP: clock, faults, settings, another collector, demands.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { answerAdmin } from '#sandbox/admin/admin-api.ts'
import { sampleOf } from '#sandbox/seed/sample-consumers.ts'
import { at, billsOf, noonMs, startRig } from './rig.ts'
import type { Rig } from './rig.ts'

let rig: Rig
beforeEach(async () => {
  rig = await startRig()
})
afterEach(() => rig.close())

async function admin(method: string, path: string, body?: object) {
  const response = await fetch(`${rig.url}/sandbox-admin${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const answer: unknown = await response.json()
  return { status: response.status, body: answer }
}
const consumerOf = (key: string) => {
  const { tenantId, businessService, consumerCode } = sampleOf(key)
  return { tenantId, businessService, consumerCode }
}

test('the list of actions names each with its method and meaning', async () => {
  const { body } = await admin('GET', '')
  expect(at({ body }, 'actions.0')).toMatchObject({ method: 'GET', path: '/sandbox-admin/clock' })
})

test('clock: freeze, advance, zone, run', async () => {
  expect(at(await admin('POST', '/clock', { freezeAtMs: noonMs + 5, zone: 'UTC' }), 'nowMs')).toBe(noonMs + 5)
  expect(at(await admin('POST', '/clock', { advanceMs: 1000 }), 'nowMs')).toBe(noonMs + 1005)
  expect(at(await admin('POST', '/clock', { isRunning: true }), 'frozenAtMs')).toBeNull()
  const nowMs = Number(at(await admin('GET', '/clock'), 'nowMs'))
  expect(nowMs).toBeGreaterThanOrEqual(noonMs + 1005)
  expect(nowMs).toBeLessThan(noonMs + 60_000)
  expect((await admin('POST', '/clock', { zone: 'Mars/Base' })).status).toBe(400)
})

test('faults: set, list, clear', async () => {
  const set = await admin('POST', '/faults', { kind: 'rate-limited', operation: 'fetch-bill', count: 3 })
  expect(set.body).toMatchObject({ kind: 'rate-limited', count: 3 })
  expect((await rig.fetchBill('plain-due')).status).toBe(429)
  const listed = await admin('GET', '/faults')
  expect(at(listed, 'faults.0.takenCount')).toBe(1)
  expect(at(await admin('DELETE', `/faults?id=${String(at(set, 'id'))}`), 'faults')).toEqual([])
  expect((await rig.fetchBill('plain-due')).status).toBe(201)
  expect((await admin('POST', '/faults', { kind: 'nonsense' })).status).toBe(400)
})

test('another collector, new demands, changed tax, lag, payments and counters', async () => {
  await admin('POST', '/settings', { backUpdateDelayMs: null })
  const paid = await admin('POST', '/pay-elsewhere', { ...consumerOf('plain-due'), amountRupees: 600 })
  expect(paid.body).toMatchObject({ totalAmountPaid: 600, paymentMode: 'CASH' })
  expect(at(await admin('GET', '/events'), 'waiting.0.topic')).toBe('payment-create')
  expect(at(await admin('POST', '/events/release', {}), 'handledCount')).toBe(1)
  expect((await rig.billOf('plain-due')).totalAmount).toBe(1500)
  await admin('POST', '/demands', { ...consumerOf('plain-due'), taxHeadCode: 'PT_TAX', taxRupees: 300 })
  expect((await rig.billOf('plain-due')).totalAmount).toBe(1800)
  await admin('POST', '/demands/tax', { ...consumerOf('plain-due'), taxHeadCode: 'PT_TAX', taxRupees: 400 })
  expect((await rig.billOf('plain-due')).totalAmount).toBe(1900)
  expect(at(await admin('GET', '/payments'), 'payments.length')).toBe(1)
  expect(at(await admin('GET', '/counters'), 'paymentCount')).toBe(1)
  expect((await admin('POST', '/pay-elsewhere', consumerOf('paid'))).status).toBe(409)
})

test('tokens can be evicted and everything reset', async () => {
  await rig.billOf('plain-due')
  expect(at(await admin('POST', '/tokens/evict', {}), 'evictedCount')).toBe(1)
  expect((await rig.fetchBill('plain-due')).status).toBe(401)
  expect((await admin('POST', '/reset', {})).status).toBe(200)
  rig.token = String(at(await rig.logIn(), 'access_token'))
  expect(billsOf(await rig.fetchBill('plain-due'))).toHaveLength(1)
})

test('lists for people: samples, users, quirks', async () => {
  expect(at(await admin('GET', '/samples'), 'sampleConsumers.0.key')).toBe('plain-due')
  expect(at(await admin('GET', '/users'), 'users.0.username')).toBe('POS-DVG')
  expect(at(await admin('GET', '/quirks'), 'quirks.length')).toBe(58)
})

test('unknown paths and bad bodies are said in words; strangers are refused', async () => {
  expect((await admin('GET', '/nothing')).status).toBe(404)
  expect((await admin('POST', '/settings', { gateway: 'future' })).status).toBe(400)
  const asked = {
    method: 'GET',
    path: '/sandbox-admin/clock',
    query: new URLSearchParams(),
    bodyText: '',
    remoteAddress: '127.0.0.1',
    fetchSite: null,
  }
  expect((await answerAdmin(rig.admin, asked)).status).toBe(200)
  expect((await answerAdmin(rig.admin, { ...asked, remoteAddress: '192.0.2.7' })).status).toBe(403)
  expect((await answerAdmin(rig.admin, { ...asked, fetchSite: 'cross-site' })).status).toBe(403)
})
