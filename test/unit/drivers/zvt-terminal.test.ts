// Goal: whatever a ZVT terminal or its network does in the middle of a payment, the card is charged once or not at all, and the till says
// which, or says that it does not know and finds out by asking. Over TCP, against the ledger of a virtual terminal.
import { describe, expect, test } from 'vitest'
import { openZvtTerminal } from '#drivers/card-terminal/zvt/zvt-terminal.ts'
import { networkTransport } from '#drivers/transport/network.ts'
import type { SaleStep, ZvtFaults } from '#drivers/virtual/zvt-faults.ts'
import { startVirtualZvtTerminal } from '#drivers/virtual/zvt-terminal-server.ts'
import { AMOUNT_PAISE, askUntilSettled, connectTo, expectTruth, newIntent, sell } from './zvt-till.ts'

/** How long a silent terminal is waited for. */
const SILENCE_MS = 600
const CARD = '4111 1111 1111 1111'

type Kinds = readonly [outcome: string, statusAfterwards: string]

const cases: readonly [string, ZvtFaults, Kinds][] = [
  ['all goes well', {}, ['approved', 'approved']],
  ['the PIN is wrong once', { outcome: 'wrong_pin_then_approved' }, ['approved', 'approved']],
  ['the bank declines', { outcome: 'declined' }, ['declined', 'not_found']],
  ['the card has expired', { outcome: 'expired' }, ['declined', 'not_found']],
  ['the bank cannot be reached', { outcome: 'bank_unreachable' }, ['declined', 'not_found']],
  ['a declined sale is kept', { outcome: 'declined', keepsDeclined: true }, ['declined', 'declined']],
  ['the customer gives up', { outcome: 'gave_up' }, ['cancelled', 'not_found']],
  ['the terminal refuses the sale', { refusesSale: true }, ['not_started', 'not_found']],
  ['the terminal is busy at the sale', { isBusyAtSale: true }, ['unknown', 'not_found']],
  ['it breaks off after it said yes', { abortsAfterYes: true }, ['unknown', 'approved']],
  ['it ends without a result', { tellsNoResult: true }, ['unknown', 'approved']],
  ['it answers with the sale before', { repeatsOlderSale: true }, ['unknown', 'not_found']],
  ['it sends what nobody knows', { sendsOddMessage: true }, ['approved', 'approved']],
  ['it tells of another sale first', { tellsAnotherFirst: true }, ['approved', 'approved']],
  ['it is slow', { stepDelayMs: 20 }, ['approved', 'approved']],
  [
    'the answer is lost and it cannot repeat',
    { cutAt: 'after_capture', cannotRepeat: true },
    ['unknown', 'unknown'],
  ],
  [
    'the answer is lost and its clock is wrong',
    { cutAt: 'after_capture', clockSkewMs: 3_600_000 },
    ['unknown', 'unknown'],
  ],
  ['it charges after the line broke', { cutAt: 'after_accept', lateCaptureMs: 150 }, ['unknown', 'approved']],
]

