// Goal: one collection is recorded once and whole, or not at all, and says why. Runs on the real store on disk.
import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { addPaise, paise, rupees } from '#contract/money.ts'
import { contentHashOf } from '#core/content-hash.ts'
import { checkPayment } from '#core/take-payment.ts'
import type { CollectionInput } from '#core/records.ts'
import { sha256 } from '#store/journal/check-file.ts'
import {
  cashFor,
  codeOf,
  keepBill,
  liftLimits,
  makeTill,
  situation,
  take,
  takeOne,
  type TillKit,
} from '#test/unit/store/till-kit.ts'
import { NOW_MS } from './sample-bill.ts'

let till: TillKit
beforeEach(() => {
  till = makeTill()
})
afterEach(() => till.close())

const nothingTaken = () => {
  expect(till.store.search('')).toEqual([])
  expect(till.store.openShift()).toMatchObject({
    receiptCount: 0,
    collectedPaise: 0,
    cashInHandPaise: 500_00,
  })
}

describe('taking', () => {
  test('three bills of one payer are three payments of one collection, numbered without gaps', () => {
    const bills = [keepBill(till.store), keepBill(till.store), keepBill(till.store)]
    const view = take(till, cashFor(bills, { instrument: { mode: 'CASH', tenderedPaise: rupees(5_000) } }))
    expect(view).toMatchObject({ totalPaise: 4_620_00, tenderedPaise: 5_000_00, changePaise: 380_00 })
    expect(view.payments.map(({ receiptNumber }) => receiptNumber.slice(0, -2))).toEqual([
      'TST/0417A/26-27/000001',
      'TST/0417A/26-27/000002',
      'TST/0417A/26-27/000003',
    ])
    const records = view.payments.map(({ paymentId }) => till.store.payment(paymentId)!)
    expect(records.map(({ payment }) => payment.deviceSeq)).toEqual([1, 2, 3])
    expect(records.map(({ payment }) => payment.bill)).toEqual(bills)
    expect(till.store.openShift()).toMatchObject({
      receiptCount: 3,
      collectedPaise: 4_620_00,
      cashInHandPaise: 5_120_00,
    })
    expect(till.store.queueTotals()).toMatchObject({ waitingCount: 3, waitingPaise: 4_620_00 })
    expect(till.store.waitingPrintJobs()).toBe(3)
  })

  test('a cheque leaves the drawer as it was', () => {
    const bill = keepBill(till.store)
    const instrument = {
      mode: 'CHEQUE',
      number: '004512',
      dateMs: NOW_MS - 1,
      bank: 'State Bank',
      ifsc: null,
    } as const
    const view = take(till, cashFor([bill], { instrument }))
    expect(view).toMatchObject({ tenderedPaise: null, changePaise: 0 })
    expect(till.store.openShift()).toMatchObject({ cashInHandPaise: 500_00, collectedPaise: 1_540_00 })
  })

  test('cash: tendered is total and change, and the drawer holds float and totals, for any amounts', () => {
    const amounts = fc.array(fc.integer({ min: 1, max: 99_999 }), { minLength: 1, maxLength: 5 })
    let expectedCash = 500_00
    liftLimits(till.store)
    fc.assert(
      fc.property(amounts, fc.integer({ min: 0, max: 5_000 }), (values, extra) => {
        const bills = values.map((value) => keepBill(till.store, { totalPaise: rupees(value) }))
        const total = addPaise(...bills.map(({ totalPaise }) => totalPaise))
        const tenderedPaise = addPaise(total, rupees(extra))
        const view = take(till, cashFor(bills, { instrument: { mode: 'CASH', tenderedPaise } }))
        expectedCash += total
        expect(view.tenderedPaise).toBe(view.totalPaise + view.changePaise)
        expect(view.payments.reduce((sum, row) => sum + row.amountPaise, 0)).toBe(total)
        expect(till.store.openShift()?.cashInHandPaise).toBe(expectedCash)
      }),
      { numRuns: 30 },
    )
  })

  test('the amount of the bill comes from the record of the till, never from the screen', () => {
    const bill = keepBill(till.store)
    const wrong = cashFor([{ ...bill, totalPaise: rupees(1) }])
    expect(codeOf(() => take(till, wrong))).toBe('part_payment_not_allowed')
    nothingTaken()
  })

  test('without a printer the money is taken all the same', () => {
    const view = take(till, cashFor([keepBill(till.store)]), { hasPrinter: false })
    expect(view.payments[0]).toMatchObject({ printState: 'absent' })
  })

  test('a new financial year begins again at 1 and the chain of money goes on', () => {
    const { monotonicMs, bootId } = till.clock.now
    till.store.saveAnchor({ serverMs: NOW_MS, monotonicMs, bootId })
    takeOne(till)
    till.clock.pass(150 * 86_400_000)
    const bill = keepBill(till.store, { expiresAtMs: till.clock.now.wallMs + 1_000 })
    const view = take(till, cashFor([bill]))
    expect(view.payments[0]?.receiptNumber).toMatch(/\/27-28\/000001-/)
    expect(till.store.payment(view.payments[0]!.paymentId)?.payment.deviceSeq).toBe(2)
  })
})

