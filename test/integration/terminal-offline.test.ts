// Goal: with a network that comes and goes, lies and loses answers, every payment the till acknowledged arrives exactly once and unchanged, in order,
// and the operator always sees the true state. The till is real; the integrator is a few lines over real HTTP.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Bill } from '#contract/bill.ts'
import { PIN, startFakeIntegrator, type FakeIntegrator, type Fault } from '#test/unit/host/fake-integrator.ts'
import {
  cashInput,
  findAndTake,
  problemOfCall,
  signInAndOpen,
  startKit,
  todaysBill,
  type HostKit,
} from '#test/unit/host/host-kit.ts'

let fake: FakeIntegrator
let kit: HostKit
let bills: Bill[]
beforeEach(async () => {
  bills = Array.from({ length: 12 }, () => todaysBill())
  fake = await startFakeIntegrator({ bills })
  kit = await startKit(fake)
  await signInAndOpen(kit.client)
  for (const bill of bills) await kit.client.bill.find({ text: bill.consumerCode })
})
afterEach(async () => {
  await kit.close()
  await fake.close()
})
const takeAll = async (some: readonly Bill[]): Promise<string[]> => {
  const ids: string[] = []
  for (const bill of some) {
    const { payments } = await findAndTake(kit.client, bill)
    ids.push(payments[0]!.paymentId)
  }
  return ids
}
const goOffline = async (fault: Fault = 'down') => {
  fake.setFault(fault)
  await kit.client.queue.sendNow().catch(() => undefined)
  await kit.until(({ link }) => !link.isOnline)
}

test('offline all day: bills from the cache, money on the disk; online again: everything arrives in order', async () => {
  await goOffline()
  const found = await kit.client.bill.find({ text: bills[0]!.consumerCode })
  expect(found.bills).toMatchObject([{ source: 'cache', obstacle: null }])
  const ids = await takeAll(bills)
  const away = await kit.client.terminal.status()
  expect(away.link.offlineSinceMs).not.toBeNull()
  expect(away.queue).toMatchObject({ waitingCount: 12, waitingPaise: 12 * 1_540_00 })
  const again = await kit.client.bill.find({ text: bills[0]!.consumerCode })
  expect(again.bills[0]?.obstacle?.code).toBe('bill_already_paid')
  expect((await problemOfCall(kit.client.queue.sendNow())).code).toBe('integrator_unreachable')

  await kit.restart()
  await kit.client.session.signIn({ operatorCode: '101', pin: PIN })
  expect((await kit.client.terminal.status()).queue.waitingCount).toBe(12)
  fake.setFault('none')
  // The till, which goes on by itself, may have sent them a moment before it is asked to.
  expect([0, 12]).toContain((await kit.client.queue.sendNow()).sentCount)
  await kit.until(({ queue }) => queue.waitingCount === 0)
  expect([...fake.state.held.keys()]).toEqual(ids)
  const payments = [...fake.state.held.values()].map(({ payment }) => payment)
  expect(payments.map(({ deviceSeq }) => deviceSeq)).toEqual(ids.map((_, at) => at + 1))
  expect(payments.every(({ isOffline }) => isOffline)).toBe(true)
  fake.post('POSTED')
  await kit.until(({ queue }) => queue.pendingCount === 0)
  const rows = await kit.client.receipt.search({ text: '' })
  expect(rows.every(({ standing }) => standing === 'final')).toBe(true)
})

test('an operator signs in with no network, by what the till has kept', async () => {
  await goOffline('hang')
  await kit.restart()
  expect((await problemOfCall(kit.client.session.signIn({ operatorCode: '101', pin: '000000' }))).code).toBe(
    'wrong_pin',
  )
  expect(await kit.client.session.signIn({ operatorCode: '101', pin: PIN })).toMatchObject({ code: '101' })
  await takeAll(bills.slice(0, 1))
})

describe.each<Fault>([
  'down',
  'html',
  'half',
  'other_shape',
  'reset_before',
  'reset_after',
  'hang',
  'too_many',
])('the batch meets: %s', (fault) => {
  test('nothing is lost, nothing arrives twice, and afterwards all of it is there', async () => {
    fake.setFault(fault, '/v1/records')
    const ids = await takeAll(bills.slice(0, 4))
    await kit.client.queue.sendNow().catch(() => undefined)
    expect((await kit.client.terminal.status()).shift?.receiptCount).toBe(4)
    const queue = await kit.client.queue.list()
    expect(queue.length).toBe(4)
    fake.setFault('none')
    await kit.client.queue.sendNow()
    await kit.until(({ queue: totals }) => totals.waitingCount === 0)
    expect([...fake.state.held.keys()].toSorted()).toEqual(ids.toSorted())
    for (const id of ids) {
      const { payment } = fake.state.held.get(id)!
      const { receipt } = await kit.client.receipt.get({ paymentId: id })
      expect(payment).toMatchObject({
        receiptNumber: receipt.receiptNumber,
        amountPaise: receipt.amountPaise,
      })
    }
  })
})

test('a refused record waits for a person while the others go through', async () => {
  await goOffline()
  const ids = await takeAll(bills.slice(0, 3))
  fake.state.refusing.add(ids[1]!)
  fake.setFault('none')
  await kit.client.queue.sendNow()
  const status = await kit.until(({ queue }) => queue.pendingCount === 2)
  expect(status.queue).toMatchObject({ waitingCount: 0, attentionCount: 1 })
  expect([...fake.state.held.keys()]).toEqual([ids[0], ids[2]])
})

test('held by DIGIT: the row and the receipt say so', async () => {
  const [id] = await takeAll(bills.slice(0, 1))
  await kit.until(({ queue }) => queue.pendingCount === 1)
  fake.post('SUSPENSE')
  const status = await kit.until(({ queue }) => queue.attentionCount === 1)
  expect(status.queue).toMatchObject({ waitingCount: 0, pendingCount: 0 })
  const { row, receipt, steps } = await kit.client.receipt.get({ paymentId: id! })
  expect(row).toMatchObject({ standing: 'held', reason: 'ALREADY_PAID', state: 'SUSPENSE' })
  expect(receipt.standing).toBe('held')
  expect(steps).toHaveLength(1)
  expect(await kit.client.queue.list()).toMatchObject([{ paymentId: id }])
})

test('a double tap while the network dies is one payment', async () => {
  const input = cashInput([bills[0]!])
  fake.setFault('reset_after')
  const [first, second] = await Promise.all([kit.client.payment.take(input), kit.client.payment.take(input)])
  expect(first.payments[0]?.receiptNumber).toBe(second.payments[0]?.receiptNumber)
  await kit.restart()
  await kit.client.session.signIn({ operatorCode: '101', pin: PIN })
  expect((await kit.client.payment.take(input)).payments[0]?.receiptNumber).toBe(
    first.payments[0]?.receiptNumber,
  )
  fake.setFault('none')
  await kit.client.queue.sendNow()
  expect(fake.state.held.size).toBe(1)
})
