// Goal: everything that waits for a person stands in exactly one group, sums lose nothing, lateness turns amber then red, the sentence of
// an act says what that person's part of it is, and nothing is sent that is not complete or that one person would decide alone.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { EXCEPTION_ACTS, exceptionSchema, type Exception } from '#contract/exceptions-api.ts'
import { paise, rupees } from '#contract/money.ts'
import { POSTING_STATES, SUSPENSE_REASONS } from '#contract/payment.ts'
import { PROBLEM_CODES } from '#contract/problem.ts'
import {
  actFaults,
  isLostAnswer,
  mayTryAgain,
  partIn,
  pressOf,
  resultOf,
  sentenceOf,
} from '#renderer/faces/supervisor/act-form.ts'
import {
  exceptionKey,
  fittingExceptions,
  groupExceptions,
  groupOf,
  latenessOf,
  scannedException,
} from '#renderer/faces/supervisor/exception-groups.ts'
import { exceptionOfReceipt, mayReverse } from '#renderer/faces/supervisor/receipt-exception.ts'
import { isTextKey } from '#renderer/text/catalog.ts'
import { exceptionWith } from './exceptions.ts'

const HOUR_MS = 3_600_000
const farida = { id: 'op-9', code: '900', name: 'Farida Shaikh', role: 'supervisor' } as const
const complete = { why: 'Refunded by voucher 71', code: '901', pin: '246810' }

describe('groups', () => {
  test.each<[Partial<Exception>, string]>([
    [{ state: 'SUSPENSE', reason: 'ALREADY_PAID' }, 'held'],
    [{ kind: 'remainder', state: 'SUSPENSE', reason: 'BILL_LOWER' }, 'held'],
    [{ state: 'QUARANTINE', reason: 'REVOKED_DEVICE' }, 'held'],
    [{ state: 'UNKNOWN', reason: null }, 'notKnown'],
    [{ state: 'RESOLVE', reason: null }, 'notKnown'],
    [{ kind: 'record', state: 'POISON', reason: null, amountPaise: null }, 'unreadable'],
    [{ kind: 'record', state: 'QUARANTINE', reason: 'SEQUENCE_FORK' }, 'forked'],
    [{ state: 'QUARANTINE', reason: 'SEQUENCE_FORK' }, 'forked'],
    [{ state: 'REVERSING', reason: null }, 'reversing'],
    [{ state: 'SUSPENSE', reason: 'REVERSAL_REFUSED' }, 'reversing'],
    [{ state: 'HOLD', reason: 'LAGGING' }, 'lagging'],
    [{ state: 'POSTED', reason: null }, 'lagging'],
    [{ kind: 'remainder', state: 'CONFIRMED', reason: null }, 'held'],
    [
      { state: 'CONFIRMED', reason: null, asked: { act: 'reverse', byOperatorId: 'op-9', atMs: 1 } },
      'reversing',
    ],
  ])('%o is %s', (changes, group) => {
    expect(groupOf(exceptionWith(changes))).toBe(group)
  })

  test('nothing is left out and nothing counted twice, whatever waits', () => {
    const any = fc.record({
      kind: fc.constantFrom('payment' as const, 'remainder' as const, 'record' as const),
      state: fc.constantFrom(...POSTING_STATES),
      reason: fc.constantFrom(null, ...SUSPENSE_REASONS),
      amountPaise: fc.option(fc.integer({ min: 0, max: 5_000_000 }).map(paise)),
    })
    fc.assert(
      fc.property(fc.array(any, { maxLength: 40 }), (several) => {
        const all = several.map((changes) => exceptionWith({ ...changes, id: crypto.randomUUID() }))
        const groups = groupExceptions(all)
        const back = groups.flatMap(({ exceptions }) => exceptions.map(exceptionKey))
        expect(back.toSorted()).toEqual(all.map(exceptionKey).toSorted())
        const sum = (amounts: readonly number[]) => amounts.reduce((total, amount) => total + amount, 0)
        expect(sum(groups.map(({ totalPaise }) => totalPaise))).toBe(
          sum(all.map(({ amountPaise }) => amountPaise ?? 0)),
        )
        expect(groups.every(({ exceptions }) => exceptions.length > 0)).toBe(true)
      }),
    )
  })
})

describe('lateness', () => {
  const dueAtMs = 1_800_000_000_000
  test.each([
    [dueAtMs - 1, 'wait', null],
    [dueAtMs, 'wait', null],
    [dueAtMs + 1, 'warn', dueAtMs],
    [dueAtMs + 24 * HOUR_MS - 1, 'warn', dueAtMs],
    [dueAtMs + 24 * HOUR_MS, 'error', dueAtMs],
  ] as const)('at %d: %s', (nowMs, tone, lateSinceMs) => {
    expect(latenessOf({ dueAtMs }, nowMs)).toEqual({ tone, lateSinceMs })
  })

  test('without a date nothing is ever late', () => {
    expect(latenessOf({ dueAtMs: null }, 9_000_000_000_000).tone).toBe('wait')
  })
})

