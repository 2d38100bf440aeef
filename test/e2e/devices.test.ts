// Goal: before and after sign-in a person sees how each device is and what to do about it, tries it, and gets the words of a support
// file; a virtual printer out of paper is told everywhere and is well again when mended, and nothing of this disturbs the counter.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  addBill,
  nextCustomer,
  openCounter,
  openWithoutFloat,
  PATIENCE,
  pastShield,
  payExactCash,
  scan,
  signIn,
  type Counter,
} from './counter-kit.ts'
import { CLIPPED_SCRIPT } from './clipped-words.ts'
import { startLooking } from './look.ts'
import { picturesFolder } from './open-browser.ts'

let counter: Counter
const { look, lookAtDialog, faultsSoFar } = startLooking()

beforeAll(async () => {
  counter = await openCounter((folder) => ({
    scanners: [`virtual:${join(folder, 'scans.txt')}`],
    cardReader: 'virtual:',
    cardTerminal: 'virtual:',
    drawerOpenLevel: 'high',
    poleDisplay: 'pole:escpos:virtual:',
  }))
})
afterAll(async () => await counter.close())

const printer = () => counter.page.locator('[data-testid="device"][data-kind="printer"]')
const toneOfPrinter = async () => await printer().getAttribute('data-tone')
const openCheck = async () => {
  await pastShield(counter.page)
  await counter.page.getByTestId('devices-open').click()
  await printer().waitFor()
  await pastShield(counter.page)
}

test('before anybody has signed in the devices are there, and a support file is saved', async () => {
  const { page } = counter
  await page.getByTestId('operator-tile').first().waitFor()
  await openCheck()
  expect(await page.getByTestId('device-rename').count()).toBe(0)
  const coming = page.waitForEvent('download')
  await page.getByTestId('bundle').click()
  const saved = await coming
  expect(await page.getByTestId('bundle-saved').textContent()).toContain(saved.suggestedFilename())
  const file = readFileSync(await saved.path(), 'utf8')
  expect(file).toContain('printer')
  expect(file).not.toContain('Meena')
  await look(page, 'devices-before')
  await page.keyboard.press('Escape')
  await page.getByTestId('operator-code').waitFor()
  expect(faultsSoFar()).toEqual([])
})

test('a staff card chooses its person and signs nobody in; the check shows how it ends and not its number', async () => {
  const { page, host } = counter
  const swipe = async () =>
    await host.client.virtual.act({ id: 'card-reader', act: 'swipe', text: ';70420017?' })
  await page.getByTestId('operator-tile').first().waitFor()
  await swipe()
  await expect.poll(() => page.getByTestId('operator-code').inputValue(), PATIENCE).toBe('101')
  await page.locator('[data-testid="pin"]:focus').waitFor()
  await openCheck()
  await swipe()
  const seen = page.getByTestId('seen-scan').first()
  await seen.getByText('ending in 01').waitFor()
  expect(await seen.innerText()).not.toMatch(/7042|0017|TAHSIL/)
  await look(page, 'devices-badge')
  await page.keyboard.press('Escape')
  await page.getByTestId('operator-code').waitFor()
})

test('a test slip is printed, the printer is ready, and what happened can be read and copied', async () => {
  const { page } = counter
  await signIn(page, '900')
  await page.getByTestId('no-float').waitFor()
  await openWithoutFloat(page)
  await openCheck()
  await printer().getByTestId('device-test').click()
  await printer().getByTestId('device-tested').waitFor()
  expect(await printer().getByTestId('device-tested').textContent()).toContain('Ready')
  await expect.poll(toneOfPrinter, PATIENCE).toBe('green')
  await lookAtDialog(page, 'device-events', async () => {
    await printer().getByTestId('device-events').click()
    await page.locator('[data-what="tested"]').first().waitFor()
  })
  expect(faultsSoFar()).toEqual([])
})

test('the card terminal closes its day after a second look, and its totals are shown', async () => {
  const { page } = counter
  const open = async () => await page.getByTestId('device-end-day').click()
  await lookAtDialog(page, 'day-end', open)
  await open()
  await page.getByTestId('day-end-do').click()
  await page.locator('[data-testid="day-end-told"][data-state="done"]').waitFor(PATIENCE)
  expect(await page.getByTestId('day-end-lines').textContent()).toContain('DAY CLOSED')
  await page.screenshot({ path: join(picturesFolder, 'day-end-told-en-1366.png') })
  await page.getByTestId('day-end-close').click()
  expect(faultsSoFar()).toEqual([])
})

test('a scan is shown raw and with its meaning, and changes nothing at the counter', async () => {
  const { page } = counter
  await scan(page, 'PT-DVG-W04-001')
  await page.getByTestId('scan-meaning').waitFor()
  expect(await page.getByTestId('scan-raw').textContent()).toContain('PT-DVG-W04-001')
  expect(await page.getByTestId('scan-meaning').textContent()).toContain(
    'The till would look for PT-DVG-W04-001',
  )
  await look(page, 'devices')
  expect(faultsSoFar()).toEqual([])
  await page.keyboard.press('Escape')
  await page.getByTestId('find').waitFor()
  expect(await page.getByTestId('cart-row').count()).toBe(0)
})

