// Goal: a ZVT terminal that is asked twice at once, used by others, restarted, reversed or out of its mind still charges a card once or not
// at all, and the till and the terminal end with the same sum.
import * as fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openZvtTerminal } from '#drivers/card-terminal/zvt/zvt-terminal.ts'
import { DriverProblem } from '#drivers/problem.ts'
import { networkTransport } from '#drivers/transport/network.ts'
import type { Transport } from '#drivers/transport/transport.ts'
import type { SaleStep } from '#drivers/virtual/zvt-faults.ts'
import { startVirtualZvtTerminal } from '#drivers/virtual/zvt-terminal-server.ts'
import { AMOUNT_PAISE, askUntilSettled, connectTo, newIntent, sell } from './zvt-till.ts'

describe('one terminal, many hands', () => {
  test('a second sale waits for nothing and charges nothing', async () => {
    const { till, virtual, chargedBeforePaise } = await connectTo({ stepDelayMs: 30 })
    const first = sell(till)
    const second = await sell(till)
    expect(second.outcome).toMatchObject({ kind: 'not_started', problem: { code: 'card_terminal_busy' } })
    expect(await first).toMatchObject({ outcome: { kind: 'approved' } })
    expect(virtual.chargedPaise() - chargedBeforePaise).toBe(AMOUNT_PAISE)
  })

  test('a sale is in progress while it runs, and the cashier can give it up', async () => {
    const { till, virtual, chargedBeforePaise } = await connectTo({ cardWaitMs: 15_000 })
    const intent = newIntent()
    const { promise: shown, resolve } = Promise.withResolvers<void>()
    const running = till.start(intent, {
      onProgress: ({ step }) => {
        if (step === 'present_card') resolve()
      },
      onHandedOver: () => {},
    })
    await shown
    expect(await till.status(intent)).toEqual({ kind: 'in_progress' })
    await till.cancel(intent)
    expect(await running).toMatchObject({ kind: 'cancelled' })
    expect(virtual.aborts()).toBe(1)
    expect(virtual.chargedPaise()).toBe(chargedBeforePaise)
  })

  test('a sale given up before it was handed over never starts', async () => {
    const { till, virtual, chargedBeforePaise } = await connectTo()
    const intent = newIntent()
    const running = sell(till, intent)
    await till.cancel(intent)
    expect(await running).toMatchObject({
      outcome: { kind: 'cancelled' },
      intent: { terminalReference: null },
    })
    expect(virtual.chargedPaise()).toBe(chargedBeforePaise)
  })

  test("another sale's answer is not this sale's, even for the same amount", async () => {
    const { till, virtual } = await connectTo({ cutAt: 'after_progress' })
    const lost = await sell(till)
    virtual.setFaults({})
    const next = await sell(till)
    expect(next.outcome).toMatchObject({ kind: 'approved' })
    expect(await till.status(lost.intent)).toMatchObject({ kind: 'unknown' })
    expect(await till.status(next.intent)).toMatchObject({ kind: 'approved' })
  })

  test('a later sale of another amount hides what became of this one', async () => {
    const { till, virtual } = await connectTo({ cutAt: 'after_capture' })
    const lost = await sell(till)
    virtual.setFaults({})
    virtual.sellBy({ amountPaise: 777 })
    expect(await till.status(lost.intent)).toMatchObject({
      kind: 'unknown',
      problem: { code: 'card_terminal_result_unknown' },
    })
  })

  test('without a note of the sale before, nothing is claimed', async () => {
    const { till, virtual } = await connectTo({ cutAt: 'after_capture' })
    const { intent } = await sell(till)
    virtual.setFaults({})
    expect(await till.status({ ...intent, terminalReference: null })).toMatchObject({ kind: 'unknown' })
  })

  test('the first sale of a new terminal is found again', async () => {
    const server = await startVirtualZvtTerminal({ port: 0, faults: { cutAt: 'after_capture' } })
    onTestFinished(server.close)
    const till = openZvtTerminal({ transport: networkTransport(server), framing: 'tcp' })
    const { intent } = await sell(till)
    expect(intent.terminalReference).toBe('zvt1;none')
    expect(await askUntilSettled(till, intent)).toMatchObject({ kind: 'approved' })
  })

  test('over many sales with broken lines the till and the ledger end with the same sum', async () => {
    const { till, virtual, chargedBeforePaise } = await connectTo()
    const steps: readonly (SaleStep | undefined)[] = [
      'before_accept',
      'after_capture',
      undefined,
      'after_progress',
      'after_status',
      'after_accept',
      'after_slip',
    ]
    let toldPaise = 0
    for (let sale = 0; sale < 42; sale += 1) {
      const cutAt = steps[(sale * 5 + Math.floor(sale / 7)) % steps.length]
      virtual.setFaults(cutAt === undefined ? {} : { cutAt })
      const { outcome, intent } = await sell(till, newIntent(100 * (1 + (sale % 3))))
      virtual.setFaults({})
      const word = outcome.kind === 'unknown' ? await askUntilSettled(till, intent) : outcome
      expect(word.kind).not.toBe('unknown')
      if (word.kind === 'approved') toldPaise += word.approval.amountPaise
      expect(toldPaise).toBe(virtual.chargedPaise() - chargedBeforePaise)
    }
    expect(toldPaise).toBeGreaterThan(0)
  })
})

