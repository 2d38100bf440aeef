// Goal: a till that waits for the office shows the six digits so that they can be read out, in both languages and to a screen reader, goes on
// by itself when it is let in, and says that it was withdrawn when it was.
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { BrowserShell } from '#browser/start-browser-shell.ts'
import { startHost } from '#host/start-host.ts'
import type { TerminalHost } from '#host/terminal-host.ts'
import { CODE, startFakeIntegrator, type FakeIntegrator } from '#test/unit/host/fake-integrator.ts'
import { openPage } from './counter-kit.ts'
import { startLooking } from './look.ts'
import { openBrowser, openShell, root } from './open-browser.ts'

const complaints: string[] = []
const { look, faultsSoFar } = startLooking()
let folder: string
let fake: FakeIntegrator
let host: TerminalHost
let shell: BrowserShell
let browser: Browser
let page: Page

beforeAll(async () => {
  browser = await openBrowser()
  folder = mkdtempSync(join(root, 'test-output', 'waiting-'))
  fake = await startFakeIntegrator()
  fake.state.devices.isApprovedAtOnce = false
  host = await startHost(
    {
      dataDir: folder,
      integratorUrl: fake.url,
      enrolmentCode: CODE,
      deviceName: 'Counter 2',
      printer: 'none',
      paperColumns: 42,
      logLevel: 'silent',
    },
    { enrolRetryMs: 200 },
  )
  shell = await openShell(host, folder)
  page = await openPage(browser, shell, complaints)
})
afterAll(async () => {
  await browser?.close()
  await shell?.close()
  await host?.close()
  await fake?.close()
  rmSync(folder, { recursive: true, force: true })
})

test('digits, then work, then withdrawn', async () => {
  await page.getByTestId('waiting-approval').waitFor()
  const { enrolment } = await host.client.terminal.status()
  const digits = enrolment.digits ?? ''
  expect(digits).toMatch(/^\d{6}$/)
  expect(await page.getByTestId('enrolment-digits').innerText()).toBe(
    `${digits.slice(0, 3)} ${digits.slice(3)}`,
  )
  expect(await page.getByTestId('waiting-approval').innerText()).toContain(
    'Read these six digits to the office',
  )
  expect(await page.getByTestId('waiting-approval').textContent()).toContain(digits.split('').join(' '))
  expect(await page.getByTestId('operator-code').count()).toBe(0)
  await look(page, 'waiting-approval')
  fake.state.devices.approveAll()
  await page.getByTestId('operator-code').waitFor()
  fake.state.devices.revokeAll()
  await host.client.session.signIn({ operatorCode: '101', pin: '246810' })
  await page.getByTestId('stopped-device_revoked').waitFor()
  await look(page, 'withdrawn')
  expect({ complaints, faults: faultsSoFar() }).toEqual({ complaints: [], faults: [] })
})
