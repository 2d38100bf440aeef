// Goal: a receipt says what was recorded and how final it is, and its QR can be read back.
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { paise, rupees, ZERO_PAISE } from '#contract/money.ts'
import { POSTING_STATES, type PostingState } from '#contract/payment.ts'
import { receiptSchema } from '#contract/receipt.ts'
import { laneOf, readReceiptQr, receiptOf, receiptQr, standingOf } from '#core/receipts/receipt.ts'
import { cashFor, DEVICE, keepBill, makeTill, take, type TillKit } from '#test/unit/store/till-kit.ts'
import { sampleMasters } from './sample-bill.ts'

let till: TillKit
beforeEach(() => {
  till = makeTill()
})
afterEach(() => till.close())

test('every posting state has a lane and a standing', () => {
  const standings = Object.fromEntries(
    POSTING_STATES.map((state) => [state, standingOf(state, laneOf({ state, heldPaise: ZERO_PAISE }))]),
  )
  expect(standings).toEqual({
    RECEIVED: 'provisional',
    VERIFIED: 'provisional',
    HOLD: 'provisional',
    READY: 'provisional',
    POSTING: 'provisional',
    UNKNOWN: 'provisional',
    RESOLVE: 'provisional',
    POSTED: 'final',
    CONFIRMED: 'final',
    SUSPENSE: 'held',
    POISON: 'held',
    QUARANTINE: 'held',
    REVERSING: 'final',
    REVERSED: 'cancelled',
  } satisfies Record<PostingState, string>)
  expect(standingOf(null, 'waiting')).toBe('provisional')
  expect(standingOf(null, 'attention')).toBe('held')
})

test('facts of a part payment: due, paid, balance, and only the names that the bill needs', () => {
  const bill = keepBill(till.store, { rules: { isPartPaymentAllowed: true } })
  const view = take(till, {
    ...cashFor([bill]),
    lines: [{ paymentId: '9d3a6f5e-7b0e-4f43-9a55-0d6b0c6b1f10', billId: bill.id, amountPaise: rupees(540) }],
    instrument: { mode: 'CASH', tenderedPaise: rupees(600) },
  })
  const record = till.store.payment(view.payments[0]!.paymentId)!
  const receipt = receiptOf(record, { device: DEVICE, masters: sampleMasters() })
  expect(receiptSchema.parse(receipt)).toMatchObject({
    municipalityName: 'Testnagar Municipal Council',
    serviceName: 'Water charges',
    duePaise: 1_540_00,
    amountPaise: 540_00,
    balancePaise: 1_000_00,
    taxHeadNames: { WS_CHARGE: 'Water charge' },
    operatorName: 'Meena Kulkarni',
    shiftNumber: 1,
    standing: 'provisional',
    journalHash: record.journalHash.slice(0, 10),
  })
})

test('without masters a receipt still says what must be said', () => {
  const view = take(till, cashFor([keepBill(till.store)]))
  const record = till.store.payment(view.payments[0]!.paymentId)!
  expect(receiptSchema.parse(receiptOf(record, { device: DEVICE, masters: null }))).toMatchObject({
    municipalityName: 'pb.testnagar',
    serviceName: 'WS',
    taxHeadNames: { WS_CHARGE: 'WS_CHARGE' },
  })
})

test('the QR of any receipt is read back; anything else is not a receipt', () => {
  const facts = fc.record({
    receiptNumber: fc.constantFrom('TST/0417A/26-27/000123-K', '107/1B/00-01/1234567-0'),
    amountPaise: fc.integer({ min: 1, max: 99_999_999_00 }).map(paise),
    paymentId: fc.uuid(),
    journalHash: fc.constantFrom('0123456789', 'abcdefabcd'),
  })
  fc.assert(
    fc.property(facts, (receipt) => {
      const { receiptNumber, amountPaise, paymentId, journalHash } = receipt
      expect(readReceiptQr(` ${receiptQr(receipt)}\n`)).toEqual({
        receiptNumber,
        amountPaise,
        paymentId,
        proof: journalHash,
      })
    }),
  )
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(readReceiptQr(text)).toBeNull()
    }),
  )
})
