// Goal: a DIGIT that is away, a wrong password, a database that hangs up, a restore from a backup: money that was acknowledged
// is posted once, whatever happened.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { startIntegrator } from '#app/start-integrator.ts'
import { startSandbox } from '#sandbox/start-sandbox.ts'
import type { RunningSandbox } from '#sandbox/start-sandbox.ts'
import {
  enrolTill,
  heldByDigit,
  keyFolder,
  startTestDatabases,
  startWorld,
  TENANT,
} from './integrator-kit.ts'
import type { TestDatabases, World } from './integrator-kit.ts'
import { runToEnd } from './integrator-process.ts'

let databases: TestDatabases
let sandbox: RunningSandbox
const folders: string[] = []
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
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})
afterAll(async () => {
  await sandbox?.close()
  await databases?.close()
})

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
const world = async (environment: Record<string, string> = {}) => {
  const made = await startWorld({ databaseUrl: await databases.create(), environment })
  worlds.push(made)
  return made
}

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
      dataFolder: keyFolder(),
    })
    await first.close()
    const direct = new pg.Client({ connectionString: databaseUrl })
    await direct.connect()
    const start = () =>
      startIntegrator({ environment: settings({ DATABASE_URL: databaseUrl }), dataFolder: keyFolder() })
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
    const empty = await startIntegrator({ environment, dataFolder: keyFolder() })
    await empty.close()
    const held = await runToEnd(['hold-posting', '--minutes', '10'], { DATABASE_URL: restored })
    expect(held).toMatchObject({ code: 0 })
    const next = await startIntegrator({ environment, dataFolder: keyFolder() })
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
    dataFolder: keyFolder(),
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
