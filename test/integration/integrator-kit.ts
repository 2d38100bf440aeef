// Real parts for the tests of the integrator: one embedded PostgreSQL per test file, a fresh database, sandbox and
// integrator per world, and a till that speaks the API. Called by integrator-*.test.ts.
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import type { BillSearch, Masters } from '#contract/api.ts'
import type { Bill } from '#contract/bill.ts'
import type { Device } from '#contract/devices-api.ts'
import type { Instrument, Payment, PaymentStatus, PostingState } from '#contract/payment.ts'
import { readAck } from '#contract/journal-record.ts'
import type { Problem } from '#contract/problem.ts'
import type { AppendAnswer } from '#contract/records-api.ts'
import type { SignedText } from '#contract/signed.ts'
import { startEmbedded } from '#app/database/embedded.ts'
import { startIntegrator } from '#app/start-integrator.ts'
import type { Integrator } from '#app/start-integrator.ts'
import { DEMO_ENROLMENT_CODE } from '#app/people/seed-demo.ts'
import { startSandbox } from '#sandbox/start-sandbox.ts'
import type { RunningSandbox, SandboxOptions } from '#sandbox/start-sandbox.ts'
import { enrolDevice, signedRequest } from './signed-client.ts'
import type { Reply, SignedDevice } from './signed-client.ts'
import { createTestJournal } from './test-journal.ts'
import type { TestJournal } from './test-journal.ts'

export const TENANT = 'sr.devgaon'

export type TestDatabases = {
  /** A new empty database. */
  create: () => Promise<string>
  close: () => Promise<void>
}

