// Goal: the integrator survives what happens to processes: kills, restarts, a second start, a DIGIT that is away, a wrong
// password, a database that drops its connections. Money that was acknowledged is posted once, whatever happened.
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { startIntegrator } from '#app/start-integrator.ts'
import { DEMO_ENROLMENT_CODE } from '#app/people/seed-demo.ts'
import { startSandbox } from '#sandbox/start-sandbox.ts'
import type { RunningSandbox } from '#sandbox/start-sandbox.ts'
import { enrolTill, heldByDigit, request, startTestDatabases, startWorld, TENANT } from './integrator-kit.ts'
import type { TestDatabases, World } from './integrator-kit.ts'
import { runToEnd, startProcess } from './integrator-process.ts'
import type { IntegratorProcess } from './integrator-process.ts'

let databases: TestDatabases
let sandbox: RunningSandbox
const folders: string[] = []
const processes: IntegratorProcess[] = []
const worlds: World[] = []

beforeAll(async () => {
  databases = await startTestDatabases()
  sandbox = await startSandbox({
    consumerCount: 20,
    settings: { backUpdateDelayMs: 20 },
    warn: () => undefined,
  })
})
afterEach(async () => {
  sandbox.admin.faults.clear()
  for (const world of worlds.splice(0)) await world.close()
  for (const each of processes.splice(0)) {
    if (each.child.exitCode === null && each.child.signalCode === null) await each.end('SIGTERM')
  }
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})
afterAll(async () => {
  rmSync(killFolder, { recursive: true, force: true })
  await sandbox?.close()
  await databases?.close()
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
const world = async (environment: Record<string, string> = {}) => {
  const made = await startWorld({ databaseUrl: await databases.create(), environment })
  worlds.push(made)
  return made
}

describe('as a process of its own', () => {
  it('says one line, takes a payment, and stops clean; the database stops with it', async () => {
    const folder = newFolder()
    const integrator = await launch(folder, { TAHSIL_LOG_LEVEL: 'debug' })
    sandbox.admin.faults.add({ kind: 'html-error', operation: 'create-payment' })
    expect(integrator.ready).toMatchObject({ databaseKind: 'embedded', digit: 'reachable' })
    expect(statSync(join(folder, 'database', 'database-password')).mode & 0o777).toBe(0o600)
    const till = await enrolTill(integrator.ready.url, 'Counter 1')
    const payment = till.payment(await till.billOf('PT-DVG-000001', 'PT'))
    await till.submit(payment)
    expect(await integrator.end('SIGTERM')).toBe(0)
    expect(integrator.stdout().trim().split('\n')).toHaveLength(1)
    const log = integrator.stderr()
    expect(log).toContain('DIGIT call')
    for (const secret of [
      till.device.token,
      DEMO_ENROLMENT_CODE,
      payment.payer.paidBy,
      '9876512345',
      passwordOf('POS-DVG'),
    ]) {
      expect(log).not.toContain(secret)
    }
    expect(existsSync(join(folder, 'database', 'postgres', 'postmaster.pid'))).toBe(false)

    const again = await launch(folder)
    till.url = again.ready.url
    await till.until(payment.id, 'CONFIRMED')
    expect(heldByDigit(sandbox, payment)).toHaveLength(1)
    expect(await again.end('SIGINT')).toBe(0)
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
      token: null,
    })
    expect(ready.body.ready).toBe(true)
  })

  it('commands work beside it: a new operator and a new code', async () => {
    const folder = newFolder()
    const integrator = await launch(folder, { TAHSIL_SEED: 'none' })
    const { url } = integrator.ready
    const closed = await request(`${url}/v1/devices/enrol`, {
      method: 'POST',
      body: { code: DEMO_ENROLMENT_CODE, name: 'x' },
      token: null,
    })
    expect(closed.status).toBe(403)
    const place = ['--data', folder, '--tenant', TENANT]
    const person = ['--code', '103', '--name', 'Kiran Mehta', '--role', 'cashier']
    const added = await runToEnd(['add-operator', ...person, ...place], { TAHSIL_PIN: '135791' })
    expect(added).toMatchObject({ code: 0, stdout: 'Operator 103 may sign in.\n' })
    const short = await runToEnd(['add-operator', ...person, '--pin', '12', ...place], {})
    expect(short.code).toBe(2)
    const made = await runToEnd(['enrolment-code', ...place], {})
    const [code = ''] = made.stdout.split('\n')
    const device = await request<{ token: string }>(`${url}/v1/devices/enrol`, {
      method: 'POST',
      body: { code, name: 'Counter 3' },
      token: null,
    })
    expect(device.status).toBe(200)
    const signedIn = await request(`${url}/v1/operators/sign-in`, {
      method: 'POST',
      body: { operatorCode: '103', pin: '135791' },
      token: device.body.token,
    })
    expect(signedIn.status).toBe(200)
    expect(integrator.child.exitCode).toBeNull()
  })
})

