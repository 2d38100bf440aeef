// Goal: a payment's outcome at the screen is never guessed. A lost answer is looked up under the same id; "not paid" is
// said only when the core is sure; anything else stays "not known".
import { expect, test } from 'vitest'
import { rupees } from '#contract/money.ts'
import { PROBLEM_CODES, ProblemError, type ProblemCode } from '#contract/problem.ts'
import { lookUp, takeMoney } from '#renderer/faces/counter/take-money.ts'
import { isCertainlyNotTaken, problemOf } from '#renderer/parts/problem-of.ts'
import type { Collection, TakeInput } from '#rpc/procedures.ts'

const collectionId = '0b1e4b2c-6b1d-4f9a-9d0b-8f1f6f0a0001'
const input: TakeInput = {
  collectionId,
  lines: [{ paymentId: '0b1e4b2c-6b1d-4f9a-9d0b-8f1f6f0a0002', billId: 'bill-1', amountPaise: rupees(1247) }],
  instrument: { mode: 'CASH', tenderedPaise: rupees(1500) },
  payer: { paidBy: 'Ramesh Kumar', mobileNumber: null, isOwner: true },
  consent: { isAdvanceAgreed: false, isPartAgreed: false },
}
const collection: Collection = {
  collectionId,
  totalPaise: rupees(1247),
  tenderedPaise: rupees(1500),
  changePaise: rupees(253),
  isOffline: false,
  payments: [],
}

/** What the line does with each call: an answer, a coded refusal, a broken line, or silence. */
type Answer = 'taken' | ProblemCode | 'line broken' | 'silence'

const clientOf = (take: Answer, get: Answer) => {
  const asked: string[] = []
  const answer = (name: string, kind: Answer): Promise<Collection> => {
    asked.push(name)
    if (kind === 'taken') return Promise.resolve(collection)
    if (kind === 'silence') return new Promise(() => undefined)
    if (kind === 'line broken') return Promise.reject(new TypeError('Failed to fetch'))
    return Promise.reject(new ProblemError(kind))
  }
  return {
    asked,
    client: {
      payment: { take: (sent: TakeInput) => answer(`take ${sent.collectionId}`, take) },
      collection: { get: (sent: { collectionId: string }) => answer(`get ${sent.collectionId}`, get) },
    },
  }
}

const outcomeOf = async (take: Answer, get: Answer) => {
  const { asked, client } = clientOf(take, get)
  const outcome = await takeMoney(client, input, 20)
  return { asked, outcome }
}

test('an answer is the outcome, and nothing is looked up', async () => {
  const { asked, outcome } = await outcomeOf('taken', 'line broken')
  expect(outcome).toEqual({ kind: 'taken', collection })
  expect(asked).toEqual([`take ${collectionId}`])
})

test.each(PROBLEM_CODES.filter(isCertainlyNotTaken))('%s is a refusal in the core’s words', async (code) => {
  const { asked, outcome } = await outcomeOf(code, 'taken')
  expect(outcome).toMatchObject({ kind: 'refused', problem: { code } })
  expect(asked).toHaveLength(1)
})

test.each(['line broken', 'silence', 'store_unknown', 'store_corrupt', 'internal'] as const)(
  'after %s the same collection is looked up: found, absent, or not known',
  async (take) => {
    expect((await outcomeOf(take, 'taken')).outcome).toEqual({ kind: 'taken', collection })
    expect((await outcomeOf(take, 'payment_not_found')).outcome).toEqual({ kind: 'nothingRecorded' })
    expect((await outcomeOf(take, 'line broken')).outcome).toEqual({ kind: 'notKnown' })
    expect((await outcomeOf(take, 'silence')).outcome).toEqual({ kind: 'notKnown' })
    expect((await outcomeOf(take, 'internal')).outcome).toEqual({ kind: 'notKnown' })
    const { asked } = await outcomeOf(take, 'taken')
    expect(asked).toEqual([`take ${collectionId}`, `get ${collectionId}`])
  },
)

test('a conflict shows what is recorded under this id, or the core’s words', async () => {
  expect((await outcomeOf('payment_conflict', 'taken')).outcome.kind).toBe('taken')
  expect((await outcomeOf('payment_conflict', 'payment_not_found')).outcome).toMatchObject({
    kind: 'refused',
    problem: { code: 'payment_conflict' },
  })
})

test('a look-up that fails for any other reason than "not found" proves nothing', async () => {
  for (const code of PROBLEM_CODES) {
    const { client } = clientOf('line broken', code)
    const expected = code === 'payment_not_found' ? 'nothingRecorded' : 'notKnown'
    expect((await lookUp(client, collectionId, 20)).kind, code).toBe(expected)
  }
})

test('only coded answers are problems; everything else is a lost call', () => {
  expect(problemOf(new ProblemError('bill_expired', { expiredAtMs: 5 }))).toMatchObject({
    code: 'bill_expired',
    data: { expiredAtMs: 5 },
  })
  for (const lost of [
    new TypeError('x'),
    null,
    undefined,
    'text',
    { code: 'INTERNAL_SERVER_ERROR' },
    { code: 7 },
  ]) {
    expect(problemOf(lost)).toBeNull()
  }
})
