// Packs longer answers with gzip for callers that take it: on the line of a field office the news of a hundred payments goes in a
// tenth of the bytes and does not hold up the words about the next batch. Called by http-server.
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { FastifyInstance } from 'fastify'

const pack = promisify(gzip)
/** What is shorter fits into one packet anyway. */
const packedFromBytes = 1_024
/** Named, and not with a weight of nothing. */
const GZIP = /(?:^|[\s,])gzip(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/i

export function packAnswers(server: FastifyInstance): void {
  server.addHook('onSend', async (request, reply, payload: unknown) => {
    if (typeof payload !== 'string' || Buffer.byteLength(payload) < packedFromBytes) return payload
    const isTaken = GZIP.test(request.headers['accept-encoding'] ?? '')
    if (!isTaken || reply.hasHeader('content-encoding')) return payload
    void reply
      .header('content-encoding', 'gzip')
      .header('vary', 'accept-encoding')
      .removeHeader('content-length')
    return await pack(payload)
  })
}
