// Goal: a locked operator is freed on a till without network by the digits of the office, once, on this till and for this operator only;
// guessing is counted before the digits are looked at, and nothing is ever wiped. Runs on the real store.
import { createHmac } from 'node:crypto'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { unlockDigits, unlockText } from '#contract/device-secrets-api.ts'
import { ProblemError } from '#contract/problem.ts'
import { pinGate } from '#core/people/sign-in.ts'
import { unlock, unlockChallenge, type UnlockPorts } from '#core/people/unlock.ts'
import { operatorWith } from '#test/unit/host/fake-integrator.ts'
import { DEVICE, makeTill, type TillKit } from '#test/unit/store/till-kit.ts'
import { sampleMasters } from './sample-bill.ts'

const colleague = operatorWith({ id: 'op-2', code: '102', name: 'Ravi Solanki', role: 'collector' })
let till: TillKit
let ports: UnlockPorts
let secret: string | null
beforeEach(() => {
  till = makeTill({ isShiftOpen: false })
  till.store.saveMasters(sampleMasters({ operators: [operatorWith(), colleague] }))
  secret = 'secret of this till'
  ports = {
    store: till.store,
    clock: till.clock,
    randomBelow: () => 483_919,
    answerTo: (question) => (secret === null ? null : officeSays(secret, question)),
  }
})
afterEach(() => till.close())

const officeSays = (key: string, question: Parameters<typeof unlockText>[0]): string =>
  unlockDigits(createHmac('sha256', key).update(unlockText(question)).digest())
const lockOf = (operatorId: string) => till.store.beginPinTry(operatorId, till.clock.read(), () => 'leave')
const lockOut = (operatorId = 'op-1') => {
  for (let count = 0; count < 6; count++) till.store.beginPinTry(operatorId, till.clock.read(), () => 'count')
}
const isLocked = (operatorId = 'op-1') => pinGate(lockOf(operatorId), till.clock.read()).kind === 'locked'
const codeOf = (work: () => unknown): string => {
  try {
    work()
    return 'none'
  } catch (error) {
    if (error instanceof ProblemError) return error.code
    throw error
  }
}
const tryAnswer = (answer: string, operatorCode = '101') =>
  codeOf(() => unlock(ports, { operatorCode, answer }))
const rightAnswer = (changes: Partial<Parameters<typeof unlockText>[0]> = {}) => {
  const { challenge } = unlockChallenge(ports, '101')
  const question = { deviceId: DEVICE.deviceId, operatorCode: '101', challenge, ...changes }
  return officeSays('secret of this till', question)
}

test('the digits of the office free the operator, and only once', () => {
  lockOut()
  const shown = unlockChallenge(ports, '101')
  expect(shown).toEqual({ deviceCode: '0417', operatorCode: '101', challenge: '483920' })
  const answer = rightAnswer()
  expect(answer).toMatch(/^\d{8}$/)
  expect(tryAnswer(answer)).toBe('none')
  expect(isLocked()).toBe(false)
  expect(tryAnswer(answer)).toBe('operator_not_locked')
  lockOut()
  expect(tryAnswer(answer)).toBe('unlock_refused')
  expect(unlockChallenge(ports, '101').challenge).toBe('483921')
  expect(tryAnswer(answer)).toBe('unlock_refused')
  expect(isLocked()).toBe(true)
})

test.each([
  ['of another till', { deviceId: 'device-2' }],
  ['for another operator', { operatorCode: '102' }],
  ['for another challenge', { challenge: '111111' }],
])('digits %s free nobody', (_name, changes) => {
  lockOut()
  expect(tryAnswer(rightAnswer(changes))).toBe('unlock_refused')
  expect(isLocked()).toBe(true)
})

test('a colleague who is locked too stays locked', () => {
  lockOut()
  lockOut('op-2')
  expect(tryAnswer(rightAnswer())).toBe('none')
  expect([isLocked('op-1'), isLocked('op-2')]).toEqual([false, true])
})

test('the challenge stays the same over a restart, and the guesses stay counted', () => {
  lockOut()
  const answer = rightAnswer()
  for (let count = 0; count < 3; count++) expect(tryAnswer('00000000')).toBe('unlock_refused')
  expect(tryAnswer(answer)).toBe('operator_locked')
  till.reopen({ check: 'full' })
  ports = { ...ports, store: till.store, randomBelow: () => 1 }
  expect(unlockChallenge(ports, '101').challenge).toBe('483920')
  till.clock.setWall(till.clock.now.wallMs + 86_400_000)
  expect(tryAnswer(answer)).toBe('operator_locked')
  till.clock.pass(30_000)
  expect(tryAnswer(answer)).toBe('none')
})

test('after many guesses each one still costs ten minutes, and the right digits still count', () => {
  lockOut()
  const answer = rightAnswer()
  for (let count = 0; count < 20; count++) {
    tryAnswer('00000000')
    till.clock.pass(600_000)
  }
  tryAnswer('00000000')
  till.clock.pass(599_999)
  expect(tryAnswer(answer)).toBe('operator_locked')
  till.clock.pass(1)
  expect(tryAnswer(answer)).toBe('none')
})

test('there is nothing to unlock for who is not locked, not known, or on a till without its secret', () => {
  expect(codeOf(() => unlockChallenge(ports, '101'))).toBe('operator_not_locked')
  expect(codeOf(() => unlockChallenge(ports, '555'))).toBe('operator_unknown')
  lockOut()
  expect(tryAnswer('00000000')).toBe('unlock_refused')
  secret = null
  expect(codeOf(() => unlockChallenge(ports, '101'))).toBe('unlock_unavailable')
})
