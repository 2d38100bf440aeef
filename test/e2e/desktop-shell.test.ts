// Goal: the desktop shell's real main process, preload and core carry a sign-in from the screens to the till and back, allow
// the page nothing else, and bring a core that died back. Electron itself is stood in for by desktop-adapter/ over real Chromium.
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DEMO_ENROLMENT_CODE, DEMO_PIN } from '#app/people/seed-demo.ts'
import { makeTownFolder, startTown, type DesktopTown } from './desktop-adapter/desktop-town.ts'
import { launchDesktop, type Desktop } from './desktop-adapter/launch-desktop.ts'

const folder = makeTownFolder()

let town: DesktopTown
let desktop: Desktop

const argsOf = (dataDir: string): string[] => [
  '--json',
  '--integrator',
  town.integratorUrl,
  '--enrol',
  DEMO_ENROLMENT_CODE,
  '--data',
  dataDir,
]

beforeAll(async () => {
  town = await startTown(folder)
  desktop = launchDesktop({
    args: [...argsOf(join(folder, 'till')), '--customer-display', 'on'],
    env: { ADAPTER_SCREENS: '2' },
  })
  await desktop.run(async ({ windows }) => {
    while (windows[0]?.webContents.page?.url().startsWith('https://tahsil') !== true)
      await new Promise((resolve) => setTimeout(resolve, 50))
    await windows[0].webContents.page.getByTestId('operator-code').waitFor()
  }, null)
})

afterAll(async () => {
  desktop.child.kill('SIGTERM')
  await desktop.ended
  await town.close()
  rmSync(folder, { recursive: true, force: true })
})

describe('the screens', () => {
  it('sign in through the port, with no network of their own', async () => {
    const shown = await desktop.run(async ({ page }, pin) => {
      await page().getByTestId('operator-code').fill('101')
      await page().getByTestId('pin').fill(pin)
      await page().getByTestId('pin').press('Enter')
      await page().getByTestId('no-float').waitFor()
      return page().locator('body').innerText()
    }, DEMO_PIN)
    expect(shown).toContain('Meena Kulkarni')
  })

  it('get three names from the shell and nothing of Electron or Node', async () => {
    const seen = await desktop.run(
      async ({ page }) => ({
        bridge: await page().evaluate(
          'Object.entries(window.tahsil).map(([name, value]) => name + ": " + typeof value)',
        ),
        strangers: await page().evaluate(
          '["require", "process", "module", "Buffer", "electron", "ipcRenderer"].filter((name) => name in window)',
        ),
      }),
      null,
    )
    expect(seen).toEqual({
      bridge: ['portMessage: string', 'requestPort: function', 'onCoreState: function'],
      strangers: [],
    })
  })
})

describe('the second screen', () => {
  it('shows the payer’s page, hardened like the till’s own, on the display that is not the cashier’s', async () => {
    const seen = await desktop.run(async ({ windows }) => {
      const second = windows[1]
      await second?.webContents.page?.getByTestId('customer').waitFor()
      return {
        count: windows.length,
        url: second?.webContents.mainFrame.url,
        bounds: second?.options,
        words: await second?.webContents.page?.locator('body').innerText(),
        isSame:
          JSON.stringify(second?.options.webPreferences) ===
          JSON.stringify(windows[0]?.options.webPreferences),
      }
    }, null)
    expect(seen).toMatchObject({
      count: 2,
      url: 'app://tahsil/customer/index.html',
      bounds: { x: 1366, y: 0, width: 1024, height: 600, fullscreen: true, focusable: false },
      isSame: true,
    })
    expect(seen.words).toContain('Welcome')
  })
})

describe('the secrets of the till', () => {
  it('are sealed by the keyring of the main process and opened again by a core that starts anew', () => {
    const secrets = join(folder, 'till', 'secrets')
    const files = readdirSync(secrets).toSorted()
    expect(files).toEqual(['device-keys.json', 'device-secrets.json'])
    for (const name of files) {
      const { backend, blob } = JSON.parse(readFileSync(join(secrets, name), 'utf8')) as Record<
        string,
        string
      >
      expect(backend).toBe('gnome_libsecret')
      const sealed = Buffer.from(blob ?? '', 'base64').toString('utf8')
      expect(sealed.slice(0, 3)).toBe('v11')
      expect(sealed).not.toContain('PRIVATE KEY')
    }
  })
})