describe('a DIGIT that is away', () => {
  it('does not stop the start; what was taken is posted when it comes', async () => {
    const port = await freePort()
    const made = await world({ DIGIT_BASE_URL: `http://127.0.0.1:${port}` })
    expect(made.integrator.digit).toBe('unreachable')
    const bill = await (await enrolledElsewhere()).billOf('PT-DVG-000012', 'PT')
    const payment = made.till.payment(bill, { isOffline: true })
    await made.till.submit(payment)
    const problem = await made.till.searchProblem({ by: 'consumerCode', value: 'PT-DVG-000012' })
    expect(problem.code).toBe('digit_unreachable')
    const late = await startSandbox({
      consumerCount: 20,
      port,
      settings: { backUpdateDelayMs: 20 },
      warn: () => undefined,
    })
    try {
      const status = await made.till.until(payment.id, 'CONFIRMED', 'SUSPENSE')
      // the other DIGIT has the same consumer with another bill id and the same amount
      expect(status.state).toBe('CONFIRMED')
      expect(heldByDigit(late, payment)).toHaveLength(1)
    } finally {
      await late.close()
    }
  })

  it('with a wrong password is asked once, not until the account locks; a password put right is used at once', async () => {
    const file = join(newFolder(), 'password')
    writeFileSync(file, 'wrong\n')
    const before = sandbox.admin.counters().calls['token'] ?? 0
    const made = await world({ DIGIT_BASE_URL: sandbox.url, DIGIT_PASSWORD_FILE: file })
    expect(made.integrator.digit).toBe('login-failed')
    const bill = await (await enrolledElsewhere()).billOf('PT-DVG-000013', 'PT')
    const asked = (sandbox.admin.counters().calls['token'] ?? 0) - before
    const payment = made.till.payment(bill)
    await made.till.submit(payment)
    await wait(500)
    expect((await made.till.searchProblem({ by: 'consumerCode', value: 'x1' })).code).toBe(
      'digit_login_failed',
    )
    expect((sandbox.admin.counters().calls['token'] ?? 0) - before).toBe(asked)
    writeFileSync(file, passwordOf('POS-DVG'))
    await made.till.until(payment.id, 'CONFIRMED')
    expect(heldByDigit(sandbox, payment)).toHaveLength(1)
    expect(readFileSync(file, 'utf8')).toBe(passwordOf('POS-DVG'))
  })
})

