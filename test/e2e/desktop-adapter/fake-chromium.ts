// The one real Chromium behind the adapter: started when the app becomes ready, headless, with nothing of the network.
// Addresses of the shell's own scheme are carried as an https host that exists nowhere. Used by fake-electron.ts.
import { chromium, type Browser, type BrowserContext } from 'playwright-core'

/** What the shell calls `app://NAME/…` the browser calls `https://NAME.desktop.invalid/…`. */
const HOST_END = '.desktop.invalid'

export function toBrowserUrl(url: string): string {
  return url.replace(/^app:\/\/([^/]*)/, `https://$1${HOST_END}`)
}

export function toShellUrl(url: string): string {
  return url.replace(new RegExp(`^https://([^/]*)${HOST_END.replaceAll('.', '\\.')}`), 'app://$1')
}

const SWITCHES = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

let browser: Browser | null = null

export async function openContext(): Promise<BrowserContext> {
  browser = await chromium.launch({
    executablePath: process.env['TAHSIL_CHROMIUM'] ?? '/usr/bin/chromium',
    args: SWITCHES,
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
  })
  return browser.newContext({ viewport: { width: 1280, height: 800 } })
}

export async function closeChromium(): Promise<void> {
  await browser?.close()
}
