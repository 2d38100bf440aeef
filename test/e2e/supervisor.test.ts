// Goal: a supervisor sees what waits for a person, decides by keyboard alone with a reason, a code and a PIN, two persons decide what two
// persons must, a lost answer is never repeated blindly, a scan never becomes a PIN, and every state of these screens shows all of its
// words in both languages at the sizes of real counter PCs.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { chromium, type Browser, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startBrowserShell, type BrowserShell } from '#browser/start-browser-shell.ts'
import type { Exception } from '#contract/exceptions-api.ts'
import { rupees } from '#contract/money.ts'
import { buildIfStale } from '#launch/build-if-stale.ts'
import { findChromium } from '#test/setup-machine.ts'
import { exceptionWith } from '#test/unit/renderer/exceptions.ts'
import { NOW_MS } from '#test/unit/core/sample-bill.ts'
import { openPage, pastShield, PATIENCE, picturesFolder, scan } from './counter-kit.ts'
import { ANAND, FARIDA, MEENA, openDecisionTill, PINS, type DecisionTill } from './decision-till.ts'
import { startLooking } from './look.ts'

const root = join(import.meta.dirname, '..', '..')
const HOUR_MS = 3_600_000
const WHY = 'Refunded by voucher 71 of today'
const looking = startLooking()
const complaints: string[] = []

let browser: Browser
let folder: string
let till: DecisionTill
let shell: BrowserShell
let page: Page

