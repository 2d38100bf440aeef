// Decides whether a request may speak to the till at all, before anything of it is read: address, method, where it comes
// from, size. Pure; called by http-server.ts. Who it is (the cookie) is decided there.
import type { IncomingHttpHeaders } from 'node:http'
import { CALL_BYTES_MAX } from '#host/carry-calls.ts'
import { RPC_PATH } from '#rpc/client.ts'
import { WORDS, type Words } from './word-page.ts'

export type Asked = {
  readonly method: string
  /** The raw target of the request line. */
  readonly target: string
  readonly headers: IncomingHttpHeaders
}
export type Place = { readonly origin: string; readonly host: string }

export type Refusal = { readonly status: number; readonly words: Words }

const TARGET_CHARS_MAX = 2_048

/** null: go on. */
export function refusalOf(asked: Asked, place: Place): Refusal | null {
  // A name that a stranger's DNS points at 127.0.0.1 comes with the stranger's Host.
  if (asked.headers.host !== place.host) return { status: 421, words: WORDS.wrongHost }
  if (asked.target.length > TARGET_CHARS_MAX || !/^\/(?!\/)/.test(asked.target))
    return { status: 400, words: WORDS.notHere }
  // `/rpc/..` would be one path here and another one further in.
  if (isTwoPaths(asked.target)) return { status: 400, words: WORDS.notHere }
  return isCall(asked.target) ? refusalOfCall(asked, place) : refusalOfPage(asked)
}

/** Dot segments and back slashes, also encoded: what a URL parser would read as another path. */
function isTwoPaths(target: string): boolean {
  const [path = ''] = target.split('?')
  return /\\|(?:^|\/)(?:\.|%2e){1,2}(?:\/|$)/i.test(path)
}

export function isCall(target: string): boolean {
  return target === RPC_PATH || target.startsWith(`${RPC_PATH}/`) || target.startsWith(`${RPC_PATH}?`)
}

function refusalOfCall({ method, headers }: Asked, place: Place): Refusal | null {
  if (method !== 'POST') return { status: 405, words: WORDS.wrongMethod }
  if (headers.origin !== place.origin) return { status: 403, words: WORDS.wrongOrigin }
  const referer = headers.referer
  if (referer !== undefined && !referer.startsWith(`${place.origin}/`))
    return { status: 403, words: WORDS.wrongOrigin }
  if (!isFrom(headers, ['same-origin'])) return { status: 403, words: WORDS.wrongOrigin }
  // A page of a stranger can send form types without asking; JSON it cannot.
  if (!/^application\/json\b/i.test(headers['content-type'] ?? ''))
    return { status: 415, words: WORDS.wrongMethod }
  if (headers['content-encoding'] !== undefined) return { status: 415, words: WORDS.wrongMethod }
  if (headers['content-length'] === undefined) return { status: 411, words: WORDS.wrongMethod }
  if (Number(headers['content-length']) > CALL_BYTES_MAX) return { status: 413, words: WORDS.tooLarge }
  return null
}

function refusalOfPage({ method, headers }: Asked): Refusal | null {
  if (method !== 'GET' && method !== 'HEAD') return { status: 405, words: WORDS.wrongMethod }
  if (!isFrom(headers, ['same-origin', 'none'])) return { status: 403, words: WORDS.wrongOrigin }
  return null
}

/** Browsers say where a request comes from and pages cannot forge it; programs that are no browser leave it out. */
function isFrom(headers: IncomingHttpHeaders, allowed: readonly string[]): boolean {
  const site = headers['sec-fetch-site']
  return site === undefined || (typeof site === 'string' && allowed.includes(site))
}
