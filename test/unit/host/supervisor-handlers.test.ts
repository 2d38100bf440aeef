// Goal: the list is read to its end in bounded pages and nothing in it comes twice; every act leaves one record in the till's journal with
// what came of it, without PIN, words or names; and a till that cannot write this down still shows what the office decided.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ExceptionActInput } from '#contract/exceptions-api.ts'
import { rupees } from '#contract/money.ts'
import { ProblemError, type ProblemCode } from '#contract/problem.ts'
import type { ExceptionActAnswer, ExceptionsPage } from '#host/link/integrator-client.ts'
import { actOnException, billNow, listExceptions } from '#host/supervisor-handlers.ts'
import { EXCEPTION_PAGES_MAX } from '#rpc/supervisor.ts'
import { sampleBill, sampleMasters } from '#test/unit/core/sample-bill.ts'
import { exceptionWith } from '#test/unit/renderer/exceptions.ts'
import { makeTill, testClock, type TillKit } from '#test/unit/store/till-kit.ts'
import { operatorWith } from './fake-integrator.ts'

const page = (changes: Partial<ExceptionsPage>): ExceptionsPage => ({
  exceptions: [],
  next: null,
  totalCount: 0,
  totalPaise: rupees(0),
  ...changes,
})

describe('the list', () => {
  test('is read page by page to its end; what moved meanwhile does not come twice', async () => {
    const [a, b, c] = [exceptionWith(), exceptionWith(), exceptionWith()]
    const asked: number[] = []
    const pages = new Map([
      [0, page({ exceptions: [a, b], next: 2, totalCount: 3, totalPaise: rupees(9) })],
      [2, page({ exceptions: [{ ...b, note: 'newer' }, c], totalCount: 4, totalPaise: rupees(12) })],
    ])
    const exceptions = async (after: number) => {
      asked.push(after)
      return await Promise.resolve(pages.get(after) ?? page({}))
    }
    const list = await listExceptions({ integrator: { exceptions } })
    expect(asked).toEqual([0, 2])
    expect(list.exceptions.map(({ id, note }) => [id, note])).toEqual([
      [a.id, a.note],
      [b.id, 'newer'],
      [c.id, c.note],
    ])
    expect(list).toMatchObject({ totalCount: 4, totalPaise: rupees(12) })
  })

  test('a payment and its remainder are two lines', async () => {
    const whole = exceptionWith()
    const exceptions = async () =>
      await Promise.resolve(page({ exceptions: [whole, { ...whole, kind: 'remainder' }] }))
    expect((await listExceptions({ integrator: { exceptions } })).exceptions).toHaveLength(2)
  })

  test('an office that never ends its list, or turns in circles, is asked so often and no more', async () => {
    let calls = 0
    const endless = async (after: number) => {
      calls += 1
      return await Promise.resolve(page({ exceptions: [exceptionWith()], next: after + 1 }))
    }
    expect((await listExceptions({ integrator: { exceptions: endless } })).exceptions).toHaveLength(
      EXCEPTION_PAGES_MAX,
    )
    const circling = async () => {
      calls += 1
      return await Promise.resolve(page({ next: 0 }))
    }
    await listExceptions({ integrator: { exceptions: circling } })
    expect(calls).toBe(EXCEPTION_PAGES_MAX + 1)
  })
})

