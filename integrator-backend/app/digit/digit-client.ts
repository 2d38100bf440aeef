// Calls DIGIT: RequestInfo, token, one re-login on 401, answers checked against their shape, every end classified.
// Called by the files beside it (bills, payments, masters); they name path, query and shape.
import type { z } from 'zod'
import { classifyFailure, failureWords } from '#collection/digit-outcome.ts'
import type { DigitFailure, DigitOutcome } from '#collection/digit-outcome.ts'
import { errorEnvelopeSchema } from '#digit-wire/envelope.ts'
import type { DigitCredentials } from '#app/config.ts'
import type { Log } from '#app/log.ts'
import { createBreaker } from './breaker.ts'
import { createSender } from './http.ts'
import { createTokenSource } from './token.ts'
import type { LoginState } from './token.ts'

export type DigitCall<Schema extends z.ZodType> = {
  path: string
  query?: Record<string, string>
  body?: Record<string, unknown>
  answer: Schema
  /** `_create` and `_workflow`. */
  isMoney?: boolean
}

export type DigitClient = {
  call: <Schema extends z.ZodType>(call: DigitCall<Schema>) => Promise<DigitOutcome<z.infer<Schema>>>
  /** Logs in when there is no token yet; says how that stands. */
  login: () => Promise<LoginState>
  loginState: () => LoginState
  /** The tenant of the login: tokens are made for it. */
  tenantId: string
  close: () => void
}

export type DigitClientOptions = {
  baseUrl: string
  tenantId: string
  userType: string
  timeoutMs: number
  readTimeoutMs: number
  credentials: () => DigitCredentials
  log: Log
  nowMs?: () => number
}

export function createDigitClient(options: DigitClientOptions): DigitClient {
  const nowMs = options.nowMs ?? Date.now
  const { send, close } = createSender(options)
  const tokens = createTokenSource({ ...options, send, nowMs })
  const breaker = createBreaker(nowMs)

  const sendOnce = async <Schema extends z.ZodType>(
    call: DigitCall<Schema>,
    token: string,
  ): Promise<DigitOutcome<z.infer<Schema>> & { status?: number }> => {
    const sentAtMs = nowMs()
    const requestInfo = {
      apiId: 'Rainmaker',
      ver: '1.0',
      ts: sentAtMs,
      // the text after | is the locale of SMS and PDF; a null msgId breaks both
      msgId: `${sentAtMs}|en_IN`,
      authToken: token,
    }
    const query = new URLSearchParams(call.query ?? {}).toString()
    const sent = await send({
      path: query === '' ? call.path : `${call.path}?${query}`,
      body: JSON.stringify({ RequestInfo: requestInfo, ...call.body }),
      headers: { 'content-type': 'application/json', 'auth-token': token },
      isMoney: call.isMoney ?? false,
    })
    if (sent.kind !== 'answer') return sent
    if (sent.status >= 200 && sent.status < 300) {
      const answer = call.answer.safeParse(sent.json)
      if (answer.success) return { kind: 'ok', value: answer.data, status: sent.status }
      return { kind: 'bad-answer', why: `${sent.status}, not the expected shape` }
    }
    const envelope = errorEnvelopeSchema.safeParse(sent.json)
    const errors = envelope.success
      ? envelope.data.Errors.map(({ code, message, description }) => ({
          code,
          message: message ?? null,
          description: description ?? null,
        }))
      : null
    return { ...classifyFailure({ status: sent.status, errors }), status: sent.status }
  }

  const call: DigitClient['call'] = async (wanted) => {
    const refusal = breaker.enter()
    if (refusal !== null) return refusal
    let outcome = await withLogin(wanted)
    // a kept-alive connection that DIGIT closed meanwhile: reading again does no harm, money is never repeated here
    if (outcome.kind === 'unknown' && wanted.isMoney !== true) outcome = await withLogin(wanted)
    breaker.leave(outcome.kind === 'not-sent')
    if (outcome.kind !== 'ok') {
      options.log.warn({ path: wanted.path, end: failureWords(outcome) }, 'DIGIT call')
    }
    return outcome
  }

  const withLogin: DigitClient['call'] = async (wanted) => {
    const first = await tokens.get()
    if (first.kind !== 'ok') return first.kind === 'denied' ? first : notSent(first)
    const outcome = await sendOnce(wanted, first.value)
    if (outcome.kind !== 'denied' || outcome.status !== 401) return outcome
    // one repeat only: newer gateways answer 401 for a missing role too (digit-contract 2.3)
    tokens.reject(first.value)
    const second = await tokens.get()
    if (second.kind !== 'ok') return second.kind === 'denied' ? second : notSent(second)
    // DIGIT hands out the same token while it lives: then the role is missing, not the login
    return second.value === first.value ? outcome : await sendOnce(wanted, second.value)
  }

  return {
    call,
    login: async () => {
      await tokens.get()
      return tokens.state()
    },
    loginState: () => tokens.state(),
    tenantId: options.tenantId,
    close,
  }
}

/** Without a token the call itself was never made, whatever became of the login. */
function notSent(failure: DigitFailure): DigitFailure {
  return { kind: 'not-sent', why: `no login: ${failure.kind}` }
}
