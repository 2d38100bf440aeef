// Speaks HTTP with the integrator (contract/api.ts) and believes nothing that does not fit the contract: HTML, half a JSON, another
// shape or no answer are all "not reachable", and the caller keeps what it has. Made by start-host; implements core's Integrator.
import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import axios, { type AxiosRequestConfig, type AxiosResponse } from 'axios'
import { api, BATCH_PAYMENTS_MAX, STATUS_PAGE_MAX, type Device, type Masters } from '#contract/api.ts'
import {
  exceptionsApi,
  EXCEPTIONS_PAGE_MAX,
  type Exception,
  type ExceptionActInput,
} from '#contract/exceptions-api.ts'
import type { Paise } from '#contract/money.ts'
import { problemDataSchema, ProblemError, PROBLEM_CODES, type ProblemCode } from '#contract/problem.ts'
import type { BillQuery, Integrator } from '#core/ports.ts'
import type { LinkState } from './link-state.ts'

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

const ANSWER_BYTES_MAX = 8 * 1024 * 1024
const REQUEST_BYTES_MAX = 2 * 1024 * 1024
const SOCKETS_MAX = 8
const RETRY_AFTER_SECONDS_MAX = 3_600

export type ExceptionsPage = {
  exceptions: Exception[]
  next: number | null
  totalCount: number
  totalPaise: Paise
}
export type ExceptionActAnswer = { result: 'done' | 'asked'; exception: Exception | null }

export type IntegratorClient = Integrator & {
  /** What waits for a person, after a position of the list. */
  readonly exceptions: (after: number) => Promise<ExceptionsPage>
  /** Never repeated by itself: a lost answer is integrator_unreachable, and only the list tells what came of it. */
  readonly actOnException: (input: ExceptionActInput) => Promise<ExceptionActAnswer>
  readonly enrol: (input: { code: string; name: string }) => Promise<Device>
  readonly masters: () => Promise<Masters>
  readonly close: () => void
}

type ClientOptions = {
  readonly baseUrl: string
  /** Bearer of the enrolled device; null before. */
  readonly token: () => string | null
  readonly link: LinkState
  readonly times: IntegratorTimes
}

type Checked<T> = { '~standard': { validate: (value: unknown) => unknown } } & { readonly _output?: T }
type Procedure = { '~orpc': { route: { method?: string; path?: string }; outputSchema?: unknown } }
type OutputOf<P> = P extends { '~orpc': { outputSchema?: infer S } }
  ? NonNullable<S> extends { '~standard': { types?: infer Y } }
    ? NonNullable<Y> extends { output: infer O }
      ? O
      : never
    : never
  : never

type Sending = {
  readonly body?: string
  readonly query?: Record<string, number>
  readonly timeoutMs: number
  readonly isOpen?: boolean
  /** The call may be made twice with the effect of once. */
  readonly isRepeatable?: boolean
}

