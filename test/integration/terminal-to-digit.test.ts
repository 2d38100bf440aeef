// Goal: a payment all the way: found at DIGIT, taken at the till, handed to the integrator, posted once, and final on the receipt, also when
// the integrator was away. Every part is real: till, integrator with its PostgreSQL, sandbox with its billing engine.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DEMO_ENROLMENT_CODE, DEMO_PIN } from '#app/people/seed-demo.ts'
import { rupees } from '#contract/money.ts'
import { createVirtualCardTerminal } from '#drivers/virtual/card-terminal.ts'
import { settled as saleAtRest, wishFor } from '#test/unit/host/card-kit.ts'
import { cashInput, problemOfCall, startKit, type HostKit } from '#test/unit/host/host-kit.ts'
import {
  heldByDigit,
  startTestDatabases,
  startWorld,
  type TestDatabases,
  type World,
} from './integrator-kit.ts'

let databases: TestDatabases
let world: World
let kit: HostKit
beforeAll(async () => {
  databases = await startTestDatabases()
  world = await startWorld({ databaseUrl: await databases.create() })
  kit = await startKit(
    { url: world.integrator.url },
    {
      options: { enrolmentCode: DEMO_ENROLMENT_CODE },
      tuning: { mastersEveryMs: 60_000, cardTerminal: createVirtualCardTerminal() },
    },
  )
  await kit.client.session.signIn({ operatorCode: '101', pin: DEMO_PIN })
  await kit.client.shift.open({ denominations: [{ denominationPaise: rupees(100), count: 5 }] })
})
afterAll(async () => {
  await kit?.close()
  await world?.close()
  await databases?.close()
})

const settled = async () =>
  await kit.until(({ queue }) => queue.waitingCount === 0 && queue.pendingCount === 0)

test('found, taken, posted once, final; and what is paid is paid', async () => {
  const { bills } = await kit.client.bill.find({ text: 'PT-DVG-000001' })
  const bill = bills[0]!.bill
  expect(bills[0]).toMatchObject({ source: 'integrator', obstacle: null })
  const taken = await kit.client.payment.take(cashInput([bill]))
  const paymentId = taken.payments[0]!.paymentId
  expect(taken.isOffline).toBe(false)
  const { queue } = await settled()
  expect(queue.attentionCount).toBe(0)
  const { row, receipt, steps } = await kit.client.receipt.get({ paymentId })
  expect(row.standing).toBe('final')
  expect(receipt).toMatchObject({
    balancePaise: 0,
    municipalityName: expect.stringContaining('Devgaon') as string,
  })
  expect(steps.map(({ state }) => state)).toEqual(expect.arrayContaining(['RECEIVED', 'POSTING', 'POSTED']))
  const held = heldByDigit(world.sandbox, { id: paymentId } as never)
  expect(held).toHaveLength(1)
  expect(held[0]).toMatchObject({
    totalPaidPaise: bill.totalPaise,
    details: [{ receiptNumber: receipt.digitReceiptNumber, manualReceiptNumber: receipt.receiptNumber }],
  })
  expect((await problemOfCall(kit.client.payment.take(cashInput([bill])))).code).toBe('bill_already_paid')
})

test('by card: DIGIT gets the numbers of the terminal, and nobody typed them', async () => {
  const { bills } = await kit.client.bill.find({ text: 'PT-DVG-000009' })
  const { reference } = await kit.client.card.start(wishFor([bills[0]!.bill]))
  const sale = await saleAtRest(kit, reference)
  expect(sale.state).toBe('posted')
  await settled()
  const view = await kit.client.collection.get({ collectionId: sale.collectionId })
  expect(view.payments.map(({ standing, mode }) => [standing, mode])).toEqual([['final', 'CARD']])
  const [held] = heldByDigit(world.sandbox, { id: view.payments[0]!.paymentId } as never)
  expect(held).toMatchObject({ paymentMode: 'CARD', transactionNumber: sale.charged?.transactionNumber })
})

test('three bills of one payer, found by mobile, paid in one go', async () => {
  const { bills } = await kit.client.bill.find({ text: '9876500004' })
  expect(bills).toHaveLength(3)
  const found = bills.map(({ bill }) => bill)
  const taken = await kit.client.payment.take(cashInput(found))
  expect(taken.payments).toHaveLength(3)
  await settled()
  const view = await kit.client.collection.get({ collectionId: taken.collectionId })
  expect(view.payments.map(({ standing }) => standing)).toEqual(['final', 'final', 'final'])
  for (const { paymentId } of taken.payments) {
    expect(heldByDigit(world.sandbox, { id: paymentId } as never)).toHaveLength(1)
  }
})

test.each([
  ['TL-DVG-2026-000007', 'bill_fractional'],
  ['WS/DVG/2026-27/000006', 'nothing_due'],
])('%s is found, but cannot be paid: %s', async (text, code) => {
  const { bills } = await kit.client.bill.find({ text })
  expect(bills[0]?.obstacle?.code).toBe(code)
  const refused = await problemOfCall(kit.client.payment.take(cashInput([bills[0]!.bill])))
  expect(refused.code).toBe(code)
})

test('taken while the integrator is down, posted when it is back', async () => {
  const { bills } = await kit.client.bill.find({ text: 'PT-DVG-000012' })
  const bill = bills[0]!.bill
  await world.integrator.close()
  await kit.client.queue.sendNow().catch(() => undefined)
  await kit.until(({ link }) => !link.isOnline)
  const cached = await kit.client.bill.find({ text: 'PT-DVG-000012' })
  expect(cached.bills).toMatchObject([{ source: 'cache', obstacle: null }])
  const taken = await kit.client.payment.take(cashInput([bill]))
  expect(taken.isOffline).toBe(true)
  await world.restart()
  await kit.restart({ options: { integratorUrl: world.integrator.url } })
  await kit.client.session.signIn({ operatorCode: '101', pin: DEMO_PIN })
  await settled()
  const paymentId = taken.payments[0]!.paymentId
  expect((await kit.client.receipt.get({ paymentId })).row.standing).toBe('final')
  expect(heldByDigit(world.sandbox, { id: paymentId } as never)).toHaveLength(1)
})
