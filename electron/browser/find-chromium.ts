// Finds a browser of the Chromium family and opens the till in it as a window of its own. Called by main.ts and the launcher.
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

export type Machine = {
  readonly platform: NodeJS.Platform
  readonly env: NodeJS.ProcessEnv
  readonly isRoot: boolean
  readonly hasFile: (path: string) => boolean
}

export function thisMachine(): Machine {
  return {
    platform: process.platform,
    env: process.env,
    isRoot: process.getuid?.() === 0,
    hasFile: existsSync,
  }
}

export type Found =
  | { readonly kind: 'found'; readonly path: string }
  /** Why no window can be opened, as a sentence. */
  | { readonly kind: 'none'; readonly reason: string }

/** The browser named in TAHSIL_CHROMIUM, else the first that is installed. */
export function findChromium(machine: Machine): Found {
  const { env, platform, hasFile } = machine
  if (platform === 'linux' && isEmpty(env['DISPLAY']) && isEmpty(env['WAYLAND_DISPLAY']))
    return {
      kind: 'none',
      reason: 'There is no display on this machine (neither DISPLAY nor WAYLAND_DISPLAY is set).',
    }
  const named = env['TAHSIL_CHROMIUM']
  if (!isEmpty(named)) {
    if (hasFile(named)) return { kind: 'found', path: named }
    return { kind: 'none', reason: `TAHSIL_CHROMIUM names ${named}, but there is no such file.` }
  }
  const path = installPlaces(machine).find(hasFile)
  if (path !== undefined) return { kind: 'found', path }
  return {
    kind: 'none',
    reason: 'No Chromium, Chrome or Edge was found. Install one, or name it in TAHSIL_CHROMIUM.',
  }
}

function isEmpty(text: string | undefined): text is undefined | '' {
  return text === undefined || text === ''
}

function installPlaces({ platform, env }: Machine): string[] {
  if (platform === 'win32') {
    const roots = [env['ProgramFiles'], env['ProgramFiles(x86)'], env['LOCALAPPDATA']]
    const names = [
      'Microsoft\\Edge\\Application\\msedge.exe',
      'Google\\Chrome\\Application\\chrome.exe',
      'Chromium\\Application\\chrome.exe',
    ]
    return roots.filter((root) => !isEmpty(root)).flatMap((root) => names.map((name) => `${root}\\${name}`))
  }
  if (platform === 'darwin') {
    const apps = ['Google Chrome', 'Chromium', 'Microsoft Edge']
    const roots = ['/Applications', join(homedir(), 'Applications')]
    return roots.flatMap((root) => apps.map((app) => `${root}/${app}.app/Contents/MacOS/${app}`))
  }
  const names = [
    'chromium',
    'chromium-browser',
    'google-chrome-stable',
    'google-chrome',
    'microsoft-edge-stable',
    'microsoft-edge',
  ]
  const folders = [...(env['PATH'] ?? '').split(':').filter((each) => each !== ''), '/usr/bin', '/snap/bin']
  return names.flatMap((name) => folders.map((folder) => `${folder}/${name}`))
}

export type WindowOptions = {
  readonly browserPath: string
  readonly url: string
  /** A profile of its own, so that nothing of the person's browser is mixed in. */
  readonly profileDir: string
  readonly isKiosk: boolean
  /** Upper left corner of the screen it belongs on; null: the system decides. */
  readonly place?: { readonly x: number; readonly y: number } | null
}

export function windowArguments(options: WindowOptions, machine: Machine): string[] {
  return [
    `--app=${options.url}`,
    `--user-data-dir=${options.profileDir}`,
    ...(options.place ? [`--window-position=${options.place.x},${options.place.y}`] : []),
    '--no-first-run',
    '--no-default-browser-check',
    '--noerrdialogs',
    '--disable-session-crashed-bubble',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--disable-features=Translate',
    ...(options.isKiosk
      ? [
          '--kiosk',
          '--disable-pinch',
          '--overscroll-history-navigation=0',
          '--autoplay-policy=no-user-gesture-required',
        ]
      : []),
    // Chromium's sandbox refuses to run as root, and only Linux machines run programs so.
    ...(machine.platform === 'linux' && machine.isRoot ? ['--no-sandbox'] : []),
  ]
}

/** The window runs on its own; the caller ends it when the shell ends. */
export function openWindow(options: WindowOptions, machine: Machine): ChildProcess {
  return spawn(options.browserPath, windowArguments(options, machine), { stdio: 'ignore' })
}
