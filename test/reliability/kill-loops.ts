// `npm run test:kill -- [--victim terminal|integrator|postgres] [--loops N] [--minutes N] [--seed N]`: kills terminal, integrator
// or its database again and again, at named places and at random moments, with several payments on their way, and prints
// figures. Ends after so many kills or minutes. Exit 1 when the auditor finds anything.
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
/** Then another till begins: the drawer of one is full at some hundred payments, and a till that refuses cash proves nothing. */
const PAYMENTS_PER_TILL_MAX = 500

const { values } = parseArgs({
  options: {
    loops: { type: 'string', default: '200' },
    minutes: { type: 'string', default: '600' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    victim: { type: 'string', default: 'any' },
  },
})

const VICTIMS = ['terminal', 'integrator', 'postgres'] as const
type Victim = (typeof VICTIMS)[number]
type Killed = { victim: Victim | 'nobody'; what: string }
type Run = { loops: number; minutes: number; seed: number; victims: readonly Victim[] }
type Kill = { path: MoneyPath; random: Random; victims: readonly Victim[] }

/** Payments on their way, then a kill at a moment nobody chose. */
const killAnywhere = async ({ path, random, victims }: Kill): Promise<Killed> => {
  const victim = random.pick(victims)
  const bills = []
  for (let left = 1 + random.below(PAYMENTS_AT_ONCE_MAX); left > 0; left -= 1)
    bills.push(await path.findBill())
  const taking = Promise.all(bills.map((bill) => path.take(bill)))
  await wait(random.below(KILL_AFTER_MS_MAX))
  if (victim === 'postgres') killPostgres(path.postgresFolder)
  else await (victim === 'terminal' ? path.terminal() : path.integrator()).kill()
  const taken = await taking
  // The kill counts only when money was on its way; a till that takes none any more must not look like a good run.
  const refused = taken.find(({ kind }) => kind === 'refused')
  if (refused?.kind === 'refused' && refused.code === 'limit_reached')
    throw new Error('the till takes no more cash')
  await restartDead(path, victim)
  return { victim, what: `${victim} at random` }
}

const killSomewhere = async (kill: Kill): Promise<Killed> => {
  const { path, random, victims } = kill
  if (random.chance(0.5)) return killAnywhere(kill)
  const place = random.pick(killPlaces.filter(({ victim }) => victims.includes(victim)))
  const { isReached } = await killAt(path, place)
  const what = `${place.victim} ${place.name}${isReached ? '' : ': not reached'}`
  return { victim: isReached ? place.victim : 'nobody', what }
}

const run = async ({ loops, minutes, seed, victims }: Run): Promise<number> => {
  const random = createRandom(seed)
  const counts = new Map<string, number>()
  const died = new Map<string, number>()
  const findings: string[] = []
  const startedMs = performance.now()
  let path = await startMoneyPath()
  let paymentCount = 0
  let doneBefore = 0
  let killCount = 0
  const isOver = () => killCount >= loops || performance.now() - startedMs > minutes * 60_000
  try {
    await path.startMissing()
    while (!isOver() && findings.length === 0) {
      const { what, victim } = await killSomewhere({ path, random, victims })
      if (victim !== 'nobody') killCount += 1
      counts.set(what, (counts.get(what) ?? 0) + 1)
      died.set(victim, (died.get(victim) ?? 0) + 1)
      if (killCount % AUDIT_EVERY !== 0 && !isOver()) continue
      await path.settle()
      const audit = await path.audit()
      paymentCount = doneBefore + audit.paymentCount
      findings.push(...audit.findings)
      const each = [...died].map(([name, count]) => `${name} ${count}`).join(', ')
      console.log(`${killCount} kills (${each}), ${paymentCount} payments, ${audit.findings.length} findings`)
      if (audit.paymentCount < PAYMENTS_PER_TILL_MAX || findings.length > 0) continue
      doneBefore = paymentCount
      await path.close()
      path = await startMoneyPath()
      await path.startMissing()
    }
  } catch (error) {
    findings.push(error instanceof Error ? error.message : String(error))
  } finally {
    await path.close()
  }
  const seconds = (performance.now() - startedMs) / 1000
  for (const [what, count] of [...counts].toSorted(([one], [other]) => one.localeCompare(other)))
    console.log(`${String(count).padStart(5)}  ${what}`)
  console.log(`\n${killCount} kills, ${paymentCount} payments, ${seconds.toFixed(0)} s`)
  for (const finding of findings) console.log(`WRONG: ${finding}`)
  return findings.length
}

console.log(`seed ${values.seed}`)
const { loops, minutes, seed } = values
const victims = VICTIMS.filter((each) => values.victim === 'any' || values.victim === each)
if (victims.length === 0) throw new Error(`--victim is one of ${VICTIMS.join(', ')}`)
const findingCount = await run({
  loops: Number(loops),
  minutes: Number(minutes),
  seed: Number(seed),
  victims,
})
process.exitCode = findingCount === 0 ? 0 : 1
