// Goal: beside the counter the payer sees what is paid, how much and the change, in two languages and big, and nothing about who pays; and
// the drawer opens without a payment only for a reason.
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sampleOf } from '#sandbox/seed/sample-consumers.ts'
import type { Page } from 'playwright-core'
import { CLIPPED_SCRIPT } from './clipped-words.ts'
import { addBill, openCounter, PATIENCE, pastShield, startWork, type Counter } from './counter-kit.ts'
import { picturesFolder } from './open-browser.ts'

const SIZES = [
  { width: 1366, height: 768 },
  { width: 1024, height: 600 },
]

let counter: Counter
let customer: Page

beforeAll(async () => {
  counter = await openCounter()
  const context = await counter.browser.newContext({ viewport: SIZES[0] ?? null })
  customer = await context.newPage()
  customer.setDefaultTimeout(PATIENCE.timeout)
  customer.on('pageerror', (error) => counter.complaints.push(error.message))
  customer.on('console', (message) => {
    if (message.type() === 'error') counter.complaints.push(message.text())
  })
  await customer.goto(counter.shell.mintCustomerUrl())
})

afterAll(async () => {
  await counter.close()
})

/** Keeps a picture of each size and finds words that are cut off. */
async function look(name: string): Promise<string[]> {
  const faults: string[] = []
  for (const size of SIZES) {
    await customer.setViewportSize(size)
    await customer.evaluate('document.fonts.ready')
    // In the letters that the till brings along, not in boxes.
    if (
      !(await customer.evaluate<boolean>(
        'document.fonts.check("20px Tahsil Sans", "आपके") && [...document.fonts].some(({ status, unicodeRange }) => status === "loaded" && unicodeRange.startsWith("U+900"))',
      ))
    )
      faults.push(`${name} ${size.width}: Hindi is not in its own letters`)
    await customer.screenshot({ path: join(picturesFolder, `customer-${name}-${size.width}.png`) })
    faults.push(
      ...(await customer.evaluate<string[]>(CLIPPED_SCRIPT)).map(
        (words) => `${name} ${size.width}: ${words}`,
      ),
    )
    const isTall = await customer.evaluate<boolean>(
      'document.querySelector("main").scrollHeight > document.querySelector("main").clientHeight + 1',
    )
    if (isTall) faults.push(`${name} ${size.width}: higher than the screen`)
  }
  return faults
}

const at = (place: string) => customer.locator(`[data-testid="customer"][data-at="${place}"]`)

test('welcome, the bill, the total, the change and thanks; then welcome again', async () => {
  const { page } = counter
  const faults: string[] = []
  await at('idle').waitFor()
  faults.push(...(await look('idle')))
  await startWork(page)
  await pastShield(page)
  await addBill(page, sampleOf('plain-due').consumerCode)
  await at('bills').waitFor()
  await customer.getByTestId('customer-total').getByText('₹2,100').waitFor()
  faults.push(...(await look('bills')))
  await page.keyboard.press('F6')
  await customer.getByTestId('customer-step').getByText('Please pay in cash').waitFor()
  expect(await customer.getByTestId('customer-step').innerText()).toContain('कृपया नक़द दें')
  faults.push(...(await look('paying')))
  await pastShield(page)
  await page.keyboard.press('w')
  await expect.poll(() => page.getByTestId('change').innerText(), PATIENCE).toBe('₹100')
  await page.keyboard.press('Enter')
  await page.getByTestId('done').waitFor()
  await at('done').waitFor()
  expect(await customer.getByTestId('customer-change').innerText()).toBe('₹100')
  const box = await customer.getByTestId('customer-change').boundingBox()
  expect(box?.height).toBeGreaterThanOrEqual(96)
  faults.push(...(await look('done')))
  const shown = await customer.locator('body').innerText()
  expect(shown).toMatch(/\/\w+\/26-27\//)
  // Nothing that says who pays.
  const [payment] = (await counter.host.client.receipt.search({ text: '' })).slice(0, 1)
  for (const word of (payment?.payerName ?? 'no name').split(' ')) expect(shown).not.toContain(word)
  expect(shown).not.toContain(sampleOf('plain-due').consumerCode)
  await pastShield(page)
  await page.getByTestId('next').click()
  await at('idle').waitFor()
  expect(faults).toEqual([])
  expect(counter.complaints).toEqual([])
})

test('the drawer opens for a reason; locking the till clears what the payer sees', async () => {
  const { page } = counter
  await page.getByTestId('find').waitFor()
  await pastShield(page)
  await page.keyboard.press('Alt+KeyD')
  await page.getByTestId('no-sale-count').waitFor()
  await page.screenshot({ path: join(picturesFolder, 'no-sale-en-1366.png') })
  expect(await page.getByTestId('no-sale-other').isDisabled()).toBe(true)
  await pastShield(page)
  await page.getByTestId('no-sale-count').click()
  await page.getByTestId('no-sale-count').waitFor({ state: 'detached' })
  await addBill(page, sampleOf('rebate').consumerCode)
  await at('bills').waitFor()
  await page.keyboard.press('Alt+KeyL')
  await at('idle').waitFor()
})
