// Reads a problem of the closed list out of whatever a call threw, and says what it means for money in the drawer.
import { PROBLEMS, type Problem, type ProblemCode } from '#contract/problem.ts'

/**
 * The problem a procedure answered, or null when the call was lost on its way: then nobody knows whether it was done.
 */
export function problemOf(error: unknown): Problem | null {
  if (typeof error !== 'object' || error === null || !('code' in error)) return null
  const { code } = error
  if (typeof code !== 'string' || !isProblemCode(code)) return null
  const data = 'data' in error && isProblemData(error.data) ? error.data : {}
  return { code, message: PROBLEMS[code], data }
}

export function makeProblem(code: ProblemCode, data: Problem['data'] = {}): Problem {
  return { code, message: PROBLEMS[code], data }
}

function isProblemCode(code: string): code is ProblemCode {
  return Object.hasOwn(PROBLEMS, code)
}

function isProblemData(data: unknown): data is Problem['data'] {
  return typeof data === 'object' && data !== null && !Array.isArray(data)
}

/** After these it is not certain that nothing was recorded: the answer is looked up, never assumed. */
const LEAVES_DOUBT: readonly ProblemCode[] = [
  'store_unknown',
  'store_corrupt',
  'internal',
  'payment_conflict',
]

export function isCertainlyNotTaken(code: ProblemCode): boolean {
  return !LEAVES_DOUBT.includes(code)
}
