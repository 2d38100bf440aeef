// One simulated world from its seed to its verdict: a town, its tills, the integrator and DIGIT through a day of faults, then
// calm until everything has settled, then the audit. Called by simulate and by the tests of this folder.
import crypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'
import { audit } from './auditor.ts'
import type { Finding, Given, Handed } from './auditor.ts'
import { createDigit } from './digit.ts'
import { evidenceOf } from './evidence.ts'
import { createIntegrator } from './integrator.ts'
import { soundDesign } from './mutants.ts'
import type { Mutant } from './mutants.ts'
import { MORNING_MS, settleTown, stageDay, stageMorning } from './plot.ts'
import type { Town } from './plot.ts'
import { stageStory } from './plot-stories.ts'
import { clearDesk } from './plot-supervisors.ts'
import { createRandom } from './random.ts'
import { isNews } from './table-records.ts'
import type { Tables } from './table-store.ts'
import { createTill } from './till.ts'
import type { Till } from './till.ts'
import { createWorld } from './world.ts'
import type { World } from './world.ts'

export type SeedResult = {
  seed: number
  findings: Finding[]
  /** Faults of the program or of the simulator itself. */
  breaks: readonly string[]
  paymentCount: number
  postedCount: number
  suspenseCount: number
  /** Posted in part, with a rest that is held or was given back. */
  mixedCount: number
  undoneCount: number
  forkCount: number
  /** Epochs that tills proved. */
  provedCount: number
  restoreCount: number
  /** Our inserts that took more than was due because another counter came between look and insert. */
  overCollectedCount: number
  lines: readonly string[]
}

/** Lost, doubled or false money; not merely late or badly told. */
export function isMoneyWrong({ kind }: Finding): boolean {
  return kind !== 'stuck' && kind !== 'told wrong'
}

const minuteMs = 60_000
const settleStepMs = 10 * minuteMs
const restingStates = new Set(['CONFIRMED', 'SUSPENSE', 'REVERSED', 'POISON', 'QUARANTINE'])
/** After the restores are healed, supervisors clear their desk so often. */
const deskTimes = 3
/** Past the next midnight, when stale bills end. */
const settleMaxMs = 27 * 60 * minuteMs
const hopelessMs = 60 * minuteMs

export async function runSeed(seed: number, mutant: Mutant = soundDesign): Promise<SeedResult> {
  const plot = createRandom('plot', seed)
  const restoreIds = seedIds(seed)
  const world = createWorld(seed, mutant.weather)
  const digit = createDigit(world, plot)
  const tills: Till[] = []
  const isProvable = (tables: Tables) =>
    tills.some((till) => {
      const ack = till.lastAck()
      return (
        ack !== null && ack.upto > (tables.heads.get(till.deviceId)?.upto ?? 0) && isNews(tables, ack.epoch)
      )
    })
  const integrator = createIntegrator(world, { digit, mutant, isProvable })
  const consumers = settleTown({ world, plot, digit }, mutant.plot)
  const book: Handed[] = []
  const given: Given[] = []
  const makeTill = (number: number, copied: { file: string; remove: () => void } | null) =>
    createTill(world, { number, integrator, mutant, plot, book, copied })
  for (let number = 1; number <= world.weather.tillCount; number += 1) tills.push(makeTill(number, null))
  for (const { number } of tills) integrator.enrol(number)
  const copyTill: Town['copyTill'] = ({ number }, file) => makeTill(number, file)
  const isRefundUnasked = mutant.isRefundUnasked === true
  const town: Town = { world, plot, digit, integrator, tills, consumers, copyTill, isRefundUnasked }
  try {
    integrator.start()
    for (const till of tills) till.start()
    stageMorning(town)
    world.isStormy = false
    await world.timeline.runUntil(world.timeline.nowMs() + MORNING_MS)
    world.isStormy = true
    stageDay(town)
    if (mutant.plot !== undefined) stageStory(town, mutant.plot)
    await world.timeline.runUntil(world.timeline.nowMs() + world.weather.activeMs + 30 * minuteMs)
    await settle(town, given)
    const evidence = evidenceOf(town, { handed: book, given })
    const { tables } = integrator.store.at()
    const findings = audit(evidence)
    return {
      seed,
      findings,
      breaks: world.breaks(),
      paymentCount: book.filter(({ fate }) => fate === 'receipt').length,
      postedCount: evidence.integrator.filter(({ state }) => state === 'CONFIRMED').length,
      suspenseCount: evidence.integrator.filter(({ state }) => state === 'SUSPENSE').length,
      mixedCount: tables.remainders.size,
      undoneCount: evidence.integrator.filter(({ state }) => state === 'REVERSED').length,
      forkCount: evidence.kept.filter(({ isForked }) => isForked).length,
      restoreCount: integrator.restoreCount(),
      provedCount: tables.epochs.filter(({ provedBy }) => provedBy !== null).length,
      overCollectedCount: evidence.facts.filter(
        (fact) => fact.kind === 'insert' && fact.reference !== null && fact.amountPaise > fact.duePaise,
      ).length,
      lines: world.lines(),
    }
  } catch (error) {
    world.broke(error)
    return broken(world)
  } finally {
    for (const till of tills) till.close()
    restoreIds()
  }
}

