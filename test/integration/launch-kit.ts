// Starts `npm start` as a program and watches it. Called by launch-*.test.ts.
import { spawn, type ChildProcess } from 'node:child_process'
import { chmodSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '..', '..')
const READY_MS = 100_000

export type LaunchReady = {
  readonly terminal: {
    readonly url: string
    readonly launchUrl: string
    readonly window: string
    readonly reason: string | null
  }
  readonly integrator: { readonly url: string }
  readonly sandbox: { readonly url: string }
  readonly dataDir: string
  readonly processIds: Readonly<Record<'sandbox' | 'integrator' | 'terminal', number>>
  readonly movedTo: string | null
  readonly operators: readonly { readonly code: string; readonly pin: string }[]
  readonly bills: readonly { readonly consumerCode: string }[]
}

export type Launched = {
  readonly child: ChildProcess
  readonly ended: Promise<number | null>
  stdout(): string
  stderr(): string
  /** Resolves with the ready line; rejects with all it said when it ends before. */
  ready(): Promise<LaunchReady>
}

export type LaunchWishes = {
  readonly program?: 'start' | 'demo'
  readonly args: readonly string[]
  readonly env?: Record<string, string>
}

export function launch({ program = 'start', args, env = {} }: LaunchWishes): Launched {
  const { DISPLAY: _display, WAYLAND_DISPLAY: _wayland, ...inherited } = process.env
  const child = spawn(process.execPath, [join(ROOT, 'electron', 'launch', `${program}.ts`), ...args], {
    cwd: ROOT,
    env: { ...inherited, ...env },
    stdio: ['pipe', 'pipe', 'pipe', 'ipc'],
  })
  let out = ''
  let err = ''
  if (child.stdout === null || child.stderr === null) throw new Error('no pipes')
  const { stdout, stderr } = child
  stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
  stderr.setEncoding('utf8').on('data', (text: string) => (err += text))
  const ended = new Promise<number | null>((resolve) => {
    child.on('close', (code) => resolve(code))
  })
  const ready = (): Promise<LaunchReady> =>
    new Promise((resolve, reject) => {
      const fail = (why: string): void => reject(new Error(`${why}\n${out}\n${err}`))
      const timer = setTimeout(() => fail('not ready in time'), READY_MS)
      const look = (): void => {
        const line = out.split('\n').find((each) => each.startsWith('{"ready":true'))
        if (line === undefined) return
        clearTimeout(timer)
        resolve(JSON.parse(line) as LaunchReady)
      }
      stdout.on('data', look)
      look()
      void ended.then((code) => fail(`it ended with ${code}`))
    })
  return { child, ended, stdout: () => out, stderr: () => err, ready }
}

/** A new folder that the embedded PostgreSQL may enter when the tests run as root. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tahsil-launch-'))
  chmodSync(folder, 0o711)
  return folder
}

/** Trades a one-time link for what a page of the till sends along. */
export async function openPage(
  launchUrl: string,
): Promise<{ origin: string; headers: Record<string, string> }> {
  const { origin } = new URL(launchUrl)
  const answer = await fetch(launchUrl, { redirect: 'manual' })
  const cookie = answer.headers.getSetCookie()[0]?.split(';')[0]
  if (cookie === undefined) throw new Error(`the link gave no cookie but ${answer.status}`)
  return { origin, headers: { cookie, origin } }
}

/** Asks it to stop as Ctrl-C does; Windows cannot send that to a process, so there it is let go of. */
export function interrupt({ child }: Launched, signal: NodeJS.Signals = 'SIGINT'): void {
  if (process.platform !== 'win32') child.kill(signal)
  else if (child.connected) child.disconnect()
}

/** Whether a process of this id is alive. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
