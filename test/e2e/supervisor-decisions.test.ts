// Goal: a supervisor decides by keyboard alone with a reason, a code and a PIN; two persons decide what two persons must; a lost answer is
// never repeated blindly, what somebody else decided meanwhile is looked at first, and a scan never becomes a PIN.
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { exceptionWith } from '#test/unit/renderer/exceptions.ts'
import { PATIENCE, pastShield, scan } from './counter-kit.ts'
import { openBrowser, picturesFolder } from './open-browser.ts'
import { ANAND, FARIDA, MEENA, PINS, type DecisionTill } from './decision-till.ts'
import {
  decide,
  faultsSoFar,
  focusedTestId,
  looking,
  openList,
  openSupervised,
  signInAs,
  typeSlowly,
  WHY,
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

describe('a decision', () => {
  test('is one sentence, a reason, a code and a PIN; what is missing is said and nothing is sent', async () => {
    till.office.waiting = [exceptionWith({ dueAtMs: null })]
    await signInAs(page, FARIDA)
    await openList(page)
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
    await typeSlowly(page, '900')
    await page.keyboard.press('Enter')
    await expect.poll(() => focusedTestId(page), PATIENCE).toBe('act-pin')
    expect(till.office.acts).toEqual([])
    expect(faultsSoFar()).toEqual([])
  })

  test('of one person is done at once and leaves the list', async () => {
    const [one] = (till.office.waiting = [exceptionWith({ dueAtMs: null })])
    await signInAs(page, FARIDA)
    await openList(page)
    await page.getByTestId('act-mark').click()
    await decide(page, { code: null, pin: PINS['900'] ?? '' })
    await page.getByTestId('act-done').waitFor()
    await page.getByTestId('exceptions-empty').waitFor()
    await looking.look(page, 'supervisor-done')
    expect(till.office.acts).toEqual([
      { id: one?.id, kind: 'payment', act: 'mark', why: WHY, by: { operatorCode: '900', pin: '246810' } },
    ])
    expect(faultsSoFar()).toEqual([])
  })

  test('of two persons waits for the second, who cannot be the first', async () => {
    till.office.waiting = [exceptionWith({ dueAtMs: null, acts: ['reverse'] })]
    await signInAs(page, FARIDA)
    await openList(page)
    await page.keyboard.press('Enter')
    await decide(page, { code: null, pin: PINS['900'] ?? '' })
    await page.getByTestId('act-asked').waitFor()
    await page.getByTestId('exception-asked').waitFor()
    await looking.look(page, 'supervisor-asked-now')
    await looking.lookAtDialog(page, 'act-reverse-second', async () => {
      await page.getByTestId('act-reverse').click()
    })
    await page.getByTestId('act-reverse').click()
    await page.getByTestId('act-code').fill(FARIDA.code)
    await page.getByText('Farida Shaikh asked for this: another person must agree.').waitFor()
    await decide(page, { code: ANAND.code, pin: PINS['901'] ?? '' })
    await page.getByTestId('act-done').waitFor()
    expect(till.office.acts.map(({ by }) => by.operatorCode)).toEqual(['900', '901'])
    expect(till.office.waiting).toEqual([])
    expect(faultsSoFar()).toEqual([])
  })

  test('to cancel a posted payment begins at its receipt, and its second person finds it in the list', async () => {
    const id = till.postOwn()
    till.office.posted = [
      exceptionWith({ id, state: 'CONFIRMED', reason: null, dueAtMs: null, acts: ['reverse'] }),
    ]
    await signInAs(page, MEENA)
    await page.keyboard.press('Alt+KeyB')
    await page.getByTestId('timeline').waitFor()
    expect(await page.getByTestId('reverse-receipt').count()).toBe(0)
    await page.keyboard.press('Alt+KeyL')
    await signInAs(page, FARIDA)
    await page.keyboard.press('Alt+KeyB')
    await page.getByTestId('reverse-receipt').waitFor()
    await looking.look(page, 'receipts-supervisor')
    await page.getByTestId('reverse-receipt').click()
    await page.getByTestId('act-sentence').waitFor()
    expect(await page.getByTestId('act-sentence').textContent()).toMatch(
      /^You ask that DIGIT cancel ₹1,540 of Asha Rao/,
    )
    await decide(page, { code: null, pin: PINS['900'] ?? '' })
    await page.getByTestId('act-asked').waitFor()
    await looking.look(page, 'receipts-reversal-asked')
    await page.getByTestId('reverse-receipt').click()
    await page.getByTestId('act-sentence').waitFor()
    expect(await page.getByTestId('act-code').inputValue()).toBe('')
    await page.keyboard.press('Escape')
    await page.keyboard.press('Alt+KeyS')
    await page.getByTestId('group-reversing').waitFor()
    await pastShield(page)
    await page.getByTestId('act-reverse').click()
    await decide(page, { code: ANAND.code, pin: PINS['901'] ?? '' })
    await page.getByTestId('act-done').waitFor()
    expect(till.office.acts.map(({ id: of, act, by }) => `${of} ${act} ${by.operatorCode}`)).toEqual([
      `${id} reverse 900`,
      `${id} reverse 901`,
    ])
    expect(faultsSoFar()).toEqual([])
  })

  test('with a wrong PIN is refused in words, and the PIN field is empty for the next try', async () => {
    till.office.waiting = [exceptionWith({ dueAtMs: null })]
    await signInAs(page, FARIDA)
    await openList(page)
    await page.getByTestId('act-mark').click()
    await decide(page, { code: null, pin: '000000' })
    await page.getByTestId('problem-wrong_pin').waitFor()
    expect(await page.getByTestId('act-pin').inputValue()).toBe('')
    await expect.poll(() => focusedTestId(page), PATIENCE).toBe('act-pin')
    await page.screenshot({ path: join(picturesFolder, 'act-wrong-pin.png') })
    till.office.actFault = 'operator_locked'
    till.office.actFaultData = { retryAfterMs: 95_000 }
    await typeSlowly(page, '000000')
    await page.keyboard.press('Enter')
    await page.getByText('Try again in 1 min').waitFor()
    await page.screenshot({ path: join(picturesFolder, 'act-locked.png') })
    expect(faultsSoFar()).toEqual([])
  })

  test('whose answer was lost can not be sent again from the same form; the list tells what came of it', async () => {
    till.office.waiting = [exceptionWith({ dueAtMs: null })]
    till.office.actFault = 'lost'
    await signInAs(page, FARIDA)
    await openList(page)
    await page.getByTestId('act-mark').click()
    await decide(page, { code: null, pin: PINS['900'] ?? '' })
    await page.getByTestId('act-lost').waitFor()
    await page.screenshot({ path: join(picturesFolder, 'act-lost.png') })
    expect(await page.getByTestId('act-send').count()).toBe(0)
    await pastShield(page)
    await page.keyboard.press('Enter')
    await page.getByTestId('exceptions-empty').waitFor()
    expect(till.office.acts).toHaveLength(1)
    expect(faultsSoFar()).toEqual([])
  })

  test('that somebody else took meanwhile is refused, and the list is read again', async () => {
    till.office.waiting = [exceptionWith({ dueAtMs: null })]
    await signInAs(page, FARIDA)
    await openList(page)
    await page.getByTestId('act-mark').click()
    till.office.waiting = []
    await decide(page, { code: null, pin: PINS['900'] ?? '' })
    await page.getByTestId('problem-act_not_allowed').waitFor()
    await page.screenshot({ path: join(picturesFolder, 'act-changed.png') })
    await page.getByTestId('act-close').click()
    await page.getByTestId('exceptions-empty').waitFor()
    expect(faultsSoFar()).toEqual([])
  })

  test('a scan never becomes a PIN, never sends, and a badge fills in who decides', async () => {
    till.office.waiting = [exceptionWith({ dueAtMs: null })]
    await signInAs(page, FARIDA)
    await openList(page)
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
    await expect.poll(() => focusedTestId(page), PATIENCE).toBe('act-pin')
    await scan(page, 'TST/0417A/26-27/000007')
    expect(await page.getByRole('dialog').count()).toBe(1)
    expect(till.office.acts).toEqual([])
    expect(till.office.scans).toEqual([])
    expect(faultsSoFar()).toEqual([])
  })
})
