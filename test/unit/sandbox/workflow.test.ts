// Goal: payments are cancelled, dishonoured and remitted by DIGIT's rules, and what billing makes of it.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { at, billsOf, codesOf, dayMs, devgaon, noonMs, paymentOf, paymentsOf, startRig } from './rig.ts'
import type { Rig } from './rig.ts'

let rig: Rig
beforeEach(async () => {
  rig = await startRig()
})
afterEach(() => rig.close())

const cheque = {
  paymentMode: 'CHEQUE',
  instrumentNumber: '1',
  transactionNumber: '1',
  instrumentDate: noonMs - dayMs,
}
const card = { paymentMode: 'CARD', instrumentNumber: '4321', transactionNumber: 'RRN1' }
const statusOf = async (billId: string) =>
  billsOf(await rig.post(`/billing-service/bill/v2/_search?tenantId=${devgaon}&billId=${billId}`))[0]?.status

test('quirk 20: after a cancel the bill stays PAID and the dues come in a new bill', async () => {
  const bill = await rig.billOf('plain-due')
  const payment = await rig.paid(bill)
  expect(await statusOf(bill.id)).toBe('PAID')
  const [cancelled] = paymentsOf(await rig.workflow('PT', payment, 'CANCEL', { reason: 'wrong amount' }))
  expect(cancelled).toMatchObject({ instrumentStatus: 'CANCELLED', paymentStatus: 'CANCELLED' })
  expect(await statusOf(bill.id)).toBe('PAID')
  const next = await rig.billOf('plain-due')
  expect(next.id).not.toBe(bill.id)
  expect(next.totalAmount).toBe(bill.totalAmount)
  const [found] = paymentsOf(await rig.search('PT', { billIds: bill.id }))
  expect(found?.paymentDetails[0]?.bill?.status).toBe('CANCELLED')
})

test('quirk 21: REMIT publishes to the cancel topic, so the dues re-open although the money stays', async () => {
  const bill = await rig.billOf('plain-due')
  const payment = await rig.paid(bill)
  expect(billsOf(await rig.fetchBill('plain-due'))).toEqual([])
  const [remitted] = paymentsOf(await rig.workflow('PT', payment, 'REMIT'))
  expect(remitted).toMatchObject({ instrumentStatus: 'REMITTED', paymentStatus: 'DEPOSITED' })
  expect((await rig.billOf('plain-due')).totalAmount).toBe(2100)
})

test('quirk 22: CARD and ONLINE payments can never be cancelled', async () => {
  const payment = await rig.paid(await rig.billOf('plain-due'), card)
  expect(codesOf(await rig.workflow('PT', payment, 'CANCEL'))).toEqual(['RECEIPT_WORKFLOW_INVALID_RECEIPT'])
})

test('quirk 23: only the latest APPROVED payment of a consumer code; a later CARD payment does not block', async () => {
  const first = await rig.paid(await rig.billOf('plain-due'), { amount: 500 })
  rig.admin.clock.advance(1000)
  const second = await rig.paid(await rig.billOf('plain-due'), { amount: 600 })
  rig.admin.clock.advance(1000)
  await rig.paid(await rig.billOf('plain-due'), { amount: 700, ...card })
  expect(codesOf(await rig.workflow('PT', first, 'CANCEL'))).toEqual([
    'RECEIPT_WORKFLOW_ACTION_NOT_APPLICABLE',
  ])
  expect((await rig.workflow('PT', second, 'CANCEL')).status).toBe(200)
  expect((await rig.workflow('PT', first, 'CANCEL')).status).toBe(200)
})

test('quirk 24: the cancel reason is echoed and not stored; additionalDetails are', async () => {
  const bill = await rig.billOf('plain-due')
  const payment = await rig.paid(bill)
  const reply = await rig.workflow('PT', payment, 'CANCEL', {
    reason: 'wrong amount',
    additionalDetails: { cancelReason: 'kept' },
  })
  expect(at(reply, 'Payments.0.paymentDetails.0.bill.reasonForCancellation')).toBe('wrong amount')
  const found = await rig.search('PT', { billIds: bill.id })
  expect(at(found, 'Payments.0.paymentDetails.0.bill.reasonForCancellation')).toBeNull()
  expect(at(found, 'Payments.0.paymentDetails.0.bill.additionalDetails')).toEqual({ cancelReason: 'kept' })
})

test('a cancel is not repeated, an unknown payment not found', async () => {
  const payment = await rig.paid(await rig.billOf('plain-due'))
  await rig.workflow('PT', payment, 'CANCEL')
  expect(codesOf(await rig.workflow('PT', payment, 'CANCEL'))).toEqual(['RECEIPT_WORKFLOW_INVALID_RECEIPT'])
  expect(codesOf(await rig.workflow('PT', { ...payment, id: 'x' }, 'CANCEL'))).toEqual([
    'RECEIPT_WORKFLOW_INVALID_RECEIPT',
  ])
})

