// Goal: what may be paid, how much, by whom and in which mode is judged by DIGIT's own rules, with its own codes.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { at, billsOf, codesOf, dayMs, noonMs, paymentOf, startRig } from './rig.ts'
import type { Rig } from './rig.ts'

let rig: Rig
beforeEach(async () => {
  rig = await startRig()
})
afterEach(() => rig.close())

const messageOf = (reply: { body: unknown }) => String(at(reply, 'Errors.0.message'))

test('quirk 14: the minimum amount is not enforced', async () => {
  const bill = await rig.billOf('plain-due')
  expect((await rig.pay(bill, { amount: 1 })).status).toBe(200)
})

test('quirk 30: an unknown mode is a NotNull violation; case does not matter', async () => {
  const bill = await rig.billOf('plain-due')
  for (const paymentMode of ['UPI', 'QR_CODE', null]) {
    expect(codesOf(await rig.pay(bill, { paymentMode }))).toEqual([
      'NotNull.paymentRequest.payment.paymentMode',
    ])
  }
  expect((await rig.paid(bill, { paymentMode: 'cash' })).paymentMode).toBe('CASH')
})

test('quirk 31: all amount problems share one code and the last text wins', async () => {
  const bill = await rig.billOf('licence')
  const codes = async (amount: number, change: object = {}) => {
    const reply = await rig.pay(bill, { amount, ...change })
    expect(codesOf(reply)).toEqual(['INVALID_PAYMENTDETAIL'])
    return messageOf(reply)
  }
  expect(await codes(100)).toMatch(/part payment/)
  expect(await codes(9999)).toMatch(/advance/)
  expect(await codes(0)).toMatch(/zero/)
  expect(await codes(2200.5)).toMatch(/fractions/)
  expect(await codes(-5)).toMatch(/negative/)
  expect(await codes(100, { paymentMode: 'DD', instrumentNumber: '1', instrumentDate: noonMs })).toMatch(
    /part payment/,
  )
})

test('forbidden modes: DD everywhere but on one service, NEFT and postal order on another', async () => {
  const instrument = { instrumentNumber: '9', instrumentDate: noonMs - dayMs, transactionNumber: '9' }
  const refused = await rig.pay(await rig.billOf('plain-due'), { paymentMode: 'DD', ...instrument })
  expect(messageOf(refused)).toMatch(/mode DD is not allowed/)
  expect((await rig.pay(await rig.billOf('road-cutting'), { paymentMode: 'DD', ...instrument })).status).toBe(
    200,
  )
  const hall = await rig.billOf('hall-rent')
  for (const paymentMode of ['OFFLINE_NEFT', 'OFFLINE_RTGS', 'POSTAL_ORDER']) {
    expect(codesOf(await rig.pay(hall, { paymentMode, ...instrument }))).toEqual(['INVALID_PAYMENTDETAIL'])
  }
})

test('quirk 54: bills carry mobiles and names that the payment API refuses', async () => {
  const firm = await rig.billOf('firm-name')
  const indic = await rig.billOf('indic-name')
  expect(codesOf(await rig.pay(firm, { payerName: firm.payerName }))).toEqual([
    'Pattern.paymentRequest.payment.payerName',
  ])
  const reply = await rig.pay(indic, { paidBy: indic.payerName, mobileNumber: indic.mobileNumber })
  expect(codesOf(reply).toSorted()).toEqual([
    'Pattern.paymentRequest.payment.mobileNumber',
    'Pattern.paymentRequest.payment.paidBy',
  ])
  expect((await rig.billOf('no-mobile')).mobileNumber).toBeNull()
  expect((await rig.pay(indic, { paidBy: 'OWNER', mobileNumber: null })).status).toBe(200)
})

test.each([
  ['A.K. Rao', true],
  ["D'Souza", true],
  ['a b  c', true],
  ['Asha.', false],
  ['Asha ', false],
  ['M/s Rao', false],
  ['Rao & Sons', false],
  ['Rao 2', false],
  ['', false],
])('payer name %j is accepted: %s', async (paidBy, isAccepted) => {
  const reply = await rig.pay(await rig.billOf('plain-due'), { paidBy })
  expect(reply.status).toBe(isAccepted ? 200 : 400)
})

test('a long bad name is refused without delay: the check is linear', async () => {
  const reply = await rig.pay(await rig.billOf('plain-due'), { paidBy: `${'a'.repeat(120)}1` })
  expect(codesOf(reply)).toEqual(['Pattern.paymentRequest.payment.paidBy'])
})

test.each([
  [{ tenantId: null }, 'NotNull.paymentRequest.payment.tenantId'],
  [{ paidBy: null }, 'NotNull.paymentRequest.payment.paidBy'],
  [{ totalAmountPaid: null }, 'NotNull.paymentRequest.payment.totalAmountPaid'],
  [{ payerName: '' }, 'Pattern.paymentRequest.payment.payerName'],
  [{ mobileNumber: '' }, 'Pattern.paymentRequest.payment.mobileNumber'],
  [{ payerEmail: 'nobody' }, 'Pattern.paymentRequest.payment.payerEmail'],
  [{ payerAddress: 'x'.repeat(1025) }, 'Size.paymentRequest.payment.payerAddress'],
  [{ payerAddress: '<script>' }, 'SafeHtml.paymentRequest.payment.payerAddress'],
  [{ detail: { billId: null } }, 'NotNull.paymentRequest.payment.paymentDetails[0].billId'],
  [
    { detail: { manualReceiptNumber: 'x'.repeat(65) } },
    'Size.paymentRequest.payment.paymentDetails[0].manualReceiptNumber',
  ],
])('field rule %j answers %s', async (change, code) => {
  expect(codesOf(await rig.pay(await rig.billOf('plain-due'), change))).toEqual([code])
})