describe('again', () => {
  test('the same call gives the first answer, however often, also after a restart', () => {
    const input = cashFor([keepBill(till.store), keepBill(till.store)])
    const first = take(till, input)
    expect(take(till, input)).toEqual(first)
    till.reopen()
    expect(take(till, input, { isOffline: true, hasDiskSpace: false })).toEqual(first)
    expect(till.store.openShift()?.receiptCount).toBe(2)
  })

  test('keys in another order are the same content', () => {
    const input = cashFor([keepBill(till.store)])
    const reordered = Object.fromEntries(Object.entries(input).toReversed()) as CollectionInput
    expect(contentHashOf(reordered, sha256)).toBe(contentHashOf(input, sha256))
  })

  test.each<[string, (input: CollectionInput) => CollectionInput]>([
    ['tender', (input) => ({ ...input, instrument: { mode: 'CASH', tenderedPaise: rupees(9_000) } })],
    ['payer', (input) => ({ ...input, payer: { ...input.payer, paidBy: 'Other Name' } })],
    ['payment id', (input) => ({ ...input, lines: [{ ...input.lines[0]!, paymentId: randomUUID() }] })],
    ['collection id', (input) => ({ ...input, collectionId: randomUUID() })],
  ])('with another %s is a conflict and takes nothing', (_what, change) => {
    const input = cashFor([keepBill(till.store)])
    take(till, input)
    expect(codeOf(() => take(till, change(input)))).toBe('payment_conflict')
    expect(till.store.openShift()?.receiptCount).toBe(1)
  })

  test('a bill that was paid here is not paid again under new ids', () => {
    const bill = keepBill(till.store)
    const view = take(till, cashFor([bill]))
    expect(() => take(till, cashFor([bill]))).toThrow(
      expect.objectContaining({
        code: 'bill_already_paid',
        data: { receiptNumber: view.payments[0]?.receiptNumber, billId: bill.id },
      }) as Error,
    )
  })
})

