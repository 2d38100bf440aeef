// Goal: the cash limit is no dead end: from its strip cash is handed in to a supervisor, the figures are seen, the drawer is counted blind,
// the shift is closed with a difference explained, its Z report stands on screen and paper, and the next shift opens at the same drawer.
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DEFAULT_LIMITS } from '#contract/limits.ts'
import { rupees } from '#contract/money.ts'
import { PIN } from '#test/unit/host/fake-integrator.ts'
import { todaysBill, type HostKit } from '#test/unit/host/host-kit.ts'
import { addBill, nextCustomer, pastShield, payExactCash } from './counter-kit.ts'
import { startLooking } from './look.ts'
import { openOfficeCounter, type OfficeCounter } from './office-counter.ts'
import { openBrowser } from './open-browser.ts'

const looking = startLooking()
const bills = Array.from({ length: 3 }, (_, at) =>
  todaysBill({ consumerCode: `WS/108/00020${at}`, totalPaise: rupees(1_400) }),
)
let browser: Browser
let counter: OfficeCounter
let page: Page
let kit: HostKit

beforeAll(async () => {
  browser = await openBrowser()
  const limits = { ...DEFAULT_LIMITS, cashInHandPaise: rupees(2_400) }
  counter = await openOfficeCounter(browser, { bills, limits })
  page = counter.page
  kit = counter.kit
})
afterAll(async () => {
  await counter.close()
  await browser.close()
})

const typeSlowly = async (text: string) => page.keyboard.type(text, { delay: 60 })

test('from the limit through a hand-in to a closed shift and the next one', async () => {
  await addBill(page, bills[0]!.consumerCode)
  await payExactCash(page)
  await nextCustomer(page)

  // The strip of the limit leads to the hand-in.
  await page.getByTestId('limit-stop-cashInHand').waitFor()
  await looking.look(page, 'shift-limit')
  await page.getByTestId('limit-act-cashInHand').click()
  await page.getByTestId('hand-in').waitFor()
  await pastShield(page)
  await page.getByTestId('count-500').fill('4')
  expect(await page.getByTestId('hand-in-total').textContent()).toBe('₹2,000')
  await page.getByTestId('hand-in-code').fill('900')
  await looking.look(page, 'hand-in')

  // A cashier's own code is refused in words.
  await page.getByTestId('hand-in-code').fill('101')
  await page.getByTestId('hand-in-pin').click()
  await typeSlowly(PIN)
  await page.keyboard.press('Enter')
  await page.getByTestId('problem-second_person_needed').waitFor()
  await page.getByTestId('hand-in-code').fill('900')
  await page.getByTestId('hand-in-pin').click()
  await typeSlowly(PIN)
  await page.keyboard.press('Enter')
  await page.getByTestId('handed-in').waitFor()
  await page.getByTestId('slip-printed').waitFor()
  await looking.look(page, 'handed-in')
  expect(kit.slips().join('\n')).toContain('CASH HANDED IN 1-1')
  await pastShield(page)
  await page.getByTestId('handed-in-next').click()

  // Figures so far: nothing is closed by looking.
  await page.getByTestId('x-report').waitFor()
  expect(await page.getByTestId('figure-expected').textContent()).toContain('₹400')
  expect(await page.getByTestId('figure-hand-in').count()).toBe(1)
  expect(await page.getByTestId('limit-stop-cashInHand').count()).toBe(0)
  await looking.look(page, 'shift-so-far')
  await page.keyboard.press('Escape')
  await page.getByTestId('find').waitFor()
  await pastShield(page)
  await addBill(page, bills[1]!.consumerCode)
  await payExactCash(page)
  await nextCustomer(page)

  // The blind count: what should be there stands nowhere.
  await page.keyboard.press('Alt+KeyE')
  await page.getByTestId('x-report').waitFor()
  await pastShield(page)
  await page.keyboard.press('F10')
  await page.getByTestId('count-drawer').waitFor()
  await pastShield(page)
  await page.getByTestId('count-500').fill('3')
  await page.getByTestId('count-100').fill('2')
  await page.getByTestId('count-50').fill('1')
  expect(await page.locator('body').textContent()).not.toContain('1,800')
  await looking.look(page, 'count-drawer')
  await page.getByTestId('count-act').click()
  await page.getByTestId('compare').waitFor()
  expect(await page.getByTestId('compare-difference').textContent()).toContain('-₹50')
  expect(await page.getByTestId('close-shift').isDisabled()).toBe(true)
  await page.getByTestId('close-reason').fill('Change of ₹50 given twice')
  await looking.look(page, 'compare')
  await pastShield(page)
  await page.getByTestId('close-shift').click()

  await page.getByTestId('closed-shift').waitFor()
  await page.getByTestId('difference-short').waitFor()
  await page.getByTestId('slip-printed').waitFor()
  await looking.look(page, 'closed-shift')
  expect(kit.slips().join('\n')).toContain('Z REPORT - SHIFT 1')
  await pastShield(page)
  await page.getByTestId('closed-next').click()

  // The same drawer: what was left in it can be taken over.
  await page.getByTestId('last-close').waitFor()
  await looking.look(page, 'open-after-close')
  await page.getByTestId('take-over-count').click()
  expect(await page.getByTestId('float-total').textContent()).toBe('₹1,750')
  await pastShield(page)
  await page.getByTestId('open-shift').click()
  await page.getByTestId('find').waitFor()
  expect((await kit.client.terminal.status()).shift).toMatchObject({
    number: 2,
    cashInHandPaise: rupees(1_750),
    collectedPaise: 0,
  })
  expect(await kit.client.receipt.search({ text: '' })).toHaveLength(2)
  expect(looking.faultsSoFar()).toEqual([])
  expect(counter.complaints).toEqual([])
}, 180_000)
