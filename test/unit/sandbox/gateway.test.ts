// Goal: what the gateway does before and after a service sees a request, older and newer generation.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { tokenAnswerSchema } from '#digit-wire/auth.ts'
import { javaDoubleText } from '#sandbox/wire/wire-json.ts'
import { at, codesOf, devgaon, paymentOf, startRig } from './rig.ts'
import type { Rig } from './rig.ts'

let rig: Rig
beforeEach(async () => {
  rig = await startRig()
})
afterEach(() => rig.close())

const demandPath = `/billing-service/demand/_search?tenantId=${devgaon}&consumerCode=PT-DVG-000001`
const clerkToken = async () =>
  tokenAnswerSchema.parse((await rig.logIn({ username: 'CLERK-DVG' })).body).access_token

test('every answer carries a new x-correlation-id', async () => {
  const ids = [await rig.post(demandPath), await rig.post(demandPath)].map((reply) =>
    reply.headers.get('x-correlation-id'),
  )
  expect(ids[0]).toMatch(/^[0-9a-f-]{36}$/)
  expect(ids[0]).not.toBe(ids[1])
})

test('no token is 401 on a protected path and an anonymous user on a mixed one', async () => {
  const protectedPath = await rig.post(demandPath, {}, { token: null })
  expect(protectedPath.status).toBe(401)
  expect(codesOf(protectedPath)).toEqual(['CustomException'])
  const query = new URLSearchParams({
    tenantId: devgaon,
    businessService: 'PT',
    consumerCode: 'PT-DVG-000001',
  })
  const mixed = await rig.post(`/billing-service/bill/v2/_fetchbill?${query.toString()}`, {}, { token: null })
  expect(mixed.status).toBe(201)
})

test('open paths need no token', async () => {
  const body = { MdmsCriteria: { tenantId: 'sr', moduleDetails: [] } }
  expect((await rig.post('/egov-mdms-service/v1/_search', body, { token: null })).status).toBe(200)
})

test('a body that is no JSON object is 400 JsonParseException', async () => {
  expect(codesOf(await rig.post(demandPath, {}, { rawBody: '{"a":' }))).toEqual(['JsonParseException'])
})

test('without RequestInfo there is no user behind the gateway', async () => {
  const query = new URLSearchParams({
    tenantId: devgaon,
    businessService: 'PT',
    consumerCode: 'PT-DVG-000001',
  })
  const reply = await rig.post(
    `/billing-service/bill/v2/_fetchbill?${query.toString()}`,
    {},
    {
      rawBody: '{}',
      headers: { 'auth-token': rig.token },
    },
  )
  expect(codesOf(reply)).toEqual(['NullPointerException'])
})

test('quirk 5: an access-control outage looks like a denied role', async () => {
  rig.admin.faults.add({ kind: 'forbidden', operation: 'search-demand', count: 2 })
  for (let call = 0; call < 2; call++) {
    const reply = await rig.post(demandPath)
    expect(reply.status).toBe(403)
    expect(codesOf(reply)).toEqual(['CustomException'])
  }
  expect((await rig.post(demandPath)).status).toBe(200)
})

test('quirk 6: the newer gateway answers 401 for a role and ignores the header token for JSON', async () => {
  const path = `/collection-services/payments/WS/_search?tenantId=${devgaon}`
  const clerk = await clerkToken()
  expect((await rig.post(path, {}, { token: clerk })).status).toBe(403)
  const byHeader = { token: null, headers: { 'auth-token': rig.token } }
  expect((await rig.post(demandPath, {}, byHeader)).status).toBe(200)

  rig.admin.setSettings({ gateway: 'core' })
  const denied = await rig.post(path, {}, { token: clerk })
  expect(denied.status).toBe(401)
  expect(codesOf(denied)).toEqual(['CustomException'])
  expect((await rig.post(demandPath, {}, byHeader)).status).toBe(401)
  expect((await rig.post(demandPath)).status).toBe(200)
})

test('quirk 7: a foreign tenantId anywhere in the body decides about roles, and the query no longer counts', async () => {
  const stray = await rig.post(demandPath, { note: { deep: [{ tenantId: 'sr.chandnipur' }] } })
  expect(stray.status).toBe(403)
  const listed = await rig.post(demandPath, { note: { tenantId: ['sr.chandnipur', devgaon] } })
  expect(listed.status).toBe(200)
})

test('a town role does not count in another town; a state role counts everywhere', async () => {
  const other = demandPath.replace(devgaon, 'sr.chandnipur')
  expect((await rig.post(other)).status).toBe(403)
  const state = await rig.logIn({ username: 'STATE-01', tenantId: 'sr' })
  expect((await rig.post(other, {}, { token: String(at(state, 'access_token')) })).status).toBe(200)
})

test('quirk 8: a wrong path is 403 first; a 404 of a service is replaced', async () => {
  expect((await rig.post('/collection-services/payments/_nothing')).status).toBe(403)
  rig.admin.faults.add({ kind: 'not-found', operation: 'search-demand' })
  const reply = await rig.post(demandPath)
  expect(reply.status).toBe(404)
  expect(codesOf(reply)).toEqual(['ResourceNotFoundException'])
})

test('quirk 9: the token in the body wins over the one in the header', async () => {
  expect((await rig.post(demandPath, {}, { headers: { 'auth-token': 'nonsense' } })).status).toBe(200)
  const reply = await rig.post(demandPath, {}, { token: 'nonsense', headers: { 'auth-token': rig.token } })
  expect(reply.status).toBe(401)
})

test('quirk 10: a decimal goes through a double and comes back in its notation', async () => {
  const bill = await rig.billOf('plain-due')
  const body = JSON.stringify({
    RequestInfo: { authToken: rig.token, msgId: '1|en_IN' },
    Payment: { ...paymentOf(bill), totalAmountPaid: '@@' },
  }).replace('"@@"', '2100.00')
  const reply = await rig.post('/collection-services/payments/_create', {}, { rawBody: body })
  expect(reply.status).toBe(200)
  expect(reply.text).toContain('"totalAmountPaid":2100.0,')
  expect(reply.text).toContain('"totalAmountPaid":2100,')
  expect(javaDoubleText(12345678.5)).toBe('1.23456785E7')
  expect(javaDoubleText(0.0001)).toBe('1.0E-4')
})

test('quirk 36: a service code with a slash or a space is no module; module UC with businessServices is the way', async () => {
  for (const module of ['OM.Road_cutting/restoration_fees', encodeURIComponent('WF.Market Stall Fee')]) {
    expect((await rig.search(module, {})).status).toBe(403)
  }
  const bill = await rig.billOf('market-stall')
  await rig.paid(bill)
  const found = await rig.search('UC', { billIds: bill.id, businessServices: 'WF.Market Stall Fee' })
  expect(at(found, 'Payments.0.paymentDetails.0.billId')).toBe(bill.id)
})

test('localization is limited to ten calls a minute and origin, with counters in the headers', async () => {
  const path = '/localization/messages/v1/_search?tenantId=sr&locale=en_IN&module=rainmaker-uc'
  for (let call = 1; call <= 10; call++) expect((await rig.post(path)).status).toBe(200)
  const over = await rig.post(path)
  expect(over.status).toBe(429)
  expect(codesOf(over)).toEqual(['RateLimitExceededException'])
  const counter = [...over.headers].find(([name]) => name.startsWith('x-ratelimit-remaining-localization'))
  expect(counter?.[1]).toBe('0')
})
