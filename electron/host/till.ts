// What the procedures work with: the open record, the integrator, the printer, and who is at the screen. Made by start-host, read
// by the handlers.
import type { Logger } from 'pino'
import type { Problem } from '#contract/problem.ts'
import { ProblemError, problemOf } from '#contract/problem.ts'
import type { PrinterProfile } from '#drivers/printer/profiles.ts'
import type { Clock } from '#core/ports.ts'
import type { OperatorTile } from '#core/records.ts'
import type { Store } from '#store/open-store.ts'
import type { IntegratorClient } from './integrator-client.ts'
import type { LinkState } from './link-state.ts'
import type { PrintRunner } from './print-runner.ts'
import type { SyncRunner } from './sync-runner.ts'

/** One screen, one operator at a time; forgotten when the program ends. */
export type Session = { operator: OperatorTile | null }

export type Till = {
  readonly store: Store
  readonly integrator: IntegratorClient
  readonly link: LinkState
  readonly sync: SyncRunner
  readonly printing: PrintRunner
  readonly profile: PrinterProfile
  readonly clock: Clock
  readonly logger: Logger
  readonly session: Session
  readonly version: string
  readonly hasDiskSpace: () => boolean
  /** Why the till is not enrolled; null once it is. */
  readonly enrolmentProblem: () => Problem | null
}

/** Either a working till, or why its record may not be used. */
export type Access = { readonly till: Till } | { readonly stopped: ProblemError; readonly version: string }

export function tillOf(access: Access): Till {
  if ('stopped' in access) throw access.stopped
  const damage = access.till.store.damage()
  if (damage !== null) throw damage
  return access.till
}

export function operatorOf(till: Till): OperatorTile {
  const { operator } = till.session
  if (operator === null) throw new ProblemError('not_signed_in')
  return operator
}

/** Not null: trading is stopped, and this says why. */
export function stoppedProblem(access: Access): Problem | null {
  if ('stopped' in access) return problemOf(access.stopped)
  const damage = access.till.store.damage()
  return damage === null ? access.till.enrolmentProblem() : problemOf(damage)
}
