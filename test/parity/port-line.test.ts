// Goal: over a port that dies and comes back no call hangs and none is answered twice: it waits for the next core, or says
// that the till is away.
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { carryOverPort } from '#host/carry-calls.ts'
import { CALLS_MAX, clientOverPort, CORE_WAIT_MS, TerminalAwayError } from '#rpc/client.ts'
import type { TerminalClient } from '#rpc/procedures.ts'
import { CASHIER, smallTill } from '#test/unit/browser/small-till.ts'

const opened: MessagePort[] = []
let asks: number
let give: (isServed: boolean) => void
let lose: () => void
let client: TerminalClient

beforeEach(() => {
  asks = 0
  client = clientOverPort({
    ask: () => {
      asks += 1
    },
    onLost: (tell) => {
      lose = tell
    },
    onPort: (use) => {
      give = (isServed) => {
        const { port1, port2 } = new MessageChannel()
        opened.push(port1, port2)
        if (isServed) serve(port2)
        use(port1)
      }
    },
  })
})
afterEach(() => {
  vi.useRealTimers()
  for (const port of opened.splice(0)) port.close()
})

function serve(port: MessagePort): void {
  carryOverPort(smallTill(), {
    on: (event: string, listener: (message: { data: unknown }) => void) =>
      port.on(event, (data: unknown) => listener({ data })),
    postMessage: (message) => port.postMessage(message),
    start: () => port.start(),
  })
}

it('asks once for all who wait, and answers all of them', async () => {
  const calls = [client.operators.list(), client.operators.list(), client.operators.list()]
  expect(asks).toBe(1)
  give(true)
  expect(await Promise.all(calls)).toEqual([[CASHIER], [CASHIER], [CASHIER]])
  await client.operators.list()
  expect(asks).toBe(1)
})

it('ends the calls on their way when the core ends, and takes the next from the next core', async () => {
  give(false)
  const outcome = client.operators.list().catch((error: unknown) => error)
  await new Promise((resolve) => setImmediate(resolve))
  lose()
  expect(await outcome).toBeInstanceOf(TerminalAwayError)
  const waiting = client.operators.list()
  expect(asks).toBe(1)
  give(true)
  expect(await waiting).toEqual([CASHIER])
})

it('keeps a call that is on its way when one more port comes', async () => {
  give(true)
  const call = client.operators.list()
  give(true)
  expect(await call).toEqual([CASHIER])
})

it('does not wait for ever, and asks anew afterwards', async () => {
  vi.useFakeTimers()
  const outcome = client.operators.list().catch((error: unknown) => error)
  await vi.advanceTimersByTimeAsync(CORE_WAIT_MS)
  expect(await outcome).toBeInstanceOf(TerminalAwayError)
  const next = client.operators.list()
  expect(asks).toBe(2)
  give(true)
  vi.useRealTimers()
  expect(await next).toEqual([CASHIER])
})

it('holds only so many calls', async () => {
  const calls = Array.from({ length: CALLS_MAX }, () => client.operators.list())
  await expect(client.operators.list()).rejects.toBeInstanceOf(TerminalAwayError)
  give(true)
  expect(await Promise.all(calls)).toHaveLength(CALLS_MAX)
})
