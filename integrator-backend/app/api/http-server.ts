// The integrator's HTTP side: the contract under /v1, its description, and what operators of the machine ask.
// Called by start-integrator. Fastify reads bodies (1 MB at most), oRPC checks and answers them.
import { OpenAPIGenerator } from '@orpc/openapi'
import { OpenAPIHandler } from '@orpc/openapi/fastify'
import { ZodToJsonSchemaConverter } from '@orpc/zod/zod4'
import { ORPCError } from '@orpc/server'
import { fastify } from 'fastify'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { api, BODY_BYTES_MAX } from '#contract/api.ts'
import { describeError } from '#contract/safe-log.ts'
import type { Log } from '#app/log.ts'
import type { ReceivedRequest } from '#app/people/request-check.ts'
import type { CallContext } from './caller.ts'
import { docsPage } from './docs-page.ts'
import { packAnswers } from './pack-answers.ts'
import { orpcProblem, problemBody, problemOfError } from './problems.ts'
import { BodyError, rawBodyOf, readJsonBodies } from './read-body.ts'
import type { createRouter } from './router.ts'

export type Readiness = {
  ready: boolean
  database: { isReachable: boolean; kind: string; migrations: number }
  digit: 'reachable' | 'unreachable' | 'login-failed' | 'unknown'
  payments: { live: number | null; waitingForPerson: number | null }
}

export type HttpParts = {
  router: ReturnType<typeof createRouter>
  log: Log
  version: string
  readiness: () => Promise<Readiness>
}

export async function createHttpServer(parts: HttpParts): Promise<FastifyInstance> {
  const { log } = parts
  const server = fastify({
    bodyLimit: BODY_BYTES_MAX,
    logger: false,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 256 },
  })
  readJsonBodies(server)
  packAnswers(server)
  const handler = createHandler(parts)
  const document = await describeApi(parts.version)
  const page = docsPage(document)

  server.setErrorHandler(async (error: unknown, _request, reply) => {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (error instanceof BodyError) {
      const isTooLarge = error.status === 413
      const body = problemBody(isTooLarge ? 'batch_too_large' : 'input_invalid', { why: error.why })
      return await reply.status(error.status).send(body)
    }
    const isInput = code.startsWith('FST_ERR_CTP_') || error instanceof SyntaxError
    if (!isInput) log.error({ error: describeError(error) }, 'request failed')
    const isTooLarge = code === 'FST_ERR_CTP_BODY_TOO_LARGE'
    const kind = isTooLarge ? 'batch_too_large' : isInput ? 'input_invalid' : 'internal'
    const problem = problemBody(kind, isInput ? { why: wordsOf(code) } : {})
    const status = code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE' ? 415 : null
    return await reply.status(status ?? problem.status).send(problem)
  })
  server.setNotFoundHandler(async (_request, reply) => await notFound(reply))

  server.get('/healthz', async () => ({ ok: true }))
  server.get('/readyz', async (_request, reply) => {
    const state = await parts.readiness()
    return await reply.status(state.ready ? 200 : 503).send(state)
  })
  server.get('/version', async () => ({
    name: 'tahsil-integrator',
    version: parts.version,
    node: process.version,
  }))
  server.get('/openapi.json', async () => document)
  server.get(
    '/docs',
    async (_request, reply) =>
      await reply
        .header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'")
        .type('text/html; charset=utf-8')
        .send(page),
  )
  server.get('/', async (_request, reply) => await reply.redirect('/docs'))
  server.all('/v1/*', async (request, reply) => {
    const context: CallContext = {
      request: receivedOf(request),
      address: request.ip,
      caller: { current: null },
    }
    const { matched } = await handler.handle(request, reply, { context })
    if (!matched) await notFound(reply)
  })
  return server
}

function createHandler({ router, log }: HttpParts) {
  return new OpenAPIHandler(router, {
    clientInterceptors: [
      async (call) => {
        const { procedure } = call
        try {
          return await call.next()
        } catch (error) {
          const declared = new Set(Object.keys(procedure['~orpc'].errorMap))
          throw problemOfError(error, declared, log)
        }
      },
    ],
    interceptors: [
      async (call) => {
        try {
          return await call.next()
        } catch (error) {
          if (error instanceof ORPCError && error.defined) throw error
          // what is thrown outside a procedure: a body or query that oRPC could not decode
          log.warn({ error: describeError(error) }, 'call not understood')
          throw orpcProblem('input_invalid')
        }
      },
    ],
  })
}

async function describeApi(version: string) {
  const generator = new OpenAPIGenerator({ schemaConverters: [new ZodToJsonSchemaConverter()] })
  return await generator.generate(api, {
    info: {
      title: 'Tahsil integrator',
      version,
      description:
        'What a till asks the integrator. Money is whole paise, times are epoch milliseconds. Every call but enrolment carries an HTTP message signature (RFC 9421) of the device: components @method, @path, @query and, with a body, content-digest (RFC 9530, sha-256 over the bytes as sent); parameters created, nonce, keyid (the device id), alg="ed25519", tag="tahsil". Errors have the shape {code, message, data} and only the codes listed.',
    },
    security: [{ device: [] }],
    components: {
      securitySchemes: { device: { type: 'apiKey', in: 'header', name: 'signature' } },
    },
  })
}

function receivedOf(request: FastifyRequest): ReceivedRequest {
  const { method, raw, headers } = request
  return { method, target: raw.url ?? '', headers, body: rawBodyOf(request) }
}

async function notFound(reply: FastifyReply): Promise<FastifyReply> {
  return await reply
    .status(404)
    .send({ ...problemBody('input_invalid', { why: 'no such path' }), status: 404 })
}

function wordsOf(code: string): string {
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return 'the body is larger than 1 MB'
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return 'the body must be JSON'
  return 'the body is not JSON'
}
