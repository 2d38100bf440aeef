// Goal: a locked operator without a network sees what to read to the office, types what comes back, and goes on; wrong digits are told
// in words.
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { unlockCode } from '#app/people/device-secrets.ts'
import { openRootSecret } from '#app/people/root-secret.ts'
import { readDevice } from '#host/identity/device-file.ts'
import { openCounter, pastShield, signIn, type Counter } from './counter-kit.ts'
import { picturesFolder } from './open-browser.ts'

let counter: Counter
beforeAll(async () => {
  counter = await openCounter()
})
afterAll(async () => {
  await counter.close()
})

const TEN_MINUTES_IN_DAYS = 0.01

const enter = async (pin?: string) => await signIn(counter.page, '101', pin)

it('frees the operator with the digits of the office', async () => {
  const { page, host, line } = counter
  await page.getByTestId('operator-code').waitFor()
  await pastShield(page)
  await line.refuse()
  for (let count = 0; count < 6; count++) {
    await enter('000000')
    await page.getByTestId('problem-wrong_pin').waitFor()
    counter.advanceTill(TEN_MINUTES_IN_DAYS)
    await page.getByTestId('operator-tile').first().click()
    await page.getByTestId('problem-wrong_pin').waitFor({ state: 'detached' })
  }
  await enter()
  const box = page.getByTestId('unlock')
  await box.waitFor()
  const shown = await host.client.session.unlockChallenge({ operatorCode: '101' })
  const words = await box.innerText()
  const { challenge } = shown
  for (const part of [shown.deviceCode, '101', `${challenge.slice(0, 3)} ${challenge.slice(3)}`])
    expect(words).toContain(part)
  await page.screenshot({ path: join(picturesFolder, 'unlock.png') })

  // On a till without a keyboard the number pad writes the digits of the office.
  for (let count = 0; count < 8; count++) await page.getByRole('button', { name: '0', exact: true }).click()
  expect(await page.getByTestId('unlock-answer').inputValue()).toBe('00000000')
  await page.getByTestId('unlock-answer').press('Enter')
  await page.getByTestId('problem-unlock_refused').waitFor()

  const root = openRootSecret({ file: null, dataFolder: join(counter.folder, 'integrator') })
  const deviceId = readDevice(join(counter.folder, 'till'))?.device.deviceId ?? ''
  await page.getByTestId('unlock-answer').fill(unlockCode(root, { deviceId, operatorCode: '101', challenge }))
  await page.getByTestId('unlock-act').click()
  await page.getByTestId('unlocked').waitFor()
  await enter()
  await page.getByTestId('no-float').waitFor()
  expect(counter.complaints).toEqual([])
})
