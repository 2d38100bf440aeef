// `npm run test:kill -- [--loops N] [--seed N]`: kills terminal, integrator or its database again and again, at named
// places and at random moments, with several payments on their way, and prints figures. Exit 1 when the auditor finds anything.
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { killAt, restartDead } from '#test/reliability/kill-at.ts'
import { killPlaces } from '#test/reliability/kill-places.ts'
import { startMoneyPath, type MoneyPath } from '#test/reliability/money-path.ts'
import { killPostgres } from '#test/reliability/crash-point.ts'
import { createRandom, type Random } from '#test/reliability/random.ts'

const AUDIT_EVERY = 20
const PAYMENTS_AT_ONCE_MAX = 4
const KILL_AFTER_MS_MAX = 250

const { values } = parseArgs({
  options: {
    loops: { type: 'string', default: '200' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
})

/** Payments on their way, then a kill at a moment nobody chose. */
const killAnywhere = async (path: MoneyPath, random: Random): Promise<string> => {
  const victim = random.pick(['terminal', 'integrator', 'postgres'] as const)
  const bills = []
  for (let left = 1 + random.below(PAYMENTS_AT_ONCE_MAX); left > 0; left -= 1)
    bills.push(await path.findBill())
  const taking = Promise.all(bills.map((bill) => path.take(bill)))
  await wait(random.below(KILL_AFTER_MS_MAX))
  if (victim === 'postgres') killPostgres(path.postgresFolder)
  else await (victim === 'terminal' ? path.terminal() : path.integrator()).kill()
  await taking
  await restartDead(path, victim)
  return `${victim} at random`
}

const killSomewhere = async (path: MoneyPath, random: Random): Promise<string> => {
  if (random.chance(0.5)) return killAnywhere(path, random)
  const place = random.pick(killPlaces)
  const { isReached } = await killAt(path, place)
  return `${place.victim} ${place.name}${isReached ? '' : ': not reached'}`
}

const run = async (loops: number, seed: number): Promise<number> => {
  const random = createRandom(seed)
  const counts = new Map<string, number>()
  const findings: string[] = []
  const path = await startMoneyPath()
  const startedMs = performance.now()
  let paymentCount = 0
  try {
    await path.startMissing()
    for (let loop = 1; loop <= loops && findings.length === 0; loop += 1) {
      const what = await killSomewhere(path, random)
      counts.set(what, (counts.get(what) ?? 0) + 1)
      if (loop % AUDIT_EVERY !== 0 && loop !== loops) continue
      await path.settle()
      const audit = await path.audit()
      paymentCount = audit.paymentCount
      findings.push(...audit.findings)
      console.log(`${loop} kills, ${paymentCount} payments, ${audit.findings.length} findings`)
    }
  } catch (error) {
    findings.push(error instanceof Error ? error.message : String(error))
  } finally {
    await path.close()
  }
  const seconds = (performance.now() - startedMs) / 1000
  for (const [what, count] of [...counts].toSorted(([one], [other]) => one.localeCompare(other)))
    console.log(`${String(count).padStart(5)}  ${what}`)
  console.log(
    `\n${loops} kills, ${paymentCount} payments, ${path.acknowledged.length} acknowledged, ${seconds.toFixed(0)} s`,
  )
  for (const finding of findings) console.log(`WRONG: ${finding}`)
  return findings.length
}

console.log(`seed ${values.seed}`)
process.exitCode = (await run(Number(values.loops), Number(values.seed))) === 0 ? 0 : 1