/** The run could not be brought to its end; the log tells how far it came. */
function broken(world: World): SeedResult {
  return {
    seed: world.seed,
    findings: [],
    breaks: world.breaks(),
    paymentCount: 0,
    postedCount: 0,
    suspenseCount: 0,
    mixedCount: 0,
    undoneCount: 0,
    forkCount: 0,
    restoreCount: 0,
    provedCount: 0,
    overCollectedCount: 0,
    lines: world.lines(),
  }
}

/** Faults stop, everything is up and connected, DIGIT's people repair; then time passes until all is quiet. */
async function settle(town: Town, given: Given[]): Promise<void> {
  const { world, digit, integrator, tills } = town
  const { timeline } = world
  world.isStormy = false
  world.log('world', 'no more faults')
  digit.setAway(false)
  integrator.start()
  for (const till of tills) {
    till.setCutOff(false)
    till.start()
  }
  // the next day begins: whatever a till has to say comes with its first record of the day
  for (const till of tills) till.signIn()
  for (let desk = 0; desk <= deskTimes; desk += 1) {
    const isQuiet = await untilQuiet(town, timeline.nowMs())
    world.log('world', isQuiet ? 'everything has settled' : 'it never became quiet')
    if (desk < deskTimes) clearDesk(town, given)
  }
  for (const till of tills) till.nudge()
  await timeline.runUntil(timeline.nowMs() + 3 * minuteMs)
}

async function untilQuiet({ world, digit, integrator, tills }: Town, startMs: number): Promise<boolean> {
  const { timeline } = world
  let isQuiet = false
  while (!isQuiet && timeline.nowMs() < startMs + settleMaxMs) {
    digit.repair()
    await timeline.runUntil(timeline.nowMs() + settleStepMs)
    const rows = [...integrator.store.at().tables.payments.values()]
    const waiting = rows.filter(({ state }) => !restingStates.has(state))
    // what billing refuses for good is for DIGIT's people: waiting longer shows nothing new
    const isHopeless = timeline.nowMs() > startMs + hopelessMs && waiting.every((row) => digit.isBlocked(row))
    isQuiet =
      digit.isQuiet() && (waiting.length === 0 || isHopeless) && tills.every((till) => till.isSettled())
  }
  return isQuiet
}

/** The sandbox draws its ids from Node: for one run they come from the seed, so that the run can be told again. */
function seedIds(seed: number): () => void {
  const random = createRandom('ids', seed)
  const { randomUUID } = crypto
  crypto.randomUUID = random.uuid as typeof randomUUID
  syncBuiltinESMExports()
  return () => {
    crypto.randomUUID = randomUUID
    syncBuiltinESMExports()
  }
}
