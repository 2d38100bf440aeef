// Goal: the integrator does what a device asks only when that very device signed exactly this request, now, for the first time; nobody sees what
// is another's; and what the integrator itself says carries its signature.
import { createPublicKey, randomUUID, verify } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { drizzle } from 'drizzle-orm/node-postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Masters } from '#contract/api.ts'
import { problemSchema } from '#contract/problem.ts'
import type { Problem } from '#contract/problem.ts'
import { SIGNATURE_WINDOW_MS } from '#contract/request-signature.ts'
import { signingInput, type SignedText } from '#contract/signed.ts'
import { makeCode } from '#app/people/enrolment.ts'
import { createNonces } from '#app/people/nonces.ts'
import { DEMO_ENROLMENT_CODE } from '#app/people/seed-demo.ts'
import { enrolTill, startTestDatabases, startWorld } from './integrator-kit.ts'
import type { TestDatabases, World } from './integrator-kit.ts'
import { enrolDevice, request, signedHeaders, signedRequest, type Signing } from './signed-client.ts'

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

function expectProblem(reply: { status: number; body: unknown }, code: string, status: number): Problem {
  const { code: seen, message, data } = reply.body as Problem
  const problem = problemSchema.parse({ code: seen, message, data })
  expect({ code: problem.code, status: reply.status }).toEqual({ code, status })
  return problem
}

const search = { by: 'consumerCode', value: 'PT-DVG-000001', businessService: 'PT' }
const text = JSON.stringify(search)
const target = '/v1/bills/search'

