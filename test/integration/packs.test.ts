// Goal: the office names a route, the integrator reads its bills from DIGIT politely and signs them, whatever happens meanwhile; a till of
// that municipality carries them, collects without a network, and the money arrives. Every part is real.
import { createHash, createPublicKey, verify } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { demoConsumers, demoRoutes } from '#app/packs/demo-routes.ts'
import { askForPack, cronOf } from '#app/packs/pack-worker.ts'
import { beginPack, readPreparing } from '#app/packs/pack-store.ts'
import { readRouteFile, type RouteConsumer } from '#app/packs/route-file.ts'
import { listRoutes, putRoute } from '#app/packs/routes.ts'
import { DEMO_ENROLMENT_CODE, DEMO_PIN } from '#app/people/seed-demo.ts'
import { StartupError } from '#app/startup-error.ts'
import type { Bill } from '#contract/bill.ts'
import { rupees } from '#contract/money.ts'
import { packManifestSchema, type PackManifest, type PackRoute } from '#contract/packs-api.ts'
import { signingInput, type SignedText } from '#contract/signed.ts'
import { cashInput, startKit, type HostKit } from '#test/unit/host/host-kit.ts'
import {
  heldByDigit,
  startTestDatabases,
  startWorld,
  TENANT,
  type TestDatabases,
  type World,
} from './integrator-kit.ts'

const WAIT_MS = 20_000
const packSettings = { TAHSIL_PACK_CONCURRENCY: '2', TAHSIL_PACK_PAUSE_MS: '0', TAHSIL_PACK_SLICE: '10' }

let databases: TestDatabases
let world: World
beforeAll(async () => {
  databases = await startTestDatabases()
  world = await startWorld({ databaseUrl: await databases.create(), environment: packSettings })
})
afterAll(async () => {
  await world?.close()
  await databases?.close()
})
afterEach(() => world.sandbox.admin.faults.clear())

async function until<T>(look: () => Promise<T | null>): Promise<T> {
  const deadlineMs = Date.now() + WAIT_MS
  while (Date.now() < deadlineMs) {
    const found = await look()
    if (found !== null) return found
    await wait(25)
  }
  throw new Error('it never came about')
}

const routes = async (): Promise<PackRoute[]> =>
  (await world.till.call<{ routes: PackRoute[] }>('GET', '/v1/packs/routes')).body.routes
const packOf = async (routeId: string, versionMin = 1) =>
  await until(async () => {
    const pack = (await routes()).find((route) => route.routeId === routeId)?.pack ?? null
    return pack !== null && pack.version >= versionMin ? pack : null
  })

async function fetchManifest(routeId: string): Promise<{ signed: SignedText; manifest: PackManifest }> {
  const { status, body } = await world.till.call<SignedText>('GET', `/v1/packs/manifest?routeId=${routeId}`)
  expect(status).toBe(200)
  return { signed: body, manifest: packManifestSchema.parse(JSON.parse(body.text)) }
}

async function fetchBills(manifest: PackManifest): Promise<Bill[]> {
  const bills: Bill[] = []
  for (const [index, chunk] of manifest.chunks.entries()) {
    const path = `/v1/packs/chunk?packId=${manifest.packId}&index=${index}`
    const { body } = await world.till.call<{ gzipBase64: string }>('GET', path)
    const content = Buffer.from(body.gzipBase64, 'base64')
    expect(createHash('sha256').update(content).digest('hex')).toBe(chunk.sha256)
    expect(content.length).toBe(chunk.bytes)
    const part = JSON.parse(gunzipSync(content).toString('utf8')) as Bill[]
    expect(part).toHaveLength(chunk.billCount)
    bills.push(...part)
  }
  return bills
}

const put = async (routeId: string, consumers: readonly RouteConsumer[]) => {
  await putRoute(world.pool, { tenantId: TENANT, routeId, name: `Route ${routeId}` }, consumers)
  await askForPack(world.pool, TENANT, routeId)
}
const property = (consumerCode: string): RouteConsumer => ({ businessService: 'PT', consumerCode })

