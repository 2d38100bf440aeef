// What every terminal behind a vendor's cloud must do, whatever the words of its protocol: the outcome agrees with what was really charged,
// a bill is handed over at most once, its number is handed on at once, and no secret shows. Called by the ezetap and pine-labs tests.
import { inspect } from 'node:util'
import { afterEach, describe, expect, test } from 'vitest'
import type {
  CardApproval,
  CardIntent,
  CardProgress,
  CardTerminal,
} from '#drivers/card-terminal/card-terminal.ts'
import type { CloudTimes } from '#drivers/card-terminal/cloud-sale.ts'
import type { VirtualCloud } from '#drivers/virtual/virtual-cloud.ts'
import { contradiction } from '#test/unit/drivers/card-truth.ts'

export const CLOUD_TEST_TIMES: CloudTimes = {
  askTimeoutMs: 400,
  lookEveryMs: 2,
  looksMax: 4,
  looksAfterCancelMax: 4,
}

export function sale(terminalReference: string | null = null): CardIntent {
  return { reference: 'T7000001', amountPaise: 125_000, startedAtMs: Date.now(), terminalReference }
}

/** For one test file: makes a till with one terminal, tells what it was told on the way, and closes it after the test. */
export function openingCounters() {
  const closing: (() => Promise<void>)[] = []
  afterEach(async () => {
    for (const close of closing.splice(0)) await close()
  })
  return (cloud: VirtualCloud, terminal: CardTerminal) => {
    const progress: CardProgress[] = []
    const handedOver: string[] = []
    const watch = {
      onProgress: (step: CardProgress) => progress.push(step),
      onHandedOver: (id: string) => handedOver.push(id),
    }
    const start = async (intent = sale()) => await terminal.start(intent, watch)
    closing.push(terminal.close, cloud.close)
    return { cloud, terminal, progress, handedOver, start }
  }
}
type CloudCounter = ReturnType<ReturnType<typeof openingCounters>>

export type CloudCase = {
  /** `secret`: instead of the right one. */
  readonly counter: (secret?: string) => Promise<CloudCounter>
  readonly secret: string
  /** "Ezetap". */
  readonly vendor: string
  /** How the path of a request ends. */
  readonly paths: { readonly handOver: string; readonly takeBack: string }
  /** As the virtual cloud answers. */
  readonly approved: Pick<CardApproval, 'transactionNumber' | 'approvedAtMs'>
  readonly wrongPinWords: string
}

export function testCloudTerminal({
  counter,
  secret,
  vendor,
  paths,
  approved,
  wrongPinWords,
}: CloudCase): void {
  const requestsTo = ({ cloud }: CloudCounter, end: string) =>
    cloud.requests.filter(({ path }) => path.endsWith(end))

  test('an approved sale: the number of the cloud at once, progress on the way, and what a receipt needs', async () => {
    const { cloud, start, progress, handedOver } = await counter()
    const outcome = await start()
    expect(contradiction(outcome, cloud.ledger, sale())).toBeNull()
    expect(outcome).toEqual({
      kind: 'approved',
      approval: {
        ...approved,
        amountPaise: 125_000,
        approvalCode: '849035',
        scheme: 'RUPAY',
        cardLastFour: '5664',
        terminalId: '10130951',
        reversalKey: null,
        slipLines: [],
      },
    })
    expect(cloud.ledger).toHaveLength(1)
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
    ] as const)('%s → %s, as the ledger has it', async (fault, result) => {
      const opened = await counter()
      const { cloud, start } = opened
      cloud.script({ sale: fault })
      const outcome = await start()
      expect(contradiction(outcome, cloud.ledger, sale())).toBeNull()
      expect(outcome.kind).toBe(result)
      expect(requestsTo(opened, paths.handOver), 'a bill is never handed over twice').toHaveLength(1)
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
      expect(progress).toContainEqual({ step: 'wrong_pin', words: wrongPinWords })
    })

    test('an answer that was lost: the words name the bill and the report, and nobody hands it over again', async () => {
      const { cloud, start, terminal, handedOver } = await counter()
      cloud.script({ sale: 'answer_lost' })
      for (const outcome of [await start(), await terminal.status(sale())]) {
        expect(outcome).toMatchObject({ kind: 'unknown', problem: { code: 'card_terminal_result_unknown' } })
        expect(inspect(outcome)).toContain(`Do not charge again: look for bill T7000001 in ${vendor}`)
      }
      expect(handedOver).toEqual([])
      expect(cloud.ledger).toHaveLength(1)
    })

    test('nobody pays: it is taken back, and what came late is found by asking', async () => {
      const opened = await counter()
      const { cloud, start, terminal, handedOver } = opened
      cloud.script({ sale: 'never_ends' })
      expect(await start()).toMatchObject({ kind: 'unknown' })
      expect(requestsTo(opened, paths.takeBack)).toHaveLength(1)
      cloud.script({})
      const [id = ''] = handedOver
      expect(await terminal.status(sale(id))).toEqual({ kind: 'in_progress' })
      const status = await terminal.status(sale(id))
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

  test('the check asks without charging, and tells a wrong secret', async () => {
    const right = await counter()
    expect(await right.terminal.check()).toBeNull()
    expect(right.cloud.ledger).toEqual([])
    const wrong = await counter('another-secret')
    expect(await wrong.terminal.check()).toMatchObject({ code: 'card_terminal_not_set_up' })
    expect(await wrong.start()).toMatchObject({
      kind: 'not_started',
      problem: { code: 'card_terminal_not_set_up' },
    })
  })

  test('the secret shows in no outcome, problem or description', async () => {
    const { cloud, start, terminal } = await counter()
    const told: unknown[] = [terminal.describe(), await start()]
    for (const fault of ['answer_lost', 'html', 'silence', 'half'] as const) {
      cloud.script({ sale: fault })
      told.push(await start(), await terminal.status(sale('1')))
    }
    await cloud.close()
    told.push(await start(), await terminal.check())
    expect(inspect(told, { depth: 12, showHidden: true })).not.toContain(secret)
  })
}
