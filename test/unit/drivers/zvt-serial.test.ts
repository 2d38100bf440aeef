// Goal: over a serial line, with its frames, repeats and disturbances, the card is still charged once or not at all and the till says
// which. Over pseudo-terminals of the kernel opened by the real serialport, and over a plain socket where speed matters.
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { ZvtTimes } from '#drivers/card-terminal/zvt/zvt-session.ts'
import { openZvtTerminal } from '#drivers/card-terminal/zvt/zvt-terminal.ts'
import { networkTransport } from '#drivers/transport/network.ts'
import { serialTransport } from '#drivers/transport/serial.ts'
import type { Transport } from '#drivers/transport/transport.ts'
import { startVirtualZvtTerminal } from '#drivers/virtual/zvt-terminal-server.ts'
import type { ZvtFaults } from '#drivers/virtual/zvt-faults.ts'
import { askUntilSettled, expectTruth, newIntent, sell } from './zvt-till.ts'

/** Its packed decimals hold DLE twice, so that doubling is on the way in both directions. */
const AMOUNT_PAISE = 101_010

const startTerminal = async (faults: ZvtFaults = {}) => {
  const server = await startVirtualZvtTerminal({ port: 0, framing: 'serial' })
  onTestFinished(server.close)
  server.terminal.sellBy({ amountPaise: AMOUNT_PAISE })
  server.terminal.setFaults(faults)
  return server
}

const openOn = (transport: Transport, times: Partial<ZvtTimes> = {}) =>
  openZvtTerminal({
    transport,
    framing: 'serial',
    times: { answerMs: 5_000, betweenMs: 5_000, acknowledgeMs: 5_000, characterMs: 1_000, ...times },
  })

const overSocket = async (faults: ZvtFaults = {}, times: Parameters<typeof openOn>[1] = {}) => {
  const server = await startTerminal(faults)
  const till = openOn(networkTransport({ ...server, noun: 'card terminal' }), times)
  return { server, virtual: server.terminal, till, chargedBeforePaise: server.terminal.chargedPaise() }
}

const overPty = async (faults: ZvtFaults = {}) => {
  const server = await startTerminal(faults)
  const folder = mkdtempSync(join(tmpdir(), 'zvt-'))
  const path = join(folder, 'tty')
  const socat = spawn('socat', [`pty,raw,echo=0,link=${path}`, `tcp:${server.host}:${server.port},nodelay`], {
    stdio: 'ignore',
  })
  onTestFinished(() => {
    socat.kill()
    rmSync(folder, { recursive: true, force: true })
  })
  for (let tries = 0; !existsSync(path); tries += 1) {
    if (tries > 500) throw new Error('socat made no line.')
    await wait(10)
  }
  const till = openOn(serialTransport({ path, baudRate: 9_600, stopBits: 2, noun: 'card terminal' }))
  return { virtual: server.terminal, till, chargedBeforePaise: server.terminal.chargedPaise() }
}

describe('over a pseudo-terminal', () => {
  test('a sale, a question and a reversal, one after the other on the same port', async () => {
    const { till, virtual, chargedBeforePaise } = await overPty()
    const { outcome, intent } = await sell(till, newIntent(AMOUNT_PAISE))
    expectTruth(virtual, outcome, { amountPaise: AMOUNT_PAISE, chargedBeforePaise })
    if (outcome.kind !== 'approved') throw new Error('The sale went wrong.')
    expect(await till.status(intent)).toMatchObject({ kind: 'approved' })
    expect(await till.reverse(intent, outcome.approval)).toMatchObject({ kind: 'reversed' })
    expect(virtual.chargedPaise()).toBe(chargedBeforePaise)
    expect(await till.check()).toBeNull()
  })

  test('wrong CRCs and NAKs are mended by repeats', async () => {
    const { till, virtual, chargedBeforePaise } = await overPty({ badCrcs: 2, naks: 2 })
    const { outcome } = await sell(till, newIntent(AMOUNT_PAISE))
    expect(outcome).toMatchObject({ kind: 'approved' })
    expectTruth(virtual, outcome, { amountPaise: AMOUNT_PAISE, chargedBeforePaise })
  })
})

