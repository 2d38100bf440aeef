// Hands the journal over to the integrator, one batch a round, in order and without a gap. The host runs rounds one after another and
// waits as long as the round says. A lost answer means "send the same bytes again"; a restored integrator gets everything again;
// a record that it cannot read is acknowledged all the same and set aside there, so it never holds up the others.
import { ProblemError, problemOf } from '#contract/problem.ts'
import {
  ALARM_RETRY_MS,
  BATCH_BYTES_MAX,
  BATCH_BYTES_MIN,
  BATCH_RECORDS_MAX,
  IDLE_POLL_MS,
  SERVER_WAIT_MAX_MS,
} from '#core/limits.ts'
import type { Clock, Integrator, OutboxStore, RecordBatch } from '#core/ports.ts'
import { afterTrouble, backOff } from './pace.ts'

export type SendPorts = {
  readonly store: OutboxStore
  readonly integrator: Pick<Integrator, 'appendRecords'>
  readonly clock: Clock
  /** 0 ≤ x < 1. */
  readonly random: () => number
}

export type SendState = {
  readonly failures: number
  /** Records in one batch; the integrator may ask for fewer. */
  readonly recordsMax: number
  /** Bytes of one batch; smaller after batches that got no answer in time. */
  readonly bytesMax: number
}

export type SendRound = {
  readonly state: SendState
  /** Payments that the integrator has now. */
  readonly sentCount: number
  readonly waitMs: number
  /** null: everything went well, or there was nothing to send. */
  readonly problem: ProblemError | null
}

export const FIRST_SEND_STATE: SendState = {
  failures: 0,
  recordsMax: BATCH_RECORDS_MAX,
  bytesMax: BATCH_BYTES_MAX,
}

/** Throws only for faults of the till itself (store, programming mistakes). */
export async function sendRound(ports: SendPorts, state: SendState): Promise<SendRound> {
  const { store, integrator, clock } = ports
  const batch = store.nextBatch(state)
  if (batch.records.length === 0) return { state, sentCount: 0, waitMs: IDLE_POLL_MS, problem: null }
  try {
    const { nextAfterMs, maxBatch, ...word } = await integrator.appendRecords(batch)
    const sentCount = store.applyAck(word, clock.read())
    const { alarm, sentSeq } = store.handover()
    if (alarm !== null && sentSeq === batch.after)
      return alarmed(state, new ProblemError(alarm.code, alarm.data))
    const next: SendState = {
      failures: 0,
      recordsMax: Math.min(BATCH_RECORDS_MAX, Math.max(1, maxBatch)),
      bytesMax: Math.min(BATCH_BYTES_MAX, state.bytesMax * 2),
    }
    const isMore = store.nextBatch({ recordsMax: 1, bytesMax: 1 }).records.length > 0
    const askedMs = Math.min(nextAfterMs, SERVER_WAIT_MAX_MS)
    // An ack that brings the journal no further is no reason to hurry.
    const waitMs = !isMore ? IDLE_POLL_MS : sentSeq > batch.after ? askedMs : backOff(ports.random, 1)
    return { state: next, sentCount, waitMs: Math.max(waitMs, isMore ? askedMs : 0), problem: null }
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error
    return afterProblem({ ports, state, batch }, error)
  }
}

type Failed = { readonly ports: SendPorts; readonly state: SendState; readonly batch: RecordBatch }

function afterProblem({ ports, state, batch }: Failed, problem: ProblemError): SendRound {
  const { store, clock, random } = ports
  const failures = state.failures + 1
  const lastSeq = batch.after + batch.records.length
  switch (problem.code) {
    case 'sequence_gap': {
      const expectedSeq = problem.data['expectedSeq']
      if (typeof expectedSeq !== 'number' || expectedSeq < 1 || expectedSeq > batch.after) break
      store.rewind(expectedSeq, clock.read())
      const waitMs = state.failures === 0 ? 0 : backOff(random, failures)
      return { state: { ...state, failures }, sentCount: 0, waitMs, problem: null }
    }
    case 'sequence_fork':
      // The money is with the integrator, where a person looks at it; what comes after it must get there too.
      store.setAside(lastSeq, problemOf(problem), clock.read())
      return { state: { ...state, failures: 0 }, sentCount: 0, waitMs: 0, problem }
    case 'signature_invalid':
      if (problem.data['where'] !== 'records') break
      store.markTried(lastSeq, problemOf(problem))
      return alarmed({ ...state, failures }, problem)
    case 'input_invalid':
    case 'batch_too_large':
      return afterUnreadable({ ports, state, batch }, problem)
    default:
      break
  }
  store.markTried(lastSeq, problemOf(problem))
  const isSilent = problem.code === 'integrator_unreachable'
  return {
    state: {
      ...state,
      failures: problem.code === 'too_many_requests' ? state.failures : failures,
      bytesMax: isSilent ? Math.max(BATCH_BYTES_MIN, Math.floor(state.bytesMax / 2)) : state.bytesMax,
    },
    sentCount: 0,
    waitMs: afterTrouble(random, failures, problem),
    problem,
  }
}

/** Halves, as the batch may just have been too much; a single record that is not taken waits for a person and seldom knocks. */
function afterUnreadable({ ports, state, batch }: Failed, problem: ProblemError): SendRound {
  const { length } = batch.records
  if (length > 1) {
    const recordsMax = Math.floor(length / 2)
    return { state: { ...state, failures: 0, recordsMax }, sentCount: 0, waitMs: 0, problem: null }
  }
  ports.store.markTried(batch.after + 1, problemOf(problem))
  return alarmed({ ...state, failures: state.failures + 1 }, problem)
}

function alarmed(state: SendState, problem: ProblemError): SendRound {
  return { state, sentCount: 0, waitMs: ALARM_RETRY_MS, problem }
}
