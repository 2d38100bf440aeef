// Goal: whatever Pine Labs' cloud, its terminal or the line do, the outcome agrees with what was really charged, a bill is uploaded at
// most once, the cloud's number is handed on at once, and no secret shows anywhere.
import { inspect } from 'node:util'
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import type { CardIntent, CardProgress } from '#drivers/card-terminal/card-terminal.ts'
import type { AmountUnit } from '#drivers/card-terminal/decimal-amount.ts'
import { openPineLabs, readPineLabsStatus } from '#drivers/card-terminal/pine-labs.ts'
import type { VirtualCloudFault } from '#drivers/virtual/virtual-cloud.ts'
import { startVirtualPineLabs } from '#drivers/virtual/pine-labs-cloud.ts'
import { contradiction } from '#test/unit/drivers/card-truth.ts'

const securityToken = 'c0ffee00-secret-token'
const times = { askTimeoutMs: 400, lookEveryMs: 2, looksMax: 4, looksAfterCancelMax: 4 }

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

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
    times,
  })
  closing.push(terminal.close, cloud.close)
  const progress: CardProgress[] = []
  const handedOver: string[] = []
  const watch = {
    onProgress: (step: CardProgress) => progress.push(step),
    onHandedOver: (id: string) => handedOver.push(id),
  }
  const start = async (intent = sale()) => await terminal.start(intent, watch)
  return { cloud, terminal, progress, handedOver, start }
}

function sale(terminalReference: string | null = null): CardIntent {
  return { reference: 'T7000001', amountPaise: 125_000, startedAtMs: Date.now(), terminalReference }
}

test('an approved sale: the number of the cloud at once, progress on the way, and what a receipt needs', async () => {
  const { cloud, start, progress, handedOver } = await counter()
  const outcome = await start()
  expect(contradiction(outcome, cloud.ledger, sale())).toBeNull()
  expect(outcome).toEqual({
    kind: 'approved',
    approval: {
      amountPaise: 125_000,
      transactionNumber: '000792514130',
      approvalCode: '849035',
      scheme: 'RUPAY',
      cardLastFour: '5664',
      terminalId: '10130951',
      reversalKey: null,
      approvedAtMs: Date.parse('2026-11-23T15:45:31+05:30'),
      slipLines: [],
    },
  })
  expect(handedOver).toEqual(['658845'])
  expect(progress.map(({ step }) => step)).toEqual(['connecting', 'present_card'])
})

describe('the sale', () => {
  test.each([
    ['declined', 'declined'],
    ['wrong_pin', 'approved'],
    ['cancelled_at_terminal', 'cancelled'],
    ['busy', 'not_started'],
    ['terminal_offline', 'not_started'],
    ['late_approval', 'approved'],
    ['never_ends', 'unknown'],
    ['answer_lost', 'unknown'],
    ['request_lost', 'unknown'],
    ['silence', 'unknown'],
    ['duplicate', 'unknown'],
    ['no_number', 'unknown'],
    ['html', 'unknown'],
    ['half', 'unknown'],
    ['status_500', 'unknown'],
    ['other_amount', 'unknown'],
    ['paid_cash', 'unknown'],
  ] as const)('%s → %s, as the ledger has it', async (fault: VirtualCloudFault, result) => {
    const { cloud, start } = await counter()
    cloud.script({ sale: fault })
    const outcome = await start()
    expect(contradiction(outcome, cloud.ledger, sale())).toBeNull()
    expect(outcome.kind).toBe(result)
    const uploads = cloud.requests.filter(({ path }) => path.endsWith('/UploadBilledTransaction'))
    expect(uploads, 'a bill is never uploaded twice').toHaveLength(1)
  })

  test.each(['html', 'half', 'status_500', 'not_found', 'other_sale', 'other_amount'] as const)(
    'a look answered by %s is taken again',
    async (fault) => {
      const { cloud, start } = await counter()
      cloud.script({ looks: [fault, fault] })
      const outcome = await start()
      expect(contradiction(outcome, cloud.ledger, sale())).toBeNull()
      expect(outcome.kind).toBe('approved')
    },
  )

  test('a wrong PIN is told on the way', async () => {
    const { cloud, start, progress } = await counter()
    cloud.script({ sale: 'wrong_pin' })
    await start()
    expect(progress).toContainEqual({ step: 'wrong_pin', words: 'WRONG PIN ENTERED' })
  })

  test('an answer that was lost: the words name the bill and the report, and nobody uploads again', async () => {
    const { cloud, start, terminal, handedOver } = await counter()
    cloud.script({ sale: 'answer_lost' })
    for (const outcome of [await start(), await terminal.status(sale())]) {
      expect(outcome).toMatchObject({ kind: 'unknown', problem: { code: 'card_terminal_result_unknown' } })
      expect(inspect(outcome)).toMatch(/Do not charge again: look for bill T7000001 in Pine Labs/)
    }
    expect(handedOver).toEqual([])
    expect(cloud.ledger).toHaveLength(1)
  })

  test('nobody pays: it is taken back with its amount, and what came late is found by asking', async () => {
    const { cloud, start, terminal } = await counter()
    cloud.script({ sale: 'never_ends' })
    expect(await start()).toMatchObject({ kind: 'unknown' })
    expect(cloud.requests.filter(({ path }) => path.endsWith('/CancelTransaction'))).toHaveLength(1)
    cloud.script({})
    expect(await terminal.status(sale('658845'))).toEqual({ kind: 'in_progress' })
    const status = await terminal.status(sale('658845'))
    expect(contradiction(status, cloud.ledger, sale())).toBeNull()
    expect(status.kind).toBe('approved')
  })

  test('cancelled by the cashier, it ends as cancelled', async () => {
    const { cloud, start, terminal, handedOver } = await counter()
    cloud.script({ looks: ['not_found', 'not_found', 'not_found'] })
    const running = start()
    await expect.poll(() => handedOver, { interval: 1 }).toHaveLength(1)
    await terminal.cancel(sale())
    const outcome = await running
    expect(contradiction(outcome, cloud.ledger, sale())).toBeNull()
    expect(['cancelled', 'approved']).toContain(outcome.kind)
  })
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

test('no network: nothing was sent', async () => {
  const { cloud, start, terminal } = await counter()
  await cloud.close()
  expect(await start()).toMatchObject({ kind: 'not_started', problem: { code: 'device_unreachable' } })
  expect(await terminal.check()).toMatchObject({ code: 'device_unreachable' })
})

test('the check asks without charging, and tells a wrong token', async () => {
  const right = await counter()
  expect(await right.terminal.check()).toBeNull()
  expect(right.cloud.ledger).toEqual([])
  const wrong = await counter({ token: 'another-secret' })
  expect(await wrong.terminal.check()).toMatchObject({ code: 'card_terminal_not_set_up' })
  expect(await wrong.start()).toMatchObject({
    kind: 'not_started',
    problem: { code: 'card_terminal_not_set_up' },
  })
})

test('the token shows in no outcome, problem or description', async () => {
  const { cloud, start, terminal } = await counter()
  const told: unknown[] = [terminal.describe(), await start()]
  for (const fault of ['answer_lost', 'html', 'silence', 'half'] as const) {
    cloud.script({ sale: fault })
    told.push(await start(), await terminal.status(sale('1')))
  }
  await cloud.close()
  told.push(await start(), await terminal.check())
  expect(inspect(told, { depth: 12, showHidden: true })).not.toContain(securityToken)
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
