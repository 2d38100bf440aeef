// Goal: whatever DIGIT would refuse later is refused before the money is taken, each with its own code and the figures that the
// words need.
import { describe, expect, test } from 'vitest'
import { AMOUNT_PAISE_MAX, paise, rupees } from '#contract/money.ts'
import type { ProblemError } from '#contract/problem.ts'
import {
  amountProblem,
  billProblem,
  instrumentProblem,
  modeProblem,
  payerProblem,
  totalOf,
} from '#core/payment-rules.ts'
import type { EarlierPayment, TenderedInstrument } from '#core/records.ts'
import { NOW_MS, sampleBill, TENANT } from './sample-bill.ts'

const DAY_MS = 86_400_000
const READ_MS = sampleBill().fetchedAtMs
const at = { tenantId: TENANT, nowMs: NOW_MS }
const told = (problem: ProblemError | null) => (problem === null ? null : [problem.code, problem.data])

const billCase = (
  changes: Parameters<typeof sampleBill>[0],
  earlier: readonly Partial<EarlierPayment>[] = [],
) =>
  told(
    billProblem(
      {
        bill: sampleBill(changes),
        newerBill: null,
        earlier: earlier.map((payment) => ({
          receiptNumber: 'TST/1',
          billId: 'bill-0',
          state: null,
          isRefused: false,
          postedAtMs: null,
          ...payment,
        })),
      },
      at,
    ),
  )

describe('the bill', () => {
  test('a sound bill may be paid', () => expect(billCase({})).toBeNull())

  test.each([
    [{ tenantId: 'pb.othernagar' }, 'bill_other_tenant', { billTenantId: 'pb.othernagar' }],
    [{ rules: { isOpen: false } }, 'service_closed', { businessService: 'WS' }],
    [{ expiresAtMs: NOW_MS }, 'bill_expired', { expiredAtMs: NOW_MS }],
    [{ totalPaise: paise(1_540_50) }, 'bill_fractional', { duePaise: 1_540_50 }],
    [{ totalPaise: paise(0) }, 'nothing_due', { duePaise: 0 }],
    [{ totalPaise: rupees(-5) }, 'nothing_due', { duePaise: -500 }],
    [{ status: 'PAID' }, 'bill_already_paid', { receiptNumber: null }],
    [{ status: 'CANCELLED' }, 'bill_changed', { duePaise: null, billId: null }],
    [{ status: 'PAYMENT_CANCELLED' }, 'bill_changed', { duePaise: null, billId: null }],
  ])('%o → %s', (changes, code, data) => {
    expect(billCase(changes)).toEqual([code, data])
  })

  test('one millisecond before its expiry it is still payable', () => {
    expect(billCase({ expiresAtMs: NOW_MS + 1 })).toBeNull()
  })

  test('a newer snapshot of the same debt must be looked at first', () => {
    const newerBill = sampleBill({ id: 'bill-2', totalPaise: rupees(1_600) })
    const problem = billProblem({ bill: sampleBill(), newerBill, earlier: [] }, at)
    expect(told(problem)).toEqual(['bill_changed', { duePaise: 1_600_00, billId: 'bill-2' }])
  })

  test.each([
    ['the same bill id, whatever became of it', { billId: 'bill-1', state: 'SUSPENSE' }, true],
    ['the same bill id that the integrator refused', { billId: 'bill-1', isRefused: true }, true],
    ['another bill id, not handed over yet', { state: null }, true],
    ['another bill id, on its way', { state: 'UNKNOWN' }, true],
    ['another bill id, posted after this bill was read', { state: 'POSTED', postedAtMs: NOW_MS }, true],
    ['another bill id, posted at the moment of reading', { state: 'POSTED', postedAtMs: READ_MS }, false],
    ['another bill id, posted just after', { state: 'POSTED', postedAtMs: READ_MS + 1 }, true],
    ['another bill id, posted before', { state: 'POSTED', postedAtMs: NOW_MS - DAY_MS }, false],
    ['another bill id, in suspense', { state: 'SUSPENSE' }, false],
    ['another bill id, refused', { isRefused: true }, false],
    ['another bill id, reversed', { state: 'REVERSED' }, false],
  ] as const)('paid before: %s → %s', (_words, earlier, isPaid) => {
    expect(billCase({}, [earlier])).toEqual(isPaid ? ['bill_already_paid', { receiptNumber: 'TST/1' }] : null)
  })

  test('a cancelled payment has used its bill id up for ever', () => {
    const changed = ['bill_changed', { duePaise: null, billId: null }]
    expect(billCase({}, [{ billId: 'bill-1', state: 'REVERSED' }])).toEqual(changed)
    const more = [{ state: 'SUSPENSE' }, { billId: 'bill-1', state: 'REVERSED' }] as const
    expect(billCase({}, more)).toEqual(changed)
  })

  test.each(['RECEIVED', 'VERIFIED', 'HOLD', 'READY', 'POSTING', 'UNKNOWN', 'RESOLVE'] as const)(
    'while an earlier payment is %s, nothing more is taken for this debt',
    (state) => expect(billCase({}, [{ state }])?.[0]).toBe('bill_already_paid'),
  )

  test('from a pack is refused when the pack is too old, and not before', () => {
    const pack = { packId: 'p', preparedAtMs: NOW_MS - DAY_MS, warnAfterMs: 1, refuseAfterMs: DAY_MS }
    const known = { bill: sampleBill(), newerBill: null, earlier: [] }
    expect(billProblem({ ...known, pack }, at)).toBeNull()
    expect(billProblem({ ...known, pack }, { ...at, nowMs: NOW_MS + 1 })?.code).toBe('pack_too_old')
  })
})

