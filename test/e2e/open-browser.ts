// A real Chromium on the built screens, and the shell of a till for it. Called by the kits and tests of this folder.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { chromium, type Browser } from 'playwright-core'
import { startBrowserShell, type BrowserShell } from '#browser/start-browser-shell.ts'
import type { TerminalHost } from '#host/terminal-host.ts'
import { buildIfStale } from '#launch/build-if-stale.ts'
import { findChromium } from '#test/setup-machine.ts'

export const root = join(import.meta.dirname, '..', '..')
export const picturesFolder = join(root, 'test-output', 'screenshots')

export async function openBrowser(): Promise<Browser> {
  await buildIfStale(() => undefined)
  mkdirSync(picturesFolder, { recursive: true })
  return await chromium.launch({
    executablePath: findChromium() ?? 'chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}

export async function openShell(host: TerminalHost, dataDir: string): Promise<BrowserShell> {
  return await startBrowserShell({
    host,
    port: 0,
    face: 'counter',
    screensDir: join(root, 'dist', 'renderer'),
    dataDir,
    onFault: () => undefined,
  })
}
