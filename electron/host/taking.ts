// In what state the till is when money is taken, and the taking itself, for every door that leads to it: the tender screen and the
// card terminal. Called by router.ts and card-handlers.ts.
import { ProblemError } from '#contract/problem.ts'
import { ulbCode } from '#core/receipts/receipt-number.ts'
import type { CollectionInput, CollectionView } from '#core/records.ts'
import { opensDrawer } from '#core/drawer/drawer-watch.ts'
import { takePayment } from '#core/take-payment.ts'
import { NOT_LET_IN } from '#rpc/enrolment.ts'
import { sha256 } from '#store/journal/check-file.ts'
import type { Till } from './till.ts'
import type { TakeSituation } from '#core/plans.ts'

/** No money and no shift on a till that the integrator does not know. */
export function trading<T extends Pick<Till, 'store' | 'enrolmentProblem'>>(till: T): T {
  // Another journal speaks under this till's name: numbers could be given twice.
  const { alarm } = till.store.handover()
  if (alarm !== null) throw new ProblemError('device_not_enrolled', { reason: alarm.code })
  const problem = till.enrolmentProblem()
  if (problem === null) return till
  const code = NOT_LET_IN.find((each) => each === problem.code) ?? 'device_not_enrolled'
  throw new ProblemError(code, problem.data)
}

export function situationOf(till: Till, operatorId: string): TakeSituation {
  const { store, link, printing } = till
  const device = store.device()
  const tenant = store.masters()?.tenants.find(({ id }) => id === device?.tenantId)
  return {
    operatorId,
    at: till.clock.read(),
    isOffline: !link.isOnline(),
    hasPrinter: printing.hasPrinter,
    hasDiskSpace: till.hasDiskSpace(),
    ulbCode: ulbCode(tenant?.cityCode ?? null, device?.tenantId ?? ''),
    hasCardTerminal: till.cards.terminal() !== null,
  }
}

export function takeNow(till: Till, input: CollectionInput, operatorId: string): CollectionView {
  const { store, sync, printing, drawer } = trading(till)
  // The same call again, after a lost answer, finds its money recorded and the drawer opened.
  const isNew = store.collection(input.collectionId) === null
  const view = takePayment({ store, sha256 }, input, situationOf(till, operatorId))
  if (isNew && opensDrawer(input.instrument)) drawer.cashMoved()
  printing.nudge()
  sync.nudge()
  return view
}
