// `GET /metrics`: open to this machine, and to whoever carries the token of TAHSIL_METRICS_TOKEN when one is set.
// Called by start-integrator before the server listens.
import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Metrics } from './metrics.ts'

const loopback = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1'])

/** With a token everybody needs it, this machine too: behind a proxy every caller seems to be this machine. */
export function openMetricsDoor(server: FastifyInstance, metrics: Metrics, token: string | null): void {
  server.get('/metrics', async (request, reply) => {
    if (!mayRead(request, token)) {
      return await reply
        .status(403)
        .type('text/plain; charset=utf-8')
        .send('Not for you: set TAHSIL_METRICS_TOKEN.\n')
    }
    return await reply.type(metrics.contentType).send(await metrics.page())
  })
}

function mayRead({ headers, socket }: FastifyRequest, token: string | null): boolean {
  if (token === null) {
    return loopback.has(socket.remoteAddress ?? '') && headers['x-forwarded-for'] === undefined
  }
  const given = /^Bearer\s+(\S{1,512})$/i.exec(headers.authorization ?? '')?.[1] ?? ''
  return timingSafeEqual(digestOf(given), digestOf(token))
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
