// Raw TCP to a network printer (port 9100). Called by open-printer.ts.
import type { Socket } from 'node:net'
import { connect } from 'node:net'
import { DriverProblem } from '#drivers/problem.ts'
import type { Connection, Transport } from './transport.ts'

const CONNECT_TIMEOUT_MS = 4_000
const WRITE_TIMEOUT_MS = 15_000
const CLOSE_TIMEOUT_MS = 3_000

export function networkTransport(address: {
  readonly host: string
  readonly port: number
  readonly connectTimeoutMs?: number
  readonly writeTimeoutMs?: number
}): Transport {
  const name = `${address.host}:${address.port}`
  return {
    name,
    canAnswer: true,
    open: async () => {
      const socket = await openSocket(address, name)
      return connectionOver(socket, name, address.writeTimeoutMs ?? WRITE_TIMEOUT_MS)
    },
  }
}

async function openSocket(
  { host, port, connectTimeoutMs = CONNECT_TIMEOUT_MS }: Parameters<typeof networkTransport>[0],
  name: string,
): Promise<Socket> {
  return await new Promise((resolve, reject) => {
    const socket = connect({ host, port })
    socket.setNoDelay(true)
    const give = (problem: DriverProblem): void => {
      clearTimeout(timer)
      socket.destroy()
      reject(problem)
    }
    const timer = setTimeout(() => give(unreachable(name, 'ETIMEDOUT')), connectTimeoutMs)
    socket.once('error', (error: NodeJS.ErrnoException) => give(unreachable(name, error.code, error)))
    socket.once('connect', () => {
      clearTimeout(timer)
      socket.removeAllListeners('error')
      resolve(socket)
    })
  })
}

function unreachable(name: string, code: string | undefined, cause?: unknown): DriverProblem {
  return new DriverProblem('printer_unreachable', `The printer at ${name} ${whyUnreachable(code)}`, { cause })
}

function whyUnreachable(code: string | undefined): string {
  switch (code) {
    case 'ECONNREFUSED':
      return 'refuses the connection. Check that it is switched on, ready and not busy with another till.'
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'is not known under this name. Check its address in the settings.'
    default:
      return 'cannot be reached. Check that it is switched on and that its network cable is plugged in.'
  }
}

function connectionOver(socket: Socket, name: string, writeTimeoutMs: number): Connection {
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
  const disconnected = (): DriverProblem =>
    new DriverProblem(
      'printer_disconnected',
      `The printer at ${name} closed the connection. Check its cable and power, then look at the slip.`,
      { cause: failure },
    )
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
      if (outcome === 'late') {
        throw new DriverProblem(
          'printer_no_answer',
          `The printer at ${name} takes no more data. Check paper and cover, then look at the slip.`,
        )
      }
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
