// Goal: no scan, double tap, lost answer, reload or broken line takes money twice, takes it unseen, or says something that
// is not so. Real browser, real till, real record.
import type { Route } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { sampleOf } from '#sandbox/seed/sample-consumers.ts'
import {
  addBill,
  findBill,
  openCounter,
  PATIENCE,
  pastShield,
  payExactCash,
  scan,
  startWork,
  type Counter,
} from './counter-kit.ts'

const TAKE = '**/rpc/payment/take'
const LOOK_UP = '**/rpc/collection/get'
const codeOf = (key: string): string => sampleOf(key).consumerCode

let counter: Counter

/** What the till itself has recorded for a consumer. */
const recorded = (consumerCode: string) => counter.host.client.receipt.search({ text: consumerCode })

/** Puts one bill into the cart and opens cash for it. */
const openCash = async (consumerCode: string): Promise<void> => {
  await addBill(counter.page, consumerCode)
  await counter.page.keyboard.press('F6')
  await counter.page.getByTestId('take').waitFor()
  await pastShield(counter.page)
}

beforeAll(async () => {
  counter = await openCounter()
  await startWork(counter.page)
})

afterAll(async () => {
  await counter.close()
})

beforeEach(async () => {
  await counter.page.reload()
  await counter.page.getByTestId('find').waitFor()
  await pastShield(counter.page)
})

afterEach(async () => {
  await counter.page.unrouteAll()
  const complaints = counter.complaints.splice(0)
  if (complaints.length > 0) throw new Error(complaints.join('\n'))
})

test('a scan while Take has the focus presses nothing: the bill is added and money waits', async () => {
  const { page } = counter
  await openCash(codeOf('plain-due'))
  await page.getByTestId('take').focus()
  await scan(page, codeOf('no-mobile'))
  await expect.poll(() => page.getByTestId('cart-row').count(), PATIENCE).toBe(2)
  expect(await recorded(codeOf('plain-due'))).toEqual([])
})

test('codes with spaces, on any control of the counter, press nothing and leave no character behind', async () => {
  const { page } = counter
  await openCash(codeOf('plain-due'))
  await page.keyboard.press('Escape')
  await page.getByTestId('cart-row').waitFor()
  const controls = page.locator('button:visible:enabled, input:visible')
  const count = await controls.count()
  expect(count).toBeGreaterThan(10)
  for (let at = 0; at < count; at += 1) {
    const code = at % 2 === 0 ? `ws ${at} 7 q` : `Q-${at} W E/R`
    await controls.nth(at).focus()
    await scan(page, code)
    // What was scanned is looked for, and nothing else happened.
    await page.getByText(`Looked for: ${code}`).waitFor()
    expect(await page.getByRole('dialog').count()).toBe(0)
    expect(await page.getByTestId('cart-row').count()).toBe(1)
    expect(await page.getByTestId('find').inputValue()).toBe('')
    expect(await page.getByTestId('pay-now').inputValue()).toBe('2100')
    await page.keyboard.press('Escape')
  }
  expect(await recorded(codeOf('plain-due'))).toEqual([])
})

test('a scan on the tender screen is neither an amount nor a suggestion', async () => {
  const { page } = counter
  await openCash(codeOf('plain-due'))
  await scan(page, 'wet 500')
  await page.getByText('Looked for: wet 500').waitFor()
  expect(await page.getByTestId('total').innerText()).toBe('₹2,100')
  await page.keyboard.press('F6')
  expect(await page.getByTestId('given').inputValue()).toBe('2100')
})

test('a double tap on Cash never reaches Take, and the buttons that go on never share a place', async () => {
  const { page } = counter
  await addBill(page, codeOf('plain-due'))
  const cash = await page.getByTestId('pay-CASH').boundingBox()
  await page.getByTestId('pay-CASH').dblclick()
  await page.getByTestId('take').waitFor()
  const take = await page.getByTestId('take').boundingBox()
  expect(areApart(cash, take)).toBe(true)
  expect(await recorded(codeOf('plain-due'))).toEqual([])
  // A tap on Take itself within the shield takes nothing either.
  await page.keyboard.press('Escape')
  await page.getByTestId('pay-CASH').waitFor()
  await pastShield(page)
  await page.keyboard.press('F6')
  await page.getByTestId('take').click()
  expect(await page.getByTestId('take').isEnabled()).toBe(true)
  expect(await recorded(codeOf('plain-due'))).toEqual([])
})

