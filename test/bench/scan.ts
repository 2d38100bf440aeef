// Part `scan`: a bill scanned at the counter while the integrator is away: from the scanner's Enter until the bill is painted, in a
// real Chromium, with the till's own cache as the only source.
import { setTimeout as wait } from 'node:timers/promises'
import { chromium, type CDPSession, type Page } from 'playwright-core'
import { DEMO_PIN, demoOperators } from '#app/people/seed-demo.ts'
import { DEMO_TENANT } from '#launch/programs.ts'
import { findChromium } from '#test/setup-machine.ts'
import { atMost, noGoal, type BenchPart, type Figure } from './figure.ts'
import { median, percentile } from './rounds.ts'
import { openTown, type Town } from './town.ts'

const BUDGET_MS = 150
const ROUNDS = 4
const PAUSE_MS = 150
/** A new screen takes no tap for a moment (renderer/parts/tap-shield.ts). */
const SHIELD_PAUSE_MS = 600

export const scan: BenchPart = {
  about: 'scan to bill on the screen from the cache',
  measure: async () => {
    const town = await openTown()
    const till = await town.startTill()
    const path = findChromium()
    if (path === undefined) throw new Error('no Chromium was found; name one in TAHSIL_CHROMIUM')
    const browser = await chromium.launch({ executablePath: path, args: ['--no-sandbox', '--disable-gpu'] })
    try {
      const page = await browser.newPage({ viewport: { width: 1366, height: 768 } })
      await page.addInitScript(WATCH)
      await page.goto(till.launchUrl)
      return await measureOn(page, town)
    } finally {
      await browser.close()
      await till.stop()
      await town.close()
    }
  },
}

async function measureOn(page: Page, town: Town): Promise<Figure[]> {
  await signIn(page)
  const keys = await page.context().newCDPSession(page)
  const codes = await fillCache(page, town)
  await town.integrator.stop()
  const takenMs: number[] = []
  for (let round = 0; round <= ROUNDS; round++) {
    for (const code of codes) {
      const ms = await scanOnce({ page, keys }, code)
      // In the first round the till still finds out that the integrator is away.
      if (round > 0) takenMs.push(ms)
    }
  }
  const figure = (what: string, ours: number, goal: Figure['goal']): Figure => ({
    what,
    ours,
    floor: BUDGET_MS,
    unit: 'ms',
    ratio: ours / BUDGET_MS,
    goal,
    against: `the budget; ${takenMs.length} scans of ${codes.length} bills`,
  })
  return [
    figure('scan to bill painted, median', median(takenMs), atMost(1)),
    figure('scan to bill painted, p95', percentile(takenMs, 0.95), noGoal),
  ]
}

type Counter = { readonly page: Page; readonly keys: CDPSession }

async function signIn(page: Page): Promise<void> {
  await page.getByTestId('operator-code').fill(demoOperators[0]?.code ?? '')
  await page.getByTestId('pin').fill(DEMO_PIN)
  await page.getByTestId('sign-in').click()
  await page.getByTestId('no-float').waitFor()
  await wait(SHIELD_PAUSE_MS)
  await page.getByTestId('no-float').click()
  await page.getByTestId('find').waitFor()
}

/** Finds every sample bill of the town while the integrator is there; returns the codes that gave exactly one bill. */
async function fillCache(page: Page, town: Town): Promise<string[]> {
  const codes = town.sandbox.sampleConsumers
    .filter(({ tenantId }) => tenantId === DEMO_TENANT)
    .map(({ consumerCode }) => consumerCode)
  const found: string[] = []
  for (const code of new Set(codes)) {
    await page.getByTestId('find').fill(code)
    await page.keyboard.press('Enter')
    const isThere = await page
      .waitForSelector(rowOf(code), { timeout: 3_000 })
      .then(() => true)
      .catch(() => false)
    if (isThere) {
      found.push(code)
      await removeRow(page, code)
    }
    await page.keyboard.press('Escape')
  }
  if (found.length === 0) throw new Error('no sample bill could be found')
  return found
}

const rowOf = (code: string): string => `[data-consumer="${code}"]`

async function removeRow(page: Page, code: string): Promise<void> {
  await page.keyboard.press('Delete')
  await page.waitForSelector(rowOf(code), { state: 'detached', timeout: 3_000 })
}

async function scanOnce({ page, keys }: Counter, code: string): Promise<number> {
  // A scanner does not begin in the pause in which the screen still waits for the end of another scan.
  await wait(PAUSE_MS)
  const painted = page.evaluate<number>(`watchRow(${JSON.stringify(rowOf(code))})`)
  await scanKeys(keys, code)
  const ms = await painted
  await removeRow(page, code)
  return ms
}

/** All keys are sent before any is answered: a scanner does not wait, and a pause would make it a person. */
async function scanKeys(keys: CDPSession, code: string): Promise<void> {
  const strokes = [
    ...Array.from(code, strokeOf),
    { key: 'Enter', code: 'Enter', text: '\r', windowsVirtualKeyCode: 13 },
  ]
  await Promise.all(
    strokes.flatMap((stroke) => [
      keys.send('Input.dispatchKeyEvent', { type: 'keyDown', ...stroke }),
      keys.send('Input.dispatchKeyEvent', { type: 'keyUp', ...stroke }),
    ]),
  )
}

const MARKS: Readonly<Record<string, string>> = { '-': 'Minus', '/': 'Slash', '.': 'Period', ' ': 'Space' }
const SHIFT = 8

function strokeOf(character: string) {
  const code = /[a-z]/i.test(character)
    ? `Key${character.toUpperCase()}`
    : (MARKS[character] ?? `Digit${character}`)
  const modifiers = /[A-Z]/.test(character) ? SHIFT : 0
  return { key: character, text: character, code, modifiers }
}

/** Runs in the page before its own scripts: notes each Enter, and resolves two frames after the wanted row came. */
const WATCH = `
  let enterMs = Number.NaN
  addEventListener('keydown', (event) => { if (event.code === 'Enter') enterMs = event.timeStamp }, true)
  globalThis.watchRow = (selector) => new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('the bill never came: ' + selector)), 10000)
    const look = () => {
      if (document.querySelector(selector) === null) return
      observer.disconnect()
      clearTimeout(timer)
      requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now() - enterMs)))
    }
    const observer = new MutationObserver(look)
    observer.observe(document.documentElement, { childList: true, subtree: true })
  })
`
