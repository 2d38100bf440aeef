// Goal: bills are made, kept, replaced and refused as billing-service does it.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { cancelBillAnswerSchema } from '#digit-wire/bill.ts'
import { demandAnswerSchema } from '#digit-wire/demand.ts'
import { legacyErrorSchema } from '#digit-wire/envelope.ts'
import { sampleOf } from '#sandbox/seed/sample-consumers.ts'
import { at, billsOf, codesOf, dayMs, devgaon, noonMs, startRig } from './rig.ts'
import type { Rig } from './rig.ts'

let rig: Rig
beforeEach(async () => {
  rig = await startRig()
})
afterEach(() => rig.close())

const fetchWith = (query: Record<string, string>) =>
  rig.post(`/billing-service/bill/v2/_fetchbill?${new URLSearchParams(query).toString()}`)
const searchWith = (query: Record<string, string>) =>
  rig.post(`/billing-service/bill/v2/_search?${new URLSearchParams(query).toString()}`)

test('a bill is one per consumer code, a detail per period, a line per tax head, sums included', async () => {
  const bill = await rig.billOf('many-periods')
  expect(bill.billDetails).toHaveLength(3)
  const fromPeriods = bill.billDetails.map((detail) => detail.fromPeriod)
  expect(fromPeriods).toEqual(fromPeriods.toSorted((a, b) => a - b))
  for (const detail of bill.billDetails) {
    expect(detail.billId).toBe(bill.id)
    expect(detail.amount).toBe(detail.billAccountDetails.reduce((sum, line) => sum + line.amount, 0))
  }
  expect(bill.totalAmount).toBe(bill.billDetails.reduce((sum, detail) => sum + detail.amount, 0))
  expect(bill.billNumber).toMatch(/^BILLNO-PT-\d{6}$/)
})

test('the same bill comes back with the same id until it expires', async () => {
  const first = await rig.billOf('plain-due')
  expect((await rig.billOf('plain-due')).id).toBe(first.id)
})

test('quirk 1: refusals are 400 with an Errors envelope, whatever went wrong', async () => {
  const replies = [
    await fetchWith({ tenantId: devgaon, businessService: 'NOPE', consumerCode: 'X' }),
    await fetchWith({ tenantId: devgaon, consumerCode: 'X' }),
    await rig.fetchBill('inactive-payer'),
  ]
  expect(replies.map((reply) => reply.status)).toEqual([400, 400, 400])
  expect(replies.map(codesOf)).toEqual([
    ['NullPointerException'],
    ['NotNull.generateBillCriteria.businessService'],
    ['IndexOutOfBoundsException'],
  ])
})

test.each([
  [{ businessService: 'PT', consumerCode: 'X' }, 'NotNull.generateBillCriteria.tenantId'],
  [{ tenantId: devgaon, businessService: 'PT' }, 'BILL_GEN_MANDATORY_FIELDS_MISSING'],
  [
    { tenantId: devgaon, businessService: 'PT', mobileNumber: '123' },
    'Pattern.generateBillCriteria.mobileNumber',
  ],
  [{ tenantId: devgaon, businessService: 'PT', email: 'nobody' }, 'Email.generateBillCriteria.email'],
])('_fetchbill %j is refused with %s', async (query, code) => {
  expect(codesOf(await fetchWith(query))).toEqual([code])
})

test('an employee cannot use the state tenant', async () => {
  const token = String(at(await rig.logIn({ username: 'STATE-01', tenantId: 'sr' }), 'access_token'))
  const query = new URLSearchParams({ tenantId: 'sr', businessService: 'PT', consumerCode: 'PT-DVG-000001' })
  const reply = await rig.post(`/billing-service/bill/v2/_fetchbill?${query.toString()}`, {}, { token })
  expect(codesOf(reply)).toEqual(['EG_BS_INVALID_TENANTID'])
})

