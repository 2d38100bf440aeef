// Gives the core's process what Electron's utility processes have: `process.parentPort`, with ports that arrive in messages.
// Loaded before the real core entry by fake-utility-process.ts.
import { EventEmitter } from 'node:events'
import type { Wire } from './fake-utility-process.ts'

class ArrivedPort extends EventEmitter {
  private waiting: unknown[] | null = []
  private readonly id: number

  constructor(id: number) {
    super()
    this.id = id
  }

  postMessage(data: unknown): void {
    send({ kind: 'port', id: this.id, data })
  }

  start(): void {
    const kept = this.waiting ?? []
    this.waiting = null
    for (const data of kept) this.take(data)
  }

  close(): void {
    send({ kind: 'closed', id: this.id })
  }

  take(data: unknown): void {
    if (this.waiting === null) this.emit('message', { data, ports: [] })
    else this.waiting.push(data)
  }
}

const ports = new Map<number, ArrivedPort>()
const parentPort = Object.assign(new EventEmitter(), {
  postMessage: (data: unknown) => send({ kind: 'message', data, ports: [] }),
})

function send(wire: Wire): void {
  if (process.connected) process.send?.(wire)
}

process.on('message', (wire: Wire) => {
  if (wire.kind === 'message') {
    const arrived = wire.ports.map((id) => new ArrivedPort(id))
    wire.ports.forEach((id, at) => {
      const port = arrived[at]
      if (port !== undefined) ports.set(id, port)
    })
    parentPort.emit('message', { data: wire.data, ports: arrived })
  }
  if (wire.kind === 'port') ports.get(wire.id)?.take(wire.data)
  if (wire.kind === 'closed') ports.get(wire.id)?.emit('close')
})

Object.defineProperty(process, 'parentPort', { value: parentPort })
