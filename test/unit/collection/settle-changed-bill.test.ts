// Goal: every way in which a bill may have changed settles one way under every policy, and nothing becomes an advance or a part
// payment without the consent that the policy asks for.
import { describe, expect, it, test } from 'vitest'
import { paise } from '#contract/money.ts'
import type { CollectionEvidence, Payment } from '#contract/payment.ts'
import {
  defaultSettlement,
  settleChangedBill,
  settlementNotes,
  settlementPolicyOf,
} from '#collection/settle-changed-bill.ts'
import type { ChangedBill, SettlementPolicy } from '#collection/settle-changed-bill.ts'
import { madePayment, openRules } from './made-payment.ts'

const evidence = (change: Partial<CollectionEvidence>): CollectionEvidence => ({
  source: 'cache',
  packId: null,
  isAdvanceAgreed: false,
  isPartAgreed: false,
  earliestMs: 0,
  latestMs: 0,
  ...change,
})
const all = { isPartPaymentAllowed: true, isAdvanceAllowed: true }
const partAgreed = { evidence: evidence({ isPartAgreed: true }) }
const advanceAgreed = { evidence: evidence({ isAdvanceAgreed: true }) }

type Case = {
  totalPaise?: number
  billId?: string
  rules?: Partial<typeof openRules> | null
  policy?: Partial<SettlementPolicy>
  payment?: Partial<Payment>
  change?: Partial<ChangedBill>
}
const settled = ({ totalPaise = 100_000, billId = 'bill-2', rules = all, policy, payment, change }: Case) =>
  settleChangedBill({
    payment: madePayment(payment),
    bill: { billId, totalPaise: paise(totalPaise) },
    ifNone: 'nothing',
    rules: rules === null ? null : { ...openRules, ...rules },
    policy: { ...defaultSettlement, ...policy },
    isDecided: false,
    isPartPending: false,
    ...change,
  })
const settle = (given: Case) => {
  const end = settled(given)
  if (end.do === 'post') return `post ${end.as ?? 'whole'} ${end.postPaise}+${end.heldPaise}`
  return end.do === 'suspend' ? `suspend ${end.reason}` : 'wait'
}

const higher = { totalPaise: 120_000 }
const lower = { totalPaise: 80_000 }
const zero = { totalPaise: 0 }
const whole = 'post whole 100000+0'

describe('a bill of', () => {
  it.each<[string, Case, string]>([
    ['the same amount', {}, whole],
    ['the same amount, nothing allowed', { rules: {} }, whole],
    ['more: part', higher, 'post part 100000+0'],
    ['more, part not allowed', { ...higher, rules: {} }, 'suspend BILL_HIGHER'],
    [
      'more, part not allowed though agreed',
      { ...higher, rules: {}, payment: partAgreed },
      'suspend BILL_HIGHER',
    ],
    ['more, consent needed', { ...higher, policy: { isPartConsentNeeded: true } }, 'suspend BILL_HIGHER'],
    [
      'more, consent given',
      { ...higher, policy: { isPartConsentNeeded: true }, payment: partAgreed },
      'post part 100000+0',
    ],
    ['more, policy holds', { ...higher, policy: { higher: 'suspense' } }, 'suspend BILL_HIGHER'],
    [
      'more, policy holds, agreed',
      { ...higher, policy: { higher: 'suspense' }, payment: partAgreed },
      'suspend BILL_HIGHER',
    ],
    [
      'more, a part was meant from the start',
      { ...higher, policy: { higher: 'suspense' }, payment: { amountPaise: paise(60_000) } },
      'post whole 60000+0',
    ],
    [
      'more, the very bill of the screen',
      { ...higher, billId: 'bill-1', policy: { higher: 'suspense' } },
      whole,
    ],
    ['less: paid, the rest held', lower, 'post split 80000+20000'],
    ['less, advance agreed', { ...lower, payment: advanceAgreed }, 'post advance 100000+0'],
    [
      'less, advance agreed but not allowed',
      { ...lower, rules: {}, payment: advanceAgreed },
      'post split 80000+20000',
    ],
    [
      'less, advance without consent by policy',
      { ...lower, policy: { isAdvanceConsentNeeded: false } },
      'post advance 100000+0',
    ],
    ['less, otherwise held', { ...lower, policy: { otherwise: 'suspense' } }, 'suspend BILL_LOWER'],
    [
      'less, always split',
      { ...lower, policy: { lower: 'split' }, payment: advanceAgreed },
      'post split 80000+20000',
    ],
    [
      'less, always held',
      { ...lower, policy: { lower: 'suspense' }, payment: advanceAgreed },
      'suspend BILL_LOWER',
    ],
    [
      'less, more was meant from the start',
      { ...lower, payment: { amountPaise: paise(150_000) } },
      'post whole 150000+0',
    ],
    ['zero', zero, 'suspend NOTHING_DUE'],
    ['zero, advance agreed', { ...zero, payment: advanceAgreed }, 'post advance 100000+0'],
    ['zero, paid elsewhere', { ...zero, change: { ifNone: 'paid' } }, 'suspend ALREADY_PAID'],
    ['less than nothing', { totalPaise: -5_000 }, 'suspend NOTHING_DUE'],
    ['paise', { totalPaise: 100_050 }, 'suspend REFUSED_BY_DIGIT'],
    ['nothing, paid', { change: { bill: null, ifNone: 'paid' } }, 'suspend ALREADY_PAID'],
    ['nothing, withdrawn', { change: { bill: null, ifNone: 'cancelled' } }, 'suspend BILL_CANCELLED'],
    ['nothing', { change: { bill: null } }, 'suspend NOTHING_DUE'],
    ['an unknown service', { rules: null }, 'suspend SERVICE_CLOSED'],
    ['a closed service', { rules: { isOpen: false } }, 'suspend SERVICE_CLOSED'],
    ['a mode not taken', { rules: { modesNotAllowed: ['CASH'] } }, 'suspend MODE_NOT_ALLOWED'],
    ['any amount while a part is on its way', { ...higher, change: { isPartPending: true } }, 'wait'],
    ['nothing while a part is on its way', { change: { bill: null, isPartPending: true } }, 'wait'],
  ])('%s', (_name, given, expected) => {
    expect(settle(given)).toBe(expected)
  })
})

