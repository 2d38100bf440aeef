// The till's log: one JSON line per event in dataDir/logs, without personal data, secrets or amounts of people. Called by start-host.
import { mkdirSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
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
  const destination = pino.destination({ dest: file, sync: true })
  const logger = pino({ level: logLevel, base: null, serializers: { error: bareError } }, destination)
  return {
    logger,
    close: () => {
      destination.flushSync()
      destination.end()
    },
  }
}

/** Name, code and place of a fault; never its payload, which could hold what a payer typed. */
export function bareError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { name: typeof error }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  const places = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line))
  const cause = error.cause instanceof Error ? bareError(error.cause) : undefined
  return { name: error.name, code, at: places.slice(0, 6).map((line) => line.trim()), cause }
}

function sizeOf(file: string): number {
  try {
    return statSync(file).size
  } catch {
    return 0
  }
}
