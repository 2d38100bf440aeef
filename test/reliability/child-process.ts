// Starts a program of the product as a child that can be told to die at a point of its money path, or be killed from
// outside, and waits for what it says. Called by money-path.ts.
import { fork, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import type { ArmMessage, CrashPoint } from '#test/reliability/crash-point.ts'

export type Child = {
  readonly pid: number
  /** The line of JSON the program printed when it was ready. */
  readonly ready: Record<string, unknown>
  /** From now on it dies when the point is reached; null: never. */
  arm(point: CrashPoint | null): Promise<void>
  /** Comes when an armed point of another victim (PostgreSQL) was reached. */
  fired(): Promise<void>
  /** Calls a procedure of terminal-child.ts; rejects with ChildDiedError when the process ends before the answer. */
  call<T>(name: string, input?: unknown): Promise<T>
  /** SIGKILL from outside. */
  kill(): Promise<void>
  /** SIGTERM, then waits; SIGKILL when that takes too long. */
  stop(): Promise<void>
  /** How it ended: a signal or an exit code. */
  readonly ended: Promise<NodeJS.Signals | number>
  hasEnded(): boolean
  /** The last lines it wrote, for messages of failed tests. */
  log(): string
}

/** The process ended before it answered: whether the work was done is not known. */
export class ChildDiedError extends Error {
  override readonly name = 'ChildDiedError'
}

/** A refusal of the product, with its code. */
export class CallRefusedError extends Error {
  override readonly name = 'CallRefusedError'
  readonly code: string
  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

export type ChildAnswer = { id: number; value?: unknown; refused?: { code: string; message: string } }

const READY_MS_MAX = 60_000
const STOP_MS_MAX = 20_000
const LOG_CHARS_MAX = 20_000

export type ChildProgram = {
  readonly script: string
  readonly words: readonly string[]
  readonly environment?: Record<string, string | undefined>
}

export const startChild = async (program: ChildProgram): Promise<Child> => {
  const process_ = fork(program.script, [...program.words], {
    execArgv: ['--import', join(import.meta.dirname, 'crash-point.ts')],
    env: { ...process.env, NODE_ENV: 'production', TAHSIL_CRASH_POINTS: '1', ...program.environment },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  let log = ''
  let hasEnded = false
  for (const stream of [process_.stdout, process_.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      log = (log + text).slice(-LOG_CHARS_MAX)
    })
  }
  const ended = new Promise<NodeJS.Signals | number>((resolve) => {
    process_.once('exit', (code, signal) => {
      hasEnded = true
      resolve(signal ?? code ?? -1)
    })
  })
  const send = createCaller(process_, ended)
  const kill = async (): Promise<void> => {
    if (!hasEnded) process_.kill('SIGKILL')
    await ended
  }
  try {
    const ready = await waitUntilReady(process_, ended, () => log)
    return {
      pid: process_.pid ?? -1,
      ready,
      arm: (point) => send.arm({ arm: point }),
      fired: send.fired,
      call: (name, input) => send.call(name, input),
      kill,
      stop: async () => {
        if (!hasEnded) process_.kill('SIGTERM')
        const timer = setTimeout(() => process_.kill('SIGKILL'), STOP_MS_MAX)
        await ended
        clearTimeout(timer)
      },
      ended,
      hasEnded: () => hasEnded,
      log: () => log,
    }
  } catch (error) {
    await kill()
    throw error
  }
}

const waitUntilReady = (
  child: ChildProcess,
  ended: Promise<unknown>,
  log: () => string,
): Promise<Record<string, unknown>> =>
  new Promise((resolve, reject) => {
    let text = ''
    const fail = (why: string): void => reject(new Error(`${why}:\n${log()}`))
    const timer = setTimeout(() => fail('the program was not ready in time'), READY_MS_MAX)
    void ended.then((how) => {
      clearTimeout(timer)
      fail(`the program ended with ${String(how)} before it was ready`)
    })
    child.stdout?.on('data', (chunk: string) => {
      text += chunk
      const line = text.split('\n').find((each) => each.startsWith('{') && each.includes('"ready":true'))
      if (line === undefined) return
      clearTimeout(timer)
      resolve(JSON.parse(line) as Record<string, unknown>)
    })
  })

const createCaller = (child: ChildProcess, ended: Promise<unknown>) => {
  let lastId = 0
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>()
  let onArmed: (() => void) | null = null
  let fired = Promise.withResolvers<void>()
  child.on('message', (message) => {
    if (typeof message === 'object' && message !== null && 'armed' in message) {
      onArmed?.()
      return
    }
    if (typeof message === 'object' && message !== null && 'fired' in message) {
      fired.resolve()
      return
    }
    const answer = message as ChildAnswer
    const call = waiting.get(answer.id)
    waiting.delete(answer.id)
    if (answer.refused === undefined) call?.resolve(answer.value)
    else call?.reject(new CallRefusedError(answer.refused.code, answer.refused.message))
  })
  void ended.then(() => {
    for (const call of waiting.values())
      call.reject(new ChildDiedError('the process ended before it answered'))
    waiting.clear()
    onArmed?.()
  })
  return {
    arm: (message: ArmMessage) =>
      new Promise<void>((resolve) => {
        onArmed = resolve
        fired = Promise.withResolvers<void>()
        child.send(message)
      }),
    fired: () => fired.promise,
    call: <T>(name: string, input: unknown): Promise<T> =>
      new Promise((resolve, reject) => {
        lastId += 1
        waiting.set(lastId, { resolve: resolve as (value: unknown) => void, reject })
        child.send({ id: lastId, name, input }, (error) => {
          if (error !== null) reject(new ChildDiedError('the process ended before it was asked'))
        })
      }),
  }
}
