// The till's log: one JSON line per event in dataDir/logs, without personal data, secrets or amounts of people. Called by start-host.
import { mkdirSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { pino, type DestinationStream, type Logger } from 'pino'
import { guardBindings, safeLogOptions } from '#contract/safe-log.ts'
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

export function createLogger(level: string, destination: DestinationStream): Logger {
  const timestamp = pino.stdTimeFunctions.isoTime
  return guardBindings(pino({ level, base: null, timestamp, ...safeLogOptions }, destination))
}

function sizeOf(file: string): number {
  try {
    return statSync(file).size
  } catch {
    return 0
  }
}
