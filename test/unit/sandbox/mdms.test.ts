// Goal: masters come as a state has them, odd flags and all, and filters pick what clients ask for.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { businessServiceSchema, mdmsAnswerSchema, taxHeadSchema, tenantSchema } from '#digit-wire/mdms.ts'
import { at, codesOf, startRig } from './rig.ts'
import type { Rig } from './rig.ts'

let rig: Rig
beforeAll(async () => {
  rig = await startRig()
})
afterAll(() => rig.close())

type Master = { name: string; filter?: string }
const ask = (moduleName: string, masterDetails: Master[], tenantId = 'sr') =>
  rig.post('/egov-mdms-service/v1/_search', {
    MdmsCriteria: { tenantId, moduleDetails: [{ moduleName, masterDetails }] },
  })

test('business services carry the rules: part, advance, minimum, forbidden modes', async () => {
  const reply = await ask('BillingService', [{ name: 'BusinessService' }])
  expect(reply.status).toBe(200)
  const rows = mdmsAnswerSchema.parse(reply.body).MdmsRes['BillingService']?.['BusinessService'] ?? []
  const services = rows.map((row) => businessServiceSchema.parse(row))
  const rule = (code: string) => {
    const found = services.find((service) => service.code === code)
    return [found?.partPaymentAllowed, found?.isAdvanceAllowed, found?.minAmountPayable]
  }
  expect(rule('PT')).toEqual([true, false, 100])
  expect(rule('WS')).toEqual([true, true, 100])
  expect(rule('SW')).toEqual([true, true, 100])
  expect(rule('TL')).toEqual([false, false, undefined])
  expect(services.filter((service) => !service.collectionModesNotAllowed?.includes('DD'))).toHaveLength(1)
  const strict = services.filter((service) => service.collectionModesNotAllowed?.includes('POSTAL_ORDER'))
  expect(strict.map((service) => service.code)).toEqual(['MISC.HALL_RENT'])
  expect(services.map((service) => typeof service.isBillAmendmentEnabled)).toEqual(
    expect.arrayContaining(['string', 'boolean', 'undefined']),
  )
})

test('the order of a tax head is a string in the master and an integer in a bill', async () => {
  const reply = await ask('BillingService', [{ name: 'TaxHeadMaster', filter: "[?(@.service=='WS')]" }])
  const rows = mdmsAnswerSchema.parse(reply.body).MdmsRes['BillingService']?.['TaxHeadMaster'] ?? []
  const heads = rows.map((row) => taxHeadSchema.parse(row))
  expect(heads.map((head) => head.service)).toEqual(['WS', 'WS', 'WS', 'WS'])
  expect(heads.every((head) => typeof head.order === 'string')).toBe(true)
  const bill = await rig.billOf('one-payer-water')
  expect(bill.billDetails[0]?.billAccountDetails.map((line) => line.order)).toEqual([2, 1])
})

test.each([
  ["[?(@.code=='PT')]", ['PT']],
  ["[?(@.type=='Adhoc' && @.partPaymentAllowed==null)]", ['MISC.HALL_RENT']],
  ['[?(@.isAdvanceAllowed==true)]', ['WS', 'SW']],
  ["$.[?(@.code in ['TL','PT'])]", ['PT', 'TL']],
  ["[?(@.code=='nothing')]", []],
])('filter %s', async (filter, codes) => {
  const reply = await ask('BillingService', [{ name: 'BusinessService', filter }])
  const rows = mdmsAnswerSchema.parse(reply.body).MdmsRes['BillingService']?.['BusinessService'] ?? []
  expect(rows.map((row) => businessServiceSchema.parse(row).code)).toEqual(codes)
})

test('a filter can end in a field', async () => {
  const reply = await ask('BillingService', [
    { name: 'TaxHeadMaster', filter: "[?(@.category=='ADVANCE_COLLECTION')].code" },
  ])
  expect(at(reply, 'MdmsRes.BillingService.TaxHeadMaster')).toEqual([
    'WS_ADVANCE_CARRYFORWARD',
    'SW_ADVANCE_CARRYFORWARD',
  ])
})

test('a filter that is no JSONPath is refused', async () => {
  const reply = await ask('BillingService', [{ name: 'BusinessService', filter: 'everything' }])
  expect(reply.status).toBe(400)
  expect(codesOf(reply)).toEqual(['InvalidPathException'])
})

test('tenants hold the state and two towns', async () => {
  const reply = await ask('tenant', [{ name: 'tenants' }])
  const rows = mdmsAnswerSchema.parse(reply.body).MdmsRes['tenant']?.['tenants'] ?? []
  const codes = rows.map((row) => tenantSchema.parse(row).code)
  expect(codes).toEqual(['sr', 'sr.devgaon', 'sr.chandnipur'])
})

test('a missing module or master is an absent key, still 200', async () => {
  expect(at(await ask('Nowhere', [{ name: 'Nothing' }]), 'MdmsRes')).toEqual({})
  expect(at(await ask('tenant', [{ name: 'citymodule' }]), 'MdmsRes')).toEqual({})
})

test('an unknown city is 400', async () => {
  const reply = await ask('tenant', [{ name: 'tenants' }], 'sr.atlantis')
  expect(reply.status).toBe(400)
  expect(codesOf(reply)).toEqual(['Invalid_tenantId.MdmsCriteria.tenantId'])
})
