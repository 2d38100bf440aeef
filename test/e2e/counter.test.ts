// Goal: a cashier does a day's work in a real browser against the real till, integrator and DIGIT stand-in: every way to
// pay, several bills, part payment, the wrong moments, and the right words for each.
import { existsSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { DEMO_PIN } from '#app/people/seed-demo.ts'
import { badgeText } from '#contract/badge.ts'
import { sampleOf } from '#sandbox/seed/sample-consumers.ts'
import {
  addBill,
  findBill,
  nextCustomer,
  openCounter,
  openPage,
  PATIENCE,
  pastShield,
  payExactCash,
  scan,
  signIn,
  startWork,
  type Counter,
} from './counter-kit.ts'

let counter: Counter
const codeOf = (key: string): string => sampleOf(key).consumerCode
/** What DIGIT holds of a bill: how many payments, and how many rupees. */
const atDigit = (consumerCode: string) =>
  counter.sandbox.admin.payments().filter((payment) => JSON.stringify(payment).includes(`"${consumerCode}"`))

beforeAll(async () => {
  counter = await openCounter()
})

afterAll(async () => {
  await counter.close()
})

// Each test begins with an empty counter; who is signed in and the open shift stay.
beforeEach(async () => {
  await counter.page.reload()
  await counter.page.getByTestId('operator-code').or(counter.page.getByTestId('find')).waitFor()
  await pastShield(counter.page)
})

afterEach(() => {
  // A page that throws, or that its own security policy refuses, fails the test it happened in.
  const complaints = counter.complaints.splice(0)
  if (complaints.length > 0) throw new Error(complaints.join('\n'))
})

test('wrong PINs lock an operator out, with a countdown and no way round it', async () => {
  const { page } = counter
  for (let at = 0; at < 3; at += 1) {
    await signIn(page, '102', '111111')
    await page.getByTestId('problem-wrong_pin').waitFor()
    await expect.poll(() => page.getByTestId('pin').inputValue(), PATIENCE).toBe('')
  }
  await signIn(page, '102')
  await page.getByTestId('problem-operator_locked').waitFor()
  expect(await page.getByTestId('lock-countdown').innerText()).toMatch(/in 0 min \d+ s/)
})

test('the operator is chosen by tile or badge, the shift opens with a counted float', async () => {
  const { page } = counter
  await page.getByTestId('operator-code').focus()
  await scan(page, '101')
  await expect.poll(() => page.getByTestId('operator-code').inputValue(), PATIENCE).toBe('101')
  await page.locator('[data-testid="pin"]:focus').waitFor()
  await startWork(page)
  expect(await page.getByText('Cash in drawer ₹1,000').isVisible()).toBe(true)
  expect(await page.locator('[data-testid="find"]:focus').count()).toBe(1)
})

test('cash: scan, tender by one key, Enter; the change fills the screen and DIGIT’s number comes by itself', async () => {
  const { page } = counter
  await scan(page, codeOf('plain-due'))
  await page.getByTestId('cart-row').waitFor()
  expect(await page.getByTestId('total').innerText()).toBe('₹2,100')
  await page.keyboard.press('F6')
  await page.getByTestId('given').waitFor()
  await pastShield(page)
  await page.keyboard.press('w')
  await expect.poll(() => page.getByTestId('change').innerText(), PATIENCE).toBe('₹100')
  await page.keyboard.press('Enter')
  await page.getByTestId('done').waitFor()
  expect(await page.getByTestId('done-amount').innerText()).toBe('₹100')
  const box = await page.getByTestId('done-amount').boundingBox()
  expect(box?.height).toBeGreaterThanOrEqual(96)
  await page.getByTestId('digit-number').getByText('DIGIT receipt').waitFor()
  expect(atDigit(codeOf('plain-due'))).toHaveLength(1)
  await nextCustomer(page)
})

test('a bill that was paid is not payable again, here or elsewhere', async () => {
  const { page } = counter
  await findBill(page, codeOf('plain-due'))
  const words = page.locator(
    '[data-testid="problem-bill_already_paid"], [data-testid="problem-bill_not_found"]',
  )
  await words.waitFor()
  await page.keyboard.press('Escape')
  await addBill(page, codeOf('rebate'))
  const { tenantId, businessService, consumerCode } = sampleOf('rebate')
  await counter.sandbox.admin.payElsewhere({ tenantId, businessService, consumerCode })
  counter.sandbox.admin.releaseEvents()
  await findBill(page, consumerCode)
  await words.first().waitFor()
  expect(await page.getByTestId('cart-row').count()).toBe(1)
})

test('three bills of one payer, found by mobile number, are paid at once with one receipt each', async () => {
  const { page } = counter
  await findBill(page, '9876500004')
  await page.getByTestId('choose-bills').waitFor()
  await pastShield(page)
  await page.getByTestId('choose-bills').click()
  await expect.poll(() => page.getByTestId('cart-row').count(), PATIENCE).toBe(3)
  expect(await page.getByTestId('total').innerText()).toBe('₹4,260')
  await payExactCash(page)
  expect(await page.getByTestId('done-receipt').count()).toBe(3)
  expect(await page.getByTestId('done-amount').innerText()).toBe('₹0')
  await nextCustomer(page)
})

test('three bills scanned quickly all arrive, in order', async () => {
  const { page } = counter
  const codes = [codeOf('many-periods'), codeOf('no-mobile'), codeOf('active-bill')]
  for (const code of codes) await scan(page, code)
  await expect.poll(() => page.getByTestId('cart-row').count(), PATIENCE).toBe(3)
  const rows = await page.getByTestId('cart-row').all()
  const shown = await Promise.all(rows.map(async (row) => await row.getAttribute('data-consumer')))
  expect(shown).toEqual(codes)
  for (let left = 2; left >= 0; left -= 1) {
    await page.keyboard.press('Delete')
    await expect.poll(() => page.getByTestId('cart-row').count(), PATIENCE).toBe(left)
  }
})

test('a scan finds its bill whatever has the focus, and leaves that field as it was; a PIN field keeps out of it', async () => {
  const { page } = counter
  const typed = { delay: 80 }
  await page.getByTestId('find').focus()
  await page.keyboard.type('Dev', typed)
  await pastShield(page)
  await scan(page, codeOf('indic-name'))
  await expect.poll(() => page.getByTestId('cart-row').count(), PATIENCE).toBe(1)
  expect(await page.getByTestId('find').inputValue()).toBe('Dev')

  await page.keyboard.press('F3')
  const payer = page.getByTestId('payer-name')
  await payer.waitFor()
  await payer.fill('')
  await payer.pressSequentially('Asha', typed)
  const field = await payer.elementHandle()
  await pastShield(page)
  await scan(page, `~${codeOf('no-mobile')}`)
  await expect.poll(() => page.getByTestId('cart-row').count(), PATIENCE).toBe(2)
  expect(await field?.evaluate((input: unknown) => (input as { value: string }).value)).toBe('Asha')

  await scan(page, badgeText('102'))
  await page.getByTestId('scan-reason').getByText('This is a badge').waitFor()
  await page.keyboard.press('Escape')

  await page.keyboard.press('Alt+KeyL')
  await page.getByTestId('pin').click()
  await page.keyboard.type('24', typed)
  await pastShield(page)
  await scan(page, codeOf('active-bill'))
  await expect.poll(() => page.getByTestId('pin').inputValue(), PATIENCE).toBe('')
  expect(await page.getByTestId('operator-code').inputValue()).toBe('')
  expect(await page.locator('[data-testid^="problem-"], [data-testid="badge-unknown"]').count()).toBe(0)
  await page.getByTestId('operator-code').focus()
  await scan(page, badgeText('101'))
  await expect.poll(() => page.getByTestId('operator-code').inputValue(), PATIENCE).toBe('101')
  await page.locator('[data-testid="pin"]:focus').waitFor()
  await page.keyboard.type(DEMO_PIN, typed)
  await page.keyboard.press('Enter')
  await expect.poll(() => page.getByTestId('cart-row').count(), PATIENCE).toBe(2)
})

test('part payment: the amount can be typed where the bill allows it, within its rules', async () => {
  const { page } = counter
  await addBill(page, codeOf('part-paid'))
  await page.getByTestId('pay-now').fill('500')
  expect(await page.getByTestId('total').innerText()).toBe('₹500')
  await payExactCash(page)
  await nextCustomer(page)
  await addBill(page, codeOf('licence'))
  expect(await page.getByTestId('pay-now').count()).toBe(0)
  await page.keyboard.press('Delete')
})

test('a cheque is written down once, checked while it can be corrected, and recorded', async () => {
  const { page } = counter
  await addBill(page, codeOf('market-stall'))
  await page.keyboard.press('F9')
  await page.getByTestId('form-number').waitFor()
  await pastShield(page)
  await page.keyboard.press('Enter')
  await page.getByText('The number has at least 6 characters.').waitFor()
  await page.getByTestId('form-number').fill('004512')
  await page.getByTestId('form-bank').fill('State Bank of India')
  await page.getByTestId('form-date').fill('01-01-2026')
  await page.keyboard.press('Enter')
  await page.getByText('A cheque or draft may be at most 90 days old.').waitFor()
  await page.getByTestId('form-date').fill(todayDigits())
  await page.keyboard.press('Enter')
  await page.getByTestId('done').waitFor()
  expect(await page.getByTestId('done-amount').innerText()).toBe('₹750')
  await nextCustomer(page)
})

test('a way of paying that a service does not take stays in its place and says why', async () => {
  const { page } = counter
  await addBill(page, codeOf('hall-rent'))
  await page.keyboard.press('F9')
  await page.getByTestId('mode-OFFLINE_NEFT').waitFor()
  expect(await page.getByTestId('mode-OFFLINE_NEFT').isDisabled()).toBe(true)
  expect(await page.getByText('NEFT is not taken').isVisible()).toBe(true)
  await page.keyboard.press('Escape')
  await page.getByTestId('find').waitFor()
  await page.keyboard.press('Delete')
})

test('bills that cannot be paid say so on their line, and nothing can be taken', async () => {
  const { page } = counter
  for (const [key, problem] of [
    ['fractional', 'bill_fractional'],
    ['zero', 'nothing_due'],
  ] as const) {
    await addBill(page, codeOf(key))
    await page.getByTestId(`problem-${problem}`).waitFor()
    expect(await page.getByTestId('pay-CASH').isDisabled()).toBe(true)
    await page.keyboard.press('F6')
    await pastShield(page)
    expect(await page.getByTestId('take').count()).toBe(0)
    await page.keyboard.press('Delete')
    await page.getByTestId('cart-row').waitFor({ state: 'detached' })
  }
})

test('an owner whose name DIGIT would not take is asked for before money is counted', async () => {
  const { page } = counter
  await addBill(page, codeOf('indic-name'))
  expect(await page.getByText('Write who pays first (F3).').isVisible()).toBe(true)
  await page.keyboard.press('F3')
  await page.getByTestId('payer-name').fill('Asha Rao')
  await page.getByTestId('save-payer').click()
  expect(await page.getByText('Asha Rao').first().isVisible()).toBe(true)
  await payExactCash(page)
  await nextCustomer(page)
})

test('a customer is put aside and brought back', async () => {
  const { page } = counter
  await addBill(page, codeOf('firm-name'))
  await page.keyboard.press('F4')
  await page.getByTestId('cart-row').waitFor({ state: 'detached' })
  await page.keyboard.press('F4')
  await page.getByRole('dialog').waitFor()
  await page.keyboard.press('1')
  await expect.poll(() => page.getByTestId('cart-row').count(), PATIENCE).toBe(1)
})

test('locking keeps the bills; the same cashier goes on where the till was locked', async () => {
  const { page } = counter
  await addBill(page, codeOf('firm-name'))
  await page.keyboard.press('Alt+KeyL')
  await signIn(page)
  await expect.poll(() => page.getByTestId('cart-row').count(), PATIENCE).toBe(1)
})

test('a reprint is a marked, counted duplicate; the receipt can be kept as PDF', async () => {
  const { page, host } = counter
  await page.keyboard.press('Alt+KeyB')
  await page.getByTestId('receipt-row').first().waitFor()
  await page.getByTestId('receipt-search').fill(codeOf('plain-due'))
  await page.keyboard.press('Enter')
  await expect.poll(() => page.getByTestId('receipt-row').count(), PATIENCE).toBe(1)
  await page.getByTestId('reprint').click()
  await page.getByText('Duplicate 1 goes to the printer').waitFor()
  await page.getByText('Duplicate 1: Printed').waitFor()
  const [row] = await host.client.receipt.search({ text: codeOf('plain-due') })
  expect(row?.copies).toBe(1)
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByTestId('save-pdf').click()])
  expect(file.suggestedFilename()).toMatch(/^[\w.-]+\.pdf$/)
  const path = await file.path()
  expect(existsSync(path)).toBe(true)
  await page.keyboard.press('Escape')
  await page.getByTestId('find').waitFor()
})

