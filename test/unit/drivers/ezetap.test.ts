// Goal: an Ezetap terminal keeps every rule of a terminal behind a cloud; its amounts and devices go out as the vendor writes them, and only
// AUTHORIZED with our own number and amount is an approval.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { AmountUnit } from '#drivers/card-terminal/decimal-amount.ts'
import { openEzetap, readEzetapStatus } from '#drivers/card-terminal/ezetap.ts'
import { startVirtualEzetap } from '#drivers/virtual/ezetap-cloud.ts'
import {
  CLOUD_TEST_TIMES,
  openingCounters,
  sale,
  testCloudTerminal,
} from '#test/unit/drivers/cloud-terminal-rules.ts'

const appKey = '5ecre7ab-app-key'

const counterAt = openingCounters()

async function counter(options: { amountUnit?: AmountUnit; device?: string; secret?: string } = {}) {
  const { amountUnit = 'rupees', device = '0821006725', secret = appKey } = options
  const cloud = await startVirtualEzetap({
    appKey,
    username: '9876500000',
    deviceId: '0821006725|ezetap_android',
  })
  const terminal = openEzetap({
    url: cloud.url,
    appKey: secret,
    username: '9876500000',
    device,
    amountUnit,
    ca: null,
    times: CLOUD_TEST_TIMES,
  })
  return counterAt(cloud, terminal)
}

testCloudTerminal({
  counter: async (secret = appKey) => await counter({ secret }),
  secret: appKey,
  vendor: 'Ezetap',
  paths: { handOver: '/start', takeBack: '/cancel' },
  approved: { transactionNumber: '532712345678', approvedAtMs: 1_795_428_931_000 },
  wrongPinWords: 'Incorrect PIN, try again',
})

test.each([
  ['paise', '125000'],
  ['rupees', '1250.00'],
] as const)('in %s the amount on the line is "%s"', async (amountUnit, text) => {
  const { cloud, start } = await counter({ amountUnit })
  expect(await start()).toMatchObject({ kind: 'approved' })
  expect(cloud.ledger).toMatchObject([{ amount: text }])
})

test('a device written with its kind is taken as it is; an unknown one is not set up', async () => {
  const whole = await counter({ device: '0821006725|ezetap_android' })
  expect(await whole.start()).toMatchObject({ kind: 'approved' })
  const other = await counter({ device: '0999999999' })
  expect(await other.start()).toMatchObject({
    kind: 'not_started',
    problem: { code: 'card_terminal_not_set_up' },
  })
})

test.each([
  [{ messageCode: 'P2P_DEVICE_TXN_DONE', status: 'AUTHORIZED', amount: '1250' }, 'approved', 'unknown'],
  [{ messageCode: 'P2P_DEVICE_TXN_DONE', status: 'FAILED' }, 'declined', 'declined'],
  [{ messageCode: 'P2P_DEVICE_TXN_DONE', status: 'EXPIRED' }, 'cancelled', 'cancelled'],
  [{ messageCode: 'P2P_DEVICE_CANCELED' }, 'cancelled', 'cancelled'],
  [{ messageCode: 'P2P_DEVICE_RECEIVED' }, 'in_progress', 'in_progress'],
  [{ messageCode: 'P2P_DEVICE_TXN_DONE', status: 'VOIDED' }, 'unknown', 'unknown'],
  [{ messageCode: 'P2P_STATUS_UNKNOWN' }, 'unknown', 'unknown'],
])('%j counts only for our sale; an approval must name it', (said, kind, kindWithoutName) => {
  const own = { intent: sale(), terminalReference: 'P1', amountUnit: 'rupees' as const }
  const kindWith = (names: object) => readEzetapStatus({ success: true, ...said, ...names }, own).kind
  expect(kindWith({ externalRefNumber: 'T7000001', p2pRequestId: 'P1' })).toBe(kind)
  expect(kindWith({})).toBe(kindWithoutName)
  expect(kindWith({ externalRefNumber: 'T7000002' })).toBe('unknown')
  expect(kindWith({ externalRefNumber: 'T7000001', p2pRequestId: 'P2' })).toBe('unknown')
})

test('nothing the cloud can say throws or approves without the state, our reference and our amount', () => {
  const own = { intent: sale(), terminalReference: 'P1', amountUnit: 'rupees' as const }
  const Field = fc.option(
    fc.oneof(
      fc.string(),
      fc.constantFrom('AUTHORIZED', 'P2P_DEVICE_TXN_DONE', 'T7000001', '1250', '1250.00'),
    ),
    { nil: undefined },
  )
  const Answer = fc.record({
    success: fc.boolean(),
    messageCode: Field,
    status: Field,
    externalRefNumber: Field,
    amount: Field,
    totalAmount: Field,
    paymentMode: Field,
    rrNumber: Field,
  })
  fc.assert(
    fc.property(Answer, (answer) => {
      const isSaid =
        answer.status?.toUpperCase() === 'AUTHORIZED' &&
        answer.externalRefNumber === 'T7000001' &&
        Number(answer.totalAmount ?? answer.amount) === 1250
      expect(readEzetapStatus(answer, own).kind === 'approved').toBe(
        isSaid && !/CASH|CHEQUE/i.test(answer.paymentMode ?? ''),
      )
    }),
    { numRuns: 500 },
  )
})