describe('reversal', () => {
  const sold = async () => {
    const all = await connectTo()
    const { outcome, intent } = await sell(all.till)
    if (outcome.kind !== 'approved') throw new Error('The sale went wrong.')
    return { ...all, intent, approval: outcome.approval }
  }

  test('takes the payment back once, and the sale is not found approved any more', async () => {
    const { till, open, virtual, intent, approval, chargedBeforePaise } = await sold()
    expect(await till.reverse(intent, approval)).toEqual({
      kind: 'reversed',
      transactionNumber: '52500038-000103',
    })
    expect(virtual.chargedPaise()).toBe(chargedBeforePaise)
    for (const one of [till, open()]) expect(await one.status(intent)).toMatchObject({ kind: 'unknown' })
    expect(await till.reverse(intent, approval)).toEqual({ kind: 'reversed', transactionNumber: null })
    expect(virtual.chargedPaise()).toBe(chargedBeforePaise)
  })

  test('is unknown when its answer is lost, and known when asked again', async () => {
    const { till, virtual, intent, approval, chargedBeforePaise } = await sold()
    virtual.setFaults({ cutsAfterReversal: true })
    expect(await till.reverse(intent, approval)).toMatchObject({ kind: 'unknown' })
    virtual.setFaults({})
    expect(await till.reverse(intent, approval)).toMatchObject({ kind: 'reversed' })
    expect(virtual.chargedPaise()).toBe(chargedBeforePaise)
  })

  test('is refused for a receipt the terminal does not know, or none', async () => {
    const { till, intent, approval } = await sold()
    expect(await till.reverse(intent, { ...approval, reversalKey: '9999' })).toMatchObject({
      kind: 'refused',
      code: 'B5',
    })
    expect(await till.reverse(intent, { ...approval, reversalKey: null })).toMatchObject({ kind: 'refused' })
  })
})

describe('a terminal out of its mind', () => {
  /** Says yes to registration and repeat receipt, then what it is told to, then breaks the line. */
  const hostile = (words: readonly Uint8Array[]): Transport => ({
    name: 'a hostile terminal',
    canAnswer: true,
    open: async () => {
      const { promise: closed, resolve } = Promise.withResolvers<DriverProblem | null>()
      let hear: (bytes: Uint8Array) => void = () => {}
      return {
        closed,
        onData: (listener) => {
          hear = listener
          return () => {}
        },
        write: async (bytes) => {
          const answers = bytes[1] === 0x00 ? [ACCEPTED, COMPLETED] : bytes[1] === 0x20 ? [REFUSED] : words
          if (bytes[0] !== 0x06) return
          setImmediate(() => {
            for (const answer of answers) hear(answer)
            if (answers === words) resolve(new DriverProblem('device_gone', 'The line broke.'))
          })
        },
        close: async () => resolve(null),
      }
    },
  })
  const ACCEPTED = Uint8Array.of(0x80, 0, 0)
  const COMPLETED = Uint8Array.of(0x06, 0x0f, 0)
  const REFUSED = Uint8Array.of(0x84, 0x83, 0)

  test('never makes the till reject, and never gets an approval by chance', async () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.constantFrom(ACCEPTED, COMPLETED, Uint8Array.of(0x06, 0x1e, 1, 0x6c)),
      fc
        .tuple(
          fc.constantFrom([0x04, 0x0f], [0x04, 0xff], [0x06, 0xd1], [0x06, 0xd3]),
          fc.uint8Array({ maxLength: 60 }),
        )
        .map(([command, data]) => Uint8Array.of(...command, data.length, ...data)),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 6 }), async (words) => {
        const till = openZvtTerminal({
          transport: hostile(words),
          framing: 'tcp',
          times: { answerMs: 5_000, betweenMs: 5_000 },
        })
        const { outcome } = await sell(till)
        expect(outcome.kind).not.toBe('approved')
      }),
      { numRuns: 300 },
    )
  })
})