describe('the database', () => {
  it('dropping every connection in the middle of a posting loses nothing', async () => {
    const made = await world()
    made.sandbox.admin.faults.add({ kind: 'slow-commit', operation: 'create-payment', delayMs: 300 })
    const bill = await made.till.billOf('WS/DVG/2026-27/000016', 'WS')
    const payment = made.till.payment(bill)
    await made.till.submit(payment)
    await made.till.until(payment.id, 'POSTING')
    const direct = new pg.Client({ connectionString: made.environment['DATABASE_URL'] })
    await direct.connect()
    await direct.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and application_name = 'tahsil-integrator' and pid <> pg_backend_pid()`,
    )
    await direct.end()
    const status = await made.till.until(payment.id, 'CONFIRMED')
    expect(heldByDigit(made.sandbox, payment)).toHaveLength(1)
    expect(status.digitReceiptNumber).toBe(heldByDigit(made.sandbox, payment)[0]?.details[0]?.receiptNumber)
  })

  it('with a changed or a newer migration is not touched', async () => {
    const databaseUrl = await databases.create()
    const first = await startIntegrator({
      environment: settings({ DATABASE_URL: databaseUrl }),
    })
    await first.close()
    const direct = new pg.Client({ connectionString: databaseUrl })
    await direct.connect()
    const start = () => startIntegrator({ environment: settings({ DATABASE_URL: databaseUrl }) })
    await direct.query(`update tahsil.migrations set checksum = 'x' where version = 1`)
    await expect(start()).rejects.toThrow(/was changed after it was applied/)
    await direct.query(
      `insert into tahsil.migrations (version, name, checksum) values (9999, 'later.sql', 'y')`,
    )
    await direct.query(`delete from tahsil.migrations where version = 1`)
    await expect(start()).rejects.toThrow(/newer integrator/)
    await direct.end()
  })

  it('after a restore: posting can be held, and what DIGIT already has is found again instead of posted twice', async () => {
    const made = await world()
    const bill = await made.till.billOf('PT-DVG-000001', 'PT')
    const payment = made.till.payment(bill)
    await made.till.submit(payment)
    const posted = await made.till.until(payment.id, 'CONFIRMED')
    const url = made.environment['DATABASE_URL'] ?? ''
    await made.integrator.close()
    // the restored database knows nothing of it; the till sends everything again
    const restored = await databases.create()
    const environment = { ...made.environment, DATABASE_URL: restored }
    const empty = await startIntegrator({ environment })
    await empty.close()
    const held = await runToEnd(['hold-posting', '--minutes', '10'], { DATABASE_URL: restored })
    expect(held).toMatchObject({ code: 0 })
    const next = await startIntegrator({ environment })
    try {
      const till = await enrolTill(next.url, 'Counter 1')
      const again = { ...payment, deviceId: till.device.deviceId }
      await till.submit(again)
      await till.until(payment.id, 'HOLD')
      expect((await runToEnd(['hold-posting', '--minutes', '0'], { DATABASE_URL: restored })).code).toBe(0)
      const found = await till.until(payment.id, 'CONFIRMED')
      expect(found.digitReceiptNumber).toBe(posted.digitReceiptNumber)
      expect(heldByDigit(made.sandbox, payment)).toHaveLength(1)
      const attempts = await countAttempts(restored)
      expect(attempts).toBe(0)
    } finally {
      await next.close()
    }
    expect(url).not.toBe(restored)
  })

  it('a payment in suspense is opened again by a person, with the reason in its trail', async () => {
    const made = await world()
    const bill = await made.till.billOf('TL-DVG-2026-000001', 'TL')
    const consumer = { tenantId: TENANT, businessService: 'TL', consumerCode: bill.consumerCode }
    made.sandbox.admin.changeTax({ ...consumer, taxHeadCode: 'TL_TAX', taxRupees: 99_999 })
    const payment = made.till.payment(bill)
    await made.till.submit(payment)
    expect((await made.till.until(payment.id, 'SUSPENSE')).reason).toBe('BILL_HIGHER')
    made.sandbox.admin.changeTax({
      ...consumer,
      taxHeadCode: 'TL_TAX',
      taxRupees: payment.amountPaise / 100 - feesBesides(bill, 'TL_TAX'),
    })
    const url = made.environment['DATABASE_URL'] ?? ''
    const words = ['reopen-payment', '--id', payment.id, '--why', 'the demand was put right']
    expect((await runToEnd(words, { DATABASE_URL: url })).code).toBe(0)
    const status = await made.till.until(payment.id, 'CONFIRMED')
    expect(status.steps.some((step) => step.note.includes('the demand was put right'))).toBe(true)
    expect(heldByDigit(made.sandbox, payment)).toHaveLength(1)
    expect((await runToEnd(words, { DATABASE_URL: url })).code).toBe(2)
  })
})

/** Rupees of the bill's other heads. */
function feesBesides(
  bill: { periods: { heads: { taxHeadCode: string; amountPaise: number }[] }[] },
  head: string,
): number {
  const others = bill.periods.flatMap((period) => period.heads).filter((each) => each.taxHeadCode !== head)
  return others.reduce((sum, each) => sum + each.amountPaise, 0) / 100
}

async function countAttempts(databaseUrl: string): Promise<number> {
  const direct = new pg.Client({ connectionString: databaseUrl })
  await direct.connect()
  const rows = await direct.query<{ count: number }>(
    'select count(*)::int as count from tahsil.payment_attempts',
  )
  await direct.end()
  return rows.rows[0]?.count ?? -1
}

/** A till of an integrator that reaches the shared sandbox, only to see bills. */
async function enrolledElsewhere() {
  const integrator = await startIntegrator({
    environment: settings({ DATABASE_URL: await databases.create() }),
  })
  const till = await enrolTill(integrator.url, 'Somewhere')
  const billOf = async (code: string, service: string) => {
    const bill = await till.billOf(code, service)
    await integrator.close()
    return bill
  }
  return { billOf }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  await new Promise<void>((done) => void server.close(() => done()))
  return port
}