test('fingers alone: tile, PIN pad, amount, take, next', async () => {
  const { page: usual, browser, shell, complaints } = counter
  await usual.keyboard.press('Alt+KeyL')
  const page = await openPage(browser, shell, complaints, { hasTouch: true })
  await page.getByTestId('operator-tile').first().tap()
  const pad = page.getByRole('group', { name: 'Digits of the PIN' })
  for (const digit of DEMO_PIN) await pad.getByRole('button', { name: digit, exact: true }).tap()
  await page.getByTestId('sign-in').tap()
  await page.getByTestId('find').waitFor()
  await pastShield(page)
  await scan(page, codeOf('old-advance'))
  await page.getByTestId('cart-row').waitFor()
  await page.getByTestId('pay-CASH').tap()
  await page.getByTestId('suggestion-2').waitFor()
  await pastShield(page)
  await page.getByTestId('suggestion-2').tap()
  await page.getByTestId('take').tap()
  await page.getByTestId('done').waitFor()
  expect(await page.getByTestId('done-amount').innerText()).toBe('₹200')
  await pastShield(page)
  await page.getByTestId('next').tap()
  await page.getByTestId('find').waitFor()
})

function todayDigits(): string {
  const [year, month, day] = new Date(Date.now() + 19_800_000).toISOString().slice(0, 10).split('-')
  return `${day}-${month}-${year}`
}
