// Raw TCP to a network printer (port 9100), a card terminal or another device with an address. Called by printer-address.ts
// and by the drivers of card terminals.
import type { Socket } from 'node:net'
import { connect } from 'node:net'
import type { DriverProblem } from '#drivers/problem.ts'
import { linkProblem, type LinkTerms, type LinkTrouble } from './link-problem.ts'
import type { Connection, Transport } from './transport.ts'

const CONNECT_TIMEOUT_MS = 4_000
const WRITE_TIMEOUT_MS = 15_000
const CLOSE_TIMEOUT_MS = 3_000
/** A device that lost its power says nothing: after this silence the system asks whether it is still there. */
const KEEP_ALIVE_MS = 10_000

export function networkTransport(address: {
  readonly host: string
  readonly port: number
  readonly connectTimeoutMs?: number
  readonly writeTimeoutMs?: number
  /** The word in messages, "card terminal"; "printer" when left out, which also keeps the codes of printers. */
  readonly noun?: string
}): Transport {
  const name = `${address.host}:${address.port}`
  const terms: LinkTerms = { name, kind: 'network', noun: address.noun ?? 'printer' }
  return {
    name,
    canAnswer: true,
    open: async () => {
      const socket = await openSocket(address, terms)
      return connectionOver(socket, terms, address.writeTimeoutMs ?? WRITE_TIMEOUT_MS)
    },
  }
}

async function openSocket(
  { host, port, connectTimeoutMs = CONNECT_TIMEOUT_MS }: Parameters<typeof networkTransport>[0],
  terms: LinkTerms,
): Promise<Socket> {
  return await new Promise((resolve, reject) => {
    const socket = connect({ host, port })
    socket.setNoDelay(true)
    const give = (problem: DriverProblem): void => {
      clearTimeout(timer)
      socket.destroy()
      reject(problem)
    }
    const timer = setTimeout(() => give(linkProblem('absent', terms)), connectTimeoutMs)
    socket.once('error', (error: NodeJS.ErrnoException) =>
      give(linkProblem(troubleOf(error.code), terms, error)),
    )
    socket.once('connect', () => {
      clearTimeout(timer)
      socket.setKeepAlive(true, KEEP_ALIVE_MS)
      socket.removeAllListeners('error')
      // Never without a listener: an error between here and the first write would end the process.
      socket.on('error', () => undefined)
      resolve(socket)
    })
  })
}

function troubleOf(code: string | undefined): LinkTrouble {
  if (code === 'ECONNREFUSED') return 'refused'
  return code === 'ENOTFOUND' || code === 'EAI_AGAIN' ? 'unknown-host' : 'absent'
}

function connectionOver(socket: Socket, terms: LinkTerms, writeTimeoutMs: number): Connection {
  const listeners = new Set<(bytes: Uint8Array) => void>()
  let isClosing = false
  let failure: Error | undefined
  // Reading never stops: unread bytes at the end make the kernel reset the connection and lose what was sent.
  socket.on('data', (bytes) => {
    for (const listener of listeners) listener(bytes)
  })
  socket.on('error', (error) => {
    failure = error
  })
  const disconnected = (): DriverProblem => linkProblem('gone', terms, failure)
  const closed = new Promise<DriverProblem | null>((resolve) => {
    socket.once('close', () => resolve(isClosing ? null : disconnected()))
  })

  return {
    closed,
    onData: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    write: async (bytes) => {
      if (socket.destroyed || !socket.writable) throw disconnected()
      if (socket.write(bytes)) return
      const outcome = await drained(socket, writeTimeoutMs)
      if (outcome === 'closed') throw disconnected()
      if (outcome === 'late') throw linkProblem('stalled', terms)
    },
    close: async () => {
      isClosing = true
      if (socket.destroyed) return
      socket.end()
      const timer = setTimeout(() => socket.destroy(), CLOSE_TIMEOUT_MS)
      await closed
      clearTimeout(timer)
    },
  }
}

async function drained(socket: Socket, timeoutMs: number): Promise<'drained' | 'closed' | 'late'> {
  return await new Promise((resolve) => {
    const finish = (outcome: 'drained' | 'closed' | 'late') => (): void => {
      clearTimeout(timer)
      socket.off('drain', onDrain)
      socket.off('close', onClose)
      resolve(outcome)
    }
    const onDrain = finish('drained')
    const onClose = finish('closed')
    const timer = setTimeout(finish('late'), timeoutMs)
    socket.once('drain', onDrain)
    socket.once('close', onClose)
  })
}
