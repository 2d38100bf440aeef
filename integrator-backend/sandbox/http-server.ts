// The HTTP face: hands every request to the gateway as text and writes what comes back, or breaks the connection.
// Called by start-sandbox.ts. The admin paths and file links are outside the gateway.
import fastify from 'fastify'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { answerAdmin } from './admin/admin-api.ts'
import type { Admin } from './admin/admin.ts'
import { fileContent } from './documents/receipts.ts'
import { ingressPage } from './gateway/gateway-error.ts'
import { passGateway } from './gateway/pipeline.ts'
import type { Outcome } from './gateway/pipeline.ts'
import type { RateLimiter } from './gateway/rate-limit.ts'
import type { Answer, Sandbox } from './sandbox-context.ts'
import { writeWire } from './wire/wire-json.ts'

const bodyBytesMax = 5 * 1024 * 1024

export function createHttpServer(sandbox: Sandbox, admin: Admin, limiter: RateLimiter): FastifyInstance {
  const server = fastify({
    logger: false,
    bodyLimit: bodyBytesMax,
    forceCloseConnections: true,
    exposeHeadRoutes: false,
  })
  server.removeAllContentTypeParsers()
  server.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body))
  server.all('/*', async (request, reply) => {
    const target = request.raw.url ?? '/'
    const url = URL.parse(target.startsWith('/') ? `http://sandbox${target}` : target)
    if (url === null) return send(reply, ingressPage(502))
    const bodyText = typeof request.body === 'string' ? request.body : ''
    if (url.pathname.startsWith('/sandbox-admin')) {
      const answer = await answerAdmin(admin, {
        method: request.method,
        path: url.pathname,
        query: url.searchParams,
        bodyText,
        remoteAddress: request.socket.remoteAddress ?? '',
        fetchSite: [request.headers['sec-fetch-site']].flat()[0] ?? null,
      })
      return send(reply, answer)
    }
    const file = /^\/filestore-content\/([\w-]+)\.pdf$/.exec(url.pathname)
    if (file) return send(reply, fileContent(sandbox, { id: file[1] ?? '', query: url.searchParams }))
    return passThrough(request, reply, { sandbox, limiter, url, bodyText })
  })
  return server
}

async function passThrough(
  request: FastifyRequest,
  reply: FastifyReply,
  { sandbox, limiter, url, bodyText }: { sandbox: Sandbox; limiter: RateLimiter; url: URL; bodyText: string },
): Promise<unknown> {
  const gatewayRequest = {
    method: request.method,
    path: url.pathname,
    query: url.searchParams,
    headers: request.headers,
    bodyText,
    origin: request.ip,
  }
  let outcome: Outcome
  try {
    outcome = await passGateway(sandbox, gatewayRequest, limiter)
  } catch (error) {
    if (!sandbox.isClosed()) throw error
    outcome = { kind: 'drop' }
  }
  if (outcome.kind === 'drop') {
    reply.hijack()
    request.raw.socket.destroy()
    return undefined
  }
  if (outcome.kind === 'answer') return send(reply, outcome.answer)
  const text = writeWire(outcome.answer.body)
  return send(reply, {
    ...outcome.answer,
    body: text.slice(0, Math.floor(text.length / 2)),
    contentType: jsonType,
  })
}

const jsonType = 'application/json;charset=UTF-8'

function send(reply: FastifyReply, answer: Answer): FastifyReply {
  for (const [name, value] of Object.entries(answer.headers ?? {})) reply.header(name, value)
  const isJson = answer.contentType === undefined
  return reply
    .code(answer.status)
    .header('content-type', answer.contentType ?? jsonType)
    .send(isJson ? writeWire(answer.body) : answer.body)
}
