// The supervisor screens in a real Chromium over the browser shell, with a till whose office obeys the contract: how a person signs in, opens
// the list and decides, and what may wait. Used by supervisor-list.test.ts and supervisor-decisions.test.ts.
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import type { Exception } from '#contract/exceptions-api.ts'
import { rupees } from '#contract/money.ts'
import { NOW_MS } from '#test/unit/core/sample-bill.ts'
import { exceptionWith } from '#test/unit/renderer/exceptions.ts'
import { openPage, pastShield } from './counter-kit.ts'
import { FARIDA, openDecisionTill, PINS, type DecisionTill } from './decision-till.ts'
import { startLooking } from './look.ts'
import { openShell, root } from './open-browser.ts'

export const HOUR_MS = 3_600_000
export const WHY = 'Refunded by voucher 71 of today'
export const looking = startLooking()
const complaints: string[] = []

export type Supervised = { readonly page: Page; readonly till: DecisionTill; close(): Promise<void> }

/** A fresh till and a page on it; nobody is signed in. */
export async function openSupervised(browser: Browser): Promise<Supervised> {
  const folder = mkdtempSync(join(root, 'test-output', 'supervisor-'))
  const till = openDecisionTill()
  const shell = await openShell(till.host, folder)
  const page = await openPage(browser, shell, complaints)
  return {
    page,
    till,
    close: async () => {
      await page.context().close()
      await shell.close()
      till.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Words cut off, what the accessibility checker minds, complaints of the page itself; empty when all is well. */
export function faultsSoFar(): string[] {
  return [...looking.faultsSoFar(), ...complaints.splice(0)]
}

/** One of each kind, some late, some very late, one asked for. */
export function everyKind(): Exception[] {
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

export async function signInAs(page: Page, who: { readonly code: string }): Promise<void> {
  await page.getByTestId('operator-code').fill(who.code)
  await page.getByTestId('pin').click()
  await page.keyboard.type(PINS[who.code] ?? '', { delay: 60 })
  await page.keyboard.press('Enter')
  await page.getByTestId('find').or(page.getByTestId('to-decide')).first().waitFor()
  await pastShield(page)
}

export async function openList(page: Page): Promise<void> {
  await page.keyboard.press('Alt+KeyS')
  await page.getByTestId('exceptions-total').waitFor()
  await pastShield(page)
}

/** Slower than any scanner. */
export async function typeSlowly(page: Page, text: string): Promise<void> {
  await page.keyboard.type(text, { delay: 55 })
}

/** Fills the dialog that is open, by keyboard. Code null: as it stands there. */
export async function decide(
  page: Page,
  by: { readonly code: string | null; readonly pin: string },
): Promise<void> {
  await page.getByTestId('act-why').waitFor()
  await pastShield(page)
  await page.getByTestId('act-why').fill(WHY)
  await page.keyboard.press('Tab')
  if (by.code !== null) await page.getByTestId('act-code').fill(by.code)
  await page.keyboard.press('Tab')
  await typeSlowly(page, by.pin)
  await page.keyboard.press('Enter')
}

export async function focusedTestId(page: Page): Promise<string | undefined> {
  return await page.evaluate<string | undefined>('document.activeElement?.dataset?.testid')
}
