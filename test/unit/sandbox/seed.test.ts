// Goal: the demo towns are the same for the same seed, hold every kind of consumer, and the samples are what they say.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { quirks } from '#sandbox/quirks.ts'
import { sampleConsumers, sampleOf } from '#sandbox/seed/sample-consumers.ts'
import { seedState } from '#sandbox/seed/seed-state.ts'
import { createState } from '#sandbox/state/state.ts'
import type { State } from '#sandbox/state/state.ts'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { billsOf, noonMs, startRig } from './rig.ts'
import type { Rig } from './rig.ts'

let rig: Rig
beforeAll(async () => {
  rig = await startRig({ consumerCount: 2000 })
})
afterAll(() => rig.close())

const seeded = (seed: string): State => {
  const state = createState()
  seedState(state, { seed, seededAtMs: noonMs, zone: 'Asia/Kolkata', consumerCount: 300 })
  return state
}
const textOf = (state: State) =>
  JSON.stringify([[...state.demands.all()], [...state.bills.all()], [...state.users.all()]])

test('the same seed gives the same towns, another seed others', () => {
  expect(textOf(seeded('demo'))).toBe(textOf(seeded('demo')))
  expect(textOf(seeded('demo'))).not.toBe(textOf(seeded('other')))
})

test('two thousand consumers of both towns and all services, of every kind', () => {
  const demands = [...rig.admin.state.demands.all()]
  const codes = new Set(demands.map((demand) => `${demand.tenantId}|${demand.consumerCode}`))
  expect(codes.size).toBeGreaterThanOrEqual(2000)
  expect(new Set(demands.map((demand) => demand.businessService)).size).toBe(7)
  expect(new Set(demands.map((demand) => demand.tenantId)).size).toBe(2)
  const count = (isWanted: (demand: (typeof demands)[number]) => boolean) => demands.filter(isWanted).length
  const isPart = (demand: (typeof demands)[number]) =>
    !demand.isPaymentCompleted && demand.lines.some((line) => line.collectedPaise > 0)
  const due = (demand: (typeof demands)[number]) =>
    demand.lines.reduce((sum, line) => sum + line.taxPaise - line.collectedPaise, 0)
  expect(count(isPart)).toBeGreaterThan(50)
  expect(count((demand) => due(demand) < 0)).toBeGreaterThan(10)
  expect(count((demand) => due(demand) % 100 !== 0)).toBeGreaterThan(10)
  expect(count((demand) => due(demand) === 0 && !demand.isPaymentCompleted)).toBeGreaterThan(3)
  expect(count((demand) => demand.payer?.mobileNumber === null)).toBeGreaterThan(50)
  expect(count((demand) => /^[0-5]/.test(demand.payer?.mobileNumber ?? ''))).toBeGreaterThan(30)
  expect(count((demand) => /[ऀ-ॿ]/.test(demand.payer?.name ?? ''))).toBeGreaterThan(100)
  expect(count((demand) => (demand.payer?.name ?? '').startsWith('M/s'))).toBeGreaterThan(20)
  const expired = [...rig.admin.state.bills.all()].filter((bill) =>
    bill.details.some((detail) => detail.expiryDate < noonMs),
  )
  expect(expired.length).toBeGreaterThan(50)
})

test('every sample has a demand, and its code is its own', () => {
  for (const sample of sampleConsumers)
    expect(rig.admin.demands(sample).length, sample.key).toBeGreaterThan(0)
  expect(new Set(sampleConsumers.map((sample) => sample.key)).size).toBe(sampleConsumers.length)
  expect(() => sampleOf('nobody')).toThrow(/no sample/)
})

test('three bills of one payer share one mobile over three services', async () => {
  const bills = []
  for (const key of ['one-payer-water', 'one-payer-sewerage', 'one-payer-property'])
    bills.push(await rig.billOf(key))
  expect(bills.map((bill) => bill.businessService)).toEqual(['WS', 'SW', 'PT'])
  expect(new Set(bills.map((bill) => bill.mobileNumber))).toEqual(new Set(['9876500004']))
  expect(new Set(bills.map((bill) => bill.userId)).size).toBe(1)
})

test.each([
  ['plain-due', 2100],
  ['part-paid', 1350],
  ['zero', 0],
  ['fractional', 1250.5],
  ['old-advance', 800],
  ['hall-rent', 5500],
])('sample %s owes %d', async (key, rupees) => {
  expect((await rig.billOf(key)).totalAmount).toBe(rupees)
})

test('samples penalty and expired get a new bill with more on it', async () => {
  for (const key of ['penalty', 'expired']) {
    const [old] = rig.admin.bills(sampleOf(key))
    const bill = await rig.billOf(key)
    expect(bill.id).not.toBe(old?.id)
    expect(bill.totalAmount * 100).toBeGreaterThan(old?.totalPaise ?? 0)
  }
})

test('sample active-bill has its bill on file; samples advance and paid owe nothing', async () => {
  const [bill] = rig.admin.bills(sampleOf('active-bill'))
  expect((await rig.billOf('active-bill')).id).toBe(bill?.id)
  for (const key of ['advance', 'paid']) expect(billsOf(await rig.fetchBill(key))).toEqual([])
})

test('every oddity from 1 to 58 is listed once, at least 50 are reproduced, the others say why not', () => {
  expect(quirks.map((quirk) => quirk.number)).toEqual(Array.from({ length: 58 }, (_, index) => index + 1))
  expect(quirks.filter((quirk) => quirk.status === 'reproduced').length).toBeGreaterThanOrEqual(50)
  for (const quirk of quirks) expect(quirk.where.length, `quirk ${quirk.number}`).toBeGreaterThan(5)
})

test('every reproduced oddity has a test that names its number, and its place exists', () => {
  const texts = readdirSync(import.meta.dirname)
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => readFileSync(join(import.meta.dirname, name), 'utf8'))
    .join('\n')
  const tested = new Set([...texts.matchAll(/test\('quirk (\d+):/g)].map((match) => Number(match[1])))
  const reproduced = quirks.filter((quirk) => quirk.status === 'reproduced')
  expect(reproduced.map((quirk) => quirk.number).filter((number) => !tested.has(number))).toEqual([])
  const room = join(import.meta.dirname, '../../../integrator-backend/sandbox')
  for (const quirk of reproduced) {
    for (const file of quirk.where.match(/[\w/-]+\.ts/g) ?? [])
      expect(() => readFileSync(join(room, file))).not.toThrow()
  }
})
