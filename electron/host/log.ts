// The till's log: one JSON line per event in dataDir/logs, without personal data, secrets or amounts of people. Called by start-host.
import { mkdirSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { ValidationError } from '@orpc/server'
import { pino, type DestinationStream, type Logger } from 'pino'
import { maskCardNumbers, maskText, redactFields } from '#contract/log-safety.ts'
import type { HostOptions } from './terminal-host.ts'

const LOG_BYTES_MAX = 10 * 1024 * 1024
const CAUSES_MAX = 5
const FRAMES_MAX = 6
const PLACE = /^at (?:[\w.$<># [\]]+ \()?(?:async )?(?:file:|node:|\/|[A-Za-z]:\\)[^\s]*:\d+:\d+\)?$/

export type Log = { readonly logger: Logger; readonly close: () => void }

/** The log of the run before is kept as terminal.1.log once it is large. */
export function openLog({ dataDir, logLevel }: Pick<HostOptions, 'dataDir' | 'logLevel'>): Log {
  if (logLevel === 'silent') return { logger: pino({ level: 'silent' }), close: () => undefined }
  const folder = join(dataDir, 'logs')
  mkdirSync(folder, { recursive: true })
  const file = join(folder, 'terminal.log')
  if (sizeOf(file) > LOG_BYTES_MAX) renameSync(file, join(folder, 'terminal.1.log'))
  const destination = pino.destination({ dest: file, sync: true, mode: 0o600 })
  const logger = createLogger(logLevel, destination)
  return {
    logger,
    close: () => {
      // A run that outlives the stop must not write into a closed file.
      logger.level = 'silent'
      destination.flushSync()
      destination.end()
    },
  }
}

/** Only fields on the list of contract/log-safety.ts are written; of an error only what `bareError` tells. */
export function createLogger(level: string, destination: DestinationStream): Logger {
  const logger = pino(
    {
      level,
      base: null,
      // numbers of 13 digits look like cards to the last check
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { log: safeFields, bindings: safeFields },
      hooks: { logMethod: writeSafely, streamWrite: maskCardNumbers },
    },
    destination,
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
        value instanceof Error ? bareError(value) : value,
      ]),
    ),
  )
}

/** `logger.info(fields, words)` or `logger.info(words)`. Values for `%s` are dropped: nobody has named them. */
function writeSafely(this: Logger, [first, second]: unknown[], method: (...words: never[]) => void): void {
  const write = method.bind(this) as (fields: object, words: string) => void
  if (typeof first === 'string') write({}, wordsOf(first))
  else if (first instanceof Error) write({ error: bareError(first) }, wordsOf(second))
  else if (typeof first === 'object' && first !== null) write(first, wordsOf(second))
  else write({}, wordsOf(second))
}

function wordsOf(words: unknown): string {
  return typeof words === 'string' ? maskText(words) : ''
}

/** Kind, code and place of a fault; never its payload, which could hold what a payer typed. */
export function bareError(error: unknown, depth = 0): Record<string, unknown> {
  if (!(error instanceof Error)) return { kind: typeof error }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  const issues = error instanceof ValidationError ? { fields: fieldsOf(error) } : {}
  const hasCause = error.cause instanceof Error && depth < CAUSES_MAX
  const cause = hasCause ? { cause: bareError(error.cause, depth + 1) } : {}
  return {
    kind: error.name,
    ...(code === undefined ? {} : { code }),
    ...issues,
    at: placesOf(error),
    ...cause,
  }
}

/** The stack without the message, which may itself have lines that look like places. */
function placesOf({ stack = '', message }: Error): string[] {
  const at = message === '' ? -1 : stack.indexOf(message)
  return stack
    .slice(at === -1 ? 0 : at + message.length)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => PLACE.test(line))
    .slice(0, FRAMES_MAX)
}

/** Where an answer did not fit its schema; never what it was. */
export function fieldsOf({ issues }: ValidationError): string[] {
  return issues
    .slice(0, 5)
    .map(({ path = [] }) => path.map((part) => String(typeof part === 'object' ? part.key : part)).join('.'))
}

function sizeOf(file: string): number {
  try {
    return statSync(file).size
  } catch {
    return 0
  }
}
