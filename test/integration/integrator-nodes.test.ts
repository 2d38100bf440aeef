// Goal: two integrator nodes on one PostgreSQL behind a balancer are one integrator: they share the posting and never double it,
// either may be killed in the middle of it, the database may die and come back, and one after the other may be
// replaced while tills hand over payments, without one of them being refused.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Payment } from '#contract/payment.ts'
import { startEmbedded, type EmbeddedDatabase } from '#app/database/embedded.ts'
import { startSandbox, type RunningSandbox } from '#sandbox/start-sandbox.ts'
import { killPostgres } from '#test/reliability/crash-point.ts'
import { enrolTill, heldByDigit, TENANT, type Till } from './integrator-kit.ts'
import { startProcess, type IntegratorProcess } from './integrator-process.ts'
import { replayJournal } from './replay-journal.ts'
import { startBalancer, type Balancer } from './tcp-balancer.ts'

const tillCount = 3
const eachCount = 6
const drainMs = 1000
/** Between the payments of one till while nodes are replaced. */
const pauseMs = 150

let folder: string
let sandbox: RunningSandbox
let postgres: EmbeddedDatabase
/** The address of PostgreSQL that stays when it is started again on another port. */
let databaseDoor: Balancer
let balancer: Balancer
let nodes: IntegratorProcess[] = []
const tills: Till[] = []
let nextConsumer = 0

const portOf = ({ ready }: IntegratorProcess) => Number(new URL(ready.url).port)
const launch = async (): Promise<IntegratorProcess> => {
  const { user, password } = postgres.connection
  return await startProcess(join(folder, 'node'), {
    DIGIT_BASE_URL: sandbox.url,
    DIGIT_CLIENT_SECRET: sandbox.clientSecret,
    DIGIT_USERNAME: 'POS-DVG',
    DIGIT_PASSWORD: sandbox.users.find(({ username }) => username === 'POS-DVG')?.password ?? '',
    DIGIT_TENANT: TENANT,
    DATABASE_URL: `postgres://${user}:${password}@127.0.0.1:${databaseDoor.port}/postgres`,
    TAHSIL_SEED: 'demo',
    TAHSIL_LOG_LEVEL: 'silent',
    TAHSIL_FENCE_MS: '300',
    TAHSIL_PROBE_DELAY_MS: '50',
    TAHSIL_RETRY_BASE_MS: '50',
    TAHSIL_RETRY_MAX_MS: '300',
    TAHSIL_SWEEP_MS: '500',
    TAHSIL_DIGIT_TIMEOUT_MS: '3000',
    TAHSIL_DRAIN_MS: String(drainMs),
    TAHSIL_POSTING_CONCURRENCY: '4',
  })
}
const putInPlace = (all: IntegratorProcess[]) => {
  nodes = all
  balancer.setTargets(all.map(portOf))
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tahsil-nodes-'))
  sandbox = await startSandbox({
    consumerCount: 2000,
    settings: { backUpdateDelayMs: 20 },
    warn: () => undefined,
  })
  postgres = await startEmbedded(join(folder, 'database'))
  databaseDoor = await startBalancer(null)
  databaseDoor.setTargets([postgres.connection.port])
  balancer = await startBalancer('/readyz')
  putInPlace([await launch(), await launch()])
  for (let at = 1; at <= tillCount; at += 1) tills.push(await enrolTill(balancer.url, `Counter ${at}`))
})
afterAll(async () => {
  await Promise.all(nodes.map((node) => node.end('SIGKILL')))
  await balancer?.close()
  await databaseDoor?.close()
  await postgres?.stop()
  await sandbox?.close()
  rmSync(folder, { recursive: true, force: true })
})

/** A payment on a bill that nobody else pays. */
const nextPayment = async (till: Till): Promise<Payment> => {
  for (let left = 50; left > 0; left -= 1) {
    nextConsumer += 1
    const value = `PT-DVG-${String(nextConsumer).padStart(6, '0')}`
    const search = { by: 'consumerCode', value, businessService: 'PT' }
    const found = await till.call<{ bills: Payment['bill'][] }>('POST', '/v1/bills/search', search)
    const [bill] = found.status === 200 ? found.body.bills : []
    if (bill !== undefined && bill.totalPaise > 0 && bill.totalPaise % 100 === 0) return till.payment(bill)
  }
  throw new Error('the town has no bill left')
}
const prepare = async (till: Till, count: number): Promise<Payment[]> => {
  const payments: Payment[] = []
  for (let left = count; left > 0; left -= 1) payments.push(await nextPayment(till))
  return payments
}
/** Journals first, as a till does, then hands over until it is acknowledged. */
const payAll = async (till: Till, payments: readonly Payment[]): Promise<void> => {
  for (const payment of payments) {
    till.journal.pay(payment)
    await replayJournal(till)
  }
}
const expectOnceEach = async (till: Till, payments: readonly Payment[]): Promise<void> => {
  for (const { id } of payments) await till.until(id, 'CONFIRMED')
  const counts = payments.map((payment) => heldByDigit(sandbox, payment).length)
  expect(counts).toEqual(payments.map(() => 1))
}
/** Until the system has cleared the dead server away and the new one answers. */
const startAgain = async (): Promise<EmbeddedDatabase> => {
  for (let left = 60; left > 0; left -= 1) {
    const started = await startEmbedded(join(folder, 'database'))
    const client = new pg.Client(started.connection)
    const isThere = await client.connect().then(
      () => true,
      () => false,
    )
    await client.end().catch(() => undefined)
    if (isThere) return started
    await wait(250)
  }
  throw new Error('PostgreSQL did not come back')
}
/**
 * A kept connection may end in the very moment it is used again, which no HTTP server can prevent: the call is made anew, as
 * every till does. An answer that refuses is no such end.
 */
