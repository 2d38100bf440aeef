// One call of the integrator over HTTP: signed by this device, checked against the contract, and nothing believed that does not fit it:
// HTML, half a JSON, another shape or no answer are all "not reachable", and the caller keeps what it has. A clock that is off is
// corrected by what the integrator says of it, and the call is made once more. Made by integrator-client.ts.
import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import axios, { type AxiosRequestConfig, type AxiosResponse } from 'axios'
import { problemDataSchema, ProblemError, PROBLEM_CODES, type ProblemCode } from '#contract/problem.ts'
import type { DeviceSigner } from '#contract/signed.ts'
import type { Clock } from '#core/ports.ts'
import { requireSafeAddress } from './integrator-address.ts'
import type { LinkState } from './link-state.ts'
import { signRequest } from '#host/identity/sign-request.ts'

const ANSWER_BYTES_MAX = 8 * 1024 * 1024
const REQUEST_BYTES_MAX = 2 * 1024 * 1024
const SOCKETS_MAX = 8
const RETRY_AFTER_SECONDS_MAX = 3_600

/** Who speaks; before the office has approved it, only about its enrolment. */
export type Speaker = {
  readonly deviceId: string
  readonly signer: DeviceSigner
  readonly isApproved: boolean
}

export type CallOptions = {
  readonly baseUrl: string
  /** PEM of the CA that alone is believed; null: the ones of this machine. */
  readonly ca?: string | null
  /** Plain http to another machine. */
  readonly isHttpAllowed?: boolean
  /** null: not enrolled. */
  readonly speaker: () => Speaker | null
  readonly clock: Clock
  readonly link: LinkState
  /** The integrator said that this device was withdrawn. */
  readonly onRevoked?: () => void
}

export type Procedure = { '~orpc': { route: { method?: string; path?: string }; outputSchema?: unknown } }
export type OutputOf<P> = P extends { '~orpc': { outputSchema?: infer S } }
  ? NonNullable<S> extends { '~standard': { types?: infer Y } }
    ? NonNullable<Y> extends { output: infer O }
      ? O
      : never
    : never
  : never

export type Sending = {
  /** JSON as text, or packed with gzip as bytes. */
  readonly body?: string | Buffer
  readonly query?: Record<string, number | string>
  /** Values for `{name}` in the path. */
  readonly params?: Record<string, string>
  readonly timeoutMs: number
  /** unsigned: only the request for enrolment; enrolling: also before the approval. */
  readonly speaks?: 'unsigned' | 'enrolling'
  /** The call may be made twice with the effect of once. */
  readonly isRepeatable?: boolean
}

export type IntegratorCalls = {
  readonly call: <P extends Procedure>(procedure: P, sending: Sending) => Promise<OutputOf<P>>
  readonly close: () => void
}

/** @throws Error in plain words for plain http to another machine */
export function createIntegratorCalls(options: CallOptions): IntegratorCalls {
  requireSafeAddress(options.baseUrl, { isHttpAllowed: options.isHttpAllowed ?? false })
  const ca = options.ca ?? null
  const agents = {
    httpAgent: new HttpAgent({ keepAlive: true, maxSockets: SOCKETS_MAX }),
    httpsAgent: new HttpsAgent({ keepAlive: true, maxSockets: SOCKETS_MAX, ...(ca === null ? {} : { ca }) }),
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
  const ending = new AbortController()
  const wallMs = (): number => options.clock.read().wallMs
  /** The integrator's time less this machine's, as far as it was told. */
  let offsetMs = 0

  const send = async (procedure: Procedure, sending: Sending): Promise<AxiosResponse<string>> => {
    const speaker = speakerOf(options.speaker(), sending)
    const signing = speaker === null ? null : { ...speaker, nowMs: () => wallMs() + offsetMs }
    // signed anew at each try: a nonce is good for one
    const once = async () => {
      const made = requestOf(procedure, sending, signing)
      const signal = AbortSignal.any([AbortSignal.timeout(sending.timeoutMs), ending.signal])
      return await http.request<string>({ ...made, signal })
    }
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
  const answerOf = async <P extends Procedure>(procedure: P, sending: Sending): Promise<OutputOf<P>> => {
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
    if (problem.code === 'device_revoked') options.onRevoked?.()
    throw problem
  }
  return {
    call: async (procedure, sending) => {
      try {
        return await answerOf(procedure, sending)
      } catch (error) {
        const serverTimeMs = serverTimeIn(error)
        if (serverTimeMs === null) throw error
        // such a request was not looked at: it may go again whatever it was about
        offsetMs = serverTimeMs - wallMs()
        return await answerOf(procedure, sending).catch(asUnheard)
      }
    },
    close: () => {
      // a call that waits for news would keep the till from ending
      ending.abort()
      agents.httpAgent.destroy()
      agents.httpsAgent.destroy()
    },
  }
}

/** A clock that nobody can agree on: to every caller the integrator is as good as away, and what is kept goes later. */
function asUnheard(error: unknown): never {
  throw serverTimeIn(error) === null ? error : unreachable('request_out_of_time')
}

function serverTimeIn(error: unknown): number | null {
  if (!(error instanceof ProblemError) || error.code !== 'request_out_of_time') return null
  const { serverTimeMs } = error.data
  return typeof serverTimeMs === 'number' && Number.isSafeInteger(serverTimeMs) && serverTimeMs > 0
    ? serverTimeMs
    : null
}

/** Throws device_not_enrolled or device_not_approved for what this device may not say yet. */
function speakerOf(speaker: Speaker | null, { speaks }: Sending): Speaker | null {
  if (speaks === 'unsigned') return null
  if (speaker === null) throw new ProblemError('device_not_enrolled')
  if (speaks !== 'enrolling' && !speaker.isApproved) throw new ProblemError('device_not_approved')
  return speaker
}

type Signing = Speaker & { readonly nowMs: () => number }

function requestOf(procedure: Procedure, sending: Sending, signing: Signing | null): AxiosRequestConfig {
  const { method = 'POST' } = procedure['~orpc'].route
  const { body, timeoutMs } = sending
  const target = targetOf(procedure, sending)
  return {
    method,
    url: target,
    data: body,
    timeout: timeoutMs,
    headers: {
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(Buffer.isBuffer(body) ? { 'content-encoding': 'gzip' } : {}),
      ...(signing === null ? {} : signRequest(signing, { method, target, body: body ?? null })),
    },
  }
}

/** Path and query below the integrator's address, exactly as they are signed and sent. */
function targetOf(procedure: Procedure, { query = {}, params = {} }: Sending): string {
  const { path = '/' } = procedure['~orpc'].route
  const filled = path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => {
    const value = params[name]
    if (value === undefined) throw new Error(`the path needs ${name}`)
    return encodeURIComponent(value)
  })
  const pairs = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
  return pairs.length === 0 ? filled : `${filled}?${pairs.join('&')}`
}

type Checked<T> = { '~standard': { validate: (value: unknown) => unknown } } & { readonly _output?: T }

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

export function parseJson(text: unknown): unknown {
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

export function unreachable(reason: string, cause?: unknown): ProblemError {
  const code: ProblemCode = 'integrator_unreachable'
  // Axios errors carry the whole request with its signature: only the bare code goes along.
  const tag = cause instanceof Error && 'code' in cause ? String(cause.code) : null
  return new ProblemError(code, tag === null ? { reason } : { reason, networkCode: tag })
}
