// A telephone line between a till and its integrator: so many bits in a second each way for all connections together, so long a way,
// and a short queue at each end. Counts the bytes that went over it. Called by drain.ts.
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'

export type LineSpeed = {
  readonly bitsPerSecond: number
  /** There and back. */
  readonly roundTripMs: number
}

export type SlowLine = {
  readonly url: string
  /** What the two programs wrote, without the headers of TCP and IP. */
  readonly bytes: () => { readonly toServer: number; readonly toClient: number }
  readonly connectionCount: () => number
  readonly close: () => Promise<void>
}

/** A modem's queue: what more is written waits at the sender. */
const QUEUE_MS_MAX = 250

type Direction = { freeAtMs: number; bytes: number }

export const startSlowLine = async (target: { port: number }, speed: LineSpeed): Promise<SlowLine> => {
  const toServer: Direction = { freeAtMs: 0, bytes: 0 }
  const toClient: Direction = { freeAtMs: 0, bytes: 0 }
  const sockets = new Set<Socket>()
  let connectionCount = 0
  const serve = (client: Socket): void => {
    connectionCount += 1
    const server = connect({ host: '127.0.0.1', port: target.port })
    for (const socket of [client, server]) {
      sockets.add(socket)
      socket.setNoDelay(true)
      socket.on('error', () => socket.destroy())
      socket.on('close', () => sockets.delete(socket))
    }
    // The hands are shaken at once here; over the line it takes one way there and back.
    carry({
      from: client,
      to: server,
      line: toServer,
      speed,
      firstAtMs: performance.now() + speed.roundTripMs,
    })
    carry({ from: server, to: client, line: toClient, speed, firstAtMs: 0 })
  }
  const listener: Server = createServer(serve)
  await new Promise<void>((resolve, reject) => {
    listener.once('error', reject)
    listener.listen(0, '127.0.0.1', resolve)
  })
  return {
    url: `http://127.0.0.1:${(listener.address() as AddressInfo).port}`,
    bytes: () => ({ toServer: toServer.bytes, toClient: toClient.bytes }),
    connectionCount: () => connectionCount,
    close: async () => {
      const closed = new Promise<void>((resolve) => listener.close(() => resolve()))
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

type Carried = { from: Socket; to: Socket; line: Direction; speed: LineSpeed; firstAtMs: number }

const carry = ({ from, to, line, speed, firstAtMs }: Carried): void => {
  let lastAtMs = firstAtMs
  /** In order: two timers of the same millisecond would not be. */
  const deliver = (atMs: number, use: () => void): void => {
    lastAtMs = Math.max(lastAtMs + 0.001, atMs)
    setTimeout(use, Math.max(0, lastAtMs - performance.now()))
  }
  from.on('data', (bytes: Buffer) => {
    line.bytes += bytes.length
    const nowMs = performance.now()
    line.freeAtMs = Math.max(line.freeAtMs, nowMs) + (bytes.length * 8 * 1000) / speed.bitsPerSecond
    const aheadMs = line.freeAtMs - nowMs
    if (aheadMs > QUEUE_MS_MAX) {
      from.pause()
      setTimeout(() => from.resume(), aheadMs - QUEUE_MS_MAX)
    }
    deliver(line.freeAtMs + speed.roundTripMs / 2, () => {
      if (!to.destroyed) to.write(bytes)
    })
  })
  from.on('end', () => deliver(line.freeAtMs + speed.roundTripMs / 2, () => to.end()))
  from.on('close', (hadError) => {
    if (hadError) deliver(performance.now() + speed.roundTripMs / 2, () => to.destroy())
  })
}
