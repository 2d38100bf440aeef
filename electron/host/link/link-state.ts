// Whether the integrator answers: noted by every call, read by the status and by every payment (`isOffline`). Made by start-host.
import type { Clock } from '#core/ports.ts'

export type LinkState = {
  readonly isOnline: () => boolean
  readonly offlineSinceMs: () => number | null
  readonly lastSyncAtMs: () => number | null
  readonly noteAnswer: () => void
  readonly noteSilence: () => void
  readonly noteSync: () => void
}

/** A till counts as offline until the integrator has answered once. */
export function createLinkState(clock: Clock): LinkState {
  let offlineSinceMs: number | null = clock.read().wallMs
  let lastSyncAtMs: number | null = null
  return {
    isOnline: () => offlineSinceMs === null,
    offlineSinceMs: () => offlineSinceMs,
    lastSyncAtMs: () => lastSyncAtMs,
    noteAnswer: () => {
      offlineSinceMs = null
    },
    noteSilence: () => {
      offlineSinceMs ??= clock.read().wallMs
    },
    noteSync: () => {
      lastSyncAtMs = clock.read().wallMs
    },
  }
}
