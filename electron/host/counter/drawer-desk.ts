// The cash drawer of this till: opens it for cash that is on the record and for a reason that is, watches its switch, and writes down when
// it stands open or opened by itself. Slips never open it. Made by start-host; called by the handlers that move cash and by drawer.open.
import type { Logger } from 'pino'
import { ZERO_PAISE } from '#contract/money.ts'
import { ProblemError, type Problem } from '#contract/problem.ts'
import { isDrawerOpen, type DrawerOpenLevel } from '#drivers/drawer/open-state.ts'
import {
  leftOpenSince,
  noteKick,
  noteReading,
  UNWATCHED,
  type DrawerEvent,
  type NoSaleReason,
} from '#core/drawer/drawer-watch.ts'
import type { JournalType } from '#core/journal.ts'
import type { Clock } from '#core/ports.ts'
import type { OperatorTile } from '#core/records.ts'
import type { DrawerStanding } from '#rpc/drawer.ts'
import type { Store } from '#store/open-store.ts'
import type { PrintRunner } from '#host/paper/print-runner.ts'

/** How often the switch is asked where it can say something. */
export const DRAWER_POLL_MS = 3_000

export type NoSale = { readonly reason: NoSaleReason; readonly note: string }

export type DrawerDesk = {
  /** Cash was just recorded (payment, float, hand-in): call it once for each commit. Waits for nothing. */
  readonly cashMoved: () => void
  /** Throws printer_absent, role_not_allowed (another's shift), input_invalid (no words for `other`). */
  readonly noSale: (wish: NoSale, operator: OperatorTile) => Promise<{ problem: Problem | null }>
  /** Level of the switch as the printer reports it; null: it did not. */
  readonly noteSwitch: (isPinHigh: boolean | null) => void
  readonly standing: () => DrawerStanding
}

/** What the diary of the device check says of the drawer. */
export type DrawerHappening =
  | { readonly what: 'opened' | 'closed' | 'forced' | 'left_open' }
  | { readonly what: 'kicked'; readonly problem: Problem | null }

export type DrawerPorts = {
  readonly store: Pick<Store, 'appendEvent' | 'openShift'>
  readonly printing: () => Pick<PrintRunner, 'kick' | 'hasPrinter'>
  readonly clock: Clock
  readonly logger: Logger
  readonly openLevel: DrawerOpenLevel
  /** A machine that nobody attends has no drawer. */
  readonly isUnattended: boolean
  readonly tell?: (happening: DrawerHappening) => void
}

export function startDrawerDesk(ports: DrawerPorts): DrawerDesk {
  const { store, printing, clock, logger, openLevel, isUnattended, tell } = ports
  let watch = UNWATCHED
  let openSinceWallMs = 0
  let toldOpen: boolean | null = null

  const kick = async (): Promise<Problem | null> => {
    watch = noteKick(watch, clock.read().monotonicMs)
    const problem = await printing().kick()
    tell?.({ what: 'kicked', problem })
    if (problem !== null) logger.warn({ code: problem.code }, 'the drawer could not be opened')
    return problem
  }
  const note = (event: DrawerEvent): void => {
    const type = event === 'forced' ? 'DRAWER_FORCED' : 'DRAWER_LEFT_OPEN'
    const shift = store.openShift()
    try {
      append(type, { shiftId: shift?.id ?? null, operatorId: shift?.operatorId ?? null })
    } catch (error) {
      // The screen says it all the same.
      if (!(error instanceof ProblemError)) throw error
      logger.warn({ code: error.code, event }, 'what the drawer did could not be noted')
    }
  }
  const append = (type: JournalType, data: Readonly<Record<string, string | null>>): void => {
    store.appendEvent({ type, at: clock.read(), dataJson: JSON.stringify(data), amountPaise: ZERO_PAISE })
  }
  return {
    cashMoved: () => {
      if (isUnattended || !printing().hasPrinter) return
      kick().catch((error: unknown) => logger.error({ error }, 'the drawer could not be opened'))
    },
    noSale: async ({ reason, note: words }, operator) => {
      if (reason === 'other' && words === '') throw new ProblemError('input_invalid', { field: 'note' })
      if (!printing().hasPrinter) throw new ProblemError('printer_absent')
      const shift = store.openShift()
      // Cash is counted per person.
      if (shift !== null && shift.operatorId !== operator.id && operator.role !== 'supervisor')
        throw new ProblemError('role_not_allowed', { role: operator.role })
      append('NO_SALE', { reason, note: words, operatorId: operator.id, shiftId: shift?.id ?? null })
      return { problem: await kick() }
    },
    noteSwitch: (isPinHigh) => {
      const { monotonicMs, wallMs } = clock.read()
      const reading = noteReading(watch, isDrawerOpen(isPinHigh, openLevel), monotonicMs)
      watch = reading.watch
      if (watch.openSinceMs !== null) openSinceWallMs = wallMs - (monotonicMs - watch.openSinceMs)
      if (reading.event !== null) note(reading.event)
      const isTurned = watch.isOpen !== null && watch.isOpen !== toldOpen
      if (isTurned) toldOpen = watch.isOpen
      if (reading.event !== null) tell?.({ what: reading.event })
      else if (isTurned) tell?.({ what: toldOpen === true ? 'opened' : 'closed' })
    },
    standing: () => ({
      state: watch.isOpen === null ? 'unknown' : watch.isOpen ? 'open' : 'closed',
      leftOpenSinceMs: leftOpenSince(watch) === null ? null : Math.round(openSinceWallMs),
    }),
  }
}
