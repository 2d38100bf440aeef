// Goal: a till carries 10,000 bills of a route, finds them by number, mobile, name and door in every script, replaces a pack only by a
// whole one, and goes on after a restart where it stopped.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { findBills, type FindPorts, type FoundBill } from '#core/bills/find-bill.ts'
import { ProblemError } from '#contract/problem.ts'
import { loadPack, makePack, wardBills } from '#test/unit/packs/pack-kit.ts'
import { NOW_MS, sampleBill, sampleMasters } from '#test/unit/core/sample-bill.ts'
import { cashFor, codeOf, makeTill, take, type TillKit } from './till-kit.ts'

const HOUR_MS = 3_600_000
let till: TillKit
beforeEach(() => {
  till = makeTill()
  till.store.saveMasters(sampleMasters())
})
afterEach(() => till.close())

const offline = (): FindPorts => ({
  store: till.store,
  isOffline: true,
  at: till.clock.read(),
  integrator: {
    searchBills: async () => await Promise.reject(new ProblemError('integrator_unreachable')),
  },
})
const find = async (text: string): Promise<FoundBill[]> => await findBills(offline(), text)
const idsOf = async (text: string) => (await find(text)).map(({ bill }) => bill.id)

describe('10,000 bills', () => {
  test('are found by number, mobile, name and door', async () => {
    const bills = wardBills(10_000)
    loadPack(till.store, bills)
    const wanted = bills[8_123]
    if (wanted === undefined) throw new Error('there are so many')
    expect(await idsOf(wanted.consumerCode.toLowerCase())).toEqual([wanted.id])
    expect(await idsOf(wanted.billNumber)).toEqual([wanted.id])
    expect(await idsOf(wanted.mobileNumber ?? '')).toEqual([wanted.id])
    const door = wanted.address?.split(',')[0] ?? ''
    expect(door).toBe('4-204/A')
    for (const typed of [door, '4-204A', '4 204 a', '४-२०४/A', `${door}, Kumhar Tola`]) {
      expect(await idsOf(typed), typed).toEqual([wanted.id])
    }
    const named = await find('rameSH ver')
    expect(named).toHaveLength(50)
    expect(named.every(({ bill }) => bill.payerName === 'Ramesh Verma')).toBe(true)
  }, 60_000)
})

describe('names and doors', () => {
  beforeEach(() => loadPack(till.store, wardBills(400)))

  test.each([
    ['आशा राव', 'आशा राव'],
    ['आशा', 'आशा '],
    ['முருகன்', 'முருகன் '],
    ['ਹਰਪ੍ਰੀਤ ਕੌਰ', 'ਹਰਪ੍ਰੀਤ ਕੌਰ'],
    ['jose', 'José '],
    ['JOSÉ pil', 'José Pillai'],
    ['रामप्र', 'रामप्रसाद '],
  ])('%s', async (typed, begins) => {
    const found = await find(typed)
    expect(found.length).toBeGreaterThan(0)
    for (const { bill } of found) expect(bill.payerName?.startsWith(begins)).toBe(true)
  })

  test('a number is the whole number: door 4-1 is not door 4-10', async () => {
    const found = await find('4-1')
    expect(found.map(({ bill }) => bill.address)).toEqual(['4-1/A, Kumhar Tola'])
  })

  test.each(['"', '*', 'a', 'NEAR(', 'name:', '-', 'आशा" OR "x', ') OR ('])(
    'whatever is typed is only words: %s',
    async (typed) => {
      const end = await find(typed).then(
        () => 'integrator_unreachable',
        (error: unknown) => (error instanceof ProblemError ? error.code : error),
      )
      expect(end).toBe('integrator_unreachable')
    },
  )

  test('a found bill says its pack and its age, and the payment knows the pack', async () => {
    const [found] = await find('PT-W-000007')
    expect(found).toMatchObject({
      source: 'pack',
      obstacle: null,
      pack: { preparedAtMs: NOW_MS - HOUR_MS, standing: 'fresh' },
    })
    if (found === undefined) throw new Error('it is there')
    const known = till.store.knownBill(found.bill.id)
    const [inUse] = till.store.packsInUse()
    expect(known?.pack?.packId).toBe(inUse?.manifest.packId)
    const view = take(till, cashFor([found.bill]))
    const recorded = till.store.payment(view.payments[0]?.paymentId ?? '')?.payment
    expect(recorded?.evidence).toMatchObject({ source: 'pack', packId: inUse?.manifest.packId })
  })

  test('what this till has collected on is marked as paid here', async () => {
    const [found] = await find('PT-W-000007')
    if (found === undefined) throw new Error('it is there')
    const view = take(till, cashFor([found.bill]))
    const [again] = await find('PT-W-000007')
    expect(again?.obstacle).toMatchObject({
      code: 'bill_already_paid',
      data: { receiptNumber: view.payments[0]?.receiptNumber },
    })
  })

  test('a later look at the same debt goes before the pack, an earlier one behind it', async () => {
    const later = sampleBill({
      id: 'later',
      businessService: 'PT',
      consumerCode: 'PT-W-000007',
      fetchedAtMs: NOW_MS,
    })
    const earlier = sampleBill({
      id: 'earlier',
      businessService: 'PT',
      consumerCode: 'PT-W-000008',
      fetchedAtMs: 1,
    })
    till.store.saveBills([later, earlier], NOW_MS)
    expect(await find('PT-W-000007')).toMatchObject([{ bill: { id: 'later' }, source: 'cache', pack: null }])
    expect(await find('PT-W-000008')).toMatchObject([{ bill: { id: 'w-bill-8' }, source: 'pack' }])
  })

  test('online, a name is turned into connections, and the integrator says what is due on them', async () => {
    const fresh = sampleBill({
      id: 'fresh',
      businessService: 'PT',
      consumerCode: 'PT-W-000007',
      fetchedAtMs: NOW_MS,
    })
    const found = await findBills(
      {
        ...offline(),
        isOffline: false,
        integrator: {
          searchBills: async (query) => {
            if (query.value === 'PT-W-000007') return await Promise.resolve([fresh])
            throw new ProblemError(query.by === 'scan' ? 'scan_not_understood' : 'bill_not_found')
          },
        },
      },
      '8-1/A, Kumhar Tola',
    )
    expect(found).toMatchObject([{ bill: { id: 'fresh' }, source: 'integrator' }])
  })
})

