// The integrator's log: JSON lines on stderr, without names, numbers of people, tokens and passwords.
// Made by start-integrator, handed to everything that logs.
import { pino } from 'pino'
import type { Logger } from 'pino'

export type Log = Logger

/** Fields that may carry a person or a secret, at the depths our log lines have. */
const secretFields = [
  'authorization',
  'token',
  'access_token',
  'refresh_token',
  'authToken',
  'password',
  'pin',
  'code',
  'clientSecret',
  'mobileNumber',
  'mobile',
  'paidBy',
  'payerName',
  'payerAddress',
  'payerEmail',
  'name',
  'address',
  'email',
  'content',
  'body',
  'data',
]
const depths = ['', '*.', '*.*.', '*.*.*.']

export function createLog(level: string): Log {
  return pino(
    {
      level,
      base: { program: 'integrator' },
      redact: {
        paths: depths.flatMap((depth) => secretFields.map((field) => `${depth}${field}`)),
        censor: '[redacted]',
      },
    },
    pino.destination({ dest: 2, sync: true }),
  )
}

/** Messages of drivers may quote values (`Key (code)=(…)`), so only class, code and places in our code are kept. */
export function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return { kind: typeof error }
  const code = 'code' in error ? String(error.code) : undefined
  const frames = (error.stack ?? '').split('\n').filter((line) => line.trimStart().startsWith('at '))
  return {
    kind: error.constructor.name,
    ...(code === undefined ? {} : { problem: code }),
    at: frames.slice(0, 6).map((line) => line.trim()),
    ...(error.cause instanceof Error ? { cause: describeError(error.cause) } : {}),
  }
}
