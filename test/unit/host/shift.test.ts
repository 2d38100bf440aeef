// Goal: through the procedures, with PIN, printer and limits: cash is handed in to a supervisor without changing who is signed in, the
// limit lets cash go on again, a shift is counted blind and closed with its Z report, and the next one opens.
import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Bill } from '#contract/bill.ts'
import { DEFAULT_LIMITS } from '#contract/limits.ts'
import { rupees } from '#contract/money.ts'
import type { CashAmount } from '#rpc/shift.ts'
import { operatorWith, PIN, startFakeIntegrator, type FakeIntegrator } from './fake-integrator.ts'
import {
  cashInput,
  findAndTake,
  problemOfCall,
  signInAndOpen,
  startKit,
  todaysBill,
  type HostKit,
} from './host-kit.ts'

let fake: FakeIntegrator
let kit: HostKit
let bills: Bill[]
beforeEach(async () => {
  bills = Array.from({ length: 4 }, () => todaysBill({ totalPaise: rupees(1_000) }))
  const limits = { ...DEFAULT_LIMITS, cashInHandPaise: rupees(1_600) }
  const operators = [
    operatorWith(),
    operatorWith({ id: 'op-s', code: '901', name: 'Ravi Iyer', role: 'supervisor' }),
  ]
  fake = await startFakeIntegrator({ bills, masters: { limits, operators } })
  fake.state.pins.set('901', PIN)
  kit = await startKit(fake)
  await signInAndOpen(kit.client)
})
afterEach(async () => {
  await kit.close()
  await fake.close()
})

const amount = (value: number): CashAmount => ({ by: 'amount', amountPaise: rupees(value) })
const handIn = (value: number, { operatorCode = '901', pin = PIN, handInId = randomUUID() } = {}) =>
  kit.client.shift.handIn({ handInId, cash: amount(value), receiver: { operatorCode, pin } })
const count = (notesOf100: number) =>
  kit.client.shift.count({
    countId: randomUUID(),
    denominations: [{ denominationPaise: rupees(100), count: notesOf100 }],
  })

test('the way out of the limit: hand in, and cash goes on', async () => {
  await findAndTake(kit.client, bills[0]!)
  const full = await problemOfCall(
    kit.client.bill
      .find({ text: bills[1]!.consumerCode })
      .then(() => kit.client.payment.take(cashInput([bills[1]!]))),
  )
  expect(full.code).toBe('limit_reached')
  const record = await handIn(1_000)
  expect(record).toMatchObject({
    shiftNumber: 1,
    number: 1,
    amountPaise: rupees(1_000),
    receivedById: 'op-s',
  })
  const status = await kit.client.terminal.status()
  expect(status.operator?.code).toBe('101')
  expect(status.shift).toMatchObject({
    cashInHandPaise: rupees(500),
    collectedPaise: rupees(1_000),
    receiptCount: 1,
  })
  expect(status.limits).toEqual([])
  const again = await kit.client.payment.take(cashInput([bills[1]!]))
  expect(again.payments).toHaveLength(1)
  const report = await kit.client.shift.report()
  expect(report.handIns).toEqual([record])
  expect(report.cashInHandPaise).toBe(rupees(1_500))
})

test('a wrong PIN, a cashier, oneself and more than is there are refused; the same call again is done once', async () => {
  expect(await problemOfCall(handIn(100, { pin: '000000' }))).toMatchObject({ code: 'wrong_pin' })
  expect(await problemOfCall(handIn(100, { operatorCode: '101' }))).toMatchObject({
    code: 'second_person_needed',
  })
  expect(await problemOfCall(handIn(100, { operatorCode: '999' }))).toMatchObject({
    code: 'operator_unknown',
  })
  expect(await problemOfCall(handIn(501))).toMatchObject({
    code: 'cash_not_enough',
    data: { amountPaise: rupees(501), cashInHandPaise: rupees(500) },
  })
  const handInId = randomUUID()
  const first = await handIn(200, { handInId })
  expect(await handIn(200, { handInId })).toEqual(first)
  expect((await kit.client.terminal.status()).shift?.cashInHandPaise).toBe(rupees(300))
})

