// DIGIT's event bus in a simulated world: billing hears of payments late, in order, and sometimes not at all. Made by the
// simulated DIGIT.
import { consumeEvents, pendingEvents } from '#sandbox/billing/back-update.ts'
import type { EventRow } from '#sandbox/state/rows.ts'
import type { DigitParts } from './digit.ts'

/** The event bus: in order, seconds or hours late; some updates fail and are not tried again by DIGIT itself. */
export function createBus({ world, state, sandbox, facts }: DigitParts) {
  const { timeline, random, weather } = world
  const seen = new Set<string>()
  const failed: EventRow[] = []
  let lastAtMs = 0

  const consumeNext = () => {
    const [event] = pendingEvents(state)
    if (event === undefined) return
    state.events.put({ ...event, dueAtWallMs: 0 })
    const isFailing = world.isStormy && random.isHit(weather.backUpdateFailure)
    if (isFailing) sandbox.faults.add({ kind: 'back-update-failure', operation: 'any' })
    consumeEvents(sandbox)
    sandbox.faults.clear()
    const end = state.audits.get(event.id)
    world.log(
      'billing',
      `${event.topic} of ${event.payment.id.slice(0, 8)}: ${end?.status} ${end?.error ?? ''}`,
    )
    // what billing itself refuses (more than the tax) nobody can run again
    if (isFailing) failed.push(event)
    for (const { bill } of event.payment.details) {
      facts.push({
        kind: end?.status === 'failed' && !isFailing ? 'update-refused' : 'updated',
        atMs: timeline.nowMs(),
        consumer: `${bill.businessService} ${bill.consumerCode}`,
      })
    }
  }
  const notice = () => {
    for (const { id } of pendingEvents(state)) {
      if (seen.has(id)) continue
      seen.add(id)
      const isLate = world.isStormy && random.isHit(weather.lag)
      const lagMs = isLate ? random.whole(10_000, random.pick([120_000, 3_600_000, 5 * 3_600_000])) : 0
      const atMs = Math.max(lastAtMs, timeline.nowMs() + random.whole(50, 2_000) + lagMs)
      lastAtMs = atMs
      timeline.after(atMs - timeline.nowMs(), consumeNext)
    }
  }
  return {
    notice,
    isQuiet: () => pendingEvents(state).length === 0,
    repair: () => {
      for (const event of failed.splice(0)) {
        state.events.put({ ...event, id: `${event.id}-again`, dueAtWallMs: null })
        world.log('digit', `the failed update of ${event.payment.id.slice(0, 8)} is run again`)
      }
      notice()
    },
  }
}
