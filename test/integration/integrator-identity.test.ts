// Goal: a device speaks for a till only after its keys, its code and its nonce fit together and a person has compared six digits; it is refused when
// it was withdrawn; and every node signs with the one key that tills trust.
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { drizzle } from 'drizzle-orm/node-postgres'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { problemSchema } from '#contract/problem.ts'
import type { Problem } from '#contract/problem.ts'
import type { SignedText } from '#contract/signed.ts'
import { approveByDigits, revokeDevices } from '#app/people/approve-device.ts'
import { makeCode } from '#app/people/enrolment.ts'
import { DEMO_ENROLMENT_CODE } from '#app/people/seed-demo.ts'
import { startIntegrator } from '#app/start-integrator.ts'
import { enrolTill, keyFolder, startTestDatabases, startWorld, TENANT } from './integrator-kit.ts'
import type { TestDatabases, World } from './integrator-kit.ts'
import { runToEnd } from './integrator-process.ts'
import {
  askEnrolment,
  digitsOf,
  enrolDevice,
  makeKeys,
  signedRequest,
  type Signing,
} from './signed-client.ts'

let databases: TestDatabases
let world: World
const folders: string[] = []

beforeAll(async () => {
  databases = await startTestDatabases()
  world = await startWorld({ databaseUrl: await databases.create() })
})
afterAll(async () => {
  await world?.close()
  await databases?.close()
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

function expectProblem(reply: { status: number; body: unknown }, code: string, status: number): Problem {
  const { code: seen, message, data } = reply.body as Problem
  const problem = problemSchema.parse({ code: seen, message, data })
  expect({ code: problem.code, status: reply.status }).toEqual({ code, status })
  return problem
}

describe('enrolment', () => {
  const db = () => drizzle({ client: world.pool })
  const codeFor = (slotName: string) => makeCode(db(), { tenantId: TENANT, slotName })

  it('repeated with the same keys after a lost answer is the same; with others the code is used up', async () => {
    const { url } = world.integrator
    const keys = makeKeys()
    const code = await codeFor('Counter 20')
    const first = await askEnrolment(url, { code, name: 'x', keys })
    const again = await askEnrolment(url, { code, name: 'x', keys })
    expect(again).toEqual(first)
    expectProblem(await askEnrolment(url, { code, name: 'x', keys: makeKeys() }), 'enrolment_refused', 403)
    const otherNonce = { ...keys, commitment: makeKeys().commitment }
    expectProblem(await askEnrolment(url, { code, name: 'x', keys: otherNonce }), 'enrolment_refused', 403)
    // a key is of one device: a fresh code is not used up by trying
    const fresh = await codeFor('Counter 21')
    expectProblem(await askEnrolment(url, { code: fresh, name: 'x', keys }), 'enrolment_refused', 403)
    expect((await askEnrolment(url, { code: fresh, name: 'x', keys: makeKeys() })).status).toBe(200)
  })

  it('with a nonce that does not fit the commitment goes no further', async () => {
    const { url } = world.integrator
    const keys = makeKeys()
    const { body } = await askEnrolment(url, { code: await codeFor('Counter 22'), name: 'x', keys })
    const as = { ...keys, ...body }
    const confirm = (nonce: string) =>
      signedRequest(`${url}/v1/devices/confirm`, { method: 'POST', body: { nonce }, as })
    expectProblem(await confirm(makeKeys().nonce), 'enrolment_refused', 403)
    expect(await signedRequest(`${url}/v1/devices/me`, { method: 'GET', as })).toMatchObject({
      body: { approval: 'unconfirmed' },
    })
    expect((await confirm(keys.nonce)).body).toEqual({ approval: 'approved' })
  })

  it('never keeps a private key, a code or a nonce of the device', async () => {
    const code = await codeFor('Counter 23')
    const device = await enrolDevice(world.integrator.url, { code, name: 'x' })
    const { rows } = await world.pool.query(
      `select to_jsonb(d) as device, to_jsonb(c) as code from tahsil.devices d join tahsil.enrolment_codes c using (code_id) where device_id = $1`,
      [device.device.deviceId],
    )
    const stored = JSON.stringify(rows)
    expect(stored).toContain(device.signer.publicKey)
    for (const secret of [code, code.replaceAll('-', ''), device.nonce, 'PRIVATE'])
      expect(stored).not.toContain(secret)
  })
})

describe('without demo mode', () => {
  /** An integrator where a person must approve, on a database of its own. */
  const strictIntegrator = async () => {
    const databaseUrl = await databases.create()
    const environment = { ...world.environment, DATABASE_URL: databaseUrl, TAHSIL_SEED: 'none' }
    const integrator = await startIntegrator({ environment, dataFolder: keyFolder() })
    const pool = new pg.Pool({ connectionString: databaseUrl, max: 2 })
    pool.on('error', () => undefined)
    const db = drizzle({ client: pool })
    return {
      url: integrator.url,
      databaseUrl,
      db,
      pool,
      enrol: async (name: string) =>
        await enrolDevice(integrator.url, {
          code: await makeCode(db, { tenantId: TENANT, slotName: name }),
          name,
        }),
      close: async () => {
        await pool.end()
        await integrator.close()
      },
    }
  }
  let strict: Awaited<ReturnType<typeof strictIntegrator>>
  beforeAll(async () => {
    strict = await strictIntegrator()
  })
  afterAll(async () => {
    await strict?.close()
  })
  const ask = (as: Signing) => signedRequest<Problem>(`${strict.url}/v1/payments`, { method: 'GET', as })

  it('a device waits until a person has compared the same six digits on both sides', async () => {
    const device = await strict.enrol('Counter 1')
    expect(device.approval).toBe('waiting')
    expectProblem(await ask(device), 'device_not_approved', 403)
    const kept = await strict.pool.query<{ short_string: string }>(
      'select short_string from tahsil.devices where device_id = $1',
      [device.device.deviceId],
    )
    expect(kept.rows).toEqual([{ short_string: digitsOf(device) }])
    // whoever exchanged a key in between makes the device show other digits
    const { signer, sealKey } = makeKeys()
    for (const change of [{ signer }, { sealKey }, { serverKey: signer.publicKey }])
      expect(digitsOf({ ...device, ...change })).not.toBe(digitsOf(device))
    const approve = (tenantId: string, digits: string) =>
      approveByDigits(strict.db, { tenantId, digits, by: 'a test' })
    expect(await approve('sr.elsewhere', digitsOf(device))).toBe('none')
    expect(await approve(TENANT, digitsOf(device))).toEqual({ code: '0001A' })
    expect((await ask(device)).status).toBe(200)
    expect(await approve(TENANT, digitsOf(device))).toBe('none')
  })

  it('the demo code opens nothing', async () => {
    const demo = { code: DEMO_ENROLMENT_CODE, name: 'x', keys: makeKeys() }
    expectProblem(await askEnrolment(strict.url, demo), 'enrolment_refused', 403)
  })

  it('a new life of a till ends the old one when it is approved, not before', async () => {
    const old = await strict.enrol('Counter 5')
    await approveByDigits(strict.db, { tenantId: TENANT, digits: digitsOf(old), by: 'a test' })
    const next = await strict.enrol('Counter 5')
    expect(next.device).toMatchObject({ deviceCode: old.device.deviceCode, incarnation: 'B' })
    expect((await ask(old)).status).toBe(200)
    await approveByDigits(strict.db, { tenantId: TENANT, digits: digitsOf(next), by: 'a test' })
    expect((await ask(next)).status).toBe(200)
    await expect
      .poll(async () => (await ask(old)).body.code, { timeout: 15_000, interval: 500 })
      .toBe('device_revoked')
  })

  it('a withdrawn device is refused on every node within seconds, also one that still waits', async () => {
    const device = await strict.enrol('Counter 6')
    await approveByDigits(strict.db, { tenantId: TENANT, digits: digitsOf(device), by: 'a test' })
    expect((await ask(device)).status).toBe(200)
    const waiting = await strict.enrol('Counter 7')
    const { deviceCode } = device.device
    const revoke = (code: string) => revokeDevices(strict.db, { tenantId: TENANT, code, why: 'stolen' })
    expect(await revoke(`${deviceCode}B`)).toEqual([])
    expect(await revoke('nonsense')).toEqual([])
    expect(await revoke(deviceCode)).toEqual([`${deviceCode}A`])
    await revoke(waiting.device.deviceCode)
    expectProblem(await ask(waiting), 'device_revoked', 403)
    await expect
      .poll(async () => (await ask(device)).body.code, { timeout: 15_000, interval: 500 })
      .toBe('device_revoked')
    const events = await strict.pool.query<{ subject: string }>(
      `select subject from tahsil.security_events where kind = 'device-revoked' and device_id = $1`,
      [device.device.deviceId],
    )
    expect(events.rows).toEqual([{ subject: 'stolen' }])
    await expect(
      strict.pool.query('update tahsil.devices set revoked_at = null where device_id = $1', [
        device.device.deviceId,
      ]),
    ).rejects.toThrow(/never changes/)
  })
})

describe('the signing key', () => {
  const newKeyFile = () => {
    const folder = mkdtempSync(join(tmpdir(), 'tahsil-other-key-'))
    folders.push(folder)
    const file = join(folder, 'key.pem')
    const { privateKey } = generateKeyPairSync('ed25519')
    writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }))
    return file
  }

  it('is the same on every node: a second one with another does not start, until it is accepted', async () => {
    const environment: Record<string, string> = {
      ...world.environment,
      DATABASE_URL: await databases.create(),
      TAHSIL_POSTING_CONCURRENCY: '0',
    }
    const dataFolder = keyFolder()
    const first = await startIntegrator({ environment, dataFolder })
    const second = await startIntegrator({ environment, dataFolder })
    await second.close()
    const other = { ...environment, TAHSIL_SIGNING_KEY_FILE: newKeyFile() }
    await expect(startIntegrator({ environment: other, dataFolder })).rejects.toThrow(
      /^This signing key is not the one that the tills of this database trust: .*accept-signing-key/,
    )
    const { signed } = await enrolTill(first.url, 'Counter 1')
    await first.close()
    const settings = {
      DATABASE_URL: environment['DATABASE_URL'],
      TAHSIL_SIGNING_KEY_FILE: other.TAHSIL_SIGNING_KEY_FILE,
    }
    const accepted = await runToEnd(['accept-signing-key'], settings)
    expect(accepted).toMatchObject({ code: 0, stdout: expect.stringContaining('enrolled anew') })
    const next = await startIntegrator({ environment: other, dataFolder })
    const { body } = await signedRequest<SignedText>(`${next.url}/v1/masters`, { method: 'GET', as: signed })
    expect(body.key).not.toBe(signed.serverKey)
    await next.close()
  })

  it('that is named must be there, and be one', async () => {
    const start = (file: string) =>
      startIntegrator({
        environment: { ...world.environment, TAHSIL_SIGNING_KEY_FILE: file },
        dataFolder: keyFolder(),
      })
    await expect(start('/nowhere/key.pem')).rejects.toThrow(/TAHSIL_SIGNING_KEY_FILE is not there/)
    const file = newKeyFile()
    writeFileSync(file, 'hello')
    await expect(start(file)).rejects.toThrow(/holds no Ed25519 private key/)
  })
})
