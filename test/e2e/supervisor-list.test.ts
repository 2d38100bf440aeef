// Goal: a supervisor, and nobody else, sees what waits for a person: by kind with sums and ages, by keyboard alone, by scan, with and without
// the office; and every state of these screens shows all of its words in both languages at the sizes of real counter PCs.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { NOW_MS } from '#test/unit/core/sample-bill.ts'
import { exceptionWith } from '#test/unit/renderer/exceptions.ts'
import { PATIENCE, scan } from './counter-kit.ts'
import { FARIDA, MEENA, type DecisionTill } from './decision-till.ts'
import { openBrowser, root } from './open-browser.ts'
import {
  everyKind,
  faultsSoFar,
  focusedTestId,
  HOUR_MS,
  looking,
  openList,
  openSupervised,
  signInAs,
  typeSlowly,
  type Supervised,
} from './supervisor-kit.ts'

let browser: Browser
let screens: Supervised
let page: Page
let till: DecisionTill
beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(async () => {
  await browser.close()
})
beforeEach(async () => {
  screens = await openSupervised(browser)
  ;({ page, till } = screens)
})
afterEach(async () => {
  await screens.close()
})

/** Whether the chosen line of the list can be seen; runs in the page. */
const CHOSEN_IN_SIGHT = `(() => {
  const row = document.querySelector('[role="option"][aria-selected="true"]')
  const list = row.closest('[role="listbox"]').getBoundingClientRect()
  const { top, bottom } = row.getBoundingClientRect()
  return top >= list.top && bottom <= list.bottom
})()`

describe('the list', () => {
  test('stands under its six kinds with sums and ages, and every state of it can be read', async () => {
    till.office.waiting = everyKind()
    await signInAs(page, FARIDA)
    await openList(page)
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
    expect(faultsSoFar()).toEqual([])
  })

  test('goes by keyboard alone: arrows, search, the first act by Enter, Esc back', async () => {
    till.office.waiting = everyKind()
    await signInAs(page, FARIDA)
    await openList(page)
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowDown')
    await expect
      .poll(() => page.getByTestId('exception-detail').getByRole('heading', { level: 2 }).textContent())
      .toBe('TST/0417A/26-27/000003')
    await page.keyboard.press('Enter')
    await page.getByRole('dialog', { name: 'Put it to the bill' }).waitFor()
    expect(await focusedTestId(page)).toBe('act-why')
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await expect.poll(() => focusedTestId(page)).toBe('exception-row')
    await page.keyboard.press('Shift+Tab')
    expect(await focusedTestId(page)).toBe('exceptions-find')
    await typeSlowly(page, 'venkat')
    await expect.poll(() => page.getByTestId('exception-row').count(), PATIENCE).toBe(1)
    await page.keyboard.press('Escape')
    await page.getByTestId('find').waitFor()
    expect(faultsSoFar()).toEqual([])
  })

  test('a scanned receipt is chosen; a bill goes to the counter', async () => {
    till.office.waiting = everyKind()
    await signInAs(page, FARIDA)
    await openList(page)
    await scan(page, 'TST/0417A/26-27/000007')
    await expect
      .poll(() => page.getByTestId('exception-detail').getByRole('heading', { level: 2 }).textContent())
      .toBe('TST/0417A/26-27/000007')
    await expect.poll(() => page.evaluate<boolean>(CHOSEN_IN_SIGHT), PATIENCE).toBe(true)
    await scan(page, 'SOME-OTHER-BILL')
    await expect.poll(() => till.office.scans, PATIENCE).toEqual(['SOME-OTHER-BILL'])
    expect(faultsSoFar()).toEqual([])
  })

  test('shows the trail of a payment of this till, and the bill as it is now when asked', async () => {
    const id = till.holdOwn([
      { state: 'RECEIVED', atMs: NOW_MS - 3 * HOUR_MS, note: '' },
      { state: 'POSTING', atMs: NOW_MS - 2 * HOUR_MS, note: 'first try' },
      { state: 'SUSPENSE', atMs: NOW_MS - HOUR_MS, note: 'DIGIT says the bill was already paid' },
    ])
    till.office.waiting = [exceptionWith({ id, sinceMs: NOW_MS - HOUR_MS, dueAtMs: null })]
    await signInAs(page, FARIDA)
    await openList(page)
    await page.getByTestId('exception-trail').waitFor()
    await page.getByTestId('ask-bill-now').click()
    await page.getByTestId('bill-now').waitFor()
    expect(await page.getByTestId('bill-now').textContent()).toContain('₹1,500')
    await looking.look(page, 'supervisor-trail')
    expect(faultsSoFar()).toEqual([])
  })

  test('says what it does while it asks, when nothing waits, and when the office answers with a problem', async () => {
    let goOn = (): void => undefined
    till.office.listWait = new Promise((resolve) => {
      goOn = resolve
    })
    await signInAs(page, FARIDA)
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
    expect(faultsSoFar()).toEqual([])
  })

  test('without the office it says so and shows the held payments of this till', async () => {
    till.office.listFault = 'integrator_unreachable'
    await signInAs(page, FARIDA)
    await page.keyboard.press('Alt+KeyS')
    await page.getByTestId('office-needed').waitFor()
    await looking.look(page, 'supervisor-offline-none')
    till.holdOwn([{ state: 'SUSPENSE', atMs: NOW_MS, note: '' }])
    await page.getByTestId('own-row').waitFor()
    await looking.look(page, 'supervisor-offline')
    till.office.listFault = null
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByTestId('exceptions-empty').waitFor()
    expect(faultsSoFar()).toEqual([])
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
    await signInAs(page, MEENA)
    expect(await page.getByRole('button', { name: 'To decide' }).count()).toBe(0)
    await page.keyboard.press('Alt+KeyS')
    await page.keyboard.press('Alt+KeyQ')
    await page.getByTestId('send-now').waitFor()
    expect(await page.getByTestId('exceptions-total').count()).toBe(0)
    expect(faultsSoFar()).toEqual([])
  })

  test('a supervisor needs no shift to decide', async () => {
    till.session.hasShift = false
    till.office.waiting = everyKind()
    await signInAs(page, FARIDA)
    await looking.look(page, 'supervisor-no-shift')
    await openList(page)
    await looking.look(page, 'supervisor-desk')
    await page.keyboard.press('Escape')
    await page.getByTestId('to-decide').waitFor()
    expect(faultsSoFar()).toEqual([])
  })
})
