// Goal: the integrator as a process says one line, survives being killed, refuses a second start, and stops clean. Money that
// was acknowledged is posted once, whatever happened.
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { DEMO_ENROLMENT_CODE } from '#app/people/seed-demo.ts'
import { startSandbox } from '#sandbox/start-sandbox.ts'
import type { RunningSandbox } from '#sandbox/start-sandbox.ts'
import { enrolTill, heldByDigit, TENANT } from './integrator-kit.ts'
import { runToEnd, startProcess } from './integrator-process.ts'
import type { IntegratorProcess } from './integrator-process.ts'
import { askEnrolment, digitsOf, enrolDevice, makeKeys, request, signedRequest } from './signed-client.ts'

let sandbox: RunningSandbox
const folders: string[] = []
const processes: IntegratorProcess[] = []

beforeAll(async () => {
  sandbox = await startSandbox({
    consumerCount: 20,
    settings: { backUpdateDelayMs: 20 },
    warn: () => undefined,
  })
})
afterEach(async () => {
  sandbox.admin.faults.clear()
  for (const each of processes.splice(0)) {
    if (each.child.exitCode === null && each.child.signalCode === null) await each.end('SIGTERM')
  }
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})
afterAll(async () => {
  rmSync(killFolder, { recursive: true, force: true })
  await sandbox?.close()
})

/** One database folder that is killed again and again. */
const killFolder = mkdtempSync(join(tmpdir(), 'tahsil-kill-'))

const newFolder = () => {
  const folder = mkdtempSync(join(tmpdir(), 'tahsil-life-'))
  folders.push(folder)
  return folder
}
const settings = (change: NodeJS.ProcessEnv = {}): Record<string, string> => ({
  DIGIT_BASE_URL: sandbox.url,
  DIGIT_CLIENT_SECRET: sandbox.clientSecret,
  DIGIT_USERNAME: 'POS-DVG',
  DIGIT_PASSWORD: passwordOf('POS-DVG'),
  DIGIT_TENANT: TENANT,
  TAHSIL_SEED: 'demo',
  TAHSIL_LOG_LEVEL: 'silent',
  TAHSIL_FENCE_MS: '300',
  TAHSIL_PROBE_DELAY_MS: '50',
  TAHSIL_RETRY_BASE_MS: '50',
  TAHSIL_RETRY_MAX_MS: '300',
  TAHSIL_SWEEP_MS: '500',
  ...change,
})
const passwordOf = (name: string) => sandbox.users.find((user) => user.username === name)?.password ?? ''
const launch = async (folder: string, change: NodeJS.ProcessEnv = {}) => {
  const started = await startProcess(folder, settings(change))
  processes.push(started)
  return started
}

