// Goal: an operator gets in with the right PIN, with or without network; nobody guesses a PIN by trying, by pulling the plug, by
// restarting or by moving the clock. Runs on the real store.
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Operator } from '#contract/api.ts'
import { ProblemError } from '#contract/problem.ts'
import { contactNow } from '#core/time/last-contact.ts'
import { OFFLINE_SIGN_IN_MS } from '#core/limits.ts'
import type { PinCheck } from '#core/ports.ts'
import { pinGate, signIn } from '#core/people/sign-in.ts'
import { createPinCheck } from '#host/identity/pin-check.ts'
import { operatorWith, PIN } from '#test/unit/host/fake-integrator.ts'
import { cashFor, keepBill, makeTill, take, takeOne, type TillKit } from '#test/unit/store/till-kit.ts'
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
const pinCheck = createPinCheck(() => null)
const portsOf = (changes: { pinCheck?: PinCheck; isUnattended?: boolean } = {}) => ({
  store: till.store,
  integrator,
  clock: till.clock,
  pinCheck,
  isUnattended: false,
  ...changes,
})
const attempt = async (pin: string, operatorCode = '101', changes: Parameters<typeof portsOf>[0] = {}) =>
  await signIn(portsOf(changes), { operatorCode, pin }).then(
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
    const isRight = async () => {
      expect(till.store.beginPinTry('op-1', till.clock.read(), () => 'leave').failures).toBe(1)
      // The plug is pulled here: nothing after this runs.
      return await Promise.reject(new Error('power cut'))
    }
    const stopped = signIn(portsOf({ pinCheck: { ...pinCheck, isRight } }), {
      operatorCode: '101',
      pin: PIN,
    })
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

describe('a till that was alone for long', () => {
  const contact = () => {
    const at = till.clock.read()
    till.store.saveContact(contactNow(at.wallMs, at, till.store.clockState()))
  }

  test('lets people in for 72 hours after the last contact, and not a minute longer', async () => {
    contact()
    till.clock.pass(OFFLINE_SIGN_IN_MS)
    expect(await attempt(PIN)).toBe('Meena Kulkarni')
    till.clock.pass(60_000)
    expect(await attempt(PIN)).toBe('sign_in_too_old')
    contact()
    expect(await attempt(PIN)).toBe('Meena Kulkarni')
  })

  test('says so without counting a try, and the integrator still lets people in', async () => {
    contact()
    till.clock.pass(OFFLINE_SIGN_IN_MS + 60_000)
    for (let count = 0; count < 10; count++) expect(await attempt('000000')).toBe('sign_in_too_old')
    expect(till.store.beginPinTry('op-1', till.clock.read(), () => 'leave').failures).toBe(0)
    isAway = false
    expect(await attempt(PIN)).toBe('Meena Kulkarni')
  })

  test('is not made younger by setting the clock back in the same boot', async () => {
    contact()
    till.clock.pass(OFFLINE_SIGN_IN_MS + 60_000)
    till.clock.setWall(till.clock.now.wallMs - OFFLINE_SIGN_IN_MS)
    expect(await attempt(PIN)).toBe('sign_in_too_old')
  })

  test('is not made younger by setting the clock back and starting the machine anew', async () => {
    contact()
    const atContactMs = till.clock.now.wallMs
    for (let day = 0; day < 3; day++) {
      till.clock.pass(86_400_000)
      expect(await attempt(PIN)).toBe('Meena Kulkarni')
      till.clock.setWall(atContactMs)
      till.clock.reboot()
    }
    till.clock.pass(3_600_000)
    expect(await attempt(PIN)).toBe('sign_in_too_old')
  })

  test('is not made younger by a clock that ran ahead at the contact', async () => {
    till.clock.setWall(till.clock.now.wallMs + 30 * 86_400_000)
    const at = till.clock.read()
    till.store.saveContact(contactNow(at.wallMs - 30 * 86_400_000, at, till.store.clockState()))
    till.clock.reboot()
    till.clock.setWall(at.wallMs - 26 * 86_400_000)
    expect(await attempt(PIN)).toBe('sign_in_too_old')
  })

  test('remembers what was recorded after the contact', async () => {
    till.close()
    till = makeTill()
    till.store.saveMasters(sampleMasters({ operators: [operatorWith(), supervisor] }))
    contact()
    till.clock.pass(OFFLINE_SIGN_IN_MS + 60_000)
    const { billDateMs } = keepBill(till.store)
    const bill = keepBill(till.store, { expiresAtMs: (billDateMs ?? 0) + 30 * 86_400_000 })
    take(till, cashFor([bill]))
    till.clock.setWall(till.clock.now.wallMs - OFFLINE_SIGN_IN_MS)
    till.clock.reboot()
    expect(await attempt(PIN)).toBe('sign_in_too_old')
  })

  test('a record from before contacts were noted counts from its masters', async () => {
    expect(till.store.lastContact()).toBeNull()
    till.clock.pass(OFFLINE_SIGN_IN_MS + 60_000)
    expect(await attempt(PIN)).toBe('sign_in_too_old')
  })

  test('a PIN that only the office can check is not tried here', async () => {
    const peppered = { ...operatorWith().pinVerifier, kind: 'peppered' as const }
    till.store.saveMasters(sampleMasters({ operators: [operatorWith({ pinVerifier: peppered })] }))
    expect(await attempt(PIN)).toBe('sign_in_too_old')
    expect(till.store.beginPinTry('op-1', till.clock.read(), () => 'leave').failures).toBe(0)
  })
})

test('the account of a kiosk works on a machine that nobody attends only', async () => {
  const kiosk = operatorWith({ id: 'op-5', code: '500', name: 'Kiosk 1', role: 'kiosk' })
  till.store.saveMasters(sampleMasters({ operators: [kiosk] }))
  expect(await attempt(PIN, '500')).toBe('role_not_allowed')
  expect(await attempt(PIN, '500', { isUnattended: true })).toBe('Kiosk 1')
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
