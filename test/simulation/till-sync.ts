// How a simulated till hands payments over: the real sync loop of core, at its own pace, and after a restore of the
// integrator everything once more. Made by till at every start.
import type { Integrator as IntegratorPort } from '#core/ports.ts'
import type { ClockReading } from '#core/records.ts'
import { IDLE_POLL_MS } from '#core/limits.ts'
import { FIRST_SYNC_STATE, syncRound } from '#core/sync-loop.ts'
import type { SyncRound } from '#core/sync-loop.ts'
import { ProblemError } from '#contract/problem.ts'
import type { Store } from '#store/open-store.ts'
import type { Integrator } from './integrator.ts'
import type { Mutant } from './mutants.ts'
import { never } from './world.ts'
import type { Life, World } from './world.ts'

export type Syncing = {
  start: () => void
  /** A payment was recorded. */
  nudge: () => void
  isHandedOver: () => boolean
}

type SyncWorld = {
  life: Life
  store: Store
  port: IntegratorPort
  read: () => ClockReading
  /** Every payment of this till, and the life of the integrator's database that it was handed over to. */
  handover: { ids: string[]; epoch: number }
  mutant: Mutant
  integrator: Integrator
  isGone: (error: unknown) => boolean
}

const batchMax = 100
/** Polls without news are spread out, so that days pass quickly. */
const quietMs = 40 * 60_000

export function createSyncing(world: World, parts: SyncWorld): Syncing {
  const { life, store, port, read, handover, mutant, integrator } = parts
  const { timeline, random } = world
  let wakeUp: (() => void) | null = null

  const pause = (ms: number): Promise<void> => {
    if (life.isDead) return never()
    return new Promise((done) => {
      const once = () => {
        if (wakeUp !== once) return
        wakeUp = null
        if (!life.isDead) done()
      }
      wakeUp = once
      timeline.after(ms, once)
    })
  }
  /** Honest to what the loop asks for, but slower where nothing new is to be expected. */
  const paceOf = ({ waitMs, state }: SyncRound): number => {
    if (!world.isStormy) return store.waitingCount() > 0 ? Math.max(waitMs, 20_000) : quietMs
    if (state.failures > 3) return waitMs * random.whole(2, 20)
    if (state.quietRounds === 0 || waitMs < IDLE_POLL_MS) return waitMs
    if (waitMs === IDLE_POLL_MS) return quietMs
    return waitMs * random.whole(2, state.quietRounds > 8 ? 40 : 10)
  }
  const loop = async () => {
    let state = FIRST_SYNC_STATE
    while (!life.isDead) {
      if (isBehind()) await handOverAgain()
      const round = await syncRound({ store, integrator: port, clock: { read }, random: random.share }, state)
      state = round.state
      await pause(paceOf(round))
    }
  }
  const isBehind = () => handover.epoch !== integrator.epoch() && mutant.isResendLeftOut !== true

  /** After a restore the integrator may have lost what it acknowledged: the till still has it and sends it again. */
  const handOverAgain = async () => {
    const epoch = integrator.epoch()
    try {
      for (let from = 0; from < handover.ids.length; from += batchMax) {
        const records = handover.ids.slice(from, from + batchMax).map((id) => store.payment(id))
        const bodies = records.flatMap((record) => (record === null ? [] : [JSON.stringify(record.payment)]))
        const { outcomes } = await port.submitBatch(bodies)
        store.markOutcomes(outcomes, read().wallMs)
      }
      handover.epoch = epoch
      world.log(life.name, `has handed over ${handover.ids.length} payments again`)
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error
    }
  }
  return {
    start: () => {
      loop().catch((error: unknown) => {
        if (!parts.isGone(error)) world.broke(error)
      })
    },
    nudge: () => wakeUp?.(),
    isHandedOver: () => !isBehind(),
  }
}
