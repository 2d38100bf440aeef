// Goal: what a print becomes follows what the printer said, and a second original never comes out: once paper may exist, every further
// print is a marked duplicate.
import { describe, expect, test } from 'vitest'
import { problemOf, ProblemError, type Problem } from '#contract/problem.ts'
import { COPIES_MAX, PRINT_RETRY_MS } from '#core/limits.ts'
import {
  jobAfter,
  maySpareTake,
  planConfirm,
  planReprint,
  printerProblem,
  processIdOf,
  waitForNumber,
} from '#core/receipts/print-queue.ts'
import type { PrintJob, PrintState } from '#core/records.ts'

const noPaper = problemOf(new ProblemError('printer_unreachable'))
const job = (state: PrintState, copyNumber = 0, problem: Problem | null = null): PrintJob => ({
  id: copyNumber + 1,
  paymentId: 'payment-1',
  copyNumber,
  state,
  attempts: 0,
  processId: null,
  printer: null,
  problem,
  requestedBy: null,
  queuedAtMs: 0,
  atMs: 0,
})
const plan = (jobs: PrintJob[]) => planReprint(jobs, { hasPrinter: true })

describe('after a try', () => {
  test('printed, unknown and interrupted are final', () => {
    expect(jobAfter({ attempts: 0 }, { result: 'printed', problem: null }).state).toBe('printed')
    expect(jobAfter({ attempts: 0 }, { result: 'unknown', problem: noPaper })).toMatchObject({
      state: 'unknown',
      retryAfterMs: null,
    })
    expect(jobAfter({ attempts: 0 }, { result: 'interrupted', problem: noPaper })).toMatchObject({
      state: 'interrupted',
      retryAfterMs: null,
    })
  })

  test('a slip of which no byte went out is tried again a few times, then fails', () => {
    const states = Array.from({ length: PRINT_RETRY_MS.length + 1 }, (_, attempts) =>
      jobAfter({ attempts }, { result: 'not-sent', problem: noPaper }),
    )
    expect(states.map(({ retryAfterMs }) => retryAfterMs)).toEqual([...PRINT_RETRY_MS, null])
    expect(states.at(-1)?.state).toBe('failed')
  })

  test('what cannot be laid out is not tried again', () => {
    const problem = printerProblem('document_invalid')
    expect(jobAfter({ attempts: 0 }, { result: 'not-sent', problem }).state).toBe('failed')
  })
})

describe('print again', () => {
  test.each<PrintState>(['printed', 'unknown', 'sending', 'sent', 'interrupted'])(
    'after an original that is %s: duplicate 1',
    (state) => {
      expect(plan([job(state)])).toEqual({ kind: 'copy', copyNumber: 1 })
    },
  )

  test.each<PrintState>(['queued', 'absent', 'failed'])(
    'an original that is %s never reached paper: it is printed',
    (state) => {
      expect(plan([job(state)])).toEqual({ kind: 'original', jobId: 1 })
    },
  )

  test('after an interrupted original there is paper somewhere: duplicate', () => {
    const { state } = jobAfter({ attempts: 0 }, { result: 'interrupted', problem: noPaper })
    expect(plan([job(state)])).toEqual({ kind: 'copy', copyNumber: 1 })
  })

  test('copies count on, also when one of them failed', () => {
    expect(plan([job('printed'), job('printed', 1), job('failed', 2)])).toEqual({
      kind: 'copy',
      copyNumber: 3,
    })
    expect(() => plan([job('printed'), job('printed', COPIES_MAX)])).toThrow(ProblemError)
  })

  test('without a printer there is nothing to ask', () => {
    expect(() => planReprint([job('absent')], { hasPrinter: false })).toThrow('No printer is set up.')
  })
})

describe('what names and moves a print', () => {
  test('every try of every job has four characters of its own, for some hundred thousand jobs', () => {
    const ids = Array.from({ length: 5_000 }, (_, id) =>
      [0, 1, 7].map((attempts) => processIdOf({ id: id + 200_000, attempts })),
    ).flat()
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids.every((id) => /^[0-9A-Z]{4}$/.test(id))).toBe(true)
  })

  test('the spare printer takes what surely was not begun, and nothing else', () => {
    const notSent = { result: 'not-sent', problem: printerProblem('printer_paper_out') } as const
    expect(maySpareTake(notSent)).toBe(true)
    expect(maySpareTake({ ...notSent, problem: printerProblem('document_invalid') })).toBe(false)
    for (const result of ['printed', 'unknown', 'interrupted'] as const)
      expect(maySpareTake({ ...notSent, result })).toBe(false)
  })

  test('a person may say "it did come out" only of a slip of which the printer said nothing', () => {
    expect(planConfirm([job('printed'), job('unknown', 1)], 1)).toEqual({ jobId: 2 })
    for (const state of ['printed', 'interrupted', 'sent', 'failed'] as const)
      expect(() => planConfirm([job(state)], 0)).toThrow(ProblemError)
    expect(() => planConfirm([], 0)).toThrow(ProblemError)
  })
})

test.each([
  ['printer_none', 'printer_absent'],
  ['printer_unreachable', 'printer_unreachable'],
  ['device_permission', 'printer_unreachable'],
  ['device_in_use', 'printer_unreachable'],
  ['printer_paper_out', 'printer_not_ready'],
  ['printer_cover_open', 'printer_not_ready'],
])('the driver says %s, the till says %s', (driverCode, code) => {
  expect(printerProblem(driverCode)).toMatchObject({ code, data: { reason: driverCode } })
})

describe('waiting for DIGIT’s number', () => {
  const now = { isOnline: true, isProvisional: true, waitedMs: 0, waitMaxMs: 1_500 }

  test('an original waits while DIGIT may still answer, and never longer than it may', () => {
    expect(waitForNumber(job('queued'), now)).toBeGreaterThan(0)
    expect(waitForNumber(job('queued'), { ...now, waitedMs: 1_490 })).toBe(10)
    expect(waitForNumber(job('queued'), { ...now, waitedMs: 1_500 })).toBe(0)
    expect(waitForNumber(job('queued'), { ...now, waitedMs: 9_000 })).toBe(0)
  })

  test('nothing waits offline, with the number there, for a copy, or for a second try', () => {
    expect(waitForNumber(job('queued'), { ...now, isOnline: false })).toBe(0)
    expect(waitForNumber(job('queued'), { ...now, isProvisional: false })).toBe(0)
    expect(waitForNumber(job('queued', 1), now)).toBe(0)
    expect(waitForNumber({ ...job('queued'), attempts: 1 }, now)).toBe(0)
  })
})
