// Goal: every screen of the counter, in both languages and at the sizes of real counter PCs, shows all of its words, is
// within the window, passes the accessibility checker, and is kept as a picture in test-output/screenshots.
// With TAHSIL_PICTURES=keep the pictures of the README are renewed in renderer/pictures.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startBrowserShell } from '#browser/start-browser-shell.ts'
import { startHost } from '#host/start-host.ts'
import { sampleOf } from '#sandbox/seed/sample-consumers.ts'
import {
  addBill,
  findBill,
  openCounter,
  openPage,
  PATIENCE,
  pastShield,
  payExactCash,
  signIn,
  type Counter,
} from './counter-kit.ts'
import { startLooking } from './look.ts'

const root = join(import.meta.dirname, '..', '..')
/** Screens that the README shows, in English at the usual size. */
const KEPT = ['sign-in', 'home', 'tender-cash', 'done', 'receipts', 'offline']

let counter: Counter
const codeOf = (key: string): string => sampleOf(key).consumerCode

const { look, lookAtDialog, faultsSoFar } = startLooking(KEPT)
const expectNoFaults = () => expect(faultsSoFar()).toEqual([])

beforeAll(async () => {
  counter = await openCounter()
})

afterAll(async () => {
  await counter.close()
})

test('sign in, with and without a wrong PIN', async () => {
  const { page } = counter
  await page.getByTestId('operator-tile').first().waitFor()
  await look(page, 'sign-in')
  await signIn(page, '101', '111111')
  await page.getByTestId('problem-wrong_pin').waitFor()
  await look(page, 'sign-in-wrong-pin')
  expectNoFaults()
})

test('opening the shift', async () => {
  const { page } = counter
  await signIn(page)
  await page.getByTestId('count-500').fill('4')
  await page.getByTestId('count-20').fill('25')
  await look(page, 'open-shift')
  await pastShield(page)
  await page.getByTestId('open-shift').click()
  await page.getByTestId('find').waitFor()
  expectNoFaults()
})

test('the counter: empty, with bills, with every kind of trouble', async () => {
  const { page } = counter
  await look(page, 'home-empty')
  for (const key of ['plain-due', 'part-paid', 'road-cutting']) await addBill(page, codeOf(key))
  await look(page, 'home')
  await findBill(page, 'PT-DVG-999999')
  await page.getByTestId('problem-bill_not_found').waitFor()
  await addBill(page, codeOf('fractional'))
  await page.getByTestId('problem-bill_fractional').waitFor()
  await findBill(page, 'PT-DVG-999999')
  await page.getByTestId('problem-bill_not_found').waitFor()
  await look(page, 'home-trouble')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Delete')
  await expect.poll(() => page.getByTestId('cart-row').count(), PATIENCE).toBe(3)
  expectNoFaults()
})

test('the dialogs: keys, payer, choice of bills, customers put aside', async () => {
  const { page } = counter
  await lookAtDialog(page, 'keys', () => page.keyboard.press('F1'))
  await lookAtDialog(page, 'payer', async () => {
    await page.keyboard.press('F3')
    await page.getByRole('dialog').waitFor()
    await page.getByRole('radio').nth(1).check({ force: true })
    await page.getByTestId('save-payer').click()
  })
  await lookAtDialog(page, 'choice', () => findBill(page, '9876500004'))
  await page.keyboard.press('F4')
  await page.getByTestId('cart-row').first().waitFor({ state: 'detached' })
  await lookAtDialog(page, 'parked', () => page.keyboard.press('F4'))
  await page.keyboard.press('F4')
  await page.getByRole('dialog').waitFor()
  await page.keyboard.press('1')
  await page.getByTestId('cart-row').first().waitFor()
  expectNoFaults()
})

test('the tender screens: cash, cheque, card', async () => {
  const { page } = counter
  await page.keyboard.press('F6')
  await page.getByTestId('given').waitFor()
  await pastShield(page)
  await page.keyboard.press('w')
  await look(page, 'tender-cash')
  await page.keyboard.press('F9')
  await page.getByTestId('form-number').waitFor()
  await page.keyboard.press('Enter')
  await page.getByTestId('form-bank').waitFor()
  await look(page, 'tender-cheque')
  await page.keyboard.press('F8')
  await page.getByTestId('form-rrn').waitFor()
  await look(page, 'tender-card')
  expectNoFaults()
})