test('quirk 11: nothing due is 201 with an empty list; older builds answer 400', async () => {
  for (const key of ['paid', 'advance']) {
    const reply = await rig.fetchBill(key)
    expect(reply.status).toBe(201)
    expect(billsOf(reply)).toEqual([])
  }
  expect((await rig.fetchBill('plain-due', { consumerCode: 'NO-SUCH' })).status).toBe(201)
  rig.admin.setSettings({ isOldBilling: true })
  const old = await rig.fetchBill('paid')
  expect(old.status).toBe(400)
  expect(codesOf(old)).toEqual(['EG_BS_BILL_NO_DEMANDS_FOUND'])
})

test('quirk 12: the envelope key is ResposneInfo, null when the bill was just made', async () => {
  const made = await rig.fetchBill('plain-due')
  expect(at(made, 'ResposneInfo')).toBeNull()
  expect(at(made, 'ResponseInfo')).toBeUndefined()
  const kept = await rig.fetchBill('plain-due')
  expect(at(kept, 'ResposneInfo.resMsgId')).toBe('uief87324')
})

test('quirk 13: a v2 bill has no part, advance, mode or minimum fields', async () => {
  const bill = await rig.billOf('plain-due')
  for (const name of [
    'partPaymentAllowed',
    'isAdvanceAllowed',
    'collectionModesNotAllowed',
    'minimumAmountToBePaid',
  ]) {
    expect(bill).not.toHaveProperty(name)
  }
})

test('quirk 15: bills die at 23:59:59 of the billing zone, milliseconds kept; UTC means 05:29:59 in India', async () => {
  const indian = await rig.billOf('plain-due')
  expect(indian.billDetails[0]?.expiryDate).toBe(Date.UTC(2026, 10, 23, 18, 29, 59, 123))
  rig.admin.clock.setZone('UTC')
  const utc = await rig.billOf('rebate')
  expect(utc.billDetails[0]?.expiryDate).toBe(Date.UTC(2026, 10, 23, 23, 59, 59, 123))
})

test('quirk 16: fixedBillExpiryDate is accepted and forgotten', async () => {
  const sample = sampleOf('paid')
  rig.admin.postDemand({
    ...sample,
    taxHeadCode: 'PT_TAX',
    taxRupees: 900,
    fixedBillExpiryDate: noonMs + 90 * dayMs,
  })
  const query = new URLSearchParams({ tenantId: devgaon, consumerCode: sample.consumerCode })
  const { Demands } = demandAnswerSchema.parse(
    (await rig.post(`/billing-service/demand/_search?${query.toString()}`)).body,
  )
  expect(Demands.map((demand) => demand.fixedBillExpiryDate)).toEqual([null, null])
  const bill = await rig.billOf('paid')
  expect(bill.totalAmount).toBe(900)
  expect(bill.billDetails[0]?.expiryDate).toBeLessThan(noonMs + dayMs)
})

test('quirk 17: penalty is added only when an expired bill is replaced, and only for configured services', async () => {
  const fresh = await rig.billOf('plain-due')
  expect(fresh.totalAmount).toBe(2100)
  rig.admin.clock.advance(120 * dayMs)
  rig.token = String(at(await rig.logIn(), 'access_token'))
  const replaced = await rig.billOf('plain-due')
  expect(replaced.id).not.toBe(fresh.id)
  const heads = replaced.billDetails[0]?.billAccountDetails.map((line) => line.taxHeadCode)
  expect(heads).toEqual(expect.arrayContaining(['PT_TIME_INTEREST', 'PT_TIME_PENALTY']))
  expect(replaced.totalAmount).toBeGreaterThan(2310)

  const licence = await rig.billOf('licence')
  rig.admin.clock.advance(2 * dayMs)
  const nextLicence = await rig.billOf('licence')
  expect(nextLicence.id).not.toBe(licence.id)
  expect(nextLicence.totalAmount).toBe(licence.totalAmount)
})

