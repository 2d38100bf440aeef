// Goal: before the shift opens and from every screen a collector sees whether the till is ready, chooses a ward, and then works it with no
// network: finds a door by number and by name in another script, collects once, and is told when a door was paid already.
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  findBill,
  nextCustomer,
  openCounter,
  openWithoutFloat,
  PATIENCE,
  pastShield,
  payExactCash,
  signIn,
  type Counter,
} from './counter-kit.ts'
import { startLooking } from './look.ts'

let counter: Counter
const { look, lookAtDialog, faultsSoFar } = startLooking()

beforeAll(async () => {
  counter = await openCounter()
})
afterAll(async () => await counter.close())

const tone = async (topic: string) =>
  await counter.page.getByTestId(`ready-${topic}`).getAttribute('data-tone')

test('the card is there before anybody has signed in', async () => {
  const { page } = counter
  await page.getByTestId('operator-tile').first().waitFor()
  await pastShield(page)
  await page.getByTestId('readiness-open').click()
  await page.getByTestId('ready-device').waitFor()
  expect(await tone('device')).toBe('green')
  expect(await tone('packs')).toBe('amber')
  await look(page, 'readiness-before')
  await pastShield(page)
  await page.keyboard.press('Escape')
  await page.getByTestId('operator-code').waitFor()
})

test('a ward is chosen before the shift opens, fetched, and everything about bills turns green', async () => {
  const { page } = counter
  await signIn(page)
  await page.getByTestId('no-float').waitFor()
  await pastShield(page)
  await page.getByTestId('readiness-open').click()
  await page.getByTestId('route-ward-4').waitFor()
  await pastShield(page)
  await page.getByTestId('route-ward-4').locator('label').click()
  await expect.poll(() => tone('packs'), PATIENCE).toBe('green')
  expect(await page.getByTestId('route-ward-4').textContent()).toContain('36 bills')
  await look(page, 'readiness')
  expect(faultsSoFar()).toEqual([])
  await page.setViewportSize({ width: 360, height: 740 })
  const overflow = 'document.documentElement.scrollWidth - innerWidth'
  expect(await page.evaluate<number>(overflow)).toBeLessThanOrEqual(0)
  await page.setViewportSize({ width: 1366, height: 768 })
  await pastShield(page)
  await page.getByTestId('readiness-back').click()
  await openWithoutFloat(page)
})

test('without a network a door is found by its number, paid once, and then known as paid', async () => {
  const { page, line } = counter
  await line.refuse()
  await pastShield(page)
  await findBill(page, '4-6/B')
  const row = page.getByTestId('cart-row')
  await row.waitFor()
  expect(await row.textContent()).toContain('From the bill pack')
  expect(await row.textContent()).toContain('4-6/B, Mandi Road')
  await look(page, 'home-packed')
  await payExactCash(page)
  await nextCustomer(page)
  await findBill(page, 'PT-DVG-W04-006')
  await page.getByTestId('problem-bill_already_paid').waitFor()
  await page.keyboard.press('Escape')
  expect(faultsSoFar()).toEqual([])
})

test('a name in another script brings the doors to choose from, none of them taken for chosen', async () => {
  const { page } = counter
  await lookAtDialog(page, 'choice-of-doors', () => findBill(page, 'सरिता'))
  await findBill(page, 'सरिता')
  await page.getByRole('dialog').waitFor()
  const boxes = page.getByRole('dialog').getByRole('checkbox')
  expect(await boxes.count()).toBe(8)
  expect(await page.getByRole('dialog').getByRole('checkbox', { checked: true }).count()).toBe(0)
  expect(faultsSoFar()).toEqual([])
})
