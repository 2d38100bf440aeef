// One POST of JSON to a card terminal or its cloud, and the one question that matters for money: did nothing leave, did an answer
// come, or is it not known. Called by nexo/, pine-labs.ts and ezetap.ts. Errors carry no request, because requests carry secrets.
import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import type { PeerCertificate } from 'node:tls'
import axios from 'axios'
import { DriverProblem } from '#drivers/problem.ts'
import { readExactJson } from './exact-json.ts'

const ANSWER_BYTES_MAX = 512 * 1024
const REQUEST_BYTES_MAX = 64 * 1024

export type Posted =
  /** 2xx and JSON, its numbers as text (exact-json.ts). */
  | { readonly kind: 'answer'; readonly json: unknown }
  /** The connection never came to be: no byte of the request reached the other side. */
  | { readonly kind: 'not_sent'; readonly problem: DriverProblem }
  /** It may have arrived; the answer did not, or was none. */
  | { readonly kind: 'lost'; readonly problem: DriverProblem }

export type JsonPoster = {
  readonly post: (path: string, body: string, timeoutMs: number) => Promise<Posted>
  readonly close: () => void
}

export type PosterOptions = {
  readonly baseUrl: URL
  /** For messages: "Pine Labs", "the card terminal at 192.0.2.9". */
  readonly name: string
  /** PEM of the only CA that is believed; null: those of this machine. */
  readonly ca: string | null
  /** Instead of the host name's rule. */
  readonly checkServerIdentity?: (host: string, certificate: PeerCertificate) => Error | undefined
}

const NEVER_CONNECTED = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EHOSTDOWN',
])
/** The handshake ended before any byte of the request was sent. */
const WRONG_CERTIFICATE =
  /^(ERR_TLS_CERT_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_(GET|VERIFY)_|HOSTNAME_MISMATCH|INVALID_CA|PATH_LENGTH)/

/** @throws DriverProblem `device_address_invalid` for plain http to another machine, or a name and password in the address */
export function createJsonPoster({ baseUrl, name, ca, checkServerIdentity }: PosterOptions): JsonPoster {
  requireSafeUrl(baseUrl, name)
  const closing = new AbortController()
  const agents = {
    httpAgent: new HttpAgent({ keepAlive: false }),
    httpsAgent: new HttpsAgent({
      keepAlive: false,
      minVersion: 'TLSv1.2',
      ...(ca === null ? {} : { ca }),
      ...(checkServerIdentity === undefined ? {} : { checkServerIdentity }),
    }),
  }
  const client = axios.create({
    ...agents,
    proxy: false,
    maxRedirects: 0,
    maxContentLength: ANSWER_BYTES_MAX,
    maxBodyLength: REQUEST_BYTES_MAX,
    responseType: 'text',
    transformRequest: (body: unknown) => body,
    transformResponse: (text: unknown) => text,
    validateStatus: () => true,
    headers: { 'content-type': 'application/json', accept: 'application/json' },
  })
  const base = `${baseUrl.origin}${baseUrl.pathname.replace(/\/+$/, '')}`
  return {
    post: async (path, body, timeoutMs) => {
      // axios' own limit ends a request that got no answer; the signal ends also a connection that hangs half-made
      const signal = AbortSignal.any([closing.signal, AbortSignal.timeout(timeoutMs)])
      try {
        const { status, data } = await client.post<unknown>(`${base}${path}`, body, { signal })
        const json = status >= 200 && status <= 299 ? readExactJson(String(data)) : undefined
        if (json !== undefined) return { kind: 'answer', json }
        return { kind: 'lost', problem: wrongAnswer(name, `HTTP ${status}, no answer of its kind`) }
      } catch (error) {
        return failureOf(error, name)
      }
    },
    close: () => closing.abort(),
  }
}

export function wrongAnswer(name: string, why: string): DriverProblem {
  return new DriverProblem(
    'card_terminal_wrong_answer',
    `The answer of ${name} cannot be used (${why}). Ask for the state of this sale again; if it stays so, call support.`,
  )
}

function failureOf(error: unknown, name: string): Posted {
  const code = axios.isAxiosError(error) ? (error.code ?? '') : ''
  if (WRONG_CERTIFICATE.test(code)) {
    const words = `The certificate of ${name} is not the expected one (${code}). Nothing was sent. Check address and CA in the settings.`
    return { kind: 'not_sent', problem: new DriverProblem('card_terminal_not_set_up', words) }
  }
  if (NEVER_CONNECTED.has(code)) {
    const words = `There is no connection to ${name} (${code}). Nothing was sent. Check that it is on and in the network.`
    return { kind: 'not_sent', problem: new DriverProblem('device_unreachable', words) }
  }
  const words = `${capitalised(name)} did not answer (${code === '' ? 'no answer' : code}). The card may have been charged: ask for the state of this sale.`
  return { kind: 'lost', problem: new DriverProblem('device_no_answer', words) }
}

function requireSafeUrl(url: URL, name: string): void {
  if (url.username !== '' || url.password !== '') {
    throw new DriverProblem(
      'device_address_invalid',
      `The address of ${name} holds a name or password. Secrets have a place of their own in the settings.`,
    )
  }
  const isLoopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(url.hostname)
  if (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback)) return
  throw new DriverProblem('device_address_invalid', `The address of ${name} must begin with https://.`)
}

function capitalised(name: string): string {
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}`
}
