// Goal: billing learns of payments later, once, and sometimes wrongly; every such way can be shown.
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { apportion } from '#sandbox/billing/apportion.ts'
import type { BillRow } from '#sandbox/state/rows.ts'
import { sampleOf } from '#sandbox/seed/sample-consumers.ts'
import { at, billsOf, codesOf, devgaon, paymentOf, paymentsOf, startRig } from './rig.ts'
import type { Rig } from './rig.ts'

let rig: Rig
beforeEach(async () => {
  rig = await startRig()
})
afterEach(() => rig.close())

const statusOf = async (billId: string) =>
  billsOf(await rig.post(`/billing-service/bill/v2/_search?tenantId=${devgaon}&billId=${billId}`))[0]?.status
const auditsOf = () => rig.admin.audits().map((audit) => audit.status)

test('quirk 19: a part payment ends in bill status PAID and the rest comes in a new bill', async () => {
  const bill = await rig.billOf('plain-due')
  await rig.paid(bill, { amount: 900 })
  expect(await statusOf(bill.id)).toBe('PAID')
  const rest = await rig.billOf('plain-due')
  expect(rest.id).not.toBe(bill.id)
  expect(rest.totalAmount).toBe(1200)
})

test('until billing has handled the event the old bill is offered with its full amount', async () => {
  rig.admin.setSettings({ backUpdateDelayMs: null })
  const bill = await rig.billOf('plain-due')
  await rig.paid(bill)
  expect((await rig.billOf('plain-due')).id).toBe(bill.id)
  expect(codesOf(await rig.pay(bill))).toEqual(['BILL_ALREADY_PAID'])
  expect(rig.admin.counters().pendingEventCount).toBe(1)
  expect(rig.admin.releaseEvents()).toBe(1)
  expect(billsOf(await rig.fetchBill('plain-due'))).toEqual([])
})

test('a delayed event is handled by itself', async () => {
  rig.admin.setSettings({ backUpdateDelayMs: 40 })
  const bill = await rig.billOf('plain-due')
  await rig.paid(bill)
  expect(await statusOf(bill.id)).toBe('ACTIVE')
  await expect.poll(() => statusOf(bill.id)).toBe('PAID')
})

test('quirk 34: a payment over two services leaves the other bill ACTIVE at its old amount', async () => {
  const water = await rig.billOf('one-payer-water')
  const property = await rig.billOf('one-payer-property')
  const both = paymentOf(water, { totalAmountPaid: 3640 })
  both.paymentDetails.push({ billId: property.id, businessService: 'PT', totalAmountPaid: 2100 })
  expect((await rig.post('/collection-services/payments/_create', { Payment: both })).status).toBe(200)
  expect(await statusOf(water.id)).toBe('PAID')
  expect(await statusOf(property.id)).toBe('ACTIVE')
  const offered = await rig.billOf('one-payer-property')
  expect(offered.id).toBe(property.id)
  expect(codesOf(await rig.pay(offered))).toEqual(['BILL_ALREADY_PAID'])
  const demands = rig.admin.demands(sampleOf('one-payer-property'))
  expect(demands.map((demand) => demand.isPaymentCompleted)).toEqual([true])
})

test('quirk 51: the event leaves before the commit, so billing can know of a payment that does not exist', async () => {
  rig.admin.faults.add({ kind: 'commit-failure', operation: 'create-payment' })
  const bill = await rig.billOf('plain-due')
  expect(codesOf(await rig.pay(bill))).toEqual(['TransactionSystemException'])
  expect(paymentsOf(await rig.search('PT', { billIds: bill.id }))).toEqual([])
  expect(billsOf(await rig.fetchBill('plain-due'))).toEqual([])
})

test('an event delivered twice is counted once', async () => {
  rig.admin.faults.add({ kind: 'redeliver-event', operation: 'create-payment' })
  await rig.paid(await rig.billOf('plain-due'), { amount: 500 })
  expect(auditsOf()).toEqual(['done', 'duplicate'])
  expect((await rig.billOf('plain-due')).totalAmount).toBe(1600)
})

