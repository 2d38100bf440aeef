// Puts an integrator together and starts it: database, DIGIT client, API, posting worker. Called by main.ts, the launcher
// and tests. Serves even when DIGIT is away: payments are taken and wait.
import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { drizzle } from 'drizzle-orm/node-postgres'
import type { FastifyInstance } from 'fastify'
import { describeError } from '#contract/safe-log.ts'
import { createHttpServer } from './api/http-server.ts'
import type { Readiness } from './api/http-server.ts'
import { createLimits } from './api/limits.ts'
import { createRouter } from './api/router.ts'
import { createBillSearch } from './bills/search-bills.ts'
import { readConfig } from './config.ts'
import type { Config, Environment } from './config.ts'
import { createKeptMasters } from './database/kept-masters.ts'
import { requireKnownKey } from './database/known-key.ts'
import { openDatabase } from './database/open-database.ts'
import type { Database } from './database/open-database.ts'
import { createDigitClient } from './digit/digit-client.ts'
import type { DigitClient } from './digit/digit-client.ts'
import { createMasters } from './digit/masters.ts'
import { createPaymentCalls } from './digit/payment-calls.ts'
import { startWorker } from './jobs/worker.ts'
import type { Worker } from './jobs/worker.ts'
import { createLog } from './log.ts'
import type { Log } from './log.ts'
import { watchDigit } from './operations/digit-watch.ts'
import { createDrain } from './operations/drain.ts'
import type { Drain } from './operations/drain.ts'
import { watchHttp } from './operations/http-watch.ts'
import { createLedgerFacts } from './operations/ledger-facts.ts'
import { createMetrics } from './operations/metrics.ts'
import { openMetricsDoor } from './operations/metrics-door.ts'
import { startPacking } from './packs/pack-worker.ts'
import { createChangeWaiters } from './payments/change-waiters.ts'
import { readPending, readReceipt } from './payments/read-payments.ts'
import { readCounts } from './payments/counts.ts'
import { keepSettings } from './payments/repair.ts'
import { createDevices } from './people/devices.ts'
import { closeDemoCodes, createEnrolment } from './people/enrolment.ts'
import { createNonces, startPruning } from './people/nonces.ts'
import { createOperators } from './people/operators.ts'
import { openRootSecret, requireSameSecret } from './people/root-secret.ts'
import { createRequestCheck } from './people/request-check.ts'
import { seedDemo } from './people/seed-demo.ts'
import { openServerKey } from './server-key.ts'
import { rescuePublicKey } from './rescue/rescue-key.ts'
import { createRecords } from './records/append.ts'
import { StartupError } from './startup-error.ts'

export type IntegratorOptions = {
  /** As of process.env: DIGIT_…, DATABASE_URL, TAHSIL_…; see config.ts. */
  environment: Environment
  /** 0 = any free port. */
  port?: number
  host?: string
  /** Where the embedded database lives; not used with DATABASE_URL. */
  dataFolder?: string
  /** The embedded database ended by itself: nothing works any more, and the program should end and be started again. */
  onDatabaseLost?: () => void
}

export type DigitState = Readiness['digit']

export type Integrator = {
  url: string
  docs: string
  databaseKind: 'embedded' | 'external'
  digit: DigitState
  /** Puts every live payment back into the queue now; for tests and operators who do not want to wait. */
  sweepNow: () => Promise<number>
  /** Answers what was asked, finishes the running jobs, stops the database if it is ours. */
  close: () => Promise<void>
}

const digitCheckMsMax = 5_000

/** Throws StartupError with one sentence for what a person can repair. */
export async function startIntegrator(options: IntegratorOptions): Promise<Integrator> {
  const config = readConfig(options.environment)
  const log = createLog(config.logLevel)
  const database = await openDatabase({
    databaseUrl: config.databaseUrl,
    dataFolder: options.dataFolder ?? 'data',
    // each running job holds one connection and uses another
    poolMax: config.postingConcurrency * 2 + 16,
    isServer: true,
    onError: (error) => log.error({ error: describeError(error) }, 'database connection'),
    onLost: () => {
      log.fatal('the embedded database ended')
      options.onDatabaseLost?.()
    },
  })
  const client = createDigitClient({ ...config.digit, log })
  const started: Closable[] = [{ close: () => database.close() }, { close: async () => client.close() }]
  try {
    return await startOn({ options, config, log, database, client, started })
  } catch (error) {
    await closeAll(started)
    throw error
  }
}

type Closable = { close: () => Promise<void> }

type Base = {
  options: IntegratorOptions
  config: Config
  log: Log
  database: Database
  client: DigitClient
  started: Closable[]
}

