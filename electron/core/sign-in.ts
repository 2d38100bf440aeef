// Lets an operator in: by the integrator where it answers, else by the cached verifier. A try is counted and committed *before* the
// PIN is looked at, so that pulling the plug never buys another try; waits run on the monotonic clock, so that setting the wall
// clock does not shorten them. An operator who is locked here is freed when a supervisor signs in through the integrator.
// A locked supervisor may still try through the integrator (which counts for itself), never offline. Called by session.signIn.
import type { Operator } from '#contract/api.ts'
import { ZERO_PAISE } from '#contract/money.ts'
import { ProblemError } from '#contract/problem.ts'
import { judgeClock } from './clock-guard.ts'
import type { JournalDraft, JournalType } from './journal.ts'
import { PIN_DELAYS_MS } from './limits.ts'
import type { Clock, ClockStore, IdentityStore, Integrator, OperatorStore, VerifyPin } from './ports.ts'
import type { ClockReading, OperatorTile, PinLock } from './records.ts'

type SignInPorts = {
  readonly store: OperatorStore & ClockStore & IdentityStore
  readonly integrator: Pick<Integrator, 'signIn'>
  readonly verifyPin: VerifyPin
  readonly clock: Clock
}

type Credentials = { readonly operatorCode: string; readonly pin: string }

export type PinGate =
  | { readonly kind: 'go' }
  | { readonly kind: 'wait'; readonly waitMs: number }
  | { readonly kind: 'locked' }

/** Throws wrong_pin, operator_locked (with the wait, or null for good), operator_unknown. */
export async function signIn(ports: SignInPorts, credentials: Credentials): Promise<OperatorTile> {
  const operator = ports.store.masters()?.operators.find(({ code }) => code === credentials.operatorCode)
  if (operator === undefined) return await signInUnknown(ports, credentials)
  const at = ports.clock.read()
  const gate = openGate(ports, operator, at)
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
  if (await ports.verifyPin(credentials.pin, operator.pinVerifier)) {
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

/** What the lock says; a try that may go on is counted as failed in the same commit. */
function openGate(ports: SignInPorts, operator: Operator, at: ClockReading): PinGate {
  let gate: PinGate = { kind: 'locked' }
  ports.store.beginPinTry(operator.id, at, (lock) => {
    gate = pinGate(lock, at)
    return gate.kind === 'go' ? 'count' : 'leave'
  })
  return gate
}

/** Pure rule of the waits: 0, 0, 0, 30 s, 2 min, 10 min, then locked. */
export function pinGate(lock: PinLock, at: ClockReading): PinGate {
  const delayMs = PIN_DELAYS_MS[lock.failures]
  if (delayMs === undefined) return { kind: 'locked' }
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
  const { store, clock } = ports
  const at = clock.read()
  const data = { operatorId: operator.id, isOnline }
  store.saveOperator(operator)
  store.clearPinLock(operator.id, draft('LOGIN', at, data))
  if (operator.role === 'supervisor') {
    if (isOnline) store.clearAllPinLocks(draft('UNLOCK', at, data))
    if (judgeClock(at, store.clockState()).isSetBack) store.acceptClock(draft('CLOCK_ACCEPTED', at, data))
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