export async function startTestDatabases(): Promise<TestDatabases> {
  const folder = mkdtempSync(join(tmpdir(), 'tahsil-db-'))
  const server = await startEmbedded(folder)
  const admin = new pg.Pool({ ...server.connection, max: 1 })
  admin.on('error', () => undefined)
  let count = 0
  return {
    create: async () => {
      count += 1
      const name = `world_${count}`
      await admin.query(`create database ${name}`)
      const { user, password, host, port } = server.connection
      return `postgres://${user}:${password}@${host}:${port}/${name}`
    },
    close: async () => {
      await admin.end()
      await server.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

let keys: string | null = null

/** Where the integrators of this test process keep their signing key and the like. */
export function keyFolder(): string {
  if (keys === null) {
    const made = mkdtempSync(join(tmpdir(), 'tahsil-keys-'))
    process.once('exit', () => rmSync(made, { recursive: true, force: true }))
    keys = made
  }
  return keys
}

export type World = {
  sandbox: RunningSandbox
  integrator: Integrator
  till: Till
  environment: Record<string, string>
  /** Straight to the tables, for what no API shows. */
  pool: pg.Pool
  /** A second life of the integrator on the same database. */
  restart: () => Promise<void>
  /** The same at this port, for a till that knows no other. */
  restartAt: (port: number) => Promise<void>
  close: () => Promise<void>
}

export type WorldOptions = {
  sandbox?: SandboxOptions
  environment?: Record<string, string>
  databaseUrl: string
}

export async function startWorld(options: WorldOptions): Promise<World> {
  const sandbox = await startSandbox({
    consumerCount: 20,
    warn: () => undefined,
    ...options.sandbox,
    settings: { backUpdateDelayMs: 20, ...options.sandbox?.settings },
  })
  const environment = {
    DIGIT_BASE_URL: sandbox.url,
    DIGIT_CLIENT_ID: sandbox.clientId,
    DIGIT_CLIENT_SECRET: sandbox.clientSecret,
    DIGIT_USERNAME: 'POS-DVG',
    DIGIT_PASSWORD: sandbox.users.find((user) => user.username === 'POS-DVG')?.password ?? '',
    DIGIT_TENANT: TENANT,
    DATABASE_URL: options.databaseUrl,
    TAHSIL_SEED: 'demo',
    TAHSIL_LOG_LEVEL: process.env['TAHSIL_TEST_LOG'] ?? 'silent',
    TAHSIL_FENCE_MS: '300',
    TAHSIL_PROBE_DELAY_MS: '30',
    TAHSIL_RETRY_BASE_MS: '30',
    TAHSIL_RETRY_MAX_MS: '300',
    TAHSIL_SWEEP_MS: '500',
    TAHSIL_DIGIT_TIMEOUT_MS: '1500',
    TAHSIL_DIGIT_READ_TIMEOUT_MS: '1500',
    TAHSIL_MASTERS_TTL_MS: '60000',
    // packs would take the faults that a test has set for its own calls
    TAHSIL_PACK_CONCURRENCY: '0',
    ...options.environment,
  }
  const dataFolder = keyFolder()
  let integrator = await startIntegrator({ environment, dataFolder })
  const pool = new pg.Pool({ connectionString: options.databaseUrl, max: 2 })
  pool.on('error', () => undefined)
  const world: World = {
    sandbox,
    integrator,
    environment,
    pool,
    till: await enrolTill(integrator.url, 'Counter 1'),
    restart: async () => await world.restartAt(0),
    restartAt: async (port) => {
      await integrator.close()
      integrator = await startIntegrator({ environment, dataFolder, port })
      world.integrator = integrator
      world.till.url = integrator.url
    },
    close: async () => {
      await pool.end()
      await integrator.close()
      await sandbox.close()
    },
  }
  return world
}

export type Outcome = { outcome: 'accepted' | 'conflict' | 'refused'; problem: Problem | null }

export class Till {
  url: string
  readonly device: Device
  readonly signed: SignedDevice
  readonly journal: TestJournal
  sentSeq = 0
  lastAck: SignedText | null = null
  private seq = 0

  constructor(url: string, signed: SignedDevice) {
    this.url = url
    this.signed = signed
    this.device = signed.device
    this.journal = createTestJournal({ owner: signed.device, signer: signed.signer })
  }

  /** Signed by this till. */
  async call<T>(method: string, path: string, body?: unknown): Promise<Reply<T>> {
    return await signedRequest<T>(`${this.url}${path}`, { method, body, as: this.signed })
  }

  async masters(): Promise<Masters> {
    const reply = await this.call<SignedText>('GET', '/v1/masters')
    if (reply.status !== 200) throw new Error(`masters: ${reply.status} ${JSON.stringify(reply.body)}`)
    return JSON.parse(reply.body.text) as Masters
  }

  async search(search: BillSearch): Promise<Bill[]> {
    const reply = await this.call<{ bills: Bill[] }>('POST', '/v1/bills/search', search)
    if (reply.status !== 200) throw new Error(`search: ${reply.status} ${JSON.stringify(reply.body)}`)
    return reply.body.bills
  }

  async searchProblem(search: BillSearch): Promise<Problem> {
    const reply = await this.call<Problem>('POST', '/v1/bills/search', search)
    if (reply.status === 200) throw new Error('a problem was expected')
    return reply.body
  }

  async billOf(consumerCode: string, businessService: string): Promise<Bill> {
    const [bill] = await this.search({ by: 'consumerCode', value: consumerCode, businessService })
    if (bill === undefined) throw new Error('a bill was expected')
    return bill
  }

  /** A payment as the terminal would record it. */
  payment(bill: Bill, change: Partial<Payment> = {}): Payment {
    this.seq += 1
    const amountPaise = change.amountPaise ?? bill.totalPaise
    const collectedAtMs = Date.now()
    const instrument: Instrument = {
      mode: 'CASH',
      tenderedPaise: amountPaise,
      changePaise: 0 as Bill['totalPaise'],
    }
    return {
      id: randomUUID(),
      collectionId: randomUUID(),
      tenantId: bill.tenantId,
      deviceId: this.device.deviceId,
      deviceSeq: this.seq,
      shiftId: '7d6f3e0a-2b58-4c0e-9a53-0d3d8d3f6f10',
      operatorId: 'operator-1',
      bill,
      amountPaise,
      mode: (change.instrument ?? instrument).mode,
      instrument,
      payer: { paidBy: 'Asha Rao', mobileNumber: '9876512345', isOwner: true },
      collectedAtMs,
      receiptNumber: `DVG/${this.device.deviceCode}${this.device.incarnation}/26-27/${String(this.seq).padStart(6, '0')}-K`,
      isOffline: false,
      ...change,
    }
  }

  /** Hands over what the journal holds after `sentSeq`. */
  async append(request = this.journal.request(this.sentSeq)): Promise<Reply<AppendAnswer & Problem>> {
    const reply = await this.call<AppendAnswer & Problem>('POST', '/v1/records', request)
    if (reply.status === 200) {
      this.lastAck = reply.body.ack
      this.sentSeq = readAck(reply.body.ack.text)?.upto ?? this.sentSeq
    }
    return reply
  }

  async submit(payment: Payment): Promise<PaymentStatus> {
    const [outcome] = await this.submitBatch([payment])
    if (outcome?.outcome !== 'accepted') throw new Error(`submit: ${JSON.stringify(outcome)}`)
    return await this.status(payment.id)
  }

  /** Each in a record of its own, handed over together; accepted: not named by the integrator as anything else. */
  async submitBatch(payments: readonly unknown[]): Promise<Outcome[]> {
    const records = payments.map((payment) => this.journal.pay(payment))
    const reply = await this.append()
    if (reply.status !== 200) throw new Error(`append: ${reply.status} ${JSON.stringify(reply.body)}`)
    const named = new Map(reply.body.outcomes.map((outcome) => [outcome.seq, outcome]))
    return records.map(({ seq }) => {
      const outcome = named.get(seq)
      return outcome === undefined
        ? { outcome: 'accepted', problem: null }
        : { outcome: outcome.outcome, problem: outcome.problem }
    })
  }

  async status(id: string): Promise<PaymentStatus> {
    const reply = await this.call<PaymentStatus>('GET', `/v1/payments/${id}`)
    if (reply.status !== 200) throw new Error(`status: ${reply.status} ${JSON.stringify(reply.body)}`)
    return reply.body
  }

  /** Waits until the payment is in one of the states; says where it stopped when it is not. */
  async until(id: string, ...states: PostingState[]): Promise<PaymentStatus> {
    const deadlineMs = Date.now() + 20_000
    for (;;) {
      const reply = await this.call<PaymentStatus>('GET', `/v1/payments/${id}`)
      if (reply.status === 200 && states.includes(reply.body.state)) return reply.body
      // not_ready: its database was away for a moment; a till asks again too
      const isPassing = reply.status === 200 || reply.status === 503
      if (!isPassing || Date.now() > deadlineMs)
        throw new Error(`not ${states.join('/')}: ${reply.status} ${JSON.stringify(reply.body, null, 1)}`)
      await wait(25)
    }
  }
}

export async function enrolTill(url: string, name: string): Promise<Till> {
  return new Till(url, await enrolDevice(url, { code: DEMO_ENROLMENT_CODE, name }))
}

/** What DIGIT really holds for a payment of ours: exactly one live entry is the promise of this program. */
export function heldByDigit(sandbox: RunningSandbox, payment: Payment) {
  return sandbox.admin.payments().filter((held) => {
    const details = held.additionalDetails as { tahsil?: { paymentId?: string } } | null
    return details?.tahsil?.paymentId === payment.id
  })
}