describe('preparing', () => {
  test('the demo has its wards after the start, door by door as the sandbox bills them', async () => {
    for (const { routeId, ward, doors } of demoRoutes) {
      const consumers = demoConsumers(ward, doors)
      const pack = await packOf(routeId)
      expect(pack.billCount).toBe(consumers.length)
      expect(pack.chunkCount).toBe(Math.ceil(consumers.length / 10))
    }
  })

  test('a pack is signed by the integrator, names the hash of every chunk, and its bills carry DIGIT’s rules', async () => {
    await packOf('ward-4')
    const { signed, manifest } = await fetchManifest('ward-4')
    const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: signed.key }, format: 'jwk' })
    const input = Buffer.from(signingInput('pack', signed.text))
    expect(verify(null, input, publicKey, Buffer.from(signed.signature, 'base64url'))).toBe(true)
    expect(manifest).toMatchObject({
      routeId: 'ward-4',
      tenantId: TENANT,
      warnAfterMs: 86_400_000,
      refuseAfterMs: 259_200_000,
    })
    expect(Math.abs(manifest.preparedAtMs - Date.now())).toBeLessThan(120_000)
    const bills = await fetchBills(manifest)
    expect(bills).toHaveLength(manifest.billCount)
    const online = await world.till.billOf('PT-DVG-W04-001', 'PT')
    const packed = bills.find(({ consumerCode }) => consumerCode === 'PT-DVG-W04-001')
    expect(packed).toEqual({ ...online, fetchedAtMs: packed?.fetchedAtMs })
  })

  test('what cannot be billed, is paid or is closed is left out and keeps nobody from the others', async () => {
    await put('mixed', [
      property('PT-DVG-000001'),
      property('PT-DVG-000008'), // paid
      property('PT-DVG-000015'), // the payer is inactive: DIGIT refuses
      property('PT-NOBODY-1'),
      { businessService: 'NO.SUCH', consumerCode: 'X-1' },
      property('PT-DVG-000004'),
    ])
    await packOf('mixed')
    const { manifest } = await fetchManifest('mixed')
    const codes = (await fetchBills(manifest)).map(({ consumerCode }) => consumerCode)
    expect(codes).toEqual(['PT-DVG-000001', 'PT-DVG-000004'])
  })

  test('money that the integrator holds already is not asked for again', async () => {
    const bill = await world.till.billOf('PT-DVG-000013', 'PT')
    world.sandbox.admin.faults.add({ kind: 'backend-unreachable', operation: 'create-payment', count: null })
    await world.till.submit(world.till.payment(bill))
    await put('held', [property('PT-DVG-000013'), property('PT-DVG-000012')])
    await packOf('held')
    const { manifest } = await fetchManifest('held')
    expect((await fetchBills(manifest)).map(({ consumerCode }) => consumerCode)).toEqual(['PT-DVG-000012'])
  })

  test('while DIGIT is away the pack waits, and goes on at the same place', async () => {
    const consumers = demoConsumers('W04', 24)
    world.sandbox.admin.faults.add({ kind: 'backend-unreachable', operation: 'fetch-bill', count: null })
    await put('patient', consumers)
    const packId = await until(async () => {
      const rows = await world.pool.query<{ pack_id: string }>(
        `select pack_id from tahsil.packs where route_id = 'patient' and failure_count > 0`,
      )
      return rows.rows[0]?.pack_id ?? null
    })
    expect((await readPreparing(world.pool, packId))?.nextPlace).toBe(0)
    world.sandbox.admin.faults.clear()
    expect((await packOf('patient')).billCount).toBe(consumers.length)
  })

  test('a second life of the integrator goes on where the first stopped', async () => {
    const consumers = demoConsumers('W04', 24)
    world.sandbox.admin.faults.add({ kind: 'delay', operation: 'fetch-bill', delayMs: 60, count: null })
    await put('resumed', consumers)
    const reached = await until(async () => {
      const route = (await routes()).find(({ routeId }) => routeId === 'resumed')
      return (route?.preparingCount ?? 0) > 0 ? route : null
    })
    expect(reached?.pack).toBeNull()
    await world.restart()
    world.sandbox.admin.faults.clear()
    const pack = await packOf('resumed')
    expect(pack).toMatchObject({ billCount: consumers.length, version: 1 })
  })

  test('a pack whose node died without a word is taken up by the next', async () => {
    const consumer = property('PT-DVG-000001')
    await putRoute(world.pool, { tenantId: TENANT, routeId: 'orphan', name: 'Orphan' }, [consumer])
    const packId = await beginPack(world.pool, TENANT, 'orphan')
    await world.pool.query(
      `update tahsil.packs set touched_at = clock_timestamp() - interval '10 minutes' where pack_id = $1`,
      [packId],
    )
    await world.restart()
    expect((await packOf('orphan')).packId).toBe(packId)
  })

  test('the newest two packs of a route are kept, and versions count up', async () => {
    for (const version of [1, 2, 3]) {
      if (version === 1) await put('again', [property('PT-DVG-000001')])
      else await askForPack(world.pool, TENANT, 'again')
      await packOf('again', version)
    }
    const kept = await world.pool.query<{ version: string }>(
      `select version from tahsil.packs where route_id = 'again' order by version`,
    )
    expect(kept.rows.map(({ version }) => Number(version))).toEqual([2, 3])
  })

  test('a route that is put anew drops the pack under way; asking twice is one pack', async () => {
    await putRoute(world.pool, { tenantId: TENANT, routeId: 'quiet', name: 'Quiet' }, [
      property('PT-DVG-000001'),
    ])
    const one = await beginPack(world.pool, TENANT, 'quiet')
    expect(await beginPack(world.pool, TENANT, 'quiet')).toBe(one)
    await putRoute(world.pool, { tenantId: TENANT, routeId: 'quiet', name: 'Quiet' }, [
      property('PT-DVG-000004'),
    ])
    expect(await readPreparing(world.pool, one ?? '')).toBeNull()
    expect(await askForPack(world.pool, TENANT, 'no-such-route')).toBe(false)
  })
})

