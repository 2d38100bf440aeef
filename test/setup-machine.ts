// Sees to it that the machine has what the tests need beside npm packages: a Chromium, the two libraries of USB devices,
// socat for pretended serial ports, libfaketime for wrong clocks, QEMU for USB devices and pcscd for badges. As root on Debian or Ubuntu it installs
// what is missing; anywhere else it names it and how to get it. Called by run.ts; also runs by itself: `node test/setup-machine.ts`.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Something the tests need; `apt` is its Debian package, `advice` says how to get it on this system. */
type Need = { name: string; isPresent: () => boolean; apt?: string; advice: string }

type SystemKind = 'debian' | 'ubuntu' | 'linux' | 'darwin' | 'win32'

const aptMinutesMax = 10

/**
 * Installs or names what is missing. Returns the problems left, in words a person can act on; none when all is there.
 * Quick (a few file look-ups) when nothing is missing.
 */
export const setupMachine = (): string[] => {
  const system = systemKind()
  const needs = needsOf(system)
  const missing = needs.filter((need) => !need.isPresent())
  if (missing.length === 0) return []
  const packages = missing.flatMap((need) => need.apt ?? [])
  if (packages.length > 0 && isRootWithApt()) installWithApt(packages)
  return missing.filter((need) => !need.isPresent()).map((need) => `${need.name} is missing. ${need.advice}`)
}

/**
 * The browser the tests drive: the one named by TAHSIL_CHROMIUM, else a Chromium, Chrome or Edge of this machine.
 * Undefined when there is none.
 */
export const findChromium = (): string | undefined => {
  const named = process.env['TAHSIL_CHROMIUM']
  if (named !== undefined && named !== '') return existsSync(named) ? named : undefined
  return browserPlaces().find((path) => existsSync(path))
}

const browserPlaces = (): string[] => {
  if (process.platform === 'win32') {
    const roots = ['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA'].flatMap(
      (name) => process.env[name] ?? [],
    )
    const programs = [
      ['Google', 'Chrome', 'Application', 'chrome.exe'],
      ['Chromium', 'Application', 'chrome.exe'],
      ['Microsoft', 'Edge', 'Application', 'msedge.exe'],
    ]
    return programs.flatMap((parts) => roots.map((root) => join(root, ...parts)))
  }
  if (process.platform === 'darwin') {
    const names = ['Google Chrome', 'Chromium', 'Microsoft Edge']
    return names.map((name) => `/Applications/${name}.app/Contents/MacOS/${name}`)
  }
  const names = [
    'chromium',
    'google-chrome',
    'google-chrome-stable',
    'microsoft-edge',
    'microsoft-edge-stable',
  ]
  return [...names.flatMap(onPath), '/snap/bin/chromium']
}

