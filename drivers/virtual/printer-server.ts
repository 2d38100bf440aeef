// The virtual printer on TCP, as a network receipt printer listens on port 9100: one connection at a time, loopback only.
// Started by the demo and by tests; slips go to a folder as PNG and text.
import type { Server, Socket } from 'node:net'
import { createServer } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import type { Slip } from './paper.ts'
import type { VirtualFaults, VirtualPrinter } from './printer.ts'
import { createVirtualPrinter } from './printer.ts'
import { openSlipFolder } from './slip-folder.ts'

export type VirtualPrinterServer = {
  readonly port: number
  /** What to put into a printer URL: tcp://127.0.0.1:PORT */
  readonly url: string
  readonly printer: VirtualPrinter
  /** Faults of the line rather than of the printer. */
  readonly setLineFaults: (faults: LineFaults) => void
  readonly close: () => Promise<void>
}

export type LineFaults = {
  /** Resets the connection after this many bytes of a connection, as a pulled plug does. */
  readonly resetAfterBytes?: number
  /** Stops reading after this many bytes, as a printer with a full buffer does. */
  readonly hangAfterBytes?: number
  /** A slow line: so many bytes, so often. */
  readonly pace?: { readonly bytes: number; readonly everyMs: number }
}

const WAITING_MAX = 16

/** @param options `port` 0 takes a free one; `folder` is made if it is missing; 48 columns of 576 dots by default */
export async function startVirtualPrinter(options: {
  readonly port: number
  readonly folder?: string
  readonly paper?: { readonly columns: number; readonly dots: number }
  readonly faults?: VirtualFaults
  readonly onSlip?: (slip: Slip) => void
}): Promise<VirtualPrinterServer> {
  const paper = options.paper ?? { columns: 48, dots: 576 }
  const save = options.folder === undefined ? null : openSlipFolder(options.folder, paper)
  const printer = createVirtualPrinter({
    columns: paper.columns,
    ...(options.faults === undefined ? {} : { faults: options.faults }),
    onSlip: (slip) => {
      save?.(slip)
      options.onSlip?.(slip)
    },
  })
  let lineFaults: LineFaults = {}
  const waiting: Socket[] = []
  const open = new Set<Socket>()
  let active: Socket | null = null

  const serveNext = (): void => {
    active = waiting.shift() ?? null
    if (active !== null) serve(active, printer, lineFaults)
  }
  const server = createServer((socket) => {
    open.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => {
      open.delete(socket)
      if (socket === active) serveNext()
      else if (waiting.includes(socket)) waiting.splice(waiting.indexOf(socket), 1)
    })
    if (waiting.length >= WAITING_MAX) socket.destroy()
    else waiting.push(socket)
    if (active === null) serveNext()
  })
  await listen(server, options.port)
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('virtual printer has no port')

  return {
    port: address.port,
    url: `tcp://127.0.0.1:${address.port}`,
    printer,
    setLineFaults: (faults) => {
      lineFaults = faults
    },
    close: async () => {
      for (const socket of open) socket.destroy()
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
      })
    },
  }
}

function serve(socket: Socket, printer: VirtualPrinter, faults: LineFaults): void {
  let received = 0
  const stopAnswers = printer.onAnswer((bytes) => {
    if (!socket.destroyed) socket.write(bytes)
  })
  socket.on('close', () => {
    stopAnswers()
    printer.tearOff()
  })
  socket.on('data', (bytes) => {
    const { resetAfterBytes = Infinity, hangAfterBytes = Infinity } = faults
    const room = Math.max(0, Math.min(resetAfterBytes, hangAfterBytes) - received)
    received += bytes.length
    socket.pause()
    void bring(printer, bytes.subarray(0, room), faults).then((isWell) => {
      // A slip that cannot be saved is a broken printer to the one who prints, and not the end of this server.
      if (!isWell || received >= resetAfterBytes) socket.resetAndDestroy()
      else if (received < hangAfterBytes) socket.resume()
    })
  })
}

/** Brings bytes to the printer as fast as the line is and as fast as its buffer takes them; false if it broke. */
async function bring(printer: VirtualPrinter, bytes: Uint8Array, { pace }: LineFaults): Promise<boolean> {
  try {
    for (let offset = 0; offset < bytes.length;) {
      const fitting = Math.min(bytes.length - offset, pace?.bytes ?? Infinity, printer.roomBytes())
      printer.receive(bytes.subarray(offset, offset + fitting))
      offset += fitting
      if (pace !== undefined) await pause(pace.everyMs)
      if (printer.roomBytes() === 0) await printer.worked()
    }
    return true
  } catch {
    return false
  }
}

async function listen(server: Server, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject)
      resolve()
    })
  })
}
