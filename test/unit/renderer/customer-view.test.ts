// Goal: the payer sees amount, purpose and mode of every step, and nothing that says who pays.
import { expect, test } from 'vitest'
import { rupees, ZERO_PAISE } from '#contract/money.ts'
import { counterReducer, START, type CounterState } from '#renderer/faces/counter/counter-state.ts'
import { customerView } from '#renderer/faces/counter/customer-view.ts'
import { followCustomer } from '#renderer/customer/follow-customer.ts'
import { customerWords, stepWord, type PayingView } from '#renderer/customer/customer-words.ts'
import { cardStepSchema } from '#rpc/card.ts'
import { customerViewSchema, type CustomerShown } from '#rpc/customer.ts'
import type { Collection, TakeInput } from '#rpc/procedures.ts'
import { foundBill } from './bills.ts'

const PAYER = 'Ramesh Kumar'
const collectionId = '0b1e4b2c-6b1d-4f9a-9d0b-8f1f6f0a0001'
const paymentId = '0b1e4b2c-6b1d-4f9a-9d0b-8f1f6f0a0002'
const input: TakeInput = {
  collectionId,
  lines: [{ paymentId, billId: 'bill-PT-1001', amountPaise: rupees(1247) }],
  instrument: { mode: 'CASH', tenderedPaise: rupees(1500) },
  payer: { paidBy: PAYER, mobileNumber: '9876512345', isOwner: true },
  consent: { isAdvanceAgreed: false, isPartAgreed: false },
}
const collection = (mode: string): Collection => ({
  collectionId,
  totalPaise: rupees(1247),
  tenderedPaise: mode === 'CASH' ? rupees(1500) : null,
  changePaise: mode === 'CASH' ? rupees(253) : ZERO_PAISE,
  isOffline: false,
  payments: [
    {
      paymentId,
      collectionId,
      receiptNumber: '107/0417A/26-27/000123-K',
      digitReceiptNumber: null,
      standing: 'provisional',
      serviceName: 'Property tax',
      consumerCode: 'PT-1001',
      payerName: PAYER,
      amountPaise: rupees(1247),
      mode,
      collectedAtMs: 0,
      state: null,
      reason: null,
      heldPaise: ZERO_PAISE,
      printState: 'queued',
      copies: 0,
    },
  ],
})

const withBill = counterReducer(START, { do: 'addBill', found: foundBill({ payerName: PAYER }) })
const tender = (mode: 'CASH' | 'CARD' | 'CHEQUE'): CounterState =>
  counterReducer(withBill, { do: 'openTender', mode, collectionId, paymentIds: [paymentId] })

/** The view of a state, which fits what the till takes and names nobody. */
const viewOf = (state: CounterState) => {
  const view = customerViewSchema.parse(customerView(state))
  expect(JSON.stringify(view)).not.toMatch(/Ramesh|Kumar|98765|PT-1001/)
  return view
}

test('nothing while nobody pays', () => {
  expect(viewOf(START)).toEqual({ at: 'idle' })
  expect(viewOf(counterReducer(START, { do: 'showQueue' }))).toEqual({ at: 'idle' })
})

test('a bill: purpose, end of its number, amount; an amount that is being typed is left open', () => {
  const { serviceName } = foundBill()
  const line = { service: serviceName, codeEnd: '1001', amountPaise: rupees(1247) }
  expect(viewOf(withBill)).toEqual({ at: 'bills', lines: [line], totalPaise: rupees(1247) })
  const typing = counterReducer(withBill, { do: 'typeAmount', at: 0, typed: '' })
  expect(viewOf(typing)).toEqual({
    at: 'bills',
    lines: [{ ...line, amountPaise: null }],
    totalPaise: null,
  })
})

test.each([
  ['CASH', 'cash'],
  ['CARD', 'card'],
  ['CHEQUE', 'paper'],
] as const)('%s is asked for as %s', (mode, by) => {
  expect(viewOf(tender(mode))).toMatchObject({ at: 'paying', by, step: 'asked', totalPaise: rupees(1247) })
})