test('the four outcomes', async () => {
  const { page } = counter
  await page.keyboard.press('F6')
  await page.getByTestId('take').waitFor()
  await page.route('**/rpc/payment/take', (route) => route.abort())
  await page.route('**/rpc/collection/get', (route) => route.abort())
  await pastShield(page)
  await page.getByTestId('suggestion-2').click()
  await page.getByTestId('take').click()
  await page.getByTestId('outcome-notKnown').waitFor()
  await look(page, 'outcome-not-known')
  await page.unroute('**/rpc/collection/get')
  await page.getByTestId('outcome-notPaid').waitFor()
  await look(page, 'outcome-not-paid')
  await page.unrouteAll()
  await pastShield(page)
  await page.getByTestId('take-again').click()
  await page.getByTestId('done').waitFor()
  await page.getByText('DIGIT receipt').first().waitFor()
  await look(page, 'done')
  expectNoFaults()
})

test('receipts and what happened to one', async () => {
  const { page } = counter
  await page.keyboard.press('Alt+KeyB')
  await page.getByTestId('timeline').waitFor()
  await page.getByRole('button', { name: 'Picture of the receipt' }).waitFor()
  await look(page, 'receipts')
  await page.getByTestId('receipt-search').fill('nothing like this')
  await page.keyboard.press('Enter')
  await page.getByText('No receipt of this till fits').waitFor()
  await look(page, 'receipts-none')
  await page.keyboard.press('Escape')
  await page.getByTestId('find').waitFor()
  expectNoFaults()
})

test('offline: the strip, a provisional receipt, the queue', async () => {
  const { page, line } = counter
  await page.keyboard.press('Alt+KeyQ')
  await page.getByTestId('send-now').waitFor()
  await look(page, 'queue-empty')
  await page.keyboard.press('F2')
  await page.getByTestId('find').waitFor()
  await pastShield(page)
  await addBill(page, codeOf('penalty'))
  await page.keyboard.press('Delete')
  await line.refuse()
  await findBill(page, codeOf('penalty'))
  await page.getByTestId('offline-strip').waitFor()
  await look(page, 'offline')
  await payExactCash(page)
  await look(page, 'done-offline')
  await page.keyboard.press('Alt+KeyQ')
  await page.getByTestId('queue-row').waitFor()
  await pastShield(page)
  await page.getByTestId('send-now').click()
  await page.getByTestId('problem-integrator_unreachable').waitFor()
  await look(page, 'queue')
  await line.accept()
  expectNoFaults()
})

test('a till whose record is damaged says so, what to do, and takes nothing', async () => {
  const folder = mkdtempSync(join(root, 'test-output', 'damaged-'))
  writeFileSync(join(folder, 'tahsil.db'), 'this is no record of a till. '.repeat(400))
  const host = await startHost({
    dataDir: folder,
    integratorUrl: 'http://127.0.0.1:9',
    enrolmentCode: null,
    deviceName: 'Counter 2',
    printer: 'none',
    paperColumns: 42,
    logLevel: 'silent',
  })
  const shell = await startBrowserShell({
    host,
    port: 0,
    face: 'counter',
    screensDir: join(root, 'dist', 'renderer'),
    dataDir: folder,
    onFault: () => undefined,
  })
  const page = await openPage(counter.browser, shell, counter.complaints)
  await page.getByTestId('stopped-store_corrupt').waitFor()
  await look(page, 'stopped')
  expect(await page.getByTestId('operator-code').count()).toBe(0)
  await page.close()
  await shell.close()
  await host.close()
  rmSync(folder, { recursive: true, force: true })
  expectNoFaults()
})

test('what a counter loads at its start, and all it may load later, stays within its budget', () => {
  const built = join(root, 'dist', 'renderer')
  const page = readFileSync(join(built, 'index.html'), 'utf8')
  const atStart = [...page.matchAll(/assets\/[\w.-]+\.js/g)].map(([path]) => path)
  const later = readdirSync(join(built, 'assets'))
    .filter((name) => /^(receipts|queue|hi)-.*\.js$/.test(name))
    .map((name) => `assets/${name}`)
  const bytesOf = (paths: readonly string[]) =>
    paths.reduce((sum, path) => sum + gzipSync(readFileSync(join(built, path))).length, 0)
  expect(atStart.length).toBeGreaterThan(0)
  expect(later).toHaveLength(3)
  expect(bytesOf(atStart)).toBeLessThan(205_000)
  expect(bytesOf([...atStart, ...later])).toBeLessThan(230_000)
})

test('the page itself had nothing to complain about', () => {
  expect(counter.complaints).toEqual([])
})
