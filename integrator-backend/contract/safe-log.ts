// How terminal and integrator write a log line with pino: only fields on the list of log-safety.ts, and of an error only its kind, code
// and places in our code. Made into a logger by both log.ts.
import { maskCardNumbers, maskText, redactFields } from './log-safety.ts'

const CAUSES_MAX = 5
const FRAMES_MAX = 6
const FIELDS_MAX = 5
const PLACE = /^at (?:[\w.$<># [\]]+ \()?(?:async )?(?:file:|node:|\/|[A-Za-z]:\\)[^\s]*:\d+:\d+\)?$/

type Fields = Record<string, unknown>

/** Options for pino; its times are ISO text, because numbers of 13 digits look like cards to the last check. */
export const safeLogOptions = {
  formatters: { log: safeFields, bindings: safeFields },
  hooks: { logMethod: writeSafely, streamWrite: maskCardNumbers },
}

/** pino hands the fields of a child logger to no formatter. */
export function guardBindings<
  L extends { child: (fields: Fields, options?: never) => unknown; setBindings: (fields: Fields) => void },
>(logger: L): L {
  const { child, setBindings } = logger
  logger.child = function guardedChild(this: L, fields: Fields, options?: never) {
    return child.call(this, safeFields(fields), options)
  }
  logger.setBindings = function guardedBindings(this: L, fields: Fields) {
    setBindings.call(this, safeFields(fields))
  }
  return logger
}

/** Kind, code and places; never the message, which may quote what somebody typed (`Key (code)=(…)`). */
export function describeError(error: unknown, depth = 0): Fields {
  if (!(error instanceof Error)) return { kind: typeof error }
  const fields = fieldsOf(error)
  return {
    kind: error.constructor.name,
    ...('code' in error ? { code: String(error.code) } : {}),
    ...(fields.length === 0 ? {} : { fields }),
    at: placesOf(error),
    ...(error.cause instanceof Error && depth < CAUSES_MAX
      ? { cause: describeError(error.cause, depth + 1) }
      : {}),
  }
}

/** Where something did not fit its schema (zod, oRPC); never what it was. */
export function fieldsOf(error: Error): string[] {
  if (!('issues' in error) || !Array.isArray(error.issues)) return []
  return error.issues
    .slice(0, FIELDS_MAX)
    .map(({ path = [] }: { path?: readonly (PropertyKey | { key: PropertyKey })[] }) =>
      path.map((part) => String(typeof part === 'object' ? part.key : part)).join('.'),
    )
}

function safeFields(fields: Fields): Fields {
  return redactFields(
    Object.fromEntries(
      Object.entries(fields).map(([name, value]) => [
        name,
        value instanceof Error ? describeError(value) : value,
      ]),
    ),
  )
}

/** `log.info(fields, words)` or `log.info(words)`. Values for `%s` are dropped: nobody has named them. */
function writeSafely(
  this: unknown,
  [first, second]: readonly unknown[],
  method: (...words: never[]) => void,
): void {
  const write = method.bind(this) as (fields: object, words: string) => void
  if (typeof first === 'string') write({}, wordsOf(first))
  else if (first instanceof Error) write({ error: describeError(first) }, wordsOf(second))
  else if (typeof first === 'object' && first !== null) write(first, wordsOf(second))
  else write({}, wordsOf(second))
}

function wordsOf(words: unknown): string {
  return typeof words === 'string' ? maskText(words) : ''
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
