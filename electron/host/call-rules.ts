// The one door of every call: is the record usable, who may call, is the input readable, and what may the answer say. What the world did
// wrong becomes a typed problem of that procedure; anything else becomes `internal` with a log line and no detail.
// Used by router.ts before every handler.
import { ORPCError, ValidationError, type AnyProcedure } from '@orpc/server'
import type { Logger } from 'pino'
import { ProblemError, problemStatus, type ProblemData } from '#contract/problem.ts'
import { fieldsOf } from '#contract/safe-log.ts'
import { callersOf, requireRole } from '#core/people/roles.ts'
import type { ProcedureMeta } from '#rpc/callers.ts'
import { operatorOf, tillOf, type Access } from './till.ts'

/** Throws ProblemError when this caller may not call this now; who may is the table of core/people/roles.ts. */
export function checkCaller(access: Access, procedure: string, meta: ProcedureMeta): void {
  const callers = callersOf(procedure)
  if (meta.needs === 'nobody' && callers === 'anyone') return
  const till = tillOf(access)
  const operator = operatorOf(till)
  requireRole(procedure, operator.role)
  if (meta.needs !== 'shift') return
  const shift = till.store.openShift()
  // Cash is counted per person: nobody takes money into another's drawer.
  if (shift?.operatorId !== operator.id) {
    throw new ProblemError('shift_not_open', { isOpenForOther: shift !== null })
  }
}

type Called = { readonly procedure: AnyProcedure; readonly path: readonly string[]; readonly logger: Logger }

/** Every error of a call as the caller may see it. */
export function callError(error: unknown, called: Called): ORPCError<string, ProblemData> {
  const problem = problemFor(error, called)
  return new ORPCError(problem.code, {
    status: problemStatus(problem.code),
    message: problem.message,
    data: problem.data,
  })
}

function problemFor(error: unknown, called: Called): ProblemError {
  const problem = error instanceof ProblemError ? error : problemOfInput(error)
  const call = called.path.join('.')
  if (problem === null) {
    called.logger.error({ call, error }, 'a call failed')
    return new ProblemError('internal')
  }
  if (problem.code in called.procedure['~orpc'].errorMap) return problem
  called.logger.error({ call, code: problem.code }, 'a problem that this procedure does not name')
  return new ProblemError('internal')
}

/** Input that does not fit its schema; the place is told, never the value. */
function problemOfInput(error: unknown): ProblemError | null {
  if (!(error instanceof ORPCError) || error.code !== 'BAD_REQUEST') return null
  const [field = ''] = error.cause instanceof ValidationError ? fieldsOf(error.cause) : []
  return new ProblemError('input_invalid', { field })
}
