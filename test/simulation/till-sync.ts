// How a simulated till hands its journal over and hears what became of it: the real rounds of core, one after another at a pace
// that lets days pass quickly. Made by till at every start.
import type { Integrator as IntegratorPort } from '#core/ports.ts'
import type { ClockReading } from '#core/records.ts'
import { IDLE_POLL_MS } from '#core/limits.ts'
import { FIRST_FEED_STATE, feedRound } from '#core/sync/feed-round.ts'
import { FIRST_SEND_STATE, sendRound } from '#core/sync/send-round.ts'
import type { Store } from '#store/open-store.ts'
import { never } from './world.ts'
import type { Life, World } from './world.ts'

export type Syncing = {
  start: () => void
  /** Something was recorded. */
  nudge: () => void
}

type Round = { waitMs: number; failures: number; quietRounds: number }

type SyncWorld = {
  life: Life
  store: Store
  port: IntegratorPort
  read: () => ClockReading
  isGone: (error: unknown) => boolean
}

/** Polls without news are spread out, so that days pass quickly. */
const quietMs = 40 * 60_000
const calmSendMs = 5_000
const stuckMs = 20 * 60_000

export function hasMore(store: Pick<Store, 'nextBatch'>): boolean {
  return store.nextBatch({ recordsMax: 1, bytesMax: 1 }).records.length > 0
}

export function createSyncing(world: World, parts: SyncWorld): Syncing {
  const { life, store, port, read } = parts
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
    if (!world.isStormy)
      return hasMore(store) ? Math.max(waitMs, failures > 5 ? stuckMs : calmSendMs) : quietMs
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
      const sent = await sendRound(ports, sending)
      sending = sent.state
      if (sent.problem !== null && sent.problem.code !== 'integrator_unreachable')
        world.log(life.name, `sending: ${sent.problem.code}`)
      const news = await feedRound(ports, feed)
      feed = news.state
      const waitMs = sent.waitMs < IDLE_POLL_MS ? sent.waitMs : news.waitMs
      const failures = Math.max(sending.failures, feed.failures)
      const quietRounds = sent.sentCount > 0 ? 0 : feed.quietRounds
      await pause(paceOf({ waitMs, failures, quietRounds }))
    }
  }
  return {
    start: () => {
      loop().catch((error: unknown) => {
        if (!parts.isGone(error)) world.broke(error)
      })
    },
    nudge: () => wakeUp?.(),
  }
}