test('a failed back-update leaves the dues open and only an audit row', async () => {
  rig.admin.faults.add({ kind: 'back-update-failure', operation: 'create-payment' })
  const bill = await rig.billOf('plain-due')
  await rig.paid(bill)
  expect(auditsOf()).toEqual(['failed'])
  expect((await rig.billOf('plain-due')).id).toBe(bill.id)
  expect(paymentsOf(await rig.search('PT', { billIds: bill.id }))).toHaveLength(1)
})

test('two bill ids of one consumer can both be paid: collection does not look at the status', async () => {
  const first = await rig.billOf('plain-due')
  rig.admin.changeTax({ ...sampleOf('plain-due'), taxHeadCode: 'PT_TAX', taxRupees: 2000 })
  const second = await rig.billOf('plain-due')
  expect(second.id).not.toBe(first.id)
  expect((await rig.pay(second)).status).toBe(200)
  expect((await rig.pay(first)).status).toBe(200)
  expect(auditsOf()).toEqual(['done', 'failed'])
  expect(rig.admin.audits()[1]?.error).toMatch(/exceed/)
})

test('an overpayment becomes an advance that lowers the next bill', async () => {
  const sample = sampleOf('one-payer-water')
  await rig.paid(await rig.billOf('one-payer-water'), { amount: 2000 })
  rig.admin.postDemand({ ...sample, taxHeadCode: 'WS_CHARGE', taxRupees: 1000 })
  const next = await rig.billOf('one-payer-water')
  expect(next.totalAmount).toBe(540)
  const payment = await rig.paid(next)
  const heads = payment.paymentDetails[0]?.bill?.billDetails?.flatMap((detail) =>
    detail.billAccountDetails.map((line) => [line.taxHeadCode, line.adjustedAmount]),
  )
  expect(heads).toContainEqual(['WS_ADVANCE_CARRYFORWARD', -460])
  expect(billsOf(await rig.fetchBill('one-payer-water'))).toEqual([])
  expect(rig.admin.demands(sample).every((demand) => demand.isPaymentCompleted)).toBe(true)
})

test('an overpayment where no advance is allowed is refused', async () => {
  expect(codesOf(await rig.pay(await rig.billOf('plain-due'), { amount: 9000 }))).toEqual([
    'INVALID_PAYMENTDETAIL',
  ])
})

test('quirk 53: a part payment fills the oldest period first and small heads before large ones', async () => {
  const bill = await rig.billOf('many-periods')
  const payment = await rig.paid(bill, { amount: 1000 })
  const details = payment.paymentDetails[0]?.bill?.billDetails ?? []
  expect(details.map((detail) => detail.amountPaid)).toEqual([1000, 0, 0])
  const heads = Object.fromEntries(
    (details[0]?.billAccountDetails ?? []).map((line) => [line.taxHeadCode, line.adjustedAmount]),
  )
  expect(heads).toEqual({ PT_FIRE_CESS: 90, PT_TIME_PENALTY: 180, PT_TIME_INTEREST: 216, PT_TAX: 514 })
})

test('heads of equal amount are filled in tax-head order', () => {
  const bill = billOf([
    [
      ['PT_TAX', 3, 10_000],
      ['PT_TIME_INTEREST', 1, 10_000],
    ],
  ])
  apportion(bill, 15_000, false)
  expect(bill.details[0]?.accounts.map((line) => [line.taxHeadCode, line.adjustedPaise])).toEqual([
    ['PT_TAX', 5000],
    ['PT_TIME_INTEREST', 10_000],
  ])
})

test('a rebate is taken in full even by a part payment', async () => {
  const payment = await rig.paid(await rig.billOf('rebate'), { amount: 100 })
  const lines = payment.paymentDetails[0]?.bill?.billDetails?.[0]?.billAccountDetails ?? []
  expect(lines.find((line) => line.taxHeadCode === 'PT_TIME_REBATE')?.adjustedAmount).toBe(-150)
  expect(lines.reduce((sum, line) => sum + (line.adjustedAmount ?? 0), 0)).toBe(100)
})

