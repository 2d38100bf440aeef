// Goal: whatever Ezetap's cloud, its terminal or the line do, the outcome agrees with what was really charged, a bill is pushed at most
// once, only AUTHORIZED with our own number and amount is an approval, and no secret shows anywhere.
import { inspect } from 'node:util'
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import type { CardIntent, CardProgress } from '#drivers/card-terminal/card-terminal.ts'
import type { AmountUnit } from '#drivers/card-terminal/decimal-amount.ts'
import { openEzetap, readEzetapStatus } from '#drivers/card-terminal/ezetap.ts'
import { startVirtualEzetap } from '#drivers/virtual/ezetap-cloud.ts'
import type { VirtualCloudFault } from '#drivers/virtual/virtual-cloud.ts'
import { contradiction } from '#test/unit/drivers/card-truth.ts'

const appKey = '5ecre7ab-app-key'
const times = { askTimeoutMs: 400, lookEveryMs: 2, looksMax: 4, looksAfterCancelMax: 4 }

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

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
      transactionNumber: '532712345678',
      approvalCode: '849035',
      scheme: 'RUPAY',
      cardLastFour: '5664',
      terminalId: '10130951',
      reversalKey: null,
      approvedAtMs: 1_795_428_931_000,
      slipLines: [],
    },
  })
  expect(handedOver).toEqual([cloud.ledger[0]?.terminalReference])
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
    const pushes = cloud.requests.filter(({ path }) => path.endsWith('/start'))
    expect(pushes, 'a bill is never pushed twice').toHaveLength(1)
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
    expect(progress).toContainEqual({ step: 'wrong_pin', words: 'Incorrect PIN, try again' })
  })

  test('an answer that was lost: the words name the bill and the report', async () => {
    const { cloud, start, terminal } = await counter()
    cloud.script({ sale: 'answer_lost' })
    for (const outcome of [await start(), await terminal.status(sale())]) {
      expect(outcome).toMatchObject({ kind: 'unknown', problem: { code: 'card_terminal_result_unknown' } })
      expect(inspect(outcome)).toMatch(/Do not charge again: look for bill T7000001 in Ezetap/)
    }
    expect(cloud.ledger).toHaveLength(1)
  })

  test('nobody pays: it is taken back, and what came late is found by asking', async () => {
    const { cloud, start, terminal, handedOver } = await counter()
    cloud.script({ sale: 'never_ends' })
    expect(await start()).toMatchObject({ kind: 'unknown' })
    expect(cloud.requests.filter(({ path }) => path.endsWith('/cancel'))).toHaveLength(1)
    cloud.script({})
    const [id = ''] = handedOver
    expect(await terminal.status(sale(id))).toEqual({ kind: 'in_progress' })
    const status = await terminal.status(sale(id))
    expect(contradiction(status, cloud.ledger, sale())).toBeNull()
    expect(status.kind).toBe('approved')
  })
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

test('a watcher that fails does not lose the outcome, and closing leaves it unknown', async () => {
  const { cloud, terminal, start, handedOver } = await counter()
  const fail = () => {
    throw new Error('the screen is gone')
  }
  const outcome = await terminal.start(sale(), { onProgress: fail, onHandedOver: fail })
  expect(outcome).toMatchObject({ kind: 'approved' })
  cloud.script({ looks: Array.from({ length: 8 }, () => 'html' as const) })
  const running = start({ ...sale(), reference: 'T7000002' })
  await expect.poll(() => handedOver, { interval: 1 }).toHaveLength(1)
  await terminal.close()
  expect(await running).toMatchObject({ kind: 'unknown' })
})

test('no network: nothing was sent', async () => {
  const { cloud, start, terminal } = await counter()
  await cloud.close()
  expect(await start()).toMatchObject({ kind: 'not_started', problem: { code: 'device_unreachable' } })
  expect(await terminal.check()).toMatchObject({ code: 'device_unreachable' })
})

test('the check asks without charging, and tells a wrong key', async () => {
  const right = await counter()
  expect(await right.terminal.check()).toBeNull()
  expect(right.cloud.ledger).toEqual([])
  const wrong = await counter({ secret: 'another-secret' })
  expect(await wrong.terminal.check()).toMatchObject({ code: 'card_terminal_not_set_up' })
})

test('the app key shows in no outcome, problem or description', async () => {
  const { cloud, start, terminal } = await counter()
  const told: unknown[] = [terminal.describe(), await start()]
  for (const fault of ['answer_lost', 'html', 'silence', 'half'] as const) {
    cloud.script({ sale: fault })
    told.push(await start(), await terminal.status(sale('1')))
  }
  await cloud.close()
  told.push(await start(), await terminal.check())
  expect(inspect(told, { depth: 12, showHidden: true })).not.toContain(appKey)
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