describe('what a till may ask', () => {
  test('another municipality’s routes, manifests and chunks are not found', async () => {
    await packOf('ward-4')
    const { manifest } = await fetchManifest('ward-4')
    expect(await listRoutes(world.pool, 'sr.chandnipur')).toEqual([])
    await world.pool.query(
      `update tahsil.slots set tenant_id = 'sr.chandnipur' where slot_id =
         (select slot_id from tahsil.devices where device_id = $1)`,
      [world.till.device.deviceId],
    )
    await world.restart()
    try {
      expect(await routes()).toEqual([])
      for (const path of ['manifest?routeId=ward-4', `chunk?packId=${manifest.packId}&index=0`]) {
        const reply = await world.till.call<{ code: string }>('GET', `/v1/packs/${path}`)
        expect([reply.status, reply.body.code]).toEqual([404, 'pack_not_found'])
      }
    } finally {
      await world.pool.query(
        `update tahsil.slots set tenant_id = $2 where slot_id =
           (select slot_id from tahsil.devices where device_id = $1)`,
        [world.till.device.deviceId, TENANT],
      )
      await world.restart()
    }
  })

  test.each([
    ['manifest?routeId=no-such', 404, 'pack_not_found'],
    ['manifest?routeId=', 400, 'input_invalid'],
    ['manifest?routeId=..%2F..', 400, 'input_invalid'],
    ['chunk?packId=7d6f3e0a-2b58-4c0e-9a53-0d3d8d3f6f10&index=0', 404, 'pack_not_found'],
    ['chunk?packId=x&index=0', 400, 'input_invalid'],
    ['chunk?packId=7d6f3e0a-2b58-4c0e-9a53-0d3d8d3f6f10&index=-1', 400, 'input_invalid'],
  ])('%s: %d %s', async (path, status, code) => {
    const reply = await world.till.call<{ code: string }>('GET', `/v1/packs/${path}`)
    expect([reply.status, reply.body.code]).toEqual([status, code])
  })
})

