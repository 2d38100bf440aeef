// A TCP proxy on loopback that breaks connections on demand: what a bad line, a dying router or a dead server does to one
// request. Used by the reliability tests between terminal and integrator and between integrator and DIGIT.
// It knows no protocol beyond "the client speaks, then the server answers": a request is a turn of the client.
import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net'

export type FaultKind =
  /** Bytes of the request are thrown away and the connection is reset: the server never sees it. */
  | 'reset-before'
  /** The server gets the whole request; as soon as it answers, the answer is dropped and the connection reset. */
  | 'reset-after'
  /** The request disappears and nobody ever answers; the connection stays open. */
  | 'black-hole'
  /** The first `answerBytes` of the answer pass, then the connection ends. */
  | 'truncate'
  /** The request waits `delayMs` before it goes on. */
  | 'delay'
  /** Request and answer crawl at `bytesPerSecond`. */
  | 'throttle'

export type Fault = {
  readonly kind: FaultKind
  /** Only requests whose first line matches count for this fault. Absent: every request. */
  readonly match?: RegExp
  /** Lets so many matching requests pass first. */
  readonly skip?: number
  /** Breaks so many requests; null: until cleared. */
  readonly count?: number | null
  readonly answerBytes?: number
  readonly delayMs?: number
  readonly bytesPerSecond?: number
}

/** One request as it went by: its first line and what was done to it. */
export type SeenRequest = { readonly line: string; readonly fault: FaultKind | 'none' }

export type FaultProxy = {
  readonly port: number
  readonly url: string
  readonly seen: readonly SeenRequest[]
  add(fault: Fault): void
  clear(): void
  /** Closes the port: new connections are refused by the system, open ones are reset. */
  refuse(): Promise<void>
  /** Opens the same port again. */
  accept(): Promise<void>
  close(): Promise<void>
}

/** A slice of a throttled stream; smaller is smoother. */
const SLICE_MS = 20
const FIRST_LINE_CHARS_MAX = 200
const SEEN_MAX = 100_000

type Armed = Fault & { skipLeft: number; countLeft: number | null }

export const startFaultProxy = async (target: { host?: string; port: number }): Promise<FaultProxy> => {
  const seen: SeenRequest[] = []
  const sockets = new Set<Socket>()
  let faults: Armed[] = []

  const take = (line: string): Fault | undefined => {
    const fault = faults.find((each) => isHit(each, line))
    if (fault?.countLeft === 0) faults = faults.filter((each) => each !== fault)
    if (seen.length < SEEN_MAX) seen.push({ line, fault: fault?.kind ?? 'none' })
    return fault
  }
  const serve = (client: Socket): void => {
    const server = connect({ host: target.host ?? '127.0.0.1', port: target.port })
    for (const socket of [client, server]) {
      sockets.add(socket)
      socket.setNoDelay(true)
      // The other side hears of it through 'close'; the reason is of no use here.
      socket.on('error', () => {})
      socket.on('close', () => sockets.delete(socket))
    }
    carry({ client, server, take })
  }

  let listener = await listen(serve, 0)
  const { port } = listener.address() as AddressInfo
  const stop = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => listener.close(() => resolve()))
    for (const socket of sockets) socket.resetAndDestroy()
    await closed
  }
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    seen,
    add: (fault) => {
      const countLeft = fault.count === undefined ? 1 : fault.count
      faults.push({ ...fault, skipLeft: fault.skip ?? 0, countLeft })
    },
    clear: () => {
      faults = []
    },
    refuse: stop,
    accept: async () => {
      listener = await listen(serve, port)
    },
    close: () => (listener.listening ? stop() : Promise.resolve()),
  }
}

/** Whether this fault takes the request; counts it either way. */
const isHit = (fault: Armed, line: string): boolean => {
  if (fault.match !== undefined && !fault.match.test(line)) return false
  if (fault.skipLeft > 0) {
    fault.skipLeft -= 1
    return false
  }
  if (fault.countLeft !== null) fault.countLeft -= 1
  return true
}

