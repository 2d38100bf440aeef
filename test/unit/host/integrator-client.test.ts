// Goal: whatever comes back over the network, the till believes only what fits the contract and is signed where it must be, says the rest as
// "not reachable" or as the coded problem it is, never waits for ever, and never puts a key or a body into an error.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openIdentity, type Identity } from '#host/identity/identity.ts'
import { createIntegratorClient, type IntegratorClient } from '#host/link/integrator-client.ts'
import { createLinkState, type LinkState } from '#host/link/link-state.ts'
import { openSecretFiles } from '#host/identity/secret-files.ts'
import { plainVault } from '#host/identity/vault.ts'
import { testClock } from '#test/unit/store/till-kit.ts'
import { CODE, PIN, startFakeIntegrator, type FakeIntegrator, type Fault } from './fake-integrator.ts'
import { todaysBill } from './host-kit.ts'

const bill = todaysBill()
let fake: FakeIntegrator
let client: IntegratorClient
let link: LinkState
let identity: Identity
let folder: string
let wallMs: () => number
let revokedCount: number
beforeEach(async () => {
  fake = await startFakeIntegrator({ bills: [bill] })
  folder = mkdtempSync(join(tmpdir(), 'tahsil-client-'))
  const files = openSecretFiles({ dataDir: folder, vault: plainVault, nowMs: Date.now })
  identity = await openIdentity(folder, files)
  await identity.prepare()
  link = createLinkState(testClock())
  wallMs = Date.now
  revokedCount = 0
  client = clientFor(`${fake.url}/`)
})
afterEach(async () => {
  client.close()
  rmSync(folder, { recursive: true, force: true })
  await fake.close()
})
function clientFor(baseUrl: string): IntegratorClient {
  return createIntegratorClient({
    baseUrl,
    speaker: () => {
      const enrolled = identity.enrolled()
      if (enrolled === null) return null
      const isApproved = enrolled.approval === 'approved' || enrolled.approval === 'revoked'
      return { deviceId: enrolled.device.deviceId, signer: identity.signer, isApproved }
    },
    clock: { read: () => ({ wallMs: wallMs(), monotonicMs: 1, bootId: 'boot' }) },
    link,
    times: { signInMs: 2_000, billsMs: 2_000, batchMs: 2_000, otherMs: 2_000, awayMs: 1_000 },
    isTrusted: identity.isTrusted,
    onRevoked: () => {
      revokedCount += 1
    },
  })
}
const enrol = async () => {
  identity.keep(await client.enrol({ ...identity.offer(), code: CODE, name: 'Counter 1' }))
  identity.note(await client.confirm({ nonce: identity.nonce() }))
}

test('enrols unsigned, confirms signed, and everything else only when approved', async () => {
  await expect(client.masters()).rejects.toMatchObject({ code: 'device_not_enrolled' })
  expect(fake.state.calls).toEqual([])
  fake.state.devices.isApprovedAtOnce = false
  await enrol()
  await expect(client.masters()).rejects.toMatchObject({ code: 'device_not_approved' })
  expect(await client.me()).toMatchObject({ approval: 'waiting' })
  fake.state.devices.approveAll()
  expect(await client.me()).toMatchObject({ approval: 'approved' })
  identity.note('approved')
  expect((await client.masters()).tenants).toHaveLength(1)
  expect((await client.signIn({ operatorCode: '101', pin: PIN })).name).toBe('Meena Kulkarni')
  expect(await client.searchBills({ by: 'consumerCode', value: bill.consumerCode })).toEqual([bill])
  expect(fake.state.calls).toEqual([
    'POST /v1/devices/enrol',
    'POST /v1/devices/confirm',
    'GET /v1/devices/me',
    'GET /v1/devices/me',
    'GET /v1/masters',
    'POST /v1/operators/sign-in',
    'POST /v1/bills/search',
  ])
})