describe.concurrent('disturbed', () => {
  test('a frame that ends before its end is asked for again', async () => {
    const { till, virtual, chargedBeforePaise } = await overSocket({ cutFrames: 1 }, { characterMs: 100 })
    const { outcome } = await sell(till, newIntent(AMOUNT_PAISE))
    expect(outcome).toMatchObject({ kind: 'approved' })
    expectTruth(virtual, outcome, { amountPaise: AMOUNT_PAISE, chargedBeforePaise })
  })

  test('a sale whose acknowledgement is lost is never sent twice', async () => {
    const { server, virtual, chargedBeforePaise } = await overSocket({ losesAcknowledgementOf: '0601' })
    const line = countingTransport(networkTransport({ ...server, noun: 'card terminal' }))
    const till = openOn(line.transport, { acknowledgeMs: 400 })
    const { outcome, intent } = await sell(till, newIntent(AMOUNT_PAISE))
    expect(outcome).toMatchObject({ kind: 'unknown' })
    expect(line.sales()).toBe(1)
    const status = await askUntilSettled(till, intent)
    expectTruth(virtual, status, { amountPaise: AMOUNT_PAISE, chargedBeforePaise })
    expect(status.kind).not.toBe('unknown')
  })

  test('a line whose frames never arrive whole starts no sale', async () => {
    const { till, virtual, chargedBeforePaise } = await overSocket({ naks: 1_000 })
    const { outcome } = await sell(till, newIntent(AMOUNT_PAISE))
    expect(outcome).toMatchObject({ kind: 'not_started', problem: { code: 'device_gone' } })
    expect(virtual.chargedPaise()).toBe(chargedBeforePaise)
  })

  test('a terminal that acknowledges nothing starts no sale', async () => {
    const { till } = await overSocket({ neverAcknowledges: true }, { acknowledgeMs: 200 })
    expect(await sell(till)).toMatchObject({
      outcome: { kind: 'not_started', problem: { code: 'device_gone' } },
    })
  })

  test.each([
    ['after_progress', 'not_found'],
    ['after_capture', 'approved'],
    ['after_slip', 'approved'],
  ] as const)('silence %s is unknown, and %s when asked', async (silentAt, statusKind) => {
    const { till, virtual, chargedBeforePaise } = await overSocket({ silentAt }, { betweenMs: 600 })
    const { outcome, intent } = await sell(till, newIntent(AMOUNT_PAISE))
    expect(outcome).toMatchObject({ kind: 'unknown', problem: { code: 'card_terminal_result_unknown' } })
    virtual.setFaults({})
    const status = await askUntilSettled(till, intent)
    expect(status).toMatchObject({ kind: statusKind })
    expectTruth(virtual, status, { amountPaise: AMOUNT_PAISE, chargedBeforePaise })
  })

  test.each([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13])(
    'rubbish on the line before piece %i of what the terminal says changes nothing about the truth',
    async (piece) => {
      const { server, virtual, chargedBeforePaise } = await overSocket()
      const noisy = noisyTransport(server, piece)
      const till = openOn(noisy, { betweenMs: 1_500 })
      const { outcome, intent } = await sell(till, newIntent(AMOUNT_PAISE))
      expectTruth(virtual, outcome, { amountPaise: AMOUNT_PAISE, chargedBeforePaise })
      const status =
        outcome.kind === 'unknown'
          ? await askUntilSettled(openOn(networkTransport({ ...server, noun: 'card terminal' })), intent)
          : outcome
      expectTruth(virtual, status, { amountPaise: AMOUNT_PAISE, chargedBeforePaise })
      expect(['approved', 'not_started', 'not_found']).toContain(status.kind)
    },
  )
})

/** A line on which one piece of what the terminal says comes after rubbish, and with a byte of it changed. */
const noisyTransport = (server: { host: string; port: number }, spoiledPiece: number): Transport => ({
  name: 'a noisy line',
  canAnswer: true,
  open: async () => {
    const socket = connect({ ...server, noDelay: true })
    let piece = -1
    const { promise: closed, resolve } = Promise.withResolvers<null>()
    socket.on('close', () => resolve(null))
    return {
      closed,
      write: async (bytes) => void socket.write(bytes),
      onData: (listener) => {
        const hear = (bytes: Buffer) => {
          piece += 1
          if (piece !== spoiledPiece) return listener(bytes)
          const spoiled = Uint8Array.from(bytes)
          if (spoiled.length > 4) spoiled[3] = (spoiled[3] ?? 0) ^ 0x40
          listener(Uint8Array.of(0x55, 0x00, 0x03, 0xff, ...spoiled))
        }
        socket.on('data', hear)
        return () => socket.off('data', hear)
      },
      close: async () => void socket.destroy(),
    }
  },
})

const countingTransport = (inner: Transport) => {
  let sales = 0
  const transport: Transport = {
    ...inner,
    open: async () => {
      const connection = await inner.open()
      return {
        ...connection,
        write: async (bytes) => {
          if (bytes[2] === 0x06 && bytes[3] === 0x01) sales += 1
          await connection.write(bytes)
        },
      }
    },
  }
  return { transport, sales: () => sales }
}