test('the card terminal leads, then it is known or not', () => {
  const charging = counterReducer(tender('CARD'), { do: 'charge' })
  expect(viewOf(charging)).toMatchObject({ by: 'card', step: 'terminal' })
  const taking = counterReducer(tender('CASH'), { do: 'take', input })
  expect(viewOf(taking)).toMatchObject({ step: 'recording' })
  const lost = counterReducer(taking, { do: 'answerLost' })
  expect(viewOf(lost)).toMatchObject({ step: 'notKnown' })
  expect(viewOf(counterReducer(lost, { do: 'nothingRecorded' }))).toMatchObject({ step: 'notPaid' })
  expect(viewOf(counterReducer(START, { do: 'resume', collectionId }))).toMatchObject({
    step: 'notKnown',
    lines: [],
    totalPaise: null,
  })
})

test('done: change of cash, total of everything else, receipt numbers; the next customer clears it', () => {
  const taken = (mode: string) =>
    counterReducer(counterReducer(tender('CASH'), { do: 'take', input }), {
      do: 'taken',
      collection: collection(mode),
    })
  expect(viewOf(taken('CASH'))).toEqual({
    at: 'done',
    by: 'cash',
    totalPaise: rupees(1247),
    tenderedPaise: rupees(1500),
    changePaise: rupees(253),
    receiptNumbers: ['107/0417A/26-27/000123-K'],
    paymentIds: [paymentId],
  })
  expect(viewOf(taken('CARD'))).toMatchObject({ by: 'card', tenderedPaise: null })
  expect(viewOf(counterReducer(taken('CASH'), { do: 'nextCustomer' }))).toEqual({ at: 'idle' })
})

test('each step of the card terminal is asked for in words, and only while it leads', () => {
  const view: PayingView = { at: 'paying', by: 'card', step: 'terminal', lines: [], totalPaise: null }
  expect(stepWord(view, null)).toBe('terminal')
  const words = cardStepSchema.options.map((step) => customerWords.en[stepWord(view, step)])
  expect(words.join(' | ')).toMatch(
    /Present your card.*Enter your PIN.*Wrong PIN.*Asking your bank.*take your/,
  )
  expect(stepWord({ ...view, step: 'notKnown' }, 'present_card')).toBe('notKnown')
  expect(stepWord({ ...view, step: 'asked' }, 'present_card')).toBe('card')
})

test('the page tells each change once, and shows nothing when the till stays away', async () => {
  const shown = (number: number): CustomerShown => ({
    number,
    view: { at: 'idle' },
    receiptCodes: [],
    cardStep: null,
    isTest: false,
    municipalityName: 'Devgaon',
    language: 'hi',
  })
  const answers: (CustomerShown | null)[] = [shown(1), shown(1), shown(2), null, null, null, null, shown(2)]
  const asked: (number | null)[] = []
  const told: (number | null)[] = []
  await followCustomer({
    client: {
      customer: {
        view: async ({ after }: { after: number | null }) => {
          asked.push(after)
          const answer = answers.shift()
          if (answer === null || answer === undefined) throw new Error('away')
          return await Promise.resolve(answer)
        },
      },
    },
    tell: (next) => told.push(next?.number ?? null),
    pause: async () => await Promise.resolve(),
    isOver: () => answers.length === 0,
  })
  expect(told).toEqual([1, 2, null, 2])
  expect(asked).toEqual([null, 1, 1, 2, 2, 2, null, null])
})

test('every word is there in each language, in its own script', () => {
  const { en, hi, pa } = customerWords
  for (const key of Object.keys(en) as (keyof typeof en)[]) {
    expect(hi[key], key).toMatch(/[\u0900-\u097f]/)
    expect(pa[key], key).toMatch(/[\u0a00-\u0a7f]/)
    for (const word of [hi[key], pa[key]]) expect(word.includes('{count}')).toBe(en[key].includes('{count}'))
  }
})