describe('the window', () => {
  it('is opened with every protection on', async () => {
    const preferences = await desktop.run(
      ({ windows }) => windows.slice(0, 1).map((window) => window.options.webPreferences),
      null,
    )
    expect(preferences).toEqual([
      {
        preload: expect.stringMatching(/dist.electron.preload\.cjs$/),
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        nodeIntegrationInWorker: false,
        nodeIntegrationInSubFrames: false,
        webSecurity: true,
        allowRunningInsecureContent: false,
        experimentalFeatures: false,
        webviewTag: false,
        navigateOnDragDrop: false,
        disableBlinkFeatures: 'Auxclick',
        spellcheck: false,
        devTools: true,
      },
    ])
  })

  it('was prepared before the app was ready: sandbox, own scheme, no menu', async () => {
    const before = await desktop.run(({ said }) => said, null)
    expect(before).toEqual({
      isSandboxed: true,
      schemes: [{ scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } }],
      menus: [null],
      errorBoxes: [],
    })
  })

  it('has no network: the policy forbids it, and so does the shell', async () => {
    const isFetched = await desktop.run(
      ({ page }) => page().evaluate('fetch("https://evil.example/").then(() => true, () => false)'),
      null,
    )
    expect(isFetched).toBe(false)
    const headers = await desktop.run(async ({ session }) => {
      const answer = await session.handlerOf('app://tahsil/')?.(new Request('app://tahsil/'))
      return Object.fromEntries(answer?.headers ?? [])
    }, null)
    expect(headers['content-security-policy']).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    )
    expect(headers['x-content-type-options']).toBe('nosniff')
    const cancelled = await desktop.run(
      ({ session }, urls) => Promise.all(urls.map((url) => session.isCancelled(url))),
      [
        'https://evil.example/',
        'http://127.0.0.1:8480/',
        'file:///etc/passwd',
        'ws://127.0.0.1/',
        'app://tahsil/',
      ],
    )
    expect(cancelled).toEqual([true, true, true, true, false])
  })

  it('serves nothing but its own files', async () => {
    const statuses = await desktop.run(
      ({ session }, urls) =>
        Promise.all(
          urls.map(async (url) => (await session.handlerOf(url)?.(new Request(url)))?.status ?? null),
        ),
      [
        'app://tahsil/',
        'app://tahsil/../electron/main.js',
        'app://tahsil/%2e%2e/electron/main.js',
        'app://tahsil/..%2felectron%2fmain.js',
        'app://other/',
        'file:///etc/passwd',
      ],
    )
    expect(statuses).toEqual([200, 404, 404, 404, 404, null])
  })
})

describe('a core that dies', () => {
  it('is started again, and the same screen goes on', async () => {
    const result = await desktop.run(async ({ page, cores }, pin) => {
      await page().evaluate(
        'window.states = []; window.tahsil.onCoreState((state) => window.states.push(state))',
      )
      const first = cores.at(-1)?.pid
      if (first === undefined) throw new Error('the core has no process')
      process.kill(first, 'SIGKILL')
      while ((await page().evaluate('window.states.at(-1)')) !== 'running')
        await new Promise((resolve) => setTimeout(resolve, 50))
      // The till may ask who is there again; either way it answers this very page.
      const [code, float, find] = ['operator-code', 'no-float', 'find'].map((id) => page().getByTestId(id))
      const soon = { timeout: 1_000 }
      for (let i = 0; i < 30 && !(await find?.isVisible()); i += 1) {
        await float?.click(soon).catch(() => undefined)
        if (!(await code?.isVisible())) continue
        await code?.fill('101', soon).catch(() => undefined)
        await page()
          .getByTestId('pin')
          .fill(pin, soon)
          .catch(() => undefined)
        await page()
          .getByTestId('sign-in')
          .click(soon)
          .catch(() => undefined)
      }
      return {
        states: await page().evaluate('window.states'),
        isFound: await find?.isVisible(),
        count: cores.length,
        isNew: cores.at(-1)?.pid !== undefined && cores.at(-1)?.pid !== first,
      }
    }, DEMO_PIN)
    expect(result).toEqual({ states: ['restarting', 'running'], isFound: true, count: 2, isNew: true })
  })

  it('serves a page that is loaded anew', async () => {
    const hasScreen = await desktop.run(async ({ page }) => {
      await page().reload()
      await page().getByTestId('find').waitFor()
      return true
    }, null)
    expect(hasScreen).toBe(true)
  })
})

