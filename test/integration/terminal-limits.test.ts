// Goal: limits that the office sends with the masters warn on the status and stop cash, not a cheque, over the real till, its store on
// disk and HTTP; evidence and consent arrive at the integrator as they were; a wrong clock is told and never keeps money from going there.
import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Bill } from '#contract/bill.ts'
import { DEFAULT_LIMITS } from '#contract/limits.ts'
import { rupees } from '#contract/money.ts'
import { startFakeIntegrator, type FakeIntegrator } from '#test/unit/host/fake-integrator.ts'
import {
  cashInput,
  findAndTake,
  problemOfCall,
  signInAndOpen,
  startKit,
  todaysBill,
  type HostKit,
} from '#test/unit/host/host-kit.ts'
import { testClock } from '#test/unit/store/till-kit.ts'

let fake: FakeIntegrator
let kit: HostKit
let bills: Bill[]
const clock = testClock()
beforeEach(async () => {
  Object.assign(clock.now, { wallMs: Date.now(), monotonicMs: 10_000, bootId: randomUUID() })
  bills = Array.from({ length: 6 }, () =>
    todaysBill({ totalPaise: rupees(1_000), rules: { isPartPaymentAllowed: true } }),
  )
  // The float is ₹500.
  const limits = { ...DEFAULT_LIMITS, cashInHandPaise: rupees(3_000) }
  fake = await startFakeIntegrator({ bills, masters: { limits } })
  kit = await startKit(fake, { tuning: { clock } })
  await signInAndOpen(kit.client)
})
afterEach(async () => {
  await kit.close()
  await fake.close()
})
const heldBy = async (paymentId: string) => {
  await kit.until(({ queue }) => queue.waitingCount === 0)
  return fake.state.held.get(paymentId)!.payment
}

test('at 80 % the till warns, at 100 % it stops cash and nothing else', async () => {
  expect((await kit.client.terminal.status()).limits).toEqual([])
  await findAndTake(kit.client, bills[0]!)
  await findAndTake(kit.client, bills[1]!)
  expect((await kit.client.terminal.status()).limits).toEqual([
    { limit: 'cashInHand', level: 'warn', value: 2_500_00, max: 3_000_00 },
  ])
  await kit.client.bill.find({ text: bills[2]!.consumerCode })
  const cash = cashInput([bills[2]!])
  const data = { limit: 'cashInHand', limitPaise: 3_000_00, valuePaise: 3_500_00 }
  expect((await kit.client.payment.check(cash)).problem).toMatchObject({ code: 'limit_reached', data })
  expect(await problemOfCall(kit.client.payment.take(cash))).toEqual({ code: 'limit_reached', data })
  const instrument = {
    mode: 'CHEQUE',
    number: '004512',
    dateMs: clock.now.wallMs - 86_400_000,
    bank: 'State Bank',
    ifsc: null,
  } as const
  expect((await kit.client.payment.take({ ...cash, instrument })).totalPaise).toBe(1_000_00)
  const half = { ...bills[3]!, totalPaise: rupees(500) }
  await kit.client.bill.find({ text: half.consumerCode })
  await kit.client.payment.take(cashInput([half]))
  expect((await kit.client.terminal.status()).limits).toMatchObject([{ limit: 'cashInHand', level: 'stop' }])
})

test('evidence and consent come to the integrator as they were', async () => {
  await kit.client.bill.find({ text: bills[0]!.consumerCode })
  const consent = { isPartAgreed: true, isAdvanceAgreed: false }
  const { payments } = await kit.client.payment.take({ ...cashInput([bills[0]!]), consent })
  const { evidence, collectedAtMs } = await heldBy(payments[0]!.paymentId)
  expect(evidence).toEqual({
    source: 'integrator',
    packId: null,
    ...consent,
    earliestMs: collectedAtMs,
    latestMs: collectedAtMs,
  })
  const { receipt } = await kit.client.receipt.get({ paymentId: payments[0]!.paymentId })
  expect(receipt.agreed).toEqual(consent)
})

test('a clock that is off is told, far off it stops money, and what is recorded is handed over all the same', async () => {
  expect((await kit.client.terminal.status()).clock.level).toBe('ok')
  await kit.client.bill.find({ text: bills[0]!.consumerCode })
  fake.setFault('down')
  const { payments } = await kit.client.payment.take(cashInput([bills[0]!]))
  clock.setWall(clock.now.wallMs + 20 * 60_000)
  expect((await kit.client.terminal.status()).clock.level).toBe('warn')
  clock.setWall(clock.now.wallMs - 400 * 86_400_000)
  expect((await kit.client.terminal.status()).clock.level).toBe('stop')
  const refused = await problemOfCall(kit.client.payment.take(cashInput([bills[1]!])))
  expect(refused.code).toBe('clock_far_off')
  fake.setFault('none')
  await kit.client.queue.sendNow().catch(() => undefined)
  expect((await heldBy(payments[0]!.paymentId)).id).toBe(payments[0]!.paymentId)
})
