// Goal: whatever a nexo terminal or the line to it does, the outcome agrees with what the terminal really charged: never "approved"
// without a charge, never a sure "not charged" with one, and what is unknown becomes known by asking.
import { inspect } from 'node:util'
import { afterEach, describe, expect, test } from 'vitest'
import type { CardIntent, CardProgress } from '#drivers/card-terminal/card-terminal.ts'
import { openNexoTerminal } from '#drivers/card-terminal/nexo/nexo-terminal.ts'
import type { VirtualNexoFault } from '#drivers/virtual/nexo-terminal.ts'
import { startVirtualNexo } from '#drivers/virtual/nexo-terminal.ts'
import { contradiction } from '#test/unit/drivers/card-truth.ts'

const parties = { saleId: 'LDH-CTR-07', poiId: 'V400m-123456789', currency: 'INR' }
const key = { passphrase: 'a long shared phrase', keyIdentifier: 'counter-key', keyVersion: 2 }
const times = { paymentTimeoutMs: 300, askTimeoutMs: 600, lookEveryMs: 5, recoverForMs: 15_000 }

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

async function counter(kind: 'sealed' | 'plain' = 'sealed') {
  const virtual = await startVirtualNexo({ ...parties, ...(kind === 'sealed' ? { key } : {}) })
  const terminal = openNexoTerminal({
    url: virtual.url,
    parties,
    key: kind === 'sealed' ? key : null,
    ca: null,
    certificateRule: 'host-name',
    times,
  })
  closing.push(terminal.close, virtual.close)
  const progress: CardProgress[] = []
  const watch = { onProgress: (step: CardProgress) => progress.push(step), onHandedOver: () => undefined }
  return {
    virtual,
    terminal,
    progress,
    start: async (intent = sale()) => await terminal.start(intent, watch),
  }
}

function sale(reference = 'T7000001', amountPaise = 125_000): CardIntent {
  return { reference, amountPaise, startedAtMs: Date.now(), terminalReference: null }
}

describe.each(['sealed', 'plain'] as const)('%s', (kind) => {
  test('an approved sale tells what a receipt needs and nothing of the card but four digits', async () => {
    const { virtual, start } = await counter(kind)
    const outcome = await start()
    expect(contradiction(outcome, virtual.ledger, sale())).toBeNull()
    expect(outcome).toEqual({
      kind: 'approved',
      approval: {
        amountPaise: 125_000,
        transactionNumber: '412345678901',
        approvalCode: '849035',
        scheme: 'VISA',
        cardLastFour: '1111',
        terminalId: parties.poiId,
        reversalKey: '2026-11-23T10:15:31.000Z|POI.T7000001',
        approvedAtMs: Date.parse('2026-11-23T10:15:31Z'),
        slipLines: ['Card **** 1111', 'PIN OK'],
        merchantLines: ['Sign here'],
      },
    })
    expect(inspect(outcome, { depth: 9 })).not.toContain('411111')
  })

  test.each([
    ['declined', 'declined'],
    ['wrong_pin', 'declined'],
    ['cancelled_at_terminal', 'cancelled'],
    ['busy', 'not_started'],
    ['answer_lost', 'approved'],
    ['request_lost', 'not_started'],
    ['silence', 'approved'],
    ['late_approval', 'approved'],
    ['other_service', 'approved'],
    ['other_sale', 'approved'],
    ['other_terminal', 'approved'],
    ['other_amount', 'approved'],
    ['partial', 'approved'],
    ['html', 'approved'],
    ['half', 'approved'],
    ['status_500', 'approved'],
  ] as const)('%s → %s, as the ledger has it', async (fault: VirtualNexoFault, result) => {
    const { virtual, start } = await counter(kind)
    virtual.script({ sale: fault })
    const outcome = await start()
    expect(contradiction(outcome, virtual.ledger, sale())).toBeNull()
    expect(outcome.kind).toBe(result)
  })
})

