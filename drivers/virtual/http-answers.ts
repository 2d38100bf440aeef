// A small local HTTP or HTTPS server for virtual terminals and clouds, with what a bad line does: silence, a cut, half an answer.
// Called by nexo-terminal.ts, pine-labs-cloud.ts and ezetap-cloud.ts beside it.
import { createServer as createHttp } from 'node:http'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { createServer as createHttps } from 'node:https'
import type { AddressInfo } from 'node:net'

export type HttpAnswer =
  | { readonly kind: 'json'; readonly body: string; readonly status?: number }
  | { readonly kind: 'html'; readonly status?: number }
  /** The first half of the body as if it were whole. */
  | { readonly kind: 'half'; readonly body: string }
  /** The connection ends without an answer. */
  | { readonly kind: 'cut' }
  /** Nothing, until the server closes. */
  | { readonly kind: 'silence' }

export type HttpAnswers = {
  /** "http://127.0.0.1:43117" */
  readonly origin: string
  /** Every path and body that came, in order. */
  readonly requests: readonly { readonly path: string; readonly body: string }[]
  readonly close: () => Promise<void>
}

const REQUEST_BYTES_MAX = 256 * 1024

/** `tls`: PEM of key and certificate; null: plain http. */
export async function startHttpAnswers(
  answerTo: (path: string, body: string) => HttpAnswer,
  tls: { readonly key: string; readonly cert: string } | null,
): Promise<HttpAnswers> {
  const requests: { path: string; body: string }[] = []
  const listener: RequestListener = (request, response) => {
    void bodyOf(request).then((body) => {
      const path = request.url ?? '/'
      requests.push({ path, body })
      send(response, answerTo(path, body))
    })
  }
  const server = tls === null ? createHttp(listener) : createHttps(tls, listener)
  // a client that does not like the certificate hangs up in the middle of the handshake
  server.on('tlsClientError', () => undefined)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    origin: `${tls === null ? 'http' : 'https'}://127.0.0.1:${port}`,
    requests,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      await closed
    },
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > REQUEST_BYTES_MAX) return ''
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function send(response: ServerResponse, answer: HttpAnswer): void {
  if (answer.kind === 'silence') return
  if (answer.kind === 'cut') {
    response.socket?.destroy()
    return
  }
  const isHtml = answer.kind === 'html'
  const status = answer.kind === 'half' ? 200 : (answer.status ?? 200)
  const body = isHtml ? '<html><body>Bad gateway</body></html>' : answer.body
  response.writeHead(status, { 'content-type': isHtml ? 'text/html' : 'application/json' })
  response.end(answer.kind === 'half' ? body.slice(0, Math.floor(body.length / 2)) : body)
}
