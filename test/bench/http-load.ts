// A load generator that costs little itself: one kept-alive socket per connection, one request at a time, requests written as text.
// Used by batch.ts for the product and for its floor alike.
import { connect, type Socket } from 'node:net'

export type Connection = {
  /** Throws when the status is not 200. */
  readonly post: (path: string, body: string) => Promise<string>
  readonly close: () => void
}

const HEAD_END = Buffer.from('\r\n\r\n')

/** `headersFor` gives what each request carries besides: the signature of the till. */
export function openConnection(
  url: string,
  headersFor: (target: string, body: string) => Record<string, string>,
): Promise<Connection> {
  const { hostname, port } = new URL(url)
  const socket = connect({ host: hostname, port: Number(port), noDelay: true })
  let waiting: PromiseWithResolvers<string> | null = null
  let received = Buffer.alloc(0)
  socket.on('data', (chunk) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk])
    const answer = readAnswer(received)
    if (answer === null) return
    received = Buffer.alloc(0)
    if (answer.status === 200) waiting?.resolve(answer.body)
    else waiting?.reject(new Error(`status ${answer.status}: ${answer.body.slice(0, 200)}`))
  })
  const fail = (error?: Error): void =>
    waiting?.reject(error ?? new Error('the server closed the connection'))
  socket.on('error', fail)
  socket.on('close', () => fail())
  const post = (path: string, body: string): Promise<string> => {
    if (socket.destroyed) throw new Error('the connection is closed')
    waiting = Promise.withResolvers<string>()
    const own = Object.entries(headersFor(path, body)).map(([name, value]) => `${name}: ${value}\r\n`)
    const head = `POST ${path} HTTP/1.1\r\nhost: ${hostname}:${port}\r\n${own.join('')}`
    socket.write(
      `${head}content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    )
    return waiting.promise
  }
  return connected(socket, { post, close: () => socket.destroy() })
}

function connected(socket: Socket, connection: Connection): Promise<Connection> {
  return new Promise((resolve, reject) => {
    socket.once('connect', () => resolve(connection))
    socket.once('error', reject)
  })
}

/** null: not all of it has come. Both servers send a content-length. */
function readAnswer(received: Buffer): { status: number; body: string } | null {
  const end = received.indexOf(HEAD_END)
  if (end < 0) return null
  const head = received.toString('latin1', 0, end)
  const length = Number(/content-length: *(\d+)/i.exec(head)?.[1] ?? Number.NaN)
  if (Number.isNaN(length)) throw new Error('the answer has no content-length')
  const start = end + HEAD_END.length
  if (received.length < start + length) return null
  return { status: Number(head.slice(9, 12)), body: received.toString('utf8', start, start + length) }
}

export type Load = { readonly requestsPerSecond: number; readonly latenciesMs: readonly number[] }

/** Every connection sends its next request when it has the answer to the last, for about `forMs`. */
export async function applyLoad(forMs: number, senders: readonly (() => Promise<unknown>)[]): Promise<Load> {
  const latenciesMs: number[] = []
  const startedMs = performance.now()
  const endMs = startedMs + forMs
  await Promise.all(
    senders.map(async (send) => {
      for (let sentMs = performance.now(); sentMs < endMs; sentMs = performance.now()) {
        await send()
        latenciesMs.push(performance.now() - sentMs)
      }
    }),
  )
  return { requestsPerSecond: (latenciesMs.length / (performance.now() - startedMs)) * 1000, latenciesMs }
}