describe('finding', () => {
  const water = exceptionWith({ receiptNumber: 'DVG/0417A/26-27/000009', consumerCode: 'WS-7' })
  const tax = exceptionWith({
    receiptNumber: 'DVG/0417A/26-27/000010',
    consumerCode: 'PT-1001',
    payerName: 'Asha Rao',
  })
  const both = [water, tax]

  test('every word must occur in a number or a name', () => {
    expect(fittingExceptions(both, '')).toEqual(both)
    expect(fittingExceptions(both, ' asha  000010 ')).toEqual([tax])
    expect(fittingExceptions(both, 'asha 000009')).toEqual([])
  })

  test('a scanned receipt, its number or the consumer number choose it; a bill of somebody else does not', () => {
    expect(scannedException(both, `tahsil:r1:DVG-0417A:124700:${tax.id.toUpperCase()}:0123456789`)).toBe(tax)
    expect(scannedException(both, 'dvg/0417a/26-27/000009')).toBe(water)
    expect(scannedException(both, 'PT-1001')).toBe(tax)
    expect(scannedException(both, 'PT-1')).toBeNull()
  })
})

describe('a decision', () => {
  const asked = { act: 'refund', byOperatorId: farida.id, atMs: 1_800_000_000_000 } as const

  test('one person asks and another agrees to a refund and a reversal; the rest is one person’s', () => {
    const open = exceptionWith({ asked: null })
    const half = exceptionWith({ asked })
    expect(EXCEPTION_ACTS.map((act) => partIn(open, act))).toEqual([
      'decide',
      'decide',
      'ask',
      'decide',
      'ask',
    ])
    expect(partIn(half, 'refund')).toBe('agree')
    expect(partIn(half, 'reverse')).toBe('ask')
  })

  test('each part has its own sentence and button', () => {
    for (const act of EXCEPTION_ACTS) {
      for (const part of ['decide', 'ask', 'agree'] as const) {
        expect(isTextKey(sentenceOf(act, part)), act).toBe(true)
        expect(isTextKey(pressOf(act, part)), act).toBe(true)
      }
    }
    for (const act of EXCEPTION_ACTS) {
      for (const result of ['done', 'asked'] as const)
        expect(isTextKey(resultOf(act, result)), act).toBe(true)
    }
    expect(sentenceOf('refund', 'ask')).not.toBe(sentenceOf('refund', 'agree'))
    expect(pressOf('reverse', 'ask')).not.toBe(pressOf('reverse', 'agree'))
  })

  test('nothing goes out without a reason, a code and a PIN', () => {
    expect(actFaults(complete, null)).toEqual([])
    expect(actFaults({ why: ' ab ', code: ' ', pin: '12345' }, null)).toEqual(['why', 'code', 'pin'])
  })

  test('the person who asked cannot agree, however the code is written', () => {
    expect(actFaults({ ...complete, code: '900 ' }, farida)).toEqual(['samePerson'])
    expect(actFaults(complete, farida)).toEqual([])
  })

  test('what is not answered, or not clearly refused, is never sent again from the same form', () => {
    const again = PROBLEM_CODES.filter((code) => mayTryAgain(code))
    expect(again).not.toEqual(expect.arrayContaining(['integrator_unreachable']))
    for (const code of PROBLEM_CODES) expect(isLostAnswer(code) && mayTryAgain(code), code).toBe(false)
    expect(isLostAnswer(null)).toBe(true)
    expect(mayTryAgain(null)).toBe(false)
  })
})

test('a receipt can be cancelled in DIGIT only when DIGIT has it, and asks for it in the shape of the contract', () => {
  const may = POSTING_STATES.filter((state) => mayReverse({ state }))
  expect(may).toEqual(['POSTED', 'CONFIRMED'])
  expect(mayReverse({ state: null })).toBe(false)
  const facts = {
    row: {
      paymentId: '9d3a6f5e-7b0e-4f43-9a55-0d6b0c6b1f10',
      receiptNumber: 'DVG/0417A/26-27/000001',
      digitReceiptNumber: '11/2026-27/000123',
      consumerCode: 'PT-1',
      payerName: null,
      amountPaise: rupees(70),
      collectedAtMs: 1_790_000_000_000,
      state: 'POSTED' as const,
    },
    receipt: { serviceCode: 'PT', paidBy: 'Asha Rao', deviceCode: '0417', duePaise: rupees(70) },
  }
  const made = exceptionOfReceipt(facts)
  expect(exceptionSchema.parse(made)).toMatchObject({ payerName: 'Asha Rao', acts: ['reverse'], asked: null })
  expect(partIn(made, 'reverse')).toBe('ask')
  const held = { ...facts, row: { ...facts.row, state: 'SUSPENSE' as const } }
  expect(() => exceptionOfReceipt(held)).toThrow(RangeError)
})

test('the made-up exceptions of these tests are what the contract allows', () => {
  expect(exceptionSchema.safeParse(exceptionWith({ amountPaise: rupees(5) })).success).toBe(true)
})