describe('the amount', () => {
  const amount = (value: number, rules: Parameters<typeof sampleBill>[0] = {}) =>
    told(amountProblem(sampleBill({ totalPaise: rupees(500), ...rules }), paise(value)))
  const part = { rules: { isPartPaymentAllowed: true, minimumPaise: rupees(100) } }

  test.each([
    [0, {}, 'amount_not_positive', { duePaise: 500_00 }],
    [-100, {}, 'amount_not_positive', { duePaise: 500_00 }],
    [499_50, part, 'amount_not_whole', { amountPaise: 499_50 }],
    [499_00, {}, 'part_payment_not_allowed', { duePaise: 500_00 }],
    [99_00, part, 'amount_below_minimum', { minimumPaise: 100_00, duePaise: 500_00 }],
    [501_00, {}, 'amount_above_due', { duePaise: 500_00 }],
    [501_00, part, 'amount_above_due', { duePaise: 500_00 }],
  ])('%d paise with %o → %s', (value, rules, code, data) => {
    expect(amount(value, rules)).toEqual([code, data])
  })

  test('in full, a part from the minimum on, and an advance where it is allowed', () => {
    expect(amount(500_00)).toBeNull()
    expect(amount(100_00, part)).toBeNull()
    expect(amount(501_00, { rules: { isAdvanceAllowed: true } })).toBeNull()
  })

  test('even an advance ends at the largest amount', () => {
    const advance = { rules: { isAdvanceAllowed: true } }
    expect(amount(AMOUNT_PAISE_MAX, advance)).toBeNull()
    expect(amount(AMOUNT_PAISE_MAX + 100, advance)).toEqual(['amount_above_due', { duePaise: 500_00 }])
  })

  test('a bill below the minimum may be paid in full, but not in part', () => {
    const small = { totalPaise: rupees(50), ...part }
    expect(amount(50_00, small)).toBeNull()
    expect(amount(49_00, small)?.[0]).toBe('amount_below_minimum')
  })
})

test('a way of paying that the service does not take', () => {
  const bill = sampleBill({ rules: { modesNotAllowed: ['DD', 'QR_CODE'] } })
  expect(told(modeProblem(bill, 'DD'))).toEqual(['mode_not_allowed', { mode: 'DD', businessService: 'WS' }])
  expect(modeProblem(bill, 'CASH')).toBeNull()
})