test('the words go with what is done', () => {
  const words = (given: Case) => settled(given).note
  expect(words({})).toBe(settlementNotes.same)
  expect(words(higher)).toBe(settlementNotes.part)
  expect(words({ ...lower, payment: advanceAgreed })).toBe(settlementNotes.advance)
  expect(words(lower)).toBe(settlementNotes.split)
  expect(words({ change: { isPartPending: true } })).toBe(settlementNotes.pending)
})

test.each([0, -100])('%d paise are no money to settle', (amount) => {
  expect(() => settle({ payment: { amountPaise: paise(amount) } })).toThrow(RangeError)
})

describe('a supervisor’s decision', () => {
  const decided = { change: { isDecided: true } }
  it.each<[string, Case, string]>([
    ['stands for consent to a part', { ...higher, policy: { higher: 'suspense' } }, 'post part 100000+0'],
    ['never replaces DIGIT’s rules', { ...higher, rules: {} }, 'suspend BILL_HIGHER'],
    ['splits what was held', { ...lower, policy: { lower: 'suspense' } }, 'post split 80000+20000'],
    ['makes no advance that nobody agreed to', lower, 'post split 80000+20000'],
    ['does not open a closed service', { rules: { isOpen: false } }, 'suspend SERVICE_CLOSED'],
    ['finds nothing where nothing is due', zero, 'suspend NOTHING_DUE'],
  ])('%s', (_name, given, expected) => {
    expect(settle({ ...given, ...decided })).toBe(expected)
  })
})

test('what is posted and what is held is always what was taken', () => {
  const sums = new Set<number>()
  for (let totalPaise = 0; totalPaise <= 200_000; totalPaise += 10_000) {
    for (const policy of [{ lower: 'advance' }, { lower: 'split' }] as const) {
      const [posted, held] = /(\d+)\+(\d+)/.exec(settle({ totalPaise, policy }))?.slice(1).map(Number) ?? []
      sums.add(posted === undefined || held === undefined ? 100_000 : posted + held)
    }
  }
  expect(sums).toEqual(new Set([100_000]))
})

test('the policy of a service goes before that of all others', () => {
  const ws = { ...defaultSettlement, lower: 'split' as const }
  const policies = { '*': defaultSettlement, WS: ws }
  expect(settlementPolicyOf(policies, 'WS')).toBe(ws)
  expect(settlementPolicyOf(policies, 'PT')).toBe(defaultSettlement)
  expect(settlementPolicyOf(policies, 'constructor')).toBe(defaultSettlement)
})
