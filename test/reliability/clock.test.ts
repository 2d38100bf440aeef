// Goal: a clock that jumps by up to 30 days, past 2038 or over the end of the financial year, also in the middle of a payment, never
// changes the order of records, never gives a number twice or leaves one out, and never breaks the chain; what is refused
// for its sake is refused before anything is recorded. TAHSIL_CLOCK_JUMPS=1000 for the long run.
import { expect, test } from 'vitest'
import { createRandom } from '#test/reliability/random.ts'
import { tradeUnderWrongClock } from '#test/reliability/wrong-clock.ts'

const jumps = Number(process.env['TAHSIL_CLOCK_JUMPS'] ?? 70)
const seed = Number(process.env['TAHSIL_CLOCK_SEED'] ?? 20_261)
const paymentsEach = 120
const jumpsEach = 60

test(`a till takes money through ${jumps} jumps of its clock (seed ${seed})`, async () => {
  const random = createRandom(seed)
  let jumpCount = 0
  let isForward = false
  let paymentCount = 0
  const years = new Set<string>()
  const refused = new Map<string, number>()
  while (jumpCount < jumps) {
    isForward = !isForward
    const outcome = await tradeUnderWrongClock(random, {
      payments: paymentsEach,
      jumps: jumpsEach,
      isForward,
    })
    expect(outcome.findings).toEqual([])
    expect(outcome.isDone).toBe(true)
    expect(outcome.jumpCount).toBeGreaterThan(0)
    expect(outcome.acknowledged.length + outcome.refused.length).toBeGreaterThanOrEqual(paymentsEach)
    jumpCount += outcome.jumpCount
    paymentCount += outcome.acknowledged.length
    // a shift keeps the date it was opened on, so that its receipts are of one year whatever the clock says
    expect(outcome.years.length).toBeLessThanOrEqual(1)
    for (const year of outcome.years) years.add(year)
    for (const code of outcome.refused) refused.set(code, (refused.get(code) ?? 0) + 1)
  }
  console.log(
    `clock: ${jumpCount} jumps, ${paymentCount} payments in the years ${[...years].join(' ')}, refused ${JSON.stringify(Object.fromEntries(refused))}`,
  )
  expect(paymentCount).toBeGreaterThan(paymentsEach / 2)
}, 3_600_000)
