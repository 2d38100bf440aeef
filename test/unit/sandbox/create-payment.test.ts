// Goal: `_create` accepts, alters and refuses payments exactly as collection-services does, field rules to constraints.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { sampleOf } from '#sandbox/seed/sample-consumers.ts'
import { at, codesOf, dayMs, devgaon, noonMs, paymentOf, paymentsOf, startRig } from './rig.ts'
import type { Rig } from './rig.ts'

let rig: Rig
beforeEach(async () => {
  rig = await startRig()
})
afterEach(() => rig.close())

const create = (payment: object) => rig.post('/collection-services/payments/_create', { Payment: payment })
const messageOf = (reply: { body: unknown }) => String(at(reply, 'Errors.0.message'))

test('quirk 42: _create answers 200 and Payments[], with the bill and its flags inside', async () => {
  const bill = await rig.billOf('one-payer-water')
  const reply = await rig.pay(bill, { additionalDetails: { integratorRef: 'R1' } })
  expect(reply.status).toBe(200)
  expect(at(reply, 'Payment')).toBeUndefined()
  const [payment] = paymentsOf(reply)
  expect(payment).toMatchObject({
    instrumentStatus: 'APPROVED',
    paymentStatus: 'NEW',
    fileStoreId: null,
    additionalDetails: { integratorRef: 'R1' },
  })
  expect(payment?.paymentDetails[0]).toMatchObject({
    paymentId: null,
    receiptNumber: '11/2026-27/000001',
    receiptType: 'BILLBASED',
    manualReceiptDate: null,
    bill: {
      status: 'ACTIVE',
      partPaymentAllowed: true,
      isAdvanceAllowed: true,
      collectionModesNotAllowed: ['DD'],
      amountPaid: 1540,
      payerName: 'Asha Rao',
    },
  })
  expect(reply.text).toContain('"totalAmountPaid":1540,')
  expect(reply.text).toContain('"totalDue":1540.00,')
})

test('quirk 25: a bill id can be recorded once, ever: APPROVED answers BILL_ALREADY_PAID, CANCELLED the constraint', async () => {
  const bill = await rig.billOf('plain-due')
  const payment = await rig.paid(bill)
  expect(codesOf(await rig.pay(bill))).toEqual(['BILL_ALREADY_PAID'])
  await rig.workflow('PT', payment, 'CANCEL')
  const again = await rig.pay(bill)
  expect(codesOf(again)).toEqual(['PAYMENT_CREATION_FAILED'])
  expect(messageOf(again)).toContain('uk_egcl_paymentdetail')
})

test('two creates of one bill at once: the slower one meets the constraint', async () => {
  const bill = await rig.billOf('plain-due')
  rig.admin.faults.add({ kind: 'slow-commit', operation: 'create-payment', delayMs: 150 })
  const [slow, quick] = await Promise.all([
    rig.pay(bill),
    new Promise<void>((resolve) => setTimeout(resolve, 50)).then(() => rig.pay(bill)),
  ])
  expect(quick.status).toBe(200)
  expect(codesOf(slow)).toEqual(['PAYMENT_CREATION_FAILED'])
  expect(rig.admin.payments()).toHaveLength(1)
})

test('quirk 26: a cheque without transactionNumber fails in the database', async () => {
  const bill = await rig.billOf('plain-due')
  const cheque = { paymentMode: 'CHEQUE', instrumentNumber: '000123', instrumentDate: noonMs - dayMs }
  const refused = await rig.pay(bill, cheque)
  expect(codesOf(refused)).toEqual(['PAYMENT_CREATION_FAILED'])
  expect(messageOf(refused)).toContain('transactionnumber')
  const payment = await rig.paid(bill, { ...cheque, transactionNumber: '000123' })
  expect(payment.instrumentDate).toBe(noonMs - dayMs)
})

test('quirk 27: CASH replaces the transaction number by the city and ten digits', async () => {
  const payment = await rig.paid(await rig.billOf('plain-due'), { transactionNumber: 'MINE-1' })
  expect(payment.transactionNumber).toMatch(/^DVG\d{10}$/)
  expect(paymentsOf(await rig.search('PT', { transactionNumber: 'MINE-1' }))).toEqual([])
})