test.each(['wrong_hmac', 'not_sealed'] as const)(
  'an answer that is %s is not believed; asking settles it',
  async (fault) => {
    const { virtual, start, terminal } = await counter()
    virtual.script({ sale: fault })
    expect(await start()).toMatchObject({ kind: 'approved' })
    virtual.script({ statuses: [fault] })
    expect(await terminal.status(sale())).toMatchObject({
      kind: 'unknown',
      problem: { code: 'card_terminal_wrong_answer' },
    })
  },
)

test('a wrong PIN is told on the way', async () => {
  const { virtual, start, progress } = await counter()
  virtual.script({ sale: 'wrong_pin' })
  expect(await start()).toMatchObject({ kind: 'declined', code: 'WrongPIN', reason: 'PIN tries exceeded' })
  expect(progress).toContainEqual({ step: 'wrong_pin', words: 'PIN tries exceeded' })
})

test.each([
  'html',
  'half',
  'status_500',
  'other_service',
  'other_sale',
  'other_terminal',
  'silence',
] as const)('a question about the state that is answered by %s is asked again', async (fault) => {
  const { virtual, start } = await counter()
  virtual.script({ sale: 'answer_lost', statuses: [fault] })
  const outcome = await start()
  expect(contradiction(outcome, virtual.ledger, sale())).toBeNull()
  expect(outcome.kind).toBe('approved')
})

test('a sale whose state cannot be learnt in time stays unknown, and is known later', async () => {
  const { virtual, start, terminal } = await counter()
  virtual.script({ sale: 'answer_lost', statuses: Array.from({ length: 60 }, () => 'status_500' as const) })
  const outcome = await start()
  expect(outcome).toMatchObject({ kind: 'unknown' })
  virtual.script({})
  const status = await terminal.status(sale())
  expect(contradiction(status, virtual.ledger, sale())).toBeNull()
  expect(status.kind).toBe('approved')
})

test('a terminal that is off: nothing was sent, and the state cannot be told', async () => {
  const { virtual, start, terminal } = await counter()
  await virtual.close()
  expect(await start()).toMatchObject({ kind: 'not_started', problem: { code: 'device_unreachable' } })
  expect(await terminal.status(sale())).toMatchObject({ kind: 'unknown' })
  expect(await terminal.check()).toMatchObject({ code: 'device_unreachable' })
})

test('never seen is said only of a recent sale, and only when asked twice', async () => {
  const { virtual, terminal } = await counter()
  expect(await terminal.status(sale())).toEqual({ kind: 'not_found' })
  expect(virtual.requests).toHaveLength(2)
  const old = { ...sale(), startedAtMs: Date.now() - 49 * 3_600_000 }
  expect(await terminal.status(old)).toMatchObject({
    kind: 'unknown',
    problem: { code: 'card_terminal_result_unknown' },
  })
})

test('while a sale runs it is in progress, a second one is not begun, and an abort names it', async () => {
  const { virtual, terminal, start } = await counter('plain')
  virtual.script({ sale: 'late_approval' })
  const first = start()
  expect(await start(sale('T7000002'))).toMatchObject({
    kind: 'not_started',
    problem: { code: 'card_terminal_busy' },
  })
  await terminal.cancel(sale())
  expect(
    virtual.requests.some(({ body }) => body.includes('"AbortRequest"') && body.includes('T7000001')),
  ).toBe(true)
  expect(await first).toMatchObject({ kind: 'approved' })
})

test('the amount goes over the line with exactly two decimals', async () => {
  const { virtual, start } = await counter('plain')
  await start(sale('T1', 125_000))
  await start(sale('T2', 10))
  const amounts = virtual.requests.map(({ body }) => /"RequestedAmount":([^}]+)/.exec(body)?.[1])
  expect(amounts).toEqual(['1250.00', '0.10'])
})

