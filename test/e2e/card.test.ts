// Goal: a card is paid through the terminal without typing anything; its steps stand large; what is not known says what to do and stands on
// every screen until somebody has dealt with it; in both languages, at every size.
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { rupees } from '#contract/money.ts'
import { createVirtualCardTerminal, type CardScript } from '#drivers/virtual/card-terminal.ts'
import { PIN } from '#test/unit/host/fake-integrator.ts'
import { todaysBill, type HostKit } from '#test/unit/host/host-kit.ts'
import { addBill, nextCustomer, pastShield, payExactCash } from './counter-kit.ts'
import { startLooking } from './look.ts'
import { openOfficeCounter, type OfficeCounter } from './office-counter.ts'
import { openBrowser } from './open-browser.ts'

const looking = startLooking()
const bills = Array.from({ length: 4 }, (_, at) =>
  todaysBill({ consumerCode: `WS/108/00030${at}`, totalPaise: rupees(1_400) }),
)
const scripts: CardScript[] = ['slow', 'wrong-pin', 'silent', 'other-amount']
let browser: Browser
let counter: OfficeCounter
let page: Page
let kit: HostKit

beforeAll(async () => {
  browser = await openBrowser()
  const cardTerminal = createVirtualCardTerminal({ scripts, stepMs: 500, reversal: 'refused' })
  counter = await openOfficeCounter(browser, { bills, tuning: { cardTerminal, cardAskAgainMs: [] } })
  page = counter.page
  kit = counter.kit
})
afterAll(async () => {
  await counter.close()
  await browser.close()
})

const byCard = async (consumerCode: string): Promise<void> => {
  await addBill(page, consumerCode)
  await page.keyboard.press('F8')
  await page.getByTestId('card-start').waitFor()
  await pastShield(page)
}

test('cards at the counter: given up, wrong PIN, not known, another amount', async () => {
  // Waits for a card; given up in two presses; then the PIN is wrong once.
  await byCard(bills[0]!.consumerCode)
  await pastShield(page)
  await page.getByTestId('card-start').click()
  await page.getByTestId('card-step-present_card').waitFor()
  await looking.look(page, 'card-present')
  await page.getByTestId('card-cancel').click()
  await page.getByTestId('card-cancel-sure').click()
  await page.getByTestId('card-state-cancelled').waitFor()
  await pastShield(page)
  await page.getByTestId('card-start').click()
  await page.getByTestId('card-step-wrong_pin').waitFor()
  await page.getByTestId('done').waitFor()
  await nextCustomer(page)
  expect(await page.getByTestId('card-strip').count()).toBe(0)

  // Charged, and nobody knows: the same bill takes no cash, another does.
  await byCard(bills[1]!.consumerCode)
  await page.keyboard.press('Enter')
  await page.getByTestId('card-state-unknown').waitFor()
  await page.getByTestId('card-strip').waitFor()
  await looking.look(page, 'card-unknown')
  await pastShield(page)
  await page.keyboard.press('F6')
  await page.getByTestId('take').waitFor()
  await pastShield(page)
  await page.keyboard.press('Enter')
  await page.getByTestId('outcome-notPaid').waitFor()
  expect(await page.getByTestId('outcome-notPaid').textContent()).toContain('A card sale is open')
  await page.keyboard.press('F2')
  await page.getByTestId('find').waitFor()
  await pastShield(page)
  await page.keyboard.press('F4')
  await addBill(page, bills[2]!.consumerCode)
  await payExactCash(page)
  await nextCustomer(page)
  await page.getByTestId('card-strip-show').click()
  await page.getByTestId('open-cards').waitFor()
  await pastShield(page)
  await page.getByTestId('card-ask').click()
  await page.getByTestId('card-state-unknown').waitFor()
  await expect.poll(async () => (await kit.client.card.open())[0]?.state).toBe('unknown')
  await page.getByTestId('card-ask').click()
  await page.getByTestId('card-state-approved').waitFor()
  await looking.look(page, 'card-charged')
  await page.getByTestId('card-finish').click()
  await page.getByTestId('card-recorded').waitFor()
  await page.keyboard.press('Escape')
  await page.getByTestId('find').waitFor()
  await pastShield(page)

  // Another amount, which the bank does not take back: a supervisor closes it with a reason.
  await byCard(bills[3]!.consumerCode)
  await page.keyboard.press('Enter')
  await page.getByTestId('card-state-reversal_refused').waitFor()
  await pastShield(page)
  await page.getByTestId('card-close').click()
  await page.getByTestId('card-code').fill('900')
  await page.getByTestId('card-pin').click()
  await page.keyboard.type(PIN, { delay: 60 })
  await page.getByTestId('card-why').fill('Given back at the terminal by hand')
  await looking.look(page, 'card-close')
  await page.getByTestId('card-agree').click()
  await page.getByTestId('card-state-closed_by_person').waitFor()
  expect(await kit.client.card.open()).toEqual([])
  expect(await kit.client.receipt.search({ text: '' })).toHaveLength(3)
  expect(looking.faultsSoFar()).toEqual([])
  expect(counter.complaints).toEqual([])
}, 180_000)
