// Reads bodies for Fastify: JSON and nothing else, at most 1 MB unpacked, with the bytes as they were sent kept beside it, because
// the signature is over those. gzip is unpacked here, never beyond the limit. Called by http-server.
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { BODY_BYTES_MAX } from '#contract/api.ts'

const unpack = promisify(gunzip)

/** `why` is said to the caller. */
export class BodyError extends Error {
  override readonly name = 'BodyError'
  readonly why: string
  readonly status: 400 | 413 | 415

  constructor(why: string, status: 400 | 413 | 415) {
    super(why)
    this.why = why
    this.status = status
  }
}

const rawBodies = new WeakMap<FastifyRequest, Buffer>()

/** null: the request had no body. */
export function rawBodyOf(request: FastifyRequest): Buffer | null {
  return rawBodies.get(request) ?? null
}

export function readJsonBodies(server: FastifyInstance): void {
  // text/plain would come in without its bytes being kept
  server.removeAllContentTypeParsers()
  const parseJson = server.getDefaultJsonParser('error', 'error')
  server.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer' },
    async (request: FastifyRequest, sent: Buffer) => {
      rawBodies.set(request, sent)
      const text = (await unpacked(request.headers['content-encoding'], sent)).toString('utf8')
      return await new Promise((resolve, reject) => {
        void parseJson(request, text, (error, value) => {
          if (error === null) resolve(value)
          else reject(new BodyError('the body is not JSON', 400))
        })
      })
    },
  )
}

async function unpacked(encoding: string | undefined, sent: Buffer): Promise<Buffer> {
  if (encoding === undefined || encoding === 'identity') return sent
  if (encoding !== 'gzip') throw new BodyError('the body must be plain or packed with gzip', 415)
  try {
    return await unpack(sent, { maxOutputLength: BODY_BYTES_MAX })
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (code === 'ERR_BUFFER_TOO_LARGE') throw new BodyError('the body is larger than 1 MB', 413)
    throw new BodyError('the body cannot be unpacked', 400)
  }
}
