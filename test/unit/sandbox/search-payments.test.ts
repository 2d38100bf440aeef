// Goal: payments are found, or not found, by the same criteria and limits as in collection-services.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { paymentCountAnswerSchema } from '#digit-wire/payment.ts'
import { at, codesOf, dayMs, devgaon, noonMs, paymentOf, paymentsOf, startRig } from './rig.ts'
import type { Rig } from './rig.ts'

let rig: Rig
beforeEach(async () => {
  rig = await startRig()
})
afterEach(() => rig.close())

const idsOf = async (module: string, query: Record<string, string>) =>
  paymentsOf(await rig.search(module, query)).map((payment) => payment.id)

test('quirk 35: employees must name a module; the module widens businessServices', async () => {
  const property = await rig.paid(await rig.billOf('plain-due'))
  const hall = await rig.paid(await rig.billOf('hall-rent'))
  const bare = await rig.post(`/collection-services/payments/_search?tenantId=${devgaon}`)
  expect(codesOf(bare)).toEqual(['EGCL_URI_EXCEPTION'])
  expect(await idsOf('PT', {})).toEqual([property.id])
  expect(await idsOf('UC', {})).toEqual([])
  expect(await idsOf('UC', { businessServices: 'MISC.HALL_RENT' })).toEqual([hall.id])
  expect((await idsOf('PT', { businessServices: 'MISC.HALL_RENT' })).toSorted()).toEqual(
    [property.id, hall.id].toSorted(),
  )
})

test('quirk 37: without tenantId it is a NullPointerException', async () => {
  expect(codesOf(await rig.post('/collection-services/payments/PT/_search'))).toEqual([
    'NullPointerException',
  ])
})

test('quirk 38: toDate is moved 24 hours later', async () => {
  const payment = await rig.paid(await rig.billOf('plain-due'))
  expect(await idsOf('PT', { toDate: String(noonMs - dayMs) })).toEqual([payment.id])
  expect(await idsOf('PT', { toDate: String(noonMs - dayMs - 1) })).toEqual([])
  expect(await idsOf('PT', { fromDate: String(noonMs) })).toEqual([payment.id])
  expect(await idsOf('PT', { fromDate: String(noonMs + 1) })).toEqual([])
})

test('quirk 39: the default limit is 30 and the cap 100, newest first', async () => {
  const seeded = await startRig({ consumerCount: 400 })
  for (const demand of seeded.admin.state.demands.all()) {
    if (demand.businessService !== 'PT' || demand.tenantId !== devgaon || demand.payer === null) continue
    if (demand.isPaymentCompleted || demand.lines.some((line) => line.taxPaise % 100 !== 0)) continue
    if (seeded.admin.payments().length >= 105) break
    seeded.admin.clock.advance(1)
    await seeded.admin.payElsewhere(demand).catch(() => undefined)
  }
  expect(seeded.admin.payments().length).toBeGreaterThanOrEqual(105)
  const lengthOf = async (query: Record<string, string>) =>
    paymentsOf(await seeded.search('PT', query)).length
  expect(await lengthOf({})).toBe(30)
  expect(await lengthOf({ limit: '500' })).toBe(100)
  expect(await lengthOf({ limit: '5', offset: '3' })).toBe(5)
  const dates = paymentsOf(await seeded.search('PT', {})).map((payment) => payment.transactionDate ?? 0)
  expect(dates).toEqual(dates.toSorted((a, b) => b - a))
  await seeded.close()
})

test('quirk 40: a search shows the snapshot: ACTIVE, manualReceiptDate 0, paymentId null, no payer in the bill', async () => {
  const bill = await rig.billOf('one-payer-water')
  await rig.paid(bill)
  const reply = await rig.search('WS', { billIds: bill.id })
  const [payment] = paymentsOf(reply)
  expect(payment?.paymentDetails[0]).toMatchObject({
    manualReceiptDate: 0,
    paymentId: null,
    bill: { status: 'ACTIVE', payerName: null, mobileNumber: null, amountPaid: null },
  })
  expect(reply.text).toContain('"totalAmountPaid":1540.00')
  expect(at(reply, 'Payments.0.paymentDetails.0.bill.billDetails.0.amountPaid')).toBe(1540)
})

test('every documented criterion narrows the search', async () => {
  const first = await rig.paid(await rig.billOf('plain-due'), { mobileNumber: '9876500111' })
  const second = await rig.paid(await rig.billOf('rebate'), {
    paymentMode: 'CARD',
    transactionNumber: 'RRN-9',
    instrumentNumber: '1234',
  })
  const number = (payment: typeof first) => payment.paymentDetails[0]?.receiptNumber ?? ''
  expect(await idsOf('PT', { ids: first.id })).toEqual([first.id])
  expect(await idsOf('PT', { receiptNumbers: number(second) })).toEqual([second.id])
  expect(await idsOf('PT', { consumerCodes: 'PT-DVG-000001,PT-DVG-999999' })).toEqual([first.id])
  expect(await idsOf('PT', { mobileNumber: '9876500111' })).toEqual([first.id])
  expect(await idsOf('PT', { transactionNumber: 'RRN-9' })).toEqual([second.id])
  expect(await idsOf('PT', { status: 'deposited' })).toEqual([second.id])
  expect(await idsOf('PT', { instrumentStatus: 'APPROVED' })).toEqual([first.id])
  expect(await idsOf('PT', { paymentModes: 'card' })).toEqual([second.id])
  expect(await idsOf('PT', { payerIds: first.payerId ?? '' })).toEqual([first.id])
  expect(codesOf(await rig.search('PT', { fromDate: 'yesterday' }))).toEqual([
    'typeMismatch.paymentSearchCriteria.fromDate',
  ])
})

test('a count request needs the first business service and gives only a number', async () => {
  await rig.paid(await rig.billOf('plain-due'))
  const reply = await rig.search('PT', { isCountRequest: 'true', businessServices: 'PT' })
  expect(paymentCountAnswerSchema.parse(reply.body).Count).toBe(1)
})

test('a state tenant searches its towns by prefix', async () => {
  const payment = await rig.paid(await rig.billOf('plain-due'))
  const token = String(at(await rig.logIn({ username: 'STATE-01', tenantId: 'sr' }), 'access_token'))
  const reply = await rig.post('/collection-services/payments/PT/_search?tenantId=sr', {}, { token })
  expect(paymentsOf(reply).map((found) => found.id)).toEqual([payment.id])
})

test('a payment over two services is returned whole', async () => {
  const water = await rig.billOf('one-payer-water')
  const property = await rig.billOf('one-payer-property')
  const payment = paymentOf(water, { totalAmountPaid: 3640 })
  payment.paymentDetails.push({ billId: property.id, businessService: 'PT', totalAmountPaid: 2100 })
  await rig.post('/collection-services/payments/_create', { Payment: payment })
  const [found] = paymentsOf(await rig.search('PT', { consumerCodes: property.consumerCode }))
  expect(found?.paymentDetails.map((detail) => detail.businessService)).toEqual(['WS', 'PT'])
  expect(new Set(found?.paymentDetails.map((detail) => detail.receiptNumber)).size).toBe(2)
})
