// Who may do what on this till, in one table: every procedure between screen and core stands here, and what does not stand here may
// be called by nobody. Read by the host's one door (host/call-rules.ts) and by sign-in; a test holds it against the list of procedures.
import type { Role } from '#contract/api.ts'
import { ProblemError } from '#contract/problem.ts'

/** anyone: also before somebody has signed in. */
export type Callers = 'anyone' | readonly Role[]

const STAFF: readonly Role[] = ['collector', 'cashier', 'supervisor']
/** A kiosk sells to one citizen at a time: it finds and takes, and never looks through what others paid. */
const EVERY_ROLE: readonly Role[] = [...STAFF, 'kiosk']
const SUPERVISOR: readonly Role[] = ['supervisor']

export const CALLERS: Readonly<Record<string, Callers>> = {
  'terminal.status': 'anyone',
  'operators.list': 'anyone',
  'session.signIn': 'anyone',
  'session.signOut': 'anyone',
  'session.unlockChallenge': 'anyone',
  'session.unlock': 'anyone',
  'readiness.get': 'anyone',
  // Before sign-in, too: a badge is scanned there.
  'devices.scans': 'anyone',
  'devices.keyboard': 'anyone',
  // Before anybody has signed in a till is set up; texts of devices are masked, and no money moves.
  'devices.list': 'anyone',
  'devices.events': 'anyone',
  'devices.test': 'anyone',
  'devices.decode': 'anyone',
  'devices.bundle': 'anyone',
  'devices.found': 'anyone',
  'devices.endDay': STAFF,
  'devices.use': SUPERVISOR,
  'devices.rename': SUPERVISOR,
  'devices.remove': SUPERVISOR,
  // Of demonstrations only; the host holds them to it.
  'virtual.list': 'anyone',
  'virtual.slip': 'anyone',
  'virtual.fault': 'anyone',
  'virtual.act': 'anyone',
  'virtual.script': 'anyone',
  // Sealed to the office: who makes the file cannot read it.
  'rescue.make': 'anyone',
  // Amount and purpose of the payer who stands there; nothing while nobody is signed in.
  'customer.view': 'anyone',
  'customer.show': EVERY_ROLE,
  'drawer.open': STAFF,
  'shift.open': EVERY_ROLE,
  'shift.report': STAFF,
  'shift.handIn': STAFF,
  'shift.count': STAFF,
  'shift.close': STAFF,
  'shift.lastClose': STAFF,
  'shift.print': STAFF,
  'bill.find': EVERY_ROLE,
  'bill.refresh': EVERY_ROLE,
  'payment.check': EVERY_ROLE,
  'payment.take': EVERY_ROLE,
  'collection.get': EVERY_ROLE,
  'card.start': EVERY_ROLE,
  'card.progress': EVERY_ROLE,
  'card.cancel': EVERY_ROLE,
  'card.resolve': EVERY_ROLE,
  'card.open': STAFF,
  'card.post': STAFF,
  'card.reverse': STAFF,
  'card.close': STAFF,
  'receipt.search': STAFF,
  'receipt.get': STAFF,
  'receipt.reprint': STAFF,
  'receipt.confirmPrint': STAFF,
  'receipt.render': EVERY_ROLE,
  'packs.list': STAFF,
  'packs.offers': STAFF,
  'packs.choose': STAFF,
  'packs.fetchNow': STAFF,
  'queue.list': STAFF,
  'queue.sendNow': STAFF,
  'exceptions.list': SUPERVISOR,
  'exceptions.act': SUPERVISOR,
  'exceptions.billNow': SUPERVISOR,
}

/** @throws Error when the procedure stands in no row: a programming mistake. */
export function callersOf(procedure: string): Callers {
  const callers = CALLERS[procedure]
  if (callers === undefined) throw new Error(`${procedure} is missing in the table of core/people/roles.ts`)
  return callers
}

/** Throws role_not_allowed. */
export function requireRole(procedure: string, role: Role): void {
  const callers = callersOf(procedure)
  if (callers !== 'anyone' && !callers.includes(role)) throw new ProblemError('role_not_allowed', { role })
}

/** Throws role_not_allowed: a kiosk's account stands for a machine without a person and works on such a machine only. */
export function requireFace(role: Role, { isUnattended }: { readonly isUnattended: boolean }): void {
  if (role === 'kiosk' && !isUnattended) throw new ProblemError('role_not_allowed', { role })
}
