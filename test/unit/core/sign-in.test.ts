// Goal: an operator gets in with the right PIN, with or without network; nobody guesses a PIN by trying, by pulling the plug, by
// restarting or by moving the clock. Runs on the real store.
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Operator } from '#contract/api.ts'
import { ProblemError } from '#contract/problem.ts'
import { pinGate, signIn } from '#core/sign-in.ts'
import { verifyPin } from '#host/pin-check.ts'
import { operatorWith, PIN } from '#test/unit/host/fake-integrator.ts'
import { makeTill, takeOne, type TillKit } from '#test/unit/store/till-kit.ts'
import { sampleMasters } from './sample-bill.ts'

const supervisor = operatorWith({ id: 'op-9', code: '900', name: 'Farida Shaikh', role: 'supervisor' })
let till: TillKit
let isAway: boolean
let pins: Map<string, string>
beforeEach(() => {
  till = makeTill({ isShiftOpen: false })
  till.store.saveMasters(sampleMasters({ operators: [operatorWith(), supervisor] }))
  isAway = true
  pins = new Map([
    ['101', PIN],
    ['900', PIN],
  ])
})
afterEach(() => till.close())

const integrator = {
  signIn: async ({ operatorCode, pin }: { operatorCode: string; pin: string }): Promise<Operator> => {
    if (isAway) throw new ProblemError('integrator_unreachable')
    if (!pins.has(operatorCode)) throw new ProblemError('operator_unknown')
    if (pins.get(operatorCode) !== pin) throw new ProblemError('wrong_pin')
    return await Promise.resolve(operatorCode === '900' ? supervisor : operatorWith({ code: operatorCode }))
  },
}
const attempt = async (pin: string, operatorCode = '101'): Promise<string> =>
  await signIn({ store: till.store, integrator, verifyPin, clock: till.clock }, { operatorCode, pin }).then(
    ({ name }) => name,
    (error: unknown) => (error instanceof ProblemError ? error.code : Promise.reject(error)),
  )
const lockOut = async () => {
  for (let count = 0; count < 6; count++) {
    expect(await attempt('000000')).toBe('wrong_pin')
    till.clock.pass(600_000)
  }
}
const journalTypes = () => {
  const raw = new Database(till.file, { readonly: true })
  const rows = raw.prepare<[], { type: string }>('SELECT type FROM journal ORDER BY seq').all()
  raw.close()
  return rows.map(({ type }) => type)
}

describe('offline', () => {
  test('the right PIN by the cached verifier; a wrong one is refused', async () => {
    expect(await attempt('000000')).toBe('wrong_pin')
    expect(await attempt(PIN)).toBe('Meena Kulkarni')
    expect(await attempt(PIN, '555')).toBe('operator_unknown')
  })

  test('three tries at once, then waits of 30 s, 2 min and 10 min, then locked', async () => {
    for (let count = 0; count < 3; count++) expect(await attempt('000000')).toBe('wrong_pin')
    for (const waitMs of [30_000, 120_000, 600_000]) {
      expect(await attempt(PIN)).toBe('operator_locked')
      till.clock.pass(waitMs - 1)
      expect(await attempt(PIN)).toBe('operator_locked')
      till.clock.pass(1)
      expect(await attempt('000000')).toBe('wrong_pin')
    }
    till.clock.pass(86_400_000)
    expect(await attempt(PIN)).toBe('operator_locked')
  })

  test('the wall clock does not shorten a wait, and a restart of the machine begins it anew', async () => {
    for (let count = 0; count < 3; count++) await attempt('000000')
    till.clock.setWall(till.clock.now.wallMs + 86_400_000)
    expect(await attempt(PIN)).toBe('operator_locked')
    till.clock.reboot()
    expect(await attempt(PIN)).toBe('operator_locked')
    till.clock.pass(30_000)
    expect(await attempt(PIN)).toBe('Meena Kulkarni')
  })

  test('the failure is on the disk before the PIN is looked at', async () => {
    const stopped = signIn(
      {
        store: till.store,
        integrator,
        clock: till.clock,
        verifyPin: async () => {
          expect(till.store.beginPinTry('op-1', till.clock.read(), () => 'leave').failures).toBe(1)
          // The plug is pulled here: nothing after this runs.
          return await Promise.reject(new Error('power cut'))
        },
      },
      { operatorCode: '101', pin: PIN },
    )
    await expect(stopped).rejects.toThrow('power cut')
    till.reopen()
    expect(till.store.beginPinTry('op-1', till.clock.read(), () => 'leave').failures).toBe(1)
  })

  test('a right PIN clears the count', async () => {
    await attempt('000000')
    await attempt(PIN)
    expect(till.store.beginPinTry('op-1', till.clock.read(), () => 'leave').failures).toBe(0)
  })
})

