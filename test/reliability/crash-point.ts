// Lets a process of the reliability tests die (SIGKILL) at a named place of the money path, with nothing in the product
// that knows of it: it listens at the doors the product goes through anyway, the statements given to better-sqlite3 and pg
// and Node's own HTTP events. Loaded by `node --import` in a child; the parent (child-process.ts) arms it by a message.
import { subscribe } from 'node:diagnostics_channel'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import type { ClientRequest, IncomingMessage } from 'node:http'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import pg from 'pg'

/** A door and what goes through it. */
export type CrashStep = {
  /**
   * sqlite: a statement, matched by its text. pg: a statement, matched by its text and the JSON of its values. http-request: a call that this process makes, as its request is made
   * (before) or written out (after). http-answer: the head of its answer arrived and nothing was read of it (before).
   * served: a request this process got (before), or its answer left (after). Matched by `METHOD /path`.
   */
  readonly door: 'sqlite' | 'pg' | 'http-request' | 'http-answer' | 'served'
  readonly when: 'before' | 'after'
  /** Source of a regular expression, case ignored. */
  readonly match: string
  /** Which one of them; 1 when absent. */
  readonly nth?: number
}

export type CrashPoint = {
  /** They must be seen in this order; at the last one the victim dies. */
  readonly steps: readonly CrashStep[]
  /** A folder of PostgreSQL's data: its server dies instead of this process. */
  readonly postgres?: string
}

/** What the parent sends. */
export type ArmMessage = { readonly arm: CrashPoint | null }

let armed: { point: CrashPoint; at: number; left: number } | null = null

const arm = (point: CrashPoint | null): void => {
  armed = point === null ? null : { point, at: 0, left: point.steps[0]?.nth ?? 1 }
}

const pass = (door: CrashStep['door'], when: CrashStep['when'], text: string): void => {
  const step = armed?.point.steps[armed.at]
  if (armed === null || step === undefined || step.door !== door || step.when !== when) return
  if (!new RegExp(step.match, 'i').test(text)) return
  armed.left -= 1
  if (armed.left > 0) return
  armed.at += 1
  armed.left = armed.point.steps[armed.at]?.nth ?? 1
  if (armed.at < armed.point.steps.length) return
  const { postgres } = armed.point
  armed = null
  if (postgres === undefined) process.kill(process.pid, 'SIGKILL')
  else {
    killPostgres(postgres)
    process.send?.({ fired: true })
  }
}

/** The server and all its helpers at once, as when the machine stops. */
export const killPostgres = (dataFolder: string): void => {
  const file = join(dataFolder, 'postmaster.pid')
  if (!existsSync(file)) return
  const server = Number(readFileSync(file, 'utf8').split('\n')[0])
  for (const pid of [server, ...childrenOf(server)]) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // it ended by itself in between
    }
  }
}

/** Linux only; elsewhere the helpers notice by themselves that their server is gone. */
const childrenOf = (parent: number): number[] => {
  if (!existsSync('/proc')) return []
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return []
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
      const [, , parentPid] = stat.slice(stat.lastIndexOf(')') + 1).split(' ')
      return Number(parentPid) === parent ? [Number(name)] : []
    } catch {
      return []
    }
  })
}

type PgQuery = { text?: string; values?: unknown }
type Method = (this: unknown, ...words: unknown[]) => unknown

/** Puts a guard before and after a method of a prototype. */
const guard = (
  prototype: object,
  name: string,
  textOf: (self: unknown, words: unknown[]) => string,
): void => {
  const real = Reflect.get(prototype, name) as Method
  const guarded: Method = function guarded(...words) {
    const text = textOf(this, words)
    pass('sqlite', 'before', text)
    const result = real.apply(this, words)
    pass('sqlite', 'after', text)
    return result
  }
  if (!Reflect.set(prototype, name, guarded)) throw new Error(`cannot listen at ${name} of better-sqlite3`)
}

const listenAtSqlite = (): void => {
  const probe = new Database(':memory:')
  const statement = Object.getPrototypeOf(probe.prepare('select 1')) as object
  probe.close()
  for (const name of ['run', 'get', 'all'])
    guard(statement, name, (self) => (self as { source: string }).source)
  guard(Database.prototype, 'exec', (_self, [text]) => String(text))
}

const listenAtPg = (): void => {
  const real = Reflect.get(pg.Client.prototype, 'query') as Method
  const guarded: Method = function guarded(...words) {
    const [query] = words
    const asked = typeof query === 'string' ? { text: query, values: words[1] } : (query as PgQuery)
    const values = Array.isArray(asked.values) ? JSON.stringify(asked.values) : ''
    const text = `${asked.text ?? ''} ${values}`
    pass('pg', 'before', text)
    const callback = words.at(-1)
    if (typeof callback === 'function') {
      words[words.length - 1] = (...answer: unknown[]) => {
        pass('pg', 'after', text)
        return (callback as Method)(...answer)
      }
      return real.apply(this, words)
    }
    const result = real.apply(this, words)
    if (!(result instanceof Promise)) return result
    return result.then((rows: unknown) => {
      pass('pg', 'after', text)
      return rows
    })
  }
  Reflect.set(pg.Client.prototype, 'query', guarded)
}

const listenAtHttp = (): void => {
  const called = ({ request }: { request: ClientRequest }) => `${request.method} ${request.path}`
  const got = ({ request }: { request: IncomingMessage }) => `${request.method} ${request.url}`
  subscribe('http.client.request.created', (message) =>
    pass('http-request', 'before', called(message as never)),
  )
  subscribe('http.client.request.start', (message) => {
    const text = called(message as never)
    // The bytes leave in the next turn of the loop.
    setImmediate(() => setImmediate(() => pass('http-request', 'after', text)))
  })
  subscribe('http.client.response.finish', (message) =>
    pass('http-answer', 'before', called(message as never)),
  )
  subscribe('http.server.request.start', (message) => pass('served', 'before', got(message as never)))
  subscribe('http.server.response.finish', (message) => pass('served', 'after', got(message as never)))
}

// In the parent this module is only read for `killPostgres`.
if (process.send !== undefined && process.env['TAHSIL_CRASH_POINTS'] === '1') {
  listenAtSqlite()
  listenAtPg()
  listenAtHttp()
  process.on('message', (message) => {
    if (typeof message !== 'object' || message === null || !('arm' in message)) return
    arm((message as ArmMessage).arm)
    process.send?.({ armed: true })
  })
  process.channel?.unref()
  // Tests that are broken off leave no program behind.
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'))
}
