// Electron's utilityProcess over child_process.fork: the real core entry runs in a process of its own, with core-side.ts
// giving it `process.parentPort`.
import { fork, type ChildProcess } from 'node:child_process'
import { EventEmitter } from 'node:events'
import type { Readable } from 'node:stream'
import type { FakePort } from './fake-ports.ts'

/** Between fake-utility-process.ts and core-side.ts. */
export type Wire =
  | { readonly kind: 'message'; readonly data: unknown; readonly ports: readonly number[] }
  | { readonly kind: 'port'; readonly id: number; readonly data: unknown }
  | { readonly kind: 'closed'; readonly id: number }

type ForkOptions = { readonly stdio?: unknown; readonly serviceName?: string }

/** Every core that was started, newest last, for the test to look at. */
export const started: FakeUtilityProcess[] = []

class FakeUtilityProcess extends EventEmitter {
  readonly stdout: Readable | null
  readonly stderr: Readable | null
  private readonly child: ChildProcess
  private readonly ports = new Map<number, FakePort>()

  constructor(modulePath: string, args: readonly string[]) {
    super()
    this.child = fork(modulePath, [...args], {
      execArgv: ['--import', new URL('core-side.ts', import.meta.url).href],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      serialization: 'advanced',
    })
    this.stdout = this.child.stdout
    this.stderr = this.child.stderr
    this.child.on('message', (wire: Wire) => this.take(wire))
    this.child.on('exit', (code, signal) => {
      for (const port of this.ports.values()) port.close()
      this.emit('exit', code ?? (signal === null ? 0 : 1))
    })
    started.push(this)
  }

  get pid(): number | undefined {
    return this.child.exitCode === null && this.child.signalCode === null ? this.child.pid : undefined
  }

  postMessage(data: unknown, transfer: readonly FakePort[] = []): void {
    for (const port of transfer) this.ports.set(port.id, port)
    this.send({ kind: 'message', data, ports: transfer.map((port) => port.id) })
    for (const port of transfer) {
      port.sendAway(
        (said) => this.send({ kind: 'port', id: port.id, data: said }),
        () => this.send({ kind: 'closed', id: port.id }),
      )
    }
  }

  kill(): boolean {
    return this.child.kill()
  }

  private send(wire: Wire): void {
    if (this.child.connected) this.child.send(wire)
  }

  private take(wire: Wire): void {
    if (wire.kind === 'message') this.emit('message', wire.data)
    if (wire.kind === 'port') this.ports.get(wire.id)?.postMessage(wire.data)
    if (wire.kind === 'closed') this.ports.get(wire.id)?.close()
  }
}

export const utilityProcess = {
  fork: (modulePath: string, args: readonly string[] = [], _options: ForkOptions = {}) =>
    new FakeUtilityProcess(modulePath, args),
}
