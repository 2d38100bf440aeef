// What the till asks of the integrator (contract/api.ts), each call with its patience. How a call is made, signed and checked is
// integrator-calls.ts. Made by start-host; implements core's Integrator.
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { api, mastersSchema, STATUS_PAGE_MAX, type Masters } from '#contract/api.ts'
import type { Approval, EnrolmentAnswer, EnrolmentRequest } from '#contract/devices-api.ts'
import {
  exceptionsApi,
  EXCEPTIONS_PAGE_MAX,
  type Exception,
  type ExceptionActInput,
} from '#contract/exceptions-api.ts'
import { readAck } from '#contract/journal-record.ts'
import type { Paise } from '#contract/money.ts'
import { packsApi } from '#contract/packs-api.ts'
import { ProblemError } from '#contract/problem.ts'
import type { SignedPurpose, SignedText } from '#contract/signed.ts'
import type { BillQuery, Integrator } from '#core/ports.ts'
import type { PackSource } from '#host/packs/pack-source.ts'
import { createIntegratorCalls, parseJson, unreachable, type CallOptions } from './integrator-calls.ts'

const pack = promisify(gzip)
/** A body that is longer goes packed. */
const PACKED_FROM_CHARS = 1_024
/** 16 kbit/s: no line that is in use is slower, so a batch that is under way is not given up. */
const SLOW_BYTES_PER_MS = 2

export type IntegratorTimes = {
  readonly signInMs: number
  readonly billsMs: number
  readonly batchMs: number
  readonly otherMs: number
  /** Longest wait of a person while the integrator is known to be away. */
  readonly awayMs: number
}

/** Upper bounds of one call. Sign-in and bills have a person waiting and a way without the network. */
export const INTEGRATOR_TIMES: IntegratorTimes = {
  signInMs: 5_000,
  billsMs: 10_000,
  batchMs: 30_000,
  otherMs: 15_000,
  awayMs: 2_500,
}

export type ExceptionsPage = {
  exceptions: Exception[]
  next: number | null
  totalCount: number
  totalPaise: Paise
}
export type ExceptionActAnswer = { result: 'done' | 'asked'; exception: Exception | null }

export type IntegratorClient = Integrator &
  PackSource & {
    /** What waits for a person, after a position of the list. */
    readonly exceptions: (after: number) => Promise<ExceptionsPage>
    /** Never repeated by itself: a lost answer is integrator_unreachable, and only the list tells what came of it. */
    readonly actOnException: (input: ExceptionActInput) => Promise<ExceptionActAnswer>
    readonly enrol: (input: EnrolmentRequest) => Promise<EnrolmentAnswer>
    readonly confirm: (input: { nonce: string }) => Promise<Approval>
    readonly me: () => Promise<{ approval: 'unconfirmed' | Approval }>
    /** Throws integrator_not_trusted when they are not signed by the integrator of the enrolment. */
    readonly masters: () => Promise<Masters>
    /** PIN pepper and unlock secret, sealed to this device's key. */
    readonly deviceSecrets: () => Promise<string>
    readonly close: () => void
  }

type ClientOptions = CallOptions & {
  readonly times: IntegratorTimes
  /** true: signed by the integrator that this till was enrolled with. */
  readonly isTrusted: (purpose: SignedPurpose, signed: SignedText) => boolean
}

export function createIntegratorClient(options: ClientOptions): IntegratorClient {
  const { call, close } = createIntegratorCalls(options)
  const { billsMs, signInMs, batchMs, otherMs, awayMs } = options.times
  const patience = (ms: number): number => (options.link.isOnline() ? ms : Math.min(ms, awayMs))
  return {
    enrol: async (input) =>
      await call(api.devices.enrol, {
        body: JSON.stringify(input),
        timeoutMs: otherMs,
        speaks: 'unsigned',
        isRepeatable: true,
      }),
    confirm: async (input) =>
      (
        await call(api.devices.confirm, {
          body: JSON.stringify(input),
          timeoutMs: otherMs,
          speaks: 'enrolling',
          isRepeatable: true,
        })
      ).approval,
    me: async () =>
      await call(api.devices.me, { timeoutMs: otherMs, speaks: 'enrolling', isRepeatable: true }),
    masters: async () => {
      const signed = await call(api.masters.get, { timeoutMs: otherMs, isRepeatable: true })
      if (!options.isTrusted('masters', signed)) throw new ProblemError('integrator_not_trusted')
      const masters = mastersSchema.safeParse(parseJson(signed.text))
      if (!masters.success) throw unreachable('bad_answer')
      return masters.data
    },
    deviceSecrets: async () =>
      (await call(api.devices.secrets, { timeoutMs: otherMs, isRepeatable: true })).sealed,
    searchBills: async (query: BillQuery) =>
      (
        await call(api.bills.search, {
          body: JSON.stringify(query),
          timeoutMs: patience(billsMs),
          isRepeatable: true,
        })
      ).bills,
    signIn: async (input) =>
      (await call(api.operators.signIn, { body: JSON.stringify(input), timeoutMs: patience(signInMs) }))
        .operator,
    appendRecords: async ({ after, head, records, lastAck }) => {
      const text = JSON.stringify({ after, head, records, ...(lastAck === null ? {} : { lastAck }) })
      const body = text.length > PACKED_FROM_CHARS ? await pack(text) : text
      const timeoutMs = batchMs + Math.ceil(body.length / SLOW_BYTES_PER_MS)
      const answer = await call(api.records.append, { body, timeoutMs, isRepeatable: true })
      const { ack: signed, ...rest } = answer
      if (!options.isTrusted('ack', signed)) throw new ProblemError('integrator_not_trusted')
      const ack = readAck(signed.text)
      if (ack === null) throw unreachable('bad_answer')
      return { ...rest, signed, ack }
    },
    changes: async (since, waitMs) =>
      await call(api.payments.changes, {
        query: { since, limit: STATUS_PAGE_MAX, waitMs },
        timeoutMs: otherMs + waitMs,
        isRepeatable: true,
      }),
    packRoutes: async () =>
      (await call(packsApi.routes, { timeoutMs: patience(otherMs), isRepeatable: true })).routes,
    packManifest: async (routeId) =>
      await call(packsApi.manifest, { query: { routeId }, timeoutMs: otherMs, isRepeatable: true }),
    packChunk: async (packId, index) => {
      const query = { packId, index }
      const chunk = await call(packsApi.chunk, { query, timeoutMs: batchMs, isRepeatable: true })
      return Buffer.from(chunk.gzipBase64, 'base64')
    },
    exceptions: async (after) =>
      await call(exceptionsApi.list, {
        query: { after, limit: EXCEPTIONS_PAGE_MAX },
        timeoutMs: patience(otherMs),
        isRepeatable: true,
      }),
    actOnException: async (input) =>
      await call(exceptionsApi.act, { body: JSON.stringify(input), timeoutMs: otherMs }),
    close,
  }
}