test('quirk 28: transactionDate and receiptDate are server time; only manualReceiptDate is kept', async () => {
  const counterTimeMs = noonMs - 3 * dayMs
  const payment = await rig.paid(await rig.billOf('plain-due'), {
    transactionDate: counterTimeMs,
    instrumentDate: counterTimeMs,
    detail: { manualReceiptDate: counterTimeMs, manualReceiptNumber: 'S-1', receiptDate: counterTimeMs },
  })
  expect(payment.transactionDate).toBe(noonMs)
  expect(payment.instrumentDate).toBe(noonMs)
  expect(payment.paymentDetails[0]).toMatchObject({
    receiptDate: noonMs,
    manualReceiptDate: counterTimeMs,
    manualReceiptNumber: 'S-1',
  })
})

test('quirk 29: the header total is not compared with the details and totalDue is ignored', async () => {
  const bill = await rig.billOf('plain-due')
  const payment = await rig.paid(bill, { totalAmountPaid: 7, totalDue: 1 })
  expect(payment.totalAmountPaid).toBe(7)
  expect(payment.totalDue).toBe(2100)
  expect(payment.paymentDetails[0]?.totalAmountPaid).toBe(2100)
})

test('quirk 32: an unknown bill among several, or two bills of one consumer code, is a NullPointerException', async () => {
  const bill = await rig.billOf('plain-due')
  const detail = (billId: string) => ({ billId, totalAmountPaid: 2100 })
  const both = (ids: string[]) => create({ ...paymentOf(bill), paymentDetails: ids.map(detail) })
  expect(codesOf(await both(['unknown']))).toEqual(['INVALID_BILL_ID'])
  expect(codesOf(await both([bill.id, 'unknown']))).toEqual(['NullPointerException'])
  expect(codesOf(await both([bill.id, bill.id]))).toEqual(['DUPLICATE_BILLID'])
  rig.admin.setSettings({ hasUniqueActiveBill: false })
  const water = await rig.billOf('shared-code-water')
  const sewerage = await rig.billOf('shared-code-sewerage')
  expect(codesOf(await both([water.id, sewerage.id]))).toEqual(['NullPointerException'])
})

test('quirk 33: an empty detail list makes billing read all bills of the tenant', async () => {
  await rig.billOf('plain-due')
  await rig.billOf('rebate')
  const before = rig.admin.counters().calls['bills-read-by-create'] ?? 0
  const reply = await create({ ...paymentOf(await rig.billOf('licence')), paymentDetails: [] })
  expect(codesOf(reply)).toEqual(['NullPointerException'])
  const read = (rig.admin.counters().calls['bills-read-by-create'] ?? 0) - before
  expect(read).toBeGreaterThanOrEqual(3)
})

test('quirk 41: createdBy is the numeric id in a payment and the uuid in a bill', async () => {
  const bill = await rig.billOf('plain-due')
  expect(bill.auditDetails?.createdBy).toMatch(/^[0-9a-f]{8}-/)
  expect((await rig.paid(bill)).auditDetails?.createdBy).toBe('4711')
})

test('quirk 45: a counter payment makes a citizen account once; a failure of it is ignored', async () => {
  const first = await rig.paid(await rig.billOf('plain-due'))
  const second = await rig.paid(await rig.billOf('rebate'))
  expect(first.payerId).toBe(second.payerId)
  expect(rig.admin.counters().citizensCreated).toBe(1)
  rig.admin.faults.add({ kind: 'citizen-failure', operation: 'create-payment' })
  const third = await rig.paid(await rig.billOf('licence'), { mobileNumber: '9876500999' })
  expect(third.payerId).toBeNull()
  expect(rig.admin.counters().citizensCreated).toBe(1)
})