describe('an act', () => {
  let till: TillKit
  let logged: string[]
  beforeEach(() => {
    till = makeTill()
    till.store.saveMasters(
      sampleMasters({ operators: [operatorWith({ id: 'op-9', code: '900', role: 'supervisor' })] }),
    )
    logged = []
  })
  afterEach(() => {
    till.close()
  })

  const input: ExceptionActInput = {
    id: '9d3a6f5e-7b0e-4f43-9a55-0d6b0c6b1f10',
    kind: 'payment',
    act: 'refund',
    why: 'Returned to Asha Rao by voucher 71',
    by: { operatorCode: '900', pin: '246810' },
  }
  const actingTill = (answer: ExceptionActAnswer | ProblemCode, changes: { isFull?: boolean } = {}) => ({
    integrator: {
      actOnException: async () => {
        if (typeof answer === 'string') throw new ProblemError(answer)
        return await Promise.resolve(answer)
      },
    },
    store: {
      masters: () => till.store.masters(),
      appendEvent: (draft: Parameters<TillKit['store']['appendEvent']>[0]) => {
        if (changes.isFull === true) throw new ProblemError('store_full')
        recorded.push(`${draft.type} ${draft.dataJson}`)
        till.store.appendEvent(draft)
      },
    },
    clock: till.clock,
    logger: { error: (facts: object) => void logged.push(JSON.stringify(facts)) },
  })
  let recorded: string[] = []
  beforeEach(() => {
    recorded = []
  })
  const acts = () =>
    recorded.map((text) => text.replace('SUPERVISOR_ACT ', '')).map((text) => JSON.parse(text) as object)

  test.each<[ExceptionActAnswer | ProblemCode, string]>([
    [{ result: 'done', exception: null }, 'done'],
    [{ result: 'asked', exception: exceptionWith() }, 'asked'],
    ['wrong_pin', 'wrong_pin'],
    ['second_person_needed', 'second_person_needed'],
    ['act_not_allowed', 'act_not_allowed'],
    ['integrator_unreachable', 'not_known'],
  ])('that ends with %o is recorded as %s', async (answer, result) => {
    const came = await actOnException(actingTill(answer), input).catch((error: unknown) =>
      error instanceof ProblemError ? error.code : error,
    )
    expect(came).toEqual(answer)
    expect(acts()).toEqual([
      { paymentId: input.id, kind: 'payment', act: 'refund', operatorId: 'op-9', result },
    ])
    expect(recorded.join()).not.toMatch(/246810|Asha|voucher/)
  })

  test('of a code that is no operator’s leaves no trace of what was typed: it may have been the PIN', async () => {
    const slipped = { ...input, by: { operatorCode: '246810', pin: '246810' } }
    await expect(actOnException(actingTill('operator_unknown'), slipped)).rejects.toMatchObject({
      code: 'operator_unknown',
    })
    expect(acts()).toMatchObject([{ operatorId: null, result: 'operator_unknown' }])
    expect(recorded.join()).not.toContain('246810')
  })

  test('that the office did is shown even when the till’s disk is full, and its log says so', async () => {
    const answer: ExceptionActAnswer = { result: 'done', exception: null }
    expect(await actOnException(actingTill(answer, { isFull: true }), input)).toEqual(answer)
    expect(logged).toHaveLength(1)
    expect(logged.join()).toContain('store_full')
    expect(logged.join()).not.toMatch(/246810|Asha/)
  })
})

describe('the bill as it is now', () => {
  const clock = testClock()
  const wanted = { consumerCode: 'WS-7', businessService: 'WS' }

  test('is the one of this number and service', async () => {
    const bills = [
      sampleBill({ consumerCode: 'WS-7', businessService: 'SW', totalPaise: rupees(1) }),
      sampleBill({ consumerCode: 'WS-7', totalPaise: rupees(70), fetchedAtMs: 5 }),
    ]
    const integrator = { searchBills: async () => await Promise.resolve(bills) }
    expect(await billNow({ integrator, clock }, wanted)).toEqual({ duePaise: rupees(70), atMs: 5 })
  })

  test.each(['bill_not_found', 'bill_already_paid'] as const)(
    '%s means that nothing is due',
    async (code) => {
      const integrator = { searchBills: async () => await Promise.reject(new ProblemError(code)) }
      expect((await billNow({ integrator, clock }, wanted)).duePaise).toBeNull()
    },
  )

  test('no answer is no amount', async () => {
    const integrator = {
      searchBills: async () => await Promise.reject(new ProblemError('digit_unreachable')),
    }
    await expect(billNow({ integrator, clock }, wanted)).rejects.toMatchObject({ code: 'digit_unreachable' })
  })
})
