// The integrator's log: JSON lines on stderr, without names, numbers of people, cards, tokens and passwords. Only fields
// on the list of contract/log-safety.ts are written; of an error only its kind, code and places in our code.
// Made by start-integrator, handed to everything that logs.
import { pino } from 'pino'
import type { DestinationStream, Logger } from 'pino'
import { maskCardNumbers, maskText, redactFields } from '#contract/log-safety.ts'

export type Log = Logger

const causesMax = 5
const framesMax = 6
const place = /^at (?:[\w.$<># [\]]+ \()?(?:async )?(?:file:|node:|\/|[A-Za-z]:\\)[^\s]*:\d+:\d+\)?$/

/** `destination` is stderr unless a test listens. */
export function createLog(level: string, destination?: DestinationStream): Log {
  const logger = pino(
    {
      level,
      base: { program: 'integrator' },
      // numbers of 13 digits look like cards to the last check
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { log: safeFields, bindings: safeFields },
      hooks: { logMethod: writeSafely, streamWrite: maskCardNumbers },
    },
    destination ?? pino.destination({ dest: 2, sync: true }),
  )
  return guardBindings(logger)
}

/** pino hands the fields of a child logger to no formatter. */
function guardBindings(logger: Logger): Logger {
  // oxlint-disable-next-line typescript/unbound-method -- called below with the logger of the moment
  const { child, setBindings } = logger
  logger.child = function guardedChild(this: Logger, fields, options) {
    return child.call(this, safeFields(fields), options) as never
  }
  logger.setBindings = function guardedBindings(this: Logger, fields) {
    setBindings.call(this, safeFields(fields))
  }
  return logger
}

function safeFields(fields: Record<string, unknown>): Record<string, unknown> {
  return redactFields(
    Object.fromEntries(
      Object.entries(fields).map(([name, value]) => [
        name,
        value instanceof Error ? describeError(value) : value,
      ]),
    ),
  )
}

/**
 * `log.info(fields, words)` or `log.info(words)`. An error alone is described; values for `%s` are dropped, because
 * nobody has named them.
 */
function writeSafely(this: Logger, [first, second]: unknown[], method: (...words: never[]) => void): void {
  const write = method.bind(this) as (fields: object, words: string) => void
  if (typeof first === 'string') write({}, wordsOf(first))
  else if (first instanceof Error) write({ error: describeError(first) }, wordsOf(second))
  else if (typeof first === 'object' && first !== null) write(first, wordsOf(second))
  else write({}, wordsOf(second))
}

function wordsOf(words: unknown): string {
  return typeof words === 'string' ? maskText(words) : ''
}

/** Messages of drivers may quote values (`Key (code)=(…)`), so only class, code and places in our code are kept. */
export function describeError(error: unknown, depth = 0): Record<string, unknown> {
  if (!(error instanceof Error)) return { kind: typeof error }
  const code = 'code' in error ? String(error.code) : undefined
  return {
    kind: error.constructor.name,
    ...(code === undefined ? {} : { problem: code }),
    at: placesOf(error),
    ...(error.cause instanceof Error && depth < causesMax
      ? { cause: describeError(error.cause, depth + 1) }
      : {}),
  }
}

/** The stack without the message, which may itself have lines that look like places. */
function placesOf({ stack = '', message }: Error): string[] {
  const at = message === '' ? -1 : stack.indexOf(message)
  return stack
    .slice(at === -1 ? 0 : at + message.length)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => place.test(line))
    .slice(0, framesMax)
}