describe('as a process of its own', () => {
  it('says one line, takes a payment, and stops clean; the database stops with it', async () => {
    const folder = newFolder()
    const integrator = await launch(folder)
    sandbox.admin.faults.add({ kind: 'html-error', operation: 'create-payment', count: 2 })
    expect(integrator.ready).toMatchObject({ databaseKind: 'embedded', digit: 'reachable' })
    expect(statSync(join(folder, 'database', 'database-password')).mode & 0o777).toBe(0o600)
    const till = await enrolTill(integrator.ready.url, 'Counter 1')
    const payment = till.payment(await till.billOf('PT-DVG-000001', 'PT'))
    await till.submit(payment)
    expect(await integrator.end('SIGTERM')).toBe(0)
    expect(integrator.stdout().trim().split('\n')).toHaveLength(1)
    expect(existsSync(join(folder, 'database', 'postgres', 'postmaster.pid'))).toBe(false)

    const again = await launch(folder, { TAHSIL_LOG_LEVEL: 'debug' })
    till.url = again.ready.url
    await till.until(payment.id, 'CONFIRMED')
    expect(heldByDigit(sandbox, payment)).toHaveLength(1)
    expect(await again.end('SIGINT')).toBe(0)
    const log = integrator.stderr() + again.stderr()
    expect(log).toContain('posting run')
    for (const secret of [
      'PRIVATE KEY',
      DEMO_ENROLMENT_CODE,
      payment.payer.paidBy,
      '9876512345',
      passwordOf('POS-DVG'),
    ]) {
      expect(log).not.toContain(secret)
    }
  })

  it.each([
    {
      name: 'while DIGIT works on it',
      kind: 'slow-commit' as const,
      delayMs: 1500,
      consumer: 'PT-DVG-000002',
    },
    {
      name: 'after DIGIT committed it',
      kind: 'hang-then-500' as const,
      delayMs: 5000,
      consumer: 'PT-DVG-000004',
    },
    { name: 'before DIGIT has seen it', kind: 'delay' as const, delayMs: 5000, consumer: 'PT-DVG-000009' },
  ])('killed $name: the next life finds it and posts it once', async ({ kind, delayMs, consumer }) => {
    const folder = killFolder
    const first = await launch(folder)
    const till = await enrolTill(first.ready.url, 'Counter 1')
    const payment = till.payment(await till.billOf(consumer, 'PT'))
    sandbox.admin.faults.add({ kind, operation: 'create-payment', delayMs })
    await till.submit(payment)
    await till.until(payment.id, 'POSTING')
    await wait(150)
    expect(await first.end('SIGKILL')).toBeNull()
    expect(existsSync(join(folder, 'database', 'postgres', 'postmaster.pid'))).toBe(true)

    const second = await launch(folder)
    till.url = second.ready.url
    const status = await till.until(payment.id, 'CONFIRMED')
    expect(status.steps.some((step) => step.state === 'UNKNOWN')).toBe(true)
    expect(heldByDigit(sandbox, payment)).toHaveLength(1)
    expect(status.digitReceiptNumber).toBe(heldByDigit(sandbox, payment)[0]?.details[0]?.receiptNumber)
  })

  it('a second one on the same folder, a taken port, a bad folder and bad settings end with one sentence each', async () => {
    const folder = newFolder()
    const first = await launch(folder)
    const { port } = new URL(first.ready.url)
    const file = join(newFolder(), 'file')
    writeFileSync(file, '')
    const ends = await Promise.all([
      runToEnd(['--port', '0', '--data', folder], settings()),
      runToEnd(['--port', port, '--data', newFolder()], settings()),
      runToEnd(['--port', '0', '--data', join(file, 'below')], settings()),
      runToEnd(['--port', '0'], settings({ DIGIT_BASE_URL: 'nonsense', DIGIT_TENANT: '' })),
      runToEnd(['--port', 'x'], settings()),
      runToEnd(['--port', '0'], settings({ DATABASE_URL: 'postgres://u:p@127.0.0.1:1/x' })),
    ])
    expect(ends.map((end) => end.code)).toEqual([2, 2, 2, 2, 2, 2])
    const sentences = ends.map((end) => end.stderr.trim())
    for (const sentence of sentences) expect(sentence.split('\n')).toHaveLength(1)
    expect(sentences[0]).toMatch(/^Another integrator already works on/)
    expect(sentences[1]).toMatch(/^Port \d+ is in use/)
    expect(sentences[2]).toMatch(/cannot be written/)
    expect(sentences[3]).toMatch(/DIGIT_BASE_URL is not right.*DIGIT_TENANT is not set/)
    expect(sentences[4]).toMatch(/--port must be a number/)
    expect(sentences[5]).toMatch(/DATABASE_URL cannot be opened \(ECONNREFUSED\)/)
    // the first one never noticed
    const ready = await request<{ ready: boolean }>(`${first.ready.url}/readyz`, {
      method: 'GET',
    })
    expect(ready.body.ready).toBe(true)
  })

  it('commands work beside it: a new operator and a new code', async () => {
    const folder = newFolder()
    const integrator = await launch(folder, { TAHSIL_SEED: 'none' })
    const { url } = integrator.ready
    const demo = { code: DEMO_ENROLMENT_CODE, name: 'x', keys: makeKeys() }
    const closed = await askEnrolment(url, demo)
    expect(closed.status).toBe(403)
    const place = ['--data', folder, '--tenant', TENANT]
    const person = ['--code', '103', '--name', 'Kiran Mehta', '--role', 'cashier']
    const added = await runToEnd(['add-operator', ...person, ...place], { TAHSIL_PIN: '135791' })
    expect(added).toMatchObject({ code: 0, stdout: 'Operator 103 may sign in.\n' })
    const short = await runToEnd(['add-operator', ...person, '--pin', '12', ...place], {})
    expect(short.code).toBe(2)
    const made = await runToEnd(['enrolment-code', ...place], {})
    const [code = ''] = made.stdout.split('\n')
    const device = await enrolDevice(url, { code, name: 'Counter 3' })
    expect(device.approval).toBe('waiting')
    const signIn = () =>
      signedRequest(`${url}/v1/operators/sign-in`, {
        method: 'POST',
        body: { operatorCode: '103', pin: '135791' },
        as: device,
      })
    expect(await signIn()).toMatchObject({ status: 403, body: { code: 'device_not_approved' } })
    const digits = digitsOf(device)
    const wrong = String((Number(digits) + 1) % 1_000_000).padStart(6, '0')
    expect(await runToEnd(['approve-device', '--digits', wrong, ...place], {})).toMatchObject({ code: 2 })
    const approved = await runToEnd(['approve-device', '--digits', digits, ...place], {})
    expect(approved).toMatchObject({ code: 0, stdout: 'Till 0001A is approved.\n' })
    const listed = await runToEnd(['devices', ...place], {})
    expect(listed.stdout).toMatch(/0001A +approved +\S+ +Counter 3/)
    expect(listed.stdout).not.toContain(digits)
    const signedIn = await signIn()
    expect(signedIn.status).toBe(200)
    expect(integrator.child.exitCode).toBeNull()
  })
})