const listen = (serve: (client: Socket) => void, port: number): Promise<Server> =>
  new Promise((resolve, reject) => {
    const listener = createServer(serve)
    listener.once('error', reject)
    listener.listen(port, '127.0.0.1', () => resolve(listener))
  })

type Line = { client: Socket; server: Socket; take: (firstLine: string) => Fault | undefined }

/** Carries one connection; a request begins with the first bytes of the client after the server last spoke. */
const carry = ({ client, server, take }: Line): void => {
  let isServersTurn = false
  let fault: Fault | undefined
  let answerBytesLeft = 0
  const toServer = createOutlet(server)
  const toClient = createOutlet(client)

  client.on('data', (bytes: Buffer) => {
    if (!isServersTurn) {
      isServersTurn = true
      fault = take(firstLineOf(bytes))
      answerBytesLeft = fault?.answerBytes ?? 0
      if (fault?.kind === 'delay') toServer.wait(fault.delayMs ?? 1000)
      toServer.pace(fault?.kind === 'throttle' ? fault.bytesPerSecond : undefined)
      toClient.pace(fault?.kind === 'throttle' ? fault.bytesPerSecond : undefined)
    }
    if (fault?.kind === 'black-hole') return
    if (fault?.kind === 'reset-before') {
      client.resetAndDestroy()
      server.resetAndDestroy()
      return
    }
    toServer.write(bytes)
  })
  server.on('data', (bytes: Buffer) => {
    isServersTurn = false
    if (fault?.kind === 'reset-after') {
      client.resetAndDestroy()
      server.resetAndDestroy()
      return
    }
    if (fault?.kind !== 'truncate') {
      toClient.write(bytes)
      return
    }
    toClient.write(bytes.subarray(0, answerBytesLeft))
    answerBytesLeft -= Math.min(answerBytesLeft, bytes.length)
    if (answerBytesLeft > 0) return
    toClient.end()
    server.resetAndDestroy()
  })
  client.on('end', () => toServer.end())
  server.on('end', () => toClient.end())
  // A black hole keeps the client waiting even when the server gives up.
  client.on('close', () => server.destroy())
  server.on('error', () => {
    if (fault?.kind !== 'black-hole') client.resetAndDestroy()
  })
}

const firstLineOf = (bytes: Buffer): string => {
  const text = bytes.subarray(0, FIRST_LINE_CHARS_MAX).toString('latin1')
  const end = text.search(/[\r\n]/)
  return end === -1 ? text : text.slice(0, end)
}

type Outlet = {
  write(bytes: Buffer): void
  end(): void
  /** Holds everything written from now on for so long. */
  wait(ms: number): void
  /** Bytes per second; undefined: as they come. */
  pace(bytesPerSecond: number | undefined): void
}

/** Writes to a socket in order, now or later. */
const createOutlet = (socket: Socket): Outlet => {
  let rate: number | undefined
  let isBusy = false
  const queue: (Buffer | 'end' | number)[] = []

  const step = (): void => {
    const next = queue.shift()
    if (next === undefined || socket.destroyed) {
      isBusy = false
      return
    }
    isBusy = true
    if (next === 'end') {
      socket.end()
      isBusy = false
      return
    }
    if (typeof next === 'number') {
      setTimeout(step, next)
      return
    }
    if (rate === undefined) {
      socket.write(next)
      step()
      return
    }
    const size = Math.max(1, Math.floor((rate * SLICE_MS) / 1000))
    socket.write(next.subarray(0, size))
    if (next.length > size) queue.unshift(next.subarray(size))
    setTimeout(step, (size * 1000) / rate)
  }
  const put = (item: Buffer | 'end' | number): void => {
    queue.push(item)
    if (!isBusy) step()
  }
  return {
    write: put,
    end: () => put('end'),
    wait: put,
    pace: (bytesPerSecond) => {
      rate = bytesPerSecond
    },
  }
}
