// One HTTP exchange with DIGIT: keep-alive, time limit, size limit, and an honest word about what is known afterwards.
// Called by token and digit-client. Nothing here knows what a bill is.
import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import axios from 'axios'
import type { DigitFailure } from '#collection/digit-outcome.ts'

export type Exchange = {
  /** Path with query. */
  path: string
  body: string
  headers: Record<string, string>
  /** Calls that move money wait longer: giving up early makes an unknown. */
  isMoney: boolean
}

export type Answer = { kind: 'answer'; status: number; json: unknown }
export type Send = (exchange: Exchange) => Promise<Answer | DigitFailure>

export const ANSWER_BYTES_MAX = 8_388_608
const socketsMax = 64

/** The connection never came to be, so no byte of the request reached DIGIT. */
const neverConnected = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'])

export function createSender(options: { baseUrl: string; timeoutMs: number; readTimeoutMs: number }): {
  send: Send
  close: () => void
} {
  const agents = {
    httpAgent: new HttpAgent({ keepAlive: true, maxSockets: socketsMax }),
    httpsAgent: new HttpsAgent({ keepAlive: true, maxSockets: socketsMax }),
  }
  const isLoopback = /^https?:\/\/(?:localhost|127\.|\[::1\])/.test(options.baseUrl)
  const client = axios.create({
    baseURL: options.baseUrl,
    ...agents,
    ...(isLoopback ? { proxy: false as const } : {}),
    maxContentLength: ANSWER_BYTES_MAX,
    maxBodyLength: ANSWER_BYTES_MAX,
    maxRedirects: 0,
    responseType: 'text',
    transformResponse: (text: unknown) => text,
    validateStatus: () => true,
  })
  const send: Send = async ({ path, body, headers, isMoney }) => {
    try {
      const answer = await client.post<unknown>(path, body, {
        headers: { accept: 'application/json', 'user-agent': 'tahsil-integrator', ...headers },
        timeout: isMoney ? options.timeoutMs : options.readTimeoutMs,
      })
      return { kind: 'answer', status: answer.status, json: parsed(answer.data) }
    } catch (error) {
      return lost(error)
    }
  }
  const close = () => {
    agents.httpAgent.destroy()
    agents.httpsAgent.destroy()
  }
  return { send, close }
}

/** undefined for anything that is not JSON: HTML, half an answer, nothing. */
function parsed(text: unknown): unknown {
  if (typeof text !== 'string') return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function lost(error: unknown): DigitFailure {
  const code = axios.isAxiosError(error) ? (error.code ?? '') : ''
  if (neverConnected.has(code)) return { kind: 'not-sent', why: code }
  return { kind: 'unknown', why: code === '' ? 'no answer' : code }
}
