// `npm run drill -- [--restores 100] [--seed N]`: pays, backs up, pays on, loses the database, restores, hands everything over
// again, as often as wished and from a backup of a random age, and holds DIGIT against what the till was told after each.
// Exit 1 when a payment is lost or doubled.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import pg from 'pg'
import type { Payment } from '#contract/payment.ts'
import { makeBackup } from '#app/backup/make-backup.ts'
import { restoreBackup } from '#app/backup/restore-backup.ts'
import { startIntegrator } from '#app/start-integrator.ts'
import {
  heldByDigit,
  keyFolder,
  startTestDatabases,
  startWorld,
  type TestDatabases,
  type World,
} from '#test/integration/integrator-kit.ts'
import { replayJournal } from '#test/integration/replay-journal.ts'
import { createRandom, type Random } from '#test/reliability/random.ts'

const consumerCount = 400
const paymentsMax = 6
const pauseMsMax = 400
/** The standing hold is for people; the drill shortens it to this. */
const holdMs = 500

const { values } = parseArgs({
  options: { restores: { type: 'string', default: '100' }, seed: { type: 'string', default: '20261123' } },
})

/** Where a payment may rest: a bill that had changed may need a person, but then DIGIT has nothing of it. */
const ends = ['CONFIRMED', 'SUSPENSE'] as const

type Drill = {
  world: World
  random: Random
  databases: TestDatabases
  folder: string
  /** Everything the till was told of, with a bill of its own each. */
  paid: Payment[]
  nextConsumer: number
}

const payMany = async (drill: Drill): Promise<void> => {
  const { world, random } = drill
  for (let left = random.below(paymentsMax); left > 0; left -= 1) {
    drill.nextConsumer += 1
    const code = `PT-DVG-${String(drill.nextConsumer).padStart(6, '0')}`
    const found = await world.till.call<{ bills: Payment['bill'][] }>('POST', '/v1/bills/search', {
      by: 'consumerCode',
      value: code,
      businessService: 'PT',
    })
    const [bill] = found.status === 200 ? found.body.bills : []
    if (bill === undefined || bill.totalPaise <= 0) continue
    if (random.chance(0.3)) {
      world.sandbox.admin.faults.add({ kind: 'delay', operation: 'create-payment', delayMs: 600, count: 1 })
    }
    const payment = world.till.payment(bill)
    await world.till.submit(payment)
    drill.paid.push(payment)
  }
}

/** A new life of the integrator on a restored database, and the till's journal handed over again. */
const loseAndRestore = async (drill: Drill, backup: string): Promise<void> => {
  const { world, databases } = drill
  await world.integrator.close()
  await world.pool.end()
  const url = await databases.create()
  const pool = new pg.Pool({ connectionString: url, max: 2 })
  pool.on('error', () => undefined)
  await restoreBackup(pool, backup)
  await pool.query(
    `update tahsil.settings set value = to_jsonb((extract(epoch from clock_timestamp()) * 1000)::bigint + $1)
      where key = 'posting-hold-until'`,
    [holdMs],
  )
  world.pool = pool
  world.environment['DATABASE_URL'] = url
  world.integrator = await startIntegrator({ environment: world.environment, dataFolder: keyFolder() })
  world.till.url = world.integrator.url
  world.till.journal.add('BOOT', '{}')
  await replayJournal(world.till)
}

const findWrong = async ({ world, paid }: Drill): Promise<string[]> => {
  const wrong: string[] = []
  for (const payment of paid) {
    const end = await world.till.until(payment.id, ...ends).catch((error: unknown) => String(error))
    const count = heldByDigit(world.sandbox, payment).length
    const wanted = typeof end !== 'string' && end.state === 'CONFIRMED' ? 1 : 0
    if (typeof end === 'string') wrong.push(`${payment.id} came to no end: ${end}`)
    if (count !== wanted) wrong.push(`${payment.id} is in DIGIT ${count} times and not ${wanted}`)
  }
  return wrong
}

const run = async (restores: number, seed: number): Promise<number> => {
  const databases = await startTestDatabases()
  const folder = mkdtempSync(join(tmpdir(), 'tahsil-drill-'))
  const random = createRandom(seed)
  let paymentCount = 0
  let wrongCount = 0
  const startedMs = performance.now()
  for (let at = 1; at <= restores && wrongCount === 0; at += 1) {
    const world = await startWorld({ databaseUrl: await databases.create(), sandbox: { consumerCount } })
    const drill: Drill = { world, random, databases, folder, paid: [], nextConsumer: 0 }
    try {
      await payMany(drill)
      await wait(random.below(pauseMsMax))
      const { path } = await makeBackup(world.pool, join(folder, String(at)))
      await payMany(drill)
      await wait(random.below(pauseMsMax))
      await loseAndRestore(drill, path)
      const wrong = await findWrong(drill)
      await world.integrator.close()
      for (const each of wrong) console.log(`WRONG in restore ${at}: ${each}`)
      wrongCount += wrong.length
      paymentCount += drill.paid.length
    } finally {
      await world.pool.end()
      await world.sandbox.close()
    }
    if (at % 10 === 0 || at === restores)
      console.log(`${at} restores, ${paymentCount} payments, ${wrongCount} wrong`)
  }
  console.log(`${((performance.now() - startedMs) / 1000).toFixed(0)} s`)
  await databases.close()
  rmSync(folder, { recursive: true, force: true })
  return wrongCount
}

console.log(`seed ${values.seed}`)
const wrongCount = await run(Number(values.restores), Number(values.seed))
process.exit(wrongCount === 0 ? 0 : 1)
