// The browser shell's HTTP server on 127.0.0.1: the built screens and the procedures, for the window that came with a launch
// token. It checks who is speaking and nothing about money. Called by start-browser-shell.ts.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SCREEN_HEADERS, screensPolicy, type Screens } from '#host/built-screens.ts'
import { refusalBody } from '#host/carry-calls.ts'
import { RPC_PATH, SHUT_HEADER } from '#rpc/client.ts'
import { isCall, refusalOf, type Refusal } from './request-guard.ts'
import type { Sessions } from './sessions.ts'
import { WORD_PAGE_STYLE_HASH, wordPage, WORDS } from './word-page.ts'

const LOOPBACK = '127.0.0.1'
const CONNECTIONS_MAX = 64
const HEADER_BYTES_MAX = 16 * 1024
const REQUEST_TIMEOUT_MS = 30_000
/** What is under way may end within this time when the shell closes. */
const CLOSE_WAIT_MS = 5_000

const WORDS_CSP = `default-src 'none'; style-src ${WORD_PAGE_STYLE_HASH}; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`

export type HttpServerOptions = {
  /** 0: any free port. */
  readonly port: number
  readonly screens: Screens
  readonly sessions: Sessions
  readonly carry: (request: IncomingMessage, response: ServerResponse) => Promise<void>
  /** Where the window goes after the token was traded, such as `/#/counter`. */
  readonly firstPage: string
  /** Where a window goes that was opened for the payer: `&to=customer` behind the token. */
  readonly customerPage: string
  /** Windows of the payer, which may see that page and ask what stands on it, and nothing else of the till. */
  readonly customers: Sessions
  readonly onFault: (error: unknown) => void
}

export type RunningHttpServer = {
  readonly origin: string
  close(): Promise<void>
}

type Site = HttpServerOptions & {
  readonly origin: string
  readonly host: string
  readonly cookieName: string
  readonly customerCookieName: string
}

/** Rejects with EADDRINUSE or EACCES when the port cannot be had. */
export async function startHttpServer(options: HttpServerOptions): Promise<RunningHttpServer> {
  const server = createServer({ maxHeaderSize: HEADER_BYTES_MAX, requestTimeout: REQUEST_TIMEOUT_MS })
  server.maxConnections = CONNECTIONS_MAX
  const port = await listen(server, options.port)
  const host = `${LOOPBACK}:${port}`
  // Cookies do not know ports: two tills on one machine must not overwrite each other's.
  const site: Site = {
    ...options,
    host,
    origin: `http://${host}`,
    cookieName: `tahsil_${port}`,
    customerCookieName: `tahsil_customer_${port}`,
  }
  server.on('request', (request, response) => {
    answer(site, request, response).catch((error: unknown) => {
      options.onFault(error)
      if (response.headersSent) response.destroy()
      else refuse(request, response, { status: 500, words: WORDS.failed })
    })
  })
  return { origin: site.origin, close: () => closeServer(server) }
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ port, host: LOOPBACK, exclusive: true }, () => {
      server.off('error', reject)
      resolve((server.address() as AddressInfo).port)
    })
  })
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), CLOSE_WAIT_MS)
    server.close(() => {
      clearTimeout(timer)
      resolve()
    })
    server.closeIdleConnections()
  })
}

async function answer(site: Site, request: IncomingMessage, response: ServerResponse): Promise<void> {
  setHeaders(response)
  const asked = { method: request.method ?? '', target: request.url ?? '', headers: request.headers }
  const refusal = refusalOf(asked, site)
  if (refusal !== null) return refuse(request, response, refusal)
  const url = new URL(asked.target, site.origin)
  if (url.pathname === '/healthz') return sendText(response, 'alive\n')
  if (url.pathname === '/launch') return launch(site, request, response)
  if (!mayAsk(site, request, url.pathname)) return refuseStranger(request, response)
  if (isCall(asked.target)) return site.carry(request, response)
  return sendScreen(site, request, response)
}

function mayAsk(site: Site, request: IncomingMessage, path: string): boolean {
  if (site.sessions.isOpen(cookieOf(request, site.cookieName))) return true
  const isPart =
    path === site.customerPage || path.startsWith('/assets/') || path === `${RPC_PATH}/customer/view`
  return isPart && site.customers.isOpen(cookieOf(request, site.customerCookieName))
}

function setHeaders(response: ServerResponse): void {
  response.setHeader('Content-Security-Policy', screensPolicy("'self'"))
  for (const [name, value] of Object.entries(SCREEN_HEADERS)) response.setHeader(name, value)
}

/** Trades the token for the cookie. A browser that only looks ahead must not use it up. */
function launch(site: Site, request: IncomingMessage, response: ServerResponse): void {
  const { searchParams } = new URL(request.url ?? '', site.origin)
  const token = searchParams.get('token') ?? ''
  const isLookingAhead = request.method !== 'GET' || request.headers['sec-purpose'] !== undefined
  const isCustomer = searchParams.get('to') === 'customer'
  const sessions = isCustomer ? site.customers : site.sessions
  const cookieName = isCustomer ? site.customerCookieName : site.cookieName
  const cookie = isLookingAhead ? null : sessions.trade(token)
  if (cookie === null) return refuse(request, response, { status: 401, words: WORDS.tokenDead })
  response.setHeader('Set-Cookie', `${cookieName}=${cookie}; HttpOnly; SameSite=Strict; Path=/`)
  response.setHeader('Location', isCustomer ? site.customerPage : site.firstPage)
  response.writeHead(303).end()
}

function cookieOf(request: IncomingMessage, name: string): string {
  const pairs = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim())
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1) ?? ''
}

function sendScreen(site: Site, request: IncomingMessage, response: ServerResponse): void {
  const { pathname } = new URL(request.url ?? '', site.origin)
  const file = site.screens.get(pathname)
  // Browsers ask for it by themselves.
  if (file === undefined && pathname === '/favicon.ico') return void response.writeHead(204).end()
  if (file === undefined) return refuse(request, response, { status: 404, words: WORDS.notHere })
  if (file.isForever) response.setHeader('Cache-Control', 'private, max-age=31536000, immutable')
  response.setHeader('Content-Type', file.type)
  response.setHeader('Content-Length', file.body.length)
  response.end(request.method === 'HEAD' ? undefined : file.body)
}

function sendText(response: ServerResponse, text: string): void {
  response.setHeader('Content-Type', 'text/plain; charset=utf-8')
  response.end(text)
}

/** A page that is still open after its cookie was lost reads the header and shows the words instead of itself. */
function refuseStranger(request: IncomingMessage, response: ServerResponse): void {
  response.setHeader(SHUT_HEADER, 'yes')
  refuse(request, response, { status: 401, words: WORDS.noCookie })
}

/** Words for a person, a coded problem for a call. */
function refuse(request: IncomingMessage, response: ServerResponse, { status, words }: Refusal): void {
  // What was sent is not read: the connection ends with this answer.
  if (request.method === 'POST') response.setHeader('Connection', 'close')
  response.statusCode = status
  if (isCall(request.url ?? '')) {
    response.setHeader('Content-Type', 'application/json; charset=utf-8')
    response.end(JSON.stringify(refusalBody(status === 500 ? 'internal' : 'input_invalid')))
    return
  }
  response.setHeader('Content-Security-Policy', WORDS_CSP)
  response.setHeader('Content-Type', 'text/html; charset=utf-8')
  response.end(request.method === 'HEAD' ? undefined : wordPage(words))
}
