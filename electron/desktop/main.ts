// The desktop shell: one hardened window and the till's core in a process of its own. It carries calls and knows nothing of
// money. With --json one line on stdout when the till is ready. Exit code 2 when it cannot start as asked.
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { readShellSettings, SETTING_ARGUMENTS, type ShellSettings } from '#host/shell-settings.ts'
import {
  app,
  dialog,
  ipcMain,
  Menu,
  safeStorage,
  session,
  type BrowserWindow,
  type IpcMainEvent,
} from 'electron'
import { ASK_PORT, CORE_STATE } from './channels.ts'
import { keepCore, type Core } from './core-process.ts'
import { openKeyring } from './keyring.ts'
import { hardenContents, hardenSession } from './hardening.ts'
import { isOwnPage, registerScheme, serveScreens } from './page.ts'
import { CUSTOMER_URL, openCustomerWindow, openWindow, pageOf } from './window.ts'

const BUILT = import.meta.dirname

const { values } = parseArgs({
  args: process.argv.slice(1),
  options: { ...SETTING_ARGUMENTS, json: { type: 'boolean' } },
  // Electron and Chromium have arguments of their own.
  strict: false,
})
const isJson = values['json'] === true
const given = Object.fromEntries(Object.keys(SETTING_ARGUMENTS).map((name) => [name, textOr(values[name])]))

// Everything that must be said before the app is ready.
app.enableSandbox()
registerScheme()
hardenContents(app)
if (given['data'] !== undefined) app.setPath('userData', join(given['data'], 'window'))
const isAlone = app.requestSingleInstanceLock()
if (isAlone) {
  app.whenReady().then(start).catch(refuse)
} else {
  process.stderr.write('Tahsil is already open.\n')
  app.exit(2)
}

function start(): void {
  const settings = readShellSettings({
    values: given,
    env: process.env,
    defaultDataDir: join(app.getPath('userData'), 'till'),
  })
  Menu.setApplicationMenu(null)
  hardenSession(session.defaultSession)
  serveScreens(session.defaultSession, join(BUILT, '..', 'renderer'))
  const window = openWindow({
    preload: join(BUILT, 'preload.cjs'),
    face: settings.face,
    hasDevTools: !app.isPackaged,
  })
  const customer = openCustomer(settings)
  const windows = customer === null ? [window] : [window, customer]
  // The payer's window never outlives the cashier's.
  window.once('closed', () => customer?.destroy())
  const core = runCore(windows, settings)
  ipcMain.on(ASK_PORT, (event) => {
    if (isOwnSender(event)) core.handPort(event.sender)
  })
  const isEnding = endCleanly(core)
  app.on('second-instance', () => {
    if (window.isMinimized()) window.restore()
    window.focus()
  })
  window.loadURL(pageOf(settings.face)).catch((error: unknown) => {
    // Closing while the page still loads is no fault; the core must get its time to end.
    if (!isEnding()) refuse(error)
  })
}

/** Without a second screen the till works on: the words are for whoever set it up. */
function openCustomer({ customerDisplay }: ShellSettings): BrowserWindow | null {
  if (customerDisplay?.hasWindow !== true) return null
  const { place } = customerDisplay
  const preload = join(BUILT, 'preload.cjs')
  const window = openCustomerWindow({ preload, hasDevTools: !app.isPackaged, place })
  if (window === null) process.stderr.write('There is no second screen for the customer display.\n')
  window?.loadURL(CUSTOMER_URL).catch((error: unknown) => {
    if (!window.isDestroyed())
      process.stderr.write(`The customer display cannot be shown: ${String(error)}\n`)
  })
  return window
}

function runCore(windows: readonly BrowserWindow[], settings: ShellSettings): Core {
  let hasSaidReady = false
  return keepCore({
    modulePath: join(BUILT, 'core.js'),
    settings,
    keyring: openKeyring(safeStorage, process.platform),
    onState: (state) => {
      for (const window of windows) if (!window.isDestroyed()) window.webContents.send(CORE_STATE, state)
      if (state !== 'running' || hasSaidReady) return
      hasSaidReady = true
      if (isJson)
        process.stdout.write(`${JSON.stringify({ ready: true, name: 'terminal', shell: 'desktop' })}\n`)
    },
    onStopped: (words) => {
      process.stderr.write(`The till has stopped: ${words ?? 'it ended by itself.'}\n`)
      dialog.showErrorBox(
        'The till has stopped',
        `${words ?? ''}\nThe payments on this till are safe.`.trim(),
      )
    },
  })
}

/** Only the till's own page in its main frame may speak to the shell. */
function isOwnSender({ sender, senderFrame }: IpcMainEvent): boolean {
  return senderFrame !== null && senderFrame === sender.mainFrame && isOwnPage(senderFrame.url)
}

/** Returns whether the end has begun. */
function endCleanly(core: Core): () => boolean {
  let isEnding = false
  app.on('before-quit', (event) => {
    event.preventDefault()
    if (isEnding) return
    isEnding = true
    core.stop().then(() => app.exit(0), refuse)
  })
  app.on('window-all-closed', () => app.quit())
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => app.quit())
  // The launcher that started this shell is gone.
  process.on('disconnect', () => app.quit())
  return () => isEnding
}

function refuse(error: unknown): void {
  const words = error instanceof Error ? error.message : String(error)
  process.stderr.write(`${words}\n`)
  // Whoever started this with --json reads the words and is not there to close a box.
  if (!isJson) dialog.showErrorBox('Tahsil cannot start', words)
  app.exit(2)
}

function textOr(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
