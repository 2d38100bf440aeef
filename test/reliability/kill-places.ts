// The places of the money path where a program is killed, as data. The statements and calls named here are looked for in what
// really passes the doors of crash-point.ts: a place that is never reached fails its test, so the list cannot grow stale.
// Letters in brackets are the crash points of the design. Called by kill.test.ts and kill-loops.ts.
import type { CrashStep } from '#test/reliability/crash-point.ts'

export type KillPlace = {
  readonly name: string
  readonly victim: 'terminal' | 'integrator' | 'postgres'
  readonly steps: readonly CrashStep[]
  /** Whether the payment is in the till's record when it starts again. */
  readonly isRecorded: boolean
}

const step = (door: CrashStep['door'], when: CrashStep['when'], match: string): CrashStep => ({
  door,
  when,
  match,
})

const insertPayment = step('sqlite', 'before', '^insert into "?payments"?')
const commit = (when: CrashStep['when']) => step('sqlite', when, '^commit')
const batch = 'POST /v1/records'
const create = 'POST /collection-services/payments/_create'
/** Payments, records and head in one statement, which is its own transaction. */
const append = 'tahsil\\.append_records'
const moveTo = (state: string) => `tahsil\\.move_payment.*"${state}"`

export const killPlaces: readonly KillPlace[] = [
  // Terminal
  {
    name: 'before anything is written (C1)',
    victim: 'terminal',
    steps: [step('sqlite', 'before', '^begin')],
    isRecorded: false,
  },
  {
    name: 'in the middle of the transaction',
    victim: 'terminal',
    steps: [insertPayment],
    isRecorded: false,
  },
  {
    name: 'with everything written, before COMMIT',
    victim: 'terminal',
    steps: [insertPayment, commit('before')],
    isRecorded: false,
  },
  {
    name: 'after COMMIT, before the answer (C2)',
    victim: 'terminal',
    steps: [insertPayment, commit('after')],
    isRecorded: true,
  },
  {
    name: 'while the receipt is being printed (C4)',
    victim: 'terminal',
    steps: [step('sqlite', 'before', '^update "?print_jobs"?'), commit('after')],
    isRecorded: true,
  },
  {
    name: 'while the batch is being sent (C5)',
    victim: 'terminal',
    steps: [step('http-request', 'after', batch)],
    isRecorded: true,
  },
  {
    name: 'after the integrator committed, before the acknowledgement is read (C5)',
    victim: 'terminal',
    steps: [step('http-answer', 'before', batch)],
    isRecorded: true,
  },
  {
    name: 'before the acknowledgement is stored',
    victim: 'terminal',
    steps: [
      step('http-answer', 'before', batch),
      step('sqlite', 'before', '^update "?outbox"?'),
      commit('before'),
    ],
    isRecorded: true,
  },
  {
    name: 'while statuses are being stored (C6)',
    victim: 'terminal',
    steps: [step('sqlite', 'before', '^insert into "?statuses"?'), commit('before')],
    isRecorded: true,
  },
  // Integrator
  {
    name: 'before the payment is inserted',
    victim: 'integrator',
    steps: [step('pg', 'before', append)],
    isRecorded: true,
  },
  {
    name: 'after the payment is committed, before the answer (C7)',
    victim: 'integrator',
    steps: [step('pg', 'after', append)],
    isRecorded: true,
  },
  {
    name: 'before the attempt is committed (C8)',
    victim: 'integrator',
    steps: [step('pg', 'before', moveTo('POSTING'))],
    isRecorded: true,
  },
  {
    name: 'after the attempt is committed, before the call (C9)',
    victim: 'integrator',
    steps: [step('http-request', 'before', create)],
    isRecorded: true,
  },
  {
    name: 'while the call is on its way (C10)',
    victim: 'integrator',
    steps: [step('http-request', 'after', create)],
    isRecorded: true,
  },
  {
    name: 'after DIGIT committed, before its answer is read (C12)',
    victim: 'integrator',
    steps: [step('http-answer', 'before', create)],
    isRecorded: true,
  },
  {
    name: 'after the answer, before POSTED is committed (C13)',
    victim: 'integrator',
    steps: [step('pg', 'before', moveTo('POSTED'))],
    isRecorded: true,
  },
  {
    name: 'after POSTED is committed (C14)',
    victim: 'integrator',
    steps: [step('pg', 'after', moveTo('POSTED'))],
    isRecorded: true,
  },
  {
    name: 'while it is being confirmed (C15)',
    victim: 'integrator',
    steps: [step('pg', 'before', moveTo('CONFIRMED'))],
    isRecorded: true,
  },
  // Its database
  {
    name: 'while the payment is being inserted',
    victim: 'postgres',
    steps: [step('pg', 'before', append)],
    isRecorded: true,
  },
  {
    name: 'after DIGIT committed, before POSTED is committed',
    victim: 'postgres',
    steps: [step('pg', 'before', moveTo('POSTED'))],
    isRecorded: true,
  },
]