describe('the file of a route', () => {
  test('a header, quotes, blank lines, doubles and line ends of every kind', () => {
    const text =
      '\uFEFFConsumer Code,Business Service\r\nPT-1,PT\r\n\r\n"WS/1 ""A""",WS\nPT-1,PT\r PT-2 , PT ,extra'
    expect(readRouteFile(text)).toEqual([
      { businessService: 'PT', consumerCode: 'PT-1' },
      { businessService: 'WS', consumerCode: 'WS/1 "A"' },
      { businessService: 'PT', consumerCode: 'PT-2' },
    ])
  })

  test('what cannot be used is told by its line', () => {
    expect(() => readRouteFile('PT-1,PT\nPT-2\n"a,b",PT\n,PT')).toThrow('Lines 2, 3, 4 cannot be used')
    expect(() => readRouteFile('consumer code,service\n')).toThrow(StartupError)
  })
})

test('two thirty at night in India is nine in the evening of the day before', () => {
  expect(cronOf('02:30')).toBe('0 21 * * *')
  expect(cronOf('05:30')).toBe('0 0 * * *')
  expect(cronOf('23:45')).toBe('15 18 * * *')
})

describe('a till that carries a ward', () => {
  let kit: HostKit
  beforeAll(async () => {
    await packOf('ward-7')
    kit = await startKit(
      { url: world.integrator.url },
      {
        options: { enrolmentCode: DEMO_ENROLMENT_CODE, deviceName: 'Walk 7' },
        tuning: { packTimes: { lookMs: 200, pieceMs: 1, waitMs: 20, stuckMs: 60_000 } },
      },
    )
    await kit.client.session.signIn({ operatorCode: '101', pin: DEMO_PIN })
  })
  afterAll(async () => await kit?.close())

  test('it is told what there is, fetches what is chosen, and says that it is ready', async () => {
    const packsLine = async () =>
      (await kit.client.readiness.get()).lines.find(({ topic }) => topic === 'packs')
    expect(await packsLine()).toMatchObject({ tone: 'amber', state: 'none' })
    const { routes: offered } = await kit.client.packs.offers()
    expect(offered.map(({ routeId }) => routeId)).toEqual(expect.arrayContaining(['ward-4', 'ward-7']))
    await kit.client.packs.choose({ routeIds: ['ward-7'] })
    const carried = await until(async () => {
      const { routes: own } = await kit.client.packs.list()
      return own.find(({ inUse }) => inUse !== null) ?? null
    })
    expect(carried).toMatchObject({ routeId: 'ward-7', isChosen: true, problem: null })
    expect(carried.inUse).toMatchObject({ billCount: demoConsumers('W07', 18).length, standing: 'fresh' })
    expect(await packsLine()).toMatchObject({ tone: 'green', state: 'fresh' })
  })

  test('without the integrator it finds by door and name, collects, and the money arrives later', async () => {
    await kit.client.shift.open({ denominations: [{ denominationPaise: rupees(100), count: 5 }] })
    await world.integrator.close()
    const [found] = (await kit.client.bill.find({ text: '7-5/A' })).bills
    expect(found).toMatchObject({ source: 'pack', obstacle: null, bill: { address: '7-5/A, Neem Gali' } })
    const named = (await kit.client.bill.find({ text: 'रामप्रसाद' })).bills
    expect(named.length).toBeGreaterThan(1)
    if (found === undefined) throw new Error('it is there')
    const taken = await kit.client.payment.take({
      ...cashInput([found.bill]),
      payer: { paidBy: 'Bhagwati Sahu', mobileNumber: null, isOwner: false },
    })
    expect(taken.isOffline).toBe(true)
    const [again] = (await kit.client.bill.find({ text: found.bill.consumerCode })).bills
    expect(again?.obstacle?.code).toBe('bill_already_paid')
    const port = Number(new URL(world.integrator.url).port)
    await world.restartAt(port)
    await kit.client.queue.sendNow().catch(() => undefined)
    await kit.until(({ queue }) => queue.waitingCount === 0 && queue.pendingCount === 0)
    const [payment] = taken.payments
    expect(heldByDigit(world.sandbox, { id: payment?.paymentId } as never)).toHaveLength(1)
  })
})