test('quirk 46: ifscCode is looked up at a third party inside the call', async () => {
  const cheque = {
    paymentMode: 'CHEQUE',
    instrumentNumber: '1',
    transactionNumber: '1',
    instrumentDate: noonMs - dayMs,
  }
  const bill = await rig.billOf('plain-due')
  expect(codesOf(await rig.pay(bill, { ...cheque, ifscCode: 'NOPE0000000' }))).toEqual(['TracerException'])
  rig.admin.faults.add({ kind: 'ifsc-down', operation: 'create-payment' })
  expect(codesOf(await rig.pay(bill, { ...cheque, ifscCode: 'SRBK0000101' }))).toEqual(['TracerException'])
  const wrongKind = { ...cheque, ifscCode: 'SRBK0000101', additionalDetails: 'text' }
  expect(codesOf(await rig.pay(bill, wrongKind))).toEqual(['ClassCastException'])
  const kept = await rig.paid(bill, { ...cheque, ifscCode: 'SRBK0000101', additionalDetails: { mine: 1 } })
  expect(kept.additionalDetails).toEqual({ mine: 1 })
  const added = await rig.paid(await rig.billOf('rebate'), { ...cheque, ifscCode: 'SRBK0000101' })
  expect(added.additionalDetails).toMatchObject({ bankDetails: { BRANCH: 'Devgaon' } })
})

test('quirk 47: an MDMS outage surfaces as IllegalArgumentException and stores nothing', async () => {
  rig.admin.faults.add({ kind: 'mdms-outage', operation: 'create-payment' })
  const bill = await rig.billOf('plain-due')
  expect(codesOf(await rig.pay(bill))).toEqual(['IllegalArgumentException'])
  expect((await rig.pay(bill)).status).toBe(200)
})

test('quirk 57: a burst beyond the database pool ends in CannotCreateTransactionException', async () => {
  rig.admin.setSettings({ createPoolMax: 2 })
  rig.admin.faults.add({ kind: 'slow-commit', operation: 'create-payment', count: 2, delayMs: 200 })
  const bills = [await rig.billOf('plain-due'), await rig.billOf('rebate'), await rig.billOf('licence')]
  const replies = await Promise.all(bills.map((bill) => rig.pay(bill)))
  expect(replies.filter((reply) => reply.status === 200)).toHaveLength(2)
  const refused = replies.filter((reply) => reply.status === 400)
  expect(refused.map(codesOf)).toEqual([['CannotCreateTransactionException']])
})

test('a failing idgen burns the number: the series has a gap', async () => {
  rig.admin.faults.add({ kind: 'idgen-failure', operation: 'create-payment' })
  const bill = await rig.billOf('plain-due')
  expect(codesOf(await rig.pay(bill))).toEqual(['IDGEN_SERVICE_ERROR'])
  expect((await rig.paid(bill)).paymentDetails[0]?.receiptNumber).toBe('11/2026-27/000002')
})

test('receipt numbers can be kept by service', async () => {
  rig.admin.setSettings({ isReceiptNumberServiceBased: true })
  const payment = await rig.paid(await rig.billOf('plain-due'))
  expect(payment.paymentDetails[0]?.receiptNumber).toBe('PT/DVG/2026-27/000001')
})

test('an amount the column cannot hold is a database error', async () => {
  const bill = await rig.billOf('plain-due')
  const reply = await rig.pay(bill, { totalAmountPaid: 10_000_000_000 })
  expect(messageOf(reply)).toContain('numeric field overflow')
})

test('_validate is granted to nobody; when granted it checks and stores nothing', async () => {
  const bill = await rig.billOf('plain-due')
  const validate = () => rig.post('/collection-services/payments/_validate', { Payment: paymentOf(bill) })
  expect((await validate()).status).toBe(403)
  rig.admin.setSettings({ isValidateGranted: true })
  expect((await validate()).status).toBe(200)
  expect(rig.admin.payments()).toEqual([])
  await rig.paid(bill)
  expect(codesOf(await validate())).toEqual(['BILL_ALREADY_PAID'])
})

test('another collector can pay a bill in between', async () => {
  const bill = await rig.billOf('plain-due')
  const other = await rig.admin.payElsewhere(sampleOf('plain-due'))
  expect(other.details[0]?.billId).toBe(bill.id)
  expect(codesOf(await rig.pay(bill))).toEqual(['BILL_ALREADY_PAID'])
  expect(paymentsOf(await rig.search('PT', { billIds: bill.id }))[0]?.transactionNumber).not.toBe('')
  expect(devgaon).toBe(other.tenantId)
})