async function startOn({ options, config, log, database, client: bare, started }: Base): Promise<Integrator> {
  const { pool } = database
  const drain = createDrain(config.drainMs)
  const metrics = createMetrics({
    pool,
    facts: createLedgerFacts(pool, () => Date.now()),
    isDraining: drain.isDraining,
    fenceMs: config.policy.fenceMs,
  })
  const client = watchDigit(bare, metrics)
  const db = drizzle({ client: pool })
  const nowMs = () => Date.now()
  const devices = createDevices(db, { nowMs })
  const nonces = createNonces(pool, nowMs)
  const dataFolder = options.dataFolder ?? 'data'
  const serverKey = openServerKey({ file: config.signingKeyFile, dataFolder })
  await requireKnownKey(db, serverKey.publicKey)
  const root = openRootSecret({ file: config.pinPepperFile, dataFolder })
  await requireSameSecret(db, root)
  const operators = createOperators(db, root.pinPepper)
  if (config.isDemo) await seedDemo(config.digit.tenantId, { db, operators })
  else await closeDemoCodes(db)

  const masters = createMasters({ client, ttlMs: config.mastersTtlMs, keep: createKeptMasters(db) })
  const payments = createPaymentCalls(client)
  await keepSettings(pool, { 'fence-ms': config.policy.fenceMs, 'decision-days': config.decisionDays })
  const records = createRecords({ pool, serverKey, retainDays: config.retainDays, nowMs })
  const waiters = createChangeWaiters(pool, (error) =>
    log.warn({ error: describeError(error) }, 'nobody listens for changes'),
  )
  const searchBills = createBillSearch({
    client,
    payments,
    masters,
    codePatterns: config.codePatterns,
    scanRules: config.scanRules,
    pendingOf: (tenantId, codes) => readPending(pool, tenantId, codes),
    receiptOf: (key) => readReceipt(pool, key),
    nowMs,
  })
  const router = createRouter({
    pool,
    serverKey,
    checkRequest: createRequestCheck({ devices, nonces, nowMs }),
    enrolment: createEnrolment({ db, devices, serverKey, isDemo: config.isDemo }),
    root,
    operators,
    masters,
    searchBills,
    searchPayments: payments.search,
    records,
    waiters,
    limits: createLimits(nowMs),
    helpLine: config.helpLine,
    rescueKey: rescuePublicKey(root),
    exceptionsShown: { unknownShownMs: config.unknownShownMs, lagLimitMs: config.policy.lagLimitMs },
    isDemo: config.isDemo,
    nowMs,
  })
  const server = await createHttpServer({
    router,
    log,
    version: readVersion(),
    readiness: async () => {
      const state = await readReadiness(database, client)
      return drain.isDraining() ? { ...state, ready: false } : state
    },
  })
  drain.watch(server)
  watchHttp(server, metrics)
  openMetricsDoor(server, metrics, config.metricsToken)
  started.push({
    close: async () => {
      await waiters.close()
      await server.close().finally(metrics.close)
    },
  })
  const url = await listen(server, options)
  const worker =
    config.postingConcurrency === 0
      ? null
      : await startWorker({
          parts: { pool, client, payments, masters, policy: config.policy, isIfscSent: config.isIfscSent },
          log,
          concurrency: config.postingConcurrency,
          sweepMs: config.sweepMs,
          isAlone: database.kind === 'embedded',
          onLost: () => options.onDatabaseLost?.(),
        })
  started.push({ close: async () => await worker?.stop() })
  const packing = await startPacking({ config, log, pool, client, masters, key: serverKey, nowMs })
  started.push({ close: async () => await packing?.stop() })
  const pruning = startPruning(nonces, log)
  started.push({ close: pruning.stop })
  const digit = await checkDigit(client)
  return {
    url,
    docs: `${url}/docs`,
    databaseKind: database.kind,
    digit,
    ...controls({ worker, started, drain }),
  }
}

type Running = { worker: Worker | null; started: Closable[]; drain: Drain }

function controls({ worker, started, drain }: Running): Pick<Integrator, 'sweepNow' | 'close'> {
  let closing: Promise<void> | null = null
  return {
    sweepNow: async () => (await worker?.sweepNow()) ?? 0,
    close: async () => {
      closing ??= drain.begin().then(() => closeAll(started))
      await closing
    },
  }
}

/** Last started, first stopped: no new calls, then the jobs, then DIGIT and the database. */
async function closeAll(started: Closable[]): Promise<void> {
  const server = started.splice(2, 1)
  const order = [...server, ...started.splice(0).toReversed()]
  let failure: unknown = null
  for (const each of order) {
    try {
      await each.close()
    } catch (error) {
      failure ??= error
    }
  }
  if (failure !== null) throw failure instanceof Error ? failure : new Error('stopping failed')
}

async function listen(
  server: FastifyInstance,
  { port = 0, host = '127.0.0.1' }: IntegratorOptions,
): Promise<string> {
  try {
    await server.listen({ port, host })
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    const words: Record<string, string> = {
      EADDRINUSE: `Port ${port} is in use. Stop the other program, or choose another with --port.`,
      EACCES: `Port ${port} may not be used by this user. Choose one above 1023 with --port.`,
      EADDRNOTAVAIL: `This machine has no address ${host}. Choose another with --host.`,
    }
    throw new StartupError(words[code] ?? `The integrator cannot listen on ${host}:${port} (${code}).`)
  }
  const address = server.server.address() as AddressInfo
  const name = address.address === '0.0.0.0' || address.address === '::' ? '127.0.0.1' : address.address
  return `http://${name.includes(':') ? `[${name}]` : name}:${address.port}`
}

async function checkDigit(client: DigitClient): Promise<DigitState> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((done) => {
    timer = setTimeout(done, digitCheckMsMax)
  })
  await Promise.race([client.login(), late])
  clearTimeout(timer)
  return digitState(client)
}

function digitState(client: DigitClient): DigitState {
  const state = client.loginState()
  if (state === 'ok') return 'reachable'
  if (state === 'refused') return 'login-failed'
  return state === 'unreachable' ? 'unreachable' : 'unknown'
}

async function readReadiness(database: Database, client: DigitClient): Promise<Readiness> {
  const counts = await readCounts(database.pool).catch(() => null)
  return {
    ready: counts !== null,
    database: { isReachable: counts !== null, kind: database.kind, migrations: database.migrationCount },
    digit: digitState(client),
    payments: { live: counts?.live ?? null, waitingForPerson: counts?.waitingForPerson ?? null },
  }
}

function readVersion(): string {
  const file = join(import.meta.dirname, '..', '..', 'package.json')
  const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string }
  return version
}
