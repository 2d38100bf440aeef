// Goal: a Pine Labs terminal keeps every rule of a terminal behind a cloud; its amounts go out as exact numbers, and an answer counts only
// under the cloud's own number of the sale and with our amount.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { AmountUnit } from '#drivers/card-terminal/decimal-amount.ts'
import { openPineLabs, readPineLabsStatus } from '#drivers/card-terminal/pine-labs.ts'
import { startVirtualPineLabs } from '#drivers/virtual/pine-labs-cloud.ts'
import {
  CLOUD_TEST_TIMES,
  openingCounters,
  sale,
  testCloudTerminal,
} from '#test/unit/drivers/cloud-terminal-rules.ts'

const securityToken = 'c0ffee00-secret-token'

const counterAt = openingCounters()

async function counter(options: { amountUnit?: AmountUnit; token?: string } = {}) {
  const { amountUnit = 'paise', token = securityToken } = options
  const cloud = await startVirtualPineLabs({ merchantId: '29610', securityToken })
  const terminal = openPineLabs({
    url: cloud.url,
    merchantId: '29610',
    storeId: '1221258',
    clientId: '1012631',
    securityToken: token,
    amountUnit,
    paymentModes: '1',
    ca: null,
    times: CLOUD_TEST_TIMES,
  })
  return counterAt(cloud, terminal)
}

testCloudTerminal({
  counter: async (token = securityToken) => await counter({ token }),
  secret: securityToken,
  vendor: 'Pine Labs',
  paths: { handOver: '/UploadBilledTransaction', takeBack: '/CancelTransaction' },
  approved: {
    transactionNumber: '000792514130',
    approvedAtMs: Date.parse('2026-11-23T15:45:31+05:30'),
  },
  wrongPinWords: 'WRONG PIN ENTERED',
})

test.each([
  ['paise', '125000'],
  ['rupees', '1250.00'],
] as const)('in %s the amount on the line is %s', async (amountUnit, text) => {
  const { cloud, start } = await counter({ amountUnit })
  await start()
  const amounts = cloud.requests.map(({ body }) => /"Amount":([^,}]+)/.exec(body)?.[1])
  expect(amounts[0]).toBe(text)
})

test.each([
  ['0', 'TXN APPROVED', 'approved'],
  ['1', 'TXN CANCELLED', 'cancelled'],
  ['1', 'TXN DECLINED', 'declined'],
  ['1001', 'TXN UPLOADED', 'in_progress'],
])('%s %s counts only under the number of our sale', (ResponseCode, ResponseMessage, kind) => {
  const own = { intent: sale(), terminalReference: '658845', amountUnit: 'paise' as const }
  const TransactionData = [{ Tag: 'Amount In Paisa', Value: '125000' }]
  const kindUnder = (PlutusTransactionReferenceID: string | null) =>
    readPineLabsStatus({ ResponseCode, ResponseMessage, PlutusTransactionReferenceID, TransactionData }, own)
      .kind
  expect(kindUnder('658845')).toBe(kind)
  expect([kindUnder('658846'), kindUnder(null)]).toEqual(['unknown', 'unknown'])
})

test('nothing the cloud can say throws or approves without its number and our amount', () => {
  const own = { intent: sale(), terminalReference: '658845', amountUnit: 'paise' as const }
  const Field = fc.option(fc.oneof(fc.string(), fc.constantFrom('0', '658845', 'TXN APPROVED', '125000')))
  const Tag = fc.record({ Tag: fc.oneof(fc.string(), fc.constant('AmountInPaisa')), Value: Field })
  fc.assert(
    fc.property(
      fc.constantFrom('0', '1', '1001', '-7'),
      Field,
      Field,
      fc.option(fc.array(Tag)),
      (ResponseCode, ResponseMessage, PlutusTransactionReferenceID, TransactionData) => {
        const answer = { ResponseCode, ResponseMessage, PlutusTransactionReferenceID, TransactionData }
        const seen = readPineLabsStatus(answer, own)
        const isSaid =
          ResponseCode === '0' &&
          PlutusTransactionReferenceID === '658845' &&
          (TransactionData ?? []).some(({ Value }) => Value === '125000')
        expect(seen.kind === 'approved' && !isSaid).toBe(false)
      },
    ),
  )
})