/** Every file of that name in a folder of PATH. */
const onPath = (name: string): string[] =>
  (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .filter((path) => existsSync(path))

const needsOf = (system: SystemKind): Need[] => {
  const named = process.env['TAHSIL_CHROMIUM']
  if (named !== undefined && named !== '' && !existsSync(named)) {
    const advice = 'Set it to the path of a browser, or unset it to use the browser of this machine.'
    return [{ name: `TAHSIL_CHROMIUM is set to ${named}: a browser there`, isPresent: () => false, advice }]
  }
  const browser: Need = {
    name: 'A Chromium browser',
    isPresent: () => findChromium() !== undefined,
    advice: browserAdvice[system],
    // Ubuntu's package of that name is only a pointer to a snap, which a container cannot run.
    ...(system === 'debian' ? { apt: 'chromium' } : {}),
  }
  if (system === 'win32') return [browser]
  const serial: Need = {
    name: 'socat (pretended serial ports)',
    isPresent: () => onPath('socat').length > 0,
    apt: 'socat',
    advice: system === 'darwin' ? 'Install it with `brew install socat`.' : linuxAdvice(system, 'socat'),
  }
  if (system === 'darwin') return [browser, serial]
  const clock: Need = {
    name: 'libfaketime (a clock that jumps)',
    isPresent: () => faketimeFolders().some((folder) => existsSync(join(folder, 'libfaketime.so.1'))),
    apt: 'faketime',
    advice: linuxAdvice(system, 'faketime'),
  }
  return [
    ...(system === 'debian' && process.arch === 'x64' ? rigPrograms.map(rigNeed) : []),
    ...(system === 'debian' ? badgeFiles.map(badgeNeed) : []),
    clock,
    browser,
    libraryNeed(system, 'libusb-1.0.so.0', 'libusb-1.0-0'),
    libraryNeed(system, 'libudev.so.1', 'libudev1'),
    serial,
  ]
}

/** Programs of the virtual machine with USB devices, and their packages; only Debian's own kernel is known to have such devices. */
const rigPrograms = [
  ['qemu-system-x86_64', 'qemu-system-x86'],
  ['busybox', 'busybox-static'],
  ['cpio', 'cpio'],
  ['depmod', 'kmod'],
] as const

const rigNeed = ([program, apt]: (typeof rigPrograms)[number]): Need => ({
  name: `${program} (virtual machine with USB devices)`,
  isPresent: () =>
    [...onPath(program), `/usr/sbin/${program}`, `/sbin/${program}`].some((path) => existsSync(path)),
  apt,
  advice: linuxAdvice('debian', apt),
})

/** The smart card service and a virtual reader, and their packages; neither has to be started. */
const badgeFiles = [
  ['/usr/sbin/pcscd', 'pcscd'],
  ['/usr/lib/pcsc/drivers/serial/libifdvpcd.so', 'vsmartcard-vpcd'],
] as const

const badgeNeed = ([path, apt]: (typeof badgeFiles)[number]): Need => ({
  name: `${path} (badges)`,
  isPresent: () => existsSync(path),
  apt,
  advice: linuxAdvice('debian', apt),
})

/** Where distributions put libraries that are loaded before others. */
export const faketimeFolders = (): string[] => [
  ...['x86_64', 'aarch64', 'arm'].map((cpu) => `/usr/lib/${cpu}-linux-gnu/faketime`),
  '/usr/lib/faketime',
  '/usr/lib64/faketime',
]

const libraryNeed = (system: SystemKind, file: string, apt: string): Need => ({
  name: `The library ${file} (USB devices)`,
  isPresent: () => hasLibrary(file),
  apt,
  advice: linuxAdvice(system, apt),
})

const browserAdvice: Record<SystemKind, string> = {
  debian: 'Install it with `sudo apt-get install chromium`.',
  ubuntu:
    'Install Google Chrome (https://www.google.com/chrome) or set TAHSIL_CHROMIUM to the path of a browser.',
  linux:
    'Install Chromium with the package manager of this system or set TAHSIL_CHROMIUM to the path of a browser.',
  darwin:
    'Install it with `brew install --cask google-chrome` or set TAHSIL_CHROMIUM to the path of a browser.',
  win32: 'Install Google Chrome or Microsoft Edge, or set TAHSIL_CHROMIUM to the path of a browser.',
}

const linuxAdvice = (system: SystemKind, apt: string): string =>
  system === 'linux'
    ? `Install it with the package manager of this system (Debian calls it ${apt}).`
    : `Install it with \`sudo apt-get install ${apt}\`.`

const systemKind = (): SystemKind => {
  if (process.platform === 'win32' || process.platform === 'darwin') return process.platform
  if (!existsSync('/etc/os-release')) return 'linux'
  const words = readFileSync('/etc/os-release', 'utf8')
  if (/^ID(_LIKE)?=.*ubuntu/m.test(words)) return 'ubuntu'
  return /^ID(_LIKE)?=.*debian/m.test(words) ? 'debian' : 'linux'
}

/** Looks where the loader of Linux looks. musl systems have no cache and keep their libraries in /usr/lib. */
const hasLibrary = (file: string): boolean => {
  if (
    ['/usr/lib', '/lib', '/usr/lib64', '/lib64', '/usr/local/lib'].some((folder) =>
      existsSync(join(folder, file)),
    )
  )
    return true
  const ldconfig = ['/sbin/ldconfig', '/usr/sbin/ldconfig'].find((path) => existsSync(path))
  if (ldconfig === undefined) return false
  try {
    return execFileSync(ldconfig, ['-p'], { encoding: 'utf8' }).includes(file)
  } catch {
    return false
  }
}

const isRootWithApt = (): boolean => process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')

/** Shows what apt-get says only when it fails; what is still missing afterwards is named by the caller. */
const installWithApt = (packages: readonly string[]): void => {
  console.log(`Installing what the tests need: ${packages.join(' ')}`)
  const aptGet = (...words: string[]) =>
    execFileSync('/usr/bin/apt-get', ['-qq', '-o', 'Dpkg::Use-Pty=0', ...words], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: aptMinutesMax * 60_000,
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    })
  try {
    aptGet('update')
    aptGet('install', '-y', '--no-install-recommends', ...packages)
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error))
  }
}

if (import.meta.main) {
  const problems = setupMachine()
  for (const problem of problems) console.error(problem)
  if (problems.length === 0) console.log(`This machine has what the tests need; browser: ${findChromium()}`)
  process.exitCode = problems.length === 0 ? 0 : 1
}