describe('refusing', () => {
  const expectRefused = (code: string, input: CollectionInput, changes = {}) => {
    const asked = situation(till, changes)
    expect(checkPayment({ store: till.store, sha256 }, input, asked)?.code).toBe(code)
    expect(codeOf(() => take(till, input, changes))).toBe(code)
    nothingTaken()
  }

  test('one bad bill among good ones stops the whole collection and says which', () => {
    const bills = [keepBill(till.store), keepBill(till.store, { expiresAtMs: NOW_MS - 1 })]
    const problem = checkPayment({ store: till.store, sha256 }, cashFor(bills), situation(till))
    expect(problem).toMatchObject({
      code: 'bill_expired',
      data: { billId: bills[1]!.id, expiredAtMs: NOW_MS - 1 },
    })
    expectRefused('bill_expired', cashFor(bills))
  })

  test('a bill that the till has never seen', () => {
    const bill = keepBill(till.store)
    expectRefused('bill_not_found', cashFor([{ ...bill, id: 'bill-from-nowhere' }]))
  })

  test('the same bill or the same payment id twice', () => {
    const bill = keepBill(till.store)
    expectRefused('input_invalid', cashFor([bill, bill]))
    const input = cashFor([bill, keepBill(till.store)])
    const paymentId = input.lines[0]!.paymentId
    expectRefused('input_invalid', { ...input, lines: input.lines.map((line) => ({ ...line, paymentId })) })
  })

  test('more than twenty bills', () => {
    expectRefused('collection_too_large', cashFor(Array.from({ length: 21 }, () => keepBill(till.store))))
  })

  test('an operator without a shift of their own', () => {
    expectRefused('shift_not_open', cashFor([keepBill(till.store)]), { operatorId: 'op-2' })
  })

  test('a full disk, before any money changes hands', () => {
    expectRefused('store_full', cashFor([keepBill(till.store)]), { hasDiskSpace: false })
  })

  test('too little money', () => {
    const input = cashFor([keepBill(till.store)], { instrument: { mode: 'CASH', tenderedPaise: paise(100) } })
    expectRefused('tender_too_small', input)
  })

  test('a payer that DIGIT would refuse', () => {
    const payer = { paidBy: 'M/s Rao', mobileNumber: null, isOwner: true }
    expectRefused('payer_name_invalid', cashFor([keepBill(till.store)], { payer }))
  })
})

describe('the clock', () => {
  test('set back behind the last record stops money; a small drift does not', () => {
    takeOne(till)
    till.clock.setWall(NOW_MS - 4 * 60_000)
    takeOne(till)
    till.clock.setWall(NOW_MS - 13 * 3_600_000)
    const bill = keepBill(till.store)
    expect(() => take(till, cashFor([bill]))).toThrow(
      expect.objectContaining({
        code: 'clock_set_back',
        data: { clockMs: NOW_MS - 13 * 3_600_000, lastRecordMs: NOW_MS },
      }) as Error,
    )
    till.clock.setWall(NOW_MS + 1_000)
    take(till, cashFor([bill]))
  })

  test('every record raises the bar for the next one', () => {
    takeOne(till)
    till.clock.pass(6 * 3_600_000)
    const later = keepBill(till.store)
    take(till, cashFor([later]))
    till.clock.setWall(NOW_MS + 3_600_000)
    expect(codeOf(() => takeOne(till))).toBe('clock_set_back')
  })

  test('the time of the integrator is preferred to the wall clock, and a restart leaves only what is certain', () => {
    const { monotonicMs, bootId } = till.clock.now
    till.store.saveAnchor({ serverMs: NOW_MS + 3_600_000, monotonicMs, bootId })
    till.clock.pass(5_000)
    const { view } = takeOne(till)
    expect(view.payments[0]?.collectedAtMs).toBe(NOW_MS + 3_605_000)
    till.clock.reboot()
    till.clock.pass(4_000_000)
    expect(takeOne(till).view.payments[0]?.collectedAtMs).toBe(NOW_MS + 3_605_000 + 4_000_000)
    till.clock.setWall(NOW_MS + 9_000_000)
    expect(takeOne(till).view.payments[0]?.collectedAtMs).toBe(NOW_MS + 9_000_000)
  })

  test('a bill is judged by the trusted time', () => {
    const { monotonicMs, bootId } = till.clock.now
    const bill = keepBill(till.store, { expiresAtMs: NOW_MS + 60_000 })
    till.store.saveAnchor({ serverMs: NOW_MS + 61_000, monotonicMs, bootId })
    expect(codeOf(() => take(till, cashFor([bill])))).toBe('bill_expired')
  })
})
