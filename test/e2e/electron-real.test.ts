// Goal: the same shell in real Electron, wherever its binary is: the window is hardened and the screens reach the till. Where
// the binary is not there this test says so and makes sure that it is truly absent; desktop-shell.test.ts runs there.
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { _electron, type ElectronApplication, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { buildIfStale } from '#launch/build-if-stale.ts'
import { findElectron } from '#launch/programs.ts'

const root = join(import.meta.dirname, '..', '..')
const binary = findElectron(process.env)

type Check = readonly [name: string, expectSo: () => Promise<void>]

const folder = mkdtempSync(join(tmpdir(), 'tahsil-electron-'))
/** What a till shows that was never enrolled. */
const SCREEN = '[data-testid^="stopped-"]'
let shell: ElectronApplication | null = null

async function windowOf(): Promise<Page> {
  shell ??= await _electron.launch({
    executablePath: binary ?? '',
    args: [
      ...(process.platform === 'linux' && process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      join(root, 'dist', 'electron', 'main.js'),
      '--json',
      '--data',
      folder,
      // Nobody is there: the till works without its integrator.
      '--integrator',
      'http://127.0.0.1:9',
    ],
  })
  return shell.firstWindow()
}

const PRESENT: readonly Check[] = [
  [
    'shows the screens from its own scheme, answered by the core',
    async () => {
      const window = await windowOf()
      expect(window.url()).toMatch(/^app:\/\/tahsil\//)
      await window.locator(SCREEN).waitFor()
    },
  ],
  [
    'opened every window with every protection on',
    async () => {
      const preferences = await shell?.evaluate(({ BrowserWindow }) =>
        BrowserWindow.getAllWindows().map((window) => {
          const contents = window.webContents as unknown as { getLastWebPreferences(): object }
          return contents.getLastWebPreferences()
        }),
      )
      expect(preferences).toEqual([
        expect.objectContaining({
          sandbox: true,
          contextIsolation: true,
          nodeIntegration: false,
          webSecurity: true,
          webviewTag: false,
          allowRunningInsecureContent: false,
          experimentalFeatures: false,
        }),
      ])
    },
  ],
  [
    'stays where it is and opens nothing',
    async () => {
      const window = await windowOf()
      expect(await window.evaluate('window.open("https://evil.example/")')).toBeNull()
      await window.evaluate('window.location.href = "https://evil.example/"')
      expect(await window.evaluate('fetch("https://evil.example/").then(() => true, () => false)')).toBe(
        false,
      )
      await window.locator(SCREEN).waitFor()
      expect(window.url()).toMatch(/^app:\/\/tahsil\//)
      expect(shell?.windows()).toHaveLength(1)
    },
  ],
  [
    'keeps Node and Electron from the page',
    async () => {
      const window = await windowOf()
      expect(
        await window.evaluate('["require", "process", "module"].filter((name) => name in window)'),
      ).toEqual([])
      expect(await window.evaluate('Object.keys(window.tahsil)')).toEqual([
        'portMessage',
        'requestPort',
        'onCoreState',
      ])
    },
  ],
  [
    'brings a core that died back to the same page',
    async () => {
      const window = await windowOf()
      await window.evaluate(
        'window.states = []; window.tahsil.onCoreState((state) => window.states.push(state))',
      )
      const pid = await shell?.evaluate(
        ({ app }) => app.getAppMetrics().find((each) => each.name === 'Tahsil core')?.pid ?? 0,
      )
      if (pid === undefined || pid === 0) throw new Error('the core has no process')
      process.kill(pid, 'SIGKILL')
      await expect.poll(() => window.evaluate('window.states.at(-1)'), { timeout: 20_000 }).toBe('running')
      await window.locator(SCREEN).waitFor()
    },
  ],
]

const ABSENT: readonly Check[] = [
  [
    'real Electron did not run here: no binary',
    async () => {
      console.log('real Electron did not run here: no binary (npx install-electron fetches it)')
      expect(existsSync(join(root, 'node_modules', 'electron', 'package.json'))).toBe(true)
      expect(existsSync(join(root, 'node_modules', 'electron', 'dist'))).toBe(false)
      expect(process.env['ELECTRON_OVERRIDE_DIST_PATH'] ?? '').toBe('')
    },
  ],
]

beforeAll(() => buildIfStale(() => undefined))
afterAll(async () => {
  await shell?.close()
  rmSync(folder, { recursive: true, force: true })
})

it.each(binary === null ? ABSENT : PRESENT)('%s', (_name, expectSo) => expectSo())
