// A stand-in for the `electron` module over playwright-core and real Chromium, so that the desktop shell's real main process
// and preload run where no Electron binary is. It keeps Electron's order of events and its defaults, which allow what the
// shell must forbid. Reached through register.ts; the test speaks to it through control.ts.
import { EventEmitter } from 'node:events'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { BrowserContext } from 'playwright-core'
import { closeChromium, openContext } from './fake-chromium.ts'
import { FakeSession } from './fake-session.ts'
import { setSurroundings } from './fake-window.ts'
import { answerTest } from './control.ts'

let context: BrowserContext | null = null
let isReady = false

/** What was said before the app was ready, for the test to look at. */
export const said = {
  isSandboxed: false,
  schemes: [] as unknown[],
  errorBoxes: [] as string[],
  menus: [] as unknown[],
}

class FakeApp extends EventEmitter {
  readonly isPackaged = process.env['ADAPTER_PACKAGED'] === '1'
  private readonly paths = new Map<string, string>()

  enableSandbox(): void {
    if (isReady) throw new Error('enableSandbox after the app is ready')
    said.isSandboxed = true
  }

  requestSingleInstanceLock(): boolean {
    return process.env['ADAPTER_SECOND'] !== '1'
  }

  setPath(name: string, path: string): void {
    mkdirSync(path, { recursive: true })
    this.paths.set(name, path)
  }

  getPath(name: string): string {
    return this.paths.get(name) ?? join(process.cwd(), 'test-output', `adapter-${name}`)
  }

  async whenReady(): Promise<void> {
    context = await openContext()
    isReady = true
  }

  quit(): void {
    let isPrevented = false
    this.emit('before-quit', { preventDefault: () => (isPrevented = true) })
    if (!isPrevented) this.exit(0)
  }

  exit(code = 0): void {
    closeChromium().then(
      () => process.exit(code),
      () => process.exit(code),
    )
  }
}

export const app = new FakeApp()
export const ipcMain = new EventEmitter()
export const session = { defaultSession: new FakeSession() }

export const protocol = {
  registerSchemesAsPrivileged: (schemes: readonly unknown[]): void => {
    if (isReady) throw new Error('registerSchemesAsPrivileged after the app is ready')
    said.schemes.push(...schemes)
  },
}

export const Menu = {
  setApplicationMenu: (menu: unknown): void => {
    said.menus.push(menu)
  },
}

export const dialog = {
  showErrorBox: (title: string, words: string): void => {
    said.errorBoxes.push(`${title}: ${words}`)
  },
  showMessageBox: async (
    _window: unknown,
    box: { message: string; detail?: string },
  ): Promise<{ response: number }> => {
    said.errorBoxes.push(`${box.message}: ${box.detail ?? ''}`)
    return { response: 0 }
  },
}

/** One screen for the cashier, and with ADAPTER_SCREENS=2 one for the payer. */
const DISPLAYS = [
  { id: 1, bounds: { x: 0, y: 0, width: 1366, height: 768 } },
  { id: 2, bounds: { x: 1366, y: 0, width: 1024, height: 600 } },
]

export const screen = {
  getPrimaryDisplay: () => DISPLAYS[0],
  getAllDisplays: () => DISPLAYS.slice(0, Number(process.env['ADAPTER_SCREENS'] ?? 1)),
  getDisplayNearestPoint: ({ x }: { x: number }) =>
    screen.getAllDisplays().findLast(({ bounds }) => x >= bounds.x) ?? DISPLAYS[0],
}

/** A keyring that only writes its text another way, under the name of ADAPTER_KEYRING; ADAPTER_KEYRING=none: there is none. */
export const safeStorage = {
  isAsyncEncryptionAvailable: async (): Promise<boolean> => {
    if (!isReady) throw new Error('safeStorage before the app is ready')
    return await Promise.resolve(process.env['ADAPTER_KEYRING'] !== 'none')
  },
  getSelectedStorageBackend: (): string => process.env['ADAPTER_KEYRING'] ?? 'gnome_libsecret',
  encryptStringAsync: async (text: string): Promise<Buffer> =>
    await Promise.resolve(Buffer.from(`v11${Buffer.from(text).toString('hex')}`)),
  decryptStringAsync: async (sealed: Buffer): Promise<{ result: string; shouldReEncrypt: boolean }> => {
    const text = sealed.toString('utf8')
    if (!text.startsWith('v11')) throw new Error('not sealed by this keyring')
    const result = Buffer.from(text.slice(3), 'hex').toString('utf8')
    return await Promise.resolve({ result, shouldReEncrypt: false })
  },
}

export { FakeWindow as BrowserWindow } from './fake-window.ts'
export { MessageChannelMain } from './fake-ports.ts'
export { utilityProcess } from './fake-utility-process.ts'

setSurroundings({
  context: () => {
    if (context === null) throw new Error('the app is not ready')
    return context
  },
  session: session.defaultSession,
  ipc: ipcMain,
  app,
})

answerTest({ app, ipcMain, session: session.defaultSession, said })
