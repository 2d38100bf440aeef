// Goal: a problem says what it is in words, with a status, and never more than it was given.
import {
  mayAnswer,
  PROBLEM_CODES,
  ProblemError,
  problemOf,
  problemStatus,
  PROBLEMS,
} from '#contract/problem.ts'
import { api } from '#contract/api.ts'
import { procedures } from '#rpc/procedures.ts'
import { expect, test } from 'vitest'

test('every code has a sentence and a status of failure', () => {
  for (const code of PROBLEM_CODES) {
    expect(PROBLEMS[code], code).toMatch(/^[A-Z].*\.$/)
    expect(problemStatus(code), code).toBeGreaterThanOrEqual(400)
  }
})

test('an error carries its code and values, not its cause', () => {
  const error = new ProblemError(
    'amount_below_minimum',
    { minimumPaise: 10_000 },
    { cause: new Error('secret') },
  )
  expect(problemOf(error)).toEqual({
    code: 'amount_below_minimum',
    message: PROBLEMS.amount_below_minimum,
    data: { minimumPaise: 10_000 },
  })
})

test('every operation names what it may answer, from the closed list only', () => {
  const maps = [api, procedures].flatMap((router) =>
    Object.values(router).flatMap((group: Record<string, { '~orpc': { errorMap: object } }>) =>
      Object.values(group).map((call) => call['~orpc'].errorMap),
    ),
  )
  expect(maps.length).toBeGreaterThan(20)
  for (const map of maps) {
    expect(Object.keys(map)).toEqual(expect.arrayContaining(['input_invalid', 'internal']))
    for (const code of Object.keys(map)) expect(PROBLEM_CODES).toContain(code)
  }
})

test('the error map carries status and words', () => {
  expect(mayAnswer('payment_conflict').payment_conflict).toMatchObject({
    status: 409,
    message: PROBLEMS.payment_conflict,
  })
})
