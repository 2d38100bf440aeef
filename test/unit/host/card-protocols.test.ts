// Goal: the whole till with a terminal that speaks ZVT over a socket, its ledger held against the till's record: approved, declined, and a
// line that breaks after the card was charged, also with the till started anew in between.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startVirtualZvtTerminal, type VirtualZvtServer } from '#drivers/virtual/zvt-terminal-server.ts'
import { charge } from './card-kit.ts'
import { PIN, startFakeIntegrator, type FakeIntegrator } from './fake-integrator.ts'
import { cashInput, problemOfCall, signInAndOpen, startKit, todaysBill, type HostKit } from './host-kit.ts'

let zvt: VirtualZvtServer
let fake: FakeIntegrator
let kit: HostKit
const bills = [todaysBill(), todaysBill()] as const
beforeEach(async () => {
  zvt = await startVirtualZvtTerminal({ port: 0 })
  fake = await startFakeIntegrator({ bills: [...bills] })
  kit = await startKit(fake, {
    options: { cardTerminal: `zvt:tcp://127.0.0.1:${zvt.port}` },
    tuning: { cardAskAgainMs: [] },
  })
  await signInAndOpen(kit.client)
  for (const { consumerCode } of bills) await kit.client.bill.find({ text: consumerCode })
})
afterEach(async () => {
  await kit.close()
  await fake.close()
  await zvt.close()
})

const paidPaise = async (): Promise<number> =>
  (await kit.client.receipt.search({ text: '' })).reduce((sum, { amountPaise }) => sum + amountPaise, 0)

test('approved: one payment of what the terminal charged, with its own number', async () => {
  const sale = await charge(kit, [bills[0]])
  expect(sale).toMatchObject({ state: 'posted', amountPaise: bills[0].totalPaise })
  expect(await paidPaise()).toBe(zvt.terminal.chargedPaise())
  expect(sale.charged?.amountPaise).toBe(bills[0].totalPaise)
})

test('declined: nothing is charged and the bill is free', async () => {
  zvt.terminal.setFaults({ outcome: 'declined' })
  expect((await charge(kit, [bills[0]])).state).toBe('declined')
  expect(zvt.terminal.chargedPaise()).toBe(0)
  expect((await kit.client.payment.take(cashInput([bills[0]]))).payments).toHaveLength(1)
})

test('the line breaks after the charge: not known, then found by asking, and paid once', async () => {
  zvt.terminal.setFaults({ cutAt: 'after_capture' })
  const sale = await charge(kit, [bills[0]])
  expect(sale.state).toBe('unknown')
  expect(zvt.terminal.chargedPaise()).toBe(bills[0].totalPaise)
  expect((await problemOfCall(kit.client.payment.take(cashInput([bills[0]])))).code).toBe('card_sale_open')
  zvt.terminal.setFaults({})
  await kit.restart()
  await kit.client.session.signIn({ operatorCode: '101', pin: PIN })
  await expect
    .poll(async () => (await kit.client.card.progress({ reference: sale.reference })).state)
    .toBe('approved')
  expect((await kit.client.card.post({ reference: sale.reference })).payments).toHaveLength(1)
  expect(await paidPaise()).toBe(zvt.terminal.chargedPaise())
})
