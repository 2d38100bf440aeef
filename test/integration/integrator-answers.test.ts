// Goal: longer answers go packed to whoever takes them so, and are the same when unpacked; everybody else gets them plain.
import { get, type IncomingMessage } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTestDatabases, startWorld } from './integrator-kit.ts'
import type { TestDatabases, World } from './integrator-kit.ts'
import { signedHeaders } from './signed-client.ts'

let databases: TestDatabases
let world: World
beforeAll(async () => {
  databases = await startTestDatabases()
  world = await startWorld({
    databaseUrl: await databases.create(),
    environment: { TAHSIL_POSTING_CONCURRENCY: '0' },
  })
})
afterAll(async () => {
  await world?.close()
  await databases?.close()
})

const ask = async (target: string, encoding: string | null) => {
  const signed = signedHeaders(world.till.signed, { method: 'GET', target, body: null })
  const headers = { ...signed, ...(encoding === null ? {} : { 'accept-encoding': encoding }) }
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    get(`${world.till.url}${target}`, { headers }, resolve).once('error', reject)
  })
  return {
    status: answer.statusCode,
    encoding: answer.headers['content-encoding'] ?? null,
    bytes: await buffer(answer),
  }
}

it('the news of thirty payments goes packed when it may, and says the same', async () => {
  const bill = await world.till.billOf('PT-DVG-000001', 'PT')
  await world.till.submitBatch(Array.from({ length: 30 }, () => world.till.payment(bill)))
  const target = '/v1/payments?since=0&limit=100&waitMs=0'
  const plain = await ask(target, null)
  expect(plain).toMatchObject({ status: 200, encoding: null })
  const packed = await ask(target, 'gzip, deflate, br')
  expect(packed).toMatchObject({ status: 200, encoding: 'gzip' })
  expect(gunzipSync(packed.bytes)).toEqual(plain.bytes)
  expect(packed.bytes.length).toBeLessThan(plain.bytes.length / 3)
  for (const refusing of ['br', 'gzip;q=0', 'identity, gzip; q=0.0', 'xgzip']) {
    expect(await ask(target, refusing)).toMatchObject({ encoding: null, bytes: plain.bytes })
  }
})

it('a short answer is not packed', async () => {
  expect(await ask('/v1/devices/me', 'gzip')).toMatchObject({ status: 200, encoding: null })
})
