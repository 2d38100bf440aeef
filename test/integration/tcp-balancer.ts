// A small TCP balancer as a proxy before several nodes is: each new connection goes to the next node that says it is ready.
// Also used as an address that stays while what is behind it is started again elsewhere. Called by integrator-nodes.test.ts.
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'

export type Target = { port: number; isReady: boolean }

export type Balancer = {
  port: number
  url: string
  /** Connections that are open stay where they are. */
  setTargets: (ports: readonly number[]) => void
  /** How many connections each node was given. */
  counts: ReadonlyMap<number, number>
  close: () => Promise<void>
}

const lookMs = 50

/** `checkPath`: asked of every node all the time; a node that does not answer 200 gets no new connections. */
export async function startBalancer(checkPath: string | null): Promise<Balancer> {
  let targets: Target[] = []
  let turn = 0
  const counts = new Map<number, number>()
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    sockets.add(client)
    client.on('error', () => client.destroy())
    client.on('close', () => sockets.delete(client))
    turn += 1
    const ready = targets.filter(({ isReady }) => isReady)
    const target = ready[turn % Math.max(1, ready.length)]
    if (target === undefined) return client.destroy()
    counts.set(target.port, (counts.get(target.port) ?? 0) + 1)
    const node = connect(target.port, '127.0.0.1')
    node.on('error', () => client.destroy())
    node.on('close', () => client.destroy())
    client.on('close', () => node.destroy())
    client.pipe(node).pipe(client)
    return undefined
  })
  const look = async (target: Target): Promise<void> => {
    const answer = await fetch(`http://127.0.0.1:${target.port}${checkPath}`, {
      signal: AbortSignal.timeout(2000),
      headers: { connection: 'close' },
    }).catch(() => null)
    await answer?.body?.cancel()
    target.isReady = answer?.status === 200
  }
  const timer =
    checkPath === null ? undefined : setInterval(() => void Promise.all(targets.map(look)), lookMs)
  await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    counts,
    setTargets: (ports) => {
      targets = ports.map(
        (each) => targets.find((target) => target.port === each) ?? { port: each, isReady: true },
      )
    },
    close: async () => {
      clearInterval(timer)
      for (const socket of sockets) socket.destroy()
      await new Promise<void>((done) => void server.close(() => done()))
    },
  }
}
