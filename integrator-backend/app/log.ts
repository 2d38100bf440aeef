// The integrator's log: JSON lines on stderr, without names, numbers of people, cards, tokens and passwords. Made by start-integrator,
// handed to everything that logs.
import { pino } from 'pino'
import type { DestinationStream, Logger } from 'pino'
import { guardBindings, safeLogOptions } from '#contract/safe-log.ts'

export type Log = Logger

/** `destination` is stderr unless a test listens. */
export function createLog(level: string, destination?: DestinationStream): Log {
  const options = { level, base: { program: 'integrator' }, timestamp: pino.stdTimeFunctions.isoTime }
  return guardBindings(
    pino({ ...options, ...safeLogOptions }, destination ?? pino.destination({ dest: 2, sync: true })),
  )
}
