// Goal: beside the counter the payer sees what is paid, how much and the change, in two languages and big, and nothing about who pays, and
// takes the codes of the paper along in a photograph; and the drawer opens without a payment only for a reason.
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createCanvas, loadImage } from '@napi-rs/canvas'
import type { Page } from 'playwright-core'
import { receiptQr } from '#core/receipts/receipt.ts'
import { qrModules } from '#drivers/printer/qr.ts'
import { sampleOf } from '#sandbox/seed/sample-consumers.ts'
import { CLIPPED_SCRIPT } from './clipped-words.ts'
import {
  addBill,
  nextCustomer,
  openCounter,
  PATIENCE,
  pastShield,
  payExactCash,
  startWork,
  type Counter,
} from './counter-kit.ts'
import { picturesFolder } from './open-browser.ts'

const SIZES = [
  { width: 1366, height: 768 },
  { width: 1024, height: 600 },
]
/** Second screens of counters, small and large. */
const ALL_SIZES = [
  ...SIZES,
  { width: 1024, height: 768 },
  { width: 1280, height: 800 },
  { width: 1920, height: 1080 },
]
/** A pixel of a 10-inch display of 1024 x 768. */
const PIXEL_MM = 203.2 / 1_024
const QUIET_MODULES = 4

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
async function look(name: string, { sizes = SIZES, letters = HINDI } = {}): Promise<string[]> {
  const faults: string[] = []
  for (const size of sizes) {
    await customer.setViewportSize(size)
    await customer.evaluate('document.fonts.ready')
    // In the letters that the till brings along, not in boxes.
    if (
      !(await customer.evaluate<boolean>(
        `document.fonts.check("20px ${letters.family}", "${letters.sample}") && [...document.fonts].some(({ status, unicodeRange }) => status === "loaded" && unicodeRange.startsWith("${letters.range}"))`,
      ))
    )
      faults.push(`${name} ${size.width}: not in its own letters`)
    const path = join(picturesFolder, `customer-${name}-${size.width}x${size.height}.png`)
    await customer.screenshot({ path })
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

const HINDI = { family: 'Tahsil Sans', sample: 'आपके', range: 'U+900' }
const PUNJABI = { family: 'Tahsil Gurmukhi', sample: 'ਤੁਹਾਡੇ', range: 'U+A00' }

/** The codes as they stand in a picture of the screen, and how many pixels a module has. */
async function codesOnScreen(): Promise<{ modules: boolean[][]; modulePixels: number }[]> {
  const picture = await loadImage(await customer.screenshot())
  const canvas = createCanvas(picture.width, picture.height).getContext('2d')
  canvas.drawImage(picture, 0, 0)
  const codes = await customer.getByTestId('customer-code').all()
  return await Promise.all(
    codes.map(async (code) => {
      const across = Number((await code.getAttribute('viewBox'))?.split(' ')[2])
      const box = await code.boundingBox()
      if (box === null) throw new Error('a code that is there stands somewhere')
      // Its edge is one pixel on each side.
      const modulePixels = (box.width - 2) / across
      const isDark = (x: number, y: number): boolean => {
        const [left, top] = [box.x + 1 + (x + 0.5) * modulePixels, box.y + 1 + (y + 0.5) * modulePixels]
        const [red = 0, green = 0, blue = 0] = canvas.getImageData(left, top, 1, 1).data
        return red + green + blue < 384
      }
      const steps = Array.from({ length: across }, (_, index) => index)
      return { modules: steps.map((y) => steps.map((x) => isDark(x, y))), modulePixels }
    }),
  )
}

/** What the paper's QR codes of these receipts are, in white. */
async function codesOnPaper(receiptNumbers: readonly string[]): Promise<boolean[][][]> {
  const rows = await counter.host.client.receipt.search({ text: '' })
  return await Promise.all(
    receiptNumbers.map(async (number) => {
      const row = rows.find(({ receiptNumber }) => receiptNumber === number)
      const { receipt } = await counter.host.client.receipt.get({ paymentId: row?.paymentId ?? '' })
      const code = qrModules({ kind: 'qr', payload: receiptQr(receipt) })
      const white = (count: number) => Array.from({ length: count }, () => false)
      const wide = code.map((line) => [...white(QUIET_MODULES), ...line, ...white(QUIET_MODULES)])
      const quiet = Array.from({ length: QUIET_MODULES }, () => white(code.length + 2 * QUIET_MODULES))
      return [...quiet, ...wide, ...quiet]
    }),
  )
}

/** At each size the codes are those of the paper, of whole pixels, and can be photographed. */
async function expectCodes(receiptNumbers: readonly string[]): Promise<void> {
  const wanted = await codesOnPaper(receiptNumbers)
  for (const size of ALL_SIZES) {
    await customer.setViewportSize(size)
    const shown = await codesOnScreen()
    expect(shown.map(({ modules }) => modules)).toEqual(wanted)
    for (const { modulePixels } of shown) {
      expect(modulePixels).toBeGreaterThanOrEqual(3)
      expect(Number.isInteger(modulePixels)).toBe(true)
    }
    // One alone is 40 mm and more where a pixel is known.
    const widthsMm = shown.map(
      ({ modules, modulePixels }) => (modules.length - 2 * QUIET_MODULES) * modulePixels * PIXEL_MM,
    )
    const isMeasured = shown.length === 1 && size.height === 768
    expect(Math.min(...widthsMm)).toBeGreaterThan(isMeasured ? 40 : 0)
  }
}

const numbersShown = async () => await customer.getByTestId('customer-receipt').allInnerTexts()

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
  faults.push(...(await look('done', { sizes: ALL_SIZES })))
  await expectCodes(await numbersShown())
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

test('of many receipts three codes stand there, in Punjabi too; one payer’s codes are gone with the next', async () => {
  const { page } = counter
  // The till says Hindi; the page is told another language of the place.
  await customer.route(/customer\/view/, async (route) => {
    const response = await route.fetch()
    const body = (await response.text()).replaceAll('"language":"hi"', `"language":"${language}"`)
    await route.fulfill({ response, body })
  })
  let language = 'hi'
  const faults: string[] = []
  await pastShield(page)
  for (const name of ['penalty', 'rebate', 'licence', 'active-bill'] as const)
    await addBill(page, sampleOf(name).consumerCode)
  await payExactCash(page)
  await customer.getByTestId('customer-code').nth(2).waitFor()
  expect(await customer.getByTestId('customer-receipts').innerText()).toContain('and 1 more')
  await expectCodes(await numbersShown())
  faults.push(...(await look('done-many', { sizes: ALL_SIZES })))
  await nextCustomer(page)
  await at('idle').waitFor()
  expect(await customer.getByTestId('customer-code').count()).toBe(0)
  language = 'pa'
  await addBill(page, sampleOf('no-mobile').consumerCode)
  await payExactCash(page)
  await customer.getByTestId('customer-code').waitFor()
  expect(await customer.locator('figcaption').innerText()).toContain('ਫ਼ੋਟੋ')
  faults.push(...(await look('done-pa', { sizes: ALL_SIZES, letters: PUNJABI })))
  await nextCustomer(page)
  await customer.unrouteAll({ behavior: 'ignoreErrors' })
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
  await addBill(page, sampleOf('old-advance').consumerCode)
  await at('bills').waitFor()
  await page.keyboard.press('Alt+KeyL')
  await at('idle').waitFor()
})
