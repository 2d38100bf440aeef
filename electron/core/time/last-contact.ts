// How long ago this till last heard from its integrator, in a way that setting the clock back cannot shorten: the monotonic clock
// counts within one boot, the wall clock and the floor of recorded times over several, and an age that was once found is kept and
// only grows until the next contact. Used by sign-in and by whoever hears the integrator's time.
import type { ClockReading, ClockState } from '#core/records.ts'

export type LastContact = {
  readonly serverMs: number
  /** Wall clock of this machine at the contact. */
  readonly wallMs: number
  /** Floor of recorded wall times at the contact; only what was recorded later says anything. */
  readonly floorWallMs: number | null
  /** Age as it was known at `readAt`; 0 at the contact itself. */
  readonly ageMs: number
  readonly readAt: Pick<ClockReading, 'monotonicMs' | 'bootId'>
}

type Floor = Pick<ClockState, 'floorWallMs'>

/** A fresh contact: the integrator said `serverMs` at the moment of `at`. */
export function contactNow(serverMs: number, at: ClockReading, { floorWallMs }: Floor): LastContact {
  return { serverMs, wallMs: at.wallMs, floorWallMs, ageMs: 0, readAt: readAtOf(at) }
}

/** The same contact with its age at `at`, to be kept: never less than what was kept before. */
export function agedContact(contact: LastContact, at: ClockReading, floor: Floor): LastContact {
  return { ...contact, ageMs: contactAgeMs(contact, at, floor), readAt: readAtOf(at) }
}

/** At least so long ago. A clock that was behind at the contact and set right since makes it longer, until the next contact. */
export function contactAgeMs(contact: LastContact, at: ClockReading, { floorWallMs }: Floor): number {
  const { readAt, wallMs } = contact
  const isSameBoot = readAt.bootId === at.bootId && at.monotonicMs >= readAt.monotonicMs
  // After a restart of the machine at least the time since this boot has passed.
  const passedMs = isSameBoot ? at.monotonicMs - readAt.monotonicMs : at.monotonicMs
  // Earlier than at the contact: it was set back since, perhaps only to the right time.
  const byWallMs = at.wallMs >= wallMs ? at.wallMs - wallMs : at.wallMs - contact.serverMs
  const isFloorNewer = floorWallMs !== null && floorWallMs > (contact.floorWallMs ?? 0)
  const byFloorMs = isFloorNewer ? floorWallMs - wallMs : 0
  return Math.max(0, Math.round(contact.ageMs + passedMs), byWallMs, byFloorMs)
}

function readAtOf({ monotonicMs, bootId }: ClockReading): LastContact['readAt'] {
  return { monotonicMs: Math.round(monotonicMs), bootId }
}
