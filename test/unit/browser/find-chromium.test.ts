// Goal: the till finds a browser on each system, opens it shut off from everything else, and says plainly why when it cannot.
import { describe, expect, it } from 'vitest'
import { findChromium, windowArguments, type Machine } from '#browser/find-chromium.ts'

const machine = (changed: Partial<Machine>, files: readonly string[] = []): Machine => ({
  platform: 'linux',
  env: { DISPLAY: ':0', PATH: '/usr/local/bin:/usr/bin' },
  isRoot: false,
  hasFile: (path) => files.includes(path),
  ...changed,
})

describe('finding', () => {
  it('takes the browser that is named before any other', () => {
    const env = { DISPLAY: ':0', TAHSIL_CHROMIUM: '/opt/mine' }
    expect(findChromium(machine({ env }, ['/opt/mine', '/usr/bin/chromium']))).toEqual({
      kind: 'found',
      path: '/opt/mine',
    })
    expect(findChromium(machine({ env }, ['/usr/bin/chromium']))).toMatchObject({
      kind: 'none',
      reason: expect.stringContaining('/opt/mine'),
    })
  })

  it.each([
    ['linux', { WAYLAND_DISPLAY: 'wayland-0', PATH: '/usr/bin' }, '/usr/bin/chromium'],
    ['linux', { DISPLAY: ':0', PATH: '' }, '/snap/bin/chromium'],
    [
      'win32',
      { 'ProgramFiles(x86)': 'C:\\Program Files (x86)' },
      'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
    ],
    [
      'win32',
      { LOCALAPPDATA: 'C:\\Users\\a\\AppData\\Local' },
      'C:\\Users\\a\\AppData\\Local\\Google\\Chrome\\Application\\chrome.exe',
    ],
    ['darwin', {}, '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'],
  ] as const)('finds one on %s', (platform, env, path) => {
    expect(findChromium(machine({ platform, env }, [path]))).toEqual({ kind: 'found', path })
  })

  it('says that there is no display, or no browser', () => {
    const noDisplay = findChromium(machine({ env: { DISPLAY: '' } }, ['/usr/bin/chromium']))
    expect(noDisplay).toMatchObject({ kind: 'none', reason: expect.stringContaining('no display') })
    expect(findChromium(machine({}))).toMatchObject({
      kind: 'none',
      reason: expect.stringContaining('TAHSIL_CHROMIUM'),
    })
  })
})

describe('opening', () => {
  const options = { browserPath: '/b', url: 'http://127.0.0.1:1/', profileDir: '/data/p', isKiosk: false }

  it('opens a window of its own with a profile of its own', () => {
    const words = windowArguments(options, machine({}))
    expect(words).toEqual(expect.arrayContaining(['--app=http://127.0.0.1:1/', '--user-data-dir=/data/p']))
    expect(words).not.toContain('--kiosk')
    expect(words).not.toContain('--no-sandbox')
  })

  it('fills the screen for a kiosk, and leaves the sandbox only to root on Linux', () => {
    expect(windowArguments({ ...options, isKiosk: true }, machine({}))).toContain('--kiosk')
    expect(windowArguments(options, machine({ isRoot: true }))).toContain('--no-sandbox')
    expect(windowArguments(options, machine({ isRoot: true, platform: 'darwin' }))).not.toContain(
      '--no-sandbox',
    )
  })
})
