// Brings together what the readiness card judges: clocks, packs, limits, printer, disk, secrets. Called by router.ts.
import { judgeClock } from '#core/time/clock-guard.ts'
import { contactAgeMs } from '#core/time/last-contact.ts'
import { FREE_BYTES_MIN } from '#core/limits.ts'
import { judgeLimits } from '#core/money-limits.ts'
import { judgeReadiness } from '#core/readiness.ts'
import type { Readiness } from '#rpc/readiness.ts'
import { heldFacts } from './held-facts.ts'
import { carriedRoutes } from './packs/carried-routes.ts'
import { statusOf } from './status.ts'
import { tillOf, type Access } from './till.ts'

/** Throws store_corrupt when there is no record to work with. */
export function readinessOf(access: Access): Readiness {
  const till = tillOf(access)
  const { store, clock, link } = till
  const at = clock.read()
  const clockState = store.clockState()
  const { queue, vault, printer } = statusOf(access)
  const contact = store.lastContact()
  const verdict = judgeClock(at, clockState)
  const lines = judgeReadiness({
    deviceProblem: till.enrolmentProblem(),
    contactAgeMs: contact === null ? null : contactAgeMs(contact, at, clockState),
    isOnline: link.isOnline(),
    packs: carriedRoutes(till).filter(({ isChosen }) => isChosen),
    unsent: {
      count: queue.waitingCount,
      sumPaise: queue.waitingPaise,
      attentionCount: queue.attentionCount,
    },
    limits: judgeLimits(heldFacts(till, queue)),
    printer: printer.state,
    clock: verdict,
    freeBytes: till.freeBytes(),
    freeBytesMin: FREE_BYTES_MIN,
    secrets: vault,
  })
  return { atMs: verdict.nowMs, lines }
}
