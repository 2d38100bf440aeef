// One request through the gateway: correlation, auth, roles, enrichment, then the service, with faults on the way.
// Called by http-server.ts. Older (Zuul) and newer (Core) behaviour by setting. Read from: zuul filters, Digit-Core gateway.
import { randomUUID } from 'node:crypto'
import type { UserRequest } from '#digit-wire/auth.ts'
import type { Operation } from '#sandbox/faults.ts'
import { DigitError, errorAnswer, javaException } from '#sandbox/wire/digit-error.ts'
import { fieldOf, isObject } from '#sandbox/wire/json-field.ts'
import { logIn } from '#sandbox/identity/login.ts'
import { liveToken, userOnWire } from '#sandbox/identity/tokens.ts'
import { STATE_TENANT } from '#sandbox/masters/tenants.ts'
import { VALIDATE_PATH } from '#sandbox/masters/roles.ts'
import type { Answer, Call, Sandbox } from '#sandbox/sandbox-context.ts'
import { parseForwarded } from '#sandbox/wire/wire-json.ts'
import { mixedPaths, openPaths } from './access-lists.ts'
import { GatewayError, gatewayErrorAnswer, ingressPage } from './gateway-error.ts'
import type { RateLimiter } from './rate-limit.ts'
import { isAllowed } from './role-check.ts'
import { routeOf } from './routes.ts'
import type { Route } from './routes.ts'

export type GatewayRequest = {
  method: string
  path: string
  query: URLSearchParams
  headers: Record<string, string | string[] | undefined>
  bodyText: string
  origin: string
}

/** `drop`: close the connection without an answer. `half`: send only the first half of the JSON. */
export type Outcome = { kind: 'answer' | 'half'; answer: Answer } | { kind: 'drop' }

export async function passGateway(
  sandbox: Sandbox,
  request: GatewayRequest,
  limiter: RateLimiter,
): Promise<Outcome> {
  const route = routeOf(request.path)
  const operation: Operation =
    request.path === '/user/oauth/token' ? 'token' : (route?.operation ?? 'unknown')
  sandbox.calls.set(operation, (sandbox.calls.get(operation) ?? 0) + 1)
  const drawn = sandbox.faults.draw(operation)
  try {
    return await passThrough(sandbox, request, { limiter, route, operation })
  } finally {
    if (drawn) sandbox.faults.clear(drawn.id)
  }
}

async function passThrough(
  sandbox: Sandbox,
  request: GatewayRequest,
  { limiter, route, operation }: { limiter: RateLimiter; route: Route | null; operation: Operation },
): Promise<Outcome> {
  const { faults } = sandbox
  if (faults.take('reset-before', operation)) return { kind: 'drop' }
  const delay = faults.take('delay', operation)
  if (delay) await sandbox.sleep(delay.delayMs)
  const page = faults.take('html-error', operation)
  if (page && !page.isWorkDone) return { kind: 'answer', answer: ingressPage(page.status) }

  const correlation = { 'x-correlation-id': randomUUID() }
  const limit = limiter.count(request.path, request.origin)
  const headers = { ...correlation, ...limit?.headers }
  let answer: Answer
  try {
    if (limit?.isOver || faults.take('rate-limited', operation)) {
      throw new GatewayError(429, 'RateLimitExceededException', 'Rate limit exceeded')
    }
    answer = await answerOf(sandbox, request, {
      route,
      operation,
      correlationId: correlation['x-correlation-id'],
    })
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error
    answer = gatewayErrorAnswer(error)
  }
  sandbox.commit()
  sandbox.wakeConsumer()
  return damaged(sandbox, {
    operation,
    answer: { ...answer, headers: { ...headers, ...answer.headers } },
    page,
  })
}

async function damaged(
  sandbox: Sandbox,
  { operation, answer, page }: { operation: string; answer: Answer; page: { status: number } | undefined },
): Promise<Outcome> {
  const { faults } = sandbox
  if (page) return { kind: 'answer', answer: ingressPage(page.status) }
  const hang = faults.take('hang-then-500', operation)
  if (hang) {
    await sandbox.sleep(hang.delayMs)
    const error = new GatewayError(500, 'SocketTimeoutException', 'Read timed out')
    return { kind: 'answer', answer: gatewayErrorAnswer(error) }
  }
  if (faults.take('drop-after-commit', operation)) return { kind: 'drop' }
  if (faults.take('half-json', operation)) return { kind: 'half', answer }
  return { kind: 'answer', answer }
}

type Routed = { route: Route | null; operation: string; correlationId: string }

async function answerOf(sandbox: Sandbox, request: GatewayRequest, routed: Routed): Promise<Answer> {
  const { faults } = sandbox
  const { operation } = routed
  if (operation === 'token') {
    if (request.method !== 'POST') throw new GatewayError(404, 'ResourceNotFoundException', 'Not found')
    const authorization = request.headers['authorization']
    return logIn(sandbox, new URLSearchParams(request.bodyText), [authorization].flat()[0])
  }
  const isJson = isJsonRequest(request)
  const body = isJson && request.bodyText !== '' ? parseBody(request.bodyText) : {}
  const user = authenticate(sandbox, request, { body, isJson, operation })
  if (faults.take('backend-unreachable', operation)) {
    throw new GatewayError(502, 'HttpHostConnectException', 'Connection refused')
  }
  if (routed.route === null || faults.take('not-found', operation)) {
    throw new GatewayError(404, 'ResourceNotFoundException', 'The resource was not found')
  }
  return serve(sandbox, request, { ...routed, route: routed.route, body, user, isJson })
}

