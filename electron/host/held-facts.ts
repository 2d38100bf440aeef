// What this till holds against the office's limits, read now. Used by the status and by the readiness card; the payment itself
// reads the same facts anew inside its own transaction.
import { contactAgeMs } from '#core/time/last-contact.ts'
import { limitsOf, type HeldFacts } from '#core/money-limits.ts'
import type { TerminalStatus } from '#rpc/procedures.ts'
import type { Till } from './till.ts'

export function heldFacts(till: Till, queue: TerminalStatus['queue']): HeldFacts {
  const { store, link, clock } = till
  const contact = store.lastContact()
  const isAway = !link.isOnline() && contact !== null
  return {
    limits: limitsOf(store.masters()),
    shift: store.openShift(),
    unsent: { count: queue.waitingCount, sumPaise: queue.waitingPaise },
    offlineMs: isAway ? contactAgeMs(contact, clock.read(), store.clockState()) : 0,
  }
}
