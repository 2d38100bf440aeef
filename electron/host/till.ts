// What the procedures work with: the open record, the integrator, the printer, and who is at the screen. Made by start-host, read
// by the handlers.
import type { ScanCodes } from '#core/bills/find-bill.ts'
import type { Logger } from 'pino'
import type { Problem } from '#contract/problem.ts'
import { ProblemError, problemOf } from '#contract/problem.ts'
import type { PrinterProfile } from '#drivers/printer/profiles.ts'
import type { Clock, PinCheck } from '#core/ports.ts'
import type { OperatorTile } from '#core/records.ts'
import type { EnrolmentView } from '#rpc/enrolment.ts'
import type { Store } from '#store/open-store.ts'
import type { CardRunner } from './cards/card-runner.ts'
import type { IntegratorClient } from './link/integrator-client.ts'
import type { DeviceBook } from './devices/device-book.ts'
import type { Fittings } from './devices/fittings.ts'
import type { CustomerDesk } from './counter/customer-desk.ts'
import type { DeviceSecretsKeeper } from './identity/device-secrets.ts'
import type { DrawerDesk } from './counter/drawer-desk.ts'
import type { LinkState } from './link/link-state.ts'
import type { PackRunner } from './packs/pack-runner.ts'
import type { PrintRunner } from './paper/print-runner.ts'
import type { ReceiptLanguage } from './paper/receipt-words.ts'
import type { ScanDesk } from './scans/scan-desk.ts'
import type { SecretFiles } from './identity/secret-files.ts'
import type { SyncRunner } from './link/sync-runner.ts'

/** One screen, one operator at a time; forgotten when the program ends. */
export type Session = { operator: OperatorTile | null }

export type Till = {
  readonly store: Store
  readonly integrator: IntegratorClient
  readonly link: LinkState
  readonly sync: SyncRunner
  readonly printing: PrintRunner
  readonly packs: PackRunner
  readonly scanDesk: Pick<ScanDesk, 'scans'>
  /** What scanners that type as a keyboard type before each code; empty: nothing. */
  readonly scanPrefix: string
  readonly codesIn: (text: string) => ScanCodes
  readonly cards: CardRunner
  readonly drawer: DrawerDesk
  readonly customer: Pick<CustomerDesk, 'show' | 'view' | 'cardStep'>
  readonly devices: DeviceBook
  readonly fittings: Fittings
  readonly dataDir: string
  readonly profile: PrinterProfile
  readonly receiptLanguage: ReceiptLanguage
  readonly clock: Clock
  readonly logger: Logger
  readonly session: Session
  readonly pinCheck: PinCheck
  readonly secrets: Pick<DeviceSecretsKeeper, 'answerTo'>
  readonly secretFiles: Pick<SecretFiles, 'vault' | 'unreadable'>
  /** A machine that nobody attends: only there a kiosk account may sign in. */
  readonly isUnattended: boolean
  readonly version: string
  readonly hasDiskSpace: () => boolean
  readonly freeBytes: () => number
  readonly enrolment: () => EnrolmentView
  /** Why the till may take no money; null when it may. */
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
  const operator = operatorAt(till)
  if (operator === null) throw new ProblemError('not_signed_in')
  return operator
}

/** Who is at the screen; whoever was let go at the office is out with the masters that say so. */
export function operatorAt({ session, store }: Pick<Till, 'session' | 'store'>): OperatorTile | null {
  const { operator } = session
  const operators = store.masters()?.operators
  if (operator !== null && operators?.every(({ id }) => id !== operator.id) === true) session.operator = null
  return session.operator
}

/** Not null: trading is stopped, and this says why. */
export function stoppedProblem(access: Access): Problem | null {
  if ('stopped' in access) return problemOf(access.stopped)
  const { store, enrolmentProblem } = access.till
  const damage = store.damage()
  if (damage !== null) return problemOf(damage)
  return store.handover().alarm ?? enrolmentProblem()
}