test('the first generation of a long overdue demand adds nothing', async () => {
  rig.admin.clock.advance(5 * dayMs)
  expect((await rig.billOf('one-payer-property')).totalAmount).toBe(2100)
})

test('an early payment rebate goes when its date has passed', async () => {
  const before = await rig.billOf('rebate')
  expect(before.totalAmount).toBe(3000)
  rig.admin.clock.advance(2 * dayMs)
  const after = await rig.billOf('rebate')
  const rebate = after.billDetails[0]?.billAccountDetails.find(
    (line) => line.taxHeadCode === 'PT_TIME_REBATE',
  )
  expect(rebate?.amount).toBe(0)
})

test('quirk 18: a demand update turns the ACTIVE bill EXPIRED, yet that bill can still be paid', async () => {
  const bill = await rig.billOf('plain-due')
  rig.admin.changeTax({ ...sampleOf('plain-due'), taxHeadCode: 'PT_TAX', taxRupees: 2500 })
  const [stored] = billsOf(await searchWith({ tenantId: devgaon, billId: bill.id }))
  expect(stored?.status).toBe('EXPIRED')
  expect(stored?.billDetails[0]?.expiryDate).toBeGreaterThan(noonMs)
  expect((await rig.billOf('plain-due')).totalAmount).toBe(2600)
  expect((await rig.pay(bill)).status).toBe(200)
  const found = await rig.search('PT', { billIds: bill.id })
  expect(at(found, 'Payments.0.paymentDetails.0.bill.status')).toBe('ACTIVE')
})

test('quirk 48: several codes in one call all get the payer of the first', async () => {
  const codes = [sampleOf('plain-due'), sampleOf('firm-name')].map((sample) => sample.consumerCode)
  const reply = await fetchWith({ tenantId: devgaon, businessService: 'PT', consumerCode: codes.join(',') })
  const bills = billsOf(reply)
  expect(bills.map((bill) => bill.consumerCode)).toEqual(codes)
  expect(bills.map((bill) => bill.payerName)).toEqual(['Ramesh Verma', 'Ramesh Verma'])
})

test('quirk 49: one ACTIVE bill per consumer code and tenant, whatever the service', async () => {
  await rig.billOf('shared-code-water')
  expect(codesOf(await rig.fetchBill('shared-code-sewerage'))).toEqual(['DuplicateKeyException'])
  rig.admin.setSettings({ hasUniqueActiveBill: false })
  expect((await rig.fetchBill('shared-code-sewerage')).status).toBe(201)
})

test('quirk 50: bill search gives the newest bill per code and ignores size and offset', async () => {
  const first = await rig.billOf('plain-due')
  rig.admin.clock.advance(2 * dayMs)
  const second = await rig.billOf('plain-due')
  const other = await rig.billOf('rebate')
  const bills = billsOf(
    await searchWith({
      tenantId: devgaon,
      service: 'PT',
      consumerCode: `${first.consumerCode},${other.consumerCode}`,
      size: '1',
      offset: '1',
    }),
  )
  expect(bills.map((bill) => bill.id).toSorted()).toEqual([second.id, other.id].toSorted())
  const expired = billsOf(await searchWith({ tenantId: devgaon, billId: first.id }))
  expect(expired.map((bill) => bill.status)).toEqual(['EXPIRED'])
})

test.each([
  [{ tenantId: devgaon }, 'EGBS_MANDATORY_FIELDS_ERROR'],
  [{ tenantId: devgaon, consumerCode: 'X' }, 'BILL_SEARCH_CONSUMERCODE_BUSINESSSERVICE'],
  [{ tenantId: devgaon, billNumber: 'BILLNO-PT-000001' }, 'EGBS_MANDATORY_FIELDS_ERROR'],
])('bill search %j is refused with %s', async (query, code) => {
  expect(codesOf(await searchWith(query))).toEqual([code])
})

