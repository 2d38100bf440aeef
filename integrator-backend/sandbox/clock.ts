// The sandbox's own time: real, shifted or frozen, with the zone billing-service pretends to run in.
// Called by everything that asks what time it is; controlled through the admin API.

export type ClockSettings = { offsetMs: number; frozenAtMs: number | null; zone: string }

export type Clock = {
  nowMs: () => number
  zone: () => string
  settings: () => ClockSettings
  /** Stops time at an instant. */
  freeze: (atMs: number) => void
  /** Lets time run again from where it stands. */
  unfreeze: () => void
  /** Moves time forward (or back) by so much, frozen or not. */
  advance: (byMs: number) => void
  setZone: (zone: string) => void
  restore: (settings: ClockSettings) => void
}

export function createClock(zone: string, onChange: (settings: ClockSettings) => void): Clock {
  let now: ClockSettings = { offsetMs: 0, frozenAtMs: null, zone }
  const change = (next: Partial<ClockSettings>) => {
    now = { ...now, ...next }
    onChange(now)
  }
  const nowMs = () => now.frozenAtMs ?? Date.now() + now.offsetMs
  return {
    nowMs,
    zone: () => now.zone,
    settings: () => ({ ...now }),
    freeze: (atMs) => change({ frozenAtMs: atMs }),
    unfreeze: () => change({ offsetMs: nowMs() - Date.now(), frozenAtMs: null }),
    advance: (byMs) =>
      now.frozenAtMs === null
        ? change({ offsetMs: now.offsetMs + byMs })
        : change({ frozenAtMs: now.frozenAtMs + byMs }),
    setZone: (next) => change({ zone: next }),
    restore: (settings) => {
      now = settings
    },
  }
}
