// What a terminal is told when DIGIT did not answer a look-up. Called by bill search and the masters handler.
import { ProblemError } from '#contract/problem.ts'
import type { DigitFailure } from '#collection/digit-outcome.ts'

export function problemOfFailure(failure: DigitFailure): ProblemError {
  switch (failure.kind) {
    case 'bad-answer':
      return new ProblemError('digit_bad_answer')
    case 'refused':
      return new ProblemError('digit_refused', { digitCode: failure.code.slice(0, 100) })
    case 'denied':
      return /login|locked/.test(failure.why)
        ? new ProblemError('digit_login_failed')
        : new ProblemError('digit_refused', { digitCode: failure.why.slice(0, 100) })
    case 'not-sent':
    case 'transient':
    case 'unknown':
      return new ProblemError('digit_unreachable')
  }
}