test('property names are matched without regard to case', async () => {
  const bill = await rig.billOf('plain-due')
  const { paidBy, ...rest } = paymentOf(bill)
  const reply = await rig.post('/collection-services/payments/_create', {
    payment: { ...rest, PAIDBY: paidBy },
  })
  expect(reply.status).toBe(200)
})

test('quirk 55: UPYOG takes QR_CODE, skips the IFSC call, and still refuses a fractional bill', async () => {
  rig.admin.setSettings({ isUpyog: true })
  const qr = { paymentMode: 'QR_CODE', transactionNumber: 'Q1', ifscCode: 'NOPE0000000' }
  const payment = await rig.paid(await rig.billOf('plain-due'), qr)
  expect(payment).toMatchObject({ paymentMode: 'QR_CODE', instrumentStatus: 'APPROVED' })
  expect((await rig.workflow('PT', payment, 'REFUND')).status).toBe(200)
  const fractional = await rig.billOf('fractional')
  expect(codesOf(await rig.pay(fractional, { amount: 1251 }))).toContain('INVALID_BILL')
})

test('quirk 56: a fractional bill is refused whatever is paid', async () => {
  const bill = await rig.billOf('fractional')
  expect(bill.totalAmount).toBe(1250.5)
  for (const amount of [1250, 1250.5, 1251]) {
    expect(codesOf(await rig.pay(bill, { amount }))).toEqual(
      expect.arrayContaining(['INVALID_BILL', 'INVALID_BILL_AMOUNT']),
    )
  }
})

test('an expired bill is refused at its last millisecond, not before', async () => {
  const bill = await rig.billOf('plain-due')
  const expiryMs = bill.billDetails[0]?.expiryDate ?? 0
  rig.admin.clock.freeze(expiryMs)
  expect(codesOf(await rig.pay(bill))).toEqual(['BILL_EXPIRED'])
  rig.admin.clock.freeze(expiryMs - 1)
  expect((await rig.pay(bill)).status).toBe(200)
})

test('several broken rules come as several codes, in the order of a Java HashMap', async () => {
  const bill = await rig.billOf('licence')
  const reply = await rig.pay(bill, { amount: 5, paymentMode: 'CARD' })
  expect(codesOf(reply)).toEqual(['INVALID_PAYMENTDETAIL', 'INVALID_INSTRUMENT_NUMBER', 'INVALID_TXN_NUMBER'])
})

const chequeOf = (instrumentDate: number, transactionDate?: number) => ({
  paymentMode: 'CHEQUE',
  instrumentNumber: '1',
  transactionNumber: '1',
  instrumentDate,
  ...(transactionDate === undefined ? {} : { transactionDate }),
})

test.each([
  ['90 days and 23 hours old', chequeOf(noonMs - 90 * dayMs - dayMs + 3_600_000), null],
  ['91 days old', chequeOf(noonMs - 91 * dayMs), 'CHEQUE_DD_DATE_WITH_RECEIPT_DATE'],
  ['tomorrow', chequeOf(noonMs + dayMs), 'CHEQUE_DD_DATE_WITH_FUTURE_DATE'],
  ['old, but not on the day of collection', chequeOf(noonMs - 95 * dayMs, noonMs - 10 * dayMs), null],
  [
    '91 days before collection',
    chequeOf(noonMs - 95 * dayMs, noonMs - 4 * dayMs),
    'CHEQUE_DD_DATE_WITH_MANUAL_RECEIPT_DATE',
  ],
  ['after collection', chequeOf(noonMs, noonMs - dayMs), 'INVALID_CHEQUE_DD_DATE'],
])('a cheque %s', async (_name, cheque, code) => {
  const reply = await rig.pay(await rig.billOf('plain-due'), cheque)
  expect(reply.status === 200 ? null : codesOf(reply).join()).toBe(code)
})

test('CARD and ONLINE are deposited at once; offline transfers are not', async () => {
  const sent = { transactionNumber: 'RRN1', instrumentNumber: '4321', instrumentDate: noonMs - dayMs }
  const card = await rig.paid(await rig.billOf('plain-due'), { paymentMode: 'CARD', ...sent })
  expect(card).toMatchObject({
    instrumentStatus: 'REMITTED',
    paymentStatus: 'DEPOSITED',
    transactionNumber: 'RRN1',
  })
  expect(card.instrumentDate).toBe(noonMs)
  const neft = await rig.paid(await rig.billOf('rebate'), { paymentMode: 'OFFLINE_NEFT', ...sent })
  expect(neft).toMatchObject({
    instrumentStatus: 'APPROVED',
    paymentStatus: 'NEW',
    instrumentDate: noonMs - dayMs,
  })
})

test('a zero bill takes a zero payment', async () => {
  const bill = await rig.billOf('zero')
  expect(bill.totalAmount).toBe(0)
  expect((await rig.pay(bill, { amount: 0 })).status).toBe(200)
  expect(billsOf(await rig.fetchBill('zero'))).toEqual([])
})
