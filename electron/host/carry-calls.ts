// Carries calls from a shell's transport to the procedures: node:http for the browser shell, a MessagePort for the desktop
// shell. Both give the same answers for the same call, also for what oRPC itself refuses. Called by the two shells.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { PROBLEMS, problemStatus, type ProblemCode } from '#contract/problem.ts'
import { RPC_PATH } from '#rpc/client.ts'
import { RPCHandler as HttpHandler } from '@orpc/server/node'
import { RPCHandler as PortHandler } from '@orpc/server/message-port'
import type { StandardHandleResult } from '@orpc/server/standard'
import type { CallContext, TerminalHost } from './terminal-host.ts'

/** Largest call; the largest honest one (20 bills with payer and instrument) is below 16 kB. */
export const CALL_BYTES_MAX = 256 * 1024

type StandardResponse = NonNullable<StandardHandleResult['response']>
type CarriedHost = Pick<TerminalHost, 'router'>

/** Answers one POST below RPC_PATH; the shell has already checked who speaks and how much. */
export function carryOverHttp(
  host: CarriedHost,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const handler = new HttpHandler<CallContext>(host.router, { rootInterceptors: [inOurWords] })
  return async (request, response) => {
    const { matched } = await handler.handle(request, response, {
      prefix: RPC_PATH,
      context: { shell: 'browser' },
    })
    if (!matched) throw new Error('the shell carried a request from outside the procedures')
  }
}

/** What both Electron's MessagePortMain and Node's MessagePort can do. */
export type CarryingPort = {
  on(event: 'message', listener: (message: { data: unknown }) => void): unknown
  on(event: 'close', listener: () => void): unknown
  postMessage(message: unknown): void
  start(): void
}

/** Answers every call that comes through the port until it closes. Anything that is no call is dropped. */
export function carryOverPort(host: CarriedHost, port: CarryingPort): void {
  const handler = new PortHandler<CallContext>(host.router, { rootInterceptors: [inOurWords] })
  handler.upgrade(
    {
      on: (event: string, listener: Listener) => {
        if (event === 'close') port.on('close', () => listener())
        else
          port.on('message', ({ data }) => {
            const call = readCall(data)
            if (call !== null) listener({ data: call })
          })
      },
      postMessage: (message: unknown) => port.postMessage(message),
    },
    { context: { shell: 'desktop' } },
  )
  port.start()
}

type Listener = (message?: { data: unknown }) => unknown

const ID_CHARS_MAX = 64
const PATH_CHARS_MAX = 512
/** oRPC's mark of a message that ends an earlier call. */
const ABORT = 4

/**
 * The call in a message, written anew with nothing but its number, path and input; null when it is none. oRPC leaves a
 * message it cannot decode as an unhandled rejection, and from a screen that must never end the core.
 */
function readCall(data: unknown): string | null {
  if (typeof data !== 'string') return null
  const { i, t, p } = parseObject(data)
  if (typeof i !== 'string' || i.length > ID_CHARS_MAX) return null
  if (t === ABORT) return JSON.stringify({ i, t })
  if (t !== undefined || typeof p !== 'object' || p === null || !('u' in p)) return null
  const { u, b } = p as { u: unknown; b?: unknown }
  if (typeof u !== 'string' || !u.startsWith('/') || u.length > PATH_CHARS_MAX) return null
  // A call that is too large becomes a call to nothing, so that the caller still gets its answer.
  return JSON.stringify({ i, p: data.length > CALL_BYTES_MAX ? { u: '/too-large' } : { u, b } })
}

function parseObject(text: string): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(text)
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

/** oRPC's own refusals, in the problems of this product; the details it would add may hold what was typed. */
async function inOurWords(options: { next(): Promise<StandardHandleResult> }): Promise<StandardHandleResult> {
  const result = await options.next()
  if (!result.matched) return { matched: true, response: refusal('input_invalid') }
  if (result.response.status < 400) return result
  const json = (result.response.body as { json?: { code?: unknown } } | undefined)?.json
  if (json?.code === 'BAD_REQUEST') return { matched: true, response: refusal('input_invalid') }
  if (json?.code === 'INTERNAL_SERVER_ERROR') return { matched: true, response: refusal('internal') }
  return result
}

function refusal(code: ProblemCode): StandardResponse {
  return { status: problemStatus(code), headers: {}, body: refusalBody(code) }
}

/** What oRPC sends for a coded error; a shell uses it for calls it refuses before they are carried. */
export function refusalBody(code: ProblemCode): { json: object } {
  return { json: { defined: true, code, status: problemStatus(code), message: PROBLEMS[code], data: {} } }
}
