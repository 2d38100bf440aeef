// How a simulated till hands payments over: the real sync loop of core, at its own pace, and after a restore of the
// integrator everything once more. Made by till at every start.
import type { Integrator as IntegratorPort } from '#core/ports.ts'
import type { ClockReading } from '#core/records.ts'
import { IDLE_POLL_MS } from '#core/limits.ts'
import { FIRST_FEED_STATE, feedRound } from '#core/sync/feed-round.ts'
import { FIRST_SEND_STATE, sendRound } from '#core/sync/send-round.ts'
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

type Round = { waitMs: number; failures: number; quietRounds: number }

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
  const paceOf = ({ waitMs, failures, quietRounds }: Round): number => {
    if (!world.isStormy) return store.waitingCount() > 0 ? Math.max(waitMs, 20_000) : quietMs
    if (failures > 3) return waitMs * random.whole(2, 20)
    if (quietRounds === 0 || waitMs < IDLE_POLL_MS) return waitMs
    if (waitMs === IDLE_POLL_MS) return quietMs
    return waitMs * random.whole(2, quietRounds > 8 ? 40 : 10)
  }
  const loop = async () => {
    const ports = { store, integrator: port, clock: { read }, random: random.share, feedWaitMs: 0 }
    let sending = FIRST_SEND_STATE
    let feed = FIRST_FEED_STATE
    while (!life.isDead) {
      if (isBehind()) sendAllAgain()
      const sent = await sendRound(ports, sending)
      sending = sent.state
      const news = await feedRound(ports, feed)
      feed = news.state
      const waitMs = sent.waitMs < IDLE_POLL_MS ? sent.waitMs : news.waitMs
      const failures = Math.max(sending.failures, feed.failures)
      const quietRounds = sent.sentCount > 0 ? 0 : feed.quietRounds
      await pause(paceOf({ waitMs, failures, quietRounds }))
    }
  }
  const isBehind = () => handover.epoch !== integrator.epoch() && mutant.isResendLeftOut !== true

  /** After a restore the integrator may have lost what it acknowledged: the till still has it and sends it again. */
  const sendAllAgain = () => {
    store.rewind(1, read())
    handover.epoch = integrator.epoch()
    world.log(life.name, 'hands its journal over again')
  }
  return {
    start: () => {
      loop().catch((error: unknown) => {
        if (!parts.isGone(error)) world.broke(error)
      })
    },
    nudge: () => wakeUp?.(),
    isHandedOver: () => !isBehind() && store.nextBatch({ recordsMax: 1, bytesMax: 1 }).records.length === 0,
  }
}