describe('reversal', () => {
  const approvedSale = async () => {
    const made = await counter()
    const outcome = await made.start()
    if (outcome.kind !== 'approved') throw new Error('the sale comes first')
    return { ...made, approval: outcome.approval }
  }

  test('gives the money back once, however often it is asked for', async () => {
    const { virtual, terminal, approval } = await approvedSale()
    const first = await terminal.reverse(sale(), approval)
    expect(first).toEqual({ kind: 'reversed', transactionNumber: 'R.T7000001' })
    expect(await terminal.reverse(sale(), approval)).toEqual(first)
    expect(virtual.ledger).toMatchObject([{ state: 'reversed' }])
  })

  test.each(['answer_lost', 'html', 'wrong_hmac', 'other_sale'] as const)(
    '%s: asked about, not repeated',
    async (fault) => {
      const { virtual, terminal, approval } = await approvedSale()
      virtual.script({ sale: fault })
      expect(await terminal.reverse(sale(), approval)).toMatchObject({ kind: 'reversed' })
      expect(virtual.ledger).toMatchObject([{ state: 'reversed' }])
    },
  )

  test('refused once, it can be tried anew', async () => {
    const { virtual, terminal, approval } = await approvedSale()
    virtual.script({ sale: 'declined' })
    expect(await terminal.reverse(sale(), approval)).toMatchObject({
      kind: 'refused',
      reason: 'Not reversible',
    })
    expect(virtual.ledger).toMatchObject([{ state: 'charged' }])
    expect(await terminal.reverse(sale(), approval)).toMatchObject({ kind: 'reversed' })
  })

  test('that never arrived is not called made', async () => {
    const { virtual, terminal, approval } = await approvedSale()
    virtual.script({ sale: 'request_lost' })
    expect(await terminal.reverse(sale(), approval)).toMatchObject({ kind: 'unknown' })
    expect(virtual.ledger).toMatchObject([{ state: 'charged' }])
  })
})

test('the check tells ready, busy and a wrong key', async () => {
  const { virtual, terminal } = await counter()
  expect(await terminal.check()).toBeNull()
  virtual.script({ sale: 'busy' })
  expect(await terminal.check()).toMatchObject({ code: 'card_terminal_busy' })
  virtual.script({ sale: 'wrong_hmac' })
  expect(await terminal.check()).toMatchObject({ code: 'card_terminal_wrong_answer' })
})

test('no problem holds the passphrase or the key', async () => {
  const { virtual, terminal, start } = await counter()
  virtual.script({ sale: 'html', statuses: Array.from({ length: 60 }, () => 'html' as const) })
  const told = inspect([await start(), await terminal.check(), terminal.describe()], { depth: 12 })
  expect(told).not.toContain(key.passphrase)
  expect(told).not.toContain(key.keyIdentifier)
})

test('a screen that fails does not lose the outcome', async () => {
  const { virtual, terminal } = await counter()
  const fail = () => {
    throw new Error('the screen is gone')
  }
  virtual.script({ sale: 'wrong_pin' })
  expect(await terminal.start(sale(), { onProgress: fail, onHandedOver: fail })).toMatchObject({
    kind: 'declined',
  })
})

test('closed in the middle of a sale, what became of it is unknown', async () => {
  const { virtual, terminal, start } = await counter()
  virtual.script({ sale: 'silence' })
  const running = start()
  await expect.poll(() => virtual.requests, { interval: 1 }).toHaveLength(1)
  await terminal.close()
  expect(await running).toMatchObject({ kind: 'unknown' })
  expect(virtual.ledger).toMatchObject([{ state: 'charged' }])
})

test('a reference or amount that no till makes never leaves', async () => {
  const { virtual, start } = await counter()
  for (const wrong of [
    sale('t1'),
    sale(''),
    sale('12345678901'),
    sale('T1', 0),
    sale('T1', 10.5),
    sale('T1', -1),
  ]) {
    await expect(start(wrong)).rejects.toThrow(/reference|amount/)
  }
  expect(virtual.requests).toEqual([])
})

test('answered with something unbelievable and then "never seen": that is no proof that nothing was charged', async () => {
  const { virtual, terminal, start } = await counter()
  virtual.script({ sale: 'other_amount', notFound: true })
  const outcome = await start()
  expect(outcome).toMatchObject({ kind: 'unknown', problem: { code: 'card_terminal_wrong_answer' } })
  expect(contradiction(outcome, virtual.ledger, sale())).toBeNull()
  expect(await terminal.status(sale())).toMatchObject({ kind: 'unknown' })
  expect(virtual.ledger).toMatchObject([{ state: 'charged' }])
})