function isJsonRequest(request: GatewayRequest): boolean {
  const type = [request.headers['content-type']].flat()[0] ?? ''
  return type.toLowerCase().includes('json')
}

function parseBody(text: string): Record<string, unknown> {
  try {
    const value = parseForwarded(text)
    if (isObject(value)) return value
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  throw new GatewayError(400, 'JsonParseException', 'The request body is not a JSON object')
}

/** The user the services see; null on open paths. Throws the gateway's 401, 403 and 500. */
function authenticate(
  sandbox: Sandbox,
  request: GatewayRequest,
  { body, isJson, operation }: { body: Record<string, unknown>; isJson: boolean; operation: string },
): UserRequest | null {
  const { path, query } = request
  const { faults, settings } = sandbox
  if (openPaths.has(path)) return null
  const isCore = settings.gateway === 'core'
  const sent = tokenOf(request, { body, isJson, isCore })
  if (sent === null) {
    if (mixedPaths.has(path)) return anonymous
    throw new GatewayError(401, 'CustomException', 'You are not authenticated: no token was sent')
  }
  if (faults.take('user-service-down', operation)) {
    throw new GatewayError(500, 'CustomException', 'The user service could not be reached')
  }
  if (faults.take('evict-token', operation)) sandbox.state.tokens.remove(sent)
  const token = liveToken(sandbox, sent)
  const owner = token === null ? undefined : sandbox.state.users.get(token.userUuid)
  if (token === null || owner === undefined) {
    throw new GatewayError(401, 'InvalidAccessTokenException', 'Invalid access token')
  }
  const user = userOnWire(owner, token.roles)
  const isGranted = settings.isValidateGranted && path === VALIDATE_PATH
  const isDown = faults.take('forbidden', operation) !== undefined
  if (isDown || !(isGranted || isAllowed({ user, path, body, query }))) {
    throw new GatewayError(
      isCore ? 401 : 403,
      'CustomException',
      'You are not authorized to access this resource',
    )
  }
  return user
}

/** The body's token wins over the header's; the newer gateway ignores the header for JSON. */
function tokenOf(
  request: GatewayRequest,
  { body, isJson, isCore }: { body: Record<string, unknown>; isJson: boolean; isCore: boolean },
): string | null {
  const info = body['RequestInfo'] ?? (isCore ? undefined : body['requestInfo'])
  const inBody = isObject(info) ? info['authToken'] : undefined
  if (typeof inBody === 'string' && inBody !== '') return inBody
  if (isCore && isJson) return null
  const inHeader = [request.headers['auth-token']].flat()[0]
  return inHeader ? inHeader : null
}

const anonymous: UserRequest = {
  id: 0,
  uuid: '00000000-0000-0000-0000-000000000000',
  userName: 'SYSTEM',
  name: 'System',
  mobileNumber: null,
  emailId: null,
  type: 'SYSTEM',
  tenantId: STATE_TENANT,
  roles: [{ name: 'Anonymous', code: 'ANONYMOUS', tenantId: STATE_TENANT }],
}

type Enriched = Routed & {
  route: Route
  body: Record<string, unknown>
  user: UserRequest | null
  isJson: boolean
}

/** Enrichment and the Java service behind: every exception is 400 with an Errors envelope. */
async function serve(sandbox: Sandbox, request: GatewayRequest, enriched: Enriched): Promise<Answer> {
  const { route, body, user, isJson, correlationId } = enriched
  const info = fieldOf(body, 'RequestInfo')
  const requestInfo = isObject(info) ? info : null
  if (requestInfo !== null) {
    delete requestInfo['authToken']
    Object.assign(requestInfo, { userInfo: user, correlationId })
  }
  const call: Call = {
    sandbox,
    operation: enriched.operation,
    path: request.path,
    module: route.module,
    query: request.query,
    body,
    requestInfo,
    // Without RequestInfo there is nowhere to write userInfo, and the service sees no user.
    user: requestInfo !== null || !isJson ? user : null,
    headers: request.headers,
  }
  try {
    if (request.method !== route.method) throw javaException('HttpRequestMethodNotSupportedException')
    if (route.method === 'POST' && !isJson && route.operation !== 'localization') {
      throw javaException('UnsupportedMediaType', 'Content type is not supported')
    }
    return await route.handler(call)
  } catch (error) {
    if (error instanceof DigitError) return errorAnswer(error)
    if (sandbox.isClosed()) throw error
    sandbox.warn(
      `unexpected error in ${enriched.operation}: ${error instanceof Error ? error.stack : String(error)}`,
    )
    return errorAnswer(javaException('RuntimeException'))
  }
}