test('tapping Take twice takes once', async () => {
  const { page } = counter
  await openCash(codeOf('plain-due'))
  const take = await page.getByTestId('take').boundingBox()
  await page.getByTestId('take').dblclick()
  await page.getByTestId('done').waitFor()
  const next = await page.getByTestId('next').boundingBox()
  expect(areApart(take, next)).toBe(true)
  expect(await recorded(codeOf('plain-due'))).toHaveLength(1)
})

test('the answer is lost after the record: the look-up finds it, and it is shown as paid', async () => {
  const { page } = counter
  await openCash(codeOf('rebate'))
  await page.route(TAKE, async (route) => {
    await route.fetch()
    await route.abort()
  })
  await page.getByTestId('take').click()
  await page.getByTestId('done').waitFor()
  expect(await recorded(codeOf('rebate'))).toHaveLength(1)
})

test('the call never arrived: not paid, no money taken; taking again sends the same bytes', async () => {
  const { page } = counter
  await openCash(codeOf('many-periods'))
  const sent: (string | null)[] = []
  let isCut = true
  await page.route(TAKE, async (route) => {
    sent.push(route.request().postData())
    await (isCut ? route.abort() : route.continue())
  })
  await page.getByTestId('take').click()
  await page.getByTestId('outcome-notPaid').waitFor()
  expect(await page.getByText('Not paid, no money taken').isVisible()).toBe(true)
  isCut = false
  await pastShield(page)
  await page.getByTestId('take-again').click()
  await page.getByTestId('done').waitFor()
  expect(sent).toHaveLength(2)
  expect(sent[0]).toBe(sent[1])
  expect(await recorded(codeOf('many-periods'))).toHaveLength(1)
})

test('nothing answers: not known, nothing else can be done, also after a reload, until it is found', async () => {
  const { page } = counter
  await openCash(codeOf('firm-name'))
  const cut = (route: Route) => route.abort()
  await page.route(LOOK_UP, cut)
  await page.route(TAKE, async (route) => {
    await route.fetch()
    await route.abort()
  })
  await page.getByTestId('take').click()
  await page.getByTestId('outcome-notKnown').waitFor()
  expect(await page.getByText('Not known yet: do not pay again').isVisible()).toBe(true)
  for (const key of ['Escape', 'F2', 'F4', 'F6', 'Alt+KeyB', 'Alt+KeyL', 'Delete'])
    await page.keyboard.press(key)
  await scan(page, codeOf('no-mobile'))
  await page.reload()
  await page.getByTestId('outcome-notKnown').waitFor()
  await page.unroute(LOOK_UP, cut)
  await page.getByTestId('done').waitFor()
  expect(await recorded(codeOf('firm-name'))).toHaveLength(1)
})

test('another bill amount at DIGIT, another counter, an old screen: the core refuses in words and nothing is taken', async () => {
  const { page, host } = counter
  const code = codeOf('no-mobile')
  await openCash(code)
  const { bills } = await host.client.bill.find({ text: code })
  const found = bills[0]
  if (found === undefined) throw new Error('the bill is there')
  await host.client.payment.take({
    collectionId: crypto.randomUUID(),
    lines: [{ paymentId: crypto.randomUUID(), billId: found.bill.id, amountPaise: found.bill.totalPaise }],
    instrument: { mode: 'CASH', tenderedPaise: found.bill.totalPaise },
    payer: { paidBy: 'Meena Das', mobileNumber: null, isOwner: true },
  })
  await page.getByTestId('take').click()
  await page.getByTestId('outcome-notPaid').waitFor()
  expect(await page.getByText('This bill was already paid.').isVisible()).toBe(true)
  expect(await recorded(code)).toHaveLength(1)
})

