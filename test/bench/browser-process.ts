// A Chromium of its own, spawned as a shell spawns it, so that its start can be timed from the first moment; when the page is there it
// is asked over the debugging port what it painted and when. Used by start.ts.
import { spawn } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { chromium } from 'playwright-core'
import { findChromium } from '#test/setup-machine.ts'

export type PaintedPage = {
  /** Epoch ms of the last largest contentful paint once `selector` was on the page. */
  readonly paintedAtMs: number
  readonly spawnedAtMs: number
  readonly pid: number
  readonly close: () => Promise<void>
}

const READY_MS_MAX = 60_000
const POLL_MS = 10
/** After the last element came, the browser still has to report its paint. */
const SETTLE_MS = 300

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--remote-debugging-port=0',
]

/** @param profileDir kept between starts, so that the profile is warm from the second on */
export async function openPage(url: string, selector: string, profileDir: string): Promise<PaintedPage> {
  const path = findChromium()
  if (path === undefined) throw new Error('no Chromium was found; name one in TAHSIL_CHROMIUM')
  const portFile = join(profileDir, 'DevToolsActivePort')
  rmSync(portFile, { force: true })
  const spawnedAtMs = Date.now()
  const child = spawn(path, [...FLAGS, `--user-data-dir=${profileDir}`, url], { stdio: 'ignore' })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const port = await readPort(portFile)
  const browser = await chromium.connectOverCDP(`http://127.0.0.1:${port}`)
  const page = browser.contexts()[0]?.pages()[0]
  if (page === undefined) throw new Error('the browser opened no page')
  await page.waitForSelector(selector, { timeout: READY_MS_MAX })
  await wait(SETTLE_MS)
  const paintedAtMs = await page.evaluate<number>(LAST_PAINT)
  return {
    paintedAtMs,
    spawnedAtMs,
    pid: child.pid ?? 0,
    close: async () => {
      await browser.close()
      child.kill('SIGTERM')
      await ended
    },
  }
}

/** Runs in the page: written as text because this file knows no DOM. */
const LAST_PAINT = `new Promise((resolve, reject) => {
  setTimeout(() => reject(new Error('nothing was painted')), 5000)
  new PerformanceObserver((list) => {
    const last = list.getEntries().at(-1)
    resolve(performance.timeOrigin + last.startTime)
  }).observe({ type: 'largest-contentful-paint', buffered: true })
})`

async function readPort(file: string): Promise<string> {
  const endMs = Date.now() + READY_MS_MAX
  while (Date.now() < endMs) {
    const port = existsSync(file) ? (readFileSync(file, 'utf8').split('\n')[0] ?? '') : ''
    if (port !== '') return port
    await wait(POLL_MS)
  }
  throw new Error('the browser did not say where it is debugged')
}