test('DISHONOUR is for cheques; cash is refused', async () => {
  const cash = await rig.paid(await rig.billOf('plain-due'))
  expect(codesOf(await rig.workflow('PT', cash, 'DISHONOUR'))).toEqual(['RECEIPT_WORKFLOW_INVALID_RECEIPT'])
  const bill = await rig.billOf('rebate')
  const paper = await rig.paid(bill, cheque)
  const [bounced] = paymentsOf(await rig.workflow('PT', paper, 'DISHONOUR'))
  expect(bounced).toMatchObject({ instrumentStatus: 'DISHONOURED', paymentStatus: 'DISHONOURED' })
  expect((await rig.billOf('rebate')).id).not.toBe(bill.id)
  expect(codesOf(await rig.pay(bill))).toEqual(['PAYMENT_CREATION_FAILED'])
})

test('cancelling an older payment marks the newer ACTIVE bill PAID without money', async () => {
  const payment = await rig.paid(await rig.billOf('plain-due'), { amount: 500 })
  const rest = await rig.billOf('plain-due')
  expect(rest.totalAmount).toBe(1600)
  await rig.workflow('PT', payment, 'CANCEL')
  expect(await statusOf(rest.id)).toBe('PAID')
  expect((await rig.billOf('plain-due')).totalAmount).toBe(2100)
})

test('cancelling a payment that made an advance takes the advance back', async () => {
  const bill = await rig.billOf('one-payer-water')
  const payment = await rig.paid(bill, { amount: 2000 })
  expect(billsOf(await rig.fetchBill('one-payer-water'))).toEqual([])
  await rig.workflow('WS', payment, 'CANCEL')
  expect((await rig.billOf('one-payer-water')).totalAmount).toBe(1540)
})

test.each([
  ['no list', {}, 'NullPointerException'],
  ['unknown action', [{ action: 'UNDO' }], 'NotNull.paymentWorkflowRequest.paymentWorkflows[0].action'],
  ['two actions', [{ action: 'CANCEL' }, { action: 'REMIT' }], 'PAYMENT_WORKFLOW_SINGLE_ACTION_ALLOWED'],
  [
    'two tenants',
    [{ action: 'CANCEL' }, { action: 'CANCEL', tenantId: 'sr.chandnipur' }],
    'CROSS_TENANT_OP_NOT_ALLOWED',
  ],
])('%s is refused', async (_name, items, code) => {
  const list = Array.isArray(items)
    ? { PaymentWorkflows: items.map((item) => ({ paymentId: 'p', tenantId: devgaon, ...item })) }
    : items
  expect(codesOf(await rig.post('/collection-services/payments/PT/_workflow', list))).toEqual([code])
})

test('REFUND exists only in UPYOG', async () => {
  const payment = await rig.paid(await rig.billOf('plain-due'))
  expect(codesOf(await rig.workflow('PT', payment, 'REFUND'))).toEqual([
    'NotNull.paymentWorkflowRequest.paymentWorkflows[0].action',
  ])
})

test('only the canceller role may use the workflow path', async () => {
  const token = String(at(await rig.logIn({ username: 'CLERK-DVG' }), 'access_token'))
  const reply = await rig.post('/collection-services/payments/PT/_workflow', {}, { token })
  expect(reply.status).toBe(403)
})

test('all receipts of a payment over several bills go together', async () => {
  const water = await rig.billOf('one-payer-water')
  const property = await rig.billOf('one-payer-property')
  const both = paymentOf(water, { totalAmountPaid: 3640 })
  both.paymentDetails.push({ billId: property.id, businessService: 'PT', totalAmountPaid: 2100 })
  const [payment] = paymentsOf(await rig.post('/collection-services/payments/_create', { Payment: both }))
  expect((await rig.workflow('PT', payment!, 'CANCEL')).status).toBe(200)
  expect((await rig.billOf('one-payer-water')).totalAmount).toBe(1540)
  expect((await rig.billOf('one-payer-property')).totalAmount).toBe(2100)
})

test('a broker failure rolls the action back', async () => {
  const payment = await rig.paid(await rig.billOf('plain-due'))
  rig.admin.faults.add({ kind: 'kafka-failure', operation: 'workflow' })
  expect(codesOf(await rig.workflow('PT', payment, 'CANCEL'))).toEqual(['COLLECTIONS_KAFKA_PUSH_FAILED'])
  expect((await rig.workflow('PT', payment, 'CANCEL')).status).toBe(200)
})
