// What a Java service throws, and the tracer's rule that every exception is HTTP 400 with an Errors envelope.
// Thrown by handlers, turned into an answer by the service dispatcher. Read from: tracer ExceptionAdvise.
import type { Answer } from '#sandbox/sandbox-context.ts'

export type ErrorEntry = { code: string; message: string | null; description: string | null; params: null }

export class DigitError extends Error {
  readonly entries: ErrorEntry[]
  constructor(entries: ErrorEntry[]) {
    super(entries.map((entry) => entry.code).join(', '))
    this.name = 'DigitError'
    this.entries = entries
  }
}

/** CustomException(code, message). */
export function digitError(code: string, message: string): DigitError {
  return new DigitError([{ code, message, description: null, params: null }])
}

/** Any other Java exception: the class name is the code, its message the description. */
export function javaException(className: string, description: string | null = null): DigitError {
  const message = 'An unhandled exception occurred on the server'
  return new DigitError([{ code: className, message, description, params: null }])
}

/** CustomException(map): one entry per code in the order of a HashMap; a later message replaces an earlier one. */
export function digitErrors(messages: ReadonlyMap<string, string>): DigitError {
  const codes = [...messages.keys()].toSorted((a, b) => hashBucket(a) - hashBucket(b))
  return new DigitError(
    codes.map((code) => ({ code, message: messages.get(code) ?? null, description: null, params: null })),
  )
}

export function errorAnswer(error: DigitError): Answer {
  return { status: 400, body: { ResponseInfo: null, Errors: error.entries } }
}

/** Bucket of a String in a HashMap of the default 16 buckets. */
function hashBucket(text: string): number {
  let hash = 0
  for (let at = 0; at < text.length; at++) hash = (Math.imul(hash, 31) + text.charCodeAt(at)) | 0
  return (hash ^ (hash >>> 16)) & 15
}
