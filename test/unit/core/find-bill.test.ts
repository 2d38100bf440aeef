// Goal: a bill is found at the integrator, or in the till's own cache when the way to it is shut, and every answer says why it cannot be
// paid, if so. Runs on the real store.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { badgeText } from '#contract/badge.ts'
import type { Bill } from '#contract/bill.ts'
import { ProblemError, type ProblemCode } from '#contract/problem.ts'
import { findBills, refreshBill, type FindPorts } from '#core/bills/find-bill.ts'
import type { BillQuery } from '#core/ports.ts'
import { receiptQr } from '#core/receipts/receipt.ts'
import { cashFor, makeTill, take, type TillKit } from '#test/unit/store/till-kit.ts'
import { NOW_MS, sampleBill, sampleMasters, TENANT } from './sample-bill.ts'

let till: TillKit
let asked: BillQuery[]
let known: Bill[]
let trouble: ProblemCode | null
beforeEach(() => {
  till = makeTill()
  till.store.saveMasters(sampleMasters())
  asked = []
  known = [sampleBill()]
  trouble = null
})
afterEach(() => till.close())

const ports = (isOffline = false): FindPorts => ({
  store: till.store,
  isOffline,
  at: till.clock.read(),
  integrator: {
    searchBills: async (query) => {
      asked.push(query)
      if (trouble !== null) throw new ProblemError(trouble)
      const found = known.filter((bill) =>
        query.by === 'mobile' ? bill.mobileNumber === query.value : bill.consumerCode === query.value,
      )
      if (found.length === 0) throw new ProblemError('bill_not_found')
      return await Promise.resolve(found)
    },
  },
})
const codeOfFind = async (text: string) =>
  await findBills(ports(), text).then(
    () => 'found',
    (error: unknown) => (error instanceof ProblemError ? error.code : Promise.reject(error)),
  )

describe('online', () => {
  test('a bill comes with the names of its service and its tax heads, and is kept', async () => {
    const [found] = await findBills(ports(), '  WS/107/2025-26/000871 ')
    expect(found).toMatchObject({
      serviceName: 'Water charges',
      taxHeadNames: { WS_CHARGE: 'Water charge' },
      source: 'integrator',
      obstacle: null,
    })
    expect(till.store.knownBill('bill-1')?.bill).toEqual(known[0])
  })

  test.each([
    ['9876512345', ['mobile']],
    ['5876512345', ['consumerCode']],
    ['WS/107/2025-26/000871', ['consumerCode']],
    ['PT 12-a (3)', ['consumerCode']],
    ['https://example.test/pay?c=1', ['scan']],
    ['upi://pay?pa=x', ['scan']],
    ['{"a":1}', ['scan']],
    ['x'.repeat(129), ['scan']],
  ])('%s is asked by %o', async (text, by) => {
    known = [sampleBill({ consumerCode: text, mobileNumber: text })]
    await findBills(ports(), text)
    expect(asked.map((query) => query.by)).toEqual(by)
  })

  test('ten digits that are no mobile number of anybody are tried as a consumer code', async () => {
    known = [sampleBill({ consumerCode: '9999912345' })]
    const found = await findBills(ports(), '9999912345')
    expect(found).toHaveLength(1)
    expect(asked.map((query) => query.by)).toEqual(['mobile', 'consumerCode'])
  })

  test('what the integrator says about the bill itself is passed on, not covered by the cache', async () => {
    await findBills(ports(), 'WS/107/2025-26/000871')
    known = []
    expect(await codeOfFind('WS/107/2025-26/000871')).toBe('bill_not_found')
    trouble = 'bill_already_paid'
    expect(await codeOfFind('WS/107/2025-26/000871')).toBe('bill_already_paid')
  })

  test('a scanned receipt of this product is not a bill, but says which receipt it is', async () => {
    const text = receiptQr({
      receiptNumber: 'TST/0417A/26-27/000001-X',
      amountPaise: known[0]!.totalPaise,
      paymentId: '9d3a6f5e-7b0e-4f43-9a55-0d6b0c6b1f10',
      journalHash: '0123456789',
    })
    await expect(findBills(ports(), text)).rejects.toMatchObject({
      code: 'bill_already_paid',
      data: { receiptNumber: 'TST/0417A/26-27/000001-X' },
    })
  })
})

