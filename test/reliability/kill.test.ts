// Goal: kill -9 of terminal, integrator or its database at any place of the money path loses nothing, doubles nothing and breaks
// neither chain nor numbers. After each kill the program starts again, everything settles, and an auditor that shares no
// code with the product compares the till's file, DIGIT and the paper with what callers were told.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { killPlaces, type KillPlace } from '#test/reliability/kill-places.ts'
import { killAt } from '#test/reliability/kill-at.ts'
import { startMoneyPath, type MoneyPath } from '#test/reliability/money-path.ts'

let path: MoneyPath

beforeAll(async () => {
  path = await startMoneyPath()
})

// Also after a test that failed half-way.
beforeEach(() => path.startMissing())

afterAll(async () => {
  await path.close()
})

const nameOf = ({ victim, name }: KillPlace): string => `${victim} dies ${name}`

test.each(killPlaces.map((place) => ({ name: nameOf(place), place })))('$name', async ({ place }) => {
  const { taken, isReached } = await killAt(path, place)
  expect(isReached, 'the place was come by').toBe(true)
  expect(path.isRecorded(taken.wish.paymentId)).toBe(place.isRecorded)
  // Whoever got no answer asks again with the same ids and is told the same as if nothing had happened.
  const again = await path.take(taken.wish)
  expect(again.kind).toBe('acknowledged')
  const first = taken.kind === 'acknowledged' ? taken : again
  expect(again).toEqual(first)
  await path.settle()
  expect((await path.audit()).findings).toEqual([])
})

test('terminal dies with the slip out and nothing noted of it', async () => {
  const died = new Promise<void>((resolve) => {
    path.onNextSlip(() => void path.terminal().kill().then(resolve))
  })
  const taken = await path.take(await path.findBill())
  expect(taken.kind).toBe('acknowledged')
  await died
  await path.startTerminal()
  await path.settle()
  expect((await path.audit()).findings).toEqual([])
})

test('the auditor sees what it must: a payment that was promised and is not there', async () => {
  await path.settle()
  const promised = path.acknowledged as { paymentId: string; receiptNumber: string; amountPaise: number }[]
  promised.push({
    paymentId: '00000000-0000-4000-8000-000000000000',
    receiptNumber: 'NONE',
    amountPaise: 100,
  })
  expect((await path.audit()).findings).toEqual(['LOST: NONE was acknowledged and is not recorded'])
  promised.pop()
})
