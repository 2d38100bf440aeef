// A whole counter for one test file: DIGIT sandbox, integrator, a line that can be cut, the till in the browser shell, and a
// real Chromium on it. Called by the counter tests of this folder.
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DEMO_ENROLMENT_CODE, DEMO_PIN } from '#app/people/seed-demo.ts'
import { startIntegrator, type Integrator } from '#app/start-integrator.ts'
import type { ClockReading } from '#core/records.ts'
import type { BrowserShell } from '#browser/start-browser-shell.ts'
import { machineClock } from '#host/machine-clock.ts'
import { startHost } from '#host/start-host.ts'
import type { HostOptions, TerminalHost } from '#host/terminal-host.ts'
import { startSandbox, type RunningSandbox } from '#sandbox/start-sandbox.ts'
import { startFaultProxy, type FaultProxy } from '#test/reliability/fault-proxy.ts'
import type { Browser, CDPSession, Page } from 'playwright-core'
import { openBrowser, openShell, root } from './open-browser.ts'

const DAY_MS = 86_400_000

/** For `expect.poll`: how long a busy machine may take before something counts as not happening. */
export const PATIENCE = { timeout: 12_000 }

export type Counter = {
  /** Data of all programs: `till`, `integrator`, `slips`. */
  readonly folder: string
  readonly page: Page
  readonly browser: Browser
  readonly sandbox: RunningSandbox
  /** Between till and integrator. */
  readonly line: FaultProxy
  readonly host: TerminalHost
  readonly shell: BrowserShell
  /** Moves the till's clock, not the sandbox's. */
  advanceTill(days: number): void
  /** What the page complained about: errors and refusals of the content security policy. */
  readonly complaints: string[]
  close(): Promise<void>
}

/** `devices`: more than the printer, by the folder of the test. */
export async function openCounter(
  devices: (folder: string) => Partial<HostOptions> = () => ({}),
): Promise<Counter> {
  const browser = await openBrowser()
  const folder = mkdtempSync(join(root, 'test-output', 'counter-'))
  // The embedded PostgreSQL runs as another user when the tests run as root.
  chmodSync(folder, 0o755)
  const sandbox = await startSandbox({ consumerCount: 60, warn: () => undefined })
  const integrator = await startDemoIntegrator(sandbox, folder)
  const line = await startFaultProxy({ port: Number(new URL(integrator.url).port) })
  const clock = machineClock()
  let aheadMs = 0
  const host = await startHost(
    {
      dataDir: join(folder, 'till'),
      integratorUrl: line.url,
      enrolmentCode: DEMO_ENROLMENT_CODE,
      deviceName: 'Counter 1',
      printer: `virtual:${join(folder, 'slips')}`,
      paperColumns: 42,
      logLevel: 'silent',
      ...devices(folder),
    },
    { clock: { read: () => ahead(clock.read(), aheadMs) } },
  )
  const shell = await openShell(host, join(folder, 'till'))
  const complaints: string[] = []
  const page = await openPage(browser, shell, complaints)
  return {
    folder,
    page,
    browser,
    sandbox,
    line,
    host,
    shell,
    complaints,
    advanceTill: (days) => {
      aheadMs += days * DAY_MS
    },
    close: async () => {
      await browser.close()
      await shell.close()
      await host.close()
      await line.close()
      await integrator.close()
      await sandbox.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** The till trusts the time that passed, not the clock on the wall: both move. */
function ahead(reading: ClockReading, byMs: number): ClockReading {
  return { ...reading, wallMs: reading.wallMs + byMs, monotonicMs: reading.monotonicMs + byMs }
}

export async function openPage(
  browser: Browser,
  shell: BrowserShell,
  complaints: string[],
  wishes: { readonly hasTouch?: boolean } = {},
): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1366, height: 768 }, ...wishes })
  const page = await context.newPage()
  page.setDefaultTimeout(PATIENCE.timeout)
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    // A refused call is an answer, not a fault of the page.
    const isAnswer = message.text().startsWith('Failed to load resource')
    if (message.type() === 'error' && !isAnswer) complaints.push(message.text())
  })
  await page.goto(shell.mintLaunchUrl())
  return page
}

function startDemoIntegrator(sandbox: RunningSandbox, folder: string): Promise<Integrator> {
  const user = sandbox.users.find(({ username }) => username === 'POS-DVG')
  return startIntegrator({
    port: 0,
    dataFolder: join(folder, 'integrator'),
    environment: {
      DIGIT_BASE_URL: sandbox.url,
      DIGIT_CLIENT_ID: sandbox.clientId,
      DIGIT_CLIENT_SECRET: sandbox.clientSecret,
      DIGIT_USERNAME: 'POS-DVG',
      DIGIT_PASSWORD: user?.password ?? '',
      DIGIT_TENANT: 'sr.devgaon',
      TAHSIL_SEED: 'demo',
      TAHSIL_LOG_LEVEL: 'silent',
    },
  })
}

