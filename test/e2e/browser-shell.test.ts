// Goal: in a real browser the screens live under the strict policy without one violation, a link opens them once, and a page
// of a stranger on the same machine can neither read nor do anything.
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startBrowserShell, type BrowserShell } from '#browser/start-browser-shell.ts'
import { startHost } from '#host/start-host.ts'
import type { TerminalHost } from '#host/terminal-host.ts'
import { openBrowser, root } from './open-browser.ts'

const folder = mkdtempSync(join(tmpdir(), 'tahsil-browser-'))
/** What a till shows that was never enrolled. */
const SCREEN = '[data-testid^="stopped-"]'
let host: TerminalHost
let shell: BrowserShell
let browser: Browser
let stranger: Server
let strangerOrigin: string
const faults: unknown[] = []

beforeAll(async () => {
  browser = await openBrowser()
  host = await startHost({
    dataDir: join(folder, 'till'),
    // Nobody is there: the till works without its integrator.
    integratorUrl: 'http://127.0.0.1:9',
    enrolmentCode: null,
    deviceName: 'Browser till',
    printer: 'none',
    paperColumns: 48,
    logLevel: 'silent',
  })
  shell = await startBrowserShell({
    host,
    port: 0,
    face: 'counter',
    screensDir: join(root, 'dist', 'renderer'),
    dataDir: join(folder, 'till'),
    onFault: (error) => faults.push(error),
  })
  stranger = createServer((_request, response) => {
    response.setHeader('Content-Type', 'text/html')
    response.end('<!doctype html><title>stranger</title>')
  })
  await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', () => resolve()))
  // Another port of the same address counts as the same site: the cookie would go along.
  strangerOrigin = `http://127.0.0.1:${(stranger.address() as AddressInfo).port}`
})
afterAll(async () => {
  await browser.close()
  stranger.close()
  await shell.close()
  await host.close()
  rmSync(folder, { recursive: true, force: true })
})

async function openTill(): Promise<{ page: Page; complaints: string[] }> {
  const page = await (await browser.newContext()).newPage()
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  await page.goto(shell.mintLaunchUrl())
  await page.locator(SCREEN).waitFor()
  return { page, complaints }
}

it('shows the screens under the strict policy without a violation', async () => {
  const { page, complaints } = await openTill()
  expect(page.url()).toBe(`${shell.origin}/#/counter`)
  await page.waitForRequest((request) => request.url().endsWith('/rpc/terminal/status'))
  expect(complaints).toEqual([])
  expect(await page.evaluate('document.cookie')).toBe('')
  await page.context().close()
})

it('goes on after a reload, but opens nobody else with the same link', async () => {
  const link = shell.mintLaunchUrl()
  const first = await (await browser.newContext()).newPage()
  await first.goto(link)
  await first.locator(SCREEN).waitFor()
  await first.reload()
  await first.locator(SCREEN).waitFor()
  const second = await (await browser.newContext()).newPage()
  const answer = await second.goto(link)
  expect(answer?.status()).toBe(401)
  expect(await second.locator('body').innerText()).toContain('works once')
  expect((await second.goto(shell.origin))?.status()).toBe(401)
  expect(await second.locator('body').innerText()).toContain('start Tahsil again')
  await first.context().close()
  await second.context().close()
})

it('shows the words instead of the screens when the cookie is gone', async () => {
  const { page } = await openTill()
  await page.context().clearCookies()
  await page.getByText('Open Tahsil from its own starter').waitFor()
  expect(await page.locator('body').innerText()).toContain('start Tahsil again')
  await page.context().close()
})

it('keeps a stranger’s page on the same machine from reading and doing', async () => {
  const { page } = await openTill()
  const context = page.context()
  const evil = await context.newPage()
  await evil.goto(strangerOrigin)
  const tries = await evil.evaluate(async (origin) => {
    const attempt = async (path: string, init: RequestInit): Promise<string> => {
      try {
        const answer = await fetch(`${origin}${path}`, { credentials: 'include', ...init })
        return answer.type === 'opaque' ? 'sent, nothing read' : `read ${answer.status}`
      } catch {
        return 'blocked'
      }
    }
    const body = JSON.stringify({ json: { operatorCode: '101', pin: '111111' } })
    const json = { 'content-type': 'application/json' }
    return {
      json: await attempt('/rpc/session/signIn', { method: 'POST', body, headers: json }),
      form: await attempt('/rpc/session/signIn', { method: 'POST', body, mode: 'no-cors' }),
      page: await attempt('/', {}),
    }
  }, shell.origin)
  expect(tries).toEqual({ json: 'blocked', form: 'blocked', page: 'blocked' })
  // Neither framed nor opened with a handle on it.
  await evil.evaluate(`document.body.innerHTML = '<iframe src="${shell.origin}/"></iframe>'`)
  await expect.poll(() => evil.frames().length).toBe(2)
  expect(await evil.frames()[1]?.content()).not.toContain('root')
  await context.close()
})

it('had no fault while all of this was asked', () => {
  expect(faults).toEqual([])
})
