// Goal: with the line cut, a cashier carries the money out as a file or as codes; every code on the screen is one that a scanner
// can read, and what the file says is the money of this till. Nothing is cut off, in both languages.
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readFrame } from '#contract/rescue.ts'
import {
  addBill,
  openCounter,
  payExactCash,
  pastShield,
  PATIENCE,
  startWork,
  type Counter,
} from './counter-kit.ts'
import { startLooking } from './look.ts'

const looking = startLooking()
let counter: Counter
beforeAll(async () => {
  counter = await openCounter()
})
afterAll(async () => {
  await counter.close()
})

test('a till that cannot send gives its money out as file and codes', async () => {
  const { page, line } = counter
  await startWork(page)
  await pastShield(page)
  await addBill(page, 'PT-DVG-000001')
  await line.refuse()
  await payExactCash(page)
  await pastShield(page)
  await page.keyboard.press('Alt+KeyQ')
  await page.getByTestId('queue-row').first().waitFor()
  await pastShield(page)
  await page.getByTestId('rescue-open').click()
  await expect.poll(() => page.getByTestId('rescue-sum').innerText(), PATIENCE).toMatch(/^1 payment, ₹/)

  const waiting = page.waitForEvent('download')
  await page.getByTestId('rescue-save').click()
  const download = await waiting
  expect(download.suggestedFilename()).toMatch(/^tahsil-rescue-0001A-\d+-\d+\.txt$/)
  const file = readFileSync(await download.path(), 'utf8')

  const { codes, text } = await counter.host.client.rescue.make()
  expect(file.split('.')).toHaveLength(5)
  expect(text.split('.')).toHaveLength(5)
  await page.getByTestId('rescue-codes').click()
  await expect.poll(() => page.getByTestId('rescue-number').innerText()).toMatch(/^Code 1 of \d+$/)
  expect((codes ?? []).every((code) => readFrame(code) !== null)).toBe(true)
  await page.keyboard.press('Escape')
  await looking.lookAtDialog(page, 'rescue', async () => {
    await pastShield(page)
    await page.getByTestId('rescue-open').click()
    await page.getByTestId('rescue-codes').click()
    await page.getByTestId('rescue-number').waitFor()
  })
  expect(looking.faultsSoFar()).toEqual([])
  expect(counter.complaints).toEqual([])
})