test('a scan typed in the panel comes as from a real scanner, and the field keeps its keys to itself', async () => {
  const { page } = counter
  await pastShield(page)
  await addBill(page, 'PT-DVG-W04-006')
  await openCheck()
  await page.getByTestId('virtual-open').click()
  const scanner = page.locator('[data-testid="virtual-device"][data-kind="scanner"]')
  await scanner
    .getByTestId('text-scan')
    .fill('upi://pay?pa=devgaon@bank&pn=Devgaon&tr=PT-DVG-W04-002&am=10.00&cu=INR')
  await page.keyboard.press('Enter')
  await page.locator('[data-testid="scan-meaning"][data-kind="upi"]').waitFor()
  expect(await page.getByTestId('seen-scan').count()).toBe(1)
  expect(await page.getByTestId('seen-scan').textContent()).toContain('serial scanner')
  await look(page, 'virtual')
  expect(faultsSoFar()).toEqual([])
  await page.keyboard.press('Escape')
  await page.getByTestId('find').waitFor()
  expect(await page.getByTestId('cart-row').count()).toBe(1)
  await scanner.getByTestId('text-scan').focus()
  for (const key of ['Delete', 'ArrowDown', 'Enter']) await page.keyboard.press(key)
  await pastShield(page)
  expect(await page.getByTestId('cart-row').count()).toBe(1)
  await page.getByTestId('virtual-close').click()
})

test('drawer and displays: how they are, the tests of the displays, and a drawer opened by hand', async () => {
  const { page, browser, shell } = counter
  const card = (kind: string) => page.locator(`[data-testid="device"][data-kind="${kind}"]`)
  const context = await browser.newContext({ viewport: { width: 1024, height: 600 } })
  const payer = await context.newPage()
  await payer.goto(shell.mintCustomerUrl())
  await pastShield(page)
  await openCheck()
  await card('drawer').getByText('Closed').waitFor(PATIENCE)
  expect(await card('drawer').getByTestId('device-test').count()).toBe(0)
  expect(await card('drawer').innerText()).toContain('Alt+D')
  await page.getByTestId('virtual-open').click()
  const panel = page.getByTestId('virtual-panel')
  await panel.getByTestId('fault-drawer_open').click()
  await card('display').getByTestId('device-test').click()
  await payer.locator('[data-testid="customer"][data-at="test"]').waitFor(PATIENCE)
  await payer.screenshot({ path: join(picturesFolder, 'customer-test-1024.png') })
  expect(await payer.evaluate<string[]>(CLIPPED_SCRIPT)).toEqual([])
  await card('pole_display').getByTestId('device-test').click()
  await expect
    .poll(() => panel.getByTestId('virtual-lines').innerText(), PATIENCE)
    .toContain('12345678901234567890')
  await card('drawer').getByText('Open', { exact: true }).waitFor(PATIENCE)
  await panel.getByTestId('virtual-lines').scrollIntoViewIfNeeded()
  await card('display').scrollIntoViewIfNeeded()
  await page.screenshot({ path: join(picturesFolder, 'devices-fittings-en-1366.png') })
  await panel.getByTestId('fault-drawer_open').click()
  await panel.getByTestId('virtual-close').click()
  await context.close()
  await page.keyboard.press('Escape')
  await page.getByTestId('find').waitFor()
})

test('out of paper: told with what to do, the payment safe; well again when the paper is in', async () => {
  const { page } = counter
  await pastShield(page)
  await page.getByTestId('find').focus()
  await page.getByTestId('virtual-open').click()
  const panel = page.getByTestId('virtual-panel')
  await panel.getByTestId('fault-paper_out').click()
  await panel.locator('[data-testid="fault-paper_out"][aria-checked="true"]').waitFor()
  // The counter keeps the focus, and keys pressed in the panel are not its shortcuts.
  expect(await page.evaluate<string | null>('document.activeElement.dataset.testid')).toBe('find')
  await panel.getByTestId('virtual-close').click()
  await payExactCash(page)
  await page.getByTestId('printer-strip').getByText('out of paper').waitFor()
  await nextCustomer(page)
  await openCheck()
  await expect.poll(toneOfPrinter, PATIENCE).toBe('red')
  expect(await printer().getByTestId('device-trouble').textContent()).toContain('Put in a new roll')
  await page.getByTestId('virtual-open').click()
  await panel.getByTestId('act-mend').click()
  await expect.poll(toneOfPrinter, PATIENCE).toBe('green')
  await panel.getByTestId('virtual-slip').waitFor()
  await look(page, 'virtual-slip')
  await page.getByTestId('virtual-close').click()
  expect(faultsSoFar()).toEqual([])
  expect(counter.complaints).toEqual([])
})

test('a slip that broke off and one in doubt: which printer, what happened and what to do', async () => {
  const { page } = counter
  await payWithFault('PT-DVG-W04-003', 'paper_out_mid')
  await page.getByTestId('print-interrupted').waitFor(PATIENCE)
  await look(page, 'print-interrupted')
  await mend()
  await payWithFault('PT-DVG-W04-005', 'silent')
  const doubt = page.getByTestId('print-unknown')
  await doubt.waitFor(PATIENCE)
  await look(page, 'print-unknown')
  await doubt.getByTestId('did-print').click()
  await doubt.waitFor({ state: 'detached' })
  expect(faultsSoFar()).toEqual([])
  expect(counter.complaints).toEqual([])
})

/** Ends at the receipt of the payment. */
async function payWithFault(consumerCode: string, fault: string): Promise<void> {
  const { page } = counter
  await page.keyboard.press('F2')
  await page.getByTestId('find').waitFor()
  await pastShield(page)
  await addBill(page, consumerCode)
  await page.getByTestId('virtual-open').click()
  await page.getByTestId(`fault-${fault}`).click()
  await page.locator(`[data-testid="fault-${fault}"][aria-checked="true"]`).waitFor()
  await page.getByTestId('virtual-close').click()
  await payExactCash(page)
  await pastShield(page)
  await page.keyboard.press('Alt+KeyB')
}

async function mend(): Promise<void> {
  const { page } = counter
  await page.getByTestId('virtual-open').click()
  await page.getByTestId('act-mend').first().click()
  await page.getByTestId('virtual-close').click()
}
