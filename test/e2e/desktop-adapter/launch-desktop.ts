// Starts the built desktop shell over the adapter and speaks to its insides. Used by the desktop tests.
import { spawn, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import type { Granted, Insides, Wish } from './control.ts'

const root = join(import.meta.dirname, '..', '..', '..')
export const BUILT_MAIN = join(root, 'dist', 'electron', 'main.js')
const WISH_MS = 60_000

export type Desktop = {
  readonly child: ChildProcess
  /** Runs a self-contained function inside the adapter's process. */
  run<Arg, Value>(asked: (insides: Insides, arg: Arg) => Promise<Value> | Value, arg: Arg): Promise<Value>
  /** All that was written to stdout and stderr so far. */
  output(): string
  /** Resolves with the exit code. */
  readonly ended: Promise<number | null>
}

export type LaunchOptions = {
  readonly args: readonly string[]
  readonly env?: Record<string, string>
}

export function launchDesktop({ args, env = {} }: LaunchOptions): Desktop {
  const register = new URL('register.ts', import.meta.url).href
  const child = spawn(process.execPath, ['--import', register, BUILT_MAIN, ...args], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => (output += text))
  const ended = new Promise<number | null>((resolve) => {
    child.on('exit', (code) => resolve(code))
  })
  let lastId = 0
  const run = <Arg, Value>(
    asked: (insides: Insides, arg: Arg) => Promise<Value> | Value,
    arg: Arg,
  ): Promise<Value> =>
    new Promise((resolve, reject) => {
      const id = (lastId += 1)
      const stop = (): void => {
        clearTimeout(timer)
        child.off('message', take)
        child.off('exit', fail)
      }
      const take = (granted: Granted): void => {
        if (granted.id !== id) return
        stop()
        if (granted.error === undefined) resolve(granted.value as Value)
        else reject(new Error(`${granted.error}\n${output}`))
      }
      const fail = (): void => {
        stop()
        reject(new Error(`the desktop shell ended\n${output}`))
      }
      const timer = setTimeout(fail, WISH_MS)
      child.on('message', take)
      child.on('exit', fail)
      child.send({ id, source: asked.toString(), arg } satisfies Wish)
    })
  return { child, run, output: () => output, ended }
}
