// Part `print`: from the answer that a payment is recorded to the first byte of its slip at a network printer, and to the printer's
// own word that it is on paper: the whole till over a socket, against the bare socket.
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { createVirtualPrinter } from '#drivers/virtual/printer.ts'
import { startFakeIntegrator } from '#test/unit/host/fake-integrator.ts'
import { findAndTake, signInAndOpen, startKit, todaysBill } from '#test/unit/host/host-kit.ts'
import { noGoal, type BenchPart, type Figure } from './figure.ts'
import { median } from './rounds.ts'

const SLIPS = 40
const WARM_UP = 5
/** `ESC @`: with it a slip begins; what comes before are questions about paper and cover. */
const INIT = Buffer.from([0x1b, 0x40])

export const print: BenchPart = {
  about: 'from a recorded payment to paper',
  measure: async () => {
    const printer = await startTimedPrinter()
    const fake = await startFakeIntegrator()
    const kit = await startKit(fake, { options: { printer: printer.url } })
    try {
      await signInAndOpen(kit.client)
      const first: number[] = []
      const whole: number[] = []
      const socket: number[] = []
      for (let slip = -WARM_UP; slip < SLIPS; slip += 1) {
        const bill = todaysBill()
        fake.state.bills.push(bill)
        printer.reset()
        await findAndTake(kit.client, bill)
        const recordedMs = performance.now()
        await kit.until(({ printer: { waitingJobs } }) => waitingJobs === 0)
        const printedMs = performance.now()
        const bareMs = await bareSocket(printer.port)
        if (slip < 0) continue
        first.push(Math.max(0, printer.slipAtMs() - recordedMs))
        whole.push(printedMs - recordedMs)
        socket.push(bareMs)
      }
      const against = 'opening a socket to the same printer and writing one byte'
      const figure = (what: string, ours: readonly number[]): Figure => ({
        what,
        ours: median(ours),
        floor: median(socket),
        unit: 'ms',
        ratio: median(ours) / median(socket),
        goal: noGoal,
        against,
      })
      return [
        figure('recorded payment to the first byte of its slip', first),
        figure('recorded payment to the word that it is printed', whole),
      ]
    } finally {
      await kit.close()
      await fake.close()
      await printer.close()
    }
  },
}

/** A virtual printer on a socket that notes when a slip begins. */
const startTimedPrinter = async () => {
  let slipAtMs = 0
  const open = new Set<Socket>()
  const device = createVirtualPrinter({ columns: 42 })
  const server = createServer((socket) => {
    open.add(socket)
    const stop = device.onAnswer((bytes) => socket.write(bytes))
    socket.on('data', (bytes) => {
      if (slipAtMs === 0 && bytes.includes(INIT)) slipAtMs = performance.now()
      device.receive(bytes)
    })
    socket.on('error', () => undefined)
    socket.on('close', () => {
      stop()
      open.delete(socket)
    })
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    port,
    url: `tcp://127.0.0.1:${port}`,
    slipAtMs: () => slipAtMs,
    reset: () => {
      slipAtMs = 0
    },
    close: async () => {
      for (const socket of open) socket.destroy()
      await new Promise((resolve) => {
        server.close(resolve)
      })
    },
  }
}

const bareSocket = async (port: number): Promise<number> => {
  const startedMs = performance.now()
  await new Promise<void>((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' }, () => {
      socket.write(Uint8Array.of(0), () => {
        socket.destroy()
        resolve()
      })
    })
    socket.once('error', reject)
  })
  return performance.now() - startedMs
}
