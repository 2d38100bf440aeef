// Who this till is, what the integrator told it, and what time it believes. Part of the store; each method is one transaction.
import type { Masters } from '#contract/api.ts'
import { clockAccepted, clockAfter } from '#core/time/clock-guard.ts'
import type { JournalDraft } from '#core/journal.ts'
import type { ClockStore, IdentityStore } from '#core/ports.ts'
import type { ClockAnchor, ClockReading, ClockState, DeviceIdentity } from '#core/records.ts'
import type { Gate } from './gate.ts'
import { appendEntries } from './journal/journal-table.ts'
import { getMeta, setMeta } from './meta.ts'
import type { Session } from './session.ts'

export type IdentityTable = IdentityStore &
  ClockStore & {
    readonly saveDevice: (device: DeviceIdentity, draft: JournalDraft) => void
    readonly saveMasters: (masters: Masters) => void
  }

export function identityTable(gate: Gate): IdentityTable {
  // Both are read on every look at the status and change rarely; a failed write leaves them as they were.
  let device: DeviceIdentity | null = gate.read((session) => getMeta<DeviceIdentity>(session, 'device'))
  let masters: Masters | null = gate.read((session) => getMeta<Masters>(session, 'masters'))

  return {
    device: () => device,
    masters: () => masters,
    saveDevice: (identity, draft) => {
      const { deviceId, deviceCode, incarnation, tenantId } = identity
      const fresh = { deviceId, deviceCode, incarnation, tenantId }
      gate.write((session) => {
        if (getMeta(session, 'device') !== null) throw new Error('a till is enrolled once')
        setMeta(session, 'device', fresh)
        appendEntries(session, [draft])
      })
      device = fresh
    },
    saveMasters: (fresh) => {
      gate.write((session) => setMeta(session, 'masters', fresh))
      masters = fresh
    },
    appendEvent: (draft) => {
      gate.write((session) => appendEntries(session, [draft]))
    },
    clockState: () => gate.read(readClock),
    saveAnchor: (anchor) => gate.write((session) => setMeta(session, 'anchor', anchor)),
    acceptClock: (draft) =>
      gate.write((session) => {
        appendEntries(session, [draft])
        keepClock(session, clockAccepted(draft.at, readClock(session)))
      }),
  }
}

/** What is kept beside the anchor, which only the integrator's answers move. */
type KeptClock = Omit<ClockState, 'anchor'>

const NO_CLOCK: KeptClock = {
  floorWallMs: null,
  certainMs: null,
  acceptedDriftMs: null,
  lastReading: null,
}

export function readClock(session: Session): ClockState {
  const anchor = getMeta<ClockAnchor>(session, 'anchor')
  return { anchor, ...(getMeta<KeptClock>(session, 'clock') ?? NO_CLOCK) }
}

/** Called by every commit about money: later records are measured against this one. */
export function noteClock(session: Session, at: ClockReading): void {
  keepClock(session, clockAfter(at, readClock(session)))
}

function keepClock(session: Session, { anchor: _anchor, ...kept }: ClockState): void {
  setMeta(session, 'clock', kept)
}