// After the tests that press buttons: the browser behind the adapter does open a window for a moment before it is closed.
describe('the page may not', () => {
  it.each([
    ['https://evil.example/', 1],
    ['http://127.0.0.1:1/', 1],
    // Chromium itself keeps a page from these.
    ['file:///etc/passwd', 0],
    ['app://other/', 0],
  ])('leave for %s', async (url, preventedCount) => {
    const result = await desktop.run(async ({ page, windows }, to) => {
      const before = windows[0]?.webContents.seen.length ?? 0
      await page().evaluate(`window.location.href = ${JSON.stringify(to)}`)
      await new Promise((resolve) => setTimeout(resolve, 300))
      return { url: page().url(), seen: windows[0]?.webContents.seen.slice(before) }
    }, url)
    expect(result.url).toMatch(/^https:\/\/tahsil\.desktop\.invalid\/#\/counter/)
    expect(result.seen?.map((each) => each.isPrevented)).toEqual(
      Array.from({ length: preventedCount }, () => true),
    )
  })

  it('open windows, frames or webviews', async () => {
    const result = await desktop.run(async ({ page, windows, app }) => {
      const contents = windows[0]?.webContents
      const before = contents?.seen.length ?? 0
      await page().evaluate(`
        window.open("https://evil.example/")
        document.body.append(Object.assign(document.createElement("iframe"), { src: "https://evil.example/" }))
      `)
      // What is tried is heard of a little later; what is allowed would show in the same time.
      for (let waitedMs = 0; waitedMs < 5_000 && (contents?.seen.length ?? 0) === before; waitedMs += 100) {
        await new Promise((resolve) => setTimeout(resolve, 100))
      }
      await new Promise((resolve) => setTimeout(resolve, 500))
      let isWebviewPrevented = false
      contents?.emit('will-attach-webview', {
        preventDefault: () => {
          isWebviewPrevented = true
        },
      })
      return {
        pages: page().context().pages().length,
        seen: contents?.seen.slice(before).filter((each) => each.what === 'window-open'),
        isAnyAllowed: contents?.seen.slice(before).some((each) => !each.isPrevented),
        isWebviewPrevented,
        listeners: app.listenerCount('web-contents-created'),
      }
    }, null)
    expect(result).toEqual({
      // The till's and the payer's.
      pages: 2,
      seen: [expect.objectContaining({ what: 'window-open', isPrevented: true })],
      isAnyAllowed: false,
      isWebviewPrevented: true,
      listeners: 1,
    })
  })

  it('have any permission', async () => {
    const names = [
      'clipboard-read',
      'clipboard-sanitized-write',
      'display-capture',
      'fullscreen',
      'geolocation',
      'hid',
      'idle-detection',
      'media',
      'mediaKeySystem',
      'midi',
      'midiSysex',
      'notifications',
      'openExternal',
      'pointerLock',
      'serial',
      'storage-access',
      'usb',
      'window-management',
      'unknown',
    ]
    const answers = await desktop.run(
      ({ session }, all) => Promise.all(all.map((name) => session.permission(name))),
      names,
    )
    expect(answers).toEqual(names.map(() => ({ asked: false, checked: false, device: false })))
  })

  it('get a port for anybody but its own main frame', async () => {
    const counts = await desktop.run(async ({ page, ipcMain, windows }) => {
      const contents = windows[0]?.webContents
      if (contents === undefined) throw new Error('no window')
      await page().evaluate(`
        window.portsSeen = 0
        window.addEventListener("message", (event) => { window.portsSeen += event.ports.length })
      `)
      const seenAfter = async (senderFrame: { url: string } | null): Promise<unknown> => {
        ipcMain.emit('till:ask-port', contents.eventOf(senderFrame))
        await new Promise((resolve) => setTimeout(resolve, 200))
        return page().evaluate('window.portsSeen')
      }
      return {
        stranger: await seenAfter({ url: 'https://evil.example/' }),
        lookAlike: await seenAfter({ url: 'app://tahsil.evil.example/' }),
        ownFrameInside: await seenAfter({ url: 'app://tahsil/' }),
        gone: await seenAfter(null),
        own: await seenAfter(contents.mainFrame),
      }
    }, null)
    expect(counts).toEqual({ stranger: 0, lookAlike: 0, ownFrameInside: 0, gone: 0, own: 1 })
  })
})

describe('ending', () => {
  it('closes the till first, and leaves nothing running', async () => {
    const other = launchDesktop({ args: argsOf(join(folder, 'other')), env: { ADAPTER_PACKAGED: '1' } })
    const { pid, hasDevTools } = await other.run(async ({ windows, cores }) => {
      while (cores.length === 0 || windows[0]?.webContents.page === null)
        await new Promise((resolve) => setTimeout(resolve, 50))
      await windows[0]?.webContents.page?.getByTestId('operator-code').waitFor()
      const options = windows[0]?.options as { webPreferences: { devTools: boolean } }
      return { pid: cores[0]?.pid, hasDevTools: options.webPreferences.devTools }
    }, null)
    expect(hasDevTools, 'a packaged shell has no developer tools').toBe(false)
    other.child.kill('SIGTERM')
    expect(await other.ended).toBe(0)
    expect(() => process.kill(pid ?? process.pid, 0)).toThrow(/ESRCH/)
    expect(other.output().match(/^\{"ready":true.*$/gm)).toEqual([
      '{"ready":true,"name":"terminal","shell":"desktop"}',
    ])
  })

  it('comes by itself when whoever started the shell is gone', async () => {
    const other = launchDesktop({ args: argsOf(join(folder, 'other')) })
    await other.run(async ({ cores }) => {
      while (cores.length === 0) await new Promise((resolve) => setTimeout(resolve, 50))
    }, null)
    other.child.disconnect()
    expect(await other.ended).toBe(0)
  })

  it.each([
    ['Tahsil is already open.', ['--integrator', 'http://127.0.0.1:1'], { ADAPTER_SECOND: '1' }],
    ['does not know its integrator', [], {}],
    ['--face must be one of', ['--integrator', 'http://127.0.0.1:1', '--face', 'cinema'], {}],
  ])('says at once: %s', async (words, args, env) => {
    const other = launchDesktop({
      args: ['--json', '--data', join(folder, 'refused'), ...args],
      env: { ...env, TAHSIL_INTEGRATOR_URL: '' },
    })
    expect(await other.ended).toBe(2)
    expect(other.output()).toContain(words)
  })
})
