// Turns whatever goes wrong in a call into one of the problems the operation declares; everything else is `internal` and
// a log line without personal data. Called by http-server as oRPC interceptor and for what oRPC never sees.
import { ORPCError } from '@orpc/server'
import { ProblemError, PROBLEMS, problemStatus } from '#contract/problem.ts'
import type { ProblemCode, ProblemData } from '#contract/problem.ts'
import { describeError } from '#contract/safe-log.ts'
import type { Log } from '#app/log.ts'

export function orpcProblem(code: ProblemCode, data: ProblemData = {}): ORPCError<string, ProblemData> {
  return new ORPCError(code, {
    defined: true,
    status: problemStatus(code),
    message: PROBLEMS[code],
    data,
  })
}

/** The body of an answer that oRPC did not make: the same shape. */
export function problemBody(code: ProblemCode, data: ProblemData = {}) {
  return { defined: true, code, status: problemStatus(code), message: PROBLEMS[code], data }
}

/** `declared` are the codes of this operation; a programming mistake if a handler answers another one. */
export function problemOfError(
  error: unknown,
  declared: ReadonlySet<string>,
  log: Log,
): ORPCError<string, unknown> {
  if (error instanceof ProblemError && declared.has(error.code)) return orpcProblem(error.code, error.data)
  if (error instanceof ORPCError && error.code === 'BAD_REQUEST') {
    return orpcProblem('input_invalid', { where: placesOf(error.data) })
  }
  log.error({ error: describeError(error) }, 'call failed')
  return orpcProblem(isDatabaseAway(error) ? 'not_ready' : 'internal')
}

const causesMax = 5
/** SQLSTATE 08 and 57P: the database is going away or coming back. */
const awayCodes = /^(?:08|57P|53300|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT)/
/** What pg says of a line that broke, without a code. */
const awayWords =
  /^(?:Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)/

/** Also inside what Drizzle wraps around it. */
export function isDatabaseAway(error: unknown, depth = 0): boolean {
  if (!(error instanceof Error) || depth >= causesMax) return false
  const code = 'code' in error ? String(error.code) : ''
  return awayCodes.test(code) || awayWords.test(error.message) || isDatabaseAway(error.cause, depth + 1)
}

/** Names of fields only: values may be personal. */
function placesOf(data: unknown): string {
  const issues = typeof data === 'object' && data !== null && 'issues' in data ? data.issues : []
  if (!Array.isArray(issues)) return ''
  const places = issues.map((issue: unknown) => {
    if (typeof issue !== 'object' || issue === null) return ''
    const path = 'path' in issue && Array.isArray(issue.path) ? issue.path.map(segmentOf).join('.') : ''
    const keys = 'keys' in issue && Array.isArray(issue.keys) ? issue.keys.map(String).join(',') : ''
    return [path, keys].filter((part) => part !== '').join('.')
  })
  return [...new Set(places)].join('; ').slice(0, 300)
}

function segmentOf(segment: unknown): string {
  return typeof segment === 'object' && segment !== null && 'key' in segment
    ? String(segment.key)
    : String(segment)
}