describe('online', () => {
  test('the integrator decides, and the operator it knows is kept for later', async () => {
    isAway = false
    pins.set('101', '112233')
    expect(await attempt(PIN)).toBe('wrong_pin')
    expect(await attempt('112233')).toBe('Meena Kulkarni')
    pins.set('777', PIN)
    expect(await attempt(PIN, '777')).toBe('Meena Kulkarni')
    expect(await attempt(PIN, '555')).toBe('operator_unknown')
  })

  test('a locked operator stays locked even with the right PIN, until a supervisor signs in', async () => {
    await lockOut()
    isAway = false
    expect(await attempt(PIN)).toBe('operator_locked')
    expect(await attempt(PIN, '900')).toBe('Farida Shaikh')
    expect(await attempt(PIN)).toBe('Meena Kulkarni')
  })

  test('a supervisor who signs in offline frees nobody', async () => {
    await lockOut()
    expect(await attempt(PIN, '900')).toBe('Farida Shaikh')
    expect(await attempt(PIN)).toBe('operator_locked')
  })

  test('a locked supervisor gets in through the integrator only', async () => {
    for (let count = 0; count < 6; count++) {
      await attempt('000000', '900')
      till.clock.pass(600_000)
    }
    expect(await attempt(PIN, '900')).toBe('operator_locked')
    isAway = false
    expect(await attempt(PIN, '900')).toBe('Farida Shaikh')
  })
})

test('every failure, the lock and its end leave a trace in the journal', async () => {
  await lockOut()
  isAway = false
  await attempt(PIN, '900')
  const wrong = Array.from({ length: 5 }, () => 'PIN_WRONG')
  expect(journalTypes()).toEqual(['ENROL', ...wrong, 'LOCKOUT', 'LOGIN', 'UNLOCK'])
  till.reopen({ check: 'full' })
})

test('a supervisor accepts a clock that is behind the last record', async () => {
  till.close()
  till = makeTill()
  till.store.saveMasters(sampleMasters({ operators: [operatorWith(), supervisor] }))
  takeOne(till)
  till.clock.setWall(till.clock.now.wallMs - 86_400_000)
  expect(() => takeOne(till)).toThrow('clock of this machine is earlier')
  expect(await attempt(PIN)).toBe('Meena Kulkarni')
  expect(() => takeOne(till)).toThrow('clock of this machine is earlier')
  expect(await attempt(PIN, '900')).toBe('Farida Shaikh')
  takeOne(till)
})

test('the rule by itself', () => {
  const at = { wallMs: 0, monotonicMs: 100_000, bootId: 'b' }
  const lastTry = { monotonicMs: 90_000, bootId: 'b' }
  expect(pinGate({ failures: 2, lastTry }, at)).toEqual({ kind: 'go' })
  expect(pinGate({ failures: 3, lastTry }, at)).toEqual({ kind: 'wait', waitMs: 20_000 })
  expect(pinGate({ failures: 6, lastTry }, at)).toEqual({ kind: 'locked' })
})
