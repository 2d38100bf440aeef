// The browser shell as a program: one Node process runs the till and opens it in a Chromium window. With --json exactly one
// line on stdout when it is ready. Enter (a line on stdin) gives a new one-time address. Exit code 2 when it cannot start
// as asked, 1 when it ended by a fault. Called by hand, by the launcher, by systemd.
import type { ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { loadScreens } from '#host/built-screens.ts'
import { SettingsError } from '#host/shell-settings.ts'
import { startHost } from '#host/start-host.ts'
import { findChromium, openWindow, thisMachine } from './find-chromium.ts'
import { readArguments, USAGE, type BrowserShellArguments } from './options.ts'
import { startBrowserShell, type BrowserShell } from './start-browser-shell.ts'

const SCREENS_DIR = join(import.meta.dirname, '..', '..', 'dist', 'renderer')

type Shown = {
  readonly launchUrl: string
  readonly window: 'opened' | 'none'
  readonly reason: string | null
  /** One-time address of the payer's page; absent: it is not wanted. */
  readonly customerUrl?: string
}
type Windows = {
  show(): Shown
  close(): void
}

async function run(): Promise<void> {
  const args = readArguments(process.argv.slice(2), process.env)
  if (args === null) {
    process.stdout.write(`${USAGE}\n`)
    return
  }
  // Before the till opens its records: nothing is worth starting without screens.
  loadScreens(SCREENS_DIR)
  const host = await startHost(args.settings)
  const shell = await startBrowserShell({
    host,
    port: args.port,
    face: args.settings.face,
    screensDir: SCREENS_DIR,
    dataDir: args.settings.dataDir,
    onFault: (error) => process.stderr.write(`A request failed: ${wordsOf(error)}\n`),
  }).catch(async (error: unknown) => {
    await host.close()
    throw error
  })
  const windows = windowsOf(shell, args)
  sayReady(args, shell, windows.show())
  answerLines(args, windows)

  let isStopping = false
  const stop = async (): Promise<void> => {
    if (isStopping) return
    isStopping = true
    windows.close()
    await shell.close()
    await host.close()
    process.exit(0)
  }
  const stopOrSay = (): void => {
    stop().catch(fail)
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stopOrSay)
}

function windowsOf(shell: BrowserShell, { settings, isOpening }: BrowserShellArguments): Windows {
  const machine = thisMachine()
  const { customerDisplay } = settings
  const children: ChildProcess[] = []
  const open = (window: Parameters<typeof openWindow>[0]): void => {
    const child = openWindow(window, machine)
    child.on('error', (error) => process.stderr.write(`No window could be opened: ${error.message}\n`))
    children.push(child)
  }
  return {
    show: () => {
      const launchUrl = shell.mintLaunchUrl()
      const customerUrl = customerDisplay === null ? null : shell.mintCustomerUrl()
      const customer = customerUrl === null ? {} : { customerUrl }
      if (!isOpening) return { launchUrl, window: 'none', reason: null, ...customer }
      const found = findChromium(machine)
      if (found.kind === 'none') return { launchUrl, window: 'none', reason: found.reason, ...customer }
      const { path: browserPath } = found
      const profileDir = join(settings.dataDir, 'browser-profile')
      open({ browserPath, url: launchUrl, profileDir, isKiosk: settings.face === 'kiosk' })
      if (customerUrl !== null && customerDisplay?.hasWindow === true) {
        open({
          browserPath,
          url: customerUrl,
          // A profile of its own: one Chromium would put both windows where the first one stands.
          profileDir: join(settings.dataDir, 'customer-profile'),
          isKiosk: customerDisplay.place !== null,
          place: customerDisplay.place,
        })
      }
      return {
        launchUrl,
        window: 'opened',
        reason: null,
        ...(customerDisplay?.hasWindow === true ? {} : customer),
      }
    },
    close: () => {
      for (const child of children) child.kill()
    },
  }
}

function sayReady(args: BrowserShellArguments, shell: BrowserShell, shown: Shown): void {
  if (args.isJson) {
    process.stdout.write(
      `${JSON.stringify({ ready: true, name: 'terminal', url: shell.origin, ...shown })}\n`,
    )
    return
  }
  process.stdout.write(
    `The till is at ${shell.origin}; its records are in ${args.settings.dataDir}\n${wordsOfShown(shown)}Press Enter for a new link, Ctrl-C to stop.\n`,
  )
}

function wordsOfShown({ launchUrl, window, reason, customerUrl }: Shown): string {
  const customer = customerUrl === undefined ? '' : `And this one on the payer's screen:\n  ${customerUrl}\n`
  if (window === 'opened') return `Its window is open.\n${customer}`
  return `${reason === null ? '' : `${reason} `}Open this link in a browser on this machine; it works once, within two minutes:\n  ${launchUrl}\n${customer}`
}

/** A line on stdin asks for a new one-time link. */
function answerLines(args: BrowserShellArguments, windows: Windows): void {
  const lines = createInterface({ input: process.stdin })
  lines.on('line', () => {
    const shown = windows.show()
    process.stdout.write(args.isJson ? `${JSON.stringify(shown)}\n` : wordsOfShown(shown))
  })
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function fail(error: unknown): void {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'EADDRINUSE') return end('The port is already in use. Choose another with --port.', 2)
  if (code === 'EACCES') return end(`This may not be opened by this user: ${wordsOf(error)}`, 2)
  if (error instanceof SettingsError) return end(error.message, 2)
  end(`The till could not start: ${wordsOf(error)}`, 1)
}

function end(words: string, exitCode: number): void {
  process.stderr.write(`${words}\n`)
  process.exit(exitCode)
}

await run().catch(fail)