beforeAll(async () => {
  await buildIfStale(() => undefined)
  mkdirSync(picturesFolder, { recursive: true })
  browser = await chromium.launch({
    executablePath: findChromium() ?? 'chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
})
afterAll(async () => {
  await browser.close()
})

beforeEach(async () => {
  folder = mkdtempSync(join(root, 'test-output', 'supervisor-'))
  till = openDecisionTill()
  shell = await startBrowserShell({
    host: till.host,
    port: 0,
    face: 'counter',
    screensDir: join(root, 'dist', 'renderer'),
    dataDir: folder,
    onFault: () => undefined,
  })
  page = await openPage(browser, shell, complaints)
})
afterEach(async () => {
  await page.context().close()
  await shell.close()
  till.close()
  rmSync(folder, { recursive: true, force: true })
})
/** Nothing cut off, nothing that the accessibility checker minds, no complaint of the page itself. */
const expectNoFaults = () => {
  expect(looking.faultsSoFar()).toEqual([])
  expect(complaints.splice(0)).toEqual([])
}

/** One of each kind, some late, some very late, one asked for. */
const everyKind = (): Exception[] => {
  const late = { sinceMs: NOW_MS - 52 * HOUR_MS, dueAtMs: NOW_MS - 4 * HOUR_MS }
  const veryLate = { sinceMs: NOW_MS - 120 * HOUR_MS, dueAtMs: NOW_MS - 72 * HOUR_MS }
  const fresh = { sinceMs: NOW_MS - 20 * 60_000, dueAtMs: NOW_MS + 40 * HOUR_MS }
  const receipt = (number: number) => ({ receiptNumber: `TST/0417A/26-27/00000${number}` })
  return [
    exceptionWith({ ...veryLate, ...receipt(1) }),
    exceptionWith({
      ...late,
      ...receipt(2),
      reason: 'BILL_HIGHER',
      payerName: 'Saraswati Venkataraman Iyengar',
      amountPaise: rupees(12_34_567),
      asked: { act: 'refund', byOperatorId: FARIDA.id, atMs: NOW_MS - 2 * HOUR_MS },
    }),
    exceptionWith({
      ...fresh,
      ...receipt(3),
      kind: 'remainder',
      reason: 'BILL_LOWER',
      amountPaise: rupees(250),
      acts: ['post-to-bill', 'refund', 'mark'],
    }),
    exceptionWith({ ...fresh, ...receipt(4), state: 'UNKNOWN', reason: null, acts: ['look-again'] }),
    exceptionWith({
      ...fresh,
      kind: 'record',
      state: 'POISON',
      reason: null,
      amountPaise: null,
      receiptNumber: null,
      consumerCode: null,
      businessService: null,
      payerName: null,
      operatorCode: null,
      dueAtMs: null,
      note: 'The record does not fit the contract: /bill/totalPaise.',
      evidence: {
        collectedAtMs: null,
        billPaise: null,
        billFetchedAtMs: null,
        packId: null,
        isAdvanceAgreed: false,
        isPartAgreed: false,
        attemptCount: 0,
        digitReceiptNumber: null,
      },
      acts: ['mark'],
    }),
    exceptionWith({ ...fresh, ...receipt(5), state: 'QUARANTINE', reason: 'SEQUENCE_FORK', acts: ['mark'] }),
    exceptionWith({ ...fresh, ...receipt(6), state: 'REVERSING', reason: null, acts: [] }),
    exceptionWith({ ...fresh, ...receipt(7), state: 'HOLD', reason: 'LAGGING', acts: ['look-again'] }),
  ]
}

const signInAs = async (who: { code: string }) => {
  await page.getByTestId('operator-code').fill(who.code)
  await page.getByTestId('pin').click()
  await page.keyboard.type(PINS[who.code] ?? '', { delay: 60 })
  await page.keyboard.press('Enter')
  await page.getByTestId('find').or(page.getByTestId('to-decide')).first().waitFor()
  await pastShield(page)
}
const openList = async () => {
  await page.keyboard.press('Alt+KeyS')
  await page.getByTestId('exceptions-total').waitFor()
  await pastShield(page)
}
const typeSlowly = async (text: string) => await page.keyboard.type(text, { delay: 55 })
/** Fills the dialog that is open, by keyboard; the reason has the focus. */
const decide = async (code: string | null, pin: string) => {
  await page.getByTestId('act-why').waitFor()
  await pastShield(page)
  await page.getByTestId('act-why').fill(WHY)
  await page.keyboard.press('Tab')
  if (code !== null) await page.getByTestId('act-code').fill(code)
  await page.keyboard.press('Tab')
  await typeSlowly(pin)
  await page.keyboard.press('Enter')
}
/** Whether the chosen line of the list can be seen; runs in the page. */
const CHOSEN_IN_SIGHT = `(() => {
  const row = document.querySelector('[role="option"][aria-selected="true"]')
  const list = row.closest('[role="listbox"]').getBoundingClientRect()
  const { top, bottom } = row.getBoundingClientRect()
  return top >= list.top && bottom <= list.bottom
})()`
const focusedTestId = async () =>
  await page.evaluate<string | undefined>('document.activeElement?.dataset?.testid')

describe('the list', () => {
  test('stands under its six kinds with sums and ages, and every state of it can be read', async () => {
    till.office.waiting = everyKind()
    await signInAs(FARIDA)
    await openList()
    await expect.poll(() => page.getByTestId('exception-row').count(), PATIENCE).toBe(8)
    expect(await page.getByTestId('group-held').textContent()).toContain('₹12,36,064')
    await looking.look(page, 'supervisor-list')
    await page.getByTestId('exception-row').nth(1).click()
    await page.getByTestId('exception-asked').waitFor()
    await looking.look(page, 'supervisor-asked')
    for (const name of ['notKnown', 'unreadable', 'forked', 'reversing', 'lagging']) {
      const group = page.locator('[role="group"]', { has: page.getByTestId(`group-${name}`) })
      await group.getByTestId('exception-row').first().click()
      await expect.poll(() => page.evaluate<boolean>(CHOSEN_IN_SIGHT), PATIENCE).toBe(true)
      await looking.look(page, `supervisor-${name}`)
    }
    expectNoFaults()
  })

  test('goes by keyboard alone: arrows, search, the first act by Enter, Esc back', async () => {
    till.office.waiting = everyKind()
    await signInAs(FARIDA)
    await openList()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowDown')
    await expect
      .poll(() => page.getByTestId('exception-detail').getByRole('heading', { level: 2 }).textContent())
      .toBe('TST/0417A/26-27/000003')
    await page.keyboard.press('Enter')
    await page.getByRole('dialog', { name: 'Put it to the bill' }).waitFor()
    expect(await focusedTestId()).toBe('act-why')
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page.keyboard.press('Shift+Tab')
    expect(await focusedTestId()).toBe('exceptions-find')
    await typeSlowly('venkat')
    await expect.poll(() => page.getByTestId('exception-row').count(), PATIENCE).toBe(1)
    await page.keyboard.press('Escape')
    await page.getByTestId('find').waitFor()
    expectNoFaults()
  })

  test('a scanned receipt is chosen; a bill goes to the counter', async () => {
    till.office.waiting = everyKind()
    await signInAs(FARIDA)
    await openList()
    await scan(page, 'TST/0417A/26-27/000007')
    await expect
      .poll(() => page.getByTestId('exception-detail').getByRole('heading', { level: 2 }).textContent())
      .toBe('TST/0417A/26-27/000007')
    await expect.poll(() => page.evaluate<boolean>(CHOSEN_IN_SIGHT), PATIENCE).toBe(true)
    await scan(page, 'SOME-OTHER-BILL')
    await expect.poll(() => till.office.scans, PATIENCE).toEqual(['SOME-OTHER-BILL'])
    expectNoFaults()
  })

  test('shows the trail of a payment of this till, and the bill as it is now when asked', async () => {
    const id = till.holdOwn([
      { state: 'RECEIVED', atMs: NOW_MS - 3 * HOUR_MS, note: '' },
      { state: 'POSTING', atMs: NOW_MS - 2 * HOUR_MS, note: 'first try' },
      { state: 'SUSPENSE', atMs: NOW_MS - HOUR_MS, note: 'DIGIT says the bill was already paid' },
    ])
    till.office.waiting = [exceptionWith({ id, sinceMs: NOW_MS - HOUR_MS, dueAtMs: null })]
    await signInAs(FARIDA)
    await openList()
    await page.getByTestId('exception-trail').waitFor()
    await page.getByTestId('ask-bill-now').click()
    await page.getByTestId('bill-now').waitFor()
    expect(await page.getByTestId('bill-now').textContent()).toContain('₹1,500')
    await looking.look(page, 'supervisor-trail')
    expectNoFaults()
  })

  test('says what it does while it asks, when nothing waits, and when the office answers with a problem', async () => {
    let goOn = (): void => undefined
    till.office.listWait = new Promise((resolve) => {
      goOn = resolve
    })
    await signInAs(FARIDA)
    await page.keyboard.press('Alt+KeyS')
    await page.getByText('Asking the office').waitFor()
    await looking.look(page, 'supervisor-loading')
    goOn()
    till.office.listWait = null
    await page.getByTestId('exceptions-empty').waitFor()
    await looking.look(page, 'supervisor-empty')
    await page.keyboard.press('Escape')
    till.office.listFault = 'device_revoked'
    await page.reload()
    await page.getByTestId('find').waitFor()
    await page.keyboard.press('Alt+KeyS')
    await page.getByTestId('problem-device_revoked').waitFor()
    await looking.look(page, 'supervisor-problem')
    expectNoFaults()
  })

  test('without the office it says so and shows the held payments of this till', async () => {
    till.office.listFault = 'integrator_unreachable'
    await signInAs(FARIDA)
    await page.keyboard.press('Alt+KeyS')
    await page.getByTestId('office-needed').waitFor()
    await looking.look(page, 'supervisor-offline-none')
    till.holdOwn([{ state: 'SUSPENSE', atMs: NOW_MS, note: '' }])
    await page.getByTestId('own-row').waitFor()
    await looking.look(page, 'supervisor-offline')
    till.office.listFault = null
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByTestId('exceptions-empty').waitFor()
    expectNoFaults()
  })
})

test('what a supervisor loads besides the counter stays small', () => {
  const built = join(root, 'dist', 'renderer', 'assets')
  const parts = readdirSync(built).filter((name) => /^exceptions-.*\.js$/.test(name))
  expect(parts).toHaveLength(1)
  const bytes = parts.map((name) => gzipSync(readFileSync(join(built, name))).length)
  expect(Math.max(...bytes)).toBeLessThan(30_000)
})

describe('who may see it', () => {
  test('a cashier has neither the tab nor the key', async () => {
    await signInAs(MEENA)
    expect(await page.getByRole('button', { name: 'To decide' }).count()).toBe(0)
    await page.keyboard.press('Alt+KeyS')
    await page.keyboard.press('Alt+KeyQ')
    await page.getByTestId('send-now').waitFor()
    expect(await page.getByTestId('exceptions-total').count()).toBe(0)
    expectNoFaults()
  })

  test('a supervisor needs no shift to decide', async () => {
    till.session.hasShift = false
    till.office.waiting = everyKind()
    await signInAs(FARIDA)
    await looking.look(page, 'supervisor-no-shift')
    await openList()
    await looking.look(page, 'supervisor-desk')
    await page.keyboard.press('Escape')
    await page.getByTestId('to-decide').waitFor()
    expectNoFaults()
  })
})

describe('a decision', () => {
  test('is one sentence, a reason, a code and a PIN; what is missing is said and nothing is sent', async () => {
    till.office.waiting = [exceptionWith({ dueAtMs: null })]
    await signInAs(FARIDA)
    await openList()
    for (const act of ['look-again', 'post-to-bill', 'refund', 'mark']) {
      await looking.lookAtDialog(page, `act-${act}`, async () => {
        await page.getByTestId(`act-${act}`).click()
      })
    }
    await page.getByTestId('act-refund').click()
    await page.getByTestId('act-sentence').waitFor()
    expect(await page.getByTestId('act-sentence').textContent()).toContain(
      'You ask to record ₹1,247 as given back to Ramesh Kumar; it is done when another person agrees.',
    )
    await pastShield(page)
    await page.keyboard.press('Enter')
    await page.getByText('Write why, in at least four letters.').waitFor()
    await page.getByTestId('act-why').fill(WHY)
    await page.getByTestId('act-code').fill('')
    await page.keyboard.press('Enter')
    await page.getByText('Write the code of a supervisor').waitFor()
    await typeSlowly('900')
    await page.keyboard.press('Enter')
    await expect.poll(focusedTestId, PATIENCE).toBe('act-pin')
    expect(till.office.acts).toEqual([])
    expectNoFaults()
  })

  test('of one person is done at once and leaves the list', async () => {
    const [one] = (till.office.waiting = [exceptionWith({ dueAtMs: null })])
    await signInAs(FARIDA)
    await openList()
    await page.getByTestId('act-mark').click()
    await decide(null, PINS['900'] ?? '')
    await page.getByTestId('act-done').waitFor()
    await page.getByTestId('exceptions-empty').waitFor()
    await looking.look(page, 'supervisor-done')
    expect(till.office.acts).toEqual([
      { id: one?.id, kind: 'payment', act: 'mark', why: WHY, by: { operatorCode: '900', pin: '246810' } },
    ])
    expectNoFaults()
  })

  test('of two persons waits for the second, who cannot be the first', async () => {
    till.office.waiting = [exceptionWith({ dueAtMs: null, acts: ['reverse'] })]
    await signInAs(FARIDA)
    await openList()
    await page.keyboard.press('Enter')
    await decide(null, PINS['900'] ?? '')
    await page.getByTestId('act-asked').waitFor()
    await page.getByTestId('exception-asked').waitFor()
    await looking.look(page, 'supervisor-asked-now')
    await looking.lookAtDialog(page, 'act-reverse-second', async () => {
      await page.getByTestId('act-reverse').click()
    })
    await page.getByTestId('act-reverse').click()
    await page.getByTestId('act-code').fill(FARIDA.code)
    await page.getByText('Farida Shaikh asked for this: another person must agree.').waitFor()
    await decide(ANAND.code, PINS['901'] ?? '')
    await page.getByTestId('act-done').waitFor()
    expect(till.office.acts.map(({ by }) => by.operatorCode)).toEqual(['900', '901'])
    expect(till.office.waiting).toEqual([])
    expectNoFaults()
  })

  test('to cancel a posted payment begins at its receipt, and its second person finds it in the list', async () => {
    const id = till.postOwn()
    till.office.posted = [
      exceptionWith({ id, state: 'CONFIRMED', reason: null, dueAtMs: null, acts: ['reverse'] }),
    ]
    await signInAs(MEENA)
    await page.keyboard.press('Alt+KeyB')
    await page.getByTestId('timeline').waitFor()
    expect(await page.getByTestId('reverse-receipt').count()).toBe(0)
    await page.keyboard.press('Alt+KeyL')
    await signInAs(FARIDA)
    await page.keyboard.press('Alt+KeyB')
    await page.getByTestId('reverse-receipt').waitFor()
    await looking.look(page, 'receipts-supervisor')
    await page.getByTestId('reverse-receipt').click()
    await page.getByTestId('act-sentence').waitFor()
    expect(await page.getByTestId('act-sentence').textContent()).toMatch(
      /^You ask that DIGIT cancel ₹1,540 of Asha Rao/,
    )
    await decide(null, PINS['900'] ?? '')
    await page.getByTestId('act-asked').waitFor()
    await looking.look(page, 'receipts-reversal-asked')
    await page.getByTestId('reverse-receipt').click()
    await page.getByTestId('act-sentence').waitFor()
    expect(await page.getByTestId('act-code').inputValue()).toBe('')
    await page.keyboard.press('Escape')
    await page.keyboard.press('Alt+KeyS')
    await page.getByTestId('group-reversing').waitFor()
    await page.getByTestId('act-reverse').click()
    await decide(ANAND.code, PINS['901'] ?? '')
    await page.getByTestId('act-done').waitFor()
    expect(till.office.acts.map(({ id: of, act, by }) => `${of} ${act} ${by.operatorCode}`)).toEqual([
      `${id} reverse 900`,
      `${id} reverse 901`,
    ])
    expectNoFaults()
  })

  test('with a wrong PIN is refused in words, and the PIN field is empty for the next try', async () => {
    till.office.waiting = [exceptionWith({ dueAtMs: null })]
    await signInAs(FARIDA)
    await openList()
    await page.getByTestId('act-mark').click()
    await decide(null, '000000')
    await page.getByTestId('problem-wrong_pin').waitFor()
    expect(await page.getByTestId('act-pin').inputValue()).toBe('')
    await expect.poll(focusedTestId, PATIENCE).toBe('act-pin')
    await page.screenshot({ path: join(picturesFolder, 'act-wrong-pin.png') })
    till.office.actFault = 'operator_locked'
    till.office.actFaultData = { retryAfterMs: 95_000 }
    await typeSlowly('000000')
    await page.keyboard.press('Enter')
    await page.getByText('Try again in 1 min').waitFor()
    await page.screenshot({ path: join(picturesFolder, 'act-locked.png') })
    expectNoFaults()
  })

  test('whose answer was lost can not be sent again from the same form; the list tells what came of it', async () => {
    till.office.waiting = [exceptionWith({ dueAtMs: null })]
    till.office.actFault = 'lost'
    await signInAs(FARIDA)
    await openList()
    await page.getByTestId('act-mark').click()
    await decide(null, PINS['900'] ?? '')
    await page.getByTestId('act-lost').waitFor()
    await page.screenshot({ path: join(picturesFolder, 'act-lost.png') })
    expect(await page.getByTestId('act-send').count()).toBe(0)
    await pastShield(page)
    await page.keyboard.press('Enter')
    await page.getByTestId('exceptions-empty').waitFor()
    expect(till.office.acts).toHaveLength(1)
    expectNoFaults()
  })

  test('that somebody else took meanwhile is refused, and the list is read again', async () => {
    till.office.waiting = [exceptionWith({ dueAtMs: null })]
    await signInAs(FARIDA)
    await openList()
    await page.getByTestId('act-mark').click()
    till.office.waiting = []
    await decide(null, PINS['900'] ?? '')
    await page.getByTestId('problem-act_not_allowed').waitFor()
    await page.screenshot({ path: join(picturesFolder, 'act-changed.png') })
    await page.getByTestId('act-close').click()
    await page.getByTestId('exceptions-empty').waitFor()
    expectNoFaults()
  })

  test('a scan never becomes a PIN, never sends, and a badge fills in who decides', async () => {
    till.office.waiting = [exceptionWith({ dueAtMs: null })]
    await signInAs(FARIDA)
    await openList()
    await page.getByTestId('act-mark').click()
    await pastShield(page)
    await page.getByTestId('act-why').fill(WHY)
    await page.getByTestId('act-pin').focus()
    await scan(page, '246810135790')
    await expect.poll(() => page.getByTestId('act-pin').inputValue(), PATIENCE).toBe('')
    await page.getByTestId('act-why').focus()
    await scan(page, '901')
    await expect.poll(() => page.getByTestId('act-code').inputValue(), PATIENCE).toBe('901')
    expect(await page.getByTestId('act-why').inputValue()).toBe(WHY)
    await expect.poll(focusedTestId, PATIENCE).toBe('act-pin')
    await scan(page, 'TST/0417A/26-27/000007')
    expect(await page.getByRole('dialog').count()).toBe(1)
    expect(till.office.acts).toEqual([])
    expect(till.office.scans).toEqual([])
    expectNoFaults()
  })
})
