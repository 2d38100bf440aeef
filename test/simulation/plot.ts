// What happens in a simulated town: who pays where and when, what other counters and modules do, what fails for hours. Drawn
// from the seed; some plots tell one rare story on purpose. Called by run-seed.
import type { Digit } from './digit.ts'
import { TENANT } from './digit.ts'
import type { Integrator } from './integrator.ts'
import type { Random } from './random.ts'
import type { Consumer, Till, Visit } from './till.ts'
import type { World } from './world.ts'
import { stageSupervisors } from './plot-supervisors.ts'

export type Plot =
  | 'bill-replaced-in-flight'
  | 'suspense-before-restore'
  | 'restore-in-flight'
  | 'stale-bill'
  | 'bill-lowered'
  | 'paid-in-flight'
  | 'paid-in-lag'
  | 'undone'

export type Town = {
  world: World
  plot: Random
  digit: Digit
  integrator: Integrator
  /** Copies of tills come to it. */
  tills: Till[]
  copyTill: (till: Till, file: { file: string; remove: () => void }) => Till
  consumers: readonly Consumer[]
  /** Supervisors give money back without asking DIGIT. */
  isRefundUnasked: boolean
}

const dayMs = 86_400_000
const minuteMs = 60_000
export const MORNING_MS = 4 * minuteMs

const heads: Record<string, string> = { PT: 'PT_TAX', WS: 'WS_CHARGE', SW: 'SW_CHARGE', TL: 'TL_TAX' }
const headOf = ({ businessService }: Consumer) => heads[businessService] ?? 'PT_TAX'
export const keyOf = (consumer: Consumer) => ({ tenantId: TENANT, ...consumer })

/** Consumers with one to three demands each; whole rupees. */
export function settleTown(
  { world, plot, digit }: Pick<Town, 'world' | 'plot' | 'digit'>,
  story: Plot | undefined,
): Consumer[] {
  const nowMs = world.timeline.nowMs()
  const drawn = Array.from({ length: world.weather.consumerCount }, () =>
    plot.pick(['PT', 'PT', 'WS', 'SW', 'TL']),
  )
  const services = story === 'stale-bill' ? [...drawn, 'WS', 'SW'] : drawn
  return services.map((businessService, at) => {
    const consumer = {
      businessService,
      consumerCode: `${businessService}-DVG-${String(at + 1).padStart(6, '0')}`,
    }
    for (let demand = plot.whole(1, 3); demand > 0; demand -= 1) {
      digit.admin.postDemand({
        ...keyOf(consumer),
        taxHeadCode: headOf(consumer),
        taxRupees: plot.whole(3, 60) * 50,
        fromMs: nowMs - demand * 91 * dayMs,
        toMs: nowMs - (demand - 1) * 91 * dayMs - 1,
      })
    }
    return consumer
  })
}

/** In the morning, before any fault: tills that go on a route take its bills along. */
export function stageMorning({ world, plot, tills, consumers }: Town): void {
  for (const till of tills) {
    if (plot.isHit(0.3)) continue
    for (const consumer of consumers) {
      world.timeline.after(plot.whole(1_000, MORNING_MS / 2), () => void till.lookUp(consumer))
    }
  }
}

/** The ordinary day of any seed. */
export function stageDay(town: Town): void {
  const { world, plot, digit, integrator, tills, consumers } = town
  const { timeline, weather } = world
  const sometime = (run: () => void) => timeline.after(plot.whole(1_000, weather.activeMs), run)
  const repeat = (times: number, run: () => void) => {
    for (let time = 0; time < times; time += 1) sometime(run)
  }
  const crowded = consumers.slice(0, 2)
  repeat(weather.citizenCount, () => {
    const consumer = plot.pick(plot.isHit(weather.crowd) ? crowded : consumers)
    void plot.pick(tills).visit(visitOf(town, consumer))
  })
  repeat(weather.foreignPays, () => payElsewhere(town, plot.pick(consumers)))
  repeat(weather.foreignCancels, () => void digit.cancelLatest(keyOf(plot.pick(consumers))))
  repeat(weather.changes, () => changeDemand(town, plot.pick(consumers)))
  repeat(weather.outages, () => breakSomething(town))
  stageSupervisors(town)
  repeat(weather.revokes, () => integrator.revoke(plot.pick(tills).deviceId))
  repeat(weather.copies, () => copySome(town))
  if (weather.tillCrash > 0)
    repeat(plot.whole(0, 3), () => plot.pick(tills).crash(plot.whole(5_000, 1_800_000)))
  if (weather.integratorCrash > 0)
    repeat(plot.whole(0, 3), () => integrator.crash(plot.whole(2_000, 1_800_000)))
  if (weather.restoresMax > 0) stageRestores(town)
}