test('at a kiosk numbers are found, names and doors are not', async () => {
  loadPack(till.store, wardBills(40))
  const kiosk = { ...offline(), isKiosk: true }
  expect(await findBills(kiosk, 'PT-W-000007')).toHaveLength(1)
  for (const text of ['Ramesh', '8-1/A']) {
    await expect(findBills(kiosk, text)).rejects.toMatchObject({ code: 'integrator_unreachable' })
  }
})

describe('age', () => {
  test.each([
    [1, 'fresh', null],
    [25, 'aging', null],
    [73, 'too_old', 'pack_too_old'],
  ])('%d hours: %s', async (hours, standing, code) => {
    const atMs = NOW_MS - hours * HOUR_MS
    loadPack(till.store, wardBills(20, { atMs }), { preparedAtMs: atMs })
    const [found] = await find('PT-W-000003')
    expect(found?.pack?.standing).toBe(standing)
    expect(found?.obstacle?.code ?? null).toBe(code)
    if (found === undefined) throw new Error('it is there')
    expect(codeOf(() => take(till, cashFor([found.bill])))).toBe(code ?? 'none')
  })

  test('an expired bill of a pack is expired, as one of the cache is', async () => {
    const [bill] = wardBills(1)
    if (bill === undefined) throw new Error('it is there')
    loadPack(till.store, [{ ...bill, expiresAtMs: NOW_MS - 1 }])
    expect((await find(bill.consumerCode))[0]?.obstacle?.code).toBe('bill_expired')
  })
})

describe('replacing', () => {
  test('the old pack stays in use until the new one is whole, also over a restart', async () => {
    loadPack(till.store, wardBills(30, { seed: 'old' }))
    const bills = wardBills(30, { seed: 'new' })
    const { manifest } = makePack(bills, { chunkMax: 10 })
    const loading = till.store.beginLoading(manifest)
    till.store.addPackBills(loading, { chunk: 0, bills: bills.slice(0, 10), isLast: true })
    till.store.addPackBills(loading, { chunk: 1, bills: bills.slice(10, 15), isLast: false })
    expect(() => till.store.usePack(loading)).toThrow('whole')
    till.reopen()
    expect(await idsOf('PT-OLD-000003')).toEqual(['old-bill-3'])
    await expect(find('PT-NEW-000003')).rejects.toMatchObject({ code: 'integrator_unreachable' })
    const again = till.store.loadingPack('ward-4')
    if (again === null) throw new Error('a half-loaded pack outlives a restart')
    expect(again.loadedChunks).toBe(1)
    till.store.beginChunk(again, 1)
    till.store.addPackBills(again, { chunk: 1, bills: bills.slice(10, 20), isLast: true })
    till.store.addPackBills(again, { chunk: 2, bills: bills.slice(20), isLast: true })
    const [shown] = await find('PT-OLD-000003')
    till.store.usePack(again)
    expect(await idsOf('PT-NEW-000015')).toEqual(['new-bill-15'])
    // what was found a moment before is still known: it can be paid
    if (shown === undefined) throw new Error('it is there')
    expect(codeOf(() => take(till, cashFor([shown.bill])))).toBe('none')
    await expect(find('PT-OLD-000004')).rejects.toMatchObject({ code: 'integrator_unreachable' })
    while (till.store.shredDropped(7)) continue
    expect(till.store.packsInUse().map(({ manifest: used }) => used.packId)).toEqual([manifest.packId])
    expect(await idsOf('PT-NEW-000000')).toEqual(['new-bill-0'])
    till.reopen({ check: 'full' })
    expect(till.store.damage()).toBeNull()
  })

  test('a chunk out of its turn is a mistake that is not kept', () => {
    const bills = wardBills(20)
    const loading = till.store.beginLoading(makePack(bills, { chunkMax: 10 }).manifest)
    expect(() =>
      till.store.addPackBills(loading, { chunk: 1, bills: bills.slice(10), isLast: true }),
    ).toThrow('order')
    expect(till.store.loadingPack('ward-4')?.loadedChunks).toBe(0)
  })

  test('a route that is not chosen any more is dropped', async () => {
    till.store.chooseRoutes(['ward-4', 'ward-7'])
    loadPack(till.store, wardBills(10))
    till.store.chooseRoutes(['ward-7'])
    expect(till.store.chosenRoutes()).toEqual(['ward-7'])
    expect(till.store.packsInUse()).toEqual([])
    await expect(find('PT-W-000001')).rejects.toMatchObject({ code: 'integrator_unreachable' })
  })
})
