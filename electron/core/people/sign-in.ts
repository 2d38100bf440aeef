// Lets an operator in: by the integrator where it answers, else by the cached verifier. A try is counted and committed *before* the
// PIN is looked at, so that pulling the plug never buys another try; waits run on the monotonic clock, so that setting the wall
// clock does not shorten them. An operator who is locked here is freed when a supervisor signs in through the integrator.
// A locked supervisor may still try through the integrator (which counts for itself), never offline. Without the integrator a sign-in
// counts only for so long after the last contact: later nobody here could know who was let go. Called by session.signIn.
import type { Operator } from '#contract/api.ts'
import { ZERO_PAISE } from '#contract/money.ts'
import { ProblemError } from '#contract/problem.ts'
import { judgeClock } from '#core/time/clock-guard.ts'
import type { JournalDraft, JournalType } from '#core/journal.ts'
import { agedContact, contactAgeMs, contactNow, type LastContact } from '#core/time/last-contact.ts'
import { OFFLINE_SIGN_IN_MS, PIN_DELAYS_MS } from '#core/limits.ts'
import type {
  Clock,
  ClockStore,
  ContactStore,
  IdentityStore,
  Integrator,
  OperatorStore,
  PinCheck,
} from '#core/ports.ts'
import type { ClockReading, OperatorTile, PinLock } from '#core/records.ts'
import { requireFace } from './roles.ts'

type SignInPorts = {
  readonly store: OperatorStore & ClockStore & IdentityStore & ContactStore
  readonly integrator: Pick<Integrator, 'signIn'>
  readonly pinCheck: PinCheck
  readonly clock: Clock
  /** A machine that nobody attends, where kiosk accounts belong. */
  readonly isUnattended: boolean
}

type Credentials = { readonly operatorCode: string; readonly pin: string }

export type PinGate =
  | { readonly kind: 'go' }
  | { readonly kind: 'wait'; readonly waitMs: number }
  | { readonly kind: 'locked' }

/**
 * Throws wrong_pin, operator_locked (with the wait, or null for good), operator_unknown, role_not_allowed, sign_in_too_old
 * (the integrator was away for too long, or this till does not have what PINs are checked with).
 */
export async function signIn(ports: SignInPorts, credentials: Credentials): Promise<OperatorTile> {
  const operator = ports.store.masters()?.operators.find(({ code }) => code === credentials.operatorCode)
  if (operator === undefined) return await signInUnknown(ports, credentials)
  requireFace(operator.role, ports)
  const at = ports.clock.read()
  const offline = offlineGate(ports, operator, at)
  // A try that can only be looked at by the integrator is counted there.
  const gate = openGate(ports, operator, { at, isCounted: offline === null })
  if (gate.kind === 'wait') throw locked(gate.waitMs)
  const isLocked = gate.kind === 'locked'
  if (isLocked && operator.role !== 'supervisor') throw locked(null)
  const answer = await askIntegrator(ports, credentials)
  if (answer.kind === 'refused') {
    if (answer.problem.code === 'wrong_pin') noteFailure(ports, operator, at)
    throw answer.problem
  }
  if (answer.kind === 'operator') return admit(ports, answer.operator, { isOnline: true })
  if (isLocked) throw locked(null)
  if (offline !== null) throw offline
  if (await ports.pinCheck.isRight(credentials.pin, operator.pinVerifier)) {
    return admit(ports, operator, { isOnline: false })
  }
  noteFailure(ports, operator, at)
  throw new ProblemError('wrong_pin', { triesLeft: triesLeft(ports, operator, at) })
}

/** Not in the cached list (or no list yet): only the integrator can know. */
async function signInUnknown(ports: SignInPorts, credentials: Credentials): Promise<OperatorTile> {
  if (ports.store.device() === null) throw new ProblemError('operator_unknown')
  const answer = await askIntegrator(ports, credentials)
  if (answer.kind === 'operator') return admit(ports, answer.operator, { isOnline: true })
  if (answer.kind === 'refused') throw answer.problem
  if (ports.store.masters() === null) throw new ProblemError('integrator_unreachable')
  throw new ProblemError('operator_unknown')
}

type Answer =
  | { readonly kind: 'operator'; readonly operator: Operator }
  | { readonly kind: 'refused'; readonly problem: ProblemError }
  | { readonly kind: 'away' }

async function askIntegrator(ports: SignInPorts, credentials: Credentials): Promise<Answer> {
  try {
    return { kind: 'operator', operator: await ports.integrator.signIn(credentials) }
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error
    const isAnswer = ['wrong_pin', 'operator_locked', 'operator_unknown'].includes(error.code)
    return isAnswer ? { kind: 'refused', problem: error } : { kind: 'away' }
  }
}