/** Sends these very headers with this body. */
async function send(made: { path?: string; method?: string; body?: string | Buffer; headers: object }) {
  const { path = target, method = 'POST', body, headers } = made
  const answer = await fetch(`${world.integrator.url}${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...headers } as Record<string, string>,
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : new Uint8Array(body) }),
  })
  const reply: unknown = await answer.json()
  return { status: answer.status, body: reply }
}

describe('a signed request', () => {
  const headersOf = (as: Signing, change: object = {}) =>
    signedHeaders(as, { method: 'POST', target, body: text, ...change })

  it('is taken as it was signed, plain or packed', async () => {
    const { signed } = world.till
    expect((await send({ body: text, headers: headersOf(signed) })).status).toBe(200)
    const packed = gzipSync(text)
    const headers = { ...headersOf(signed, { body: packed }), 'content-encoding': 'gzip' }
    expect((await send({ body: packed, headers })).status).toBe(200)
  })

  it('is refused when anything of it was changed on the way', async () => {
    const { signed } = world.till
    const changed = [
      { body: text.replace('000001', '000002'), headers: headersOf(signed) },
      { body: text, path: `${target}?limit=1`, headers: headersOf(signed) },
      { body: text, path: '/v1/operators/sign-in', headers: headersOf(signed) },
      { body: text, headers: headersOf(signed, { method: 'PUT' }) },
      { body: text, headers: headersOf(signed, { body: null }) },
      { body: gzipSync(text), headers: { ...headersOf(signed), 'content-encoding': 'gzip' } },
      {
        method: 'GET',
        path: '/v1/payments?since=5',
        headers: headersOf(signed, { method: 'GET', target: '/v1/payments?since=0', body: null }),
      },
    ]
    for (const each of changed) expectProblem(await send(each), 'signature_invalid', 401)
  })

  it('is refused with the signature of another device, or of nobody', async () => {
    const { signed } = world.till
    const other = await enrolTill(world.integrator.url, 'Counter 2')
    const stolen = { device: signed.device, signer: other.signed.signer }
    expectProblem(await send({ body: text, headers: headersOf(stolen) }), 'signature_invalid', 401)
    const nobody = { device: { ...signed.device, deviceId: randomUUID() }, signer: signed.signer }
    expectProblem(await send({ body: text, headers: headersOf(nobody) }), 'device_not_enrolled', 401)
    expectProblem(await send({ body: text, headers: {} }), 'device_not_enrolled', 401)
    const headers = { ...headersOf(signed), signature: 'tahsil=:AAAA:' }
    expectProblem(await send({ body: text, headers }), 'signature_invalid', 401)
  })

  it('counts once; a question may be asked again', async () => {
    const headers = headersOf(world.till.signed)
    const replies = await Promise.all(Array.from({ length: 5 }, () => send({ body: text, headers })))
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(1)
    for (const reply of replies.filter(({ status }) => status !== 200))
      expectProblem(reply, 'request_replayed', 409)
    expectProblem(await send({ body: text, headers }), 'request_replayed', 409)
    const me = signedHeaders(world.till.signed, { method: 'GET', target: '/v1/devices/me', body: null })
    for (let count = 0; count < 2; count += 1)
      expect((await send({ method: 'GET', path: '/v1/devices/me', headers: me })).status).toBe(200)
  })

  it.each([-1, 1])(
    'out of time (%i) tells the time, and is taken when it is signed by that',
    async (side) => {
      const { signed } = world.till
      const nowMs = Date.now() + side * (SIGNATURE_WINDOW_MS + 60_000)
      const reply = await send({ body: text, headers: headersOf(signed, { nowMs }) })
      const problem = expectProblem(reply, 'request_out_of_time', 401)
      const { serverTimeMs } = problem.data
      expect(Math.abs(Number(serverTimeMs) - Date.now())).toBeLessThan(30_000)
      const again = await send({ body: text, headers: headersOf(signed, { nowMs: Number(serverTimeMs) }) })
      expect(again.status).toBe(200)
    },
  )

  it('that is not JSON, not packed as it says, or too large unpacked is told in words', async () => {
    const { signed } = world.till
    const bad = '{"by":'
    expectProblem(await send({ body: bad, headers: headersOf(signed, { body: bad }) }), 'input_invalid', 400)
    const headers = { ...headersOf(signed), 'content-encoding': 'gzip' }
    expectProblem(await send({ body: text, headers }), 'input_invalid', 400)
    const bomb = gzipSync(Buffer.alloc(8 * 1024 * 1024, 32))
    const bombHeaders = { ...headersOf(signed, { body: bomb }), 'content-encoding': 'gzip' }
    expectProblem(await send({ body: bomb, headers: bombHeaders }), 'batch_too_large', 413)
    const plain = { ...headersOf(signed), 'content-type': 'text/plain' }
    expectProblem(await send({ body: text, headers: plain }), 'input_invalid', 415)
    const poisoned = '{"__proto__":{"by":"mobile"}}'
    expectProblem(
      await send({ body: poisoned, headers: headersOf(signed, { body: poisoned }) }),
      'input_invalid',
      400,
    )
  })

  it('is forgotten when it can no longer come in time', async () => {
    await send({ body: text, headers: headersOf(world.till.signed) })
    await world.pool.query('update tahsil.request_nonces set at_ms = at_ms - 3600000')
    expect(await createNonces(world.pool, Date.now).prune()).toBeGreaterThan(0)
  })
})

describe('another device', () => {
  it('of the same town or of another sees nothing of this one', async () => {
    const { till, integrator, pool } = world
    const payment = till.payment(await till.billOf('PT-DVG-000001', 'PT'))
    await till.submit(payment)
    const elsewhere = { tenantId: 'sr.chandnipur', slotName: 'Counter 1' }
    const code = await makeCode(drizzle({ client: pool }), elsewhere)
    const others = [
      await enrolDevice(integrator.url, { code: DEMO_ENROLMENT_CODE, name: 'Counter 3' }),
      await enrolDevice(integrator.url, { code, name: 'x' }),
    ]
    expect(others[1]?.device.tenantId).toBe('sr.chandnipur')
    for (const as of others) {
      const ask = <T>(path: string) => signedRequest<T>(`${integrator.url}${path}`, { method: 'GET', as })
      expectProblem(await ask(`/v1/payments/${payment.id}`), 'payment_not_found', 404)
      const feed = await ask<{ payments: unknown[] }>('/v1/payments?since=0')
      expect(feed.body.payments).toEqual([])
      const me = await ask('/v1/devices/me')
      expect(me.body).toMatchObject({ device: as.device, approval: 'approved', isForked: false })
    }
    await till.until(payment.id, 'CONFIRMED')
  })
})

describe('masters', () => {
  it('carry the signature of the key that was given at enrolment', async () => {
    const { till } = world
    const { body } = await till.call<SignedText>('GET', '/v1/masters')
    expect(body.key).toBe(till.signed.serverKey)
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: body.key }, format: 'jwk' })
    const signature = Buffer.from(body.signature, 'base64url')
    expect(verify(null, Buffer.from(signingInput('masters', body.text)), key, signature)).toBe(true)
    expect(verify(null, Buffer.from(signingInput('ack', body.text)), key, signature)).toBe(false)
    expect((JSON.parse(body.text) as Masters).isDemo).toBe(true)
  })
})

describe('what is not signed', () => {
  it('is enrolment alone', async () => {
    const { url } = world.integrator
    const document = await request<{ paths: Record<string, Record<string, unknown>> }>(
      `${url}/openapi.json`,
      {
        method: 'GET',
      },
    )
    const calls = Object.entries(document.body.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => ({ path: path.replaceAll(/\{\w+\}/g, 'x'), method })),
    )
    expect(calls.length).toBeGreaterThan(5)
    for (const { path, method } of calls) {
      const body = method === 'get' ? {} : { body: {} }
      const reply = await request(`${url}${path}`, { method: method.toUpperCase(), ...body })
      const isEnrolment = path === '/v1/devices/enrol'
      expect({ path, code: (reply.body as Problem).code }).toEqual({
        path,
        code: isEnrolment ? 'input_invalid' : 'device_not_enrolled',
      })
    }
  })
})