test('for any bill and amount, apportioning keeps the sum and never fills a head beyond its due', () => {
  const line = fc.tuple(
    fc.constantFrom('WS_CHARGE', 'WS_TIME_PENALTY', 'WS_TIME_INTEREST'),
    fc.nat(3),
    fc.integer({ min: 0, max: 500_000 }),
  )
  fc.assert(
    fc.property(
      fc.array(fc.array(line, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 4 }),
      fc.nat(4_000_000),
      (periods, paidPaise) => {
        const bill = billOf(periods)
        apportion(bill, paidPaise, true)
        const lines = bill.details.flatMap((detail) => detail.accounts)
        const advancePaise = lines
          .filter((item) => item.taxHeadCode.includes('ADVANCE'))
          .reduce((sum, item) => sum - item.amountPaise, 0)
        const adjustedPaise = lines.reduce((sum, item) => sum + item.adjustedPaise, 0)
        expect(adjustedPaise + advancePaise).toBe(paidPaise)
        expect(advancePaise).toBe(Math.max(0, paidPaise - bill.totalPaise))
        for (const item of lines.filter((other) => !other.taxHeadCode.includes('ADVANCE'))) {
          expect(item.adjustedPaise).toBeGreaterThanOrEqual(0)
          expect(item.adjustedPaise).toBeLessThanOrEqual(item.amountPaise)
        }
      },
    ),
  )
})

test('money is conserved: what was collected plus what is due equals what was asked, after any order of events', async () => {
  const sample = sampleOf('one-payer-water')
  const dueOf = () =>
    rig.admin
      .demands(sample)
      .flatMap((demand) => demand.lines)
      .reduce((sum, line) => sum + line.taxPaise - line.collectedPaise, 0)
  const start = dueOf()
  let paidPaise = 0
  for (const amount of [100, 340, 800]) {
    const payment = await rig.paid(await rig.billOf('one-payer-water'), { amount })
    paidPaise += amount * 100
    expect(dueOf()).toBe(start - paidPaise)
    if (amount !== 340) continue
    await rig.workflow('WS', payment, 'CANCEL')
    paidPaise -= amount * 100
    expect(dueOf()).toBe(start - paidPaise)
  }
})

test('the receipt file reaches the payment after the event', async () => {
  rig.admin.setSettings({ backUpdateDelayMs: null })
  const bill = await rig.billOf('plain-due')
  const payment = await rig.paid(bill)
  expect(payment.fileStoreId).toBeNull()
  rig.admin.releaseEvents()
  expect(at(await rig.search('PT', { billIds: bill.id }), 'Payments.0.fileStoreId')).toMatch(
    /^[0-9a-f-]{36}$/,
  )
})

type Line = [taxHeadCode: string, order: number, amountPaise: number]

function billOf(periods: Line[][]): BillRow {
  const details = periods.map((lines, period) => ({
    id: `d${period}`,
    demandId: `demand${period}`,
    expiryDate: 0,
    fromPeriod: period,
    toPeriod: period,
    amountPaise: lines.reduce((sum, [, , amountPaise]) => sum + amountPaise, 0),
    amountPaidPaise: null,
    accounts: lines.map(([taxHeadCode, order, amountPaise], position) => ({
      id: `a${period}.${position}`,
      demandLineId: null,
      taxHeadCode,
      order,
      amountPaise,
      adjustedPaise: 0,
    })),
  }))
  return {
    id: 'bill',
    sequence: 1,
    tenantId: devgaon,
    consumerCode: 'X',
    businessService: 'WS',
    billNumber: '',
    billDate: 0,
    status: 'ACTIVE',
    payer: null,
    totalPaise: details.reduce((sum, detail) => sum + detail.amountPaise, 0),
    details,
    additionalDetails: null,
    createdBy: '',
    createdAtMs: 0,
    lastModifiedAtMs: 0,
  }
}