/** Why nobody may sign in here without the integrator; null: it may be done. The age of the last contact is kept as it is found. */
function offlineGate(ports: SignInPorts, operator: Operator, at: ClockReading): ProblemError | null {
  const { store, pinCheck } = ports
  const contact = store.lastContact() ?? contactOfMasters(store.masters()?.serverTimeMs ?? 0, at)
  const clock = store.clockState()
  const ageMs = contactAgeMs(contact, at, clock)
  store.saveContact(agedContact(contact, at, clock))
  if (ageMs > OFFLINE_SIGN_IN_MS) {
    return new ProblemError('sign_in_too_old', { ageMs, maxMs: OFFLINE_SIGN_IN_MS })
  }
  if (pinCheck.canCheck(operator.pinVerifier)) return null
  return new ProblemError('sign_in_too_old', { reason: 'secrets_missing' })
}

/** A record from before contacts were noted knows only when its masters came. */
function contactOfMasters(serverMs: number, at: ClockReading): LastContact {
  return contactNow(serverMs, { ...at, wallMs: serverMs }, { floorWallMs: null })
}

/** What the lock says; a try that may go on is counted as failed in the same commit. */
function openGate(
  ports: SignInPorts,
  operator: Operator,
  { at, isCounted }: { at: ClockReading; isCounted: boolean },
): PinGate {
  let gate: PinGate = { kind: 'locked' }
  ports.store.beginPinTry(operator.id, at, (lock) => {
    gate = pinGate(lock, at)
    return gate.kind === 'go' && isCounted ? 'count' : 'leave'
  })
  return gate
}

/** Pure rule of the waits: 0, 0, 0, 30 s, 2 min, 10 min, then locked. */
export function pinGate(lock: PinLock, at: ClockReading): PinGate {
  const delayMs = PIN_DELAYS_MS[lock.failures]
  return delayMs === undefined ? { kind: 'locked' } : waitGate(lock, at, delayMs)
}

/** Whether `delayMs` have passed since the last try, by the monotonic clock alone. */
export function waitGate(lock: PinLock, at: ClockReading, delayMs: number): PinGate {
  if (delayMs === 0 || lock.lastTry === null) return { kind: 'go' }
  // After a restart of the machine the time since the last try is not known: the wait runs anew from its start.
  const isSameBoot = lock.lastTry.bootId === at.bootId && at.monotonicMs >= lock.lastTry.monotonicMs
  const passedMs = isSameBoot ? at.monotonicMs - lock.lastTry.monotonicMs : at.monotonicMs
  return passedMs >= delayMs ? { kind: 'go' } : { kind: 'wait', waitMs: Math.ceil(delayMs - passedMs) }
}

/** The same data as the integrator sends; `retryAfterMs` null: until a supervisor comes. */
function locked(retryAfterMs: number | null): ProblemError {
  return new ProblemError('operator_locked', { isLocked: retryAfterMs === null, retryAfterMs })
}

function admit(ports: SignInPorts, operator: Operator, { isOnline }: { isOnline: boolean }): OperatorTile {
  requireFace(operator.role, ports)
  const { store, clock } = ports
  const at = clock.read()
  const data = { operatorId: operator.id, isOnline }
  store.saveOperator(operator)
  store.clearPinLock(operator.id, draft('LOGIN', at, data))
  if (operator.role === 'supervisor') {
    if (isOnline) store.clearAllPinLocks(draft('UNLOCK', at, data))
    const { isSetBack, isFarOff } = judgeClock(at, store.clockState())
    if (isSetBack || isFarOff) store.acceptClock(draft('CLOCK_ACCEPTED', at, data))
  }
  const { id, code, name, role } = operator
  return { id, code, name, role }
}

function noteFailure(ports: SignInPorts, operator: Operator, at: ClockReading): void {
  const left = triesLeft(ports, operator, at)
  const data = { operatorId: operator.id, triesLeft: left }
  ports.store.appendEvent(draft(left === 0 ? 'LOCKOUT' : 'PIN_WRONG', at, data))
}

function triesLeft(ports: SignInPorts, operator: Operator, at: ClockReading): number {
  const lock = ports.store.beginPinTry(operator.id, at, () => 'leave')
  return Math.max(0, PIN_DELAYS_MS.length - lock.failures)
}

function draft(type: JournalType, at: ClockReading, data: Record<string, unknown>): JournalDraft {
  return { type, at, dataJson: JSON.stringify(data), amountPaise: ZERO_PAISE }
}