describe.concurrent('one sale', () => {
  test.each(cases)('%s', async (_, faults, [outcomeKind, statusKind]) => {
    const { till, virtual, chargedBeforePaise } = await connectTo(faults)
    const { outcome, intent } = await sell(till)
    expect(outcome).toMatchObject({ kind: outcomeKind })
    const audit = { amountPaise: AMOUNT_PAISE, chargedBeforePaise }
    if (faults.lateCaptureMs === undefined) expectTruth(virtual, outcome, audit)
    const { cutAt: _cut, silentAt: _silent, ...lasting } = faults
    virtual.setFaults({ ...lasting, repeatsOlderSale: false })
    const status = await askUntilSettled(till, intent)
    expect(status).toMatchObject({ kind: statusKind })
    expectTruth(virtual, status, audit)
  })

  const steps: readonly [SaleStep, string, string][] = [
    ['before_accept', 'unknown', 'not_found'],
    ['after_accept', 'unknown', 'not_found'],
    ['after_progress', 'unknown', 'not_found'],
    ['after_capture', 'unknown', 'approved'],
    ['after_status', 'unknown', 'approved'],
    ['after_slip', 'unknown', 'approved'],
    ['after_completion', 'approved', 'approved'],
  ]

  test.each(steps)('the line breaks %s', async (cutAt, outcomeKind, statusKind) => {
    const { till, open, virtual, chargedBeforePaise } = await connectTo({ cutAt })
    const { outcome, intent } = await sell(till)
    expect(outcome).toMatchObject({ kind: outcomeKind })
    expectTruth(virtual, outcome, { amountPaise: AMOUNT_PAISE, chargedBeforePaise })
    virtual.setFaults({})
    // A till that was started anew knows only what was recorded.
    for (const terminal of [till, open()]) {
      const status = await askUntilSettled(terminal, intent)
      expect(status).toMatchObject({ kind: statusKind })
      expectTruth(virtual, status, { amountPaise: AMOUNT_PAISE, chargedBeforePaise })
    }
  })

  test.each(steps)('the terminal falls silent %s', async (silentAt, outcomeKind, statusKind) => {
    const { till, open, virtual, chargedBeforePaise } = await connectTo(
      { silentAt },
      silentAt === 'before_accept' ? { answerMs: SILENCE_MS } : { betweenMs: SILENCE_MS },
    )
    const { outcome, intent } = await sell(till)
    expect(outcome).toMatchObject({ kind: outcomeKind })
    virtual.setFaults({})
    const status = await askUntilSettled(open(), intent)
    expect(status).toMatchObject({ kind: statusKind })
    expectTruth(virtual, status, { amountPaise: AMOUNT_PAISE, chargedBeforePaise })
  })

  test('an answer for another amount is never taken for approval', async () => {
    const { till, virtual } = await connectTo({ toldAmountPaise: 100 })
    const { outcome, intent } = await sell(till)
    expect(outcome).toMatchObject({ kind: 'unknown', problem: { code: 'card_terminal_wrong_answer' } })
    expect(await till.status(intent)).toMatchObject({ kind: 'unknown' })
    virtual.setFaults({})
    expect(await till.status(intent)).toMatchObject({ kind: 'approved' })
  })

  test('a result told before the sale was accepted belongs to another one', async () => {
    const faults = { tellsAnotherFirst: true, cutAt: 'after_progress' } as const
    const { till, virtual } = await connectTo(faults)
    const { outcome, intent } = await sell(till)
    expect(outcome).toMatchObject({ kind: 'unknown' })
    virtual.setFaults({})
    expect(await askUntilSettled(till, intent)).toEqual({ kind: 'not_found' })
  })

  test('only a terminal that is ready proves that there was no sale', async () => {
    const { till, virtual } = await connectTo({ cutAt: 'after_progress' })
    const { intent } = await sell(till)
    virtual.setFaults({ stateCode: 0xdc })
    expect(await askUntilSettled(till, intent)).toMatchObject({ kind: 'unknown' })
    expect(await till.check()).toMatchObject({ code: 'card_terminal_refused' })
    virtual.setFaults({ stateCode: 0x9c })
    expect(await till.status(intent)).toEqual({ kind: 'in_progress' })
    virtual.setFaults({})
    expect(await till.status(intent)).toEqual({ kind: 'not_found' })
  })

  test('a busy terminal takes nothing, and is in progress as far as anybody knows', async () => {
    const { till, virtual, chargedBeforePaise } = await connectTo({ isBusy: true })
    const { outcome, intent } = await sell(till)
    expect(outcome).toMatchObject({ kind: 'not_started', problem: { code: 'card_terminal_busy' } })
    expect(await till.status(intent)).toEqual({ kind: 'in_progress' })
    expect(await till.check()).toMatchObject({ code: 'card_terminal_busy' })
    expect(virtual.chargedPaise()).toBe(chargedBeforePaise)
  })

  test('a terminal that is not there takes nothing', async () => {
    const server = await startVirtualZvtTerminal({ port: 0 })
    await server.close()
    const till = openZvtTerminal({
      transport: networkTransport({ ...server, noun: 'card terminal' }),
      framing: 'tcp',
    })
    const { outcome, intent } = await sell(till)
    expect(outcome).toMatchObject({ kind: 'not_started', problem: { code: 'device_unreachable' } })
    expect(await till.status(intent)).toMatchObject({ kind: 'unknown' })
    expect(await till.check()).toMatchObject({ code: 'device_unreachable' })
  })
})

describe('what the till is told', () => {
  test('number, approval, scheme, last four, terminal, time and slip', async () => {
    const { till, virtual } = await connectTo()
    const { outcome, progress, intent } = await sell(till)
    const entry = virtual.ledger().at(-1)
    expect(outcome).toEqual({
      kind: 'approved',
      approval: {
        amountPaise: AMOUNT_PAISE,
        transactionNumber: '52500038-000102',
        approvalCode: 'A1B2C3',
        scheme: 'RUPAY',
        cardLastFour: '4321',
        terminalId: '52500038',
        reversalKey: '0042',
        approvedAtMs: Math.floor((entry?.atMs ?? 0) / 1_000) * 1_000,
        slipLines: ['CARD SLIP', 'XXXX XXXX XXXX 4321', 'THANK YOU'],
      },
    })
    expect(intent.terminalReference).toBe('zvt1;000101;0041;125000')
    expect(progress.map(({ step }) => step)).toEqual([
      'connecting',
      'working',
      'present_card',
      'enter_pin',
      'authorising',
    ])
    expect(progress.at(-1)?.words).toBe('Bank is asked')
  })

  test('a wrong PIN is shown', async () => {
    const { till } = await connectTo({ outcome: 'wrong_pin_then_approved' })
    expect((await sell(till)).progress).toContainEqual({ step: 'wrong_pin', words: 'Wrong PIN.' })
  })

  test('a fault of the screen loses no outcome', async () => {
    const { till } = await connectTo()
    const outcome = await till.start(newIntent(), {
      onProgress: () => {
        throw new Error('the window is gone')
      },
      onHandedOver: () => {},
    })
    expect(outcome).toMatchObject({ kind: 'approved' })
  })

  test('no card number of a careless terminal gets out of the driver', async () => {
    const { till } = await connectTo({ clearCardNumber: CARD })
    const { outcome, intent } = await sell(till)
    const all = JSON.stringify([outcome, await till.status(intent)])
    expect(outcome).toMatchObject({ kind: 'approved', approval: { cardLastFour: '1111' } })
    expect(all.replaceAll(' ', '')).not.toContain('11111')
    expect(all).toContain('**** **** **** 1111')
  })
})

test('the day is closed, the terminal checked and left', async () => {
  const { till } = await connectTo()
  expect(await till.check()).toBeNull()
  expect(await till.endDay()).toEqual({ kind: 'done', slipLines: ['DAY CLOSED'] })
  expect(await till.diagnose()).toEqual({ kind: 'done', slipLines: ['DIAGNOSIS OK'] })
  expect(await till.logOff()).toEqual({ kind: 'done', slipLines: [] })
  await till.close()
})