/** A person's typing speed, slower than any scanner. */
const TYPING = { delay: 60 }

export async function signIn(page: Page, code = '101', pin = DEMO_PIN): Promise<void> {
  await page.getByTestId('operator-code').fill(code)
  await page.getByTestId('pin').click()
  await page.keyboard.type(pin, TYPING)
  await page.keyboard.press('Enter')
}

/** Signs in and opens a shift with two notes of ₹500. */
export async function startWork(page: Page, code = '101', pin = DEMO_PIN): Promise<void> {
  await signIn(page, code, pin)
  await page.getByTestId('count-500').fill('2')
  await pastShield(page)
  await page.getByTestId('open-shift').click()
  await page.getByTestId('find').waitFor()
}

/** Opens the shift with an empty drawer, for one who is signed in. */
export async function openWithoutFloat(page: Page): Promise<void> {
  await pastShield(page)
  await page.getByTestId('no-float').click()
  await page.getByTestId('find').waitFor()
}

export async function findBill(page: Page, text: string): Promise<void> {
  await page.getByTestId('find').fill(text)
  await page.keyboard.press('Enter')
}

/** Adds a bill and waits until it stands in the cart. */
export async function addBill(page: Page, consumerCode: string): Promise<void> {
  await findBill(page, consumerCode)
  await page.locator(`[data-testid="cart-row"][data-consumer="${consumerCode}"]`).waitFor()
}

/** The tap shield is up for a moment after a screen change; a person is slower than this. */
export async function pastShield(page: Page): Promise<void> {
  await page.waitForTimeout(400)
}

/** Takes what is in the cart in cash, exactly; ends on the done screen. */
export async function payExactCash(page: Page): Promise<void> {
  await page.keyboard.press('F6')
  await page.getByTestId('take').waitFor()
  await pastShield(page)
  await page.keyboard.press('Enter')
  await page.getByTestId('done').waitFor()
}

export async function nextCustomer(page: Page): Promise<void> {
  await pastShield(page)
  await page.getByTestId('next').click()
  await page.getByTestId('find').waitFor()
  await pastShield(page)
}

const SHIFTED = '~:?<>"{}|_+)!@#$%^&*('
const CODES: Readonly<Record<string, string>> = {
  ' ': 'Space',
  '-': 'Minus',
  '/': 'Slash',
  '.': 'Period',
  _: 'Minus',
  ':': 'Semicolon',
  '~': 'Backquote',
  '?': 'Slash',
  '=': 'Equal',
  '+': 'Equal',
  '&': 'Digit7',
  '@': 'Digit2',
}

/** What a scanner does: every key down and up at once, 4 ms apart, then Enter. Sent without waiting between keys. */
export async function scan(page: Page, text: string): Promise<void> {
  const session = await page.context().newCDPSession(page)
  const startedSeconds = Date.now() / 1000
  const sent = [...strokesOf(text), { key: 'Enter', code: 'Enter', text: '\r', isShift: false }].flatMap(
    (stroke, at) => sendStroke(session, stroke, startedSeconds + at * 0.004),
  )
  await Promise.all(sent)
  await session.detach()
}

type Stroke = {
  readonly key: string
  readonly code: string
  readonly text: string
  readonly isShift: boolean
}

function strokesOf(text: string): Stroke[] {
  return text.split('').map((key) => {
    const isShift = /[A-Z]/.test(key) || SHIFTED.includes(key)
    const code = /[a-z]/i.test(key) ? `Key${key.toUpperCase()}` : (CODES[key] ?? `Digit${key}`)
    return { key, code, text: key, isShift }
  })
}

function sendStroke(session: CDPSession, stroke: Stroke, timestamp: number): Promise<unknown>[] {
  const { key, code, text, isShift } = stroke
  const common = {
    key,
    code,
    modifiers: isShift ? 8 : 0,
    windowsVirtualKeyCode: key === 'Enter' ? 13 : key.toUpperCase().charCodeAt(0),
  }
  return [
    session.send('Input.dispatchKeyEvent', { ...common, type: 'keyDown', text, timestamp }),
    session.send('Input.dispatchKeyEvent', { ...common, type: 'keyUp', timestamp: timestamp + 0.001 }),
  ]
}
