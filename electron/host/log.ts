// The till's log: one JSON line per event in dataDir/logs, without personal data, secrets or amounts of people. Called by start-host.
import { mkdirSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { ValidationError } from '@orpc/server'
import { pino, type Logger } from 'pino'
import type { HostOptions } from './terminal-host.ts'

const LOG_BYTES_MAX = 10 * 1024 * 1024

export type Log = { readonly logger: Logger; readonly close: () => void }

/** The log of the run before is kept as terminal.1.log once it is large. */
export function openLog({ dataDir, logLevel }: Pick<HostOptions, 'dataDir' | 'logLevel'>): Log {
  if (logLevel === 'silent') return { logger: pino({ level: 'silent' }), close: () => undefined }
  const folder = join(dataDir, 'logs')
  mkdirSync(folder, { recursive: true })
  const file = join(folder, 'terminal.log')
  if (sizeOf(file) > LOG_BYTES_MAX) renameSync(file, join(folder, 'terminal.1.log'))
  const destination = pino.destination({ dest: file, sync: true, mode: 0o600 })
  const logger = pino({ level: logLevel, base: null, serializers: { error: bareError } }, destination)
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

/** Name, code and place of a fault; never its payload, which could hold what a payer typed. */
export function bareError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { name: typeof error }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  const issues = error instanceof ValidationError ? { fields: fieldsOf(error) } : {}
  const places = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line))
  const cause = error.cause instanceof Error ? bareError(error.cause) : undefined
  return { name: error.name, code, ...issues, at: places.slice(0, 6).map((line) => line.trim()), cause }
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
