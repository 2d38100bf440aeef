// Goal: the cashier sees the office's limits come near and be reached, a clock that is off, and what to ask the payer, in both languages
// and on every size of screen; cash stops at a limit, a cheque does not; and the receipt carries what was ticked.
import { randomUUID } from 'node:crypto'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Bill } from '#contract/bill.ts'
import { DEFAULT_LIMITS } from '#contract/limits.ts'
import { rupees } from '#contract/money.ts'
import type { FakeIntegrator } from '#test/unit/host/fake-integrator.ts'
import { todaysBill, type HostKit } from '#test/unit/host/host-kit.ts'
import { testClock } from '#test/unit/store/till-kit.ts'
import { addBill, nextCustomer, pastShield, payExactCash } from './counter-kit.ts'
import { startLooking } from './look.ts'
import { openOfficeCounter, type OfficeCounter } from './office-counter.ts'
import { openBrowser } from './open-browser.ts'

const MINUTE_MS = 60_000
const looking = startLooking()
const clock = testClock()
let browser: Browser
let fake: FakeIntegrator
let kit: HostKit
let counter: OfficeCounter
let page: Page
let bills: Bill[]

beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(async () => {
  await browser.close()
})
beforeEach(async () => {
  Object.assign(clock.now, { wallMs: Date.now(), monotonicMs: 10_000, bootId: randomUUID() })
  bills = Array.from({ length: 5 }, (_, at) =>
    todaysBill({
      consumerCode: `WS/107/00010${at}`,
      totalPaise: rupees(1_000),
      rules: { isPartPaymentAllowed: true, isAdvanceAllowed: true },
    }),
  )
  // A float of ₹1,000 is counted at the start of work.
  const limits = { ...DEFAULT_LIMITS, cashInHandPaise: rupees(2_400) }
  counter = await openOfficeCounter(browser, { bills, limits, tuning: { clock } })
  page = counter.page
  kit = counter.kit
  fake = counter.fake
})
afterEach(async () => await counter.close())
const expectNoFaults = () => {
  expect(looking.faultsSoFar()).toEqual([])
  expect(counter.complaints).toEqual([])
}
const goOffline = async () => {
  fake.setFault('down')
  await kit.client.queue.sendNow().catch(() => undefined)
  await kit.until(({ link }) => !link.isOnline)
  await page.getByTestId('offline-strip').waitFor()
}

test('cash in hand: amber at 80 %, red at the limit, and a cheque goes on', async () => {
  await addBill(page, bills[0]!.consumerCode)
  await payExactCash(page)
  await nextCustomer(page)
  await page.getByTestId('limit-warn-cashInHand').waitFor()
  await looking.look(page, 'limit-warn')
  await addBill(page, bills[1]!.consumerCode)
  await page.getByTestId('pay-now').fill('400')
  await payExactCash(page)
  await nextCustomer(page)
  await page.getByTestId('limit-stop-cashInHand').waitFor()
  await looking.look(page, 'limit-stop')
  await addBill(page, bills[2]!.consumerCode)
  await page.keyboard.press('F6')
  await page.getByTestId('take').waitFor()
  await pastShield(page)
  await page.keyboard.press('Enter')
  await page.getByTestId('outcome-notPaid').waitFor()
  await looking.look(page, 'limit-refused')
  await page.keyboard.press('F9')
  await page.getByTestId('form-number').fill('004512')
  const yesterday = new Date(clock.now.wallMs - 86_400_000).toLocaleDateString('en-GB').replaceAll('/', '-')
  await page.getByTestId('form-date').fill(yesterday)
  await page.getByTestId('form-bank').fill('State Bank')
  await pastShield(page)
  await page.getByTestId('take').click()
  await page.getByTestId('done').waitFor()
  expectNoFaults()
})

test('a clock that is off is said in amber, far off in red', async () => {
  clock.setWall(clock.now.wallMs + 40 * MINUTE_MS)
  await page.getByTestId('clock-warn').waitFor()
  await looking.look(page, 'clock-warn')
  clock.setWall(clock.now.wallMs + 3 * 24 * 60 * MINUTE_MS)
  await page.getByTestId('clock-stop').waitFor()
  await looking.look(page, 'clock-stop')
  expectNoFaults()
})

test('consent is asked only while it can matter, off until ticked, and printed', async () => {
  await addBill(page, bills[0]!.consumerCode)
  await page.keyboard.press('F6')
  await page.getByTestId('take').waitFor()
  expect(await page.getByTestId('consent').count()).toBe(0)
  await goOffline()
  await page.getByTestId('consent').waitFor()
  expect(await page.getByRole('checkbox', { checked: true }).count()).toBe(0)
  await page.getByTestId('consent-part').click()
  await page.getByRole('checkbox', { checked: true }).waitFor()
  await looking.look(page, 'tender-consent')
  await pastShield(page)
  await page.getByTestId('given').focus()
  await page.keyboard.press('Enter')
  await page.getByTestId('done').waitFor()
  const [row] = await kit.client.receipt.search({ text: '' })
  const { base64 } = await kit.client.receipt.render({ paymentId: row!.paymentId, form: 'text' })
  const paper = Buffer.from(base64, 'base64').toString('utf8').replaceAll(/\s+/g, ' ')
  expect(paper).toContain('Agreed: if more is due by then, this is a part payment.')
  expect(paper).not.toContain('kept as an advance')
  expect(paper).toContain('Subject to revision after')
  expectNoFaults()
})
