// Which programs make up Tahsil on one machine, and what each is told: sandbox, integrator, terminal. Called by start.ts
// and demo.ts.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DEMO_ENROLMENT_CODE } from '#app/people/seed-demo.ts'
import type { ReceiptLanguage } from '#host/paper/receipt-words.ts'
import type { RunningSandbox } from '#sandbox/start-sandbox.ts'
import type { DataFolder } from './data-folder.ts'
import { LaunchError } from './launch-error.ts'
import { nodeWords, type ProgramPlan, type Ready } from './program.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const SANDBOX_READY_MS = 60_000
/** The first start makes a database. */
const INTEGRATOR_READY_MS = 120_000
const TERMINAL_READY_MS = 60_000

export type SandboxReady = Pick<
  RunningSandbox,
  'url' | 'clientId' | 'clientSecret' | 'users' | 'sampleConsumers'
>
export type IntegratorReady = { readonly url: string; readonly docs: string; readonly digit: string }

/** The shape is that of our own programs; the address is looked at because everything else hangs on it. */
export function readyOf<Shape extends { readonly url: string }>(ready: Ready): Shape {
  if (typeof ready['url'] !== 'string')
    throw new LaunchError(`${String(ready['name'])} did not say where it is.`)
  return ready as unknown as Shape
}

/** The municipality of the demonstration. */
export const DEMO_TENANT = 'sr.devgaon'

export type Common = { readonly folder: DataFolder; readonly env: NodeJS.ProcessEnv }

export function planSandbox({ folder, env }: Common, port: number): ProgramPlan {
  return {
    name: 'sandbox',
    title: 'the DIGIT sandbox',
    command: process.execPath,
    words: nodeWords('integrator-backend/sandbox/main.ts', [
      '--json',
      '--port',
      String(port),
      '--data',
      folder.sandbox,
    ]),
    env,
    logFolder: folder.logs,
    readyMsMax: SANDBOX_READY_MS,
  }
}

export type IntegratorWishes = { readonly port: number; readonly sandbox: SandboxReady }

/** Throws LaunchError when the sandbox has no login for the demonstration's municipality. */
export function planIntegrator({ folder, env }: Common, { port, sandbox }: IntegratorWishes): ProgramPlan {
  const user = sandbox.users.find((each) => each.tenantId === DEMO_TENANT && each.userType === 'EMPLOYEE')
  if (user === undefined) throw new LaunchError(`The sandbox has no login for ${DEMO_TENANT}.`)
  return {
    name: 'integrator',
    title: 'the integrator',
    command: process.execPath,
    words: nodeWords('integrator-backend/app/main.ts', [
      '--json',
      '--port',
      String(port),
      '--data',
      folder.integrator,
    ]),
    env: {
      ...env,
      DIGIT_BASE_URL: sandbox.url,
      DIGIT_TENANT: DEMO_TENANT,
      DIGIT_CLIENT_ID: sandbox.clientId,
      DIGIT_CLIENT_SECRET: sandbox.clientSecret,
      DIGIT_USERNAME: user.username,
      DIGIT_PASSWORD: user.password,
      TAHSIL_SEED: 'demo',
    },
    logFolder: folder.logs,
    readyMsMax: INTEGRATOR_READY_MS,
  }
}

export type TerminalWishes = {
  readonly integratorUrl: string
  readonly port: number
  readonly isOpening: boolean
  /** null: slips go into a folder as pictures and text. */
  readonly printer: string | null
  /** Addresses; absent or empty: scanners type as keyboards, if there are any. */
  readonly scanners?: readonly string[]
  /** Absent or null: none. */
  readonly cardReader?: string | null
  /** Absent: English. */
  readonly receiptLanguage?: ReceiptLanguage
  readonly cardTerminal: string
  /** More words of its command line. */
  readonly passed?: readonly string[]
  readonly machine: { readonly hasDisplay: boolean; readonly isRoot: boolean }
  /** Called with a new one-time link when one was asked for. */
  readonly onLink: (said: Ready) => void
}

/** In Electron when its binary is there and a window is wanted and possible, else in plain Node with a Chromium window. */
export function planTerminal({ folder, env }: Common, wishes: TerminalWishes): ProgramPlan {
  const words = [
    '--json',
    '--face',
    'counter',
    '--data',
    folder.terminal,
    '--integrator',
    wishes.integratorUrl,
    '--enrol',
    DEMO_ENROLMENT_CODE,
    '--printer',
    wishes.printer ?? `virtual:${join(folder.path, 'slips')}`,
    ...(wishes.scanners?.length ? ['--scanner', wishes.scanners.join(',')] : []),
    ...(wishes.cardReader ? ['--card-reader', wishes.cardReader] : []),
    '--card-terminal',
    wishes.cardTerminal,
    ...(wishes.receiptLanguage === undefined ? [] : ['--receipt-language', wishes.receiptLanguage]),
    ...(wishes.passed ?? []),
  ]
  const electron = wishes.isOpening && wishes.machine.hasDisplay ? findElectron(env) : null
  const common = {
    env,
    logFolder: folder.logs,
    readyMsMax: TERMINAL_READY_MS,
    name: 'terminal',
    title: 'the till',
  }
  if (electron !== null) {
    const noSandbox = process.platform === 'linux' && wishes.machine.isRoot ? ['--no-sandbox'] : []
    return {
      ...common,
      command: electron,
      words: [...noSandbox, join(ROOT, 'dist', 'electron', 'main.js'), ...words],
    }
  }
  return {
    ...common,
    command: process.execPath,
    onSaid: wishes.onLink,
    words: nodeWords('electron/browser/main.ts', [
      ...words,
      '--port',
      String(wishes.port),
      ...(wishes.isOpening ? [] : ['--no-open']),
    ]),
    // Its window outlives a crash and goes on with the same cookie.
    ...(wishes.isOpening ? { wordsAgain: ['--no-open'] } : {}),
  }
}

/** Path of the Electron binary, or null: the npm package brings it only when it is asked to. */
export function findElectron(env: NodeJS.ProcessEnv): string | null {
  const folder = join(ROOT, 'node_modules', 'electron')
  const pathFile = join(folder, 'path.txt')
  const name = existsSync(pathFile) ? readFileSync(pathFile, 'utf8').trim() : defaultBinary()
  const path = join(env['ELECTRON_OVERRIDE_DIST_PATH'] ?? join(folder, 'dist'), name)
  return existsSync(path) ? path : null
}

function defaultBinary(): string {
  if (process.platform === 'win32') return 'electron.exe'
  return process.platform === 'darwin' ? 'Electron.app/Contents/MacOS/Electron' : 'electron'
}
