// When the cash drawer may be opened, and what its switch says about it afterwards: open too long, or open though nobody opened it. Pure;
// fed by the host's drawer desk with kicks and with the state that the printer reports.

/** An open drawer is an open purse: after this the screen says so. */
export const DRAWER_LEFT_OPEN_MS = 60_000
/** From the pulse until even a stiff drawer and a slow printer have said that it is open. */
export const KICK_SETTLES_MS = 10_000

/** Why a drawer may be opened although no money was recorded. */
export const NO_SALE_REASONS = ['change', 'count', 'correction', 'check', 'other'] as const
export type NoSaleReason = (typeof NO_SALE_REASONS)[number]

/** All times are monotonic ms. */
export type DrawerWatch = {
  /** null: this drawer says nothing, or nothing yet. */
  readonly isOpen: boolean | null
  /** null unless it is open. */
  readonly openSinceMs: number | null
  readonly lastKickMs: number | null
  readonly lastClosedMs: number | null
  /** That it is open too long was said. */
  readonly isTold: boolean
}

/** left_open: for longer than DRAWER_LEFT_OPEN_MS. forced: it opened though nobody opened it. Each is told once. */
export type DrawerEvent = 'left_open' | 'forced'

export const UNWATCHED: DrawerWatch = {
  isOpen: null,
  openSinceMs: null,
  lastKickMs: null,
  lastClosedMs: null,
  isTold: false,
}

/** Only what is paid in notes and coins needs the drawer. */
export function opensDrawer(instrument: { readonly mode: string }): boolean {
  return instrument.mode === 'CASH'
}

/** The drawer is in use again: the time of an open one begins anew. */
export function noteKick(watch: DrawerWatch, atMs: number): DrawerWatch {
  return {
    ...watch,
    lastKickMs: atMs,
    openSinceMs: watch.isOpen === true ? atMs : watch.openSinceMs,
    isTold: false,
  }
}

export function noteReading(
  watch: DrawerWatch,
  isOpen: boolean | null,
  atMs: number,
): { readonly watch: DrawerWatch; readonly event: DrawerEvent | null } {
  if (isOpen === null) return { watch: { ...watch, isOpen, openSinceMs: null }, event: null }
  if (!isOpen) {
    return { watch: { ...watch, isOpen, openSinceMs: null, lastClosedMs: atMs, isTold: false }, event: null }
  }
  if (watch.isOpen !== true) {
    const wasKicked = isKicked(watch)
    const openSinceMs = wasKicked ? (watch.lastKickMs ?? atMs) : atMs
    // The first word of a drawer says nothing about how it came to be open.
    const isForced = watch.lastClosedMs !== null && !wasKicked
    return { watch: { ...watch, isOpen, openSinceMs }, event: isForced ? 'forced' : null }
  }
  const isLeft = watch.openSinceMs !== null && atMs - watch.openSinceMs >= DRAWER_LEFT_OPEN_MS
  if (!isLeft || watch.isTold) return { watch, event: null }
  return { watch: { ...watch, isTold: true }, event: 'left_open' }
}

/** A kick explains an open drawer until it was seen closed well after the pulse. */
function isKicked({ lastKickMs, lastClosedMs }: DrawerWatch): boolean {
  return lastKickMs !== null && (lastClosedMs === null || lastClosedMs <= lastKickMs + KICK_SETTLES_MS)
}

/** Not null: it is open for too long, and since when. */
export function leftOpenSince({ isTold, openSinceMs }: DrawerWatch): number | null {
  return isTold ? openSinceMs : null
}
