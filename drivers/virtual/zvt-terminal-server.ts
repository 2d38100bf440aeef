// The virtual ZVT terminal at a TCP port, also with the frames of a serial line (as behind a converter, or socat's pseudo-terminal).
// Called by tests and demonstrations.
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import type { Duplex } from 'node:stream'
import type { ZvtFaults } from './zvt-faults.ts'
import type { VirtualZvtTerminal } from './zvt-terminal.ts'
import { createVirtualZvtTerminal } from './zvt-terminal.ts'

export type VirtualZvtServer = {
  readonly terminal: VirtualZvtTerminal
  readonly host: string
  readonly port: number
  readonly close: () => Promise<void>
}

export async function startVirtualZvtTerminal(options: {
  readonly port: number
  /** Without it: tcp. */
  readonly framing?: 'tcp' | 'serial'
  readonly faults?: ZvtFaults
  readonly now?: () => number
}): Promise<VirtualZvtServer> {
  const { port, framing = 'tcp', ...rest } = options
  const terminal = createVirtualZvtTerminal({ ...rest, framing })
  const host = '127.0.0.1'
  const server = createServer({ noDelay: true }, (socket) => attachStream(terminal, socket))
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  return {
    terminal,
    host,
    port: (server.address() as AddressInfo).port,
    close: async () => {
      await new Promise((resolve) => {
        server.close(resolve)
      })
    },
  }
}

/** A cut destroys the stream. */
export function attachStream(terminal: VirtualZvtTerminal, stream: Duplex): void {
  const end = terminal.attach({
    write: (bytes) => stream.write(bytes),
    cut: () => stream.destroy(),
  })
  stream.on('data', end.receive)
  stream.on('error', end.gone)
  stream.on('close', end.gone)
}