test('without the network too: the supervisor is checked by this till', async () => {
  await kit.client.session.signOut()
  await kit.client.session.signIn({ operatorCode: '101', pin: PIN })
  fake.setFault('down')
  expect(await handIn(100)).toMatchObject({ number: 1 })
  const counted = await count(4)
  const close = await kit.client.shift.close({ closeId: randomUUID(), countId: counted.id, reason: null })
  expect(close.differencePaise).toBe(0)
})

test('counted, closed, printed; the next shift opens, and receipts stay', async () => {
  await findAndTake(kit.client, bills[0]!)
  const record = await handIn(300)
  expect(await kit.client.shift.print({ recordId: record.id })).toEqual({ state: 'printed', problem: null })
  const slip = kit.slips().join('\n')
  expect(slip).toContain('CASH HANDED IN 1-1')
  expect(slip).toContain('FOR THE SAFE')
  expect(slip).toContain('FOR THE TILL')
  expect(slip).toContain('Three Hundred')

  const counted = await count(11)
  expect(counted).toMatchObject({ expectedPaise: rupees(1_200), differencePaise: rupees(-100) })
  const closeId = randomUUID()
  const refused = await problemOfCall(kit.client.shift.close({ closeId, countId: counted.id, reason: null }))
  expect(refused).toMatchObject({ code: 'difference_unexplained', data: { differencePaise: rupees(-100) } })
  const wish = { closeId, countId: counted.id, reason: 'change given twice' }
  const close = await kit.client.shift.close(wish)
  expect(await kit.client.shift.close(wish)).toEqual(close)
  expect(close).toMatchObject({ number: 1, receiptCount: 1, reason: 'change given twice' })
  expect((await kit.client.terminal.status()).shift).toBeNull()
  expect(await kit.client.shift.lastClose()).toEqual(close)
  expect(await kit.client.shift.print({ recordId: close.id })).toMatchObject({ state: 'printed' })
  const z = kit.slips().join('\n')
  for (const words of [
    'Z REPORT - SHIFT 1',
    'Short',
    '1,200.00',
    '1,100.00',
    'change given twice',
    'Last receipt',
  ])
    expect(z).toContain(words)
  expect(z.replaceAll(/\s+/g, '')).toContain(close.headHash)

  expect((await problemOfCall(kit.client.shift.report())).code).toBe('shift_not_open')
  expect((await problemOfCall(kit.client.shift.print({ recordId: counted.id }))).code).toBe('input_invalid')
  expect(await kit.client.shift.open({ denominations: [] })).toMatchObject({ number: 2, cashInHandPaise: 0 })
  expect(await kit.client.receipt.search({ text: '' })).toHaveLength(1)
  await kit.restart()
  await kit.client.session.signIn({ operatorCode: '101', pin: PIN })
  expect(await kit.client.shift.lastClose()).toEqual(close)
})

test('a drawer that somebody left open: another cashier may not, a supervisor may close it', async () => {
  await kit.client.session.signOut()
  await kit.client.session.signIn({ operatorCode: '901', pin: PIN })
  const report = await kit.client.shift.report()
  expect(report.number).toBe(1)
  const counted = await count(5)
  const close = await kit.client.shift.close({ closeId: randomUUID(), countId: counted.id, reason: null })
  expect(close.closedById).not.toBe(close.operatorId)
  expect((await kit.client.terminal.status()).shift).toBeNull()
})

test('without a printer the screen is what there is', async () => {
  await kit.restart({ options: { printer: 'none' } })
  await kit.client.session.signIn({ operatorCode: '101', pin: PIN })
  const record = await handIn(100)
  expect((await problemOfCall(kit.client.shift.print({ recordId: record.id }))).code).toBe('printer_absent')
})
