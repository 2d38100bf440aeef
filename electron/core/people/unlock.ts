// Frees an operator who is locked on a till without network: the screen shows a challenge, a supervisor at the office reads out eight
// digits, and they free this operator on this till once. Guessing is counted and committed before the digits are looked at, and waits
// run on the monotonic clock. Nothing is ever wiped. Called by session.unlockChallenge and session.unlock.
import { ZERO_PAISE } from '#contract/money.ts'
import { UNLOCK_CHALLENGE_DIGITS, type UnlockQuestion } from '#contract/device-secrets-api.ts'
import { ProblemError } from '#contract/problem.ts'
import { PIN_DELAYS_MS } from '#core/limits.ts'
import type { Clock, IdentityStore, OperatorStore, UnlockStore } from '#core/ports.ts'
import type { ClockReading, PinLock } from '#core/records.ts'
import { pinGate, waitGate, type PinGate } from './sign-in.ts'
import type { Operator } from '#contract/api.ts'

export type UnlockPorts = {
  readonly store: OperatorStore & IdentityStore & UnlockStore
  readonly clock: Clock
  /** A whole number from 0 to below `below`, of the system's own chance. */
  readonly randomBelow: (below: number) => number
  /** The digits that the office would read out; null: this till was never told its unlock secret, or cannot read it. */
  readonly answerTo: (question: UnlockQuestion) => string | null
}

export type ShownChallenge = {
  readonly deviceCode: string
  readonly operatorCode: string
  readonly challenge: string
}

const CHALLENGES = 10 ** UNLOCK_CHALLENGE_DIGITS

/** The same challenge until it is used. Throws operator_unknown, operator_not_locked, unlock_unavailable. */
export function unlockChallenge(ports: UnlockPorts, operatorCode: string): ShownChallenge {
  const { operator, deviceId, deviceCode } = lockedOperator(ports, operatorCode)
  const challenge = ports.store.unlockChallenge(operator.id, (counter) =>
    String((ports.randomBelow(CHALLENGES) + counter) % CHALLENGES).padStart(UNLOCK_CHALLENGE_DIGITS, '0'),
  )
  if (ports.answerTo({ deviceId, operatorCode, challenge }) === null) {
    throw new ProblemError('unlock_unavailable')
  }
  return { deviceCode, operatorCode, challenge }
}

/** Throws unlock_refused, operator_locked (with the wait) and what unlockChallenge throws. */
export function unlock(ports: UnlockPorts, input: { operatorCode: string; answer: string }): void {
  const { operatorCode, answer } = input
  const { operator, deviceId } = lockedOperator(ports, operatorCode)
  const challenge = ports.store.openChallenge(operator.id)
  if (challenge === null) throw new ProblemError('unlock_refused')
  const expected = ports.answerTo({ deviceId, operatorCode, challenge })
  if (expected === null) throw new ProblemError('unlock_unavailable')
  const at = ports.clock.read()
  const gate = countTry(ports, operator.id, at)
  if (gate.kind === 'wait') {
    throw new ProblemError('operator_locked', { isLocked: true, retryAfterMs: gate.waitMs })
  }
  const isRight = isSameText(expected, answer)
  const data = { operatorId: operator.id, by: 'telephone', isRight }
  const draft = { at, dataJson: JSON.stringify(data), amountPaise: ZERO_PAISE }
  if (!isRight) {
    ports.store.appendEvent({ ...draft, type: 'PIN_WRONG' })
    throw new ProblemError('unlock_refused')
  }
  ports.store.spendChallenge(operator.id, { ...draft, type: 'UNLOCK' })
}

function lockedOperator(
  { store, clock }: UnlockPorts,
  operatorCode: string,
): { operator: Operator; deviceId: string; deviceCode: string } {
  const operator = store.masters()?.operators.find(({ code }) => code === operatorCode)
  const device = store.device()
  if (operator === undefined || device === null) throw new ProblemError('operator_unknown')
  const at = clock.read()
  let gate: PinGate = { kind: 'go' }
  store.beginPinTry(operator.id, at, (lock) => {
    gate = pinGate(lock, at)
    return 'leave'
  })
  if (!isLocked(gate)) throw new ProblemError('operator_not_locked')
  return { operator, deviceId: device.deviceId, deviceCode: device.deviceCode }
}

/** Set inside the callback above; the compiler cannot see that. */
function isLocked(gate: PinGate): boolean {
  return gate.kind === 'locked'
}

/** Counted for itself, so that a wrong answer does not change the lock it is about. After the last wait each try waits as long. */
function countTry({ store }: UnlockPorts, operatorId: string, at: ClockReading): PinGate {
  let gate: PinGate = { kind: 'locked' }
  store.beginPinTry(unlockTryKey(operatorId), at, (lock) => {
    gate = waitGate(lock, at, delayOf(lock))
    return gate.kind === 'go' ? 'count' : 'leave'
  })
  return gate
}

function delayOf({ failures }: PinLock): number {
  return PIN_DELAYS_MS[Math.min(failures, PIN_DELAYS_MS.length - 1)] ?? 0
}

/** Under which name the tries of telephone codes are counted beside those of PINs. */
export function unlockTryKey(operatorId: string): string {
  return `unlock ${operatorId}`
}

/** Looks at every digit, whatever the first ones say. */
function isSameText(left: string, right: string): boolean {
  if (left.length !== right.length) return false
  let difference = 0
  for (let at = 0; at < left.length; at++) difference |= left.charCodeAt(at) ^ right.charCodeAt(at)
  return difference === 0
}