test('the language changes in the middle of a payment and nothing is lost; shortcuts work on a Hindi keyboard', async () => {
  const { page } = counter
  await openCash(codeOf('active-bill'))
  await page.getByTestId('given').fill('2000')
  await page.getByRole('button', { name: 'हिन्दी' }).click()
  await page.getByText('दिया गया नक़द').first().waitFor()
  expect(await page.getByTestId('given').inputValue()).toBe('2000')
  // The key of E on a Hindi layout types a vowel sign; its place is what counts.
  const session = await page.context().newCDPSession(page)
  const stroke = { key: 'ा', code: 'KeyE', windowsVirtualKeyCode: 69 }
  await session.send('Input.dispatchKeyEvent', { ...stroke, type: 'keyDown', text: 'ा' })
  await session.send('Input.dispatchKeyEvent', { ...stroke, type: 'keyUp' })
  await expect.poll(() => page.getByTestId('given').inputValue(), PATIENCE).toBe('900')
  await page.getByTestId('take').click()
  await page.getByTestId('done').waitFor()
  expect(await page.getByTestId('done-amount').innerText()).toBe('₹60')
  await pastShield(page)
  await page.getByRole('button', { name: 'English' }).click()
  await page.getByText('CHANGE').waitFor()
})

test('offline: known bills are paid, receipts are provisional, and all of it arrives when the line is back', async () => {
  const { page, line } = counter
  const code = codeOf('penalty')
  await addBill(page, code)
  await page.keyboard.press('Delete')
  await line.refuse()
  await findBill(page, code)
  await page.getByText('This till’s own copy').waitFor()
  await page.getByTestId('offline-strip').waitFor()
  await payExactCash(page)
  expect(await page.getByTestId('done').innerText()).toContain('Kept on this till')
  expect(await page.getByTestId('done-receipt').innerText()).toContain('Provisional')
  await expect
    .poll(() => page.getByTestId('offline-strip').innerText(), PATIENCE)
    .toMatch(/Offline since \d\d:\d\d · 1 receipt waiting \(₹[\d,]+\) · oldest 0 m/)
  await pastShield(page)
  await page.keyboard.press('Alt+KeyQ')
  await page.getByTestId('queue-row').waitFor()
  await pastShield(page)
  await page.getByTestId('send-now').click()
  await page.getByTestId('problem-integrator_unreachable').waitFor()
  await line.accept()
  await page.getByTestId('send-now').click()
  await page.getByText('1 payment sent').waitFor()
  await page.getByTestId('queue-row').waitFor({ state: 'detached' })
  await expect.poll(async () => (await recorded(code))[0]?.standing, PATIENCE).toBe('final')
})

test('a bill that expired since it was fetched is not taken; one button brings today’s bill', async () => {
  const { page, line, sandbox } = counter
  const code = codeOf('old-advance')
  await addBill(page, code)
  await page.keyboard.press('Delete')
  await line.refuse()
  counter.advanceTill(45)
  await findBill(page, code)
  await page.getByTestId('problem-bill_expired').waitFor()
  expect(await page.getByTestId('pay-CASH').isDisabled()).toBe(true)
  await line.accept()
  sandbox.admin.clock.advance(45 * 86_400_000)
  await page.getByText('Refresh bill').click()
  await page.getByTestId('problem-bill_expired').waitFor({ state: 'detached' })
  expect(await page.getByTestId('pay-CASH').isEnabled()).toBe(true)
})

test('a fault in drawing leaves words and a way on, not an empty window', async () => {
  const { page } = counter
  const status = '**/rpc/terminal/status'
  await page.route(status, (route) => route.fulfill({ json: { json: { shift: 7 } } }))
  await page.getByTestId('screen-failed').waitFor()
  await page.unroute(status)
  await page.getByTestId('start-screen').click()
  await page.getByTestId('find').waitFor()
  expect(await page.getByTestId('screen-failed').count()).toBe(0)
})

type Box = { readonly x: number; readonly y: number; readonly width: number; readonly height: number } | null

function areApart(one: Box, other: Box): boolean {
  if (one === null || other === null) throw new Error('both buttons must be on the screen')
  const isBeside = one.x + one.width <= other.x || other.x + other.width <= one.x
  const isAbove = one.y + one.height <= other.y || other.y + other.height <= one.y
  return isBeside || isAbove
}