test('bills are found by mobile number over one service', async () => {
  const bill = await rig.billOf('one-payer-property')
  const found = billsOf(
    await fetchWith({ tenantId: devgaon, businessService: 'PT', mobileNumber: '9876500004' }),
  )
  expect(found.map((item) => item.id)).toEqual([bill.id])
})

test('demandId alone loads every ACTIVE bill of the service', async () => {
  await rig.billOf('plain-due')
  await rig.billOf('rebate')
  const found = billsOf(await fetchWith({ tenantId: devgaon, businessService: 'PT', demandId: 'any' }))
  expect(found.length).toBeGreaterThanOrEqual(2)
})

test('amounts are printed with two decimals', async () => {
  const reply = await rig.fetchBill('plain-due')
  expect(reply.text).toContain('"totalAmount":2100.00')
  expect(reply.text).toContain('"adjustedAmount":0.00')
})

test('_cancelbill cancels the ACTIVE bill of one consumer code; a new bill is made afterwards', async () => {
  const bill = await rig.billOf('plain-due')
  const cancel = (consumerCodes: string[]) =>
    rig.post('/billing-service/bill/v2/_cancelbill', {
      UpdateBillCriteria: {
        tenantId: devgaon,
        businessService: 'PT',
        consumerCodes,
        additionalDetails: { why: 'x' },
      },
    })
  const done = await cancel([bill.consumerCode])
  expect(done.status).toBe(200)
  expect(cancelBillAnswerSchema.parse(done.body).message).toMatch(/cancelled/i)
  expect(billsOf(await searchWith({ tenantId: devgaon, billId: bill.id }))[0]?.status).toBe('CANCELLED')
  expect((await cancel([bill.consumerCode])).status).toBe(400)
  expect(codesOf(await cancel(['A', 'B']))).toEqual(['EG_BS_CANCEL_BILL_ERROR'])
  expect((await rig.billOf('plain-due')).id).not.toBe(bill.id)
})

test('quirk 43: v1 bill paths fail in the third error shape; paths of the Swagger do not exist', async () => {
  for (const name of ['_search', '_fetchbill', '_generate', '_create']) {
    const reply = await rig.post(`/billing-service/bill/${name}?tenantId=${devgaon}`)
    expect(reply.status).toBe(400)
    expect(legacyErrorSchema.parse(reply.body).error).toMatchObject({ code: 400, message: 'EG_BS_API_ERROR' })
    expect(at(reply, 'Errors')).toBeUndefined()
  }
  for (const path of ['/billing-service/bill/v2/_fetchBill', '/collection-services/payments/_workflow']) {
    expect((await rig.post(`${path}?tenantId=${devgaon}`)).status).toBe(403)
  }
})

test('quirk 44: resMsgId is a constant and a 201 says "200 OK"', async () => {
  await rig.fetchBill('plain-due')
  const reply = await rig.fetchBill('plain-due')
  expect(reply.status).toBe(201)
  expect(at(reply, 'ResposneInfo')).toMatchObject({
    resMsgId: 'uief87324',
    status: '200 OK',
    msgId: '1|en_IN',
  })
})

test('demand search shows tax and collection by head', async () => {
  const { tenantId, consumerCode, businessService } = sampleOf('part-paid')
  const query = new URLSearchParams({ tenantId, consumerCode, businessService })
  const reply = await rig.post(`/billing-service/demand/_search?${query.toString()}`)
  const { Demands } = demandAnswerSchema.parse(reply.body)
  expect(
    Demands.flatMap((demand) => demand.demandDetails).map((line) => [line.taxAmount, line.collectionAmount]),
  ).toEqual([
    [900, 450],
    [900, 0],
  ])
  expect(codesOf(await rig.post(`/billing-service/demand/_search?tenantId=${devgaon}`))).toEqual([
    'EG_BS_DEMAND_SEARCH_MANDATORY',
  ])
})
