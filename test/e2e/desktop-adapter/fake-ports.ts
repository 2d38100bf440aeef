// Electron's message ports between processes, in the adapter's own process. A port that was sent away (to the core, to a
// page) forwards what its other end says. Used by fake-electron.ts and its parts.
import { EventEmitter } from 'node:events'

let lastId = 0

export class FakePort extends EventEmitter {
  readonly id = (lastId += 1)
  other: FakePort | null = null
  /** Set when the port was sent away. */
  forward: ((data: unknown) => void) | null = null
  onOtherClosed: (() => void) | null = null
  private waiting: unknown[] = []
  private isStarted = false

  postMessage(data: unknown): void {
    // What cannot be cloned must fail here as it does in Electron.
    this.other?.take(structuredClone(data))
  }

  start(): void {
    this.isStarted = true
    const kept = this.waiting
    this.waiting = []
    for (const data of kept) this.take(data)
  }

  /** Sends the port away: from now on `forward` gets what comes, also what came before. */
  sendAway(forward: (data: unknown) => void, onOtherClosed: () => void): void {
    this.forward = forward
    this.onOtherClosed = onOtherClosed
    this.start()
  }

  close(): void {
    const { other } = this
    this.other = null
    if (other === null) return
    other.other = null
    other.onOtherClosed?.()
    other.emit('close')
  }

  private take(data: unknown): void {
    if (this.forward !== null) this.forward(data)
    else if (this.isStarted) this.emit('message', { data, ports: [] })
    else this.waiting.push(data)
  }
}

export class MessageChannelMain {
  readonly port1 = new FakePort()
  readonly port2 = new FakePort()

  constructor() {
    this.port1.other = this.port2
    this.port2.other = this.port1
  }
}