export function createIntegratorClient(options: ClientOptions): IntegratorClient {
  const agents = {
    httpAgent: new HttpAgent({ keepAlive: true, maxSockets: SOCKETS_MAX }),
    httpsAgent: new HttpsAgent({ keepAlive: true, maxSockets: SOCKETS_MAX }),
  }
  const http = axios.create({
    baseURL: options.baseUrl.replace(/\/+$/, ''),
    ...agents,
    proxy: false,
    maxRedirects: 0,
    maxContentLength: ANSWER_BYTES_MAX,
    maxBodyLength: REQUEST_BYTES_MAX,
    responseType: 'text',
    transitional: { silentJSONParsing: false, forcedJSONParsing: false },
    transformRequest: (body: unknown) => body,
    transformResponse: (body: unknown) => body,
    validateStatus: () => true,
  })

  const send = async (procedure: Procedure, sending: Sending): Promise<AxiosResponse<string>> => {
    const token = options.token()
    if (token === null && sending.isOpen !== true) throw new ProblemError('device_not_enrolled')
    const once = async () => await http.request<string>(requestOf(procedure, sending, token))
    try {
      return await once().catch(async (error: unknown) => {
        if (sending.isRepeatable === true && isStaleSocket(error)) return await once()
        throw error
      })
    } catch (cause) {
      options.link.noteSilence()
      throw unreachable('no_answer', cause)
    }
  }

  const call = async <P extends Procedure>(procedure: P, sending: Sending): Promise<OutputOf<P>> => {
    const response = await send(procedure, sending)
    const parsed = parseJson(response.data)
    if (response.status >= 200 && response.status < 300) {
      const output = await checkedOutput<OutputOf<P>>(procedure, parsed)
      if (output === undefined) {
        options.link.noteSilence()
        throw unreachable('bad_answer')
      }
      options.link.noteAnswer()
      return output
    }
    const problem = problemIn(parsed, response)
    if (problem === null) {
      options.link.noteSilence()
      throw unreachable(`status_${response.status}`)
    }
    options.link.noteAnswer()
    throw problem
  }

  const { billsMs, signInMs, batchMs, otherMs, awayMs } = options.times
  const patience = (ms: number): number => (options.link.isOnline() ? ms : Math.min(ms, awayMs))
  return {
    enrol: async (input) =>
      await call(api.devices.enrol, { body: JSON.stringify(input), timeoutMs: otherMs, isOpen: true }),
    masters: async () => await call(api.masters.get, { timeoutMs: otherMs, isRepeatable: true }),
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
    submitBatch: async (bodies) => {
      if (bodies.length === 0 || bodies.length > BATCH_PAYMENTS_MAX)
        throw new RangeError('a batch has 1 to 100')
      // Joined, not re-serialised: what was journaled is what is sent, byte for byte.
      const body = `{"payments":[${bodies.join(',')}]}`
      return await call(api.payments.submitBatch, { body, timeoutMs: batchMs, isRepeatable: true })
    },
    changes: async (since) =>
      await call(api.payments.changes, {
        query: { since, limit: STATUS_PAGE_MAX },
        timeoutMs: otherMs,
        isRepeatable: true,
      }),
    exceptions: async (after) =>
      await call(exceptionsApi.list, {
        query: { after, limit: EXCEPTIONS_PAGE_MAX },
        timeoutMs: patience(otherMs),
        isRepeatable: true,
      }),
    actOnException: async (input) =>
      await call(exceptionsApi.act, { body: JSON.stringify(input), timeoutMs: otherMs }),
    close: () => {
      agents.httpAgent.destroy()
      agents.httpsAgent.destroy()
    },
  }
}

function requestOf(procedure: Procedure, sending: Sending, token: string | null): AxiosRequestConfig {
  const { method, path } = procedure['~orpc'].route
  return {
    method: method ?? 'POST',
    url: path ?? '/',
    params: sending.query,
    data: sending.body,
    timeout: sending.timeoutMs,
    signal: AbortSignal.timeout(sending.timeoutMs),
    headers: {
      accept: 'application/json',
      ...(sending.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    },
  }
}

/** A kept-alive connection that the other side has closed meanwhile: says nothing about whether anybody is there. */
function isStaleSocket(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE')
}

async function checkedOutput<T>(procedure: Procedure, value: unknown): Promise<T | undefined> {
  const schema = procedure['~orpc'].outputSchema as Checked<T> | undefined
  if (schema === undefined) throw new Error('every operation of the API names its answer')
  const result = (await schema['~standard'].validate(value)) as { value?: T; issues?: readonly unknown[] }
  return result.issues === undefined ? result.value : undefined
}

function parseJson(text: unknown): unknown {
  if (typeof text !== 'string' || text === '') return undefined
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

/** A coded problem of the contract, with the wait that was asked for; null when the answer is not one. */
function problemIn(parsed: unknown, response: AxiosResponse): ProblemError | null {
  if (typeof parsed !== 'object' || parsed === null || !('code' in parsed)) return null
  const code = PROBLEM_CODES.find((known) => known === parsed.code)
  const retryAfterMs = retryAfterOf(response)
  if (code === undefined) return response.status === 429 ? tooMany(retryAfterMs) : null
  const data = problemDataSchema.safeParse('data' in parsed ? parsed.data : {})
  const facts = data.success ? data.data : {}
  return new ProblemError(code, retryAfterMs === null ? facts : { ...facts, retryAfterMs })
}

function tooMany(retryAfterMs: number | null): ProblemError {
  return new ProblemError('too_many_requests', retryAfterMs === null ? {} : { retryAfterMs })
}

/** Seconds form only: a date would need a clock that both sides trust. */
function retryAfterOf({ headers }: AxiosResponse): number | null {
  const text: unknown = headers['retry-after']
  if (typeof text !== 'string' || !/^\d{1,6}$/.test(text)) return null
  return Math.min(Number(text), RETRY_AFTER_SECONDS_MAX) * 1000
}

function unreachable(reason: string, cause?: unknown): ProblemError {
  const code: ProblemCode = 'integrator_unreachable'
  // Axios errors carry the whole request with its token: only the bare code goes along.
  const tag = cause instanceof Error && 'code' in cause ? String(cause.code) : null
  return new ProblemError(code, tag === null ? { reason } : { reason, networkCode: tag })
}
