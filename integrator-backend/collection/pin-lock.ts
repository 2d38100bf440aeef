// How long an operator waits after wrong PINs, and when the account locks (security 6.4). Called by app's sign-in.

/** Wait after the n-th failure in a row; after the last one the account is locked until a person unlocks it. */
const delaysMs = [0, 0, 0, 30_000, 120_000, 600_000]

export const PIN_FAILURES_MAX = delaysMs.length + 1

export type PinWait = { isLocked: boolean; waitMs: number }

/** `failures` counts this attempt too: it is counted before the PIN is checked, so that a power cut forgives nothing. */
export function waitAfterFailures(failures: number): PinWait {
  if (!Number.isSafeInteger(failures) || failures < 1) throw new RangeError('failures are counted from 1')
  if (failures >= PIN_FAILURES_MAX) return { isLocked: true, waitMs: 0 }
  return { isLocked: false, waitMs: delaysMs[failures - 1] ?? 0 }
}
