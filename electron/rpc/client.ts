// How a caller reaches the procedures: over HTTP (browser shell) or over a MessagePort (desktop shell). Both give the same
// TerminalClient, and both throw TerminalAwayError when the core itself does not answer. Called by renderer/connect.ts.
import { createORPCClient, ORPCError, type ClientContext } from '@orpc/client'
import { RPCLink as HttpLink } from '@orpc/client/fetch'
import { RPCLink as PortLink, type SupportedMessagePort } from '@orpc/client/message-port'
import type { TerminalClient } from './procedures.ts'

/** Longest wait for the core while it is starting or being restarted. */
export const CORE_WAIT_MS = 20_000
/** Calls on their way at the same time over one port; a screen makes a handful. */
export const CALLS_MAX = 200
/** Where the browser shell serves the procedures. */
export const RPC_PATH = '/rpc'
/** On an answer of the browser shell: this page's cookie is not (or no longer) known. */
export const SHUT_HEADER = 'x-tahsil-shut'

/**
 * The core did not answer: it is not running, is being restarted, or ended while the call was on its way. Whether a
 * payment was recorded is then not known: repeat the same call (same collection id), or look it up.
 */
export class TerminalAwayError extends Error {
  override readonly name = 'TerminalAwayError'
}

const AWAY = 'The till does not answer just now. Nothing is lost: wait a moment and try again.'

export type HttpWay = {
  /** Where the browser shell is, such as `http://127.0.0.1:7070`. */
  readonly origin: string
  /** A page needs none (the cookie goes along by itself); tests pass cookie and origin. */
  readonly headers?: Record<string, string>
  /** The shell no longer knows this page: only its own starter can open a new one. */
  readonly onShut?: () => void
}

export function clientOverHttp(way: HttpWay): TerminalClient {
  const link = new HttpLink({
    url: `${way.origin}${RPC_PATH}`,
    headers: way.headers ?? {},
    fetch: async (request, init) => {
      const response = await fetch(request, init).catch((cause: unknown) => {
        if (request.signal.aborted) throw cause
        throw new TerminalAwayError(AWAY, { cause })
      })
      if (!response.headers.has(SHUT_HEADER)) return response
      way.onShut?.()
      throw new TerminalAwayError(AWAY)
    },
  })
  return createORPCClient(link)
}

/** Hands out ports to the core; a new one after each restart. */
export type PortSource = {
  /** Asks for a port; it comes through `onPort`, now or when the core is up again. */
  ask(): void
  /** Called with each port that comes; new calls take the newest. */
  onPort(use: (port: SupportedMessagePort) => void): void
  /** Called when the core ended; calls on their way will not be answered. */
  onLost(tell: () => void): void
}

type Link = Pick<PortLink<ClientContext>, 'call'>
type Call = (link: Link) => Promise<unknown>
type Waiting = { readonly go: (link: Link) => void; readonly stop: () => void }

export function clientOverPort(source: PortSource): TerminalClient {
  const line = openLine(source)
  return createORPCClient({
    call: (path, input, options) => line((link) => link.call(path, input, options)),
  })
}

function openLine(source: PortSource): (call: Call) => Promise<unknown> {
  let link: Link | null = null
  const waiting = new Set<Waiting>()
  const underWay = new Set<() => void>()

  const lose = (): void => {
    link = null
    for (const stop of underWay) stop()
    underWay.clear()
  }
  source.onLost(lose)
  source.onPort((port) => {
    link = new PortLink({ port })
    for (const each of waiting) each.go(link)
    waiting.clear()
  })

  const linkWhenUp = (): Promise<Link> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => entry.stop(), CORE_WAIT_MS)
      const entry: Waiting = {
        go: (found) => {
          clearTimeout(timer)
          resolve(found)
        },
        stop: () => {
          waiting.delete(entry)
          reject(new TerminalAwayError(AWAY))
        },
      }
      waiting.add(entry)
      // One port serves all who wait.
      if (waiting.size === 1) source.ask()
    })

  return async (call) => {
    if (underWay.size + waiting.size >= CALLS_MAX) throw new TerminalAwayError(AWAY)
    const found = link ?? (await linkWhenUp())
    return untilLost(call(found), underWay)
  }
}

/** The answer, or TerminalAwayError as soon as the core is known to have ended. */
function untilLost(answer: Promise<unknown>, underWay: Set<() => void>): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(new TerminalAwayError(AWAY))
    underWay.add(stop)
    const settle = (then: () => void): void => {
      underWay.delete(stop)
      then()
    }
    answer.then(
      (value) => settle(() => resolve(value)),
      (error: unknown) => settle(() => reject(asCallerSees(error))),
    )
  })
}

/** Anything that is not a coded answer came from a broken line. */
function asCallerSees(error: unknown): Error {
  if (error instanceof ORPCError || error instanceof TerminalAwayError) return error
  if (error instanceof Error && error.name === 'AbortError') return error
  return new TerminalAwayError(AWAY, { cause: error })
}