test('coded problems come through with their code', async () => {
  await expect(client.enrol({ ...identity.offer(), code: 'WRONG', name: 'x' })).rejects.toMatchObject({
    code: 'enrolment_refused',
  })
  await enrol()
  await expect(client.signIn({ operatorCode: '101', pin: '000000' })).rejects.toMatchObject({
    code: 'wrong_pin',
  })
  await expect(client.searchBills({ by: 'consumerCode', value: 'x' })).rejects.toMatchObject({
    code: 'bill_not_found',
  })
  fake.state.devices.known.clear()
  await expect(client.masters()).rejects.toMatchObject({ code: 'device_not_enrolled' })
  expect(link.isOnline()).toBe(true)
})

test('a withdrawal is passed on', async () => {
  await enrol()
  fake.state.devices.revokeAll()
  await expect(client.masters()).rejects.toMatchObject({ code: 'device_revoked' })
  expect(revokedCount).toBe(1)
})

describe('a clock that is off', () => {
  beforeEach(enrol)

  test.each([-3 * 86_400_000, 40 * 60_000])('by %i ms costs one more call, and only once', async (offMs) => {
    wallMs = () => Date.now() + offMs
    expect(await client.searchBills({ by: 'consumerCode', value: bill.consumerCode })).toHaveLength(1)
    const asked = fake.state.calls.length
    expect(await client.searchBills({ by: 'consumerCode', value: bill.consumerCode })).toHaveLength(1)
    expect(fake.state.calls.length - asked).toBe(1)
  })

  test('an integrator that never agrees is asked twice, not for ever', async () => {
    let ahead = 0
    fake.state.devices.nowMs = () => Date.now() + (ahead += 1_000_000_000)
    const asked = fake.state.calls.length
    await expect(client.searchBills({ by: 'mobile', value: '9876512345' })).rejects.toMatchObject({
      code: 'integrator_unreachable',
      data: { reason: 'request_out_of_time' },
    })
    expect(fake.state.calls.length - asked).toBe(2)
  })
})

describe('masters', () => {
  beforeEach(enrol)

  test('of another key, another purpose or another text are not believed', async () => {
    const { devices, masters } = fake.state
    const text = JSON.stringify({ ...masters, serverTimeMs: Date.now() })
    const other = await startFakeIntegrator()
    const forged = [
      other.state.devices.sign('masters', text),
      { ...other.state.devices.sign('masters', text), key: devices.serverKey },
      devices.sign('ack', text),
      { ...devices.sign('masters', text), text: text.replace('Testnagar', 'Elsewhere') },
    ]
    await other.close()
    for (const each of forged) {
      fake.state.forgedMasters = each
      await expect(client.masters()).rejects.toMatchObject({ code: 'integrator_not_trusted' })
    }
    fake.state.forgedMasters = devices.sign('masters', text)
    expect((await client.masters()).tenants).toHaveLength(1)
  })

  test('signed nonsense is no answer', async () => {
    fake.state.forgedMasters = fake.state.devices.sign('masters', '{"half":')
    await expect(client.masters()).rejects.toMatchObject({ code: 'integrator_unreachable' })
  })
})

test('plain http goes to this machine only', () => {
  expect(() => clientFor('http://pay.example.org')).toThrow(/https/)
  expect(() => clientFor('http://127.0.0.1.example.org')).toThrow(/https/)
  for (const url of ['http://localhost:1', 'http://[::1]:1', 'http://127.8.0.1', 'https://pay.example.org'])
    clientFor(url).close()
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
    await expect(client.masters()).rejects.toMatchObject({
      code: 'too_many_requests',
      data: { retryAfterMs: 7_000 },
    })
    expect(link.isOnline()).toBe(true)
  })

  test('nobody listens', async () => {
    await fake.close()
    const error: unknown = await client.masters().catch((caught: unknown) => caught)
    expect(error).toMatchObject({ code: 'integrator_unreachable', data: { networkCode: 'ECONNREFUSED' } })
    expect(JSON.stringify(error)).not.toContain('tahsil=')
    fake = await startFakeIntegrator()
  })

  test('an answer larger than any honest one is not read to its end', async () => {
    fake.state.masters = { ...fake.state.masters, helpLine: 'x'.repeat(9 * 1024 * 1024) }
    await expect(client.masters()).rejects.toMatchObject({ code: 'integrator_unreachable' })
  })
})