describe('away', () => {
  test.each<ProblemCode>(['integrator_unreachable', 'digit_unreachable', 'digit_bad_answer', 'not_ready'])(
    '%s: the cache answers by consumer code, mobile, bill number and bill id',
    async (code) => {
      await findBills(ports(), 'WS/107/2025-26/000871')
      trouble = code
      for (const text of ['ws/107/2025-26/000871', '9876512345', 'BILLNO-WS-004512', 'bill-1']) {
        const found = await findBills(ports(), text)
        expect(found).toMatchObject([
          { source: 'cache', bill: { id: 'bill-1', fetchedAtMs: NOW_MS - 60_000 } },
        ])
      }
    },
  )

  test('known to be away, the cache is asked first', async () => {
    await findBills(ports(), 'WS/107/2025-26/000871')
    asked = []
    expect(await findBills(ports(true), 'WS/107/2025-26/000871')).toMatchObject([{ source: 'cache' }])
    expect(asked).toEqual([])
  })

  test('only the newest snapshot of a debt is offered', async () => {
    till.store.saveBills(
      [sampleBill({ id: 'old', fetchedAtMs: 1 }), sampleBill({ id: 'new', fetchedAtMs: 2 })],
      2,
    )
    const found = await findBills(ports(true), 'WS/107/2025-26/000871')
    expect(found.map(({ bill }) => bill.id)).toEqual(['new'])
  })

  test('nothing in the cache: the trouble is told', async () => {
    trouble = 'integrator_unreachable'
    expect(await codeOfFind('WS/UNKNOWN')).toBe('integrator_unreachable')
  })
})

describe('what a scan names beside itself', () => {
  const CODE = 'WS/107/2025-26/000871'
  const reading =
    (codes: string[], reason: string | null = null, isCertain = false): NonNullable<FindPorts['codesIn']> =>
    () => ({ codes, reason, isCertain })

  test('away, a payment code or a link finds the bill by the number in it; typed numbers stay as they are', async () => {
    await findBills(ports(), CODE)
    const away = { ...ports(true), codesIn: reading(['REF-1', CODE]) }
    const found = await findBills(away, 'upi://pay?pa=a@b&tr=REF-1')
    expect(found).toMatchObject([{ source: 'cache', bill: { consumerCode: CODE } }])
    trouble = 'integrator_unreachable'
    expect(await findBills({ ...ports(), codesIn: reading([CODE]) }, 'https://x/1')).toHaveLength(1)
  })

  test('online, the integrator reads the scan first; the till asks for what it reads itself', async () => {
    known = [sampleBill()]
    const found = await findBills({ ...ports(), codesIn: reading([CODE]) }, 'https://pay.example/b/871')
    expect(found).toHaveLength(1)
    expect(asked.map(({ by }) => by)).toEqual(['scan', 'consumerCode'])
  })

  test('a scan that nobody can read is told with the reason, also away', async () => {
    trouble = 'scan_not_understood'
    const blind = (isCertain: boolean) => ({ ...ports(), codesIn: reading([], 'bad_checksum', isCertain) })
    const answer = { code: 'scan_not_understood', data: { reason: 'bad_checksum' } }
    await expect(findBills(blind(true), '{broken}')).rejects.toMatchObject(answer)
    trouble = 'integrator_unreachable'
    await expect(findBills(blind(true), '{broken}')).rejects.toMatchObject(answer)
    await expect(findBills(blind(false), '{broken}')).rejects.toMatchObject({
      code: 'integrator_unreachable',
    })
  })

  test('a badge is told to be one, and nobody is asked about it', async () => {
    await expect(findBills(ports(), badgeText('101'))).rejects.toMatchObject({
      code: 'scan_not_understood',
      data: { reason: 'badge' },
    })
    expect(asked).toEqual([])
  })
})

test.each([
  [{ expiresAtMs: NOW_MS - 1 }, 'bill_expired'],
  [{ tenantId: 'pb.othernagar' }, 'bill_other_tenant'],
  [{ rules: { isOpen: false } }, 'service_closed'],
])('obstacle of %o is %s', async (changes, code) => {
  known = [sampleBill(changes)]
  const [found] = await findBills(ports(), 'WS/107/2025-26/000871')
  expect(found?.obstacle?.code).toBe(code)
})

test('a bill that was paid here says so, with the receipt', async () => {
  const [bill] = known
  till.store.saveBills([bill!], NOW_MS)
  const view = take(till, cashFor([bill!]))
  const [found] = await findBills(ports(), 'WS/107/2025-26/000871')
  expect(found?.obstacle).toMatchObject({
    code: 'bill_already_paid',
    data: { receiptNumber: view.payments[0]?.receiptNumber },
  })
})

test('refresh brings the new snapshot, and the old one then says that it has changed', async () => {
  const key = { tenantId: TENANT, businessService: 'WS', consumerCode: 'WS/107/2025-26/000871' }
  await findBills(ports(), key.consumerCode)
  known = [sampleBill({ id: 'bill-2', fetchedAtMs: NOW_MS })]
  expect(await refreshBill(ports(), key)).toMatchObject({ bill: { id: 'bill-2' }, obstacle: null })
  expect(asked.at(-1)).toEqual({ by: 'consumerCode', value: key.consumerCode, businessService: 'WS' })
  expect(till.store.knownBill('bill-1')?.newerBill?.id).toBe('bill-2')
  await expect(refreshBill(ports(), { ...key, tenantId: 'pb.othernagar' })).rejects.toMatchObject({
    code: 'bill_other_tenant',
  })
})
