// One program the launcher runs as a process of its own: started, waited for, stopped. What it says goes into its log;
// its last lines are shown when something goes wrong. Called by start.ts and demo.ts.
import { spawn, type ChildProcess, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { createWriteStream, existsSync, renameSync, statSync, type WriteStream } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'
import { LaunchError, wordsOf } from './launch-error.ts'

const STOP_MS_MAX = 30_000
const LAST_LINES = 12
const LINE_CHARS_MAX = 400
const LOG_BYTES_MAX = 10 * 1024 * 1024

export type ProgramPlan = {
  readonly name: string
  /** For people, such as `the integrator`. */
  readonly title: string
  readonly command: string
  readonly words: readonly string[]
  /** Added when it is started again after a crash. */
  readonly wordsAgain?: readonly string[]
  readonly env: NodeJS.ProcessEnv
  readonly logFolder: string
  readonly readyMsMax: number
  /** Called with each JSON line on its stdout after the ready line. */
  readonly onSaid?: (said: Ready) => void
}

/** The ready line of a program: `{"ready":true,"name":…}` and what it has to say. */
export type Ready = Readonly<Record<string, unknown>>

export type Program = {
  readonly plan: ProgramPlan
  readonly ready: Ready
  readonly pid: number
  /** Resolves with the exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>
  /** Writes a line to its stdin. */
  tell(line: string): void
  /** Asks it to stop as by Ctrl-C and waits; after half a minute it is ended. */
  stop(): Promise<void>
  /** Ends it at once. */
  kill(): void
  lastLines(): string
}

/** Runs a TypeScript program of this tree in Node. */
export function nodeWords(file: string, words: readonly string[]): string[] {
  const leash = pathToFileURL(join(import.meta.dirname, 'end-with-parent.ts')).href
  return ['--import', leash, join(import.meta.dirname, '..', '..', file), ...words]
}

/** Rejects with LaunchError when it ends or says nothing before it is ready. */
export async function startProgram(plan: ProgramPlan): Promise<Program> {
  const child = spawn(plan.command, [...plan.words], {
    env: plan.env,
    stdio: ['pipe', 'pipe', 'pipe', 'ipc'],
    // Ctrl-C goes to the launcher alone, which stops its programs in order.
    detached: process.platform !== 'win32',
    windowsHide: true,
  }) as ChildProcessWithoutNullStreams
  const log = openLog(plan)
  const lines: string[] = []
  const keep = (line: string): void => {
    log.write(`${line}\n`)
    lines.push(line.slice(0, LINE_CHARS_MAX))
    if (lines.length > LAST_LINES) lines.shift()
  }
  const lastLines = (): string => lines.map((line) => `  ${line}`).join('\n')
  const ended = new Promise<number | string>((resolve) => {
    child.once('error', (error) => {
      keep(wordsOf(error))
      resolve('error')
    })
    child.once('exit', (code, signal) => resolve(code ?? signal ?? 1))
  })
  child.stdin.on('error', () => undefined)
  createInterface({ input: child.stderr }).on('line', keep)
  const ready = await waitForReady({ plan, child, keep, ended, lastLines })
  return {
    plan,
    ready,
    pid: child.pid ?? 0,
    ended,
    lastLines,
    tell: (line) => void child.stdin.write(`${line}\n`),
    kill: () => void child.kill('SIGKILL'),
    stop: () => stopChild(child, ended),
  }
}

type Waiting = {
  readonly plan: ProgramPlan
  readonly child: ChildProcessWithoutNullStreams
  readonly keep: (line: string) => void
  readonly ended: Promise<number | string>
  readonly lastLines: () => string
}

function waitForReady({ plan, child, keep, ended, lastLines }: Waiting): Promise<Ready> {
  return new Promise((resolve, reject) => {
    const fail = (what: string): void => {
      clearTimeout(timer)
      const said = lastLines()
      const log = join(plan.logFolder, `${plan.name}.log`)
      reject(new LaunchError(`${what}${said === '' ? '' : ` It said:\n${said}`}\nAll it said is in ${log}`))
    }
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      fail(`${capital(plan.title)} was not ready after ${Math.round(plan.readyMsMax / 1000)} seconds.`)
    }, plan.readyMsMax)
    createInterface({ input: child.stdout }).on('line', (line) => {
      const said = readObject(line)
      const isReady = said !== null && said['ready'] === true && said['name'] === plan.name
      if (said === null || (!isReady && plan.onSaid === undefined)) return keep(line)
      // What it says to the launcher may carry secrets (logins, one-time links): not for the log.
      keep(`{"name":"${plan.name}","said":${JSON.stringify(Object.keys(said))}}`)
      if (!isReady) return plan.onSaid?.(said)
      clearTimeout(timer)
      resolve(said)
    })
    ended.then(
      (code) => fail(`${capital(plan.title)} ended before it was ready (${code}).`),
      (error: unknown) => reject(error),
    )
  })
}

function readObject(line: string): Ready | null {
  if (!line.startsWith('{')) return null
  try {
    return JSON.parse(line) as Ready
  } catch {
    return null
  }
}

async function stopChild(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS_MAX)
  // Programs of this tree stop when the launcher lets go of them (end-with-parent.ts; the desktop shell by itself).
  if (child.connected) child.disconnect()
  await ended
  clearTimeout(timer)
}

function openLog({ logFolder, name }: ProgramPlan): WriteStream {
  const path = join(logFolder, `${name}.log`)
  if (existsSync(path) && statSync(path).size > LOG_BYTES_MAX) renameSync(path, `${path}.1`)
  const log = createWriteStream(path, { flags: 'a' })
  // A full disk must not end the till: its own records have their own words for that.
  log.on('error', () => undefined)
  return log
}

export function capital(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`
}
