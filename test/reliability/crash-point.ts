// Lets a child process of the reliability tests kill itself (SIGKILL) at a named place of the money path, with nothing in
// the product that knows of it: it listens at the doors the product goes through anyway, the statements given to
// better-sqlite3 and pg and Node's own HTTP events. Imported first by terminal-child.ts and integrator-child.ts.
import { subscribe } from 'node:diagnostics_channel'
import type { ClientRequest, IncomingMessage } from 'node:http'
import Database from 'better-sqlite3'
import pg from 'pg'

/** A door and what goes through it. */
export type CrashStep = {
  /**
   * sqlite, pg: a statement, matched by its text. http-request: a call that this process makes, as its request is made
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

/** The steps must be seen in this order; at the last one the process dies. */
export type CrashPoint = readonly CrashStep[]

let waiting: { step: CrashStep; pattern: RegExp; left: number }[] = []

export const armCrash = (point: CrashPoint): void => {
  if (point.length === 0) throw new RangeError('a crash point has at least one step')
  waiting = point.map((step) => ({ step, pattern: new RegExp(step.match, 'i'), left: step.nth ?? 1 }))
}

const pass = (door: CrashStep['door'], when: CrashStep['when'], text: string): void => {
  const [next] = waiting
  if (next === undefined || next.step.door !== door || next.step.when !== when || !next.pattern.test(text))
    return
  next.left -= 1
  if (next.left > 0) return
  waiting.shift()
  if (waiting.length === 0) process.kill(process.pid, 'SIGKILL')
}

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
    const text = typeof query === 'string' ? query : ((query as { text?: string }).text ?? '')
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

listenAtSqlite()
listenAtPg()
listenAtHttp()