describe('the instrument', () => {
  const due = { totalPaise: rupees(500), nowMs: NOW_MS }
  const code = (instrument: TenderedInstrument) => instrumentProblem(instrument, due)?.code ?? null
  const cheque = (changes: object): TenderedInstrument => ({
    mode: 'CHEQUE',
    number: '004512',
    dateMs: NOW_MS - DAY_MS,
    bank: 'State Bank',
    ifsc: null,
    ...changes,
  })

  test('cash must cover the total, in whole rupees', () => {
    expect(code({ mode: 'CASH', tenderedPaise: rupees(500) })).toBeNull()
    expect(code({ mode: 'CASH', tenderedPaise: rupees(499) })).toBe('tender_too_small')
    expect(code({ mode: 'CASH', tenderedPaise: rupees(501) })).toBeNull()
    expect(told(instrumentProblem({ mode: 'CASH', tenderedPaise: rupees(499) }, due))).toEqual([
      'tender_too_small',
      { totalPaise: 500_00, tenderedPaise: 499_00 },
    ])
    expect(told(instrumentProblem({ mode: 'CASH', tenderedPaise: paise(500_50) }, due))).toEqual([
      'amount_not_whole',
      { amountPaise: 500_50 },
    ])
  })

  test('a problem says which figure is wrong', () => {
    const problem = (changes: object) => told(instrumentProblem(cheque(changes), due))
    const dateMs = NOW_MS - 91 * DAY_MS
    expect(problem({ dateMs })).toEqual(['cheque_too_old', { dateMs, days: 91, daysMax: 90 }])
    const later = NOW_MS + 1
    expect(problem({ dateMs: later })).toEqual(['instrument_in_future', { dateMs: later, nowMs: NOW_MS }])
    expect(problem({ number: '123' })).toEqual(['instrument_invalid', { field: 'number', minimumLength: 6 }])
    const neft = { mode: 'OFFLINE_NEFT', utr: ' ', dateMs: NOW_MS } as const
    expect(told(instrumentProblem(neft, due))).toEqual(['instrument_invalid', { field: 'utr' }])
    const order = { mode: 'POSTAL_ORDER', number: ' ', dateMs: NOW_MS, postOffice: 'GPO' } as const
    expect(told(instrumentProblem(order, due))).toEqual(['instrument_invalid', { field: 'number' }])
  })

  test.each([
    [{}, null],
    [{ dateMs: NOW_MS }, null],
    [{ dateMs: NOW_MS + 1 }, 'instrument_in_future'],
    // DIGIT counts whole days: 90 days and 23 hours pass.
    [{ dateMs: NOW_MS - 90 * DAY_MS - 23 * 3_600_000 }, null],
    [{ dateMs: NOW_MS - 91 * DAY_MS }, 'cheque_too_old'],
    [{ number: '00451' }, 'instrument_invalid'],
    [{ number: '  0 0 4 5 1 ' }, 'instrument_invalid'],
    [{ number: ' 0-0-4-5-1-2 ' }, null],
    [{ number: 'ABxyZ9' }, null],
  ])('cheque and draft %o → %s', (changes, expected) => {
    expect(code(cheque(changes))).toBe(expected)
    expect(code({ ...cheque(changes), mode: 'DD' } as TenderedInstrument)).toBe(expected)
  })

  test.each(['OFFLINE_NEFT', 'OFFLINE_RTGS'] as const)(
    '%s: not in the future, but as old as it likes',
    (mode) => {
      expect(code({ mode, utr: 'UTR123', dateMs: NOW_MS - 400 * DAY_MS })).toBeNull()
      expect(code({ mode, utr: 'UTR123', dateMs: NOW_MS + 1 })).toBe('instrument_in_future')
      expect(code({ mode, utr: '  ', dateMs: NOW_MS })).toBe('instrument_invalid')
    },
  )

  test('postal order', () => {
    const order = { mode: 'POSTAL_ORDER', number: '12', dateMs: NOW_MS, postOffice: 'GPO' } as const
    expect(code(order)).toBeNull()
    expect(code({ ...order, dateMs: NOW_MS + 1 })).toBe('instrument_in_future')
    expect(code({ ...order, number: ' ' })).toBe('instrument_invalid')
  })

  test.each([
    [{}, null],
    [{ lastFour: '123' }, 'lastFour'],
    [{ lastFour: '12345' }, 'lastFour'],
    [{ lastFour: '12a4' }, 'lastFour'],
    [{ rrn: '12345' }, 'rrn'],
    [{ rrn: 'aZ0945' }, null],
    [{ rrn: '1'.repeat(32) }, null],
    [{ rrn: '1'.repeat(33) }, 'rrn'],
    [{ rrn: '-123456' }, 'rrn'],
    [{ rrn: '123456-' }, 'rrn'],
    [{ approvalCode: 'A-1' }, 'approvalCode'],
    [{ approvalCode: 'A-12' }, 'approvalCode'],
    [{ approvalCode: 'aZ09' }, null],
    [{ approvalCode: '123' }, 'approvalCode'],
    [{ approvalCode: '1'.repeat(12) }, null],
    [{ approvalCode: '1'.repeat(13) }, 'approvalCode'],
    [{ approvalCode: '-1234' }, 'approvalCode'],
    [{ approvalCode: '1234-' }, 'approvalCode'],
  ])('card %o → %s', (changes, field) => {
    const card = {
      mode: 'CARD',
      lastFour: '4321',
      rrn: '600112233445',
      approvalCode: '004512',
      ...changes,
    } as const
    const problem = instrumentProblem(card, due)
    expect(problem?.data['field'] ?? null).toBe(field)
    expect(problem?.code ?? null).toBe(field === null ? null : 'instrument_invalid')
  })
})

test.each([
  ['Asha Rao', '9876512345', null],
  ['Asha Rao', null, null],
  ['M/s Rao', null, 'payer_name_invalid'],
  ['a'.repeat(128), null, null],
  ['a'.repeat(129), null, 'payer_name_invalid'],
  ['Asha Rao', '6876512345', null],
  ['Asha Rao', '98765123456', 'mobile_invalid'],
  ['Asha Rao', '09876512345', 'mobile_invalid'],
  ['Asha Rao', '98765x2345', 'mobile_invalid'],
  ['Asha Rao', '5876512345', 'mobile_invalid'],
  ['Asha Rao', '987651234', 'mobile_invalid'],
  ['Asha Rao', '', 'mobile_invalid'],
])('payer %s, mobile %s → %s', (paidBy, mobileNumber, code) => {
  const problem = payerProblem({ paidBy, mobileNumber, isOwner: false })
  expect(problem?.code ?? null).toBe(code)
  expect(JSON.stringify(problem?.data ?? {})).not.toContain('Rao')
})

test('a collection beyond the largest amount is refused', () => {
  expect(totalOf([rupees(1), rupees(2)])).toBe(300)
  expect(totalOf([paise(AMOUNT_PAISE_MAX - 100), rupees(1)])).toBe(AMOUNT_PAISE_MAX)
  const tooMuch = () => totalOf([paise(AMOUNT_PAISE_MAX), rupees(1)])
  expect(tooMuch).toThrow('Too many bills')
  expect(tooMuch).toThrow(expect.objectContaining({ data: { totalPaise: AMOUNT_PAISE_MAX + 100 } }))
})