function stageRestores({ world, plot, integrator }: Town): void {
  const { timeline, weather } = world
  for (let atMs = 0; atMs < weather.activeMs; atMs += weather.backupEveryMs)
    timeline.after(atMs, integrator.backup)
  for (let time = 0; time < weather.restoresMax; time += 1) {
    timeline.after(
      plot.whole(weather.backupEveryMs, Math.max(weather.activeMs, weather.backupEveryMs)),
      integrator.restore,
    )
  }
}

function visitOf({ world, plot, consumers }: Town, consumer: Consumer): Visit {
  const both = plot.isHit(0.1) ? [consumer, plot.pick(consumers)] : [consumer]
  return {
    consumers: [...new Set(both)],
    mode: plot.pick(['CASH', 'CASH', 'CASH', 'CHEQUE', 'CARD']),
    partShare: plot.isHit(world.weather.partShare) ? plot.share() : null,
    thinkMs: plot.isHit(0.2) ? plot.whole(60_000, 900_000) : plot.whole(3_000, 60_000),
    isFromCache: plot.isHit(0.4),
    consent: {
      isAdvanceAgreed: plot.isHit(world.weather.consent),
      isPartAgreed: plot.isHit(world.weather.consent),
    },
  }
}

function payElsewhere({ plot, digit }: Town, consumer: Consumer): void {
  const amount = plot.isHit(0.4) ? { amountRupees: plot.whole(1, 10) * 50 } : {}
  void digit.elsewhere(`pays for ${consumer.consumerCode}`, () =>
    digit.admin.payElsewhere({ ...keyOf(consumer), ...amount }),
  )
}

function changeDemand({ plot, digit }: Town, consumer: Consumer): void {
  const taxRupees = plot.whole(3, 60) * 50
  const change = { ...keyOf(consumer), taxHeadCode: headOf(consumer), taxRupees }
  const isNew = plot.isHit(0.6)
  void digit.elsewhere(`${isNew ? 'a new demand' : 'another tax'} for ${consumer.consumerCode}`, () =>
    isNew ? digit.admin.postDemand(change) : raiseTax(digit, consumer, plot.whole(1, 20) * 50),
  )
}

/** Never below what was collected: a module does not take back tax that was paid. */
export function raiseTax(digit: Digit, consumer: Consumer, byRupees: number): void {
  const demand = digit.admin.demands(keyOf(consumer)).at(-1)
  const line = demand?.lines.find(({ taxHeadCode }) => taxHeadCode === headOf(consumer))
  if (line === undefined) return
  const taxRupees = line.taxPaise / 100 + byRupees
  digit.admin.changeTax({ ...keyOf(consumer), taxHeadCode: headOf(consumer), taxRupees })
}

function breakSomething({ world, plot, digit, tills }: Town): void {
  const forMs = plot.pick([2, 15, 120, 400]) * minuteMs
  if (plot.isHit(0.4)) {
    digit.setAway(true)
    world.timeline.after(forMs, () => digit.setAway(false))
    return
  }
  const till = plot.pick(tills)
  till.setCutOff(true)
  world.timeline.after(forMs, () => till.setCutOff(false))
}

/** Somebody starts a second program on a copy of a till's file, as after a careless move to another machine. */
function copySome({ world, plot, tills, copyTill }: Town): void {
  const till = plot.pick(tills)
  if (till.isCopy) return
  const downMs = plot.whole(30_000, 300_000)
  till.crash(downMs)
  const file = till.copyFile()
  if (file === null) return
  world.log('world', `the file of ${till.name} is copied`)
  const copy = copyTill(till, file)
  tills.push(copy)
  world.timeline.after(plot.whole(60_000, 7_200_000), copy.start)
}