const steady = async <Result>(call: () => Promise<Result>): Promise<Result> => {
  try {
    return await call()
  } catch (error) {
    if (!(error instanceof TypeError && error.message === 'fetch failed')) throw error
    return await call()
  }
}
let replacing: Promise<void> | null = null
const replaceEnded = async (): Promise<void> => {
  replacing ??= (async () => {
    for (const old of nodes.filter(({ child }) => child.exitCode !== null)) {
      const young = await launch()
      putInPlace([...nodes.filter((each) => each !== old), young])
    }
  })().finally(() => {
    replacing = null
  })
  await replacing
}
const createdBy = async ({ ready }: IntegratorProcess): Promise<number> => {
  const text = await (await fetch(`${ready.url}/metrics`)).text()
  const line = /tahsil_digit_calls_total\{path="[^"]*payments\/_create",outcome="ok"\} (\d+)/.exec(text)
  return Number(line?.[1] ?? 0)
}

it('both post, and no payment is posted twice', async () => {
  const paid = await Promise.all(
    tills.map(async (till) => {
      const payments = await prepare(till, eachCount)
      await payAll(till, payments)
      return payments
    }),
  )
  await Promise.all(tills.map((till, at) => expectOnceEach(till, paid[at] ?? [])))
  const created = await Promise.all(nodes.map(createdBy))
  expect(created.reduce((sum, count) => sum + count, 0)).toBe(tillCount * eachCount)
  expect(Math.min(...created)).toBeGreaterThan(0)
})

it('one is killed while DIGIT is being asked: the other finishes, once', async () => {
  const [till] = tills
  const [first, second] = nodes
  if (till === undefined || first === undefined || second === undefined)
    throw new Error('there are two of each')
  sandbox.admin.faults.add({ kind: 'slow-commit', operation: 'create-payment', delayMs: 800, count: 4 })
  const payments = await prepare(till, 4)
  await payAll(till, payments)
  await till.until(payments[0]?.id ?? '', 'POSTING', 'UNKNOWN', 'POSTED', 'CONFIRMED')
  await first.end('SIGKILL')
  putInPlace([second])
  await expectOnceEach(till, payments)
  putInPlace([second, await launch()])
})

it('PostgreSQL dies with all its helpers and comes back: the nodes find it again or are started again', async () => {
  const [till] = tills
  if (till === undefined) throw new Error('there is a till')
  const before = await prepare(till, 3)
  const after = await prepare(till, 3)
  sandbox.admin.faults.add({ kind: 'slow-commit', operation: 'create-payment', delayMs: 500, count: 3 })
  await payAll(till, before)
  killPostgres(join(folder, 'database', 'postgres'))
  const paying = payAll(till, after)
  await wait(300)
  postgres = await startAgain()
  databaseDoor.setTargets([postgres.connection.port])
  // a node whose queue cannot go on ends itself, and whoever watches over it starts another
  const watching = setInterval(() => void replaceEnded(), 500)
  await paying
  await expectOnceEach(till, [...before, ...after])
  clearInterval(watching)
  await replaceEnded()
})

it('each is replaced while tills pay: not one call is refused', async () => {
  const isOver = { current: false }
  const paid = Promise.all(
    tills.map(async (till) => {
      const payments: Payment[] = []
      while (!isOver.current) {
        const payment = await steady(() => nextPayment(till))
        till.journal.pay(payment)
        const reply = await steady(() => till.append())
        expect(reply.status).toBe(200)
        payments.push(payment)
        await wait(pauseMs)
      }
      return payments
    }),
  )
  // told at the end, and not lost when something else fails before
  paid.catch(() => undefined)
  for (const old of nodes) {
    const young = await launch()
    putInPlace([...nodes, young])
    const code = await old.end('SIGTERM')
    expect(code).toBe(0)
    putInPlace(nodes.filter((each) => each !== old))
  }
  isOver.current = true
  const all = await paid
  expect(Math.min(...all.map((payments) => payments.length))).toBeGreaterThan(2)
  await Promise.all(tills.map((till, at) => expectOnceEach(till, all[at] ?? [])))
})
